"""What travels between accounts, as frozen values. Imports nothing of ours.

An `id` belongs to one account and is never compared with an id of another; a `number` is what
people read. `_at` is an aware UTC datetime. Money is `Decimal`, in the currency beside it.

What there are ten of for each order is a `Struct` here and elsewhere: made in a quarter of the time
of a dataclass, and none of the garbage collector's business.
"""

from datetime import datetime
from decimal import Decimal
from typing import Generic, Literal, TypeVar

import msgspec
from msgspec import Struct

T = TypeVar("T")


class Address(Struct, frozen=True, kw_only=True, gc=False):
    """A postal address as it was given; nothing is corrected. `country` is as the source has it."""

    name: str = ""
    company: str = ""
    street1: str = ""
    street2: str = ""
    city: str = ""
    state: str = ""
    zip: str = ""
    country: str = ""
    phone: str = ""
    email: str = ""


class Line(Struct, frozen=True, kw_only=True, gc=False):
    """One line of an order. The same SKU may stand on several lines, which stay apart."""

    id: str
    """Unique in its account, not only in its order."""
    sku: str
    name: str
    quantity: int
    unit_price: Decimal | None = None
    details: str = ""
    """What the buyer chose or had engraved: "Additional details" in Ordoro."""
    total: Decimal | None = None
    discount: Decimal | None = None
    supplier_sku: str = ""
    supplier_unit_cost: Decimal | None = None


class Order(Struct, frozen=True, kw_only=True, gc=False):
    """An order as one account has it, or, with a `reference` and no id, as it is to be created."""

    id: str
    number: str
    lines: tuple[Line, ...]
    ship_to: Address
    currency: str = ""
    """ISO 4217; empty where no line has a price."""
    status: str = ""
    """awaiting_fulfillment, dropshipment_requested, shipped or cancelled."""
    placed_at: datetime | None = None
    bill_to: Address | None = None
    shipping_method: str = ""
    customer_notes: str = ""
    internal_notes: str = ""
    discount: Decimal | None = None
    tags: tuple[str, ...] = ()
    ancestors: tuple[str, ...] = ()
    """Ids of the orders this one was split from, nearest first."""
    is_split: bool = False
    """Only to be looked at any more: its pieces are orders of their own."""
    reference: str = ""
    """Chosen by ordosync, unique in the account that it creates the order in."""
    content: str = ""
    """What was read, as `<how>-<digest>`; see `edited`."""
    needs_shipping: bool = True
    """False if nothing in it is shipped, or if the buyer picks it up: no address is needed."""
    as_of: str = ""
    """Which state of its source says this: texts that sort by age. Empty where a source has only
    one state, which is that of now."""
    remark: str = ""
    """What its account decided while it read the order, for the log; holds no personal data."""


class Unusable(Struct, frozen=True, kw_only=True, gc=False):
    """Something in the source that cannot become an order, and why."""

    id: str
    code: str
    reason: str
    """For people: file and row, and what is wrong. Holds no personal data."""
    content: str
    skip: bool = False
    """True where a rule of the configuration says no, so that nobody has to mend anything."""
    of_source: bool = False
    """True where it is no order at all, such as a whole file; the id says what it is."""
    as_of: str = ""
    """As that of an order."""


class Product(Struct, frozen=True, kw_only=True, gc=False):
    """What can be ordered. A kit has no stock of its own: it is put together from others."""

    id: str
    sku: str
    name: str
    price: Decimal | None = None
    weight_g: Decimal | None = None
    supplier_sku: str = ""
    """What the Supplier calls it, where the Merchant keeps that."""
    is_kit: bool = False
    archived: bool = False
    content: str = ""
    """What was read, as `<how>-<digest>`."""


class Stock(Struct, frozen=True, kw_only=True, gc=False):
    """How many there are of a product: at the Supplier to be sold, at the Merchant as written."""

    product_id: str
    sku: str
    quantity: int | None
    """None: never counted, which is not 0. Negative: oversold."""
    fixed: str = ""
    """Why nobody may write it (`kit`, `archived`, `unassigned`, `unmanaged`, `shared`,
    `ambiguous`); empty where one may."""


class Shipment(Struct, frozen=True, kw_only=True, gc=False):
    """A parcel that was sent, with the six things that a Merchant is told of it."""

    id: str
    """In the Supplier's account, also where it is written to the Merchant."""
    order_id: str
    """In the account that it is read from, or written to."""
    tracking_number: str
    """Empty where the order was only marked as shipped, and where a label was deleted and the
    account does not say which."""
    carrier: str
    shipped_at: datetime
    """With the offset that it was given with."""
    method: str = ""
    cost: Decimal | None = None
    currency: str = ""
    """Of the cost; empty where there is none."""
    warehouse: str = ""
    ancestors: tuple[str, ...] = ()
    """Ids of the orders that its order was split from, nearest first."""
    voided: bool = False
    """The label was deleted; what it told holds no more."""
    cancelled: bool = False
    """True if its order was cancelled by the Supplier and has no label that holds."""
    reference: str = ""
    """Of ours, which its order carries; empty where that is the Supplier's own, or not told."""
    edited: bool = False
    """The Supplier changed the order's lines before it was sent, as far as the account knows."""
    is_partial: bool = False
    """True if units of its order are still to be sent: neither in a live parcel, nor cancelled, nor
    refunded. Reckoned from lines, refunds and parcels, never from a service's own status."""
    other_numbers: tuple[str, ...] = ()
    """The other live tracking numbers of the same order, oldest first. None of them is void."""
    other_ids: tuple[str, ...] = ()
    """The ids of the parcels of `other_numbers`; empty where all of an order have one id."""


