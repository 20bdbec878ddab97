"""Packing slips have the Merchant's own number, and pick lists are in the order of the bins."""

import csv
import io
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest

from ordosync.text import natural_key
from tests.support.merchants import TwoMerchants
from tests.support.packing import page, picked
from tests.support.stores import opened


def facts(depot: TwoMerchants, number: str) -> dict[str, str]:
    """Return the labelled values of a slip."""
    _, texts = page(depot, "slips", number)
    return dict(pairwise(texts))


def in_csv(depot: TwoMerchants, number: str) -> tuple[str, str]:
    """Return both numbers of a slip in CSV."""
    text = depot.run("orders", "slips", number, "--csv").out
    row = next(csv.DictReader(io.StringIO(text, newline="")))
    return row["number"], row["merchant_number"]


def test_a_slip_has_the_numbers_of_both_sides(depot: TwoMerchants) -> None:
    shown = facts(depot, "A-1001")

    assert (shown["Order"], shown["Order at ann"]) == ("A-1001", "1001")
    assert in_csv(depot, "A-1001") == ("A-1001", "1001")


def test_a_slip_has_the_number_that_the_shop_shows_and_not_its_id(depot: TwoMerchants) -> None:
    with closing(opened(depot.folder / "ordosync.db")) as db, db:
        db.execute("insert into order_numbers values ('ann-depot', '1001', 'WEB-7')")

    assert facts(depot, "A-1001")["Order at ann"] == "WEB-7"
    assert in_csv(depot, "A-1001") == ("A-1001", "WEB-7")


def test_the_slip_of_a_piece_has_the_number_of_its_order(depot: TwoMerchants) -> None:
    depot.run("orders", "split", "A-1001", "--piece", "MUG=1", "--piece", "MUG=1")

    shown = facts(depot, "A-1001-2")

    assert (shown["Order"], shown["Order at ann"]) == ("A-1001-2", "1001")


def test_a_slip_of_the_account_itself_has_one_number(depot: TwoMerchants) -> None:
    depot.run("orders", "add", "OWN-1", "--line", "MUG=1")

    assert "Order at depot" not in facts(depot, "OWN-1")
    assert in_csv(depot, "OWN-1") == ("OWN-1", "OWN-1")


def test_a_slip_without_a_store_has_the_number_of_the_account(depot: TwoMerchants) -> None:
    (depot.folder / "ordosync.db").unlink()

    assert facts(depot, "A-1001")["Order"] == "A-1001"


def test_the_numbers_of_bins_are_sorted_by_value(tmp_path: Path) -> None:
    depot = TwoMerchants(tmp_path)
    bins = {"MUG": "A-10", "CUP": "A-2", "PEN": "B-1", "JAR": "a-2-11", "POT": "A-2-9", "CAN": ""}
    for sku, storage_bin in bins.items():
        depot.run("products", "add", sku, "--bin", storage_bin)
    depot.feed("ann", *(f"9,2026-11-23T10:00:00,{sku},1,Ann,DE" for sku in bins))
    depot.feed("bob")
    depot.imported()

    assert [line.split("=")[0] for line in picked(depot).split(", ")] == [
        "A-2 CUP",
        "A-2-9 POT",
        "a-2-11 JAR",
        "A-10 MUG",
        "B-1 PEN",
        "- CAN",
    ]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("A-2", "A-10"),
        ("", "1"),
        ("2", "10"),
        ("7", "A"),
        ("A", "A1"),
        ("a1", "A01b"),
        ("9", "1" * 9999),
    ],
)
def test_numbers_in_text_are_sorted_by_value(before: str, after: str) -> None:
    assert natural_key(before) < natural_key(after)
