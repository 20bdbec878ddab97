"""Values of an edit: an order that the Merchant changed after it was sent to the Supplier."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Literal

from msgspec import Struct

from ordosync.durations import to_timedelta
from ordosync.models import Address, Line, Order, ParcelLine

EditGroup = Literal["address", "contact", "lines", "method", "notes"]
"""The groups of fields by which an edit of an order is noticed and written."""


class Until(str):
    """The end of the time in which an edit is written: a label, or a time since the import."""

    __slots__ = ()

    @property
    def within(self) -> timedelta | None:
        """The time since the import; None if they are written until there is a label."""
        return None if self == LABEL else to_timedelta(self)


LABEL = Until("label")
PLACE = ("name", "company", "street1", "street2", "city", "state", "zip", "country")
"""The fields of an address without the ways to reach a person."""


class EditableOrder(Struct, frozen=True, kw_only=True, gc=False):
    """An order of the Supplier as it is now, before an edit of the Merchant is written to it."""

    order_id: str
    order: Order | None
    """With the ids of the Supplier; a line counts its sent and its open units. None if the account
    does not show its orders, so that nothing can be compared."""
    groups: frozenset[EditGroup]
    """The groups that can be written in its present state."""
    has_label: bool = False
    """True if a label was made for it: then its address is printed."""
    is_held: bool = False
    """True if ordosync holds it, so that it is not sent."""
    sent: Mapping[str, int] = {}
    """The units of its lines in parcels, by their ids. Some may not be reported yet."""


class LineEdit(Struct, frozen=True, kw_only=True, gc=False):
    """A line of the Supplier's order that gets more units, or that is added."""

    line: Line
    """As it is sent, with the Merchant's id of the line."""
    quantity: int
    """All units of the line: those that were sent and those that are still to be sent."""
    line_id: str = ""
    """The Supplier's id of the line; empty if the line is added."""


class Reduction(Struct, frozen=True, kw_only=True, gc=False):
    """The units to which an order of the Supplier is reduced."""

    order_id: str
    lines: tuple[ParcelLine, ...]
    """The units of these lines that stay, sent ones included. Other lines do not change."""


class OrderEdit(Struct, frozen=True, kw_only=True, gc=False):
    """The edited groups of an order, to be written to the Supplier's order."""

    order_id: str
    """The Supplier's id."""
    order: Order
    """The whole order with the fields that are sent, as the Merchant has it now."""
    groups: frozenset[EditGroup]
    send: frozenset[str] = frozenset()
    """The optional fields that the portal sends. A field that is not sent does not change: it may
    be the Supplier's own."""
    lines: tuple[LineEdit, ...] = ()
    """For the group `lines`; units are removed by a `Reduction`."""
    known_lines: frozenset[str] = frozenset()
    """The Supplier's ids of the lines that are linked. Another line with the SKU of an added line
    is that line, from an attempt whose outcome was lost."""
    version: int = 2
    """1 for the order as it was created; it grows with each edit that is written."""

    @property
    def ship_to_fields(self) -> Mapping[str, str]:
        """The fields of the Ship To address to set; an empty text clears a field."""
        names = PLACE if "address" in self.groups else ()
        return _fields(self.order.ship_to, (*names, *self._reached_by("ship_to")))

    @property
    def bill_to_fields(self) -> Mapping[str, str]:
        """The fields of the Bill To address to set; an empty text clears a field."""
        is_sent = "contact" in self.groups and "bill_to_address" in self.send
        names = PLACE if is_sent else ()
        return _fields(self.order.bill_to or Address(), (*names, *self._reached_by("bill_to")))

    @property
    def note_fields(self) -> Mapping[str, str]:
        """The notes to set; an empty text clears a note."""
        names = ("customer_notes", "internal_notes") if "notes" in self.groups else ()
        return {name: getattr(self.order, name) for name in names if name in self.send}

    def _reached_by(self, side: str) -> Iterable[str]:
        if "contact" not in self.groups:
            return ()
        return [name for name in ("email", "phone") if f"{side}_{name}" in self.send]


def _fields(address: Address, names: Iterable[str]) -> Mapping[str, str]:
    return {name: getattr(address, name) for name in names}
