"""Orders in a file: their lines, their fields, and the rules that apply to them."""

from pathlib import Path
from typing import Any

import pytest

from ordosync.accounts.files.input_options.order_files import OrderFiles
from ordosync.accounts.files.input_options.rules import RowRule, Rule
from ordosync.engine.execution.decisions import edited
from ordosync.models import InvalidRecord, Order
from tests.accounts.contract.account import read
from tests.accounts.contract.opening import OpenMerchant
from tests.accounts.files.conftest import Drop, Make
from tests.accounts.files.opening import since

PLAIN = {"order_number": "order", "sku": "sku", "quantity": "qty"}
WHOLE = {**PLAIN, "shipping_method": "by", "ship_to.name": "to", "ship_to.street1": "street"}
HEADER = "order,sku,qty,by,to,street,status\n"
NOT_PAID: dict[str, Any] = {
    "column": "status",
    "matches": "^(pending|refunded)$",
    "reason": "not paid",
}
PAID: dict[str, Any] = {"column": "status", "matches": "^paid$", "reason": "not paid"}


@pytest.fixture(name="shop")
def _shop(make: Make, drop: Drop) -> Any:
    """Return a function that opens an account with these options for orders."""
    folder = drop("orders/.hidden", "").parent

    def shop(columns: dict[str, str] = WHOLE, **options: Any) -> OpenMerchant:
        return make(orders=OrderFiles(glob=folder, columns=columns, **options))

    return shop


def orders(account: OpenMerchant) -> list[Order | InvalidRecord]:
    return read(account.orders.changed(since()))[0]


def only(account: OpenMerchant) -> Order:
    [order] = orders(account)
    assert isinstance(order, Order), order
    return order


def refused(account: OpenMerchant) -> InvalidRecord:
    [order] = orders(account)
    assert isinstance(order, InvalidRecord), order
    return order


def ids(order: Order) -> dict[str, tuple[str, int]]:
    return {line.id: (line.sku, line.quantity) for line in order.lines}


def sent(order: Order) -> list[str]:
    """Return the SKUs of the lines that are not left out."""
    return [line.sku for line in order.lines if line.id not in order.not_shipped]


def test_sequence_of_rows_does_not_change_the_order(shop: Any, drop: Drop) -> None:
    rows = ["1,MUG,2,,,,paid\n", "1,BOARD,1,,,,paid\n", "1,MUG,1,,,,paid\n"]
    drop("orders/a.csv", HEADER + "".join(rows))
    account = shop(skip=(RowRule(**NOT_PAID),))
    before = only(account)

    drop("orders/a.csv", HEADER + "".join(reversed(rows)))
    after = only(account)

    assert (after.lines, after.content) == (before.lines, before.content)


def test_order_fields_on_another_row_change_nothing(shop: Any, drop: Drop) -> None:
    account = shop()
    drop("orders/a.csv", HEADER + "1,MUG,2,Post,Ada,1 High St,\n1,BOARD,1,,,,\n")
    before = only(account)

    drop("orders/a.csv", HEADER + "1,BOARD,1,Post,Ada,1 High St,\n1,MUG,2,,,,\n")
    after = only(account)

    assert (after.lines, after.content) == (before.lines, before.content)
    assert after.ship_to.name == "Ada"


def test_line_id_is_the_sku_and_its_number_among_equal_skus(shop: Any, drop: Drop) -> None:
    drop("orders/a.csv", "order,sku,qty\n1,MUG,3\n1,CUP,1\n1,MUG,1\n")

    order = only(shop(PLAIN))

    assert ids(order) == {"1/CUP#1": ("CUP", 1), "1/MUG#1": ("MUG", 1), "1/MUG#2": ("MUG", 3)}


def test_line_keeps_its_id_if_another_one_is_skipped(shop: Any, drop: Drop) -> None:
    drop("orders/a.csv", HEADER + "1,MUG,1,,,,back\n1,MUG,2,,,,\n")
    by_rows = RowRule(column="status", matches="back", reason="back order", rows=True)

    both, kept = only(shop()), only(shop(skip=(by_rows,)))

    assert ids(both) == {"1/MUG#1": ("MUG", 1), "1/MUG#2": ("MUG", 2)}
    assert ids(kept) == ids(both)
    assert set(kept.not_shipped) == {"1/MUG#1"}


