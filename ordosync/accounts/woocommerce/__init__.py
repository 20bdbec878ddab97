"""WooCommerce, over the REST API v3 of a shop (https://woocommerce.github.io/woocommerce-rest-api-docs/).

Each shop is a separate site, with its own version, plug-ins and host. `shop_features` detects once
what it supports. Over https the shop accepts key and secret, over plain http only signed
requests. There are no idempotency keys, no splits, no suppliers, and no single way to show a
parcel. Data for which a shop has no field is kept in a meta field of the order. A product's
quantity is the quantity that can be sold, and falls with each order.

An order's id is its number in the database, and plug-ins may show another number. A product's id
is its SKU.
"""

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from ordosync.accounts.account import Account, PortalContext
from ordosync.accounts.connections import Connections
from ordosync.accounts.merchant import Merchant
from ordosync.accounts.service_client import ServiceClient
from ordosync.accounts.supplier import Supplier
from ordosync.accounts.validation import check_concurrency, check_timezone, check_url
from ordosync.accounts.woocommerce.catalogue import Catalogue
from ordosync.accounts.woocommerce.checks import check_merchant, check_supplier
from ordosync.accounts.woocommerce.client import WooCommerceClient
from ordosync.accounts.woocommerce.hold_facts import conditions
from ordosync.accounts.woocommerce.merchant_cancellations import MerchantCancellations
from ordosync.accounts.woocommerce.merchant_orders import MerchantOrders
from ordosync.accounts.woocommerce.merchant_products import MerchantProducts
from ordosync.accounts.woocommerce.merchant_shortages import MerchantShortages
from ordosync.accounts.woocommerce.merchant_splits import MerchantSplits
from ordosync.accounts.woocommerce.merchant_stock import MerchantStock
from ordosync.accounts.woocommerce.merchant_tracking import MerchantTracking
from ordosync.accounts.woocommerce.options import MerchantOptions, SupplierOptions
from ordosync.accounts.woocommerce.order_listing import MerchantListing, SupplierListing
from ordosync.accounts.woocommerce.order_parcels import OrderParcels
from ordosync.accounts.woocommerce.order_share import OrderShares
from ordosync.accounts.woocommerce.order_statuses import OrderStatuses
from ordosync.accounts.woocommerce.product_selection import ProductSelection
from ordosync.accounts.woocommerce.shipping_needs import ShippingNeeds
from ordosync.accounts.woocommerce.shop_features import ShopFeatures
from ordosync.accounts.woocommerce.stock_checks import check_backorders
from ordosync.accounts.woocommerce.supplier_cancellations import SupplierCancellations
from ordosync.accounts.woocommerce.supplier_edits import SupplierEdits
from ordosync.accounts.woocommerce.supplier_orders import SupplierOrders
from ordosync.accounts.woocommerce.supplier_products import SupplierProducts
from ordosync.accounts.woocommerce.supplier_shipments import SupplierShipments
from ordosync.accounts.woocommerce.supplier_shortages import SupplierShortages
from ordosync.accounts.woocommerce.supplier_stock import SupplierStock
from ordosync.accounts.woocommerce.timeline import timeline
from ordosync.secret import Secret

if TYPE_CHECKING:
    from ordosync.http import Auth, HttpClient

__all__ = ["MerchantOptions", "SupplierOptions", "WooCommerceAccount"]

_MINUTE_S = 60
_BATCH_SIZE = 100
_PERMALINKS = (
    "enable pretty permalinks (Settings > Permalinks), and check that `url:` is the shop's address"
)
_QUERY_NAMES = ("consumer_key", "consumer_secret")


