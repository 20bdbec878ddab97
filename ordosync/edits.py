"""Values of an edit: an order that the Merchant changed after it was sent to the Supplier."""

from typing import Literal

from msgspec import Struct

from ordosync.models import Line, Order

EditGroup = Literal["address", "contact", "lines", "method", "notes"]
"""The groups of fields by which an edit of an order is noticed and written."""


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


class LineEdit(Struct, frozen=True, kw_only=True, gc=False):
    """A line of the Supplier's order that gets more units, or that is added."""

    line: Line
    """As it is sent, with the Merchant's id of the line."""
    quantity: int
    """All units of the line: those that were sent and those that are still to be sent."""
    line_id: str = ""
    """The Supplier's id of the line; empty if the line is added."""


class OrderEdit(Struct, frozen=True, kw_only=True, gc=False):
    """The edited groups of an order, to be written to the Supplier's order."""

    order_id: str
    """The Supplier's id."""
    order: Order
    """The whole order with the fields that are sent, as the Merchant has it now."""
    groups: frozenset[EditGroup]
    lines: tuple[LineEdit, ...] = ()
    """For the group `lines`; units are removed by a `Reduction`."""
    known_lines: frozenset[str] = frozenset()
    """The Supplier's ids of the lines that are linked. Another line with the SKU of an added line
    is that line, from an attempt whose outcome was lost."""
    version: int = 2
    """1 for the order as it was created; it grows with each edit that is written."""
