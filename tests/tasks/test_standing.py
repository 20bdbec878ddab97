"""Orders that a Supplier cancelled, or restored, by itself: each is reported once."""

from typing import Any

import pytest

from ordosync.models import ParcelLine
from tests.support.command import Done, ordosync
from tests.tasks.portal import Pair, line, order, parcel, succeeded

TASK = "update-tracking"


@pytest.fixture(name="imported")
def _imported(pair: Pair) -> Pair:
    pair.imported("1001", line("MUG", 1))
    return pair


def of_orders(result: Done) -> list[dict[str, Any]]:
    return [
        difference
        for difference in result.json["differences"]
        if difference["kind"] != "no-product-link"
    ]


def cancelled_by_task(pair: Pair) -> None:
    succeeded(pair.shop.cancel("1001"))
    assert pair.run("cancel-orders").count("done") == 1


def test_an_order_that_the_supplier_cancelled_fails_once(imported: Pair) -> None:
    succeeded(imported.northwind.cancel("1001"))

    first, second = imported.run(TASK), imported.run(TASK)

    assert (first.step.state, first.step.code) == ("failed", "supplier-cancelled")
    assert first.step.merchant_id == "1001"
    assert second.counts == {}


def test_an_order_that_both_sides_cancelled_needs_no_operator(imported: Pair) -> None:
    succeeded(imported.northwind.cancel("1001"))
    succeeded(imported.shop.cancel("1001"))

    assert imported.run(TASK).counts == {}


def test_an_order_that_the_task_cancelled_needs_no_operator(imported: Pair) -> None:
    cancelled_by_task(imported)

    assert imported.run(TASK).counts == {}


@pytest.mark.parametrize("ends", ["cancelled", "restored"])
def test_a_suppliers_cancellation_settles_itself(imported: Pair, ends: str) -> None:
    succeeded(imported.northwind.cancel("1001"))
    imported.run(TASK)
    if ends == "cancelled":
        succeeded(imported.shop.cancel("1001"))
    else:
        succeeded(imported.northwind.restore("1001"))

    settled = imported.run(TASK)

    assert (settled.step.state, settled.counts) == ("done", {"unchanged": 1})
    assert imported.run(TASK).counts == {}


def test_an_order_that_the_supplier_cancels_again_fails_again(imported: Pair) -> None:
    succeeded(imported.northwind.cancel("1001"))
    imported.run(TASK)
    succeeded(imported.northwind.restore("1001"))
    imported.run(TASK)
    succeeded(imported.northwind.cancel("1001"))

    assert imported.run(TASK).counts == {"failed": 1}


def test_a_suppliers_own_cancelled_order_is_ignored(imported: Pair) -> None:
    succeeded(imported.northwind.add_order(order("OWN", line("MUG", 1)), supplier=None))
    succeeded(imported.northwind.cancel("OWN"))

    assert imported.run(TASK).counts == {}


def test_an_order_that_the_supplier_restored_fails_once(imported: Pair) -> None:
    cancelled_by_task(imported)
    succeeded(imported.northwind.restore("1001"))

    first, second = imported.run(TASK), imported.run(TASK)

    assert (first.step.state, first.step.code) == ("failed", "supplier-restored")
    assert "`ordosync reconcile` shows the repair" in (first.step.reason or "")
    assert second.counts == {}


def test_a_restored_order_that_the_merchant_sends_itself_names_the_side_to_cancel(
    imported: Pair,
) -> None:
    cancelled_by_task(imported)
    succeeded(imported.northwind.restore("1001"))
    succeeded(imported.shop.restore("1001"))

    ran = imported.run(TASK)

    assert "cancel it at the Supplier" in (ran.step.reason or "")


def test_the_reason_follows_the_current_state_of_both_sides(imported: Pair) -> None:
    cancelled_by_task(imported)
    succeeded(imported.northwind.restore("1001"))
    imported.run(TASK)
    succeeded(imported.shop.restore("1001"))

    ran = imported.run(TASK)

    assert (ran.step.state, ran.counts) == ("failed", {"unchanged": 1})
    assert "cancel it at the Supplier" in (ran.step.reason or "")


