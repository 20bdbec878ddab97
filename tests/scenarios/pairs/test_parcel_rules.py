"""The rules of parcels, between any two accounts; P is a rule of lifecycle.md 3.3."""

from decimal import Decimal

from tests.accounts.contract.account import quantities
from tests.accounts.contract.examples import line, parcel, sold
from tests.accounts.contract.people import needs
from tests.scenarios.pairs.pair import Pair
from tests.scenarios.pairs.parcels import TASK, ledger, numbers, open_steps, ordered, sent


@needs("update-tracking", "parcels", "several-parcels", "parcel-lines", "voided-labels")
def test_p8_units_of_a_voided_parcel_are_sent_in_a_new_one(pair: Pair) -> None:
    merchant_id, supplier_id = ordered(pair)
    sent(pair, supplier_id, "1Z1", 1, 0)
    pair.supplier.recall(supplier_id, "1Z1")
    pair.run(TASK)
    between = ledger(pair, merchant_id)

    sent(pair, supplier_id, "1Z2", 1, 0)

    assert between == {"CUP": (2, 0, 0), "MUG": (1, 0, 0)}
    assert numbers(pair, merchant_id) == ["1Z2"]
    assert ledger(pair, merchant_id) == {"CUP": (1, 1, 0), "MUG": (1, 0, 0)}
    assert open_steps(pair) == []
    pair.stays_quiet(TASK)


@needs("update-tracking", "parcels", "several-parcels", "parcel-lines")
def test_p9_void_of_one_of_several_parcels_leaves_the_others(pair: Pair) -> None:
    merchant_id, supplier_id = ordered(pair)
    sent(pair, supplier_id, "1Z1", 1, 0)
    sent(pair, supplier_id, "1Z2", 0, 1)
    pair.supplier.recall(supplier_id, "1Z1")

    pair.run(TASK)

    assert numbers(pair, merchant_id) == ["1Z2"]
    assert ledger(pair, merchant_id) == {"CUP": (2, 0, 0), "MUG": (0, 1, 0)}
    pair.stays_quiet(TASK)


@needs("update-tracking", "parcels", "several-parcels", "parcel-lines", "split-order")
def test_p13_parcel_of_a_piece_is_of_that_piece_only(pair: Pair) -> None:
    merchant_id, supplier_id = pair.imported("1001", line("MUG", 3))
    piece, _ = pair.supplier.split(supplier_id, (2,), (1,))
    pair.run("split-order")
    first, second = pair.merchant.pieces(merchant_id)

    sent(pair, piece, "1Z1", 1)
    sent(pair, piece, "1Z2", 1)

    assert numbers(pair, first) == ["1Z1", "1Z2"]
    assert pair.merchant.status(second) == "dropshipment_requested"
    assert open_steps(pair) == []
    pair.stays_quiet(TASK)


@needs("update-tracking", "cancel-orders", "parcels", "several-parcels", "parcel-lines")
def test_p17_parcel_of_an_order_that_the_merchant_cancelled_is_refused(pair: Pair) -> None:
    merchant_id, supplier_id = ordered(pair)
    pair.merchant.cancel(merchant_id)
    pair.supplier.ship_part(supplier_id, parcel(number="1Z1"), 1, 0)

    ran = pair.run(TASK)

    assert [(step.state, step.code) for step in ran.steps] == [("failed", "cancelled")]
    assert numbers(pair, merchant_id) == []


@needs("update-tracking")
def test_p18_line_without_goods_is_not_sent_and_keeps_nothing_open(pair: Pair) -> None:
    """The portal leaves its SKU out, so no parcel has to come for it."""
    pair.configure(products={"but": ["POST"]})
    merchant_id = pair.merchant.request(sold("1001", line("MUG", 2), line("POST")))
    pair.run("import-orders")
    [order] = pair.supplier.orders()
    pair.supplier.ship(order.id, parcel(number="1Z1"))

    ran = pair.run(TASK)

    assert quantities(order) == [("MUG", 2)]
    assert ran.counts == {"done": 1}
    assert pair.merchant.sent_units(merchant_id)["MUG"] == 2
    assert numbers(pair, merchant_id) == ["1Z1"]
    assert open_steps(pair) == []
    pair.stays_quiet(TASK, "import-orders")


@needs("update-tracking", "parcels", "several-parcels", "parcel-lines", "label-cost")
def test_p22_each_parcel_has_its_cost(pair: Pair) -> None:
    merchant_id, supplier_id = ordered(pair)
    pair.supplier.ship_part(supplier_id, parcel(number="1Z1", cost=Decimal("7.25")), 1, 0)
    pair.supplier.ship_part(supplier_id, parcel(number="1Z2", cost=Decimal("2.50")), 1, 1)

    pair.run(TASK)

    orders = {merchant_id: (), **pair.merchant.pieces(merchant_id)}
    shown = [each for id_ in orders for each in pair.merchant.tracking(id_)]
    assert {each.number: each.cost for each in shown} == {
        "1Z1": Decimal("7.25"),
        "1Z2": Decimal("2.50"),
    }


@needs("update-tracking", "cancel-orders", "parcels", "several-parcels", "reductions")
def test_p24_order_that_is_partly_shipped_and_cancelled_asks_for_what_was_sent(pair: Pair) -> None:
    """F5, before its parcel was reported: only the open units are cancelled."""
    merchant_id, supplier_id = ordered(pair)
    pair.supplier.ship_part(supplier_id, parcel(number="1Z1"), 1, 0)
    pair.merchant.cancel(merchant_id)

    ran = pair.run("cancel-orders")

    assert "already-shipped" not in [step.code for step in ran.steps]
    assert pair.supplier.open_units(supplier_id) == {}
