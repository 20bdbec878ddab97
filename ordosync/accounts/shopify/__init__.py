"""Shopify, over its Admin GraphQL API (https://shopify.dev/docs/api/admin-graphql).

What is special: an order is one thing and what is to be sent of it another. Each fulfillment order
(what one location has to send) is an order to us. Shopify splits those and not orders. Nothing can
be written on a timeline, so remarks are metafields beside an order, and a tag. What is asked costs
points out of a bucket (`bucket`). A version of the API comes every quarter and lasts a year; the
form that stock is written in came with 2026-04, so earlier ones are not spoken.

Ids are the numbers in Shopify's own. A product's is that of its inventory item. The quantity that
is written is `available` at the Supplier's location, less what the Supplier does not know of yet
(`written_stock`).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from ordosync.accounts.account import Finding, Role
from ordosync.accounts.shopify.auth import GrantedToken, LastingToken
from ordosync.accounts.shopify.order_listing import StandingOrders
from ordosync.accounts.shopify.supplier_location import MerchantOptions
from ordosync.accounts.shopify.supplier_products import SupplierOptions
from ordosync.accounts.validation import check_timezone, check_url
from ordosync.models import Comment
from ordosync.secret import Secret

if TYPE_CHECKING:
    from ordosync.accounts.shopify.graphql import ShopifySession

__all__ = ["MerchantOptions", "ShopifyAccount", "SupplierOptions"]

NEWEST = "2026-10"
_OLDEST = "2026-04"
_VERSION = re.compile(r"20[0-9]{2}-(01|04|07|10)")
_SHOP = re.compile(r"[a-z0-9][a-z0-9-]*")


class ShopifyAccount(StandingOrders):
    """A shop at Shopify."""

    kind: ClassVar[str] = "shopify"
    roles: ClassVar[frozenset[Role]] = frozenset({"merchant", "supplier"})
    lists_all_as: ClassVar[frozenset[Role]] = roles
    tells_reassigned: ClassVar[bool] = True
    MerchantPair: ClassVar[type[Any]] = MerchantOptions
    SupplierPair: ClassVar[type[Any]] = SupplierOptions
    parcels: ClassVar[str] = (
        "an order that is sent in several parcels is reported when all of it is sent, cancelled or"
        " refunded: the newest number as its tracking, the other numbers as remarks"
    )

    @classmethod
    def whose(cls, pair: object, partner: str) -> object:  # noqa: ARG003
        """Return the place that fulfillment orders are assigned to."""
        return (pair.location, pair.service) if isinstance(pair, MerchantOptions) else None

    def __init__(
        self,
        *,
        name: str,
        spool: Path,
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
        super().__init__(name=name, spool=spool, concurrency=concurrency)
        if not _SHOP.fullmatch(shop):
            raise ValueError("shop: must be the name before .myshopify.com")
        if not _VERSION.fullmatch(version) or version < _OLDEST:
            raise ValueError(f"version: must be {_OLDEST} or a later one, such as {NEWEST}")
        if (client_id is None) != (client_secret is None):
            raise ValueError("client_id and client_secret: must be said together")
        if (token is None) == (client_id is None):
            raise ValueError("token: must be said, or else client_id and client_secret")
        if base_url is None:
            base_url = f"https://{shop}.myshopify.com/admin"
        check_url("base_url", base_url)
        check_timezone(timezone)
        self.timezone = timezone
        self.version = version
        self.settle_s = settle_s
        self._reached = _Reached(
            base_url=base_url,
            token=token,
            client_id=client_id or "",
            client_secret=client_secret,
            ca_file=ca_file,
            proxy=proxy,
            allow_http=allow_http,
        )

    def connect(self) -> "ShopifySession":
        """Make the session: one token and one bucket for all who use this account."""
        from ordosync.accounts.shopify.cost_limit import Bucket  # noqa: PLC0415
        from ordosync.accounts.shopify.graphql import ShopifySession  # noqa: PLC0415 - slow

        reached, clock = self._reached, self.needed_connections.clock
        return ShopifySession(
            f"account {self.name}",
            f"{reached.base_url}/api/{self.version}",
            token=self._token(),
            bucket=Bucket(clock),
            clock=clock,
            ca_file=reached.ca_file,
            proxy=reached.proxy,
            allow_http=reached.allow_http,
            concurrency=self.concurrency,
        )

    def check(self, role: Role) -> Iterator[Finding]:
        """Sign in, and look whether what the options name is there."""
        self.shop()
        yield from self.check_merchant() if role == "merchant" else self.check_supplier()

    def put_comment(self, comment: Comment) -> None:
        """Put a remark beside an order, if it is not there yet."""
        is_merchant = isinstance(self.pair, MerchantOptions)
        (self.remark_on_request if is_merchant else self.remark_on_order)(comment)

    def _token(self) -> LastingToken | GrantedToken:
        reached = self._reached
        if reached.client_secret is None:
            return LastingToken(reached.token or Secret(""))
        from ordosync.http import HttpClient  # noqa: PLC0415 - slow to import

        connect: partial[HttpClient] = partial(
            HttpClient,
            f"account {self.name}",
            reached.base_url,
            clock=self.needed_connections.clock,
            auth={},
            ca_file=reached.ca_file,
            proxy=reached.proxy,
            allow_http=reached.allow_http,
        )
        clock = self.needed_connections.clock
        return GrantedToken(reached.client_id, reached.client_secret, connect, clock)


@dataclass(frozen=True, kw_only=True)
class _Reached:
    """How the service is reached."""

    base_url: str
    token: Secret | None
    client_id: str
    client_secret: Secret | None
    ca_file: Path | None
    proxy: str | None
    allow_http: bool
