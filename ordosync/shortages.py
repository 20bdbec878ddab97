"""Values of a shortage: units of an order that the Supplier does not send, or sends later."""

from datetime import date, timedelta
from typing import Literal

from msgspec import Struct

from ordosync.durations import to_timedelta
from ordosync.models import ParcelLine

ShortageAnswer = Literal["cancelled", "backordered"]
"""cancelled: the units will never come. backordered: they come later."""
ShortageReason = Literal[
    "out-of-stock",
    "not-enough",
    "discontinued",
    "bad-address",
    "not-served",
    "bad-method",
    "bad-sku",
    "too-late",
    "asked-to",
    "other",
]
REASONS: dict[ShortageReason, str] = {
    "out-of-stock": "out of stock",
    "not-enough": "not enough in stock",
    "discontinued": "discontinued",
    "bad-address": "undeliverable address",
    "not-served": "destination not served",
    "bad-method": "shipping method not possible",
    "bad-sku": "unknown or wrong item",
    "too-late": "not in time",
    "asked-to": "as requested",
    "other": "no reason given",
}
"""The text of each reason. not-enough: some units are left; asked-to: the Merchant
wanted it; not-served: the country or a PO box is not served."""


NEVER = "never"


class Resume(str):
    """The time after which a product is sold again that a Supplier ran out of, or `never`."""

    __slots__ = ()

    @property
    def after(self) -> timedelta | None:
        """The time since the answer; None if only its quantity or an operator ends the stop."""
        return None if self == NEVER else to_timedelta(self)


ONE_DAY = Resume("24h")


class ShortLine(Struct, frozen=True, kw_only=True, gc=False):
    """A line of the Supplier's order, with the units that it does not send, or sends later."""

    line_id: str
    """The Supplier's id; empty if the account names only the SKU."""
    sku: str = ""
    kept: int | None = None
    """The units that were sent or are still to be sent, if the account does not keep which units
    it cancelled; None if it does."""
    cancelled: int = 0
    """All units of the line that the Supplier has cancelled so far."""
    backordered: int = 0
    """The open units that come later."""
    expected: date | None = None
    """The day on which backordered units are expected."""
    reason: ShortageReason = "other"
    word: str = ""
    """The Supplier's own word for a reason that is `other`; remote text."""


class Shortage(Struct, frozen=True, kw_only=True, gc=False):
    """The units of one order that the Supplier does not send, or sends later, as it is now."""

    order_id: str
    """The Supplier's id."""
    lines: tuple[ShortLine, ...] = ()
    """Only lines that are short, or whose units the account counts as `kept`."""
    has_all_lines: bool = False
    """True if `lines` has every line of the order: a missing line has no units any more."""
    is_cancelled: bool = False
    """True if the Supplier cancelled the whole order, or all of it that was not sent."""
    is_deleted: bool = False
    """True if the order does not exist any more."""
    is_refused: bool = False
    """True if the Supplier refused what it was asked for last: to cancel it, or units of it."""
    reason: ShortageReason = "other"
    word: str = ""
    ancestors: tuple[str, ...] = ()
    """Ids of the orders that its order was split from, nearest first."""
    reference: str = ""
    """The ordosync reference of the order; empty if unknown."""


class ReportedLine(Struct, frozen=True, kw_only=True, gc=False):
    """A line of the Merchant's order that is short."""

    line_id: str
    """The Merchant's id."""
    sku: str
    quantity: int
    answer: ShortageAnswer
    reason: ShortageReason
    expected: date | None = None


class ShortageReport(Struct, frozen=True, kw_only=True, gc=False):
    """A shortage as it is reported to the Merchant. It has no personal data."""

    order_id: str
    """The Merchant's id."""
    key: str
    """Identifies the report: it is written to an order once per key."""
    text: str
    """A comment in English, such as "The Supplier cannot send 1 of MUG: out of stock"."""
    lines: tuple[ReportedLine, ...]
    restored: tuple[ParcelLine, ...] = ()
    """The units that were reported as cancelled and are sent after all, by the Merchant's lines."""
    is_whole: bool = False
    """True if no open unit of the order comes."""
    rest: tuple[ParcelLine, ...] = ()
    """The open units that are not short, by the Merchant's line ids. A Merchant that splits the
    order has them in the second piece."""
