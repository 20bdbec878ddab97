"""The Merchant of a portal, in parts: its orders, products and stock, tracking and shortages."""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from ordosync.accounts.account import ReadRequest
from ordosync.accounts.portal_account import PortalAccount
from ordosync.models import (
    Cancellation,
    InvalidRecord,
    Order,
    Outcome,
    Page,
    Product,
    Shipment,
    Split,
    Stock,
)
from ordosync.shortages import ShortageReport

Takes = Literal["lines", "numbers", "pieces"]
"""lines: the units of each parcel. numbers: several numbers, without units. pieces: an order is
shipped as a whole, so it is split for each parcel."""


class MerchantOrders(Protocol):
    """Orders that this portal's Supplier must ship."""

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
        An order that is not to be shipped any more is omitted, too. But if a part was sent and the
        rest is cancelled, its lines have 0 units, so the rest is removed at the Supplier.
        """

    def acknowledge(self, ids: Sequence[str]) -> None:
        """Called after these orders were created at the Supplier. Idempotent."""

    def ancestors(self, ids: Sequence[str]) -> Mapping[str, Sequence[str]]:
        """Return the orders that these cancelled orders were split from, nearest first.

        The orders were just read as cancelled. An order that is not a piece is omitted.
        """

    def line_claims(self, order: Order) -> Sequence[str]:
        """Return the keys with which the lines of an order are claimed for one Supplier.

        If a unit may be part of several orders, it has the same key in all of them.
        """

    def is_beside(self, order_id: str, other_id: str) -> bool:
        """True if two orders of different Suppliers each have their own units of the same line."""


class MerchantCancellations(Protocol):
    """Orders, and units of orders, that the Merchant has cancelled before they were sent."""

    def changed(self, request: ReadRequest) -> Iterator[Page[Cancellation]]:
        """Yield the orders that changed since the cursor and are cancelled, wholly or in part.

        An order is cancelled as a whole if it is cancelled and none of its units was sent, or if
        the account does not report which units are cancelled. An account that does not know the
        earlier state of an order yields each changed order with its units.
        If users may have merged an order into another one, `other_lines` of its lines are the lines
        that may have its units now, and the other order is in the same page.
        """

    def among(self, ids: Sequence[str]) -> frozenset[str]:
        """Return which of these orders are cancelled as a whole at this moment."""

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

    @property
    def falls_with_sales(self) -> bool:
        """True if a sale lowers a quantity at once, so that `unimported_sales` reports it."""

    def current(self, ids: Sequence[str]) -> Mapping[str, Stock]:
        """Return the quantities that `write` replaces, by product id.

        A product that does not exist is omitted. Each kind defines its quantity. At Ordoro, it is
        physical on hand in one warehouse. If a sale lowers the quantity, the account reports
        `unimported_sales`, or the `unsent` units of each product.
        """

    def unimported_sales(self) -> Iterator[Page[Order]]:
        """Yield the unshipped orders that have lowered the current quantity.

        Yields nothing if only a sent parcel lowers it.
        """

    def write(self, stock: Sequence[Stock]) -> list[Outcome]:
        """Set quantities of 0 or more."""


class MerchantTracking(Protocol):
    """Tracking numbers at the Merchant's orders."""

    @property
    def takes(self) -> Takes:
        """The detail in which an order shows its parcels."""

    def add(self, shipments: Sequence[Shipment]) -> list[Outcome]:
        """Add the tracking numbers of parcels; physical stock stays.

        A parcel with `lines` holds these units. Without `lines`, a parcel with `is_last` holds all
        open units; any other parcel only adds its number, and every unit stays open. The order is
        shipped once no unit is open.
        If the account takes pieces, the units of a parcel become a piece that is shipped. The
        outcome has that piece and, if units remain, a second one with the rest.

        If the order was split in this account, each open piece gets the number; the outcome's code
        is then `on-pieces`. An existing number is `unchanged`; if its parcel had no units, they are
        added. A voided number is replaced. If no unit is open, a further number of this Supplier is
        added if the account can hold it. If it cannot, or if the Merchant has sent the units with
        its own number: refused, `other-tracking`. More units than are open: refused,
        `more-than-ordered`. A cancelled order refuses: `cancelled`. An account may add units that
        were cancelled, as they are sent all the same: the outcome's code is then `cancelled`.
        """

    def void(self, shipments: Sequence[Shipment]) -> list[Outcome]:
        """Flag tracking numbers as void; other numbers stay. A missing one: `unchanged`.

        A shipped order stays shipped; otherwise it would be sent twice.
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


class MerchantShortages(Protocol):
    """Shortages of the Supplier, reported in the Merchant's orders. Money is never refunded."""

    @property
    def can_hold(self) -> bool:
        """True if `hold` keeps units from being promised to the buyer."""

    @property
    def can_cancel(self) -> bool:
        """True if `cancel` can cancel only the units that are short."""

    def report(self, reports: Sequence[ShortageReport]) -> list[Outcome]:
        """Add the reports to these orders, each only once per key: `unchanged` after that."""

    def hold(self, reports: Sequence[ShortageReport]) -> list[Outcome]:
        """Hold the short units of these orders, or the orders; `unchanged` if they are held.

        If the account moves the other units to a new order, the outcome has both as `pieces`, the
        held one first. A hold that the Merchant has ended is not set again for the same key.
        """

    def cancel(self, reports: Sequence[ShortageReport]) -> list[Outcome]:
        """Cancel the units whose answer is `cancelled`, never the order of a line that is short.

        The outcome has the `pieces` if the account splits the order for it, the cancelled one
        first. No buyer is refunded.
        """


