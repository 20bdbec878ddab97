"""One command changes many orders: those that are named, or those of a file."""

import io
import sys

import pytest

from tests.support.command import on_a_terminal
from tests.support.desk import TwoAccounts
from tests.support.merchants import TwoMerchants


def statuses(depot: TwoMerchants) -> dict[str, str]:
    orders = depot.run("orders", "list", "--json").json["orders"]
    return {order["number"]: order["status"] for order in orders}


@pytest.mark.parametrize("name", ["labels.csv", "-"])
def test_m5_the_file_of_a_carrier_is_read_as_it_is(
    depot: TwoMerchants, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    text = (
        "Shipment Date;Order Number;Carrier Name;Tracking Number;Postage\n"
        "2026-11-29;A-1001;UPS;1Z 1;5,90\n"
        "2026-11-29;a-1002;UPS;1Z2;5,90\n"
    )
    (depot.folder / "labels.csv").write_text(text)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))

    done = depot.run("orders", "ship", "--from", name)

    assert done.code == 1
    assert "columns not used: Shipment Date" in done.err
    [parcel] = depot.run("orders", "show", "A-1001", "--json").json["orders"][0]["shipments"]
    assert (parcel["tracking"], parcel["carrier"], parcel["cost"]) == ("1Z1", "UPS", "5.90")
    rejects = depot.folder / "labels.refused.csv"
    if name == "-":
        assert "row 3 was refused: account depot has no order 'a-1002'; did you mean A-1002?" in (
            done.err
        )
    else:
        rejects.write_text(rejects.read_text().replace("a-1002", "A-1002"))
        assert depot.run("orders", "ship", "--from", rejects.name).code == 0
        assert statuses(depot)["A-1002"] == "shipped"


def test_m5_the_configuration_names_the_columns_of_a_file(depot: TwoMerchants) -> None:
    config = depot.folder / "config.yaml"
    config.write_text(f"desk: {{columns: {{number: Ref, tracking: Label}}}}\n{config.read_text()}")
    (depot.folder / "labels.txt").write_text("REF\tLABEL\tCARRIER\nA-1001\t1Z1\tUPS\n")

    done = depot.run("orders", "ship", "--from", "labels.txt")

    assert done.code == 0, done.err
    assert statuses(depot)["A-1001"] == "shipped"


def test_m5_an_unknown_column_in_the_configuration_is_refused(depot: TwoMerchants) -> None:
    config = depot.folder / "config.yaml"
    config.write_text(f"desk: {{columns: {{nummer: Ref}}}}\n{config.read_text()}")

    done = depot.run("orders", "list")

    assert done.code == 3
    assert "line 1: desk.columns: 'nummer' is not a column; known: number," in done.err


def test_m5_a_damaged_workbook_is_refused_with_the_way_out(depot: TwoMerchants) -> None:
    (depot.folder / "labels.xlsx").write_bytes(b"PK\x03\x04rest")

    done = depot.run("orders", "ship", "--from", "labels.xlsx")

    assert done.code == 2
    assert "labels.xlsx is cut or damaged" in done.err
    assert "save its sheet as CSV, and give that file" in done.err


def test_m5_a_misspelt_column_of_our_own_is_refused(depot: TwoMerchants) -> None:
    (depot.folder / "labels.csv").write_text("number,carrier,tracking,warehose\nA-1001,UPS,1,x\n")

    done = depot.run("orders", "ship", "--from", "labels.csv")

    assert done.code == 2
    assert "required: number, carrier, tracking; optional: method" in done.err
    assert "has no column" not in done.err
    assert "desk: columns:" in done.err


def test_m5_an_amount_that_may_be_a_thousand_is_refused(depot: TwoMerchants) -> None:
    (depot.folder / "labels.csv").write_text(
        'number,carrier,tracking,cost\nA-1001,UPS,1Z1,"1,234"\n'
    )

    assert depot.run("orders", "ship", "--from", "labels.csv").code == 1
    assert "may be a thousand or a fraction" in (depot.folder / "labels.refused.csv").read_text()


def test_day_several_orders_are_cancelled_and_restored_in_one_command(
    depot: TwoMerchants,
) -> None:
    cancelled = depot.run("orders", "cancel", "A-1001", "A-1002", "B-1001", "--json")
    restored = depot.run("orders", "restore", "A-1001", "B-1001")

    assert cancelled.code == 0
    assert [order["status"] for order in cancelled.json["orders"]] == ["cancelled"] * 3
    assert [order["merchant"] for order in cancelled.json["orders"]] == ["ann", "ann", "bob"]
    assert {order["account"] for order in cancelled.json["orders"]} == {"depot"}
    assert cancelled.err.count("reports them to the Merchant now") == 1
    assert restored.code == 0
    assert statuses(depot) == {
        "A-1001": "awaiting_fulfillment",
        "A-1002": "cancelled",
        "B-1001": "awaiting_fulfillment",
    }


