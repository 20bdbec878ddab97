"""The reference for files: `csv` and `sqlite3`, one page of orders a commit, as in `page_wal`.

python -m tests.benchmarks.csv_wal CSV FILE
"""

import csv
import json
import sys
from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter

from tests.benchmarks import page_wal

_PAGE = 100
_ADDRESS = ("Name", "Street", "City", "Postcode", "Country")
_Order = list[dict[str, str]]


def main(source: str, path: str) -> None:
    """Store the orders of a file, whose rows are sorted by order."""
    db = page_wal.opened(path)
    for page in _pages(source):
        db.execute("begin immediate")
        db.executemany(page_wal.ORDER, [_order_row(order) for order in page])
        db.executemany(page_wal.LINE, [row for order in page for row in _line_rows(order)])
        newest = page[-1][0]["Order"]
        db.execute("insert or replace into state values ('updated', ?)", (newest,))
        db.execute("commit")
    db.close()


def _pages(source: str) -> Iterator[list[_Order]]:
    page: list[_Order] = []
    with open(source, newline="", encoding="utf-8") as file:  # noqa: PTH123 - the usual way
        for _, rows in groupby(csv.DictReader(file), itemgetter("Order")):
            page.append([*rows])
            if len(page) == _PAGE:
                yield page
                page = []
    if page:
        yield page


def _order_row(rows: _Order) -> tuple[object, ...]:
    first = rows[0]
    total = sum(float(row["Price"]) * int(row["Qty"]) for row in rows)
    address = json.dumps({name: first[name] for name in _ADDRESS})
    return (
        first["Order"],
        first["Order"],
        "requested",
        first["Placed"],
        first["Placed"],
        total,
        None,
        first["Shipping"],
        address,
        0,
    )


def _line_rows(rows: _Order) -> list[tuple[object, ...]]:
    return [
        (
            row["Order"],
            at,
            row["SKU"],
            row["Item"],
            int(row["Qty"]),
            row["Price"],
            float(row["Price"]) * int(row["Qty"]),
        )
        for at, row in enumerate(rows)
    ]


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
