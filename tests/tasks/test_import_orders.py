"""Import Orders, against domain 2.1."""

from decimal import Decimal
from pathlib import Path

import pytest
from msgspec.structs import replace

from ordosync.models import Address, Product
from tests.tasks.portal import (
    CONFIG,
    SUPPLIER,
    Pair,
    available,
    existing_order,
    line,
    order,
    parcel,
    physical,
    quantities,
    remarks,
    split,
    succeeded,
)

TASK = "import-orders"


def _with(pair: Pair, options: str) -> None:
    """Add options to the portal."""
    pair.path.write_text(
        CONFIG.replace("    manage_inventory: true\n", f"    manage_inventory: true\n{options}", 1)
    )


def _numbers(pair: Pair) -> list[str]:
    return [order.number for order in pair.northwind.list_orders()]


# Effects.


def test_order_waits_to_be_shipped_at_the_supplier(pair: Pair) -> None:
    # domain 2.1: Supplier effect
    pair.request("1001", line("MUG", 2), line("CUP", 1))

    ran = pair.run(TASK)

    order = pair.supplied("1001")
    assert ran.counts == {"done": 1}
    assert order.status == "awaiting_fulfillment"
    assert quantities(order) == [("MUG", 2), ("CUP", 1)]


def test_second_run_writes_nothing(pair: Pair) -> None:
    # domain 2.1: Idempotency
    pair.imported("1001")
    before = pair.everything()

    ran = pair.run(TASK)

    assert ran.steps == ()
    assert pair.everything() == before


def test_order_that_is_read_again_is_not_sent_again(pair: Pair) -> None:
    # domain 2.1: Idempotency: de-duplicate by link, not by status
    pair.imported("1001")
    succeeded(pair.shop.request("1001", SUPPLIER))

    ran = pair.run(TASK)

    assert ran.counts == {"unchanged": 1}
    assert _numbers(pair) == ["1001"]


def test_whole_backlog_is_sent_at_first(pair: Pair) -> None:
    # domain 2.1: First run
    for number in ("1001", "1002", "1003"):
        pair.request(number)

    planned = pair.would(TASK)
    ran = pair.run(TASK)

    assert len(planned) == 3
    assert ran.counts == {"done": 3}


def test_order_stays_requested_and_says_that_it_was_sent(pair: Pair) -> None:
    # domain 2.1: Merchant effect
    pair.imported("1001")

    assert pair.merchant("1001").status == "dropshipment_requested"
    assert remarks(pair.shop, "1001")[-1] == "Sent to the Supplier as order 1001"


def test_supplier_commits_its_stock(pair: Pair) -> None:
    # domain 2.1: Supplier effect: Committed rises
    succeeded(pair.northwind.add_order(order("0", line("MUG", 1))))
    succeeded(pair.northwind.set_stock("MUG", "main", 10))

    pair.imported("1001", line("MUG", 2))

    assert (physical(pair.northwind, "MUG"), available(pair.northwind, "MUG")) == (10, 7)


def test_stock_of_the_merchant_stays(pair: Pair) -> None:
    # domain 2.1: Must not change Merchant inventory
    pair.request("1001", line("MUG", 2))
    succeeded(pair.shop.set_stock("MUG", "main", 10))
    before = (physical(pair.shop, "MUG"), available(pair.shop, "MUG"))

    pair.run(TASK)

    assert (physical(pair.shop, "MUG"), available(pair.shop, "MUG")) == before


def test_unknown_sku_becomes_a_product_with_its_stock_unset(pair: Pair) -> None:
    # domain 2.1: Failures: unknown SKU
    pair.imported("1001", line("NEW"))

    [product] = pair.northwind.list_products()
    assert product.sku == "NEW"
    assert available(pair.northwind, "NEW") is None


def test_one_bad_order_does_not_stop_the_rest(pair: Pair) -> None:
    # domain 2.1: Failures: one bad order
    pair.request("1001")
    pair.request("1002")
    pair.sql("shop", "update order_lines set quantity = -1 where order_number = '1001'")

    ran = pair.run(TASK)

    assert ran.counts == {"done": 1, "failed": 1}
    assert _numbers(pair) == ["1002"]


