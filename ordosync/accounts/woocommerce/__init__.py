"""WooCommerce, over the REST API v3 of a shop (https://woocommerce.github.io/woocommerce-rest-api-docs/).

Each shop is a site of its own, with its version, its plug-ins and its host; what it can do is
asked once. Over https it takes key and secret, over plain http signed requests only. There are
no idempotency keys, no splits, no suppliers, and no one way to tell of a parcel: what a shop has
no place for is a field of its order. Its quantity is what can be sold, and falls with each order.

An order's id is its number in the database, which plug-ins may show as another one; a product's
is its SKU.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from msgspec import Raw

from ordosync.accounts.account import Finding, Role
from ordosync.accounts.pagination import LIMIT
from ordosync.accounts.validation import check_timezone, check_url
from ordosync.accounts.woocommerce.merchant_stock import OfferedProducts
from ordosync.accounts.woocommerce.order_listing import StandingOrders
from ordosync.accounts.woocommerce.supplier_orders import SupplierOptions
from ordosync.accounts.woocommerce.supplier_selection import MerchantOptions
from ordosync.errors import SignInError
from ordosync.secret import Secret

if TYPE_CHECKING:
    from ordosync.http import HttpClient

__all__ = ["MerchantOptions", "SupplierOptions", "WooCommerceAccount"]

_API = "wc/v3"
_MINUTE_S = 60
_UNKNOWN = "woocommerce_rest_cannot_view"
"""The code of a refusal to somebody who has shown no key."""


class WooCommerceAccount(StandingOrders, OfferedProducts):
    """A WooCommerce shop."""

    kind: ClassVar[str] = "woocommerce"
    roles: ClassVar[frozenset[Role]] = frozenset({"merchant", "supplier"})
    lists_all_as: ClassVar[frozenset[Role]] = roles
    parcels_asked: ClassVar[int] = LIMIT
    parcels: ClassVar[str] = (
        "an order that is sent in several fulfillments is reported when all of it is sent,"
        " cancelled or refunded: the newest number as its tracking, the other numbers as remarks"
    )
    MerchantPair: ClassVar[type[Any]] = MerchantOptions
    SupplierPair: ClassVar[type[Any]] = SupplierOptions
    batch_size: int = 100

    @classmethod
    def takes_part(
        cls,
        task: str,
        role: Role,
        options: Mapping[str, Any],  # noqa: ARG003 - every shop can do the same
    ) -> bool:
        """All tasks but one: a shop's orders cannot be split, so as a Supplier it has none."""
        return role == "merchant" or task != "split-order"

    @classmethod
    def whose(cls, pair: object, partner: str) -> object:  # noqa: ARG003
        """Return what its products have in the shop: a tag, a category or fields."""
        if not isinstance(pair, MerchantOptions):
            return None
        told = (pair.tag, pair.category, tuple(sorted(pair.meta.items())))
        return told if any(told) else None

    def __init__(
        self,
        *,
        name: str,
        spool: Path,
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
    ) -> None:
        super().__init__(name=name, spool=spool, concurrency=concurrency)
        check_url("url", url)
        if url.rstrip("/").endswith("/wp-json"):
            raise ValueError("url: is the shop's address, without /wp-json")
        _check_statuses(cancelled, statuses=statuses, shipped=shipped)
        if calls_per_minute is not None and calls_per_minute < 1:
            raise ValueError("calls_per_minute: must be 1 or more")
        check_timezone(timezone)
        self.timezone = timezone
        self.open_statuses = statuses
        self.cancelled_statuses = cancelled
        self.shipped_statuses = shipped
        self.notify_customer = notify_customer
        self.settle_s = settle_s
        self._options = _Options(
            url=url.rstrip("/"),
            key=key,
            secret=secret,
            calls_per_minute=calls_per_minute,
            ca_file=ca_file,
            proxy=proxy,
            allow_http=allow_http,
        )

    def connect(self) -> "HttpClient":
        """Make the session; over plain http the secret is proved and not shown."""
        from ordosync.http import HttpClient, OAuth1Signer, RateLimit  # noqa: PLC0415 - slow to import

        options, clock = self._options, self.needed_connections.clock
        limit = options.calls_per_minute
        return HttpClient(
            f"account {self.name}",
            f"{options.url}/wp-json",
            clock=clock,
            auth=(options.key, options.secret)
            if options.is_secure
            else OAuth1Signer(key=options.key, secret=options.secret),
            rate=RateLimit(limit, _MINUTE_S, clock) if limit else None,
            ca_file=options.ca_file,
            proxy=options.proxy,
            allow_http=options.allow_http,
            concurrency=self.concurrency,
        )

    def check(self, role: Role) -> Iterator[Finding]:
        """Look whether WooCommerce is there, sign in, and say how the shop does things."""
        if not self.site.is_closed and _API not in self.site.namespaces:
            text = "WooCommerce's REST API is not there: is the plug-in active?"
            yield Finding(text=text, is_problem=True)
            return
        refusals = list(self._sign_in())
        yield from refusals
        if not refusals:
            yield from self.check_merchant() if role == "merchant" else self.check_supplier()

    def _sign_in(self) -> Iterator[Finding]:
        """Ask for an order, and to write none, which a key that may only read refuses."""
        try:
            self.http.get("/wc/v3/orders", Raw, action="sign in", params={"per_page": "1"})
            action = "ask whether the key may write"
            self.http.query("/wc/v3/orders/batch", Raw, action=action, json={})
        except SignInError as error:
            yield Finding(text=str(error), is_problem=True)
            if self._options.is_secure and _UNKNOWN in error.answer:
                yield Finding(
                    text="saw no key: if the key is right, its server keeps the header"
                    " Authorization from WordPress, and must pass it on",
                    is_problem=True,
                )
            yield from self._misunderstood()

    def _misunderstood(self) -> Iterator[Finding]:
        """Say where the shop takes http for https or the other way round, and so no key counts."""
        home = self.site.home or self.site.url
        if not home or home.startswith("https://") == self._options.is_secure:
            return
        remedy = "its proxy must pass X-Forwarded-Proto and its address begin with https://"
        if not self._options.is_secure:
            remedy = "say that as `url:`"
        text = f"calls itself {home}, so it takes our requests for others than they are: {remedy}"
        yield Finding(text=text, is_problem=True)


def _check_statuses(cancelled: tuple[str, ...], **others: tuple[str, ...]) -> None:
    """Raise `ValueError` if one of these options names no status, or one of `cancelled`."""
    if not cancelled or not all(others.values()):
        raise ValueError(f"{', '.join(others)} and cancelled: must name a status each")
    for name, statuses in others.items():
        if both := {*statuses} & {*cancelled}:
            raise ValueError(f"{name} and cancelled: both have {min(both)}")


@dataclass(frozen=True, kw_only=True)
class _Options:
    """How the shop is reached."""

    url: str
    key: str
    secret: Secret
    calls_per_minute: int | None
    ca_file: Path | None
    proxy: str | None
    allow_http: bool

    @property
    def is_secure(self) -> bool:
        """Whether it is reached over TLS."""
        return self.url.startswith("https://")
