"""Shortages of a Supplier, as they are reported to the orders of a local account.

An order that a person must look at is flagged. Money is never refunded: only open units are
cancelled, in a piece that is split off for them.
"""

from typing import TYPE_CHECKING

from ordosync.embedded import cancellations, orders, splits, timeline, units
from ordosync.models import Comment, Outcome, Piece, PieceLine, Split, refused
from ordosync.shortages import ShortageReport

if TYPE_CHECKING:
    import sqlite3

    from ordosync.embedded.database import EmbeddedFile

_ACTOR = "report-shortages"


class Flags:
    """The flags of orders that a person must look at."""

    def __init__(self, file: "EmbeddedFile") -> None:
        self._file = file

    def of(self, number: str) -> str:
        """Return why an order is flagged; empty if it is not."""
        with self._file.reading(f"read order {number}") as db:
            row = db.execute("select attention from orders where number = ?", (number,)).fetchone()
            return (row["attention"] or "") if row else ""

    def clear(self, number: str) -> Outcome:
        """Clear the flag of an order."""
        return self._file.write_each(f"clear the flag of order {number}", [number], _clear)[0]


def report(db: "sqlite3.Connection", reported: ShortageReport) -> Outcome:
    """Add the report to the timeline of the order, once per key."""
    number = reported.order_id
    if orders.state_of(db, number) is None:
        return refused("not-found", "does not exist at the Merchant")
    is_new = timeline.add_once(
        db, Comment(key=reported.key, order_id=number, text=reported.text), actor=_ACTOR
    )
    return Outcome(state="done" if is_new else "unchanged", id=number)


def hold(db: "sqlite3.Connection", reported: ShortageReport) -> Outcome:
    """Flag the order for attention, once per key: a flag that was cleared is not set again."""
    number = reported.order_id
    if orders.state_of(db, number) is None:
        return refused("not-found", "does not exist at the Merchant")
    text = "Flagged for attention: the Supplier is short of units"
    comment = Comment(key=f"hold:{reported.key}", order_id=number, text=text)
    if not timeline.add_once(db, comment, actor=_ACTOR):
        return Outcome(state="unchanged", id=number)
    db.execute("update orders set attention = ? where number = ?", (reported.text, number))
    return Outcome(state="done", id=number)


def cancel(db: "sqlite3.Connection", reported: ShortageReport) -> Outcome:
    """Split off the cancelled units, and cancel that piece; the rest of the order stays open."""
    number = reported.order_id
    state = orders.state_of(db, number)
    if state is None:
        return refused("not-found", "does not exist at the Merchant")
    short = {line.line_id: line.quantity for line in reported.lines if line.answer == "cancelled"}
    requested = _split(reported, short, db)
    if not state.is_split and not requested.pieces[1].lines:
        return refused("whole-order", "has no other open units, so the whole order would end")
    outcome = splits.split(db, requested, actor=_ACTOR)
    if outcome.state == "refused":
        return outcome
    if outcome.state == "done":
        cancellations.cancel(db, outcome.pieces[0].id, actor=_ACTOR)
    return outcome


def _split(reported: ShortageReport, short: dict[str, int], db: "sqlite3.Connection") -> Split:
    """Return the split into the cancelled units and the others."""
    open_units = {part.line_id: part.quantity for part in units.open_lines(db, reported.order_id)}
    taken = {id_: min(short.get(id_, 0), count) for id_, count in open_units.items()}
    parts = ("cancelled", taken), ("rest", {id_: open_units[id_] - taken[id_] for id_ in taken})
    return Split(
        order_id=reported.order_id,
        pieces=tuple(
            Piece(
                reference=f"{reported.order_id}:{reported.key}:{name}",
                lines=tuple(
                    PieceLine(of_line=id_, quantity=count) for id_, count in lines.items() if count
                ),
            )
            for name, lines in parts
        ),
    )


def _clear(db: "sqlite3.Connection", number: str) -> Outcome:
    cursor = db.execute(
        "update orders set attention = null where number = ? and attention is not null", (number,)
    )
    if not cursor.rowcount:
        return Outcome(state="unchanged", id=number)
    timeline.add(db, number, "Flag cleared", actor="desk")
    return Outcome(state="done", id=number)
