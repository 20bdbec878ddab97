"""Orders that are sent in parts, between any two accounts.

F are the cases of lifecycle.md; the rules P are in `test_parcel_rules.py`.
"""

from datetime import timedelta
from decimal import Decimal

import pytest

from tests.accounts.contract.examples import line, parcel, product, sold
from tests.accounts.contract.people import needs
from tests.scenarios.pairs.pair import Pair
from tests.scenarios.pairs.parcels import TASK, ledger, numbers, open_steps, ordered, sent


@needs("update-tracking", "parcels", "several-parcels", "parcel-lines")
def test_f1_part_of_an_order_is_reported_and_the_rest_stays_open(pair: Pair) -> None:
    merchant_id, supplier_id = ordered(pair)

    sent(pair, supplier_id, "1Z1", 1, 0)

    assert pair.merchant.sent_units(merchant_id) == {"CUP": 1}
    assert numbers(pair, merchant_id) == ["1Z1"]
    assert pair.merchant.status(merchant_id) != "shipped"
    assert ledger(pair, merchant_id) == {"CUP": (1, 1, 0), "MUG": (1, 0, 0)}
    assert open_steps(pair) == []
    pair.stays_quiet(TASK, "import-orders")


@needs("update-tracking", "parcels", "several-parcels", "parcel-lines")
def test_f2_second_parcel_is_reported_and_completes_the_order(pair: Pair) -> None:
    merchant_id, supplier_id = ordered(pair)
    sent(pair, supplier_id, "1Z1", 1, 0)

    sent(pair, supplier_id, "1Z2", 1, 1)

    assert pair.merchant.sent_units(merchant_id) == {"CUP": 2, "MUG": 1}
    assert numbers(pair, merchant_id) == ["1Z1", "1Z2"]
    assert ledger(pair, merchant_id) == {"CUP": (0, 2, 0), "MUG": (0, 1, 0)}
    assert open_steps(pair) == []
    pair.stays_quiet(TASK, "import-orders")


@needs("update-tracking", "parcels", "several-parcels")
def test_f3_number_of_a_parcel_that_is_on_its_way_is_never_void(pair: Pair) -> None:
    merchant_id, supplier_id = ordered(pair)
    sent(pair, supplier_id, "1Z1", 1, 0)

    sent(pair, supplier_id, "1Z2", 1, 1)

    assert not [each for each in pair.merchant.tracking(merchant_id) if each.voided]
    if "comments" not in pair.merchant.lacks:
        assert not [text for text in pair.merchant.timeline(merchant_id) if "void" in text]


@needs("update-tracking", "parcels", "several-parcels", "parcel-lines")
def test_f4_two_parcels_between_two_runs_are_both_reported(pair: Pair) -> None:
    merchant_id, supplier_id = ordered(pair)
    pair.supplier.ship_part(supplier_id, parcel(number="1Z1"), 1, 0)

    sent(pair, supplier_id, "1Z2", 1, 1)

    assert numbers(pair, merchant_id) == ["1Z1", "1Z2"]
    assert pair.merchant.sent_units(merchant_id) == {"CUP": 2, "MUG": 1}
    assert open_steps(pair) == []
    pair.stays_quiet(TASK, "import-orders")


@needs("update-tracking", "cancel-orders", "parcels", "several-parcels", "parcel-lines")
@needs("cancelled-units", "reductions")
def test_f5_merchant_cancels_the_rest_after_a_parcel(pair: Pair) -> None:
    merchant_id, supplier_id = ordered(pair)
    sent(pair, supplier_id, "1Z1", 1, 0)
    pair.merchant.cancel_units(merchant_id, 1, 1)

    ran = pair.run("cancel-orders")

    assert ran.count("failed") == 0, ran.steps
    assert pair.supplier.open_units(supplier_id) == {}
    assert numbers(pair, merchant_id) == ["1Z1"]
    assert ledger(pair, merchant_id) == {"CUP": (0, 1, 1), "MUG": (0, 0, 1)}
    pair.stays_quiet("cancel-orders", TASK, "import-orders")


@needs("cancel-orders", "parcels", "cancelled-units", "reductions")
def test_f9_units_that_the_merchant_cancels_are_taken_off_at_the_supplier(pair: Pair) -> None:
    merchant_id, supplier_id = ordered(pair)
    pair.merchant.cancel_units(merchant_id, 1, 0)

    ran = pair.run("cancel-orders")

    assert ran.count("failed") == 0, ran.steps
    assert pair.supplier.open_units(supplier_id) == {"CUP": 1, "MUG": 1}
    assert ledger(pair, merchant_id) == {"CUP": (1, 0, 1), "MUG": (1, 0, 0)}
    pair.stays_quiet("cancel-orders", "import-orders")


@needs("cancel-orders", "parcels", "cancelled-units")
def test_f9_units_that_the_merchant_cancels_are_an_edit_while_cancel_orders_is_off(
    pair: Pair,
) -> None:
    merchant_id, _ = ordered(pair)
    pair.merchant.cancel_units(merchant_id, 1, 0)

    pair.run("import-orders")

    assert [(step.code, step.merchant_id) for step in open_steps(pair)] == [("edited", merchant_id)]


@needs("update-tracking", "parcels", "several-numbers", "more-numbers")
def test_f11_all_numbers_of_one_parcel_reach_the_merchant(pair: Pair) -> None:
    merchant_id, supplier_id = ordered(pair)
    pair.supplier.ship_with(supplier_id, "1Z1", "1Z2", "1Z3")

    pair.run(TASK)

    assert numbers(pair, merchant_id) == ["1Z1", "1Z2", "1Z3"]
    pair.stays_quiet(TASK)


