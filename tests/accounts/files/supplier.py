"""The columns of a Supplier's files, and how its people read the orders."""

import csv
from collections.abc import Sequence
from decimal import Decimal
from itertools import groupby
from pathlib import Path

from ordosync.accounts.files.options import ADDRESS_FIELDS
from ordosync.accounts.spreadsheets import plain
from ordosync.models import Address, Line, Order

FIELDS = ("order_number", "line_id", "sku", "name", "quantity", "unit_price", "currency")
ORDER_COLUMNS = {
    name: f"our {name}" for name in (*FIELDS, *(f"ship_to.{name}" for name in ADDRESS_FIELDS))
}
SENT_COLUMNS = {
    "order_number": "order",
    "tracking_number": "number",
    "carrier": "carrier",
    "shipped_at": "at",
    "cost": "cost",
    "voided": "void",
}
SENT_READ = {"date_format": "%Y-%m-%d %H:%M", "timezone": "Europe/Berlin", "currency": "GBP"}
STOCK_COLUMNS = {"sku": "sku", "quantity": "qty"}


def order_rows(folder: Path) -> list[dict[str, str]]:
    """Return the rows of all order files, as they stand there, by our fields."""
    rows = []
    for path in sorted((folder / "orders").glob("*.csv")):
        with path.open(newline="", encoding="utf-8") as file:
            rows += [
                {k.removeprefix("our "): v for k, v in r.items()} for r in csv.DictReader(file)
            ]
    return rows


def orders(folder: Path) -> Sequence[Order]:
    """Return the orders that wait in the folder."""
    rows = [{name: plain(text) for name, text in row.items()} for row in order_rows(folder)]
    return [
        _order(number, list(of_order))
        for number, of_order in groupby(rows, key=lambda row: row["order_number"])
    ]


def _order(number: str, rows: list[dict[str, str]]) -> Order:
    return Order(
        id=number,
        number=number,
        status="awaiting_fulfillment",
        ship_to=Address(**{name: rows[0][f"ship_to.{name}"] for name in ADDRESS_FIELDS}),
        lines=tuple(
            Line(
                id=row["line_id"],
                sku=row["sku"],
                name=row["name"],
                quantity=int(row["quantity"]),
                unit_price=Decimal(row["unit_price"]) if row["unit_price"] else None,
            )
            for row in rows
        ),
    )
