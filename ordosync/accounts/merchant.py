"""The Merchant's side of a portal, in parts: the orders that are sold, and their results."""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from ordosync.accounts.account import ReadRequest
from ordosync.accounts.portal_account import PortalAccount
from ordosync.models import InvalidRecord, Order, Outcome, Page, Product, Shipment, Split, Stock


class MerchantOrders(Protocol):
    """Orders that this portal's Supplier is to ship."""

    @property
    def requires_address(self) -> bool:
        """True if an order has an address wherever it has anything to ship.

        An order without a usable address is then not sent.
        """

    @property
    def reports_reassigned(self) -> bool:
        """True if a read reports orders that were given to another supplier."""

    def changed(self, request: ReadRequest) -> Iterator[Page[Order | InvalidRecord]]:
        """Yield the orders that changed since the cursor.

        An order that was taken from this Supplier since is a skipped `InvalidRecord` with the code
        `reassigned`.
        """

    def by_id(self, ids: Sequence[str]) -> Iterator[Page[Order | InvalidRecord]]:
        """Yield these orders as they are now; an order that is gone is on no page.

        Works as long as a step of the order is not settled, even if the source has forgotten it.
        An order that need not be shipped any more is gone, too.
        """

    def acknowledge(self, ids: Sequence[str]) -> None:
        """Called after these orders were created at the Supplier. Idempotent."""

    def ancestors(self, ids: Sequence[str]) -> Mapping[str, Sequence[str]]:
        """Return what each of these cancelled orders was split from, nearest first.

        They were just read as cancelled. An order that was never split is missing.
        """

    def line_claims(self, order: Order) -> Sequence[str]:
        """Return the names under which the lines of an order are claimed for one Supplier.

        They are the same in all orders that one unit may be sent in.
        """

    def is_beside(self, order_id: str, others: str) -> bool:
        """True if an order of another Supplier has units of the same line of its own."""


class MerchantCancellations(Protocol):
    """Orders that the Merchant has cancelled before they were shipped."""

    def changed(self, request: ReadRequest) -> Iterator[Page[str]]:
        """Yield the ids of orders that changed since the cursor and are cancelled, unshipped."""

    def among(self, ids: Sequence[str]) -> frozenset[str]:
        """Return which of these orders are cancelled, unshipped, at this moment."""

    def reply(self, cancelled: Mapping[str, bool]) -> None:
        """Accept (True) or reject (False) the cancellation requests of these orders. Idempotent.

        Does nothing for an order that is cancelled already.
        """


class MerchantProducts(Protocol):
    """The products that this Supplier delivers."""

    def changed(self, request: ReadRequest) -> Iterator[Page[Product | InvalidRecord]]:
        """Yield the products that changed since the cursor; archived ones are left out."""

    def by_id(self, ids: Sequence[str]) -> Iterator[Page[Product | InvalidRecord]]:
        """Yield these products as they are now; a product that is gone is on no page."""


class MerchantStock(Protocol):
    """Quantities of the Supplier's products, as the Merchant sells them."""

    def current(self, ids: Sequence[str]) -> Mapping[str, Stock]:
        """Return, by product id, what `write` would replace; a missing product is gone.

        Each kind says what the quantity means; Ordoro: physical on hand in one warehouse. A
        quantity that falls with each sale has `unimported_sales`, too.
        """

    def unimported_sales(self) -> Iterator[Page[Order]]:
        """Yield the unshipped orders for which the current quantity has fallen.

        Nothing if it falls when a parcel leaves.
        """

    def write(self, stock: Sequence[Stock]) -> list[Outcome]:
        """Set, never add, quantities of 0 or more."""


class MerchantTracking(Protocol):
    """Tracking numbers at the Merchant's orders."""

    def add(self, shipments: Sequence[Shipment]) -> list[Outcome]:
        """Add tracking numbers; the order becomes shipped, and its physical stock stays.

        An order that was split here passes its number on to each open piece; the outcome's code
        is then `on-pieces`. A number that is there is `unchanged`. A voided number is replaced.
        An order with another, valid number keeps it: refused, `other-tracking`. A cancelled order
        refuses: `cancelled`.
        """

    def void(self, shipments: Sequence[Shipment]) -> list[Outcome]:
        """Flag tracking numbers as void; the order stays shipped. A missing one: `unchanged`."""


class MerchantSplits(Protocol):
    """Splits of the Merchant's orders."""

    def split(self, splits: Sequence[Split]) -> list[Outcome]:
        """Split open orders into pieces as given, whole or not at all; `done` has the pieces.

        The pieces stay requested from the same Supplier. An order that has pieces with these
        references is `unchanged`, with them. An order that is split otherwise, shipped or
        cancelled, or whose lines do not add up, refuses. Pieces and lines are in the given order.
        """


@dataclass(frozen=True, kw_only=True)
class Merchant(PortalAccount):
    """The Merchant's side of a portal. A part that is None: this account does not have it."""

    orders: MerchantOrders
    cancellations: MerchantCancellations | None = None
    products: MerchantProducts | None = None
    stock: MerchantStock | None = None
    tracking: MerchantTracking | None = None
    splits: MerchantSplits | None = None
    supplier_key: Hashable = None
    """What tells whose a line is, such as the supplier's id; None: only its SKU does.

    Portals of one Merchant with different keys never read the same line at the same time.
    """

    def cancelled_among(self, ids: Sequence[str]) -> frozenset[str]:
        """Return which of these orders are cancelled; none if the account has no cancellations."""
        return self.cancellations.among(ids) if self.cancellations else frozenset()