# Selection of orders.


@pytest.mark.parametrize("supplier", [None, "southwind"])
def test_order_that_is_not_requested_from_this_supplier_stays(
    pair: Pair, supplier: str | None
) -> None:
    # domain 2.1: Precondition
    succeeded(pair.shop.add_order(order("1001"), supplier=supplier))

    assert pair.run(TASK).steps == ()
    assert _numbers(pair) == []


def test_piece_of_a_mixed_basket_is_sent_and_the_rest_stays(pair: Pair) -> None:
    # domain 2.1: Unit of work: only the supplier's piece is requested
    succeeded(pair.shop.add_order(order("1001", line("MUG", 1), line("OWN", 1))))
    _, theirs = split(pair.shop, "1001", (0, 1), (1, 0))
    succeeded(pair.shop.request(theirs, SUPPLIER))

    pair.run(TASK)

    assert _numbers(pair) == ["1001-2"]
    assert quantities(pair.supplied("1001-2")) == [("MUG", 1)]


def test_order_cancelled_before_the_run_is_never_sent(pair: Pair) -> None:
    # domain 2.1: cancelled or shipped in Merchant before the run
    pair.request("1001")
    succeeded(pair.shop.cancel("1001"))

    assert pair.run(TASK).steps == ()
    assert _numbers(pair) == []


def test_order_shipped_before_the_run_is_never_sent(pair: Pair) -> None:
    # domain 2.1: cancelled or shipped in Merchant before the run
    pair.request("1001")
    succeeded(pair.shop.ship([parcel("1001")])[0])

    assert pair.run(TASK).steps == ()
    assert _numbers(pair) == []


def test_order_that_the_supplier_cancelled_is_not_imported_again(pair: Pair) -> None:
    # domain 2.1: Supplier cancelled it themselves
    pair.imported("1001")
    succeeded(pair.northwind.cancel("1001"))
    succeeded(pair.shop.request("1001", SUPPLIER))

    pair.run(TASK)

    assert pair.merchant("1001").status == "dropshipment_requested"
    assert _numbers(pair) == ["1001"]


def test_pieces_of_an_imported_order_are_skipped(pair: Pair) -> None:
    # domain 2.1: Merchant splits an imported order
    pair.imported("1001", line("MUG", 3))
    split(pair.shop, "1001", (1,), (2,))

    ran = pair.run(TASK)

    assert ran.counts == {"skipped": 2}
    assert {step.code for step in ran.steps} == {"split-after-import"}
    assert _numbers(pair) == ["1001"]


def test_pieces_of_pieces_of_an_imported_order_are_skipped(pair: Pair) -> None:
    # domain 2.1: Merchant splits an imported order: any already-imported ancestor
    pair.imported("1001", line("MUG", 4))
    _, second = split(pair.shop, "1001", (1,), (3,))
    split(pair.shop, second, (1,), (2,))

    ran = pair.run(TASK)

    assert ran.counts == {"skipped": 3}
    assert _numbers(pair) == ["1001"]


def test_pieces_of_an_order_split_before_its_import_are_sent(pair: Pair) -> None:
    # domain 2.1: Merchant splits an imported order; this one was not
    pair.request("1001", line("MUG", 3))
    split(pair.shop, "1001", (1,), (2,))

    ran = pair.run(TASK)

    assert ran.counts == {"done": 2}
    assert _numbers(pair) == ["1001-1", "1001-2"]


def test_pieces_made_by_split_order_are_not_imported(pair: Pair) -> None:
    # domain 2.1: children made by our own Split order task
    pair.imported("1001", line("MUG", 3))
    pair.split("1001", (1,), (2,))
    pair.run("split-order")
    before = _numbers(pair)

    ran = pair.run(TASK)

    assert ran.counts == {"unchanged": 2}
    assert _numbers(pair) == before


