"""Numbers of the orders that an order was split from, and of its pieces."""

from typing import TYPE_CHECKING

from ordosync.models import Outcome, refused

if TYPE_CHECKING:
    import sqlite3


def descendants(db: "sqlite3.Connection", number: str) -> list[str]:
    """Return the numbers of the pieces of an order that are not split themselves."""
    rows = db.execute(
        "with recursive pieces (number, is_split) as ("
        " select number, is_split from orders where parent = ?"
        " union all select orders.number, orders.is_split"
        " from orders join pieces on orders.parent = pieces.number)"
        " select number from pieces where not is_split order by number",
        (number,),
    )
    return [row["number"] for row in rows]


def refused_as_split(
    db: "sqlite3.Connection", number: str, verb: str, *, code: str = "already-split"
) -> Outcome:
    """Return the refusal of a change that is made to the pieces of an order, with their numbers."""
    pieces = ", ".join(descendants(db, number))
    return refused(code, f"is split; its pieces are {verb} one by one: {pieces}")


def ancestors(db: "sqlite3.Connection", number: str) -> tuple[str, ...]:
    """Return the numbers of the orders that this order was split from, nearest first."""
    numbers: list[str] = []
    row = db.execute("select parent from orders where number = ?", (number,)).fetchone()
    while row and row["parent"]:
        numbers.append(row["parent"])
        row = db.execute("select parent from orders where number = ?", (row["parent"],)).fetchone()
    return tuple(numbers)
