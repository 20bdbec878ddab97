"""Status columns: the word of an order, or of a row, and what it means.

An order is judged by the word of its first row; a blank cell in another row repeats it. A word that
no list has fails the order, since a new word of a service may mean anything.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from ordosync.accounts.files.formats.rows import Row
from ordosync.accounts.files.input_options.order_files import OrderFiles
from ordosync.accounts.files.input_options.statuses import StatusColumn, Verdict
from ordosync.accounts.files.parsing.converters import text_of
from ordosync.accounts.files.parsing.rules import skip_reason
from ordosync.accounts.files.reading.rejections import place_of_row
from ordosync.accounts.option_types import names_of
from ordosync.hold_facts import HoldFacts
from ordosync.text import printable

_LONGEST = 40
_BY_HAND = "check the order, and send it manually"
_HINT = "add the word to `travels`, `held`, `skipped` or `failed` of the column"
_DECISIVE = ("skipped", "failed", "held")
"""Verdicts that keep an order from the Supplier, the strongest first."""


class StatusReason(NamedTuple):
    """A verdict with its code and reason."""

    verdict: Verdict
    code: str
    reason: str


def order_status(rows: Sequence[Row], options: OrderFiles) -> StatusReason | None:
    """Return the strongest verdict of the columns about whole orders; None: it is sent."""
    columns = [column for column in options.statuses if not column.rows]
    found = [_of_order(rows, column) for column in columns if not _is_absent(column, rows, options)]
    return _strongest([each for each in found if each])


def left_out_reason(row: Row, options: OrderFiles) -> str:
    """Return why a rule or its status leaves out a row; empty if it is kept."""
    reason = skip_reason(row, options)
    # The cells of a row with a problem may be those of other columns.
    if reason or not options.statuses or row.problem:
        return reason
    status = _row_status(row, options)
    return status.reason if status and status.verdict == "skipped" else ""


def facts_with_status(
    facts: HoldFacts,
    status: StatusReason | None,
    rows: Sequence[Row],
    options: OrderFiles,
    *,
    name: str,
) -> HoldFacts:
    """Return the facts of an order with its status and those of its rows in the file `name`."""
    if not options.statuses:
        return facts
    if status and status.verdict == "failed":
        reason = f"{place_of_row(name, rows[0], options)}: {status.reason}"
        return replace(facts, unclear=(status.code, reason))
    for row in rows:
        of_row = _row_status(row, options)
        if of_row and of_row.verdict == "failed" and not skip_reason(row, options):
            reason = f"{place_of_row(name, row, options)}: {of_row.reason}"
            return replace(facts, unclear=(of_row.code, reason))
    return replace(facts, held=status.reason) if status else facts


def _row_status(row: Row, options: OrderFiles) -> StatusReason | None:
    columns = [column for column in options.statuses if column.rows]
    found = [
        _judged(text_of(row, column.column), column)
        for column in columns
        if not _is_absent(column, [row], options)
    ]
    return _strongest([each for each in found if each])


def has_status(rows: Sequence[Row], options: OrderFiles) -> bool:
    """True if the first row of an order has a status that is never blank."""
    return any(_never_blank(rows, options))


def is_status_lost(rows: Sequence[Row], options: OrderFiles) -> bool:
    """True if a status that is never blank is blank in all rows, as their first row is missing."""
    return any(
        not any(text_of(row, column.column) for row in rows)
        for column in _never_blank(rows, options)
    )


def _never_blank(rows: Sequence[Row], options: OrderFiles) -> Iterator[StatusColumn]:
    for column in options.statuses:
        is_order = not column.rows and not _is_absent(column, rows, options)
        if is_order and column.verdict("") is None:
            yield column


def _is_absent(column: StatusColumn, rows: Sequence[Row], options: OrderFiles) -> bool:
    """True if a file lacks a column that it may lack."""
    is_optional = not set(names_of(column.column)).isdisjoint(options.optional)
    return is_optional and not any(column.column in row.cells for row in rows)


def _of_order(rows: Sequence[Row], column: StatusColumn) -> StatusReason | None:
    texts = dict.fromkeys(filter(None, (text_of(row, column.column) for row in rows)))
    if len({column.verdict(text) for text in texts}) > 1:
        reason = f"{_name(column)} differs between the rows of the order"
        return StatusReason("failed", "unclear-status", f"{reason}; is it a column of single rows?")
    return _judged(next(iter(texts), ""), column)


def _judged(text: str, column: StatusColumn) -> StatusReason | None:
    verdict = column.verdict(text)
    word = f'"{printable(text[:_LONGEST])}"'
    reason = f"{_name(column)} is {word}" if text else f"{_name(column)} is blank"
    match verdict:
        case "travels":
            return None
        case "failed":
            problem = f"{reason}, which does not say which units are to be sent"
            return StatusReason("failed", "unclear-status", f"{problem}; {_BY_HAND}")
        case None:
            problem = f"{reason}, a word that `statuses` does not have; {_HINT}"
            return StatusReason("failed", "unknown-status", problem)
        case "held":
            held = f"has the status {word}" if text else "has a blank status"
            return StatusReason(verdict, "hold-status", f"{held} in {_name(column)}")
        case _:
            return StatusReason(verdict, f"{verdict}-status", reason)


def _strongest(found: Sequence[StatusReason]) -> StatusReason | None:
    return min(found, key=lambda each: _DECISIVE.index(each.verdict), default=None)


def _name(column: StatusColumn) -> str:
    return printable(column.column)[:_LONGEST]