OWN = "own"


class Standing(Struct, frozen=True, kw_only=True, gc=False):
    """An order in whatever status, with what was sent of it: to compare two accounts by."""

    order: Order
    """Its number is without what the account itself puts before it."""
    shipments: tuple[Shipment, ...] = ()
    """The newest last. At the Merchant an `id` is the Supplier's, empty where that is not kept, and
    `OWN` of a label that nobody told it."""
    is_ours: bool = True
    """At the Merchant: whether it was not taken from this portal's Supplier since."""


class PieceLine(Struct, frozen=True, kw_only=True, gc=False):
    """How much of a line of the order that was split is in one piece."""

    of_line: str
    """The id of the line that was split."""
    quantity: int
    id: str = ""
    """The id of the line in the piece; empty where the piece is still to be made."""


class Piece(Struct, frozen=True, kw_only=True, gc=False):
    """One part of a split order: whatever the account has for it, such as a child order."""

    lines: tuple[PieceLine, ...]
    id: str = ""
    """Of the piece in its account; empty where it is still to be made."""
    reference: str = ""
    """Chosen by ordosync for a piece that is to be made, unique in the account."""


class Split(Struct, frozen=True, kw_only=True, gc=False):
    """The partition of an order: the quantities of its pieces add up to those of the order."""

    order_id: str
    pieces: tuple[Piece, ...]


class Comment(Struct, frozen=True, kw_only=True, gc=False):
    """A remark on the timeline of an order."""

    key: str
    """The same key on the same order is the same remark, made once."""
    order_id: str
    text: str


def edited(before: str, after: str) -> bool:
    """Whether two `content` values read in the same way differ.

    Values read in different ways (the mapping of the columns has changed) cannot be compared,
    and an edit that cannot be shown is not claimed.
    """
    how, _, digest = before.partition("-")
    return after.startswith(f"{how}-") and after != f"{how}-{digest}"


OutcomeState = Literal["done", "unchanged", "refused", "unavailable", "unknown"]


class Outcome(Struct, frozen=True, kw_only=True, gc=False):
    """What came of one write.

    done: it happened now. unchanged: the account had it already. refused: it will never pass as
    it is. unavailable: it did not happen and may pass later. unknown: it may have happened.
    """

    state: OutcomeState
    id: str = ""
    """The id there, when done or unchanged."""
    line_ids: tuple[str, ...] = ()
    """The ids there of the lines, in the order in which they were sent."""
    pieces: tuple[Piece, ...] = ()
    """For a split: the pieces there, in the order in which they were sent."""
    code: str = ""
    reason: str = ""
    retry_after_s: float | None = None
    keeps_reference: bool = True
    """False if the answer to a create lacked our reference, so that no look-up proves anything."""


class Page(Struct, Generic[T], frozen=True, kw_only=True, gc=False):
    """A part of a reading, in an order that the account can repeat."""

    items: tuple[T, ...]
    cursor: str | None = None
    """Where the next reading starts if this page is the last of a complete one; None: unmoved."""


_LARGEST_QUANTITY = 2**31 - 1  # an integer, also in other databases


def refused(code: str, reason: str) -> Outcome:
    """Return the outcome of a write that will never pass as it is."""
    return Outcome(state="refused", code=code, reason=reason)


def normalized_sku(sku: str) -> str:
    """Return a SKU as it is compared: some shops keep it in the spelling of their own product."""
    return sku.strip().casefold()


def refusal(order: Order, *, by_desk: bool = False) -> str | None:
    """Say why this order cannot be kept, without personal data; None where it can.

    Only one that people make themselves, `by_desk`, has no reference.
    """
    if not order.reference and not by_desk:
        return "has no reference"
    if not order.number:
        return "has no number"
    if not order.lines:
        return "has no lines"
    for position, line in enumerate(order.lines, 1):
        if not line.sku:
            return f"line {position} has no SKU"
        if not 1 <= line.quantity <= _LARGEST_QUANTITY:
            return f"line {position}: quantity {line.quantity} is not 1 to {_LARGEST_QUANTITY}"
        for amount in (line.unit_price, line.total, line.discount, line.supplier_unit_cost):
            if amount is not None and not amount.is_finite():
                return f"line {position} has an amount that is not a number"
    if order.discount is not None and not order.discount.is_finite():
        return "has a discount that is not a number"
    if not _is_text(order):
        return "has a NUL or half of a surrogate pair in one of its texts"
    return None


def _is_text(order: Order) -> bool:
    try:
        written = msgspec.json.encode(order)
    except UnicodeEncodeError:  # half of a surrogate pair, which JSON's escapes can smuggle in
        return False
    return rb"\u0000" not in written.replace(rb"\\", b"")  # these six letters typed are no NUL
