"""Edits that are written to the Supplier's order; each rule of the specification by its number."""

from contextlib import closing
from pathlib import Path

import pytest

from ordosync.accounts.sqlite.supplier_edits import SupplierEdits
from ordosync.config import load_config
from ordosync.errors import ConfigError
from ordosync.models import ParcelLine
from ordosync.tasks.edits.carried import groups_of
from tests.support.command import ordosync
from tests.support.stores import opened
from tests.tasks.editing import (
    ALL_SENT,
    APPLY_ALL,
    BILL_TO,
    CANARIES,
    COUNTRY,
    MAIL,
    METHOD,
    NOTES,
    OLD_STREET,
    STREET,
    TASK,
    add_line,
    cancel_units,
    configure,
    configured,
    edit,
    ledger,
    sent,
    stored_edit,
    units_of,
)
from tests.tasks.portal import Pair, line, quantities, remarks

APPLY_ADDRESS = "edits: {address: apply}"
APPLY_LINES = "edits: {lines: apply}"


def said(pair: Pair) -> list[str]:
    return [*remarks(pair.shop, "1001"), *remarks(pair.northwind, "1001")]


@pytest.mark.of_files
def test_each_group_is_written_and_remarked_on_both_sides_without_a_value(tmp_path: Path) -> None:
    pair = sent(tmp_path, ALL_SENT, APPLY_ALL)
    edit(pair, STREET, MAIL, BILL_TO, METHOD, NOTES, units_of("MUG", 5))

    ran = pair.run(TASK)

    there, here = pair.supplied("1001"), pair.merchant("1001")
    assert (ran.step.state, ran.step.key, ran.counts) == ("done", "1001#1:edit", {"done": 1})
    assert (there.ship_to, there.shipping_method) == (here.ship_to, "Express")
    assert (there.bill_to and there.bill_to.name) == "Canaria Birdsong"
    assert (there.customer_notes, quantities(there)) == ("Mrs Canary next door", [("MUG", 5)])
    for text in (remarks(pair.shop, "1001")[-1], remarks(pair.northwind, "1001")[-1]):
        assert "(address, contact, lines, method, notes)" in text
    assert not any(word in text for word in CANARIES for text in (*said(pair), str(ran.step)))
    assert not any(word in text for word in CANARIES for text in stored(pair))


def stored(pair: Pair) -> list[str]:
    """Return every row of the store as text."""
    with closing(opened(load_config(pair.path).database.path)) as db:
        tables = db.execute("select name from sqlite_master where type = 'table'").fetchall()
        return [
            str(row)
            for (table,) in tables
            for row in db.execute(f"select * from {table}")  # noqa: S608
        ]


@pytest.mark.parametrize(
    ("policy", "reason"),
    [
        ("{method: apply}", "cannot change the method of an order; choose notify"),
        ("{address: hold}", "cannot hold an order; choose notify"),
    ],
)
def test_policy_that_the_account_cannot_carry_out_is_refused_with_its_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, policy: str, reason: str
) -> None:
    monkeypatch.setattr(SupplierEdits, "groups", frozenset({"address"}))
    monkeypatch.setattr(SupplierEdits, "can_hold", False)
    pair = configured(tmp_path, f"edits: {policy}")

    with pytest.raises(ConfigError) as refused:
        load_config(pair.path)

    group = policy[1:].partition(":")[0]
    assert f"line 10: portals.shop-northwind.edits.{group}: account northwind (sqlite)" in str(
        refused.value
    )
    assert reason in str(refused.value)


def test_applied_edit_is_known_afterwards_and_read_again_without_a_step(tmp_path: Path) -> None:
    pair = sent(tmp_path, APPLY_ADDRESS)
    edit(pair, STREET)
    pair.run(TASK)
    link = pair.link("1001")
    edit(pair)

    again = pair.run(TASK)

    assert (again.counts, again.steps, pair.link("1001")) == ({"unchanged": 1}, (), link)
    assert link.version == 2


def test_edit_of_an_applied_edit_is_applied_again(tmp_path: Path) -> None:
    pair = sent(tmp_path, APPLY_ADDRESS)
    edit(pair, STREET)
    pair.run(TASK)
    edit(pair, OLD_STREET)

    ran = pair.run(TASK)

    assert (ran.step.state, pair.supplied("1001").ship_to.street1) == ("done", "12 Square")
    assert pair.link("1001").version == 3


