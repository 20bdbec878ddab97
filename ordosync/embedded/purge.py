"""Removal of an order's personal data from a local account; the order itself stays.

The order is not deleted: it could be imported a second time. Deleted data is overwritten and the
file is rewritten, since its free space has older copies of rows.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ordosync.database import execute_write, transaction

if TYPE_CHECKING:
    import sqlite3

    from ordosync.embedded.database import EmbeddedFile

REMOVED = "[removed]"
_SHORTEST = 3
"""The minimum length of a text to search on the timeline: shorter texts occur in every entry."""
_PERSONAL = ("name", "company", "street1", "street2", "phone", "email")


@dataclass(frozen=True, kw_only=True)
class Purged:
    """The data that was removed, or would be."""

    orders: tuple[str, ...]
    """The order, its ancestors, and its pieces."""
    timeline: int
    """The number of entries with a personal text."""
    is_log_kept: bool = False
    """True if another program reads the file, so that its write-ahead log has older rows."""


def purge(file: "EmbeddedFile", number: str, *, dry: bool) -> Purged:
    """Remove names, addresses, phone numbers, mail addresses, notes and engravings."""
    with file.reading(f"purge order {number}") as db:
        db.execute("pragma secure_delete = on")
        with transaction(db):
            purged = _purge(db, number, dry=dry)
        if not dry:
            execute_write(db, "vacuum")
            # Waits for readers, and raises no error if one of them has not ended.
            is_busy = db.execute("pragma wal_checkpoint(truncate)").fetchone()[0]
            purged = replace(purged, is_log_kept=bool(is_busy))
    return purged


def _purge(db: "sqlite3.Connection", number: str, *, dry: bool) -> Purged:
    family = _family(db, number)
    entries = _personal_entries(db, family)
    if not dry:
        numbers = (json.dumps(family),)
        db.execute(
            "update orders set ship_to = '{}', bill_to = null, customer_notes = '',"
            " internal_notes = '' where number in (select value from json_each(?))",
            numbers,
        )
        db.execute(
            "update order_lines set details = ''"
            " where order_number in (select value from json_each(?))",
            numbers,
        )
        db.execute(
            "update shortages set note = '' where order_number in (select value from json_each(?))",
            numbers,
        )
        db.executemany(
            "update timeline set text = ? where id = ?", [(REMOVED, id_) for id_ in entries]
        )
    return Purged(orders=tuple(family), timeline=len(entries))


def _personal_entries(db: "sqlite3.Connection", family: list[str]) -> list[int]:
    """Return the ids of the timeline entries that contain a personal text of these orders."""
    texts = {text for number in family for text in _personal_texts(db, number)}
    rows = db.execute(
        "select id, text from timeline where order_number in (select value from json_each(?))",
        (json.dumps(family),),
    ).fetchall()
    return [row["id"] for row in rows if any(text in row["text"].casefold() for text in texts)]


def _family(db: "sqlite3.Connection", number: str) -> list[str]:
    """Return the numbers of an order, its ancestors, and all of their pieces."""
    rows = db.execute(
        "with recursive up (number, parent) as ("
        " select number, parent from orders where number = ?"
        " union select orders.number, orders.parent"
        " from orders join up on orders.number = up.parent"
        "), down (number) as ("
        " select number from up union"
        " select orders.number from orders join down on orders.parent = down.number)"
        " select number from down order by 1",
        (number,),
    )
    return [row["number"] for row in rows]


def _personal_texts(db: "sqlite3.Connection", number: str) -> Iterator[str]:
    """Yield the texts of an order that must not be on a timeline, in lower case."""
    row = db.execute("select * from orders where number = ?", (number,)).fetchone()
    for text in (row["ship_to"], row["bill_to"]):
        address = json.loads(text or "{}")
        for name in _PERSONAL:
            word = str(address.get(name, "")).strip().casefold()
            if len(word) >= _SHORTEST:
                yield word
    for notes in (row["customer_notes"], row["internal_notes"]):
        if len(notes.strip()) >= _SHORTEST:
            yield notes.strip().casefold()
