"""Search for orders by a part of what an operator knows, and for numbers that look alike."""

from typing import TYPE_CHECKING

from ordosync.embedded import order_list
from ordosync.embedded.order_filter import OrderFilter, fold

if TYPE_CHECKING:
    import sqlite3

    from ordosync.embedded.database import EmbeddedFile
    from ordosync.embedded.order_list import ListedOrder

FIRST = "~1"
"""Suffix of a number that names the first of several orders that were sent with this number."""
_FEW = 5


class Search:
    """Searches one local account."""

    def __init__(self, file: "EmbeddedFile") -> None:
        self._file = file

    def namesakes(self, number: str) -> "list[ListedOrder]":
        """Return the orders that were sent with this number, the oldest first.

        A number that is taken gets the suffix `~2`, `~3`.
        """
        with self._file.reading("find orders of the same number") as db:
            # The last character is the one after the tilde, so this is a range of the index.
            rows = db.execute(
                "select number from orders where number = ?1"
                " or (number > ?1 || '~' and number < ?1 || char(127))",
                (number,),
            )
            suffixes = (row["number"].removeprefix(number) for row in rows.fetchall())
            numbers = [f"{number}{end}" for end in suffixes if not end or end[1:].isdecimal()]
            selection = OrderFilter(numbers=tuple(numbers))
            return list(order_list.read(db, order_list.select(db, selection)))

    def similar(self, number: str) -> list[str]:
        """Return the newest numbers that differ from this one only by a prefix or by case."""
        with self._file.reading("find a similar number") as db:
            return _similar(db, fold(number) or "")


def _similar(db: "sqlite3.Connection", number: str) -> list[str]:
    db.create_function("fold", 1, fold, deterministic=True)
    rows = db.execute(
        "select number from (select number, sequence, fold(number) as folded from orders)"
        " where substr(folded, -length(?1)) = ?1 or substr(?1, -length(folded)) = folded"
        " order by sequence desc limit ?2",
        (number, _FEW),
    )
    return [row["number"] for row in rows]