def test_e4_groups_follow_their_own_policies_and_only_the_rest_is_reported(tmp_path: Path) -> None:
    pair = sent(tmp_path, APPLY_ADDRESS)
    edit(pair, STREET, METHOD)

    ran = pair.run(TASK)
    edit(pair)
    again = pair.run(TASK)

    there = pair.supplied("1001")
    assert (there.ship_to.street1, there.shipping_method) == ("7 Canary Lane", "Standard")
    assert (ran.step.state, ran.step.code) == ("failed", "edited")
    assert "address applied at the Supplier" in (ran.step.reason or "")
    assert groups_of(stored_edit(pair).content) == ("method",)
    assert again.steps == ()


def test_field_that_is_not_sent_stays_as_the_supplier_has_it(tmp_path: Path) -> None:
    pair = sent(tmp_path, "send: [customer_notes]", APPLY_ALL)
    pair.sql("northwind", "update orders set internal_notes = 'shelf 4'")
    edit(pair, NOTES)

    ran = pair.run(TASK)

    there = pair.supplied("1001")
    assert (there.customer_notes, there.internal_notes) == ("Mrs Canary next door", "shelf 4")
    assert ran.step.state == "done"


def test_e7_edit_of_a_shipped_order_is_too_late(tmp_path: Path) -> None:
    pair = sent(tmp_path, APPLY_ALL)
    pair.send("1001")
    edit(pair, STREET)

    pair.run(TASK)

    assert (stored_edit(pair).code, pair.failed(TASK)) == ("too-late", [])
    assert pair.supplied("1001").ship_to.street1 == "12 Square"
    assert sum("came too late" in text for text in remarks(pair.shop, "1001")) == 1


def test_e8_of_a_partially_shipped_order_only_open_units_are_edited(tmp_path: Path) -> None:
    pair = configured(tmp_path, APPLY_ALL)
    pair.imported("1001", line("MUG", 4))
    mug = pair.supplied("1001").lines[0]
    pair.send("1001", lines=(ParcelLine(line_id=mug.id, quantity=1, sku="MUG"),))
    pair.run("update-tracking")
    edit(pair, STREET, units_of("MUG", 6))

    ran = pair.run(TASK)

    there = pair.supplied("1001")
    assert (there.ship_to.street1, quantities(there)) == ("12 Square", [("MUG", 6)])
    assert (ran.step.state, ran.step.code) == ("failed", "not-editable")
    assert "a part of the order is shipped" in (ran.step.reason or "")
    assert groups_of(stored_edit(pair).content) == ("address",)
    assert ledger(pair) == [("1001/1", 6, 0)]


def test_e9_address_goes_to_each_open_piece_and_lines_are_reported(tmp_path: Path) -> None:
    pair = sent(tmp_path, APPLY_ALL)
    pieces = pair.split("1001", (1,), (1,))
    edit(pair, STREET, units_of("MUG", 5))

    ran = pair.run(TASK)

    streets = [pair.supplied(number).ship_to.street1 for number in pieces]
    assert (streets, ran.step.code) == (["7 Canary Lane"] * 2, "split")
    assert [quantities(pair.supplied(number)) for number in pieces] == [[("MUG", 1)]] * 2


def test_e9_edit_of_a_piece_that_was_split_at_both_accounts_is_applied(tmp_path: Path) -> None:
    pair = configured(tmp_path, APPLY_ALL)
    pair.imported("1001", line("MUG", 3))
    pieces = pair.split("1001", (1,), (2,))
    pair.run("split-order")
    pair.run(TASK)
    first = pair.shop.pieces_of("1001")[1]
    edit(pair, f"{STREET} where number = '{first}'", number=first)
    edit(pair, f"update order_lines set quantity = 5 where order_number = '{first}'", number=first)  # noqa: S608

    ran = pair.run(TASK)
    edit(pair, number=first)
    again = pair.run(TASK)

    supplied = pair.supplied(pieces[1])
    assert [(row.key, row.state) for row in ran.steps] == [(f"{first}#1:edit", "done")]
    assert (supplied.ship_to.street1, quantities(supplied)) == ("7 Canary Lane", [("MUG", 5)])
    assert pair.supplied(pieces[0]).ship_to.street1 == "12 Square"
    assert (again.steps, ledger(pair, first)[0][1]) == ((), 5)


