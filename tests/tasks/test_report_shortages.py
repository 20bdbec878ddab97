"""Report shortages: units that the Supplier cancels, or sends later, at the Merchant."""

from datetime import timedelta
from pathlib import Path

import pytest

from ordosync.models import ParcelLine
from tests.tasks.portal import Pair, existing_order, quantities, remarks, succeeded
from tests.tasks.short_orders import (
    LATER,
    TASK,
    ledger,
    reports,
    shorten,
    with_options,
    with_order,
)


@pytest.fixture(name="pair")
def _pair(tmp_path: Path) -> Pair:
    """Return a portal with the order 1001: two CUP and three MUG."""
    return with_order(Pair(tmp_path))


def test_short_units_are_reported_once(pair: Pair) -> None:
    shorten(pair, 1)

    ran = pair.run(TASK)
    again = pair.run(TASK)

    assert ran.counts == {"failed": 1}
    assert again.counts == {}
    assert reports(pair) == ["The Supplier cannot send 1 of MUG: out of stock"]
    assert remarks(pair.northwind, "1001")[-1].startswith("Reported to the Merchant: ")
    assert (ledger(pair), ledger(pair, "CUP")) == ((3, 0, 1), (2, 0, 0))
    assert quantities(pair.merchant("1001")) == [("CUP", 2), ("MUG", 3)]
    [step] = pair.failed(TASK)
    assert step.code == "short"


def test_s1_cancelled_order_is_reported_and_stays_open_until_the_merchant_acts(
    pair: Pair,
) -> None:
    succeeded(pair.northwind.cancel("1001"))

    pair.run(TASK)
    pair.run(TASK)

    [step] = pair.failed(TASK)
    assert (step.code, pair.link("1001").state) == (
        *("supplier-cancelled", "cancelled_by_supplier"),
    )
    assert len(reports(pair)) == 1
    assert pair.merchant("1001").status == "dropshipment_requested"

    succeeded(pair.shop.cancel("1001"))
    pair.run(TASK)

    assert pair.failed(TASK) == []


def test_s1_cancelled_order_is_no_failure_of_another_task(pair: Pair) -> None:
    succeeded(pair.northwind.cancel("1001"))
    pair.run(TASK)
    succeeded(pair.shop.request("1001", "northwind"))

    pair.run("update-tracking")
    pair.run("import-orders")

    assert pair.failed("update-tracking") == pair.failed("import-orders") == []


def test_s2_restored_order_is_live_again_and_its_step_settles_itself(pair: Pair) -> None:
    succeeded(pair.northwind.cancel("1001"))
    pair.run(TASK)
    succeeded(pair.northwind.restore("1001"))

    ran = pair.run(TASK)

    assert (ran.counts, pair.failed(TASK)) == ({"done": 1}, [])
    assert (pair.link("1001").state, ledger(pair)) == ("live", (3, 0, 0))
    assert "opened this order again" in reports(pair)[-1]


def test_s2_order_can_be_cancelled_a_second_time(pair: Pair) -> None:
    for _ in range(2):
        succeeded(pair.northwind.cancel("1001"))
        pair.run(TASK)
        succeeded(pair.northwind.restore("1001"))
        pair.run(TASK)

    assert len(reports(pair)) == 4
    assert (pair.link("1001").state, ledger(pair)) == ("live", (3, 0, 0))


def test_s3_order_that_cancel_orders_cancelled_is_not_reported(pair: Pair) -> None:
    succeeded(pair.shop.cancel("1001"))
    pair.run("cancel-orders")

    ran = pair.run(TASK)

    assert (ran.counts, reports(pair)) == ({}, [])
    assert pair.link("1001").state == "cancelled_by_task"


def test_s3_units_that_cancel_orders_removed_are_not_reported(pair: Pair) -> None:
    [mug] = [each for each in pair.merchant("1001").lines if each.sku == "MUG"]
    succeeded(pair.shop.cancel("1001", [ParcelLine(line_id=mug.id, quantity=1, sku="MUG")]))
    pair.run("cancel-orders")

    ran = pair.run(TASK)

    assert (ran.counts, reports(pair), ledger(pair)) == ({}, [], (3, 0, 1))


