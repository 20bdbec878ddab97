"""Ordoro, over its REST API (https://docs.ordoro.com).

Oddities: paths under `/v3/` take no slash at the end, and all others need one. A split order is
read-only, is in no list, and is read from `/v3/order/parent/`. Its children are separate orders
whose lines have new ids. An order has one shipment. Amounts have no currency, so the options name
the currency of the account. There are no webhooks and no idempotency keys. A created order is
found by its reference, which is sent as `cart_order_id`.

The id of an order is its number at Ordoro, the id of a product is its SKU. The quantity that is
written is physical on hand, as Ordoro's own vendor portals write it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import NoneType
from typing import TYPE_CHECKING, Any, ClassVar

from ordosync.accounts.account import Account, CheckResult, PortalContext
from ordosync.accounts.connections import Connections
from ordosync.accounts.merchant import Merchant
from ordosync.accounts.ordoro.client import OrdoroClient
from ordosync.accounts.ordoro.merchant_cancellations import MerchantCancellations
from ordosync.accounts.ordoro.merchant_orders import MerchantOrders
from ordosync.accounts.ordoro.merchant_products import MerchantProducts
from ordosync.accounts.ordoro.merchant_shortages import TAG, MerchantShortages
from ordosync.accounts.ordoro.merchant_splits import MerchantSplits
from ordosync.accounts.ordoro.merchant_stock import MerchantStock
from ordosync.accounts.ordoro.merchant_tracking import MerchantTracking
from ordosync.accounts.ordoro.options import MerchantOptions, SupplierOptions
from ordosync.accounts.ordoro.order_listing import MerchantListing, SupplierListing
from ordosync.accounts.ordoro.stock_checks import check_channel_limits
from ordosync.accounts.ordoro.supplier_cancellations import SupplierCancellations
from ordosync.accounts.ordoro.supplier_edits import SupplierEdits
from ordosync.accounts.ordoro.supplier_orders import SupplierOrders
from ordosync.accounts.ordoro.supplier_products import SupplierProducts
from ordosync.accounts.ordoro.supplier_shipments import SupplierShipments
from ordosync.accounts.ordoro.supplier_shortages import SupplierShortages
from ordosync.accounts.ordoro.supplier_splits import SupplierSplits
from ordosync.accounts.ordoro.supplier_stock import SupplierStock
from ordosync.accounts.ordoro.timeline import timeline
from ordosync.accounts.service_client import ServiceClient
from ordosync.accounts.supplier import Supplier
from ordosync.accounts.validation import check_concurrency, check_timezone, check_url
from ordosync.errors import NotFoundError
from ordosync.secret import Secret

if TYPE_CHECKING:
    from ordosync.http import HttpClient

__all__ = ["MerchantOptions", "OrdoroAccount", "SupplierOptions"]

_MINUTE_S = 60


class OrdoroAccount(Account):
    """An account at Ordoro, or at another service with the same API."""

    kind: ClassVar[str] = "ordoro"
    merchant_options: ClassVar[type[Any]] = MerchantOptions
    supplier_options: ClassVar[type[Any]] = SupplierOptions

    def __init__(
        self,
        *,
        name: str,
        key: str,
        secret: Secret,
        currency: str,
        timezone: str | None = None,
        base_url: str = "https://api.ordoro.com",
        calls_per_minute: int = 500,
        concurrency: int = 4,
        settle_s: int = 60,
        notify_cart: bool = True,
        ca_file: Path | None = None,
        proxy: str | None = None,
        allow_http: bool = False,
    ) -> None:
        if not re.fullmatch("[A-Z]{3}", currency):
            raise ValueError("currency: must be three capital letters such as USD")
        check_url("base_url", base_url)
        if calls_per_minute < 1:
            raise ValueError("calls_per_minute: must be 1 or more")
        check_concurrency(concurrency)
        check_timezone(timezone)
        self.name = name
        self._timezone = timezone
        self._currency = currency
        self._settle_s = settle_s
        self._notify_cart = notify_cart
        self._concurrency = concurrency
        self._connection = _Connection(
            key=key,
            secret=secret,
            base_url=base_url,
            calls_per_minute=calls_per_minute,
            ca_file=ca_file,
            proxy=proxy,
            allow_http=allow_http,
        )

    @property
    def location(self) -> str:
        """The URL of the service and the key of the account."""
        return f"{self._connection.base_url} {self._connection.key}"

    def merchant(
        self,
        options: MerchantOptions,
        portal: PortalContext,  # noqa: ARG002 - the options select the orders
        at: Connections,
    ) -> Merchant:
        """Open the account as a portal's Merchant."""
        client = self._client(at)
        cancellations = MerchantCancellations(client)
        orders = MerchantOrders(client, options, cancellations)
        stock = MerchantStock(client, options)
        splits = MerchantSplits(client)
        return Merchant(
            name=self.name,
            kind=self.kind,
            client=client.service,
            limits=client.service.limits(settle_s=self._settle_s),
            lists_requested=True,
            timeline=timeline(client),
            listing=MerchantListing(client, options, orders),
            check=lambda: _check_merchant(client, options, stock),
            orders=orders,
            cancellations=cancellations,
            products=MerchantProducts(client, options),
            stock=stock,
            tracking=MerchantTracking(client, splits, notify_cart=self._notify_cart),
            splits=splits,
            shortages=MerchantShortages(client, splits),
            reports_removed_units=False,
            hold_conditions=dict.fromkeys(("age", "tags", "over", "countries", "po_box"), ""),
            supplier_key=options.supplier,
        )

    def supplier(
        self,
        options: SupplierOptions,
        portal: PortalContext,  # noqa: ARG002 - the options select the orders
        at: Connections,
    ) -> Supplier:
        """Open the account as a portal's Supplier."""
        client = self._client(at)
        shipments, products = SupplierShipments(client, options), SupplierProducts(client)
        return Supplier(
            name=self.name,
            kind=self.kind,
            client=client.service,
            limits=client.service.limits(settle_s=self._settle_s),
            timeline=timeline(client),
            listing=SupplierListing(client, options, shipments),
            check=lambda: _check_supplier(client, options),
            check_stock=partial(check_channel_limits, client, options),
            orders=SupplierOrders(client, options),
            cancellations=SupplierCancellations(client),
            products=products,
            stock=SupplierStock(client, options),
            shipments=shipments,
            splits=SupplierSplits(client, options),
            shortages=SupplierShortages(client, options),
            edits=SupplierEdits(client, products),
        )

    def _client(self, at: Connections) -> OrdoroClient:
        service = ServiceClient(
            self.name,
            at,
            self._connect,
            concurrency=self._concurrency,
            timezone=self._timezone,
        )
        return OrdoroClient(service, currency=self._currency)

    def _connect(self, at: Connections) -> "HttpClient":
        """Create the session: one rate limit for all portals that use this account."""
        from ordosync.http import HttpClient  # noqa: PLC0415 - slow to import

        connection = self._connection
        return HttpClient(
            f"account {self.name}",
            connection.base_url,
            clock=at.clock,
            auth=(connection.key, connection.secret),
            rate=at.limits.rate(self.name, connection.calls_per_minute, _MINUTE_S),
            seats=at.limits.concurrency(self.name, self._concurrency),
            ca_file=connection.ca_file,
            proxy=connection.proxy,
            allow_http=connection.allow_http,
            concurrency=self._concurrency,
        )


