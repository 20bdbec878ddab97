"""Imports of order files: memory stays flat, however large a file is."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import xlsxwriter

from tests.benchmarks.measuring import Result, always, peak_mib, scaled
from tests.benchmarks.portals import configured, embedded

_HEADER = "Order,SKU,Item,Qty,Price,Placed,Shipping,Name,Street,City,Postcode,Country\n"
_COLUMNS = (
    "order_number: Order, sku: SKU, name: Item, quantity: Qty, unit_price: Price,"
    " placed_at: Placed, shipping_method: Shipping, ship_to.name: Name, ship_to.street1: Street,"
    " ship_to.city: City, ship_to.zip: Postcode, ship_to.country: Country"
)


def measure(folder: Path, scale: float) -> Sequence[Result]:
    """Import a small and a large file, and a large workbook, into new accounts."""
    few, many = scaled(10_000, scale, least=200), scaled(100_000, scale, least=400)
    peaks = {(count, suffix): _peak(folder, count, suffix) for count, suffix in _files(few, many)}
    results = [
        always(
            f"peak memory of an import of a file of {count:,} orders",
            peaks[count, ".csv"],
            limit,
            unit=" MiB",
        )
        for count, limit in ((few, 60), (many, 66))
    ]
    more = peaks[many, ".xlsx"] - peaks[many, ".csv"]
    name = f"more memory for {many:,} orders in a workbook"
    return [*results, always(name, max(more, 0), 20, unit=" MiB")]


def _files(few: int, many: int) -> Sequence[tuple[int, str]]:
    return (few, ".csv"), (many, ".csv"), (many, ".xlsx")


def _peak(folder: Path, count: int, suffix: str) -> float:
    account = _with_orders(folder / f"{count}{suffix}", count, suffix)
    return peak_mib("import-orders", "--json", cwd=account)


def _with_orders(folder: Path, count: int, suffix: str) -> Path:
    feeds = folder / "feeds"
    feeds.mkdir(parents=True)
    write = _write_workbook if suffix == ".xlsx" else _write_text
    write(feeds / f"orders{suffix}", _rows(count))
    orders = (
        f"{{glob: feeds/*{suffix}, columns: {{{_COLUMNS}}}, date_format: '%Y-%m-%d %H:%M',"
        " timezone: UTC, currency: USD}"
    )
    return configured(folder, merchant=f"{{kind: files, orders: {orders}}}", supplier=embedded("w"))


def _rows(count: int) -> Iterator[str]:
    yield _HEADER
    for i in range(1, count + 1):
        yield (
            f"{i},SKU-{i % 500},Item {i % 500},{1 + i % 3},12.50,2026-11-20 10:00,Standard,"
            f"Ana Cruz,{i} Main St,Reno,89501,US\n"
        )


def _write_text(path: Path, rows: Iterable[str]) -> None:
    with path.open("w") as file:
        file.writelines(rows)


def _write_workbook(path: Path, rows: Iterable[str]) -> None:
    """Write each cell as a shared text, as spreadsheets do."""
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            for column, text in enumerate(row.strip().split(",")):
                sheet.write_string(number, column, text)
