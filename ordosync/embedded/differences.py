"""Differences between a local account and a copy of its file that was changed.

A change of an order is a new entry of its timeline; quantities and products are compared.
"""

import sqlite3
from collections.abc import Iterator

_PRODUCTS = "select sku, name, price from products"
_STOCK = "select sku, warehouse, physical from stock"


def differences(before: sqlite3.Connection, after: sqlite3.Connection) -> Iterator[str]:
    """Yield each change as text: products, orders, and the largest changes of stock first."""
    yield from _products(before, after)
    yield from _orders(before, after)
    yield from _stock(before, after)


def _products(before: sqlite3.Connection, after: sqlite3.Connection) -> Iterator[str]:
    known = {row["sku"]: tuple(row) for row in before.execute(_PRODUCTS)}
    for row in after.execute(f"{_PRODUCTS} order by sku"):
        if row["sku"] not in known:
            yield f"product {row['sku']}: created"
        elif tuple(row) != known[row["sku"]]:
            yield f"product {row['sku']}: changed"


def _orders(before: sqlite3.Connection, after: sqlite3.Connection) -> Iterator[str]:
    [newest] = before.execute("select coalesce(max(id), 0) from timeline").fetchone()
    rows = after.execute(
        "select order_number, text from timeline where id > ? order by id", (newest,)
    )
    for row in rows:
        yield f"order {row['order_number']}: {row['text']}"


def _stock(before: sqlite3.Connection, after: sqlite3.Connection) -> Iterator[str]:
    known = {(row["sku"], row["warehouse"]): row["physical"] for row in before.execute(_STOCK)}
    changes = [
        (row, old)
        for row in after.execute(f"{_STOCK} order by sku, warehouse")
        if (old := known.get((row["sku"], row["warehouse"]))) != row["physical"]
    ]
    changes.sort(key=lambda change: -abs(float(change[0]["physical"]) - float(change[1] or 0)))
    for row, old in changes:
        was = "not counted" if old is None else _quantity(old)
        yield (
            f"stock of {row['sku']} in {row['warehouse']}: {was} -> {_quantity(row['physical'])}"
        )


def _quantity(text: str) -> str:
    return f"{float(text):g}"
