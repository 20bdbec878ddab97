"""Imports of order files: memory stays flat, however large a file is, and the rate."""

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path

import xlsxwriter

from tests.benchmarks.measuring import (
    ORDOSYNC,
    PYTHON,
    Result,
    Spent,
    always,
    at_least,
    at_most,
    in_turn,
    peak_mib,
    scaled,
    sizes,
    spent,
)
from tests.benchmarks.portals import configured, embedded, emptied

_ROUNDS = 3
_LINES = 3

_HEADER = "Order,SKU,Item,Qty,Price,Placed,Shipping,Name,Street,City,Postcode,Country\n"
_COLUMNS = (
    "order_number: Order, sku: SKU, name: Item, quantity: Qty, unit_price: Price,"
    " placed_at: Placed, shipping_method: Shipping, ship_to.name: Name, ship_to.street1: Street,"
    " ship_to.city: City, ship_to.zip: Postcode, ship_to.country: Country"
)


def measure(folder: Path, scale: float) -> Sequence[Result]:
    """Import a small and a large file, and a large workbook, into new accounts."""
    few, many = scaled(10_000, scale, least=200), scaled(100_000, scale, least=400)
    small, large, workbook = (
        _with_orders(folder / f"{count}{suffix}", count, suffix)
        for count, suffix in ((few, ".csv"), (many, ".csv"), (many, ".xlsx"))
    )
    dry = ("import-orders", "--json", "--dry-run")
    dry_small, dry_large = (peak_mib(*dry, cwd=place) for place in (small, large))
    of_small, of_large, of_workbook = (
        peak_mib("import-orders", "--json", cwd=place) for place in (small, large, workbook)
    )
    orders = f"{many:,} orders of {_LINES} lines"
    return [
        always(f"peak memory of an import of a file of {orders}", of_large, 60, unit=" MiB"),
        at_most(f"the same against {few:,} orders", of_large / of_small, 1.1),
        always(f"peak memory of a dry run of {orders}", dry_large, 66, unit=" MiB"),
        at_most(f"the same against {few:,} orders", dry_large / dry_small, 1.1),
        always(
            f"more memory for {many:,} orders in a workbook",
            max(of_workbook - of_large, 0),
            20,
            unit=" MiB",
        ),
    ]


def measure_rate(folder: Path, scale: float) -> Sequence[Result]:
    """Import files of three sizes, and store the same rows with `csv` and `sqlite3`."""
    results = []
    for count in sizes(100_000, scale, least=200):
        place = _with_orders(folder / str(count), count, ".csv")
        ways = {"ordosync": partial(_import, place), "csv-wal": partial(_csv_wal, place)}
        medians = in_turn(ways, rounds=_ROUNDS if scale >= 1 else 1)
        results.append(
            at_least(
                f"import of a file of {count:,} orders of {_LINES} lines against csv and sqlite3",
                medians.ratio("csv-wal", "ordosync"),
                0.18,
                note=medians.note("csv-wal", "ordosync"),
            )
        )
    return results


def _import(place: Path) -> Spent:
    for name in ("ordosync.db", "w.db"):
        emptied(place / name)
    return spent(ORDOSYNC, "import-orders", "--json", cwd=place)


def _csv_wal(place: Path) -> Spent:
    target = place / "csv-wal.db"
    emptied(target)
    source = place / "feeds" / "orders.csv"
    return spent(PYTHON, "-m", "tests.benchmarks.csv_wal", str(source), str(target))


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
        at = f"2026-11-{1 + i // 1440 % 28:02} {i // 60 % 24:02}:{i % 60:02}"
        for sku in (i % 500, (i + 7) % 500, (i + 13) % 500):
            yield (
                f"{i},SKU-{sku},Item {sku},{1 + i % 3},12.50,{at},Standard,"
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
