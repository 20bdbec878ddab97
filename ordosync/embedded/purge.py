"""The personal data of one order taken out of an embedded account; the order itself stays.

It stays so that it is known: an order that is gone could be imported once more. What was deleted
is overwritten, and the file is written anew, since older copies of a row lie in its free space.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ordosync.database import transaction

if TYPE_CHECKING:
    import sqlite3

    from ordosync.embedded.database import EmbeddedFile

REMOVED = "[removed]"
_SHORTEST = 3
"""Letters below which a word is not looked for on the timeline: it would be in every text."""
_PERSONAL = ("name", "company", "street1", "street2", "phone", "email")


@dataclass(frozen=True, kw_only=True)
class Purged:
    """What was taken out, or would be."""

    orders: tuple[str, ...]
    """The order, what it was split from and into."""
    timeline: int
    """Entries whose text said something personal."""


def purge(file: "EmbeddedFile", number: str, *, dry: bool) -> Purged:
    """Take out names, addresses, phones, mail, notes, and what was engraved on lines."""
    with file.reading(f"purge order {number}") as db:
        db.execute("pragma secure_delete = on")
        with transaction(db):
            found = _purge(db, number, dry=dry)
        if not dry:
            db.execute("vacuum")
            db.execute("pragma wal_checkpoint(truncate)").fetchall()
    return found


def _purge(db: "sqlite3.Connection", number: str, *, dry: bool) -> Purged:
    family = _family(db, number)
    words = {word for one in family for word in _words(db, one)}
    spoken = [
        row["id"]
        for row in db.execute(
            "select id, text from timeline where order_number in (select value from json_each(?))",
            (json.dumps(family),),
        ).fetchall()
        if any(word in row["text"].casefold() for word in words)
    ]
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
        db.executemany(
            "update timeline set text = ? where id = ?", [(REMOVED, id_) for id_ in spoken]
        )
    return Purged(orders=tuple(family), timeline=len(spoken))


def _family(db: "sqlite3.Connection", number: str) -> list[str]:
    """Return the order, what it was split from, and all that it was split into."""
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


def _words(db: "sqlite3.Connection", number: str) -> Iterator[str]:
    """Yield what must not be on a timeline, in small letters."""
    row = db.execute("select * from orders where number = ?", (number,)).fetchone()
    for address in (row["ship_to"], row["bill_to"]):
        given = json.loads(address or "{}")
        for name in _PERSONAL:
            word = str(given.get(name, "")).strip().casefold()
            if len(word) >= _SHORTEST:
                yield word
    for notes in (row["customer_notes"], row["internal_notes"]):
        if len(notes.strip()) >= _SHORTEST:
            yield notes.strip().casefold()
