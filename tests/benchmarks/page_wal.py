"""The reference: a plain script of requests and sqlite3, one page of orders a commit.

It validates, links, logs and looks for nothing, repeats no request and, in the mode that everybody
recommends (WAL, `synchronous = normal`), waits for no disk. What is left is what moving orders
costs at least when it is written in the usual way.

    python -m tests.benchmarks.page_wal URL FILE
"""

import json
import sqlite3
import sys
from collections.abc import Iterator
from typing import Any

import requests

_SCHEMA = """
create table if not exists orders (
    number text primary key, id text, status text, placed text, updated text, total text,
    shipping text, method text, ship_to text, revision integer) without rowid;
create table if not exists lines (
    number text, line_id integer, sku text, name text, quantity integer, price text, total text,
    primary key (number, line_id)) without rowid;
create table if not exists state (name text primary key, value text);
"""
ORDER = """insert into orders values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (number)
do update set status = excluded.status, updated = excluded.updated, total = excluded.total,
ship_to = excluded.ship_to, revision = excluded.revision
where excluded.updated is not orders.updated"""
LINE = """insert into lines values (?, ?, ?, ?, ?, ?, ?) on conflict (number, line_id)
do update set sku = excluded.sku, name = excluded.name, quantity = excluded.quantity,
price = excluded.price, total = excluded.total"""


def main(url: str, path: str) -> None:
    """Read all orders that changed since the last time, and store them."""
    db = opened(path)
    known = db.execute("select value from state where name = 'updated'").fetchone()
    for page in _pages(url, known[0] if known else None):
        db.execute("begin immediate")
        db.executemany(ORDER, [_order_row(order) for order in page])
        db.executemany(LINE, [row for order in page for row in _line_rows(order)])
        newest = page[-1]["updated_date"]
        db.execute("insert or replace into state values ('updated', ?)", (newest,))
        db.execute("commit")
    db.close()


def opened(path: str) -> sqlite3.Connection:
    """Open the file as is recommended for bulk writes, and create its tables."""
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("pragma journal_mode = wal")
    db.execute("pragma synchronous = normal")
    db.executescript(_SCHEMA)
    return db


def _pages(url: str, since: str | None) -> Iterator[list[dict[str, Any]]]:
    session = requests.Session()
    offset, count = 0, 1
    while offset < count:
        params: dict[str, str | int] = {"limit": 100, "offset": offset, "sort": "updated_date"}
        if since:
            params["updated_after"] = since
        answer = session.get(f"{url}/v3/order", params=params, timeout=30)
        answer.raise_for_status()
        page = json.loads(answer.content)
        count = page["count"]
        if page["order"]:
            yield page["order"]
        offset += 100


def _order_row(order: dict[str, Any]) -> tuple[object, ...]:
    return (
        order["order_number"],
        order["order_id"],
        order["status"],
        order["order_placed_date"],
        order["updated_date"],
        order["grand_total"],
        order["shipping_amount"],
        order["dropshipping_info"]["requested_shipping_method"],
        json.dumps(order["shipping_address"]),
        order["revision"],
    )


def _line_rows(order: dict[str, Any]) -> list[tuple[object, ...]]:
    return [
        (
            order["order_number"],
            line["id"],
            line["sku"],
            line["product_name"],
            line["quantity"],
            line["item_price"],
            line["total_price"],
        )
        for line in order["lines"]
    ]


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