def test_e33_order_that_was_linked_by_a_rebuild_is_known_as_it_is_first_read(
    tmp_path: Path,
) -> None:
    pair = sent(tmp_path, APPLY_ADDRESS)
    pair.of_store("delete from steps")
    pair.of_store("update links set digests = null")
    edit(pair, METHOD)
    first = pair.run(TASK)
    edit(pair, STREET)

    ran = pair.run(TASK)

    assert (first.steps, ran.step.state) == ((), "done")
    assert pair.supplied("1001").ship_to.street1 == "7 Canary Lane"


@pytest.mark.parametrize("statement", [STREET, units_of("MUG", 5), METHOD])
def test_e11_after_the_time_since_the_import_the_edit_is_reported(
    tmp_path: Path, statement: str
) -> None:
    pair = sent(tmp_path, APPLY_ALL.replace("}", ", until: 30m}"))
    edit(pair, statement)
    pair.clock.at = pair.clock.at.replace(year=pair.clock.at.year + 1)

    ran = pair.run(TASK)

    assert (ran.step.state, ran.step.code) == ("failed", "too-late-to-apply")
    assert "more than 30m ago" in (ran.step.reason or "")
    assert quantities(pair.supplied("1001")) == [("MUG", 2)]


def test_e11_within_the_time_since_the_import_the_edit_is_applied(tmp_path: Path) -> None:
    pair = sent(tmp_path, "edits: {address: apply, until: 30m}")
    edit(pair, STREET)

    assert pair.run(TASK).step.state == "done"


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        (STREET.replace("7 Canary Lane", "9 Their Lane"), STREET),
        (METHOD.replace("Express", "Pickup"), METHOD),
        (units_of("MUG", 3), units_of("MUG", 5)),
    ],
)
def test_e12_group_that_the_supplier_changed_is_never_overwritten(
    tmp_path: Path, theirs: str, ours: str
) -> None:
    pair = sent(tmp_path, APPLY_ALL)
    pair.sql("northwind", theirs)
    edit(pair, ours)
    before = pair.supplied("1001")

    ran = pair.run(TASK)

    assert (ran.step.state, ran.step.code) == ("failed", "changed-there")
    assert pair.supplied("1001") == before


def test_e12_other_spelling_of_the_same_address_is_no_change(tmp_path: Path) -> None:
    pair = sent(tmp_path, APPLY_ADDRESS)
    pair.sql(
        "northwind",
        "update orders set ship_to = json_set(ship_to, '$.street1', '12  SQUARE.',"
        " '$.country', 'United Kingdom', '$.state', 'LND')",
    )
    edit(pair, STREET)

    assert pair.run(TASK).step.state == "done"


def test_e15_less_than_was_sent_is_reported_and_leaves_the_ledger(tmp_path: Path) -> None:
    pair = configured(tmp_path, APPLY_LINES)
    pair.imported("1001", line("MUG", 3))
    mug = pair.supplied("1001").lines[0]
    pair.send("1001", lines=(ParcelLine(line_id=mug.id, quantity=2, sku="MUG"),))
    cancel_units(pair, 2)
    edit(pair)

    ran = pair.run(TASK)

    assert (ran.step.state, ran.step.code) == ("failed", "below-sent")
    assert quantities(pair.supplied("1001")) == [("MUG", 3)]
    assert ledger(pair) == [("1001/1", 3, 0)]


def test_e15_edit_below_what_was_sent_stays_failed_after_the_rest_is_shipped(
    tmp_path: Path,
) -> None:
    pair = configured(tmp_path, APPLY_LINES)
    pair.imported("1001", line("MUG", 3))
    mug = pair.supplied("1001").lines[0]
    pair.send("1001", lines=(ParcelLine(line_id=mug.id, quantity=2, sku="MUG"),))
    cancel_units(pair, 2)
    edit(pair)
    pair.run(TASK)

    pair.send("1001", "1Z2", lines=(ParcelLine(line_id=mug.id, quantity=1, sku="MUG"),))
    pair.run("update-tracking")
    pair.run(TASK)

    assert [step.code for step in pair.failed(TASK)] == ["below-sent"]


def test_e16_no_unit_left_cancels_the_suppliers_order(tmp_path: Path) -> None:
    pair = configured(tmp_path, APPLY_LINES)
    pair.imported("1001", line("MUG", 2), line("CUP"))
    edit(pair, "update order_lines set quantity = 0")

    ran = pair.run(TASK)

    assert (ran.step.state, pair.supplied("1001").status) == ("done", "cancelled")
    assert pair.link("1001").state == "cancelled_by_task"
    assert [(ordered, cancelled) for _, ordered, cancelled in ledger(pair)] == [(2, 2), (1, 1)]


