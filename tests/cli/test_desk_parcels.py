"""Orders that are sent in parts, with the commands of both accounts.

P, F and S are the rules and cases of lifecycle.md. Order 1001 has 2 MUG and 1 CUP.
"""

import pytest

from tests.support.command import Done
from tests.support.desk import TwoAccounts

UPS = ("--carrier", "UPS", "--tracking")


def ship(both: TwoAccounts, number: str, *lines: str) -> Done:
    """Ship a parcel of order S-1001 with these lines."""
    options = [word for line in lines for word in ("--line", line)]
    return both.northwind("orders", "ship", "S-1001", *options, *UPS, number)


def units(both: TwoAccounts, account: str, number: str) -> dict[str, tuple[int, ...]]:
    """Return ordered, open, sent and cancelled units by SKU, as `orders show --json` says."""
    names = ("ordered", "open", "sent", "cancelled")
    lines = both.order(account, number)["lines"]
    return {line["sku"]: tuple(line[name] for name in names) for line in lines}


def test_p1_part_of_an_order_arrives_in_the_same_command(both: TwoAccounts) -> None:
    result = ship(both, "1Z1", "MUG=1")

    assert result.code == 0, result
    assert "order S-1001 is partially shipped; 1 MUG, 1 CUP still to ship" in result.err
    for account, number in (("shop", "1001"), ("northwind", "S-1001")):
        order = both.order(account, number)
        assert order["status"] == "partially_shipped"
        assert units(both, account, number) == {"MUG": (2, 1, 1, 0), "CUP": (1, 1, 0, 0)}
        [parcel] = order["shipments"]
        assert [(line["sku"], line["quantity"]) for line in parcel["lines"]] == [("MUG", 1)]


def test_f2_second_parcel_completes_the_order_in_both_accounts(both: TwoAccounts) -> None:
    ship(both, "1Z1", "#S-1001/1=1", "CUP=1")

    result = ship(both, "1Z2")

    assert result.code == 0, result
    assert "partially shipped" not in result.err
    for account, number in (("shop", "1001"), ("northwind", "S-1001")):
        order = both.order(account, number)
        assert order["status"] == "shipped"
        assert [parcel["tracking"] for parcel in order["shipments"]] == ["1Z1", "1Z2"]


def test_order_shows_units_and_parcels_as_text(both: TwoAccounts) -> None:
    ship(both, "1Z1", "MUG=1")
    both.northwind("orders", "cancel", "S-1001", "--line", "CUP=1")

    shown = both.northwind("orders", "show", "S-1001").out.splitlines()
    listed = both.northwind("orders", "list", "--status", "partially_shipped").out

    assert shown[2].split("\t")[:6] == ["sku", "name", "ordered", "open", "sent", "cancelled"]
    assert [row.split("\t")[2:6] for row in shown[3:5]] == [
        ["2", "1", "1", "0"],
        ["1", "0", "0", "1"],
    ]
    assert [line for line in shown if "UPS 1Z1" in line and line.endswith("1 MUG")]
    assert "S-1001\tpartially shipped" in listed


def test_p12_several_numbers_of_one_parcel_arrive(both: TwoAccounts) -> None:
    result = ship(both, "1Z1")
    assert result.code == 0

    both.northwind("orders", "ship", "S-1001", "--void")
    result = both.northwind("orders", "ship", "S-1001", *UPS, "1Z2", "--tracking", "1Z3")

    assert result.code == 0, result
    newest = both.order("northwind", "S-1001")["shipments"][-1]
    assert (newest["tracking"], newest["more_tracking"]) == ("1Z2", ["1Z3"])
    shown = both.order("shop", "1001")["shipments"]
    assert [parcel["tracking"] for parcel in shown if not parcel["void"]] == ["1Z2", "1Z3"]


def test_p9_one_parcel_of_several_is_voided_by_its_number(both: TwoAccounts) -> None:
    ship(both, "1Z1", "MUG=1")
    ship(both, "1Z2", "CUP=1")

    unnamed = both.northwind("orders", "ship", "S-1001", "--void")
    voided = both.northwind("orders", "ship", "S-1001", "--void", "--tracking", "1Z1")

    assert unnamed.code == 2
    assert "has several parcels: 1Z1, 1Z2; give the number of one with --tracking" in unnamed.err
    assert voided.code == 0, voided
    assert "the label 1Z1 of order S-1001 is voided" in voided.err
    assert units(both, "northwind", "S-1001") == {"MUG": (2, 2, 0, 0), "CUP": (1, 0, 1, 0)}
    void = [
        (parcel["tracking"], parcel["void"]) for parcel in both.order("shop", "1001")["shipments"]
    ]
    assert void == [("1Z1", True), ("1Z2", False)]