def test_restored_order_is_not_sent_until_it_is_requested(pair: Pair) -> None:
    # domain 2.1: Merchant restores a cancelled order
    pair.request("1001")
    succeeded(pair.shop.cancel("1001"))
    succeeded(pair.shop.restore("1001"))

    assert pair.run(TASK).steps == ()
    assert pair.merchant("1001").status == "awaiting_fulfillment"


def test_order_that_our_task_cancelled_is_imported_again(pair: Pair) -> None:
    # domain 2.1: Merchant restores a cancelled order: a new link generation
    pair.imported("1001")
    succeeded(pair.shop.cancel("1001"))
    pair.run("cancel-orders")
    succeeded(pair.shop.restore("1001"))
    succeeded(pair.shop.request("1001", SUPPLIER))

    ran = pair.run(TASK)
    again = pair.run(TASK)

    link = pair.link("1001")
    assert (ran.counts, again.counts) == ({"done": 1}, {})
    assert (link.generation, link.supplier_id, link.state) == (2, "1001~2", "live")
    assert pair.supplied("1001").status == "cancelled"


def test_order_that_the_supplier_restored_itself_is_not_sent_a_second_time(pair: Pair) -> None:
    # domain 2.1: Merchant restores a cancelled order; the Supplier has restored its own, too
    pair.imported("1001")
    succeeded(pair.shop.cancel("1001"))
    pair.run("cancel-orders")
    succeeded(pair.northwind.restore("1001"))
    succeeded(pair.shop.restore("1001"))
    succeeded(pair.shop.request("1001", SUPPLIER))

    ran = pair.run(TASK)
    again = pair.run(TASK)
    pair.send("1001")
    told_of = pair.run("update-tracking")

    assert (ran.counts, again.counts) == ({"unchanged": 1}, {})
    assert _numbers(pair) == ["1001"]
    assert told_of.counts == {"done": 1}
    assert pair.merchant("1001").status == "shipped"


def test_requested_again_after_the_supplier_cancelled_it_is_reported(pair: Pair) -> None:
    # domain 2.1: Merchant restores a cancelled order: if the Supplier cancelled it
    pair.imported("1001")
    succeeded(pair.northwind.cancel("1001"))
    succeeded(pair.shop.cancel("1001"))
    pair.run("cancel-orders")
    succeeded(pair.shop.restore("1001"))
    succeeded(pair.shop.request("1001", SUPPLIER))

    pair.run(TASK)

    assert _numbers(pair) == ["1001"]
    assert remarks(pair.shop, "1001")[-1] == "Not sent again: the Supplier itself cancelled it"
    assert remarks(pair.northwind, "1001")[-1] == (
        "The Merchant requests this cancelled order again; it was not sent again"
    )


def test_order_given_to_another_supplier_is_not_recalled_and_both_are_informed(pair: Pair) -> None:
    # domain 2.1: Merchant reassigns to another supplier
    pair.imported("1001")
    succeeded(pair.shop.request("1001", "southwind"))

    pair.run(TASK)

    assert pair.supplied("1001").status == "awaiting_fulfillment"
    assert remarks(pair.shop, "1001")[-1] == "The earlier Supplier still has its order 1001"
    assert remarks(pair.northwind, "1001")[-1] == (
        "The Merchant gave this order to another supplier; it is not recalled"
    )


def test_both_are_informed_of_another_supplier_once(pair: Pair) -> None:
    # domain 2.1: Merchant reassigns to another supplier
    pair.imported("1001")
    succeeded(pair.shop.request("1001", "southwind"))
    pair.run(TASK)
    succeeded(pair.shop.request("1001", "eastwind"))
    before = pair.everything()

    ran = pair.run(TASK)

    assert ran.counts == {"unchanged": 1}
    assert pair.everything() == before


def test_order_given_to_another_supplier_before_the_run_is_not_imported(pair: Pair) -> None:
    # domain 2.1: Merchant reassigns to another supplier
    pair.request("1001")
    succeeded(pair.shop.request("1001", "southwind"))

    ran = pair.run(TASK)

    assert (ran.counts, ran.steps) == ({}, ())
    assert _numbers(pair) == []