def test_a_restored_order_that_the_merchant_requests_again_is_settled(imported: Pair) -> None:
    cancelled_by_task(imported)
    succeeded(imported.northwind.restore("1001"))
    imported.run(TASK)
    succeeded(imported.shop.restore("1001"))
    succeeded(imported.shop.request("1001", "northwind"))

    ran = imported.run(TASK)

    assert (ran.step.state, ran.counts) == ("done", {"unchanged": 1})


def test_reconcile_cancels_a_restored_order_again(imported: Pair) -> None:
    cancelled_by_task(imported)
    succeeded(imported.northwind.restore("1001"))

    before = ordosync(imported.folder, "reconcile", "shop-northwind", "--json")
    fixed = ordosync(imported.folder, "reconcile", "shop-northwind", "--fix", "--json")

    [difference] = of_orders(before)
    assert (difference["kind"], difference["fix"]) == ("not-cancelled", "cancel-orders")
    assert of_orders(fixed) == []
    assert imported.run(TASK).counts == {}


def test_a_run_of_cancel_orders_does_not_fight_a_supplier_who_restores(imported: Pair) -> None:
    cancelled_by_task(imported)
    succeeded(imported.northwind.restore("1001"))

    imported.run("cancel-orders")

    supplier_order = imported.northwind.read_order("1001")
    assert supplier_order
    assert supplier_order.status == "awaiting_fulfillment"


@pytest.mark.parametrize("void", [("1Z1",), ("1Z1", "1Z2")])
def test_units_that_are_open_again_after_their_order_was_cancelled_fail(
    imported: Pair, void: tuple[str, ...]
) -> None:
    imported.imported("1002", line("MUG", 3))
    [mugs] = imported.supplied("1002").lines
    for number in ("1Z1", "1Z2"):
        imported.send("1002", number, lines=(ParcelLine(line_id=mugs.id, quantity=1),))
    succeeded(imported.shop.cancel("1002"))
    imported.run("cancel-orders")
    imported.run(TASK)
    for number in void:
        succeeded(imported.northwind.void("1002", number))

    ran = imported.run(TASK)
    before = of_orders(ordosync(imported.folder, "reconcile", "shop-northwind", "--json"))
    ordosync(imported.folder, "reconcile", "shop-northwind", "--fix", "--json")
    settled = imported.run(TASK)

    assert "supplier-restored" in [step.code for step in ran.steps]
    assert ("not-cancelled", "cancel-orders") in [(item["kind"], item["fix"]) for item in before]
    assert "supplier-restored" not in [step.code for step in imported.failed(TASK)], settled
    assert imported.supplied("1002").status not in ("awaiting_fulfillment", "partially_shipped")


def test_order_that_both_sides_send_is_a_difference_though_a_part_of_it_is_sent(
    imported: Pair,
) -> None:
    imported.imported("1002", line("MUG", 3))
    succeeded(imported.shop.cancel("1002"))
    imported.run("cancel-orders")
    succeeded(imported.shop.restore("1002"))
    [own] = imported.merchant("1002").lines
    [outcome] = imported.shop.ship(
        [parcel("1002", "OWN", lines=(ParcelLine(line_id=own.id, quantity=1),))]
    )
    succeeded(imported.northwind.restore("1002"))

    found = of_orders(ordosync(imported.folder, "reconcile", "shop-northwind", "--json"))
    why = ordosync(imported.folder, "why", "1002", "--json").json

    assert outcome.state == "done"
    assert "open-on-both-sides" in [item["kind"] for item in found]
    assert "open-on-both-sides" in str(why)


def test_an_order_that_is_open_on_both_sides_is_a_difference_for_the_operator(
    imported: Pair,
) -> None:
    cancelled_by_task(imported)
    succeeded(imported.northwind.restore("1001"))
    succeeded(imported.shop.restore("1001"))

    [difference] = of_orders(ordosync(imported.folder, "reconcile", "shop-northwind", "--json"))
    assert (difference["kind"], difference["fix"]) == ("open-on-both-sides", None)
    assert "cancel order 1001 at the Supplier" in difference["what"]
