"""Orders of which a part was sent, whose rest was cancelled, and that are requested again."""

import pytest

from tests.accounts.contract.examples import parcel
from tests.accounts.contract.people import needs
from tests.accounts.sqlite.people import SqliteSupplierPeople
from tests.scenarios.pairs.pair import Pair
from tests.scenarios.pairs.parcels import (
    ledger,
    numbers,
    open_steps,
    ordered,
)

TRACKING = "update-tracking"


def requested_again(pair: Pair) -> tuple[str, str]:
    """Send one CUP of an order, cancel the rest, and request it again; return its two ids."""
    merchant_id, supplier_id = ordered(pair)
    pair.supplier.ship_part(supplier_id, parcel(number="1Z1"), 1, 0)
    pair.merchant.cancel(merchant_id)
    pair.run("cancel-orders")
    pair.run(TRACKING)
    pair.merchant.request_again(merchant_id)
    pair.run("import-orders")
    pair.run(TRACKING)
    return merchant_id, supplier_id


@needs("update-tracking", "cancel-orders", "requesting-again")
@needs("parcels", "several-parcels", "parcel-lines", "reductions")
def test_rest_that_was_cancelled_and_is_requested_again_waits_for_the_operator(pair: Pair) -> None:
    merchant_id, supplier_id = requested_again(pair)

    assert [(step.state, step.code) for step in open_steps(pair)] == [("failed", "rest-cancelled")]
    assert numbers(pair, merchant_id) == ["1Z1"]
    assert pair.merchant.sent_units(merchant_id) == {"CUP": 1}
    assert pair.merchant.status(merchant_id) != "shipped"
    assert ledger(pair, merchant_id) == {"CUP": (1, 1, 0), "MUG": (1, 0, 0)}
    assert pair.supplier.open_units(supplier_id) == {}
    assert {order.id for order in pair.supplier.orders()} <= {supplier_id}
    pair.stays_quiet("import-orders", TRACKING, "cancel-orders")


@needs("update-tracking", "cancel-orders", "requesting-again")
@needs("parcels", "several-parcels", "parcel-lines", "reductions", "cancelled-units")
def test_rest_that_the_merchant_cancels_once_more_needs_no_operator(pair: Pair) -> None:
    merchant_id, _ = requested_again(pair)
    pair.merchant.cancel_units(merchant_id, 1, 1)

    pair.run("cancel-orders")
    pair.run("import-orders")

    assert open_steps(pair) == []
    assert ledger(pair, merchant_id) == {"CUP": (0, 1, 1), "MUG": (0, 0, 1)}


@needs("update-tracking", "cancel-orders", "requesting-again")
def test_order_that_the_supplier_restored_and_shipped_needs_no_operator(pair: Pair) -> None:
    if not isinstance(pair.supplier, SqliteSupplierPeople):
        pytest.skip("its users cannot restore an order")
    merchant_id, supplier_id = ordered(pair)
    pair.merchant.cancel(merchant_id)
    pair.run("cancel-orders")
    pair.supplier.desk.restore(supplier_id)
    pair.supplier.ship(supplier_id, parcel(number="1Z1"))
    pair.merchant.request_again(merchant_id)

    for task in ("import-orders", TRACKING, "import-orders"):
        pair.run(task)

    assert numbers(pair, merchant_id) == ["1Z1"]
    assert pair.merchant.status(merchant_id) == "shipped"
    assert open_steps(pair) == []