def test_order_given_to_this_supplier_is_imported_normally(pair: Pair) -> None:
    # domain 2.1: Merchant reassigns to another supplier: the new portal imports normally
    succeeded(pair.shop.add_order(order("1001"), supplier="southwind"))
    succeeded(pair.shop.request("1001", SUPPLIER))

    assert pair.run(TASK).counts == {"done": 1}


def test_two_lines_of_one_sku_stay_apart(pair: Pair) -> None:
    # domain 2.1: same SKU on two lines
    pair.request("1001", line("MUG", 1, details="red"), line("MUG", 2, details="blue"))

    pair.run(TASK)

    lines = pair.supplied("1001").lines
    assert [(line.quantity, line.details) for line in lines] == [(1, "red"), (2, "blue")]
    ours = pair.merchant("1001").lines
    assert [pair.link(merchant_line.id, "line").supplier_id for merchant_line in ours] == [
        line.id for line in lines
    ]


def test_same_number_of_two_merchants_makes_two_orders(pair: Pair) -> None:
    # domain 2.1: same order number from two Merchants
    pair.request("1001", line("MUG"))
    succeeded(pair.outlet.add_order(order("1001", line("CUP")), supplier=SUPPLIER))

    pair.run(TASK)
    pair.run(TASK, "outlet-northwind")

    assert quantities(pair.supplied("1001")) == [("MUG", 1)]
    assert quantities(pair.supplied("1001~2")) == [("CUP", 1)]


def test_order_without_lines_is_skipped_and_reported(pair: Pair) -> None:
    # domain 2.1: no lines; the desk takes no such order
    pair.request("1001")
    pair.sql("shop", "delete from order_lines")

    ran = pair.run(TASK)

    assert (ran.step.state, ran.step.code) == ("skipped", "no-lines")


def test_order_of_quantity_0_alone_is_skipped_as_nothing_to_ship(pair: Pair) -> None:
    # The desk takes no such order.
    pair.request("1001")
    pair.sql("shop", "update order_lines set quantity = 0")

    ran = pair.run(TASK)

    assert (ran.step.state, ran.step.code) == ("skipped", "nothing-to-ship")


def test_line_of_quantity_0_stays_out_and_the_links_of_the_others_are_true(pair: Pair) -> None:
    pair.request("1001", line("GIFT"), line("MUG", 2))
    pair.sql("shop", "update order_lines set quantity = 0 where sku = 'GIFT'")

    ran = pair.run(TASK)

    assert ran.counts == {"done": 1}
    assert quantities(pair.supplied("1001")) == [("MUG", 2)]
    [_, mug] = pair.merchant("1001").lines
    assert pair.link(mug.id, "line").supplier_id == pair.supplied("1001").lines[0].id
    assert pair.run(TASK).steps == ()


def test_embedded_order_needs_no_address(pair: Pair) -> None:
    succeeded(pair.shop.add_order(order("1001", ship_to=Address(country="GB")), supplier=SUPPLIER))

    assert pair.run(TASK).counts == {"done": 1}


def test_edits_after_the_import_do_not_travel(pair: Pair) -> None:
    # domain 2.1: Must not resend later Merchant edits; no command edits lines
    pair.imported("1001", line("MUG", 2))
    _edit(pair, "update order_lines set quantity = 5")

    ran = pair.run(TASK)

    assert (ran.step.state, ran.step.code) == ("failed", "edited")
    assert quantities(pair.supplied("1001")) == [("MUG", 2)]


def _edit(pair: Pair, statement: str, number: str = "1001") -> None:
    """Edit an order at the Merchant, and mark it as changed, so that it is read again."""
    pair.sql("shop", statement)
    succeeded(pair.shop.request(number, SUPPLIER))


# Edits after the import.


