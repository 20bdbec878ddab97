"""Presets read real exports: each sample gives exactly what is expected of it."""

import csv
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from tests.support.command import ordosync

from .exports import Found, configure, like, read, shown

FEEDS = Path(__file__).parents[3].parent / "shared" / "data" / "feeds"
EXPECTED: Mapping[str, Any] = (
    json.loads((FEEDS / "expected.json").read_text("utf-8")) if FEEDS.is_dir() else {}
)
SAMPLES = [name for name, of in EXPECTED.items() if name != "about" and "with" in of]
KINDS = {"orders": "orders", "shipments": "shipments", "stock": "stock"}


SHOPIFY_HELP = (
    "Name,Phone,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,Accepts Marketing,"
    "Currency,Subtotal,Shipping,Taxes,Total,Discount Code,Discount Amount,Shipping Method,"
    "Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem compare-at price,"
    "Lineitem SKU,Lineitem requires shipping,Lineitem taxable,Lineitem fulfillment status,"
    "Billing Name,Billing Street,Billing Address1,Billing Address2,Billing Company,Billing City,"
    "Billing Zip,Billing Province,Billing Province Name,Billing Country,Billing Phone,"
    "Shipping Name,Shipping Street,Shipping Address1,Shipping Address2,Shipping Company,"
    "Shipping City,Shipping Zip,Shipping Province,Shipping Province Name,Shipping Country,"
    "Shipping Phone,Notes,Note Attributes,Canceled at,Payment Method,Refunded Amount,Vendor,Id,"
    "Tags,Risk Level,Source,Lineitem discount,Payment ID,Payment terms,Next payment due at"
)
"""The columns that the help of Shopify lists; exports have some of them under other names."""


def read_sample(folder: Path, name: str) -> Found:
    """Return what the options of `expected.json` make of a sample."""
    expected = EXPECTED[name]
    subject = next(kind for kind in KINDS if kind in expected)
    options = {key: value for key, value in expected["with"].items() if key != "portal"}
    return read(folder, subject, options, FEEDS / name)


@pytest.mark.skipif(not SAMPLES, reason="the samples are not beside the repository")
@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_gives_exactly_what_is_expected(name: str, tmp_path: Path) -> None:
    expected = EXPECTED[name]

    found = read_sample(tmp_path, name)

    if "orders" in expected:
        orders = [shown(order) for order in found.orders.values() if order.number not in found.held]
        assert like(orders, expected["orders"]) == expected["orders"]
    if "shipments" in expected:
        assert [shown(each) for each in found.shipments] == expected["shipments"]
    if "stock" in expected:
        assert found.stock == expected["stock"]
    assert set(found.skipped) == set(expected.get("skipped", {}))
    assert set(found.failed) == set(expected.get("failed", {}))


COUNTED = [name for name in SAMPLES if "seen" in EXPECTED[name].get("run", {})]


@pytest.mark.skipif(not SAMPLES, reason="the samples are not beside the repository")
@pytest.mark.parametrize("name", COUNTED)
def test_a_run_counts_what_is_expected(name: str, tmp_path: Path) -> None:
    expected = EXPECTED[name]
    configure(tmp_path, "orders", expected["with"])
    (tmp_path / "feeds" / name).write_bytes((FEEDS / name).read_bytes())

    run = ordosync(tmp_path, "import-orders", "--json").run

    assert {count: run[count] for count in expected["run"]} == expected["run"]


def shopify(**cells: str) -> dict[str, str]:
    """Return a row of an order that is paid and open."""
    return {
        "Name": "#1",
        "Financial Status": "paid",
        "Fulfillment Status": "unfulfilled",
        "Currency": "EUR",
        "Created at": "2026-11-20 09:50:26 +0100",
        "Lineitem quantity": "1",
        "Lineitem name": "Mug",
        "Lineitem price": "18.50",
        "Lineitem SKU": "MUG",
        "Lineitem requires shipping": "true",
        "Lineitem fulfillment status": "pending",
        "Shipping Name": "Ada",
        "Shipping Address1": "1 High St",
        "Shipping City": "Town",
        "Shipping Zip": "'07001",
        "Shipping Country": "US",
        **{name.replace("_", " "): text for name, text in cells.items()},
    }


def read_shopify(folder: Path, *rows: dict[str, str]) -> Found:
    path = folder / "export.csv"
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, SHOPIFY_HELP.split(","), restval="")
        writer.writeheader()
        writer.writerows(rows)
    return read(folder, "orders", {"preset": "shopify-export", "timezone": "Europe/Paris"}, path)


def test_the_columns_of_the_help_of_shopify_are_read(tmp_path: Path) -> None:
    found = read_shopify(tmp_path, shopify(), shopify(Name="#2", Canceled_at="2026-11-21"))

    assert list(found.orders) == ["#1"]
    assert found.orders["#1"].ship_to.zip == "07001"
    assert found.skipped == {"#2": 'Cancelled at is "2026-11-21"'}


def test_a_line_that_needs_no_shipping_may_lack_a_sku(tmp_path: Path) -> None:
    tip = {"Lineitem_SKU": "", "Lineitem_requires_shipping": "false", "Lineitem_name": "Tip"}
    first = shopify(**tip)
    second = {
        name: shopify()[name] for name in shopify() if name[:8] == "Lineitem" or name == "Name"
    }

    found = read_shopify(tmp_path, first, second, shopify(Name="#2", **tip))

    assert [line["sku"] for line in shown(found.orders["#1"])["lines"]] == ["MUG"]
    assert found.skipped == {"#2": "needs no shipping"}
    assert found.failed == {}


@pytest.mark.parametrize("amount", ["5.00", "-5.00", "18,50", "refunded"])
def test_an_order_with_a_refunded_amount_fails(amount: str, tmp_path: Path) -> None:
    found = read_shopify(tmp_path, shopify(Refunded_Amount=amount), shopify(Name="#2"))

    assert list(found.failed) == ["#1"]
    assert "which does not say which units are to be sent" in found.failed["#1"]


@pytest.mark.parametrize("column", ["Financial Status", "Fulfillment Status", "Canceled at"])
def test_an_export_without_a_column_that_decides_is_refused(column: str, tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_text(f"{SHOPIFY_HELP.replace(f',{column}', '')}\n")

    found = read(tmp_path, "orders", {"preset": "shopify-export", "timezone": "UTC"}, path)

    (reason,) = found.failed.values()
    assert "is missing" in reason


def test_a_preset_reads_a_workbook_as_it_reads_csv(tmp_path: Path) -> None:
    path = tmp_path / "tracking.xlsx"
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet()
    for number, row in enumerate(
        [
            ("purchase_order", "carrier", "tracking_numbers"),
            ("77001", "UPSN", "1Z1;1Z2"),
            ("77002", "USPS", "9400100000000000000001"),
        ]
    ):
        sheet.write_row(number, 0, row)
    book.close()

    found = read(tmp_path, "shipments", {"preset": "duoplane-tracking"}, path)

    numbers = [each.tracking_number for each in found.shipments]
    assert numbers == ["1Z1", "1Z2", "9400100000000000000001"]
