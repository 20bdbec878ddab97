"""Adds up the answers to one order: which units do not come, or come later. Pure functions.

The units of an answer are a total. A row about the whole order is about each of its lines. If the
answers to a line name more units than it has, the newest answer counts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from ordosync.accounts.files.output.order_record import WrittenLine
from ordosync.accounts.files.parsing.answer_parser import AnswerRow
from ordosync.accounts.files.parsing.unit_rows import lines_named
from ordosync.shortages import Shortage, ShortageReason, ShortLine


@dataclass(kw_only=True)
class _Line:
    """A line, or several lines of one SKU, with the units that are short."""

    line_id: str
    sku: str
    limit: int | None
    """The units that were not sent; None if the order is unknown."""
    cancelled: int = 0
    backordered: int = 0
    expected: date | None = None
    reason: ShortageReason = "other"
    word: str = ""

    def answer(self, row: AnswerRow) -> None:
        """Apply a newer answer."""
        units = self._all_units(row) if row.quantity is None else row.quantity
        self.reason, self.word = row.reason, row.word
        if row.answer == "cancelled":
            self.cancelled = units
            if self.limit is not None:
                self.backordered = min(self.backordered, max(0, self.limit - units))
        else:
            self.backordered, self.expected = units, row.expected
            if self.limit is not None:
                self.cancelled = min(self.cancelled, max(0, self.limit - units))

    def _all_units(self, row: AnswerRow) -> int:
        rest = self.limit or 0
        return rest if row.answer == "cancelled" else rest - self.cancelled

    @property
    def is_gone(self) -> bool:
        """True if none of its open units will come."""
        return self.limit is not None and self.cancelled >= self.limit

    def short_line(self) -> ShortLine:
        """Return it with the Supplier's id."""
        return ShortLine(
            line_id=self.line_id,
            sku=self.sku,
            cancelled=self.cancelled,
            backordered=self.backordered,
            expected=self.expected if self.backordered else None,
            reason=self.reason,
            word=self.word,
        )


def shortage_of(
    order_id: str,
    rows: Sequence[AnswerRow],
    order: Sequence[WrittenLine],
    sent: Mapping[str, int],
    *,
    reference: str = "",
    rejected_before: str = "",
) -> Shortage:
    """Return the shortage of an order, given its answers, oldest first, and its sent units.

    A rejection counts if it is newer than `rejected_before`: an older one was the answer to an
    earlier request.
    """
    lines: dict[tuple[str, ...], _Line] = {}
    newest: dict[str, AnswerRow] = {}
    whole: AnswerRow | None = None
    for row in rows:
        if row.answer == "rejected":
            newest |= {"refusal": row} if row.as_of > rejected_before else {}
            continue
        newest["shortage"] = row
        whole = row if row.quantity is None else None
        for ids in _targets(row, order):
            lines.setdefault(ids, _line(ids, row, order, sent)).answer(row)
    last = newest.get("shortage")
    return Shortage(
        order_id=order_id,
        lines=tuple(line.short_line() for line in lines.values() if _is_short(line)),
        is_cancelled=_is_cancelled(lines, whole, order, sent),
        is_refused=_is_refused(newest),
        reason=last.reason if last else "other",
        word=last.word if last else "",
        reference=reference,
    )


def _targets(row: AnswerRow, order: Sequence[WrittenLine]) -> Sequence[tuple[str, ...]]:
    """Return the ids of the lines that a row names; each may be one of several lines."""
    if row.quantity is None:
        return [(line.id,) for line in order]
    return [lines_named(row.line_id, row.sku, order) or (f"{row.line_id}\0{row.sku}",)]


def _line(
    ids: tuple[str, ...], row: AnswerRow, order: Sequence[WrittenLine], sent: Mapping[str, int]
) -> _Line:
    named = [line for line in order if line.id in ids]
    is_known = bool(named) and all(line.sku for line in named)
    return _Line(
        line_id="" if len(named) > 1 else named[0].id if named else row.line_id,
        sku=named[0].sku if named else row.sku,
        limit=sum(line.quantity - sent.get(line.id, 0) for line in named) if is_known else None,
    )


def _is_short(line: _Line) -> bool:
    return bool(line.cancelled or line.backordered)


def _is_cancelled(
    lines: Mapping[tuple[str, ...], _Line],
    whole: AnswerRow | None,
    order: Sequence[WrittenLine],
    sent: Mapping[str, int],
) -> bool:
    """True if the Supplier sends no further unit of the order, and cancelled some."""
    if not all(line.sku for line in order) or not order:
        return whole is not None and whole.answer == "cancelled"
    cancelled_ids = {id_ for ids, line in lines.items() if line.is_gone for id_ in ids}
    is_any = any(line.cancelled for line in lines.values())
    return is_any and all(
        line.id in cancelled_ids or line.quantity <= sent.get(line.id, 0) for line in order
    )


def _is_refused(newest: Mapping[str, AnswerRow]) -> bool:
    """True if the newest answer about a cancellation rejects it."""
    refusal, shortage = newest.get("refusal"), newest.get("shortage")
    if refusal is None:
        return False
    return not (shortage and shortage.answer == "cancelled" and shortage.as_of > refusal.as_of)
