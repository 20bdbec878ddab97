"""Ordoro, over its REST API (https://docs.ordoro.com).

What is special: paths under `/v3/` take no slash at the end and all others need one. An order
that was split is view-only, is in no list, and lives on at `/v3/order/parent/`; its children are
orders of their own with new ids for their lines. An order has one shipment. No amount has a
currency, so the account's is said in the options. There are no webhooks and no idempotency keys:
what was created is found again by the reference that it was given as `cart_order_id`.

An order's id is its number there, a product's is its SKU. As Ordoro's own vendor portals do, the
quantity that is written is physical on hand.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import NoneType
from typing import TYPE_CHECKING, Any, ClassVar

from ordosync.accounts.account import Finding, Role
from ordosync.accounts.ordoro.merchant import MerchantSide
from ordosync.accounts.ordoro.merchant_orders import MerchantOptions
from ordosync.accounts.ordoro.supplier import SupplierSide
from ordosync.accounts.ordoro.supplier_orders import SupplierOptions
from ordosync.accounts.validation import check_timezone, check_url
from ordosync.models import Page, Standing
from ordosync.secret import Secret

if TYPE_CHECKING:
    from ordosync.http import HttpClient

__all__ = ["MerchantOptions", "OrdoroAccount", "SupplierOptions"]

_MINUTE_S = 60


class OrdoroAccount(MerchantSide, SupplierSide):
    """An account at Ordoro, or at whatever speaks its API."""

    kind: ClassVar[str] = "ordoro"
    roles: ClassVar[frozenset[Role]] = frozenset({"merchant", "supplier"})
    lists_all_as: ClassVar[frozenset[Role]] = roles
    lists_others: ClassVar[bool] = True
    tells_reassigned: ClassVar[bool] = True
    MerchantPair: ClassVar[type[Any]] = MerchantOptions
    SupplierPair: ClassVar[type[Any]] = SupplierOptions
    parcels: ClassVar[str] = (
        "an order has one tracking number: split it there to send it in several parcels"
    )

    @classmethod
    def whose(cls, pair: object, partner: str) -> object:  # noqa: ARG003
        """Return the supplier that dropshipments are requested from."""
        return pair.supplier if isinstance(pair, MerchantOptions) else None

    def __init__(
        self,
        *,
        name: str,
        spool: Path,
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
        super().__init__(name=name, spool=spool, concurrency=concurrency)
        if not re.fullmatch("[A-Z]{3}", currency):
            raise ValueError("currency: must be three capital letters such as USD")
        check_url("base_url", base_url)
        if calls_per_minute < 1:
            raise ValueError("calls_per_minute: must be 1 or more")
        check_timezone(timezone)
        self.timezone = timezone
        self.currency = currency
        self.settle_s = settle_s
        self.notify_cart = notify_cart
        self._options = _Options(
            key=key,
            secret=secret,
            base_url=base_url,
            calls_per_minute=calls_per_minute,
            ca_file=ca_file,
            proxy=proxy,
            allow_http=allow_http,
        )

    def connect(self) -> "HttpClient":
        """Make the session: one limit of requests for all who use this account."""
        from ordosync.http import HttpClient, RateLimit  # noqa: PLC0415 - slow to import

        options, clock = self._options, self.needed_connections.clock
        return HttpClient(
            f"account {self.name}",
            options.base_url,
            clock=clock,
            auth=(options.key, options.secret),
            rate=RateLimit(options.calls_per_minute, _MINUTE_S, clock),
            ca_file=options.ca_file,
            proxy=options.proxy,
            allow_http=options.allow_http,
            concurrency=self.concurrency,
        )

    def all_orders(self, role: Role, *, now: datetime) -> Iterator[Page[Standing]]:
        """Read the orders as they stand: at the Supplier, those of the portal's sales channel."""
        if role == "merchant":
            return self.requested_ever(now=now)
        return self.to_be_shipped_ever(now=now)

    def check(self, role: Role) -> Iterator[Finding]:
        """Sign in, and look whether what the options name is there."""
        self.http.get("/authenticated/", NoneType, action="sign in")
        yield from self.check_merchant() if role == "merchant" else self.check_supplier()


@dataclass(frozen=True, kw_only=True)
class _Options:
    """How the service is reached."""

    key: str
    secret: Secret
    base_url: str
    calls_per_minute: int
    ca_file: Path | None
    proxy: str | None
    allow_http: bool
