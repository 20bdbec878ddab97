"""Tracking numbers that are on several orders, or several in one place."""

from pathlib import Path

import pytest

from tests.support.command import ordosync
from tests.support.desk import TwoAccounts

UPS = ("--carrier", "UPS", "--tracking")


def test_a_number_of_another_order_is_a_warning(both: TwoAccounts) -> None:
    both.imported("1002")
    both.northwind("orders", "ship", "S-1001", *UPS, "1Z9", "--tracking", "1Z10")

    done = both.northwind("orders", "ship", "S-1002", *UPS, "1z10")

    assert done.code == 0
    assert "order S-1002: tracking number 1z10 is also on S-1001; `ordosync orders" in done.err


def test_a_number_of_another_order_is_a_warning_in_a_file(both: TwoAccounts) -> None:
    both.imported("1002")
    path = both.folder / "carrier.csv"
    path.write_text("number,carrier,tracking\nS-1001,UPS,1Z9\nS-1002,UPS,1Z9\n")

    done = both.northwind("orders", "ship", "--from", str(path))

    assert done.code == 0
    assert "tracking number 1Z9 is also on S-1001" in done.err


def test_a_number_alone_and_a_voided_one_are_no_warning(both: TwoAccounts) -> None:
    both.imported("1002")
    both.northwind("orders", "ship", "S-1001", *UPS, "1Z9")
    both.northwind("orders", "ship", "S-1001", "--void")

    done = both.northwind("orders", "ship", "S-1002", *UPS, "1Z9")

    assert "is also on" not in done.err


@pytest.mark.parametrize(
    "text", ["1ZK1,1ZK2", "1ZK1; 1ZK2", "1ZK1\n1ZK2", "1Z12345E0205271688 1Z12345E0205271689"]
)
def test_several_numbers_in_one_option_or_cell_are_refused(both: TwoAccounts, text: str) -> None:
    path = both.folder / "carrier.csv"
    path.write_text(f'number,carrier,tracking\nS-1001,UPS,"{text}"\n')

    typed = both.northwind("orders", "ship", "S-1001", *UPS, text)
    read = both.northwind("orders", "ship", "--from", str(path), "--dry-run")

    assert (typed.code, read.code) == (2, 1)
    assert "is several tracking numbers; repeat --tracking for each" in typed.err
    assert "row 2 would be refused" in read.err
    assert "ship it with `orders ship ORDER --tracking A --tracking B`" in read.err


@pytest.mark.parametrize("text", ["1Z 999 AA1 01 2345 6784", "9400 1000 0000 0000 0000 00", "A,"])
def test_the_groups_of_one_number_are_no_list(both: TwoAccounts, text: str) -> None:
    assert both.northwind("orders", "ship", "S-1001", *UPS, text).code == 0


def test_a_parcel_of_two_numbers_is_one_parcel_on_both_sides(both: TwoAccounts) -> None:
    both.northwind("orders", "ship", "S-1001", *UPS, "1Z9", "--tracking", "1Z10")

    shop = parcels(both.folder, "1001", "shop")

    assert shop == parcels(both.folder, "S-1001", "northwind")
    assert len(shop) == 1
    assert "UPS 1Z9, 1Z10" in shop[0]


def parcels(folder: Path, number: str, account: str) -> list[str]:
    shown = ordosync(folder, "orders", "show", number, "--account", account).out.splitlines()
    return [line.partition(": ")[2] for line in shown if line.startswith("shipped 20")]
