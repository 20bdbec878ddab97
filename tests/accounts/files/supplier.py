"""Columns of a Supplier's files, and a reader of its order files."""

import csv
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from itertools import groupby
from pathlib import Path

from ordosync.accounts.files.options import ADDRESS_FIELDS
from ordosync.accounts.files.output.options import OrderFolder
from ordosync.accounts.spreadsheets import plain
from ordosync.models import Address, Line, Order

ORDER_COLUMNS = {name: f"our {name}" for name in OrderFolder.known_fields}
SENT_COLUMNS = {
    "order_number": "order",
    "tracking_number": "number",
    "carrier": "carrier",
    "shipped_at": "at",
    "cost": "cost",
    "voided": "void",
}
LABEL_COLUMNS = {
    **SENT_COLUMNS,
    "method": "service",
    "warehouse": "from",
    "complete": "done",
    "sku": "sku",
    "quantity": "qty",
}
SENT_READ = {"date_format": "%Y-%m-%d %H:%M", "timezone": "Europe/Berlin", "currency": "GBP"}
STOCK_COLUMNS = {"sku": "sku", "quantity": "qty"}


def order_rows(folder: Path) -> list[dict[str, str]]:
    """Return the rows of all order files in their sequence, by the names of ordosync's fields."""
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
    first = rows[0]
    return Order(
        id=number,
        number=number,
        status="awaiting_fulfillment",
        ship_to=_address(first, "ship_to"),
        bill_to=_address(first, "bill_to"),
        shipping_method=first["shipping_method"],
        placed_at=datetime.fromisoformat(first["placed_at"]) if first["placed_at"] else None,
        customer_notes=first["customer_notes"],
        internal_notes=first["internal_notes"],
        tags=tuple(tag for tag in first["tags"].split(", ") if tag),
        discount=_amount(first["order_discount"]),
        lines=tuple(map(_line, rows)),
    )


def _line(row: dict[str, str]) -> Line:
    return Line(
        id=row["line_id"],
        sku=row["sku"],
        name=row["name"],
        quantity=int(row["quantity"]),
        unit_price=_amount(row["unit_price"]),
        details=row["details"],
        total=_amount(row["line_total"]),
        discount=_amount(row["line_discount"]),
    )


def _address(row: dict[str, str], kind: str) -> Address:
    return Address(**{name: row[f"{kind}.{name}"] for name in ADDRESS_FIELDS})


def _amount(text: str) -> Decimal | None:
    return Decimal(text) if text else None
