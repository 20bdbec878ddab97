"""Shopify, over its Admin GraphQL API (https://shopify.dev/docs/api/admin-graphql).

An order of the portal is a fulfillment order: the part of a sale that one location ships. Shopify
splits fulfillment orders, never orders. Apps cannot write on a timeline, so comments are metafields
of an order, with a tag. A query costs points (`cost_limit`). A new version of the API is released
every quarter and supported for a year. Stock is written in a form that exists since version
2026-04, so earlier versions are not supported.

Ids are the numbers in Shopify's own ids. The id of a product is the id of its inventory item. The
quantity that is written is `available` at the Supplier's location, minus the units that are sold
and not imported by the Supplier yet (`merchant_stock`).
"""

import re
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from ordosync.accounts.account import Account, PortalContext
from ordosync.accounts.connections import Connections
from ordosync.accounts.merchant import Merchant
from ordosync.accounts.service_client import ServiceClient
from ordosync.accounts.shopify.auth import GrantedToken, StaticToken
from ordosync.accounts.shopify.checks import Checks
from ordosync.accounts.shopify.client import ShopifyClient
from ordosync.accounts.shopify.fulfillment_orders import FulfillmentOrders
from ordosync.accounts.shopify.hold_facts import CONDITIONS, HoldFactsReader
from ordosync.accounts.shopify.location import SupplierLocation
from ordosync.accounts.shopify.merchant_cancellations import MerchantCancellations
from ordosync.accounts.shopify.merchant_orders import MerchantOrders
from ordosync.accounts.shopify.merchant_products import MerchantProducts
from ordosync.accounts.shopify.merchant_shortages import MerchantShortages
from ordosync.accounts.shopify.merchant_splits import MerchantSplits
from ordosync.accounts.shopify.merchant_stock import MerchantStock
from ordosync.accounts.shopify.merchant_tracking import MerchantTracking
from ordosync.accounts.shopify.new_bundles import NewBundles
from ordosync.accounts.shopify.options import MerchantOptions, SupplierOptions
from ordosync.accounts.shopify.order_listing import MerchantOrderListing, SupplierOrderListing
from ordosync.accounts.shopify.received_orders import ReceivedOrders
from ordosync.accounts.shopify.stock_checks import check_backorders
from ordosync.accounts.shopify.supplier_cancellations import SupplierCancellations
from ordosync.accounts.shopify.supplier_edits import SupplierEdits
from ordosync.accounts.shopify.supplier_orders import SupplierOrders
from ordosync.accounts.shopify.supplier_products import SupplierProducts
from ordosync.accounts.shopify.supplier_shipments import SupplierShipments
from ordosync.accounts.shopify.supplier_shortages import SupplierShortages
from ordosync.accounts.shopify.supplier_splits import SupplierSplits
from ordosync.accounts.shopify.supplier_stock import SupplierStock
from ordosync.accounts.shopify.timeline import merchant_timeline, supplier_timeline
from ordosync.accounts.supplier import Supplier
from ordosync.accounts.validation import check_concurrency, check_timezone, check_url
from ordosync.clock import Clock
from ordosync.secret import Secret

if TYPE_CHECKING:
    from ordosync.accounts.shopify.cost_limit import CostLimit
    from ordosync.accounts.shopify.graphql import GraphQLClient
    from ordosync.http.concurrency import ConcurrencyLimit

__all__ = ["MerchantOptions", "ShopifyAccount", "SupplierOptions"]

NEWEST = "2026-10"
_OLDEST = "2026-04"
_VERSION = re.compile(r"20[0-9]{2}-(01|04|07|10)")
_SHOP = re.compile(r"[a-z0-9][a-z0-9-]*")
_BATCH_SIZE = 50