def test_mapped_line_id_is_the_id_of_the_line(shop: Any, drop: Drop) -> None:
    drop("orders/a.csv", "order,sku,qty,line\n1,MUG,3,10\n1,CUP,1,9\n")

    assert ids(only(shop({**PLAIN, "line_id": "line"}))) == {
        "1/#9": ("CUP", 1),
        "1/#10": ("MUG", 3),
    }


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (("", "9"), "a.csv row 2: line_id is blank"),
        (("9", "9"), "another row has the same line_id"),
    ],
)
def test_blank_line_id_is_refused(
    shop: Any, drop: Drop, lines: tuple[str, str], reason: str
) -> None:
    drop("orders/a.csv", f"order,sku,qty,line\n1,MUG,1,{lines[0]}\n1,CUP,1,{lines[1]}\n")

    record = refused(shop({**PLAIN, "line_id": "line"}))

    assert record.code == "invalid.line_id"
    assert reason in record.reason


def test_lines_of_two_orders_never_have_the_same_id(shop: Any, drop: Drop) -> None:
    drop("orders/a.csv", "order,sku,qty\n1,A/B,1\n1/A,B,1\n1,A#1,1\n1,A,1\n1,#A,1\n1%2F,A,1\n")

    line_ids = [line.id for order in orders(shop(PLAIN)) for line in getattr(order, "lines", ())]

    assert len(set(line_ids)) == len(line_ids) == 6


def test_content_of_an_earlier_release_is_not_compared(shop: Any, drop: Drop) -> None:
    drop("orders/a.csv", "order,sku,qty\n1,MUG,3\n")
    options = OrderFiles(glob=drop("orders/.x", "").parent, columns=PLAIN)

    order = only(shop(PLAIN))

    assert not edited(f"{options.fingerprint}-0123456789abcdef", order.content)
    assert edited(f"{order.content[:-1]}~", order.content)


def test_files_that_an_earlier_release_read_are_not_read_again() -> None:
    rule = RowRule(column="a", matches="b", reason="c")
    options = OrderFiles(
        glob=Path("feeds"), columns={"order_number": "a", "sku": "b", "quantity": "c"}, skip=(rule,)
    )

    assert options.fingerprint == "3e5cc5bf"  # as commit 799b213 has it


def test_column_of_a_rule_is_part_of_the_content(shop: Any, drop: Drop) -> None:
    account = shop(skip_orders=(Rule(**NOT_PAID),))
    drop("orders/a.csv", HEADER + "1,MUG,1,,,,authorized\n")
    before = only(account)

    drop("orders/a.csv", HEADER + "1,MUG,1,,,,paid\n")

    assert edited(before.content, only(account).content)


def test_blank_cells_of_further_rows_take_the_value_of_another_row(shop: Any, drop: Drop) -> None:
    drop("orders/a.csv", HEADER + "1,MUG,1,Post,Ada,1 High St,\n1,CUP,1,,,,\n1,BOX,1,Post,,,\n")

    order = only(shop())

    assert (order.shipping_method, order.ship_to.name, order.ship_to.street1) == (
        "Post",
        "Ada",
        "1 High St",
    )
    assert len(order.lines) == 3


def test_two_rows_with_different_order_fields_conflict(shop: Any, drop: Drop) -> None:
    drop("orders/a.csv", HEADER + "1,MUG,1,,Ada,,\n1,CUP,1,,,,\n1,BOX,1,,Bob,,\n")

    record = refused(shop())

    assert record.code == "invalid.conflict"
    assert record.reason.endswith("/a.csv row 4: ship_to.name differs from row 2")


def test_an_order_has_the_fields_of_a_row_whose_line_is_left_out(shop: Any, drop: Drop) -> None:
    drop("orders/a.csv", HEADER + "1,GIFT,1,Post,Ada,1 High St,gift\n1,CUP,1,,,,\n")
    rule = RowRule(column="status", matches="gift", reason="a gift card", rows=True)

    order = only(shop(skip=(rule,)))

    assert sent(order) == ["CUP"]
    assert (order.ship_to.name, order.shipping_method) == ("Ada", "Post")


@pytest.mark.parametrize(
    ("option", "rule", "says"),
    [
        ("skip", RowRule(**NOT_PAID), "skip_orders"),
        ("only_rows", RowRule(**{**PAID, "matches": "^pending$"}), "only_orders"),
    ],
)
def test_a_rule_for_rows_that_is_about_the_order_fails_it_and_names_both_ways_out(
    shop: Any, drop: Drop, option: str, rule: RowRule, says: str
) -> None:
    drop("orders/a.csv", HEADER + "1,MUG,1,Post,Ada,1 High St,pending\n1,CUP,1,,,,\n")

    record = refused(shop(**{option: (rule,)}))

    assert (record.code, record.is_skipped) == ("invalid.rule", False)
    assert "a.csv row 2: a rule checks the column 'status'" in record.reason
    assert f"`{says}`" in record.reason
    assert "`rows: true`" in record.reason


