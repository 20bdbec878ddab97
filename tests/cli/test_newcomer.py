"""A newcomer with an export and nothing else: check, two edits, import."""

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from ordosync.accounts.files.presets import FOLDER
from ordosync.config.presets import plain_presets
from tests.support.command import ordosync

PRESETS = plain_presets(FOLDER)
SAMPLES = Path(__file__).parents[2].parent / "shared" / "data" / "feeds"
AT = datetime(2026, 11, 20, 9, 50, 26, tzinfo=UTC)
TEXTS = {
    "order_number": "1001",
    "sku": "MUG",
    "name": "Blue mug",
    "quantity": "2",
    "unit_price": "18.50",
    "currency": "EUR",
    "carrier": "UPS",
    "tracking_number": "1Z0000000000000001",
    "ship_to.name": "Ana Cruz",
    "ship_to.street1": "1 Main St",
    "ship_to.city": "Boston",
    "ship_to.zip": "02108",
    "ship_to.country": "US",
}
PLAIN = {
    "Order": "1001",
    "Date": "2026-11-20",
    "SKU": "MUG",
    "Qty": "2",
    "Price": "18.50",
    "Name": "Ana Cruz",
    "Street": "1 Main St",
    "City": "Boston",
    "Zip": "02108",
    "Country": "US",
}


def of_preset(name: str) -> Mapping[str, str]:
    """Return the cells of a row of an export that a preset reads, by column."""
    _, options = PRESETS[name]
    cells: dict[str, str] = {}
    for field, names in options["columns"].items():
        cells[first(names)] = _text(field, options)
    for field, steps in options.get("transform", {}).items():
        for step in steps:
            for column in _sources(step):
                cells.setdefault(column, TEXTS.get(field, "").partition(" ")[0])
    for status in options.get("statuses", ()):
        words = [word for word in status.get("travels", ()) if word or "" in status["travels"]]
        cells[first(status["column"])] = words[0] if words else "2026-11-20"
    for rule in (*options.get("skip", ()), *options.get("skip_orders", ())):
        column = first(rule["column"])
        if re.search(rule["matches"], cells.get(column, "")):
            cells[column] = next(t for t in ("", "x") if not re.search(rule["matches"], t))
    return cells


def first(names: str | Sequence[str]) -> str:
    return names if isinstance(names, str) else names[0]


def _sources(step: Any) -> Iterator[str]:
    if isinstance(step, dict):
        yield from step.get("join", ())
        if "split" in step:
            yield first(step["split"]["from"])


def _text(field: str, options: Mapping[str, Any]) -> str:
    if field not in ("placed_at", "shipped_at"):
        return TEXTS.get(field, "")
    steps = options.get("transform", {}).get(field, [{}])
    formats = steps[-1].get("date", [options.get("date_format", "%Y-%m-%d")])
    return AT.strftime(first(formats))


def write_csv(path: Path, cells: Mapping[str, str], *, delimiter: str = ",") -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter)
    writer.writerows([list(cells), list(cells.values())])
    path.write_text(text.getvalue(), newline="")


def write_json(path: Path, cells: Mapping[str, str]) -> None:
    line = {name: cells[name] for name in ("SKU", "Qty", "Price")}
    order = {name: text for name, text in cells.items() if name not in line}
    path.write_text(json.dumps({"orders": [{**order, "lines": [line]}]}))


def write_xml(path: Path, cells: Mapping[str, str]) -> None:
    line = "".join(f"<{name}>{cells[name]}</{name}>" for name in ("SKU", "Qty", "Price"))
    order = "".join(f"<{n}>{text}</{n}>" for n, text in cells.items() if n not in line)
    path.write_text(f"<orders><order>{order}<line>{line}</line></order></orders>")


def write_xlsx(path: Path, cells: Mapping[str, str]) -> None:
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Orders")
        for at, (name, text) in enumerate(cells.items()):
            sheet.write_string(0, at, name)
            sheet.write_string(1, at, text)


WRITERS: Mapping[str, Any] = {
    "export.csv": write_csv,
    "export.json": write_json,
    "export.xml": write_xml,
    "export.xlsx": write_xlsx,
}


def imported(folder: Path, name: str, task: str = "import-orders") -> Mapping[str, int]:
    """Start with a file alone; return the counts of the first run."""
    init = ordosync(folder, "feed", "check", name, "--init")
    assert init.code == 0, init
    # A user who takes each example, such as Europe/Paris and EUR.
    text = re.sub(r"  # edit: such as (\S+)", r" \1", init.out)
    (folder / "config.yaml").write_text(text)
    checked = ordosync(folder, "config", "check")
    assert checked.code == 0, checked
    return ordosync(folder, task, "--json").counts


@pytest.mark.parametrize(
    "preset", [n for n, (subject, _) in PRESETS.items() if subject == "orders"]
)
def test_orders_of_each_preset_are_imported_after_two_edits(preset: str, tmp_path: Path) -> None:
    delimiter = PRESETS[preset][1].get("delimiter", ",")
    write_csv(tmp_path / "export.csv", of_preset(preset), delimiter=delimiter)

    found = ordosync(tmp_path, "feed", "check", "export.csv", "--json")

    assert (found.code, found.json["presets"][:1]) == (0, [preset])
    assert imported(tmp_path, "export.csv") == {"seen": 1, "done": 1}


@pytest.mark.parametrize(
    "preset", [n for n, (subject, _) in PRESETS.items() if subject == "shipments"]
)
def test_parcels_of_each_preset_are_read_after_two_edits(preset: str, tmp_path: Path) -> None:
    write_csv(tmp_path / "sent.csv", of_preset(preset))

    found = ordosync(tmp_path, "feed", "check", "sent.csv", "--json")

    assert (found.code, found.json["presets"][:1]) == (0, [preset])
    # The order of the parcel is not known.
    assert imported(tmp_path, "sent.csv", "update-tracking")["seen"] == 0


@pytest.mark.parametrize("name", WRITERS)
def test_orders_of_each_format_are_imported_after_two_edits(name: str, tmp_path: Path) -> None:
    WRITERS[name](tmp_path / name, PLAIN)

    assert ordosync(tmp_path, "feed", "check", name).code == 0
    assert imported(tmp_path, name) == {"seen": 1, "done": 1}


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the samples are not beside the repository")
@pytest.mark.parametrize(
    ("name", "counts"),
    [
        ("shopify-orders-export.csv", {"seen": 3, "done": 2, "skipped": 1}),
        ("amazon-unshipped-orders.txt", {"seen": 1, "done": 1}),
        ("ebay-orders-report-us.csv", {"seen": 1, "done": 1}),
        ("ebay-orders-report-uk.csv", {"seen": 1, "done": 1}),
        ("etsy-sold-order-items.csv", {"seen": 2, "done": 1, "skipped": 1}),
        ("woocommerce-advanced-order-export.csv", {"seen": 1, "done": 1}),
        ("one-row-per-order.csv", {"seen": 2, "done": 2}),
        ("orders.json", {"seen": 2, "done": 1, "skipped": 1}),
        ("orders.xml", {"seen": 2, "done": 2}),
    ],
)
def test_samples_are_imported_after_two_edits(
    name: str, counts: Mapping[str, int], tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes((SAMPLES / name).read_bytes())

    assert imported(tmp_path, name) == counts
