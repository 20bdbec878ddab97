"""Finds what has changed in the shortages of an order since the last report. Pure functions.

An account counts the units that it keeps, or those that it has cancelled. The ledger has the units
that the tasks cancelled: the others were cancelled by the Supplier itself. Several pieces at the
Merchant can be one order of the Supplier, so its units are compared with the sum of theirs. The
piece with the open units gets the change.
"""

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from ordosync.shortages import Shortage, ShortageReason, ShortLine
from ordosync.store.links import Link, ShortUnits
from ordosync.tasks.sku_maps.packs import lost_packs, pack_of

_NONE = ShortUnits()


class LineChange(Struct, frozen=True, kw_only=True):
    """A line of the Merchant's order, and its short units before and after."""

    link: Link
    sku: str
    before: ShortUnits
    after: ShortUnits
    word: str = ""
    """The Supplier's own word for the reason."""
    has_own_reason: bool = False
    """True if the reason is of this line, not of an order with several lines."""
    is_surplus: bool = False
    """True if the Supplier cancelled more units than were open."""

    @property
    def cancelled(self) -> int:
        """The units that are cancelled since the last report; negative if some are sent again."""
        return self.after.cancelled - self.before.reported

    @property
    def backordered(self) -> int:
        """The backordered units, if they or their date are not reported yet; otherwise 0."""
        is_known = (self.after.backordered, self.after.expected) == (
            self.before.backordered,
            self.before.expected,
        )
        return 0 if is_known or not _is_later(self.before, self.after) else self.after.backordered

    @property
    def lost_packs(self) -> int:
        """The Merchant's units that are cancelled since the last report, by whole packs."""
        own = (self.link.cancelled or 0) - self.before.cancelled
        before, after = own + self.before.reported, own + self.after.cancelled
        return lost_packs(self.link, after) - lost_packs(self.link, before)

    @property
    def is_in_pack(self) -> bool:
        """True if a part of a pack is cancelled or backordered."""
        return bool(self.cancelled % pack_of(self.link) or self.backordered % pack_of(self.link))

    @property
    def is_changed(self) -> bool:
        """True if the numbers differ, also if there is nothing to report."""
        numbers = [
            (units.cancelled, units.backordered, units.expected)
            for units in (self.before, self.after)
        ]
        return numbers[0] != numbers[1] or bool(self.cancelled)

    @property
    def open_units(self) -> int:
        """The units that are open after the change."""
        own = (self.link.cancelled or 0) - self.before.cancelled
        return (self.link.ordered or 0) - (self.link.sent or 0) - own - self.after.cancelled

    @property
    def new_link(self) -> Link:
        """The link of the line after the report."""
        own = (self.link.cancelled or 0) - self.before.cancelled
        reported = replace(
            self.after, reported=self.after.cancelled, reports=self.before.reports + 1
        )
        return replace(
            self.link, ordered=None, cancelled=own + self.after.cancelled, short=reported
        )


def _is_later(before: ShortUnits, after: ShortUnits) -> bool:
    """True if more units come later than before, or the same at another time."""
    return after.backordered > before.backordered or (
        after.backordered > 0 and after.expected != before.expected
    )


class OrderChange(Struct, frozen=True, kw_only=True):
    """The shortages of an order that are not reported yet."""

    link: Link
    """Of the Merchant's order, or of the piece of it that has the open units."""
    shortage: Shortage
    lines: tuple[LineChange, ...]
    """Only the lines that have changed."""
    standing: tuple[LineChange, ...] = ()
    """The other short lines, as if they had not been reported before."""
    is_whole: bool = False
    """True if no unit of the order was sent or is open, so the order is cancelled."""
    is_rest: bool = False
    """True if a part was sent, and no other unit is open."""

    @property
    def is_restored(self) -> bool:
        """True if the Supplier had cancelled the order, and sends it now."""
        return self.link.state == "cancelled_by_supplier" and not self.is_whole

    @property
    def is_needed(self) -> bool:
        """True if something has changed."""
        is_ended = self.is_whole and self.link.state == "live"
        return bool(self.lines) or is_ended or self.is_restored

    @property
    def content(self) -> str:
        """The state that is reported: units of each line, and if the order is cancelled."""
        lines = (
            f"{line.link.merchant_id}={line.after.cancelled}"
            f"+{line.after.backordered}@{line.after.expected or ''}"
            for line in (*self.lines, *self.standing)
        )
        return ",".join(["cancelled"] * self.is_whole + ["open"] * self.is_restored + [*lines])

    @property
    def reason(self) -> ShortageReason:
        """The reason of the whole order, or the first one of its lines."""
        found = [line.after.reason for line in self.lines if line.after.reason != "other"]
        of_order = self.shortage.reason
        return of_order if of_order != "other" or not found else found[0]