def test_f12_rows_of_one_tracking_number_are_one_parcel(both: TwoAccounts) -> None:
    both.imported("1002")
    (both.folder / "parcels.csv").write_text(
        "number,carrier,tracking,sku,quantity\n"
        "S-1001,UPS,1Z1,MUG,1\n"
        "S-1001,,1Z1,CUP,1\n"
        "S-1001,UPS,1Z2,MUG,5\n"
        "S-1001,UPS,1Z3,HAT,1\n"
        "S-1001,UPS,1Z4,MUG,\n"
        "S-1001,UPS,1Z5,,1\n"
        "S-1002,UPS,1Z6,,\n"
    )

    result = both.northwind("orders", "ship", "--from", "parcels.csv")

    assert result.code == 1
    assert "2 shipped" in result.err
    [parcel] = both.order("shop", "1001")["shipments"]
    assert [(line["sku"], line["quantity"]) for line in parcel["lines"]] == [("MUG", 1), ("CUP", 1)]
    assert both.order("shop", "1002")["status"] == "shipped"
    refused = (both.folder / "parcels.refused.csv").read_text()
    assert 'S-1001,UPS,1Z2,MUG,5,4,"has 1 of MUG to ship, not 5"' in refused
    assert "order S-1001 has no line HAT; it has MUG=2 (#S-1001/1), CUP=1 (#S-1001/2)" in refused
    assert "has a sku, but no quantity" in refused
    assert "has a quantity, but no sku" in refused


def test_rows_of_one_parcel_that_contradict_each_other_are_refused(both: TwoAccounts) -> None:
    (both.folder / "parcels.csv").write_text(
        "number,carrier,tracking,sku,quantity\nS-1001,UPS,1Z1,MUG,1\nS-1001,DHL,1Z1,CUP,1\n"
    )

    result = both.northwind("orders", "ship", "--from", "parcels.csv")

    assert result.code == 1
    refused = (both.folder / "parcels.refused.csv").read_text()
    assert refused.count("is one parcel with different values of carrier (rows 2, 3)") == 2
    assert both.order("northwind", "S-1001")["shipments"] == []


@pytest.mark.parametrize("account", ["shop", "northwind"])
def test_f9_units_are_cancelled_in_either_account(both: TwoAccounts, account: str) -> None:
    number = {"shop": "1001", "northwind": "S-1001"}[account]

    result = both.at(account, "orders", "cancel", number, "--line", "MUG=1")

    assert result.code == 0, result
    assert f"order {number} has 1 MUG cancelled; the rest is still to ship" in result.err
    assert units(both, account, number) == {"MUG": (2, 1, 0, 1), "CUP": (1, 1, 0, 0)}


def test_f5_merchant_cancels_the_rest_after_a_parcel(both: TwoAccounts) -> None:
    both.configure(
        "manage_inventory: true", "manage_inventory: true\n    tasks: {cancel-orders: hourly}"
    )
    ship(both, "1Z1", "MUG=1")

    cancelled = both.shop("orders", "cancel", "1001")
    sent = both.run("cancel-orders")

    assert (cancelled.code, sent.code) == (0, 0), (cancelled, sent)
    assert "has its open units cancelled; sent units stay sent" in cancelled.err
    assert "`ordosync cancel-orders` cancels it at northwind" in cancelled.err
    for account, number in (("shop", "1001"), ("northwind", "S-1001")):
        assert both.order(account, number)["status"] == "shipped"
        assert units(both, account, number) == {"MUG": (2, 0, 1, 1), "CUP": (1, 0, 0, 1)}


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (("ship", "S-1001", *UPS, "1Z1", "--line", "HAT=1"), 2, "has no line HAT; it has MUG"),
        (("ship", "S-1001", *UPS, "1Z1", "--line", "MUG=3"), 1, "has 2 of MUG to ship, not 3"),
        (("ship", "S-1001", *UPS, "1Z1", "--line", "MUG=1", "--line", "MUG=2"), 1, "2 of MUG"),
        (("ship", "S-1001", *UPS, "1Z1", "--line", "MUG=0"), 2, "whole number of 1 or more"),
        (("ship", "S-1001", *UPS, "1Z1", "--line", "MUG"), 2, "is not SKU=QUANTITY"),
        (("ship", "S-1001", *UPS, "1Z1", "--tracking", "1Z1"), 2, "a different number"),
        (("ship", "S-1001", *UPS, "1Z1", "--tracking", " "), 2, "a different number"),
        (("ship", "S-1001", "--void", "--line", "MUG=1"), 2, "leave out --line"),
        (("ship", "S-1001", "--void", "--tracking", "1Z9"), 1, "has no valid label 1Z9"),
        (("ship", "S-1001", "--void", "--tracking", "a", "--tracking", "b"), 2, "one label"),
        (("ship", "--from", "v.csv", "--line", "MUG=1"), 2, "leave out --line"),
        (("cancel", "S-1001", "--line", "MUG=3"), 1, "has 2 of MUG to ship, not 3"),
        (("cancel", "S-1001", "--line", "HAT=1"), 2, "has no line HAT"),
    ],
)
def test_wrong_units_are_reported_in_a_line_and_change_nothing(
    both: TwoAccounts, words: tuple[str, ...], code: int, message: str
) -> None:
    before = both.order("northwind", "S-1001")

    result = both.northwind("orders", *words)

    assert (result.code, result.out) == (code, ""), result
    assert message in result.err
    assert len(result.err.splitlines()) == 1
    assert both.order("northwind", "S-1001") == before
