"""Values of the table `links`: the two ids of an order, line, product or parcel.

A link also prevents a second import: while it exists, its object is not imported again.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, Literal

from msgspec import Struct

from ordosync.shortages import ShortageReason

LinkKind = Literal["order", "line", "product", "shipment", "parcel"]
"""`shipment` is a parcel that was linked before the ledger. Its id at the Merchant is the order's
id, since each order had only one parcel."""
LinkState = Literal[
    "live",
    "split",
    "sent",
    "cancelled_by_task",
    "cancelled_by_supplier",
    "cancel_asked",
    "cancel_refused",
    "reopened",
    "voided",
    "remapped",
]
"""State of an order since it was linked. `cancel_asked`: the Merchant cancelled it and the Supplier
was asked, and has not answered, so it may still be sent. `cancel_refused`: the Merchant cancelled
it after it was shipped; `reopened`: its label was deleted after that, so it can be cancelled.
`sent`: a piece at the Merchant that is one parcel of the Supplier's order. `voided`: a parcel whose
label was deleted. `split`, for a line: its open units are in pieces. `remapped`: a product that the
map gave another product of the Supplier.
"""


class ShortUnits(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The units of a line that the Supplier does not send, or sends later."""

    cancelled: int = 0
    """The cancelled units of the line that no task has cancelled."""
    reported: int = 0
    """Those of them that were reported to the Merchant."""
    backordered: int = 0
    expected: date | None = None
    """The day on which backordered units are expected."""
    reason: ShortageReason = "other"
    reports: int = 0
    """The number of reports to the Merchant so far."""


class Link(Struct, frozen=True, kw_only=True):
    """One object that both accounts have, with its id in each of them."""

    kind: LinkKind
    merchant_id: str
    supplier_id: str
    generation: int = 1
    """Number of the import: 2 for an order that was cancelled by the task and requested again. For
    parcels, it counts labels; `<order>|<parcel>` is linked to `<parcel>:<tracking number>`."""
    state: LinkState = "live"
    order_id: str | None = None
    """For a line or parcel: the Merchant's order; None if it was linked before the ledger."""
    ordered: int | None = None
    """For a line: its ordered units, by the Supplier's count; None if unknown."""
    sent: int | None = None
    cancelled: int | None = None
    short: ShortUnits | None = None
    """For a line: None if it was never short."""
    moved: int = 0
    """For a line: the units that go to another piece now. Not stored."""
    is_restored: bool = False
    """For an order that the Supplier had cancelled, or was asked to cancel: True if it is live
    again. Not stored."""
    units: Mapping[str, int] | None = None
    """For a parcel: its units by the Merchant's line; None if unknown."""
    digests: str | None = None
    """For an order: keyed digests of what was sent, by group; None if unknown."""
    version: int = 1
    """For an order: 1 as it was sent; it grows with each edit that was written."""
    pack: int | None = None
    """For a line or product: the Supplier's units in one unit of the Merchant, when it was linked;
    None if it was never mapped, which is 1."""
    merchant_sku: str | None = None
    """For a mapped line or product: the Merchant's SKU when it was linked."""
    supplier_sku: str | None = None
    """For a mapped line or product: the Supplier's SKU when it was linked."""
    raised_to: int | None = None
    """For a line: its ordered units after an edit that added units. Never read from the table."""

    @property
    def has_ended(self) -> bool:
        """True if the Supplier's order was split or cancelled, so it cannot be cancelled again."""
        return self.state in ("split", "sent", "cancelled_by_task", "cancelled_by_supplier")

    @property
    def open_units(self) -> int | None:
        """The units of a line that are neither sent nor cancelled; None if unknown."""
        if self.ordered is None:
            return None
        return self.ordered - (self.sent or 0) - (self.cancelled or 0)

    @property
    def number(self) -> str:
        """The tracking number of a parcel's link."""
        return self.supplier_id.rpartition(":")[2]

    @property
    def parcel_id(self) -> str:
        """The Supplier's id of the parcel of a parcel's link."""
        return self.supplier_id.rpartition(":")[0]


def parcel_link(
    order_id: str, shipment_id: str, number: str, *, further: bool = False, **values: Any
) -> Link:
    """Return the link of a number of a parcel, by the Merchant's order and the Supplier's id.

    `further`: it is another number of the same parcel, so it is not a new label of the first one.
    """
    parcel = f"{order_id}|{shipment_id}"
    return Link(
        kind="parcel",
        merchant_id=f"{parcel}|{number}" if further else parcel,
        supplier_id=f"{shipment_id}:{number}",
        order_id=order_id,
        **values,
    )