def change_of(
    shortage: Shortage, links: Sequence[Link], lines: Mapping[str, Sequence[Link]]
) -> OrderChange:
    """Return what has changed in an order. Its links come first with that of the open units."""
    link = links[0]
    own_lines = lines.get(link.merchant_id, ())
    all_lines = [line for each in links for line in lines.get(each.merchant_id, ())]
    is_ended = link.state == "cancelled_by_supplier"
    found = [
        _line_change(
            shortage,
            line,
            [other for other in all_lines if other.supplier_id == line.supplier_id],
            is_ended=is_ended,
        )
        for line in own_lines
    ]
    is_open = any(line.open_units for line in found) if found else not _is_over(shortage)
    is_sent = any(line.sent for line in all_lines)
    is_whole = not is_open and not is_sent and (bool(found) or _is_over(shortage))
    return OrderChange(
        link=link,
        shortage=shortage,
        lines=tuple(line for line in found if line.is_changed),
        standing=tuple(
            replace(line, before=_NONE)
            for line in found
            if not line.is_changed and (line.after.cancelled or line.after.backordered)
        ),
        is_whole=is_whole,
        is_rest=not is_open and is_sent and any(line.cancelled > 0 for line in found),
    )


def _is_over(shortage: Shortage) -> bool:
    return shortage.is_cancelled or shortage.is_deleted


def _line_change(
    shortage: Shortage, line: Link, same: Sequence[Link], *, is_ended: bool
) -> LineChange:
    """Return the change of a line. `same` are all links of the Supplier's line."""
    answer = next(_answers(shortage, line), None)
    before = line.short or _NONE
    if is_ended and line.short is None:
        # It was cancelled before the ledger knew which units the Supplier had cancelled.
        before = ShortUnits(cancelled=line.cancelled or 0, reported=line.cancelled or 0)
    others = [other for other in same if other.merchant_id != line.merchant_id]
    elsewhere = sum(other.short.cancelled for other in others if other.short)
    own = (line.cancelled or 0) - before.cancelled
    left = (line.ordered or 0) - (line.sent or 0) - own
    total = _cancelled(shortage, answer, same, known=elsewhere + before.cancelled)
    cancelled = min(max(total - elsewhere, 0), left)
    backordered = min(answer.backordered, left - cancelled) if answer else 0
    reason = answer.reason if answer and answer.reason != "other" else shortage.reason
    after = ShortUnits(
        cancelled=cancelled,
        backordered=backordered,
        expected=answer.expected if answer and backordered else None,
        reason=reason,
    )
    return LineChange(
        link=line,
        sku=answer.sku if answer else "",
        before=before,
        after=after,
        word=answer.word if answer else "",
        has_own_reason=bool(answer and answer.reason != "other"),
        is_surplus=total - elsewhere > left and cancelled > before.cancelled,
    )


def _answers(shortage: Shortage, line: Link) -> Iterator[ShortLine]:
    for short_line in shortage.lines:
        if short_line.line_id == line.supplier_id:
            yield short_line


def _cancelled(
    shortage: Shortage, answer: ShortLine | None, same: Sequence[Link], *, known: int
) -> int:
    """Return all units of a line that the Supplier itself cancelled; `known` are in the ledger."""
    ordered = sum(line.ordered or 0 for line in same)
    sent = sum(line.sent or 0 for line in same)
    own = sum(line.cancelled or 0 for line in same) - known
    if _is_over(shortage):
        kept = max(answer.kept or 0 if answer else 0, sent)
    elif answer is None:
        # A missing line has no units any more, or it is complete.
        kept = sent if shortage.has_all_lines else ordered
    elif answer.kept is None:
        return answer.cancelled
    else:
        kept = answer.kept
    return max(ordered - kept - own, 0)
