"""Checks files of orders by simple options."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ordosync.accounts.feeds import FeedFinding, FeedReport, KnownSkus
from ordosync.accounts.files.feed_check.checking import check
from ordosync.accounts.files.input_options.order_files import OrderFiles
from ordosync.accounts.files.parsing import record_types

COLUMNS = {
    "order_number": "order",
    "sku": "sku",
    "quantity": "qty",
    "unit_price": "price",
    "placed_at": "date",
    "ship_to.name": "to",
    "ship_to.zip": "zip",
    "ship_to.country": "country",
}
HEADER = ",".join(COLUMNS.values())


def checked(
    folder: Path, rows: Sequence[str], *, known: KnownSkus | None = None, **options: Any
) -> FeedReport:
    """Check a file with these rows below the header."""
    path = folder / "orders.csv"
    path.write_text("\n".join([HEADER, *rows, ""]))
    return checked_file(path, known=known, **options)


def checked_file(path: Path, *, known: KnownSkus | None = None, **options: Any) -> FeedReport:
    """Check a file."""
    settings: dict[str, Any] = {
        "columns": COLUMNS,
        "date_format": "%Y-%m-%d",
        "timezone": "Europe/Paris",
        "currency": "EUR",
        **options,
    }
    files = OrderFiles(glob=path.parent / "*.csv", **settings)
    return check(record_types.orders(files), path, known=known)


def row(order: str = "1001", **cells: str) -> str:
    """Return a row of an order."""
    texts = {
        "order": order,
        "sku": "MUG",
        "qty": "2",
        "price": "12.50",
        "date": "2026-11-20",
        "to": "Ana Cruz",
        "zip": "69002",
        "country": "FR",
        **cells,
    }
    return ",".join(texts.values())


def finding(report: FeedReport, code: str) -> FeedFinding | None:
    """Return the finding with this code; None if there is none."""
    return next((each for each in report.findings if each.code == code), None)