def test_one_unknown_number_changes_no_order(depot: TwoMerchants) -> None:
    done = depot.run("orders", "cancel", "A-1001", "A-9")

    assert done.code == 2
    assert statuses(depot)["A-1001"] == "awaiting_fulfillment"


def test_an_order_that_cannot_be_cancelled_does_not_stop_the_others(depot: TwoMerchants) -> None:
    depot.run("orders", "ship", "A-1001", "--carrier", "UPS", "--tracking", "1Z1")

    done = depot.run("orders", "cancel", "A-1001", "A-1002")

    assert done.code == 1
    assert "order A-1001 " in done.err
    assert "order A-1002 cancelled" in done.err


def test_several_orders_are_cancelled_from_a_file(depot: TwoMerchants) -> None:
    (depot.folder / "list.csv").write_text("Order,SKU,Qty\nA-1001,MUG,1\nB-1001,,\nA-9,,\n")

    done = depot.run("orders", "cancel", "--from", "list.csv")

    assert done.code == 1
    assert statuses(depot)["B-1001"] == "cancelled"
    [line] = depot.run("orders", "show", "A-1001", "--json").json["orders"][0]["lines"]
    assert (line["open"], line["cancelled"]) == (1, 1)
    assert "A-9" in (depot.folder / "list.refused.csv").read_text()


@pytest.mark.parametrize(("answer", "status"), [("n", "awaiting_fulfillment"), ("y", "cancelled")])
def test_cancelling_more_than_one_order_is_asked(
    depot: TwoMerchants, answer: str, status: str
) -> None:
    seen = on_a_terminal(depot.folder, "orders", "cancel", "A-1001", "A-1002", answer=answer)

    assert (
        "cancel 2 orders of account depot: A-1001 (Cust 5, 2 units), A-1002 (Ann Other, 1 unit)?"
        in " ".join(seen.split())
    )
    assert statuses(depot)["A-1001"] == status


def test_cancelling_several_orders_is_explained_for_all_of_them(both: TwoAccounts) -> None:
    both.imported("1002")

    several = both.shop("orders", "cancel", "1001", "1002")

    assert "`ordosync cancel-orders` cancels them at northwind" in several.err


def test_cancelling_one_order_is_not_asked(depot: TwoMerchants) -> None:
    assert "[y/N]" not in on_a_terminal(depot.folder, "orders", "cancel", "A-1001")


def test_numbers_and_a_file_are_not_mixed(depot: TwoMerchants) -> None:
    for words in ("cancel", "cancel A-1001 --from x.csv", "cancel A-1001 A-1002 --line MUG=1"):
        assert depot.run("orders", *words.split()).code == 2


def test_m1_two_tracking_numbers_of_one_parcel_are_both_kept(both: TwoAccounts) -> None:
    done = both.northwind(
        "orders", "ship", "S-1001", "--carrier", "UPS", "--tracking", "A1", "--tracking", "B2"
    )

    [parcel] = both.order("northwind", "S-1001")["shipments"]
    assert done.code == 0
    assert (parcel["tracking"], parcel["more_tracking"]) == ("A1", ["B2"])


@pytest.mark.parametrize(
    ("words", "verb"),
    [
        ("cancel S-1001", "cancelled"),
        ("cancel S-1001 --line MUG=1", "cancelled"),
        ("ship S-1001 --carrier UPS --tracking 1Z9", "shipped"),
        ("edit S-1001 --method Air", "edited"),
        ("short S-1001 --line MUG=1 --reason other", "cancelled"),
    ],
)
def test_a_change_of_a_split_order_names_its_pieces(
    both: TwoAccounts, words: str, verb: str
) -> None:
    assert both.northwind("orders", "split", "S-1001", "--piece", "MUG=1").code == 0

    done = both.northwind("orders", *words.split())

    assert done.code == 1
    assert f"is split; its pieces are {verb} one by one: S-1001-1, S-1001-2" in done.err


def test_the_question_before_a_cancellation_says_that_an_order_is_split(both: TwoAccounts) -> None:
    both.northwind("orders", "split", "S-1001", "--piece", "MUG=1")

    words = ("orders", "cancel", "S-1001", "S-1001-2", "-a", "northwind")
    seen = on_a_terminal(both.folder, *words, answer="n")

    assert "S-1001 (split), S-1001-2 (2 units)?" in " ".join(seen.split())