def test_edit_is_remarked_on_both_timelines_without_a_value_and_reported_once(pair: Pair) -> None:
    pair.imported("1001")
    _edit(pair, "update orders set ship_to = json_set(ship_to, '$.street1', '7 Elm Road')")

    first = pair.run(TASK)
    succeeded(pair.shop.request("1001", SUPPLIER))
    again = pair.run(TASK)

    assert (first.counts, again.counts) == ({"failed": 1}, {"unchanged": 1})
    [remark] = [text for text in remarks(pair.shop, "1001") if "dit" in text]
    assert remark == (
        "Edited after it was sent (address); edits are not sent: tell the Supplier, or cancel it"
        " and order again"
    )
    assert remarks(pair.northwind, "1001")[-1] == (
        "The Merchant edited this order after it was sent (address); the edit was not sent"
    )
    assert [row.code for row in pair.failed(TASK)] == ["edited"]


def test_edit_that_is_taken_back_settles_itself_on_both_timelines(pair: Pair) -> None:
    pair.imported("1001", line("MUG", 2))
    _edit(pair, "update order_lines set quantity = 5")
    pair.run(TASK)
    _edit(pair, "update order_lines set quantity = 2")

    ran = pair.run(TASK)

    assert (ran.step.state, ran.step.code) == ("done", "taken-back")
    assert pair.failed(TASK) == []
    for desk in (pair.shop, pair.northwind):
        assert "edit is settled" in remarks(desk, "1001")[-1]


def test_further_edit_is_reported_again_under_the_same_step(pair: Pair) -> None:
    pair.imported("1001", line("MUG", 2))
    _edit(pair, "update order_lines set quantity = 5")
    first = pair.run(TASK).step
    _edit(pair, "update order_lines set quantity = 6")

    second = pair.run(TASK).step

    assert (first.id, second.state) == (second.id, "failed")


def test_e26_other_total_of_a_line_is_no_edit_even_if_it_travels(tmp_path: Path) -> None:
    config = CONFIG.replace("manage_inventory", "send: [line_total]\n    manage_inventory", 1)
    pair = Pair(tmp_path, config)
    pair.imported("1001", line("MUG", 2, total=Decimal("19.00")), line("CUP"))
    _edit(pair, "update order_lines set total = '18.00' where sku = 'MUG'")

    ran, again = pair.run(TASK), pair.run(TASK)

    assert (ran.counts, ran.steps) == ({"unchanged": 1}, ())
    assert again.steps == ()


def test_lowered_quantity_of_an_unsent_line_is_an_edit(pair: Pair) -> None:
    pair.imported("1001", line("MUG", 2))
    _edit(pair, "update order_lines set quantity = 1")

    assert pair.run(TASK).step.code == "edited"


def test_edit_that_removes_lines_says_so(pair: Pair) -> None:
    pair.imported("1001", line("MUG"), line("CUP"))
    _edit(pair, "delete from order_lines where sku = 'CUP'")

    ran = pair.run(TASK)

    assert (ran.step.code, "lines are missing" in (ran.step.reason or "")) == ("edited", True)


def test_quantity_that_rises_from_0_after_the_order_was_sent_is_an_edit(pair: Pair) -> None:
    pair.request("1001", line("MUG", 2), line("CUP"))
    pair.sql("shop", "update order_lines set quantity = 0 where sku = 'CUP'")
    pair.run(TASK)
    _edit(pair, "update order_lines set quantity = 1 where sku = 'CUP'")

    assert pair.run(TASK).step.code == "edited"


def test_other_lines_under_a_number_that_was_sent_are_a_conflict(pair: Pair) -> None:
    pair.imported("1001", line("MUG"))
    _edit(pair, "update order_lines set id = 'another', sku = 'CUP'")

    ran = pair.run(TASK)

    assert (ran.step.state, ran.step.code) == ("failed", "reused-number")


def test_another_date_under_a_number_that_was_sent_is_a_conflict(pair: Pair) -> None:
    pair.imported("1001")
    pair.sql("shop", "update order_lines set quantity = 5")
    _edit(pair, "update orders set placed_at = '2020-02-03T04:05:06+00:00'")

    ran = pair.run(TASK)

    assert (ran.step.state, ran.step.code) == ("failed", "reused-number")


