"""Our own parcels come back in the next export of a preset: no edit, no cancellation."""

import csv
import io
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.accounts.files.order_feeds import Feeds

FEEDS = Path(__file__).parents[3].parent / "shared" / "data" / "feeds"
CANCELLED = "cancellations: {glob: cancelled, columns: {order_number: No}}"
Rows = list[dict[str, str]]


class Sample(NamedTuple):
    """An export, an order in it, and the options beside the preset."""

    file: str
    number: str
    order: str
    """The column of the number."""
    options: tuple[str, ...]
    first_row: str = ""
    """The first column of the header; empty for the first row of the file."""


SAMPLES = {
    "shopify": Sample(
        "shopify-orders-export.csv",
        "#2001",
        "Name",
        ("preset: shopify-export", "timezone: Europe/Paris"),
    ),
    "amazon": Sample(
        "amazon-unshipped-orders.txt",
        "111-0000001-0000001",
        "order-id",
        ("preset: amazon-orders", "timezone: UTC", "currency: USD"),
    ),
    "ebay": Sample(
        "ebay-orders-report-us.csv",
        "24-00001-00001",
        "Order Number",
        ("preset: ebay-orders", "timezone: America/Los_Angeles", "currency: USD"),
        "Sales Record Number",
    ),
    "etsy": Sample(
        "etsy-sold-order-items.csv",
        "9001",
        "Order ID",
        ("preset: etsy-sold-order-items", "timezone: America/Vancouver"),
    ),
    "woocommerce": Sample(
        "woocommerce-advanced-order-export.csv",
        "731",
        "Order Number",
        ("preset: woocommerce-order-export", "timezone: America/Los_Angeles", "currency: USD"),
    ),
}


def table(sample: Sample) -> tuple[list[str], Rows]:
    """Return the header of an export, and the rows of its order."""
    path = FEEDS / sample.file
    text = path.read_text("cp1252" if path.suffix == ".txt" else "utf-8-sig")
    rows = [*csv.reader(io.StringIO(text), delimiter="\t" if path.suffix == ".txt" else ",")]
    first = next(row for row in rows if row[:1] == [sample.first_row or rows[0][0]])
    dicts = [dict(zip(first, row, strict=False)) for row in rows[rows.index(first) + 1 :]]
    return first, [row for row in dicts if row.get(sample.order) == sample.number]


def written(header: list[str], rows: Rows, sample: Sample) -> str:
    """Return an export with these rows."""
    text = io.StringIO()
    delimiter = "\t" if sample.file.endswith(".txt") else ","
    writer = csv.DictWriter(text, header, delimiter=delimiter, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def first_is(**cells: str) -> Callable[[Rows], Rows]:
    """Return a change of the first row; `_` in a name is a blank."""

    def change(rows: Rows) -> Rows:
        named = {re.sub("_", " ", name): text for name, text in cells.items()}
        return [{**rows[0], **named}, *rows[1:]]

    return change


def all_are(**cells: str) -> Callable[[Rows], Rows]:
    def change(rows: Rows) -> Rows:
        return [first_is(**cells)([row])[0] for row in rows]

    return change


def of(*changes: Callable[[Rows], Rows]) -> Callable[[Rows], Rows]:
    def change(rows: Rows) -> Rows:
        for each in changes:
            rows = each(rows)
        return rows

    return change


def owed(units: str) -> Callable[[Rows], Rows]:
    return lambda rows: [{**row, "quantity-to-ship": units} for row in rows]


FULFILLED = "Lineitem_fulfillment_status"
CHANGES: Mapping[str, tuple[str, Callable[[Rows], Rows]]] = {
    "shopify, a line": (
        "shopify",
        first_is(**{FULFILLED: "fulfilled", "Fulfillment_Status": "partial"}),
    ),
    "shopify, a part of a line": (
        "shopify",
        first_is(**{FULFILLED: "partial", "Fulfillment_Status": "partial"}),
    ),
    "shopify, all": (
        "shopify",
        of(all_are(**{FULFILLED: "fulfilled"}), first_is(Fulfillment_Status="fulfilled")),
    ),
    "amazon, a part": ("amazon", owed("1")),
    "amazon, all": ("amazon", owed("0")),
    "ebay, all": ("ebay", all_are(Shipped_On_Date="Nov-22-26")),
    "etsy, all": ("etsy", all_are(Date_Shipped="11/22/2026")),
    "woocommerce, all": ("woocommerce", all_are(Order_Status="Completed")),
}


@pytest.mark.skipif(not FEEDS.is_dir(), reason="the samples are not beside the repository")
@pytest.mark.parametrize("what", CHANGES)
def test_own_parcel_in_the_next_export_is_no_edit_and_no_cancellation(
    what: str, tmp_path: Path
) -> None:
    name, change = CHANGES[what]
    sample = SAMPLES[name]
    header, rows = table(sample)
    feeds = Feeds(tmp_path)
    (tmp_path / "cancelled").mkdir()
    feeds.configure(*sample.options, columns="", parts=CANCELLED)
    changed = change([dict(row) for row in rows])
    extra = [column for column in changed[0] if column not in header]
    suffix = sample.file[-4:]
    feeds.drop(f"1{suffix}", written([*header, *extra], rows, sample))

    first = feeds.run()
    feeds.run("cancel-orders")
    sent: Any = feeds.sent(sample.number)
    feeds.drop(f"2{suffix}", written([*header, *extra], changed, sample))
    second = feeds.run()

    assert first.counts == {"seen": 1, "done": 1}
    assert second.counts == {"seen": 1, "unchanged": 1}
    assert feeds.run("cancel-orders", "--json").counts == {"seen": 0}
    assert feeds.attention() == []
    assert feeds.sent(sample.number) == sent
    assert "both sides agree" in feeds.run("reconcile").err


@pytest.mark.skipif(not FEEDS.is_dir(), reason="the samples are not beside the repository")
@pytest.mark.parametrize("order", ["together", "reversed", "first", "second"])
def test_order_that_a_page_cuts_is_never_sent_in_part_silently(order: str, tmp_path: Path) -> None:
    sample = SAMPLES["shopify"]
    header, rows = table(sample)
    feeds = Feeds(tmp_path)
    feeds.configure(*sample.options, columns="")
    other = [{**row, "Name": "#2009"} for row in rows]
    pages = [
        ("page1.csv", written(header, [{**rows[0], "Name": "#2000"}, rows[0]], sample)),
        ("page2.csv", written(header, [rows[1], *other], sample)),
    ]
    for name, text in reversed(pages) if order in ("reversed", "second") else pages:
        feeds.drop(name, text)
        if order in ("first", "second"):
            feeds.run()

    feeds.run()

    orders = feeds.run("orders", "list", "--account", "depot", "--json").json["orders"]
    is_sent = "#2001" in [each["number"] for each in orders]
    assert is_sent == (order == "first")
    assert feeds.sent("#2009") == {"MUG-BLUE": 2, "TRAY-RED": 1}
    [problem] = feeds.attention()
    assert "page" in problem
