"""Lists of selected orders, with the values that tell whose order each one is."""

import json
from array import array
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from ordosync.embedded import orders
from ordosync.embedded.order_filter import OrderFilter
from ordosync.models import Order

if TYPE_CHECKING:
    import sqlite3

_PAGE = 500


class ListedOrder(Struct, frozen=True, kw_only=True):
    """An order with the fields that `Order` does not have."""

    order: Order
    origin: str
    """The ordosync reference of the order, or of the order it was split from; empty if none."""
    supplier: str | None
    """The supplier that it is, or was last, requested from."""
    warehouse: str


def select(db: "sqlite3.Connection", selection: OrderFilter) -> "array[int]":
    """Return the sequence numbers of the selected orders, the newest last."""
    return array("q", sorted(row["sequence"] for row in selection.sequences(db)))


def read(db: "sqlite3.Connection", sequences: Sequence[int]) -> Iterator[ListedOrder]:
    """Yield these orders; only a page is in memory."""
    for start in range(0, len(sequences), _PAGE):
        rows = db.execute(
            "select * from orders where sequence in (select value from json_each(?))"
            " order by sequence",
            (json.dumps(list(sequences[start : start + _PAGE])),),
        ).fetchall()
        yield from _listed(db, rows)


def numbered(db: "sqlite3.Connection", numbers: Iterable[str]) -> list[ListedOrder]:
    """Return the orders with these numbers, the newest last; an unknown number is omitted."""
    rows = db.execute(
        "select * from orders where number in (select value from json_each(?)) order by sequence",
        (json.dumps(list(numbers)),),
    )
    return list(_listed(db, rows.fetchall()))


def _listed(db: "sqlite3.Connection", rows: "list[sqlite3.Row]") -> Iterator[ListedOrder]:
    page = list(orders.from_rows(db, rows))
    ancestors = orders.references(db, [name for order in page for name in order.ancestors])
    for row, order in zip(rows, page, strict=True):
        # The reference of the first ancestor counts: those of pieces are made by a split.
        family = (*(ancestors.get(name, "") for name in reversed(order.ancestors)), order.reference)
        yield ListedOrder(
            order=order,
            origin=next(filter(None, family), ""),
            supplier=row["supplier"],
            warehouse=row["warehouse"],
        )