@pytest.mark.parametrize("status", ["shipped", "cancelled"])
def test_open_edit_is_settled_by_the_end_of_its_order(pair: Pair, status: str) -> None:
    pair.imported("1001", line("MUG", 2))
    _edit(pair, "update order_lines set quantity = 5")
    pair.run(TASK)
    if status == "shipped":
        pair.send("1001")
        pair.run("update-tracking")
    else:
        succeeded(pair.shop.cancel("1001"))
        pair.run("cancel-orders")

    pair.run(TASK)

    assert pair.failed(TASK) == []


def test_open_edit_is_settled_by_the_supplier_that_ships_where_no_task_reports_it(
    pair: Pair,
) -> None:
    pair.imported("1001", line("MUG", 2))
    _edit(pair, "update order_lines set quantity = 5")
    pair.run(TASK)
    pair.send("1001")

    pair.run(TASK)

    assert pair.failed(TASK) == []


def test_edit_is_open_while_only_the_supplier_has_cancelled_its_order(pair: Pair) -> None:
    pair.imported("1001", line("MUG", 2))
    _edit(pair, "update order_lines set quantity = 5")
    pair.run(TASK)
    succeeded(pair.northwind.cancel("1001"))

    pair.run(TASK)

    assert len(pair.failed(TASK)) == 1


def test_edit_of_what_is_shipped_needs_no_operator(pair: Pair) -> None:
    pair.imported("1001", line("MUG", 2))
    pair.send("1001")
    _edit(pair, "update order_lines set quantity = 5")

    ran = pair.run(TASK)

    assert (ran.counts, ran.step.code) == ({"unchanged": 1}, "too-late")


@pytest.mark.parametrize(
    "statement",
    [
        "update orders set ship_to = json_set(ship_to, '$.email', 'ada@example.org')",
        "update orders set customer_notes = 'leave at the door'",
        "update order_lines set unit_price = '9.500'",
        "update order_lines set supplier_unit_cost = '1.00'",
        "update order_lines set position = 10 - position",
    ],
)
def test_change_of_an_unsent_field_is_no_edit(pair: Pair, statement: str) -> None:
    pair.imported("1001", line("MUG"), line("CUP"))
    _edit(pair, statement)

    assert pair.run(TASK).counts == {"unchanged": 1}


@pytest.mark.parametrize(
    "option",
    [
        "    send: [bill_to_address, customer_notes]\n",
        "    shipping_methods: {default: Express}\n",
        "    products: {skus: [MUG]}\n",
    ],
)
def test_configuration_that_changes_what_travels_makes_no_edits(pair: Pair, option: str) -> None:
    pair.imported("1001", line("MUG", 2), line("CUP"))
    _with(pair, option)
    succeeded(pair.shop.request("1001", SUPPLIER))
    before = pair.run(TASK).counts
    _edit(pair, "update order_lines set quantity = 5 where sku = 'MUG'")

    assert before == {"unchanged": 1}
    assert pair.run(TASK).step.code == "edited"


def test_content_of_an_older_format_is_not_compared_but_updated(pair: Pair) -> None:
    pair.imported("1001", line("MUG", 2))
    pair.of_store("update steps set content = '1-0123456789abcdef'")
    succeeded(pair.shop.request("1001", SUPPLIER))
    first = pair.run(TASK).counts
    _edit(pair, "update order_lines set quantity = 5")

    assert first == {"unchanged": 1}
    assert pair.run(TASK).step.code == "edited"


def test_edit_between_a_write_whose_answer_was_lost_and_its_look_up_is_reported(
    pair: Pair,
) -> None:
    pair.imported("1001", line("MUG", 2))
    pair.of_store(
        "update steps set state = 'sending', supplier_id = null,"
        " digests = (select digests from links where kind = 'order')"
    )
    pair.of_store("delete from links")
    _edit(pair, "update order_lines set quantity = 5")

    ran = pair.run(TASK)
    _edit(pair, "update order_lines set quantity = 2")
    back = pair.run(TASK)

    assert ran.counts == {"unchanged": 1, "failed": 1}
    assert [(row.state, row.code) for row in ran.steps] == [("done", None), ("failed", "edited")]
    assert back.step.code == "taken-back"


