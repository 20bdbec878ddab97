"""The Merchant of a portal, in parts: its orders, products and stock, and tracking and splits."""

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
        """True if every order that is to be shipped has an address.

        Then an order without a usable address is not sent.
        """

    @property
    def reports_reassigned(self) -> bool:
        """True if a read reports orders that were given to another supplier."""

    def changed(self, request: ReadRequest) -> Iterator[Page[Order | InvalidRecord]]:
        """Yield the orders that changed since the cursor.

        An order that was given to another supplier is a skipped `InvalidRecord` with the code
        `reassigned`.
        """

    def by_id(self, ids: Sequence[str]) -> Iterator[Page[Order | InvalidRecord]]:
        """Yield these orders as they are now; an order that does not exist any more is omitted.

        Works as long as a step of the order is not settled, even if the source has deleted it.
        An order that is not to be shipped any more is omitted, too.
        """

    def acknowledge(self, ids: Sequence[str]) -> None:
        """Called after these orders were created at the Supplier. Idempotent."""

    def ancestors(self, ids: Sequence[str]) -> Mapping[str, Sequence[str]]:
        """Return the ancestors of these cancelled orders, nearest first: what they were split from.

        The orders were just read as cancelled. An order that is not a piece is omitted.
        """

    def line_claims(self, order: Order) -> Sequence[str]:
        """Return the keys with which the lines of an order are claimed for one Supplier.

        If a unit may be part of several orders, it has the same key in all of them.
        """

    def is_beside(self, order_id: str, other_id: str) -> bool:
        """True if two orders of different Suppliers each have their own units of the same line."""


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
        """Yield the products that changed since the cursor; archived products are omitted."""

    def by_id(self, ids: Sequence[str]) -> Iterator[Page[Product | InvalidRecord]]:
        """Yield these products as they are now; a product that does not exist is omitted."""


class MerchantStock(Protocol):
    """Quantities of the Supplier's products at the Merchant."""

    def current(self, ids: Sequence[str]) -> Mapping[str, Stock]:
        """Return the quantities that `write` replaces, by product id.

        A product that does not exist is omitted. Each kind defines its quantity. At Ordoro, it is
        physical on hand in one warehouse. If a sale lowers the quantity, the account reports
        `unimported_sales`, too.
        """

    def unimported_sales(self) -> Iterator[Page[Order]]:
        """Yield the unshipped orders that have lowered the current quantity.

        Yields nothing if only a sent parcel lowers it.
        """

    def write(self, stock: Sequence[Stock]) -> list[Outcome]:
        """Set quantities of 0 or more."""


class MerchantTracking(Protocol):
    """Tracking numbers at the Merchant's orders."""

    def add(self, shipments: Sequence[Shipment]) -> list[Outcome]:
        """Add tracking numbers; the order becomes shipped, and its physical stock does not change.

        If the order was split, each open piece gets the number, and the outcome's code is
        `on-pieces`. An existing number is `unchanged`. A voided number is replaced. An order with
        another valid number is refused with `other-tracking`, a cancelled order with `cancelled`.
        """

    def void(self, shipments: Sequence[Shipment]) -> list[Outcome]:
        """Mark tracking numbers as void; the order stays shipped.

        If an order does not have the number, the outcome is `unchanged`.
        """


class MerchantSplits(Protocol):
    """Splits of the Merchant's orders."""

    def split(self, splits: Sequence[Split]) -> list[Outcome]:
        """Split open orders into all of the given pieces or none; the outcome has the pieces.

        The pieces stay requested from the same Supplier. If the order has pieces with these
        references, the outcome is `unchanged`, with the pieces. The split is refused if the order
        is split differently, shipped or cancelled, or if the pieces do not add up to its lines.
        Pieces and lines are in the given order.
        """


@dataclass(frozen=True, kw_only=True)
class Merchant(PortalAccount):
    """The Merchant of a portal. A part is None if the account does not have it."""

    orders: MerchantOrders
    cancellations: MerchantCancellations | None = None
    products: MerchantProducts | None = None
    stock: MerchantStock | None = None
    tracking: MerchantTracking | None = None
    splits: MerchantSplits | None = None
    supplier_key: Hashable = None
    """The key that assigns a line to this Supplier, such as the supplier's id; None: only the SKU.

    Portals of one Merchant with different keys never read the same line at the same time.
    """

    def cancelled_among(self, ids: Sequence[str]) -> frozenset[str]:
        """Return which of these orders are cancelled; empty if the account has no cancellations."""
        return self.cancellations.among(ids) if self.cancellations else frozenset()