@needs("update-tracking", "parcels", "second-labels", "more-numbers")
def test_f12_p4_further_number_of_an_order_reaches_the_merchant(pair: Pair) -> None:
    merchant_id, supplier_id = ordered(pair)
    pair.supplier.ship(supplier_id, parcel(number="1Z1"))
    pair.supplier.ship(supplier_id, parcel(number="1Z2"))

    pair.run(TASK)

    assert numbers(pair, merchant_id) == ["1Z1", "1Z2"]
    assert open_steps(pair) == []
    pair.stays_quiet(TASK)


@needs("update-tracking", "parcels", "several-parcels", "parcel-lines")
def test_f13_rest_that_the_supplier_takes_off_is_not_shipped_at_the_merchant(pair: Pair) -> None:
    """Units that are never sent are not a parcel: the buyer gets no message about them."""
    merchant_id, supplier_id = ordered(pair)
    pair.supplier.take_off(supplier_id, 1, 1)

    sent(pair, supplier_id, "1Z1", 1, 0)

    assert pair.merchant.sent_units(merchant_id) == {"CUP": 1}
    assert pair.merchant.status(merchant_id) != "shipped"
    assert ledger(pair, merchant_id) == {"CUP": (1, 1, 0), "MUG": (1, 0, 0)}
    code = "supplier-cancelled-rest"
    if pair.can_run("report-shortages"):
        pair.run("report-shortages")
        code = "short"
        assert ledger(pair, merchant_id) == {"CUP": (0, 1, 1), "MUG": (0, 0, 1)}
    assert [step.code for step in open_steps(pair)] == [code]
    pair.stays_quiet(TASK)


@needs(
    "update-tracking",
    "parcels",
    "several-parcels",
    "parcel-lines",
    "write-inventory-back",
    "commitments",
)
def test_stock_is_equal_in_both_accounts_after_a_part_was_reported_or_voided(pair: Pair) -> None:
    for sku in ("CUP", "MUG"):
        pair.merchant.add_product(product(sku))
        pair.supplier.count(sku, 10)
    pair.run("import-products")
    merchant_id, supplier_id = ordered(pair)
    # At Shopify, an order counts as a sale that the Supplier does not know yet for ten minutes.
    pair.merchant.clock.at += timedelta(minutes=10)
    pair.run("write-inventory-back")
    before = pair.merchant.physical("CUP")

    sent(pair, supplier_id, "1Z1", 1, 0)
    pair.run("write-inventory-back")

    assert numbers(pair, merchant_id) == ["1Z1"]
    assert pair.merchant.physical("CUP") == before
    pair.stays_quiet("write-inventory-back")
    pair.supplier.recall(supplier_id, "1Z1")
    for task in (TASK, "write-inventory-back"):
        pair.run(task)
    assert numbers(pair, merchant_id) == []
    assert pair.merchant.physical("CUP") == before
    pair.stays_quiet("write-inventory-back")


@needs("update-tracking", "parcels", "several-parcels")
def test_parcels_of_an_order_cost_no_run_anything_once_they_are_reported(pair: Pair) -> None:
    merchant_id, supplier_id = ordered(pair)
    sent(pair, supplier_id, "1Z1", 1, 0)
    sent(pair, supplier_id, "1Z2", 1, 1)
    pair.merchant.clock.at += timedelta(days=1)

    pair.stays_quiet(TASK)

    assert merchant_id


@needs("update-tracking", "parcels", "several-parcels", "parcel-lines", "split-order")
def test_p15_split_of_the_rest_waits_until_its_first_parcel_is_reported(pair: Pair) -> None:
    merchant_id, supplier_id = pair.imported("1001", line("CUP", 3), line("MUG", 1))
    pair.supplier.ship_part(supplier_id, parcel(number="1Z1"), 1, 1)
    pair.supplier.split(supplier_id, (1, 0), (1, 0))

    early = pair.run("split-order")
    pair.run(TASK)
    late = pair.run("split-order")

    # Shopify counts what was sent to the piece with which it was sent, so nothing is missing.
    assert [step.code for step in early.steps] in (["parcels-first"], [None])
    assert late.count("failed") == 0, late.steps
    assert pair.merchant.sent_units(merchant_id) == {"CUP": 1, "MUG": 1}
    assert numbers(pair, merchant_id) == ["1Z1"]
    assert open_steps(pair) == []
    pair.stays_quiet("split-order", TASK, "import-orders")


@needs("cancel-orders", "parcels", "cancelled-units", "reductions")
@pytest.mark.parametrize("field", ["line_total", "line_discount"])
def test_f9_units_that_were_taken_off_are_no_edit_of_an_amount(pair: Pair, field: str) -> None:
    if field in pair.merchant.lacks:
        pytest.skip(f"its orders have no {field}")
    pair.configure(send=[field])
    merchant_id = pair.merchant.request(
        sold(
            "1001",
            line("CUP", 2, total=Decimal("17.00"), discount=Decimal("2.00")),
            line("MUG", 1, total=Decimal("9.50")),
        )
    )
    pair.run("import-orders")
    pair.merchant.cancel_units(merchant_id, 1, 0)

    pair.run("cancel-orders")
    pair.run("import-orders")

    assert open_steps(pair) == []
    pair.stays_quiet("cancel-orders", "import-orders")