def test_retry_of_an_edit_judges_it_again(pair: Pair) -> None:
    pair.imported("1001", line("MUG", 2))
    _edit(pair, "update order_lines set quantity = 5")
    row = pair.run(TASK).step

    still = pair.retry(TASK, row)
    _edit(pair, "update order_lines set quantity = 2")
    back = pair.retry(TASK, row)

    assert (still.step.state, still.step.code) == ("failed", "edited")
    assert (back.step.state, back.step.code) == ("done", "taken-back")


def test_notice_that_an_outage_cut_short_is_given_in_the_next_run(pair: Pair) -> None:
    pair.imported("1001", line("MUG", 2))
    _edit(pair, "update order_lines set quantity = 5")
    pair.run(TASK)
    pair.of_store("update steps set state = 'sending', code = null where key like '%:edit'")

    ran = pair.run(TASK)

    assert (ran.step.state, ran.step.code) == ("failed", "edited")


def test_order_requested_again_that_the_supplier_cancelled_is_open_until_it_is_withdrawn(
    pair: Pair,
) -> None:
    pair.imported("1001")
    succeeded(pair.northwind.cancel("1001"))
    succeeded(pair.shop.cancel("1001"))
    pair.run("cancel-orders")
    succeeded(pair.shop.restore("1001"))
    succeeded(pair.shop.request("1001", SUPPLIER))

    told_of = pair.run(TASK).step
    pair.run(TASK)
    still = pair.failed(TASK)
    succeeded(pair.shop.cancel("1001"))
    pair.run(TASK)

    assert (told_of.state, told_of.code) == ("failed", "supplier-cancelled")
    assert [row.id for row in still] == [told_of.id]
    assert pair.failed(TASK) == []


@pytest.mark.parametrize("end", ["given back", "cancelled", "shipped"])
def test_order_given_to_another_supplier_is_open_until_it_is_settled(pair: Pair, end: str) -> None:
    pair.imported("1001")
    succeeded(pair.shop.request("1001", "southwind"))
    told_of = pair.run(TASK).step
    pair.run(TASK)
    still = pair.failed(TASK)
    if end == "given back":
        succeeded(pair.shop.request("1001", SUPPLIER))
    elif end == "cancelled":
        succeeded(pair.northwind.cancel("1001"))
    else:
        pair.send("1001")
    pair.run(TASK)

    assert (told_of.state, told_of.code) == ("failed", "reassigned")
    assert [row.id for row in still] == [told_of.id]
    assert pair.failed(TASK) == []


# Fields that are sent.

_ADDRESS = Address(name="Ada", street1="12 Square", country="GB", phone="1", email="a@example.org")
_RICH = replace(
    order("1001", line("MUG", 2, details="blue", total=Decimal(19), discount=Decimal(1))),
    ship_to=_ADDRESS,
    bill_to=_ADDRESS,
    customer_notes="leave at the door",
    internal_notes="a good customer",
    discount=Decimal(3),
    tags=("vip",),
)


def test_fields_that_always_travel(pair: Pair) -> None:
    # domain 2.1: Fields that travel: always
    succeeded(pair.shop.add_order(_RICH, supplier=SUPPLIER))

    pair.run(TASK)

    order = pair.supplied("1001")
    [order_line] = order.lines
    assert order.ship_to == replace(_ADDRESS, phone="", email="")
    assert order.shipping_method == "Standard"
    assert (order_line.sku, order_line.quantity, order_line.details) == ("MUG", 2, "blue")
    assert order_line.unit_price == Decimal("9.50")


