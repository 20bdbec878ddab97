"""Answers of the desk commands that were wrong or incomplete."""

from pathlib import Path

import pytest

from tests.support.command import HEADER, ordosync, row, shop
from tests.support.desk import TwoAccounts
from tests.support.merchants import TwoMerchants

ROUNDED = "is a number that a spreadsheet has rounded"


def test_a_tracking_number_with_a_decimal_comma_is_damaged_and_not_a_list(
    both: TwoAccounts,
) -> None:
    typed = both.northwind("orders", "ship", "S-1001", "--carrier", "UPS", "--tracking", "1,23E+11")
    (both.folder / "day.csv").write_text("number;carrier;tracking\nS-1001;UPS;1,23E+11\n")
    read = both.northwind("orders", "ship", "--from", "day.csv")

    assert (typed.code, read.code) == (2, 1)
    for done in (typed, read):
        assert f"the tracking '1,23E+11' {ROUNDED}" in done.err
        assert "several" not in done.err


@pytest.mark.parametrize(
    ("cell", "example"),
    [("1.234,50", "4,20"), ("1,234.50", "4,20"), ("€4,20", "4,20"), ("4.20 EUR", "4.20")],
)
def test_a_wrong_cost_is_quoted_as_the_file_has_it(
    both: TwoAccounts, cell: str, example: str
) -> None:
    text = f"number;carrier;tracking;cost\nS-1001;UPS;1Z9;{cell}\n"
    (both.folder / "day.csv").write_text(text)

    done = both.northwind("orders", "ship", "--from", "day.csv")

    assert f"{cell!r} is not an amount without currency, such as {example}" in done.err


def test_why_counts_an_order_of_two_accounts_once(both: TwoAccounts) -> None:
    for number in range(2001, 2008):
        words = ("--line", "MUG=1", "--supplier", "northwind", "--name", "Rui Kaya")
        both.shop("orders", "add", str(number), *words)
    both.run("import-orders")

    done = both.run("why", "Rui Kaya")

    assert done.code == 2
    assert "'Rui Kaya' is no number; 7 orders have it in their customer" in done.err


def test_a_cost_that_is_added_later_stays_here(both: TwoAccounts) -> None:
    both.northwind("orders", "ship", "S-1001", "--carrier", "UPS", "--tracking", "1Z9")
    (both.folder / "day.csv").write_text("number,carrier,tracking,cost\nS-1001,UPS,1Z9,4.20\n")

    again = both.northwind("orders", "ship", "--from", "day.csv")

    assert "the cost of 1 was added here; the Merchant has the parcel already" in again.err


@pytest.mark.parametrize(("warehouse", "is_counted"), [("east", False), ("main", True)])
def test_a_product_that_is_not_counted_in_the_warehouse_is_named(
    both: TwoAccounts, warehouse: str, *, is_counted: bool
) -> None:
    both.run("import-products")
    both.northwind("stock", "set", "MUG", "9")
    both.northwind("products", "add", "TEA", "--name", "Tea")
    both.northwind("stock", "set", "TEA", "9", "--warehouse", "east")
    label = ("--carrier", "UPS", "--tracking", "1Z9", "--warehouse", warehouse)

    done = both.northwind("orders", "ship", "S-1001", *label)

    text = f"MUG is not counted in {warehouse}: its stock there does not change"
    assert (done.code, text in done.err) == (0, not is_counted)


def test_a_failed_order_was_read_before_it_was_not_sent(tmp_path: Path) -> None:
    shop(tmp_path, HEADER + row("1001", quantity="x"))
    ordosync(tmp_path, "import-orders")

    story = ordosync(tmp_path, "why", "1001").out

    assert -1 < story.index("read from") < story.index("did not send")


def test_a_file_that_is_not_utf8_names_the_line(both: TwoAccounts) -> None:
    text = "number,carrier,tracking,method\nS-1001,UPS,1Z9,Paket\nS-1001,UPS,1Z9,Für\n"
    (both.folder / "day.csv").write_bytes(text.encode("latin-1"))

    done = both.northwind("orders", "ship", "--from", "day.csv")

    assert done.code == 2
    assert (
        "day.csv: line 3 has a character that is not UTF-8; in a spreadsheet, save it as CSV UTF-8"
        in done.err
    )


def test_a_missing_folder_needs_no_space(depot: TwoMerchants) -> None:
    done = depot.run("orders", "slips", "--html", "missing/slips.html")

    assert "No such file or directory; create the folder missing, or choose" in done.err
    assert "space" not in done.err


def test_a_duration_is_also_written_in_capitals(both: TwoAccounts) -> None:
    assert both.run("autosync", "off", "import-orders", "--for", "2H").code == 0