def test_s4_order_that_both_cancelled_is_closed_and_not_reported(pair: Pair) -> None:
    succeeded(pair.northwind.cancel("1001"))
    succeeded(pair.shop.cancel("1001"))

    ran = pair.run(TASK)

    assert (ran.counts, reports(pair), pair.failed(TASK)) == ({"unchanged": 1}, [], [])
    assert pair.link("1001").state == "cancelled_by_supplier"


def test_s7_order_whose_lines_are_all_short_is_cancelled_by_the_supplier(pair: Pair) -> None:
    shorten(pair, 3)
    pair.run(TASK)
    shorten(pair, 2, "CUP")

    pair.run(TASK)

    [step] = pair.failed(TASK)
    assert (pair.link("1001").state, step.code) == ("cancelled_by_supplier", "supplier-cancelled")


def test_s8_order_is_complete_once_sent_and_cancelled_units_are_all_ordered_ones(
    pair: Pair,
) -> None:
    shorten(pair, 1)
    pair.run(TASK)
    pair.send("1001")

    pair.run("update-tracking")

    assert (ledger(pair), ledger(pair, "CUP")) == ((3, 2, 1), (2, 2, 0))
    sent = {each.sku: each.sent for each in pair.shop.units_of("1001")}
    # The Merchant cancels or replaces the short unit; it does not count as sent.
    assert (sent, pair.merchant("1001").status) == ({"CUP": 2, "MUG": 2}, "partially_shipped")


def test_s11_backordered_units_are_reported_with_their_date_and_stay_open(pair: Pair) -> None:
    shorten(pair, 2, later=LATER)

    pair.run(TASK)
    pair.run(TASK)

    assert reports(pair) == [
        "The Supplier sends 2 of MUG later, expected on 2026-12-10: out of stock"
    ]
    assert ledger(pair) == (3, 0, 0)
    [step] = pair.failed(TASK)
    assert step.code == "backordered"


def test_s11_newer_date_replaces_the_one_before(pair: Pair) -> None:
    shorten(pair, 2, later=LATER)
    pair.run(TASK)
    shorten(pair, 2, later=LATER + timedelta(days=7))

    pair.run(TASK)

    assert "expected on 2026-12-17" in reports(pair)[-1]
    assert (len(reports(pair)), len(pair.failed(TASK))) == (2, 1)


def test_s11_sent_units_are_no_longer_backordered(pair: Pair) -> None:
    shorten(pair, 2, later=LATER)
    pair.run(TASK)
    pair.send("1001")
    pair.run("update-tracking")

    pair.run(TASK)

    assert (len(reports(pair)), pair.failed(TASK)) == (1, [])


def test_later_report_keeps_the_short_units_of_other_lines_open(pair: Pair) -> None:
    shorten(pair, 1)
    pair.run(TASK)
    shorten(pair, 1, sku="CUP", later=LATER)

    pair.run(TASK)

    [step] = pair.failed(TASK)
    assert step.code == "short"
    assert step.reason
    assert "sends 1 of CUP later" in step.reason
    assert "cannot send 1 of MUG" in step.reason
    assert "MUG" not in reports(pair)[-1]


def test_later_report_omits_short_units_that_the_merchant_has_cancelled(pair: Pair) -> None:
    shorten(pair, 1)
    pair.run(TASK)
    [mug] = [each for each in pair.merchant("1001").lines if each.sku == "MUG"]
    succeeded(pair.shop.cancel("1001", [ParcelLine(line_id=mug.id, quantity=1, sku="MUG")]))
    shorten(pair, 1, sku="CUP", later=LATER)

    pair.run(TASK)

    [step] = pair.failed(TASK)
    assert step.code == "backordered"
    assert step.reason
    assert "MUG" not in step.reason


def test_s12_backordered_order_is_cancelled_as_ever(pair: Pair) -> None:
    shorten(pair, 2, later=LATER)
    pair.run(TASK)
    succeeded(pair.shop.cancel("1001"))

    pair.run("cancel-orders")
    pair.run(TASK)

    assert pair.supplied("1001").status == "cancelled"
    assert (pair.link("1001").state, pair.failed(TASK)) == ("cancelled_by_task", [])