def test_fields_that_travel_only_if_enabled_stay(pair: Pair) -> None:
    # domain 2.1: Fields that travel: only if enabled
    succeeded(pair.shop.add_order(_RICH, supplier=SUPPLIER))

    pair.run(TASK)

    order = pair.supplied("1001")
    [order_line] = order.lines
    assert (order.bill_to, order.customer_notes, order.internal_notes) == (None, "", "")
    assert (order.discount, order.tags, order_line.total, order_line.discount) == (
        None,
        (),
        None,
        None,
    )


def test_fields_that_are_enabled_travel(pair: Pair) -> None:
    # domain 2.1: Fields that travel: only if enabled
    _with(
        pair,
        "    send: [ship_to_email, bill_to_address, customer_notes, line_total, line_discount,"
        " order_discount, tags]\n",
    )
    succeeded(pair.shop.add_order(_RICH, supplier=SUPPLIER))

    pair.run(TASK)

    order = pair.supplied("1001")
    [order_line] = order.lines
    assert order.ship_to.email == "a@example.org"
    assert order.bill_to == replace(_ADDRESS, phone="", email="")
    assert (order.customer_notes, order.discount, order.tags) == (
        "leave at the door",
        Decimal(3),
        ("vip",),
    )
    assert (order_line.total, order_line.discount) == (Decimal(19), Decimal(1))


def test_cost_takes_the_place_of_the_price(pair: Pair) -> None:
    # domain 2.1: Fields that travel: Supplier Unit Cost, in place of Item Price
    _with(pair, "    send: [supplier_unit_cost, supplier_sku]\n")
    pair.request("1001", line("MUG", supplier_sku="NW-7", supplier_unit_cost=Decimal(4)))

    pair.run(TASK)

    [order_line] = pair.supplied("1001").lines
    assert (order_line.sku, order_line.unit_price) == ("NW-7", Decimal(4))


def test_retail_price_never_travels_in_place_of_a_cost_that_is_not_on_file(pair: Pair) -> None:
    # domain 2.1: Supplier Unit Cost enabled but none on file; and with the line's total
    _with(pair, "    send: [supplier_unit_cost, line_total]\n")
    pair.request(
        "1001",
        line("MUG", 2, total=Decimal(19)),
        line("CUP", 2, total=Decimal(19), supplier_unit_cost=Decimal(4)),
    )

    pair.run(TASK)

    prices = [(line.unit_price, line.total) for line in pair.supplied("1001").lines]
    assert prices == [(None, None), (Decimal(4), Decimal(8))]


def test_timeline_and_status_of_the_merchant_never_travel(pair: Pair) -> None:
    # domain 2.1: Fields that travel: never
    pair.imported("1001")

    assert remarks(pair.northwind, "1001") == ["Created from the Merchant's order 1001"]


def test_kit_is_sent_as_its_parent(pair: Pair) -> None:
    # domain 2.1: Fields that travel: components are not sent
    for product, components in (
        (Product(id="", sku="MUG", name="A MUG"), {}),
        (Product(id="", sku="SET", name="A SET", is_kit=True), {"MUG": Decimal(2)}),
    ):
        succeeded(pair.shop.add_product(product, components=components))
    pair.request("1001", line("SET", 2))

    pair.run(TASK)

    assert quantities(pair.supplied("1001")) == [("SET", 2)]


@pytest.mark.parametrize(
    ("methods", "arrives"),
    [
        ("{}", "Standard"),
        ("{default: Ground}", "Ground"),
        ("{map: {Standard: Express}}", "Express"),
        ("{map: {Other: Express}, default: Ground}", "Ground"),
        ("{map: {Standard: Express}, default: Ground}", "Express"),
        ("{map: {Other: Express}}", "Standard"),
    ],
)
def test_shipping_method_is_mapped_then_the_default_then_as_it_is(
    pair: Pair, methods: str, arrives: str
) -> None:
    # domain 2.1: Shipping method
    _with(pair, f"    shipping_methods: {methods}\n")
    pair.imported("1001")

    assert existing_order(pair.northwind, "1001").shipping_method == arrives