def _check_merchant(
    client: OrdoroClient, options: MerchantOptions, stock: MerchantStock
) -> Iterator[CheckResult]:
    """Sign in, and check that the supplier and the warehouse exist."""
    _sign_in(client)
    try:
        client.http.get(f"/supplier/{options.supplier}/", NoneType, action="check the supplier")
    except NotFoundError:
        yield CheckResult(text=f"there is no supplier {options.supplier}", is_problem=True)
        return
    warehouse = stock.warehouse()
    if not client.warehouse_name(warehouse):
        yield CheckResult(text=f"there is no warehouse {warehouse}", is_problem=True)
    yield CheckResult(text="cannot store the Supplier's warehouse of a parcel")
    yield CheckResult(text="keeps a voided tracking number, with a comment that it is void")
    yield CheckResult(
        text="an order has one tracking number: a parcel with a part of it is split off as a new"
        " order, and the rest stays requested; if the Supplier does not report the units of a"
        " parcel, its number waits until the order is complete"
    )
    yield CheckResult(text="a further number of a shipped order becomes a comment")
    yield CheckResult(
        text="an order or a piece of it is cancelled as a whole; a lowered quantity is reported as"
        " an edit"
    )
    yield CheckResult(
        text=f"cannot hold an order: a shortage of the Supplier is a comment and the tag {TAG};"
        " units that the Supplier does not send are split off to be cancelled"
    )


def _check_supplier(client: OrdoroClient, options: SupplierOptions) -> Iterator[CheckResult]:
    """Sign in, and check that the sales channel and the warehouse exist."""
    _sign_in(client)
    channel, warehouse = options.sales_channel, options.warehouse
    try:
        client.http.get(f"/cart/{channel}/", NoneType, action="check the sales channel")
    except NotFoundError:
        yield CheckResult(text=f"there is no sales channel {channel}", is_problem=True)
    if warehouse is not None and not client.warehouse_name(warehouse):
        yield CheckResult(text=f"there is no warehouse {warehouse}", is_problem=True)
    yield CheckResult(text="does not distinguish a product never counted from one counted as 0")
    yield CheckResult(text="cannot store the discount of a line; stores engravings only as text")
    yield CheckResult(
        text="an order has one tracking number; to send several parcels, split the order at Ordoro"
    )
    yield CheckResult(
        text="reports a cancelled order, a lowered quantity and a removed line as a shortage, and"
        " no units that come later"
    )
    yield CheckResult(
        text="a hold is the tag merchant-edited: users can ship an order with it all the same"
    )
    yield CheckResult(text="cannot change the shipping method of an order")


def _sign_in(client: OrdoroClient) -> None:
    client.http.get("/authenticated/", NoneType, action="sign in")


@dataclass(frozen=True, kw_only=True)
class _Connection:
    """The connection to the service."""

    key: str
    secret: Secret
    base_url: str
    calls_per_minute: int
    ca_file: Path | None
    proxy: str | None
    allow_http: bool
