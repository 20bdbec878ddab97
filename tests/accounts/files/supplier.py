"""Columns of a Supplier's files, and a reader of its order files."""

import csv
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from itertools import groupby
from pathlib import Path

from ordosync.accounts.files.input_options.fields import ADDRESS_FIELDS
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
ANSWER_COLUMNS = {
    "order_number": "order",
    "sku": "sku",
    "quantity": "qty",
    "answer": "answer",
    "reason": "reason",
    "expected": "expected",
}
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
    """Return the orders in the folder, each as its newest whole file has it."""
    rows = [{name: plain(text) for name, text in row.items()} for row in order_rows(folder)]
    whole = {
        (row["order_number"], int(row["version"]))
        for row in rows
        if row["change"] in ("NEW", "CHANGED")
    }
    newest = {number: max(v for n, v in whole if n == number) for number, _ in whole}
    kept = [row for row in rows if int(row["version"]) == newest.get(row["order_number"])]
    return [
        _order(number, [row for row in of_order if row["quantity"] != "0"])
        for number, of_order in groupby(kept, key=lambda row: row["order_number"])
    ]


def change_of(folder: Path, number: str) -> str:
    """Return the word in the newest file of an order that holds, releases or cancels it."""
    words = [
        (int(row["version"]), row["change"])
        for row in order_rows(folder)
        if row["order_number"] == number and row["change"] != "CHANGED"
    ]
    return max(words)[1]


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
