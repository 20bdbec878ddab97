"""Orders between any two accounts: imported once, cancelled, and requested again."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal

import pytest

from ordosync.models import Address, Order
from tests.accounts.contract.account import comparable, quantities
from tests.accounts.contract.examples import line, parcel, sold
from tests.accounts.contract.people import OPTIONAL, needs
from tests.scenarios.pairs.pair import Pair
from tests.support.clock import START

BY_COST = ("supplier_sku", "supplier_unit_cost")
"""These replace other fields, so they have separate tests."""


def full_order(number: str) -> Order:
    """Make an order with every field that can be sent."""
    return sold(
        number,
        line("MUG", 2, details="Blue", total=Decimal("4.50"), discount=Decimal("0.50")),
        line("CUP", 1, unit_price=Decimal("19.99"), total=Decimal("19.99")),
        ship_to=Address(
            name="Ann Smith",
            company="Smith Ltd",
            street1="1 High Street",
            street2="2nd floor",
            city="Leeds",
            zip="LS1 4AP",
            country="GB",
            phone="+44 113 496 0000",
            email="ann@example.com",
        ),
        bill_to=Address(
            name="Bob Smith",
            street1="2 Low Street",
            city="Leeds",
            zip="LS1 4AQ",
            country="GB",
            phone="+44 113 496 0001",
            email="bob@example.com",
        ),
        shipping_method="Express",
        customer_notes="Ring twice",
        internal_notes="A good customer",
        discount=Decimal("1.25"),
        tags=("gift", "fragile"),
        # Before the clock of these tests: a shop refuses an order of the future.
        placed_at=START - timedelta(hours=1),
    )


def optional(order: Order) -> Mapping[str, object]:
    """Return the values of the fields that are sent only if they are enabled."""
    billed = order.bill_to or Address()
    return {
        "ship_to_email": order.ship_to.email,
        "ship_to_phone": order.ship_to.phone,
        "bill_to_address": (billed.name, billed.street1, billed.city, billed.zip, billed.country),
        "bill_to_email": billed.email,
        "bill_to_phone": billed.phone,
        "customer_notes": order.customer_notes,
        "internal_notes": order.internal_notes,
        "order_discount": order.discount,
        "tags": {*order.tags},
        "line_total": [line.total for line in order.lines],
        "line_discount": [line.discount for line in order.lines],
        "details": [line.details for line in order.lines],
    }


def address(order: Order) -> tuple[str, ...]:
    """Return the parts of the shipping address that are always sent."""
    to = order.ship_to
    return (to.name, to.company, to.street1, to.street2, to.city, to.zip, to.country)


def test_orders_arrive_with_all_that_is_switched_on(pair: Pair) -> None:
    lacks = pair.merchant.lacks | pair.supplier.lacks
    pair.configure(send=[name for name in OPTIONAL if name not in BY_COST])
    placed = {
        pair.merchant.request(full_order(number)): full_order(number) for number in ("1001", "1002")
    }

    ran = pair.run("import-orders")

    assert ran.counts == {"done": 2}
    for merchant_id, placed_order in placed.items():
        order = pair.supplier.order(pair.link(merchant_id).supplier_id)
        expected = comparable(placed_order, pair.merchant)
        assert order.status == "awaiting_fulfillment"
        assert address(order) == address(expected)
        assert quantities(order) == quantities(expected)
        assert [line.unit_price for line in order.lines] == [
            line.unit_price for line in expected.lines
        ]
        received, sent = optional(order), optional(expected)
        travels = {*sent} - lacks
        assert {name: received[name] for name in travels} == {name: sent[name] for name in travels}
    assert {pair.merchant.status(merchant_id) for merchant_id in placed} == {
        "dropshipment_requested"
    }
    pair.stays_quiet("import-orders")


def test_nothing_optional_arrives_that_is_not_switched_on(pair: Pair) -> None:
    merchant_id = pair.merchant.request(full_order("1001"))

    pair.run("import-orders")

    received = optional(pair.supplier.order(pair.link(merchant_id).supplier_id))
    assert {name for name, value in received.items() if value not in ("", None, set())} <= {
        "bill_to_address",
        "details",
        "line_total",
        "line_discount",
    }
    assert received["bill_to_address"] == ("",) * 5
    assert received["line_total"] == received["line_discount"] == [None, None]


@needs("supplier_sku", "supplier_unit_cost")
def test_supplier_gets_its_own_sku_and_cost(pair: Pair) -> None:
    pair.configure(send=BY_COST)
    mug = line("MUG", 2, supplier_sku="NW-MUG", supplier_unit_cost=Decimal("1.10"))
    _, supplier_id = pair.imported("1001", mug)

    [order_line] = pair.supplier.order(supplier_id).lines
    assert (order_line.sku, order_line.unit_price) == ("NW-MUG", Decimal("1.10"))


@needs("supplier_unit_cost")
def test_supplier_gets_no_price_where_its_cost_is_not_on_file(pair: Pair) -> None:
    pair.configure(send=("supplier_unit_cost", "line_total"))
    mug = line("MUG", 2, unit_price=Decimal("9.50"), total=Decimal(19))
    _, supplier_id = pair.imported("1001", mug)

    [order_line] = pair.supplier.order(supplier_id).lines
    assert not order_line.unit_price
    assert not order_line.total


@needs("cancel-orders")
def test_cancelled_order_is_cancelled_at_the_supplier(pair: Pair) -> None:
    merchant_id, supplier_id = pair.imported("1001")
    _, other = pair.imported("1002")
    pair.merchant.cancel(merchant_id)

    ran = pair.run("cancel-orders")

    assert ran.counts == {"done": 1}
    assert pair.supplier.status(supplier_id) == "cancelled"
    assert pair.supplier.status(other) == "awaiting_fulfillment"
    pair.stays_quiet("cancel-orders", "import-orders")


@needs("cancel-orders", "update-tracking")
def test_order_that_is_shipped_already_is_not_cancelled(pair: Pair) -> None:
    merchant_id, supplier_id = pair.imported("1001")
    pair.supplier.ship(supplier_id, parcel())
    pair.merchant.cancel(merchant_id)

    ran = pair.run("cancel-orders")

    assert (ran.step.state, ran.step.code) == ("failed", "already-shipped")
    assert pair.supplier.status(supplier_id) == "shipped"
    assert pair.merchant.status(merchant_id) == "cancelled"
    pair.stays_quiet("cancel-orders")


@needs("cancel-orders", "update-tracking", "comments")
def test_people_of_both_sides_are_informed_that_it_is_shipped_already(pair: Pair) -> None:
    merchant_id, supplier_id = pair.imported("1001")
    pair.supplier.ship(supplier_id, parcel())
    pair.merchant.cancel(merchant_id)

    pair.run("cancel-orders")

    assert "it is shipped already" in pair.merchant.timeline(merchant_id)[-1]
    assert "it is shipped already" in pair.supplier.timeline(supplier_id)[-1]


@needs("cancel-orders", "requesting-again")
def test_order_that_the_task_cancelled_and_is_requested_again_is_a_new_one(pair: Pair) -> None:
    merchant_id, supplier_id = pair.imported("1001")
    pair.merchant.cancel(merchant_id)
    pair.run("cancel-orders")
    pair.merchant.request_again(merchant_id)

    ran = pair.run("import-orders")

    link = pair.link(merchant_id)
    assert ran.counts == {"done": 1}
    assert link.generation == 2
    assert [order.id for order in pair.supplier.orders()] == [link.supplier_id]
    assert pair.supplier.status(supplier_id) == "cancelled"
    pair.stays_quiet("import-orders", "cancel-orders")


@needs("cancel-orders")
def test_order_that_the_supplier_cancelled_is_not_sent_again(pair: Pair) -> None:
    merchant_id, supplier_id = pair.imported("1001")
    pair.supplier.cancel(supplier_id)

    pair.stays_quiet("import-orders", "cancel-orders")

    assert pair.merchant.status(merchant_id) == "dropshipment_requested"
    assert pair.supplier.orders() == []


@needs("cancel-orders", "requesting-again")
def test_order_that_both_cancelled_is_not_sent_when_it_is_requested_again(pair: Pair) -> None:
    merchant_id, supplier_id = pair.imported("1001")
    pair.supplier.cancel(supplier_id)
    pair.merchant.cancel(merchant_id)
    pair.run("cancel-orders")
    pair.merchant.request_again(merchant_id)

    ran = pair.run("import-orders")

    assert ran.step.key.endswith(":supplier-cancelled")
    assert pair.supplier.orders() == []
    pair.stays_quiet("import-orders")


@needs("reassigning")
def test_order_that_another_supplier_got_is_not_recalled(pair: Pair) -> None:
    merchant_id, supplier_id = pair.imported("1001")
    pair.merchant.reassign(merchant_id)

    ran = pair.run("import-orders")

    assert ran.step.key.endswith(":reassigned")
    assert [order.id for order in pair.supplier.orders()] == [supplier_id]
    pair.stays_quiet("import-orders")


@needs("reassigning", "comments")
def test_people_of_both_sides_are_informed_that_another_supplier_got_it(pair: Pair) -> None:
    merchant_id, supplier_id = pair.imported("1001")
    pair.merchant.reassign(merchant_id)

    pair.run("import-orders")

    assert "earlier Supplier still has" in pair.merchant.timeline(merchant_id)[-1]
    assert "to another supplier" in pair.supplier.timeline(supplier_id)[-1]


@needs("cancel-orders", "piece-orders")
@pytest.mark.parametrize("place", [0, 1])
def test_cancelled_piece_of_the_merchants_own_cancels_nothing_and_is_reported(
    pair: Pair, place: int
) -> None:
    if "cancelled-pieces" in pair.merchant.lacks:
        pytest.skip("a shop cancels a whole order with a request to its service")
    merchant_id, supplier_id = pair.imported("1001", line("MUG", 1), line("CUP", 1))
    pieces = pair.merchant.split(merchant_id, [1, 0], [0, 1])
    pair.merchant.cancel(pieces[place])

    first, second = pair.run("cancel-orders"), pair.run("cancel-orders")

    assert (first.step.state, first.step.code) == ("failed", "piece-cancelled")
    assert second.counts.get("failed", 0) == 0
    assert pair.supplier.status(supplier_id) == "awaiting_fulfillment"


@needs("own-splits")
def test_a_split_after_the_import_is_no_edit_by_either_side(pair: Pair) -> None:
    theirs, _ = pair.imported("1001", line("MUG", 4))
    _, ours = pair.imported("1002", line("MUG", 4))
    pair.merchant.split(theirs, (1,), (3,))
    if "split-order" not in pair.supplier.lacks:
        pair.supplier.split(ours, (1,), (3,))
        pair.run("split-order")

    first, second = pair.run("import-orders"), pair.run("import-orders")

    assert (first.count("failed"), second.count("failed")) == (0, 0)