def test_e17_fewer_units_are_reduced_where_cancel_orders_is_off(tmp_path: Path) -> None:
    pair = sent(tmp_path, APPLY_LINES)
    cancel_units(pair, 1)
    edit(pair)

    ran = pair.run(TASK)

    assert (ran.step.state, quantities(pair.supplied("1001"))) == ("done", [("MUG", 1)])
    assert ledger(pair) == [("1001/1", 2, 1)]


@pytest.mark.parametrize("by_desk", [True, False])
def test_e17_another_edit_after_a_reduction_is_no_edit_of_the_lines(
    tmp_path: Path, *, by_desk: bool
) -> None:
    pair = sent(tmp_path, APPLY_LINES)
    if by_desk:
        cancel_units(pair, 1)
    edit(pair, *([] if by_desk else [units_of("MUG", 1)]))
    pair.run(TASK)
    edit(pair, STREET)

    ran = pair.run(TASK)
    edit(pair)
    again = pair.run(TASK)

    assert (ran.step.code, again.steps) == ("edited", ())
    assert groups_of(stored_edit(pair).content) == ("address",)


def test_e17_units_that_are_wanted_again_after_a_reduction_are_raised(tmp_path: Path) -> None:
    pair = sent(tmp_path, APPLY_LINES)
    edit(pair, units_of("MUG", 1))
    pair.run(TASK)
    edit(pair, units_of("MUG", 2))

    ran = pair.run(TASK)
    edit(pair)
    again = pair.run(TASK)

    assert (ran.step.state, again.steps) == ("done", ())
    assert quantities(pair.supplied("1001")) == [("MUG", 2)]
    assert ledger(pair) == [("1001/1", 3, 1)]


@pytest.mark.parametrize("policy", ["notify", "hold", "apply"])
def test_e17_fewer_units_are_left_to_cancel_orders_where_it_is_on(
    tmp_path: Path, policy: str
) -> None:
    pair = sent(tmp_path, f"edits: {{lines: {policy}}}", "tasks: {cancel-orders: hourly}")
    cancel_units(pair, 1)
    edit(pair)

    imported = pair.run(TASK)
    pair.run("cancel-orders")
    edit(pair)
    again = pair.run(TASK)

    assert (imported.steps, again.steps) == ((), ())
    assert quantities(pair.supplied("1001")) == [("MUG", 1)]
    assert ledger(pair) == [("1001/1", 2, 1)]


def test_e18_more_units_than_the_supplier_has_are_applied(tmp_path: Path) -> None:
    pair = sent(tmp_path, APPLY_LINES, "manage_inventory: true")
    pair.northwind.set_stock("MUG", "main", 2)
    pair.run("import-products")
    pair.run("write-inventory-back")
    edit(pair, units_of("MUG", 9))

    assert pair.run(TASK).step.state == "done"
    assert quantities(pair.supplied("1001")) == [("MUG", 9)]
    assert ledger(pair) == [("1001/1", 9, 0)]
    oversold = pair.run("write-inventory-back").step
    assert oversold.reason == "is oversold: the available quantity at the Supplier is -7"


def test_e19_added_line_of_an_unknown_sku_becomes_a_product_and_is_linked(tmp_path: Path) -> None:
    pair = sent(tmp_path, APPLY_LINES)
    add_line(pair, "VASE", 2)

    ran = pair.run(TASK)

    assert ran.step.state == "done"
    assert quantities(pair.supplied("1001")) == [("MUG", 2), ("VASE", 2)]
    assert pair.link("1001/9", "line").supplier_id == "1001/2"
    assert ledger(pair) == [("1001/1", 2, 0), ("1001/9", 2, 0)]


def test_e19_added_line_of_a_nearly_equal_sku_is_not_created_until_it_is_mapped(
    tmp_path: Path,
) -> None:
    (tmp_path / "map.csv").write_text("merchant_sku,supplier_sku,units\n")
    pair = sent(tmp_path, APPLY_LINES, "sku_map: map.csv")
    add_line(pair, "mug", 2)
    refused = pair.run(TASK)
    before = quantities(pair.supplied("1001"))
    (tmp_path / "map.csv").write_text("merchant_sku,supplier_sku,units\nmug,MUG,3\n")

    ran = pair.run(TASK)

    assert (refused.step.state, refused.step.code) == ("failed", "sku-nearly")
    assert before == [("MUG", 2)]
    assert ran.step.state == "done"
    assert quantities(pair.supplied("1001")) == [("MUG", 2), ("MUG", 6)]


