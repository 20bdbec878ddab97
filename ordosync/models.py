"""Frozen values that are sent between accounts. Imports only `hold_facts`.

An `id` belongs to one account and is never compared with an id of another account; a `number` is
what users read. `_at` is an aware UTC datetime. Money is `Decimal`, in the currency beside it.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Generic, Literal, TypeVar

from msgspec import Struct

from ordosync.hold_facts import HoldFacts

T = TypeVar("T")


class Address(Struct, frozen=True, kw_only=True, gc=False):
    """A postal address as the source has it, country included; nothing is corrected."""

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
    """One line of an order. Several lines may have the same SKU; they are never merged."""

    id: str
    """Unique in its account, not only in its order."""
    sku: str
    name: str
    quantity: int
    """The units to send, without cancelled ones; 0 if a line without open units is shown."""
    unit_price: Decimal | None = None
    details: str = ""
    """The buyer's choices or engraving; Ordoro calls them "Additional details"."""
    total: Decimal | None = None
    discount: Decimal | None = None
    supplier_sku: str = ""
    supplier_unit_cost: Decimal | None = None
    merchant_sku: str = ""
    """The Merchant's SKU, if a SKU map has the line; then `sku` is that of the Supplier."""
    pack: int = 1
    """The Supplier's units in one unit of the Merchant, which has the price until it is sent."""

    @property
    def own_sku(self) -> str:
        """The SKU in its own account."""
        return self.merchant_sku or self.sku


class Order(Struct, frozen=True, kw_only=True, gc=False):
    """An order of one account or, with a `reference` and without an id, an order to be created."""

    id: str
    number: str
    lines: tuple[Line, ...]
    ship_to: Address
    currency: str = ""
    """ISO 4217; empty if no line has a price."""
    status: str = ""
    """awaiting_fulfillment, dropshipment_requested, partially_shipped, shipped or cancelled."""
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
    """True if it was split: its pieces are separate orders, and it cannot be changed."""
    is_held: bool = False
    """True if a local account does not ship it, since the Merchant edited it."""
    hold_facts: HoldFacts = HoldFacts()
    reference: str = ""
    """Chosen by ordosync, unique in its account."""
    content: str = ""
    """A digest of the source, as `<form>-<digest>`; see `edited`."""
    needs_shipping: bool = True
    """False if it needs no address: no line is shipped, or the buyer picks it up."""
    not_shipped: Mapping[str, str] = {}
    """The lines whose product needs no shipping, each with the id of its product."""
    as_of: str = ""
    """The version of its source, as text that sorts by age; empty if there is only one version."""
    remark: str = ""
    """The account's decisions while it read the order, for the log. No personal data."""


class InvalidRecord(Struct, frozen=True, kw_only=True, gc=False):
    """A record of the source that cannot become an order or product, with the reason."""

    id: str
    code: str
    reason: str
    """File, row and problem, for the operator. No personal data."""
    content: str
    is_skipped: bool = False
    """True if a rule excludes it, so that there is nothing to fix."""
    is_whole_file: bool = False
    """True if it is a whole file or a row without an order; the id then names the source."""
    as_of: str = ""


class Product(Struct, frozen=True, kw_only=True, gc=False):
    """A product. A kit has no separate stock: it is assembled from other products."""

    id: str
    sku: str
    name: str
    price: Decimal | None = None
    weight_g: Decimal | None = None
    supplier_sku: str = ""
    is_kit: bool = False
    archived: bool = False
    needs_shipping: bool = True
    content: str = ""


class Stock(Struct, frozen=True, kw_only=True, gc=False):
    """The quantity of a product: available at the Supplier, or as the Merchant shows it."""

    product_id: str
    sku: str
    quantity: int | None
    """None if it was never counted, which is not 0. Negative if it is oversold."""
    fixed: str = ""
    """Why it cannot be written, such as `kit` or `archived`; empty if it can."""
    unsent: int = 0
    """Units that the Merchant has sold and the Supplier does not have, if its account knows."""
    counted_at: datetime | None = None
    """The time of a quantity whose age is limited; None: now."""


class ParcelLine(Struct, frozen=True, kw_only=True, gc=False):
    """The units of a line that are in one parcel."""

    line_id: str
    """The id of the line in the account that the parcel is read from, or written to."""
    quantity: int
    """1 or more."""
    sku: str = ""
    other_lines: tuple[str, ...] = ()
    """Other lines that may have these units, if the account names only the SKU."""