def test_s14_order_that_is_requested_again_is_not_sent_and_is_told(pair: Pair) -> None:
    succeeded(pair.northwind.cancel("1001"))
    pair.run(TASK)
    succeeded(pair.shop.cancel("1001"))
    pair.run(TASK)
    succeeded(pair.shop.restore("1001"))
    succeeded(pair.shop.request("1001", "northwind"))

    pair.run("import-orders")

    [notice] = pair.failed("import-orders")
    assert notice.code == "supplier-cancelled"
    assert [each.number for each in pair.northwind.list_orders()] == ["1001"]


def test_s16_own_word_of_the_supplier_is_repeated_without_hidden_characters(pair: Pair) -> None:
    shorten(pair, 1, reason="other", note="broken\x1b[31m")

    pair.run(TASK)

    assert reports(pair) == [r'The Supplier cannot send 1 of MUG: other, "broken\x1b[31m"']


def test_step_settles_itself_when_the_merchant_cancels_the_short_units(pair: Pair) -> None:
    shorten(pair, 1)
    pair.run(TASK)
    [mug] = [each for each in pair.merchant("1001").lines if each.sku == "MUG"]
    succeeded(pair.shop.cancel("1001", [ParcelLine(line_id=mug.id, quantity=1, sku="MUG")]))

    pair.run(TASK)
    for task in ("import-orders", "cancel-orders"):
        assert pair.run(task).counts.get("failed", 0) == 0

    assert (pair.failed(TASK), ledger(pair)) == ([], (3, 0, 1))


def test_short_units_are_no_edit_of_the_order(pair: Pair) -> None:
    shorten(pair, 1)
    pair.run(TASK)
    succeeded(pair.shop.request("1001", "northwind"))

    pair.run("import-orders")

    assert pair.failed("import-orders") == []


def test_nothing_is_reported_with_report_false(tmp_path: Path) -> None:
    pair = with_options(tmp_path, "{report: false}")
    shorten(pair, 1)

    pair.run(TASK)
    pair.run(TASK)

    assert (reports(pair), ledger(pair)) == ([], (3, 0, 1))
    assert [step.code for step in pair.failed(TASK)] == ["short"]


def test_order_is_flagged_once_with_hold_true(tmp_path: Path) -> None:
    pair = with_options(tmp_path, "{hold: true}")
    shorten(pair, 1)

    pair.run(TASK)

    flags = [text for text in remarks(pair.shop, "1001") if text.startswith("Flagged")]
    assert len(flags) == 1


def test_only_the_short_units_are_cancelled_with_cancel_lines(tmp_path: Path) -> None:
    pair = with_options(tmp_path, "{cancel: lines}")
    shorten(pair, 1)

    ran = pair.run(TASK)

    assert (ran.counts, pair.failed(TASK)) == ({"done": 1}, [])
    short, rest = (existing_order(pair.shop, number) for number in ("1001-1", "1001-2"))
    assert (short.status, quantities(short)) == ("cancelled", [("MUG", 1)])
    assert (rest.status, quantities(rest)) == (
        *("dropshipment_requested", [("CUP", 2), ("MUG", 2)]),
    )
    assert [pair.link(number).state for number in ("1001", "1001-1", "1001-2")] == [
        *("split", "cancelled_by_supplier", "live"),
    ]


def test_rest_is_sent_and_short_again_after_cancel_lines(tmp_path: Path) -> None:
    pair = with_options(tmp_path, "{cancel: lines}")
    shorten(pair, 1)
    pair.run(TASK)
    for task in ("import-orders", "cancel-orders", TASK):
        assert pair.run(task).counts.get("failed", 0) == 0
    shorten(pair, 1)

    again = pair.run(TASK)
    pair.send("1001")
    pair.run("update-tracking")

    assert again.counts == {"done": 1}
    assert existing_order(pair.shop, "1001-2-1").status == "cancelled"
    assert existing_order(pair.shop, "1001-2-2").status == "shipped"
    assert [each.sku for each in pair.shop.shipments_of("1001-2-2")[0].lines or ()] == [
        *("CUP", "MUG"),
    ]


def test_whole_order_is_never_cancelled_with_cancel_lines(tmp_path: Path) -> None:
    pair = with_options(tmp_path, "{cancel: lines}")
    succeeded(pair.northwind.cancel("1001"))

    pair.run(TASK)

    assert pair.merchant("1001").status == "dropshipment_requested"
    assert len(pair.failed(TASK)) == 1