def whole(ids: Iterable[str]) -> Iterator[Cancellation]:
    """Yield the cancellations of these orders as a whole."""
    return (Cancellation(order_id=id_) for id_ in ids)


@dataclass(frozen=True, kw_only=True)
class Merchant(PortalAccount):
    """The Merchant of a portal. A part is None if the account does not have it."""

    orders: MerchantOrders
    cancellations: MerchantCancellations | None = None
    products: MerchantProducts | None = None
    stock: MerchantStock | None = None
    tracking: MerchantTracking | None = None
    splits: MerchantSplits | None = None
    shortages: MerchantShortages | None = None
    lists_requested: bool = False
    """True if a read of `orders` without a cursor yields every order that is still requested."""
    includes_sent_units: bool = False
    """True if quantities of lines include the sent units, since the account does not know them.

    `Line.quantity` and the units of a `Cancellation` are then the ordered units minus the cancelled
    ones.
    """
    shows_owed_units: bool = False
    """True if quantities of lines are the units that are still to be sent by any Supplier.

    They count until an order is sent, and never afterwards, since they fall with each parcel.
    """
    reports_removed_units: bool = True
    """True if `cancellations` also reports units that were removed from an order.

    Otherwise only a comparison with what was sent shows them, so import-orders removes them at the
    Supplier where cancel-orders runs automatically.
    """
    hold_conditions: Mapping[str, str] = field(default_factory=dict)
    """The conditions of `hold:` that it can judge; the value is the option that is missing for it,
    or empty. See `HoldFacts`."""
    merged: Callable[[Sequence[str]], Iterable[Cancellation]] = lambda _: ()
    """Yields the units of these orders that users may have merged into other orders, and those of
    the other orders; see `MerchantCancellations.changed`. `orders.by_id` omits a merged order."""
    withdrawn: Callable[[Iterable[str]], Mapping[str, str]] | None = None
    """Returns why orders that were last read in these states of the source (`Order.as_of`) are not
    requested any more, by state; states of other orders are omitted. None: `by_id` omits them."""
    supplier_key: Hashable = None
    """The key that assigns a line to this Supplier, such as the supplier's id; None: only the SKU.

    Portals of one Merchant with different keys never read the same line at the same time.
    """

    def cancelled_among(self, ids: Sequence[str]) -> frozenset[str]:
        """Return which of these orders are cancelled; empty if the account has no cancellations."""
        return self.cancellations.among(ids) if self.cancellations else frozenset()