class Shipment(Struct, frozen=True, kw_only=True, gc=False):
    """A parcel that was sent, with the fields that are reported to the Merchant."""

    id: str
    """The Supplier's id, also at the Merchant; the order's, if an order has only one number."""
    order_id: str
    tracking_number: str
    """Empty if the order was only marked as shipped, or if a deleted label is unknown."""
    carrier: str
    shipped_at: datetime
    """With the UTC offset of the source."""
    method: str = ""
    cost: Decimal | None = None
    currency: str = ""
    warehouse: str = ""
    ancestors: tuple[str, ...] = ()
    """Ids of the orders that its order was split from, nearest first."""
    voided: bool = False
    """True if the label was deleted; its tracking number is no longer valid."""
    cancelled: bool = False
    """True if the Supplier cancelled its order and the order has no valid label."""
    reference: str = ""
    lines: tuple[ParcelLine, ...] | None = None
    """Its units by line; None if unknown."""
    is_last: bool = True
    """True if no unit of its order is open after it, whatever status a service shows. Only a parcel
    without `lines` that is the last one holds all units that were still open."""
    rest: tuple[ParcelLine, ...] = ()
    """For a Merchant that takes pieces: the units that stay open after it."""
    at_most: tuple[ParcelLine, ...] = ()
    """For a Merchant, if it holds all open units: those that were sent to the Supplier."""
    is_requested: Callable[[str], bool] | None = None
    """Beside `at_most`: true for the SKUs that the portal sends to the Supplier."""
    is_ignored: Callable[[str], bool] | None = None
    """For a Merchant, if it is the last one: true for the SKUs that the portal ignores."""
    more_numbers: tuple[str, ...] = ()


OWN = "own"
"""The id of a shipment that the Merchant entered itself."""


class OrderSnapshot(Struct, frozen=True, kw_only=True, gc=False):
    """An order in any status with its shipments, to compare two accounts."""

    order: Order
    """Its number is without a prefix of the account; its lines have the sent and the open units."""
    shipments: tuple[Shipment, ...] = ()
    """With lines, the newest last. At the Merchant an `id` is the Supplier's, `OWN` or empty."""
    is_ours: bool = True
    """False if, at the Merchant, it was given to another supplier."""


class PieceLine(Struct, frozen=True, kw_only=True, gc=False):
    """The units of a line of the split order that are in one piece."""

    of_line: str
    """The id of the line that was split."""
    quantity: int
    id: str = ""
    """The id of the line in the piece; empty if the piece is still to be created."""


class Piece(Struct, frozen=True, kw_only=True, gc=False):
    """One piece of a split order, such as a child order."""

    lines: tuple[PieceLine, ...]
    id: str = ""
    """The id in its account; empty if it is still to be created."""
    reference: str = ""
    """Chosen by ordosync for a piece to be created, unique in the account."""


class Split(Struct, frozen=True, kw_only=True, gc=False):
    """The partition of an order: the quantities of its pieces add up to those of the order."""

    order_id: str
    pieces: tuple[Piece, ...]
    is_ignored: Callable[[str], bool] | None = None
    """True for the SKUs that the portal ignores; their lines stay with the first piece."""


class Cancellation(Struct, frozen=True, kw_only=True, gc=False):
    """An order that the Merchant cancelled, wholly or in part."""

    order_id: str
    lines: tuple[ParcelLine, ...] | None = None
    """The units of each line that are still to be sent, 0 included; None if all is cancelled."""


class Comment(Struct, frozen=True, kw_only=True, gc=False):
    """A comment on the timeline of an order."""

    key: str
    """Identifies the comment: added to an order only once."""
    order_id: str
    text: str


OutcomeState = Literal["done", "unchanged", "asked", "refused", "unavailable", "unknown"]


class Outcome(Struct, frozen=True, kw_only=True, gc=False):
    """The outcome of one write.

    done: it was written now. unchanged: the account had it already. asked: a person answers later.
    refused: never accepted unchanged. unavailable: not written yet. unknown: perhaps written.
    """

    state: OutcomeState
    id: str = ""
    line_ids: tuple[str, ...] = ()
    """The ids of the lines in the account, in the order in which they were sent."""
    pieces: tuple[Piece, ...] = ()
    """For a split: the pieces in the account, in the order in which they were sent."""
    code: str = ""
    reason: str = ""
    retry_after_s: float | None = None
    keeps_reference: bool = True
    """False if the response to a create lacks the reference: then a look-up proves nothing."""

    def as_unchanged(self) -> "Outcome":
        """Return the outcome of the same create, repeated: it is unchanged if it was done."""
        if self.state != "done":
            return self
        return Outcome(state="unchanged", id=self.id, line_ids=self.line_ids)


class Page(Struct, Generic[T], frozen=True, kw_only=True, gc=False):
    """A page of a read, in an order that the account can repeat."""

    items: tuple[T, ...]
    cursor: str | None = None
    """The start of the next read if this page is the last one; None: the same as of this read."""


def refused(code: str, reason: str) -> Outcome:
    """Return the outcome of a write that will never be accepted unchanged."""
    return Outcome(state="refused", code=code, reason=reason)


def normalized_sku(sku: str) -> str:
    """Return a SKU for comparison: some shops keep their own spelling."""
    return sku.strip().casefold()