class WooCommerceAccount(Account):
    """A WooCommerce shop."""

    kind: ClassVar[str] = "woocommerce"
    merchant_options: ClassVar[type[Any]] = MerchantOptions
    supplier_options: ClassVar[type[Any]] = SupplierOptions

    def __init__(
        self,
        *,
        name: str,
        url: str,
        key: str,
        secret: Secret,
        statuses: tuple[str, ...] = ("processing",),
        cancelled: tuple[str, ...] = ("cancelled", "refunded"),
        shipped: tuple[str, ...] = ("completed",),
        notify_customer: bool = True,
        timezone: str | None = None,
        calls_per_minute: int | None = None,
        concurrency: int = 4,
        settle_s: int = 60,
        ca_file: Path | None = None,
        proxy: str | None = None,
        allow_http: bool = False,
        key_in_query: bool = False,
    ) -> None:
        check_concurrency(concurrency)
        _check_statuses(cancelled, statuses=statuses, shipped=shipped)
        check_timezone(timezone)
        self.name = name
        self._statuses = OrderStatuses(to_ship=statuses, cancelled=cancelled, shipped=shipped)
        self._notify_customer = notify_customer
        self._timezone = timezone
        self._concurrency = concurrency
        self._settle_s = settle_s
        self._connection = _Connection(
            url=url,
            key=key,
            secret=secret,
            calls_per_minute=calls_per_minute,
            ca_file=ca_file,
            proxy=proxy,
            allow_http=allow_http,
            key_in_query=key_in_query,
        )

    @property
    def location(self) -> str:
        """The URL of the shop."""
        return self._connection.url.rstrip("/")

    def merchant(
        self, options: MerchantOptions, portal: PortalContext, at: Connections
    ) -> Merchant:
        """Open the shop as a portal's Merchant."""
        client, statuses = self._client(at), self._statuses
        service, catalogue = client.service, Catalogue(client)
        selection = ProductSelection(service, catalogue, options, portal.selection)
        needs = ShippingNeeds(service, catalogue, portal.ignores)
        supplier = options.supplier or portal.partner
        shares = OrderShares(client, selection, needs, supplier=supplier)
        return Merchant(
            name=self.name,
            kind=self.kind,
            client=service,
            limits=service.limits(batch_size=_BATCH_SIZE, settle_s=self._settle_s),
            timeline=timeline(service),
            listing=MerchantListing(client, shares, statuses),
            check=lambda: check_merchant(client, options, statuses),
            check_stock=partial(check_backorders, selection),
            orders=MerchantOrders(client, shares, statuses, tags_meta=options.tags_meta),
            cancellations=MerchantCancellations(client, shares, statuses),
            products=MerchantProducts(client, catalogue, selection),
            stock=MerchantStock(client, shares, statuses),
            tracking=MerchantTracking(client, shares, statuses),
            splits=MerchantSplits(client, shares, statuses),
            shortages=MerchantShortages(client, shares, statuses),
            hold_conditions=conditions(options),
            supplier_key=_supplier_key(options),
        )

    def supplier(
        self,
        options: SupplierOptions,
        portal: PortalContext,  # noqa: ARG002 - references identify the orders of a portal
        at: Connections,
    ) -> Supplier:
        """Open the shop as a portal's Supplier; a shop cannot split orders."""
        client, statuses = self._client(at), self._statuses
        service, catalogue = client.service, Catalogue(client)
        parcels = OrderParcels(client, options, statuses)
        return Supplier(
            name=self.name,
            kind=self.kind,
            client=service,
            limits=service.limits(batch_size=_BATCH_SIZE, settle_s=self._settle_s),
            timeline=timeline(service),
            listing=SupplierListing(client, parcels),
            check=lambda: check_supplier(client, options, statuses),
            orders=SupplierOrders(client, catalogue, parcels, number_prefix=options.prefix),
            cancellations=SupplierCancellations(client, parcels),
            edits=SupplierEdits(client, catalogue, parcels),
            products=SupplierProducts(service, catalogue),
            stock=SupplierStock(catalogue),
            shipments=SupplierShipments(client, parcels),
            shortages=SupplierShortages(client, parcels, options),
        )

    def _client(self, at: Connections) -> WooCommerceClient:
        service = ServiceClient(
            self.name,
            at,
            self._connect,
            concurrency=self._concurrency,
            timezone=self._timezone,
        )
        features = ShopFeatures(
            service, url=self._connection.address, notify_customer=self._notify_customer
        )
        return WooCommerceClient(service, features)

    def _connect(self, at: Connections) -> "HttpClient":
        """Create the session."""
        from ordosync.http import HttpClient  # noqa: PLC0415 - slow to import

        connection = self._connection
        limit = connection.calls_per_minute
        return HttpClient(
            f"account {self.name}",
            f"{connection.address}/wp-json",
            clock=at.clock,
            auth=connection.auth,
            rate=at.limits.rate(self.name, limit, _MINUTE_S) if limit else None,
            seats=at.limits.concurrency(self.name, self._concurrency),
            ca_file=connection.ca_file,
            proxy=connection.proxy,
            allow_http=connection.allow_http,
            concurrency=self._concurrency,
            page_hint=_PERMALINKS,
        )


def _supplier_key(options: MerchantOptions) -> tuple[object, ...] | None:
    """Return the options that select the Supplier's products; None if only SKUs do."""
    key = (options.tag, options.category, tuple(sorted(options.meta.items())))
    return key if any(key) else None


def _check_statuses(cancelled: tuple[str, ...], **options: tuple[str, ...]) -> None:
    """Raise `ValueError` if an option names no status, or a status of `cancelled`."""
    if not cancelled or not all(options.values()):
        raise ValueError(f"{', '.join(options)} and cancelled: must each name at least one status")
    for name, statuses in options.items():
        if common := {*statuses} & {*cancelled}:
            raise ValueError(f"{name} and cancelled: both name {min(common)}")


@dataclass(frozen=True, kw_only=True)
class _Connection:
    """Address and credentials of the shop."""

    url: str
    key: str
    secret: Secret
    calls_per_minute: int | None
    ca_file: Path | None
    proxy: str | None
    allow_http: bool
    key_in_query: bool

    def __post_init__(self) -> None:
        check_url("url", self.url)
        if self.address.endswith("/wp-json"):
            raise ValueError("url: must be the shop's address, without /wp-json")
        if self.calls_per_minute is not None and self.calls_per_minute < 1:
            raise ValueError("calls_per_minute: must be 1 or more")
        if self.key_in_query and not self.is_secure:
            raise ValueError("key_in_query: needs an https:// url; over http, requests are signed")

    @property
    def is_secure(self) -> bool:
        """True if the shop is reached over TLS."""
        return self.url.startswith("https://")

    @property
    def auth(self) -> "Auth":
        """The way to sign in; over plain http requests are signed, and the secret is not sent."""
        from ordosync.http import OAuth1Signer, QueryKey  # noqa: PLC0415 - slow to import

        if not self.is_secure:
            return OAuth1Signer(key=self.key, secret=self.secret)
        if self.key_in_query:
            return QueryKey(key=self.key, secret=self.secret, names=_QUERY_NAMES)
        return self.key, self.secret

    @property
    def address(self) -> str:
        """The address of the shop, without a slash at its end."""
        return self.url.rstrip("/")