def test_a_rule_for_rows_may_take_the_first_row_of_an_order_that_says_all_on_each(
    shop: Any, drop: Drop
) -> None:
    rows = "1,MUG,1,Post,Ada,1 High St,pending\n1,CUP,1,Post,Ada,1 High St,\n"
    drop("orders/a.csv", HEADER + rows)

    assert sent(only(shop(skip=(RowRule(**NOT_PAID),)))) == ["CUP"]


@pytest.mark.parametrize(
    "rules",
    [{"skip_orders": (Rule(**NOT_PAID),)}, {"only_orders": (Rule(**PAID),)}],
    ids=",".join,
)
def test_rule_for_orders_applies_to_the_first_row_only(
    shop: Any, drop: Drop, rules: dict[str, Any]
) -> None:
    rows = "1,MUG,1,Post,Ada,1 High St,{}\n1,CUP,1,,,,\n"
    account = shop(**rules)
    drop("orders/a.csv", HEADER + rows.format("pending"))
    left_out = refused(account)

    drop("orders/a.csv", HEADER + rows.format("paid"))
    kept = only(account)

    assert (left_out.code, left_out.is_skipped, left_out.reason) == ("skip-rule", True, "not paid")
    assert [line.sku for line in kept.lines] == ["CUP", "MUG"]


def test_rows_that_do_not_match_only_rows_are_left_out(shop: Any, drop: Drop) -> None:
    drop("orders/a.csv", HEADER + "1,MUG,1,,,,ours\n1,CUP,1,,,,theirs\n2,CUP,1,,,,theirs\n")
    ours = RowRule(column="status", matches="^ours$", reason="another vendor's")

    first, second = orders(shop(only_rows=(ours,)))

    assert isinstance(first, Order)
    assert sent(first) == ["MUG"]
    assert isinstance(second, InvalidRecord)
    assert (second.is_skipped, second.reason) == (True, "another vendor's")


@pytest.mark.parametrize(
    "rules",
    [{"only_orders": (Rule(**PAID),)}, {"only_rows": (RowRule(**PAID),)}],
    ids=",".join,
)
def test_truncated_row_is_not_skipped_because_of_a_missing_cell(
    shop: Any, drop: Drop, rules: dict[str, Any]
) -> None:
    drop("orders/a.csv", HEADER + "1,MUG,1\n")

    record = refused(shop(**rules))

    assert (record.code, record.is_skipped) == ("invalid.row", False)


def test_an_order_that_begins_without_its_first_row_is_cut(shop: Any, drop: Drop) -> None:
    rows = "1,CUP,1,,,,\n1,BOX,1,,,,\n2,MUG,1,Post,Ada,1 High St,paid\n"
    drop("orders/a.csv", HEADER + rows)
    rules = {"only_orders": (Rule(**PAID),), "skip": (RowRule(**{**NOT_PAID, "matches": "^$"}),)}

    first, second = orders(shop(**rules))

    assert isinstance(first, InvalidRecord)
    assert (first.code, first.is_skipped) == ("cut", False)
    assert "a.csv row 2: " in first.reason
    assert isinstance(second, Order)


def test_file_without_order_fields_is_not_cut(shop: Any, drop: Drop) -> None:
    drop("orders/a.csv", HEADER + "1,CUP,1,,,,\n2,BOX,1,,,,\n,,9,Post,,,\n")

    first, second, _ = orders(shop())

    assert isinstance(first, Order)
    assert isinstance(second, Order)


def test_order_without_an_optional_field_is_not_cut(shop: Any, drop: Drop) -> None:
    drop("orders/a.csv", HEADER + "1,CUP,1,,,,\n2,BOX,1,Post,,,hold\n")
    on_hold = Rule(column="status", matches="hold", reason="on hold")

    first, second = orders(shop(skip_orders=(on_hold,)))

    assert isinstance(first, Order)
    assert isinstance(second, InvalidRecord)
    assert second.reason == "on hold"


def test_cut_order_is_refused_when_it_is_read_by_id(shop: Any, drop: Drop) -> None:
    drop("orders/a.csv", HEADER + "1,CUP,1,,,,\n2,MUG,1,Post,Ada,1 High St,paid\n")
    account = shop()
    account.close()

    [record] = read(account.orders.by_id(["1"]))[0]

    assert isinstance(record, InvalidRecord)
    assert record.code == "cut"