class ShopifyAccount(Account):
    """A shop at Shopify."""

    kind: ClassVar[str] = "shopify"
    merchant_options: ClassVar[type[MerchantOptions]] = MerchantOptions
    supplier_options: ClassVar[type[SupplierOptions]] = SupplierOptions

    def __init__(
        self,
        *,
        name: str,
        shop: str,
        token: Secret | None = None,
        client_id: str | None = None,
        client_secret: Secret | None = None,
        version: str = NEWEST,
        timezone: str | None = None,
        concurrency: int = 4,
        settle_s: int = 60,
        base_url: str | None = None,
        ca_file: Path | None = None,
        proxy: str | None = None,
        allow_http: bool = False,
    ) -> None:
        check_concurrency(concurrency)
        _check_shop(shop, version)
        _check_credentials(token, client_id, client_secret)
        if base_url is None:
            base_url = f"https://{shop}.myshopify.com/admin"
        check_url("base_url", base_url)
        check_timezone(timezone)
        self.name = name
        self._shop = shop
        self._timezone = timezone
        self._version = version
        self._settle_s = settle_s
        self._server = _Server(
            account=f"account {name}",
            base_url=base_url,
            version=version,
            concurrency=concurrency,
            token=token,
            client_id=client_id or "",
            client_secret=client_secret,
            ca_file=ca_file,
            proxy=proxy,
            allow_http=allow_http,
        )

    @property
    def location(self) -> str:
        """The name and the address of the shop."""
        return f"{self._shop} at {self._server.base_url}"

    def merchant(
        self,
        options: MerchantOptions,
        portal: PortalContext,
        at: Connections,
    ) -> Merchant:
        """Open the shop as a portal's Merchant."""
        client = self._client(at)
        location = SupplierLocation(client, options)
        fulfillment_orders = FulfillmentOrders(client, location)
        cancellations = MerchantCancellations(client, location, fulfillment_orders)
        notify_customer = options.notify_customer
        return Merchant(
            name=self.name,
            kind=self.kind,
            client=client.service,
            limits=client.service.limits(batch_size=_BATCH_SIZE, settle_s=self._settle_s),
            timeline=merchant_timeline(client, fulfillment_orders),
            listing=MerchantOrderListing(client, location, portal.ignores),
            check=partial(Checks(client, version=self._version).merchant, location),
            check_stock=partial(check_backorders, client),
            orders=MerchantOrders(
                client,
                location,
                fulfillment_orders,
                cancellations,
                HoldFactsReader(client, portal.hold_conditions),
                bundles=NewBundles(client, portal, sends_contents=options.bundles == "contents"),
            ),
            cancellations=cancellations,
            products=MerchantProducts(client, location, options),
            stock=MerchantStock(client, location),
            tracking=MerchantTracking(
                client, location, fulfillment_orders, notify_customer=notify_customer
            ),
            splits=MerchantSplits(client, location, fulfillment_orders),
            merged=cancellations.merged,
            shortages=MerchantShortages(client, location, fulfillment_orders),
            hold_conditions=CONDITIONS,
            supplier_key=(options.location, options.service),
        )

    def supplier(
        self, options: SupplierOptions, portal: PortalContext, at: Connections
    ) -> Supplier:
        """Open the shop as a portal's Supplier."""
        client = self._client(at)
        tag = options.tag_for(portal.partner)
        products = SupplierProducts(client)
        received = ReceivedOrders(client, tag=tag)
        return Supplier(
            name=self.name,
            kind=self.kind,
            client=client.service,
            limits=client.service.limits(batch_size=_BATCH_SIZE, settle_s=self._settle_s),
            timeline=supplier_timeline(client),
            listing=SupplierOrderListing(client, received),
            check=partial(
                Checks(client, version=self._version).supplier, options, portal.edit_policies
            ),
            orders=SupplierOrders(client, products, options, tag=tag),
            cancellations=SupplierCancellations(client),
            products=products,
            stock=SupplierStock(client, options),
            shipments=SupplierShipments(client, received),
            splits=SupplierSplits(client, received),
            shortages=SupplierShortages(client, received),
            edits=SupplierEdits(client, products),
        )

    def _client(self, at: Connections) -> ShopifyClient:
        return ShopifyClient(
            ServiceClient(
                self.name,
                at,
                self._connect,
                concurrency=self._server.concurrency,
                timezone=self._timezone,
            )
        )

    def _connect(self, at: Connections) -> "GraphQLClient":
        """Create the session: all portals of this account share its token and its limits."""
        from ordosync.accounts.shopify.cost_limit import CostLimit  # noqa: PLC0415

        return self._server.connect(
            at.clock,
            CostLimit(at.limits.bucket(self.name)),
            at.limits.concurrency(self.name, self._server.concurrency),
        )


def _check_shop(shop: str, version: str) -> None:
    if not _SHOP.fullmatch(shop):
        raise ValueError("shop: must be the name before .myshopify.com")
    if not _VERSION.fullmatch(version) or version < _OLDEST:
        raise ValueError(f"version: must be {_OLDEST} or later, such as {NEWEST}")


def _check_credentials(
    token: Secret | None, client_id: str | None, client_secret: Secret | None
) -> None:
    if (client_id is None) != (client_secret is None):
        raise ValueError("client_id and client_secret: must be set together")
    if (token is None) == (client_id is None):
        raise ValueError("set either `token`, or `client_id` and `client_secret`")


@dataclass(frozen=True, kw_only=True)
class _Server:
    """The shop's server, and how to connect and sign in to it."""

    account: str
    base_url: str
    version: str
    concurrency: int
    token: Secret | None
    client_id: str
    client_secret: Secret | None
    ca_file: Path | None
    proxy: str | None
    allow_http: bool

    def connect(
        self, clock: Clock, cost_limit: "CostLimit", seats: "ConcurrencyLimit"
    ) -> "GraphQLClient":
        """Return a session with these limits."""
        from ordosync.accounts.shopify.graphql import GraphQLClient  # noqa: PLC0415 - slow

        return GraphQLClient(
            self.account,
            f"{self.base_url}/api/{self.version}",
            token=self._token(clock),
            cost_limit=cost_limit,
            seats=seats,
            clock=clock,
            ca_file=self.ca_file,
            proxy=self.proxy,
            allow_http=self.allow_http,
            concurrency=self.concurrency,
        )

    def _token(self, clock: Clock) -> StaticToken | GrantedToken:
        if self.client_secret is None:
            return StaticToken(self.token or Secret(""))
        from ordosync.http import HttpClient  # noqa: PLC0415 - slow to import

        connect: partial[HttpClient] = partial(
            HttpClient,
            self.account,
            self.base_url,
            clock=clock,
            auth={},
            ca_file=self.ca_file,
            proxy=self.proxy,
            allow_http=self.allow_http,
        )
        return GrantedToken(self.client_id, self.client_secret, connect, clock)