def test_e19_added_line_of_an_unknown_sku_is_not_created_if_such_orders_are_held(
    tmp_path: Path,
) -> None:
    (tmp_path / "map.csv").write_text("merchant_sku,supplier_sku,units\nMUG,MUG,1\n")
    pair = sent(tmp_path, APPLY_LINES, "sku_map: map.csv", "unknown_sku: hold")
    add_line(pair, "VASE", 2)

    ran = pair.run(TASK)

    assert (ran.step.state, ran.step.code) == ("failed", "unknown-sku")
    assert quantities(pair.supplied("1001")) == [("MUG", 2)]


def test_added_line_is_shipped_and_reported_like_the_others(tmp_path: Path) -> None:
    pair = sent(tmp_path, APPLY_LINES)
    add_line(pair, "VASE", 2)
    pair.run(TASK)
    pair.send("1001")

    pair.run("update-tracking")

    assert pair.merchant("1001").status == "shipped"


def test_e20_other_sku_of_a_line_is_reported(tmp_path: Path) -> None:
    pair = configured(tmp_path, APPLY_LINES)
    pair.imported("1001", line("MUG"), line("CUP"))
    edit(pair, "update order_lines set sku = 'MUG' where sku = 'CUP'")

    assert pair.run(TASK).step.code == "not-editable"


def test_e21_units_swapped_between_lines_of_one_sku_are_applied_by_line(tmp_path: Path) -> None:
    pair = configured(tmp_path, APPLY_LINES)
    pair.imported("1001", line("MUG", 1), line("MUG", 3))
    edit(pair, "update order_lines set quantity = 4 - quantity")

    assert pair.run(TASK).step.state == "done"
    assert quantities(pair.supplied("1001")) == [("MUG", 3), ("MUG", 1)]
    assert ledger(pair) == [("1001/1", 3, 0), ("1001/2", 3, 2)]


def test_e24_order_that_is_gone_at_the_merchant_is_never_edited(tmp_path: Path) -> None:
    pair = sent(tmp_path)
    edit(pair, STREET)
    pair.run(TASK)
    configure(pair, APPLY_ADDRESS)
    pair.shop.cancel("1001")

    pair.run(TASK)

    assert (stored_edit(pair).state, stored_edit(pair).code) == ("failed", "edited")
    assert pair.supplied("1001").ship_to.street1 == "12 Square"


def test_e24_edits_apply_leaves_an_order_that_is_gone_as_it_is(tmp_path: Path) -> None:
    pair = sent(tmp_path)
    edit(pair, STREET)
    pair.run(TASK)
    pair.shop.cancel("1001")

    ran = ordosync(pair.folder, "edits", "apply", "1001")

    assert (ran.code, stored_edit(pair).code) == (1, "edited")
    assert pair.supplied("1001").ship_to.street1 == "12 Square"


def test_e25_line_that_is_gone_from_the_order_is_removed(tmp_path: Path) -> None:
    pair = configured(tmp_path, APPLY_LINES)
    pair.imported("1001", line("MUG", 2), line("CUP"))
    edit(pair, "delete from order_lines where sku = 'CUP'")

    ran = pair.run(TASK)

    assert (ran.step.state, quantities(pair.supplied("1001"))) == ("done", [("MUG", 2), ("CUP", 0)])
    assert [cancelled for _, _, cancelled in ledger(pair)] == [0, 1]


def test_e27_other_country_is_always_reported(tmp_path: Path) -> None:
    pair = sent(tmp_path, APPLY_ALL)
    edit(pair, COUNTRY, METHOD)

    ran = pair.run(TASK)

    there = pair.supplied("1001")
    assert (ran.step.code, there.ship_to.country) == ("country-changed", "GB")
    assert there.shipping_method == "Express"
    edit(pair)
    assert pair.run(TASK).steps == ()


def test_e31_reported_edit_is_applied_once_the_policy_says_so(tmp_path: Path) -> None:
    pair = sent(tmp_path)
    edit(pair, STREET)
    pair.run(TASK)
    configure(pair, APPLY_ADDRESS)

    ran = pair.run(TASK)

    assert (ran.step.state, ran.step.key) == ("done", "1001#1:edit")
    assert pair.supplied("1001").ship_to.street1 == "7 Canary Lane"
