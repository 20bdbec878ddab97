"""Shortages of a local account: units that it does not send, or sends later, each with a reason.

Cancelled units are counted on their lines, as those of every cancellation. The table `shortages`
has the reasons, and the units that come later: these stay open until they are sent.
"""

import json
from collections.abc import Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING, TypedDict

from msgspec import Struct

from ordosync.embedded import ancestry, cancellations, change_feed, orders, timeline, units
from ordosync.models import Outcome, ParcelLine, refused
from ordosync.shortages import REASONS, Shortage, ShortageReason, ShortLine

if TYPE_CHECKING:
    import sqlite3

    from ordosync.embedded.database import EmbeddedFile
    from ordosync.embedded.units import LineUnits

_ACTOR = "desk"
_WHOLE = ""
"""The line of the reason for which a whole order was cancelled."""


class ShortUnits(Struct, frozen=True, kw_only=True):
    """Units of an order that are not sent, or are sent later."""

    number: str
    parts: tuple[ParcelLine, ...]
    reason: ShortageReason
    is_later: bool = False
    expected: date | None = None
    """The day on which the units are expected; None if it is not known."""
    note: str = ""


class _Reason(TypedDict):
    reason: ShortageReason
    word: str


class Shortages:
    """The shortages that people enter at the desk of one local account."""

    def __init__(self, file: "EmbeddedFile") -> None:
        self._file = file

    def shorten(self, request: ShortUnits) -> Outcome:
        """Cancel these open units, or mark them as backordered."""
        write = _backorder if request.is_later else _cancel
        return self._file.write_each(f"shorten order {request.number}", [request], write)[0]

    def cancel(self, requests: Sequence[ShortUnits]) -> list[Outcome]:
        """Cancel orders, or units of them, with the reason."""
        return self._file.write_each("cancel orders", requests, _cancel)


def read(db: "sqlite3.Connection", numbers: Sequence[str]) -> list[Shortage]:
    """Return the shortages of these orders as they are now; a split order is omitted."""
    found = db.execute(
        "select number, status, parent from orders"
        " where number in (select value from json_each(?)) and not is_split",
        (json.dumps(list(numbers)),),
    ).fetchall()
    families = {row["number"]: _family(db, row) for row in found}
    references = orders.references(db, [id_ for family in families.values() for id_ in family])
    lines, reasons = units.of_orders(db, families), _reasons(db, families)
    cancelled = {row["number"] for row in found if row["status"] == "cancelled"}
    return [
        Shortage(
            order_id=number,
            lines=tuple(
                _short_line(
                    line,
                    reasons.get((number, line.line_id)),
                    is_cancelled=number in cancelled,
                )
                for line in lines[number]
            ),
            has_all_lines=True,
            is_cancelled=number in cancelled,
            **_reason_of(reasons.get((number, _WHOLE))),
            ancestors=families[number][1:],
            reference=next((references[id_] for id_ in families[number] if id_ in references), ""),
        )
        for number in numbers
        if number in families
    ]


def _family(db: "sqlite3.Connection", row: "sqlite3.Row") -> tuple[str, ...]:
    """Return the number of an order and those of its ancestors, nearest first."""
    number: str = row["number"]
    return (number, *ancestry.ancestors(db, number)) if row["parent"] else (number,)


def _reasons(
    db: "sqlite3.Connection", numbers: Iterable[str]
) -> "dict[tuple[str, str], sqlite3.Row]":
    """Return the rows of these orders by number and line."""
    rows = db.execute(
        "select * from shortages where order_number in (select value from json_each(?))",
        (json.dumps(list(numbers)),),
    )
    return {(row["order_number"], row["line_id"]): row for row in rows}


def _reason_of(row: "sqlite3.Row | None") -> "_Reason":
    if row is None:
        return {"reason": "other", "word": ""}
    return {"reason": row["reason"], "word": row["note"]}


def _short_line(line: "LineUnits", row: "sqlite3.Row | None", *, is_cancelled: bool) -> ShortLine:
    open_units = 0 if is_cancelled else line.open
    return ShortLine(
        line_id=line.line_id,
        sku=line.sku,
        kept=line.sent + open_units + line.in_pieces,
        backordered=min(row["backordered"], open_units) if row else 0,
        expected=date.fromisoformat(row["expected"]) if row and row["expected"] else None,
        **_reason_of(row),
    )


def _cancel(db: "sqlite3.Connection", request: ShortUnits) -> Outcome:
    """Cancel units, or the whole order if there are none, and keep the reason."""
    number = request.number
    if request.parts:
        outcome = cancellations.cancel_units(db, number, request.parts, actor=_ACTOR)
    else:
        outcome = cancellations.cancel(db, number, actor=_ACTOR)
    if outcome.state != "done":
        return outcome
    for part in request.parts:
        _keep(db, request, part.line_id, backordered=0)
    state = orders.state_of(db, number)
    if not request.parts or (state and state.status == "cancelled"):
        _keep(db, request, _WHOLE, backordered=0)
    timeline.add(db, number, _reason_text(request), actor=_ACTOR)
    return outcome


def _backorder(db: "sqlite3.Connection", request: ShortUnits) -> Outcome:
    """Mark open units as backordered; a newer date replaces the one before."""
    number = request.number
    state = orders.state_of(db, number)
    if state is None:
        return refused("not-found", "does not exist")
    if not state.is_open:
        return cancellations.not_open(db, number, state)
    if reason := units.surplus(request.parts, units.open_lines(db, number)):
        return refused("more-than-open", reason)
    changed = [_keep(db, request, part.line_id, part.quantity) for part in request.parts]
    if not any(changed):
        return Outcome(state="unchanged", id=number)
    change_feed.add(db, "order", number, "backordered")
    when = f", expected {request.expected}" if request.expected else ""
    text = f"Backordered {units.text(request.parts)}{when}; {_reason_text(request)}"
    timeline.add(db, number, text, actor=_ACTOR)
    return Outcome(state="done", id=number)


def _keep(db: "sqlite3.Connection", request: ShortUnits, line_id: str, backordered: int) -> bool:
    """Keep the reason of a line. False if it is the same as before."""
    cursor = db.execute(
        "insert into shortages (order_number, line_id, reason, backordered, expected, note)"
        " values (?, ?, ?, ?, ?, ?) on conflict do update set reason = excluded.reason,"
        " backordered = excluded.backordered, expected = excluded.expected, note = excluded.note"
        " where (reason, backordered, expected, note) is not"
        " (excluded.reason, excluded.backordered, excluded.expected, excluded.note)",
        (
            request.number,
            line_id,
            request.reason,
            backordered,
            request.expected.isoformat() if request.expected else None,
            request.note,
        ),
    )
    return cursor.rowcount > 0


def _reason_text(request: ShortUnits) -> str:
    note = f" ({request.note})" if request.note else ""
    return f"Reason: {REASONS[request.reason]}{note}"
