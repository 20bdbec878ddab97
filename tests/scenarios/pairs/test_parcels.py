"""Orders that are sent in several parcels, between any two accounts.

A Merchant's order holds one tracking number. F1 to F4, F11 and F12 are the cases of lifecycle 0.1.
"""

from datetime import timedelta

import pytest

from ordosync.config import load_config
from ordosync.store import Store
from ordosync.store.step_rows import StepRow
from tests.accounts.contract.examples import line, parcel
from tests.accounts.contract.opening import PORTAL
from tests.accounts.contract.people import needs, numbers
from tests.scenarios.pairs.pair import Pair

TASK = "update-tracking"
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _whole_orders_only(pair: Pair) -> None:
    """Skip a Supplier that reports each parcel by itself; see test_partial_shipments."""
    if "parcels" not in pair.supplier.lacks:
        pytest.skip("its parcels are reported one by one")


def ordered(pair: Pair) -> tuple[str, str]:
    """Import an order of three units on two lines; return its two ids.

    The lines are in the order of their SKUs, since a files account sorts them and units of a parcel
    go by position.
    """
    return pair.imported("1001", line("CUP", 2), line("MUG", 1))


def sent_in_part(pair: Pair, first: str, second: str = "") -> tuple[str, str]:
    """Import an order, ship a CUP of it, then a CUP and the MUG under a second number."""
    merchant_id, supplier_id = ordered(pair)
    pair.supplier.ship_part(supplier_id, parcel(number=first), 1, 0)
    if second:
        pair.supplier.ship_part(supplier_id, parcel(number=second), 1, 1)
    return merchant_id, supplier_id


def open_steps(pair: Pair) -> list[StepRow]:
    """Return the steps that are waiting or failed."""
    with Store.open(load_config(pair.path).database) as store:
        return [step for step in store.steps.open() if step.portal == PORTAL]


def remarks(pair: Pair, merchant_id: str, supplier_id: str, number: str) -> set[int]:
    """Return how often each timeline remarks a number as one of several parcels."""
    sides = ((pair.merchant, merchant_id), (pair.supplier, supplier_id))
    timelines = [account.timeline(id_) for account, id_ in sides if "comments" not in account.lacks]
    return {
        sum(number in text and "several parcels" in text for text in timeline)
        for timeline in timelines
    }


@needs("update-tracking", "several-parcels")
def test_f1_order_that_is_sent_in_part_is_not_shipped_at_the_merchant(pair: Pair) -> None:
    merchant_id, supplier_id = ordered(pair)
    before = pair.merchant.everything()
    pair.supplier.ship_part(supplier_id, parcel(number="1Z1"), 1, 0)

    ran = pair.run(TASK)

    assert (ran.step.state, ran.step.code) == ("waiting", "partially-shipped")
    assert ran.step.merchant_id == merchant_id
    assert pair.merchant.everything() == before
    assert pair.merchant.status(merchant_id) == "dropshipment_requested"


@needs("update-tracking", "several-parcels")
def test_f1_what_is_sent_in_part_is_not_tried_again_each_minute(pair: Pair) -> None:
    sent_in_part(pair, "1Z1")
    waits = pair.run(TASK).step
    pair.merchant.clock.at += timedelta(minutes=10)

    ran = pair.run(TASK)
    [step] = open_steps(pair)

    assert step == waits
    assert ran.count("done") == ran.count("failed") == 0


@needs("update-tracking", "several-parcels")
def test_f2_second_parcel_is_reported_when_it_completes_the_order(pair: Pair) -> None:
    merchant_id, supplier_id = sent_in_part(pair, "1Z1")
    pair.run(TASK)
    pair.supplier.ship_part(supplier_id, parcel(number="1Z2"), 1, 1)

    ran = pair.run(TASK)

    assert ran.count("failed") == ran.count("waiting") == 0
    assert numbers(pair.merchant.tracking(merchant_id)) == ["1Z2"]
    assert pair.merchant.status(merchant_id) == "shipped"
    assert remarks(pair, merchant_id, supplier_id, "1Z1") == {1}
    assert open_steps(pair) == []
    pair.stays_quiet(TASK)


@needs("update-tracking", "several-parcels")
def test_f3_number_of_a_parcel_that_is_on_its_way_is_never_void(pair: Pair) -> None:
    merchant_id, supplier_id = sent_in_part(pair, "1Z1")
    pair.run(TASK)
    pair.supplier.ship_part(supplier_id, parcel(number="1Z2"), 1, 1)

    pair.run(TASK)

    assert not [shipment for shipment in pair.merchant.tracking(merchant_id) if shipment.voided]
    assert not [text for text in pair.merchant.timeline(merchant_id) if "void" in text]


@needs("update-tracking", "several-parcels")
def test_f4_of_two_parcels_between_two_runs_the_newest_is_reported(pair: Pair) -> None:
    merchant_id, supplier_id = sent_in_part(pair, "1Z1", "1Z2")

    ran = pair.run(TASK)

    assert ran.count("failed") == ran.count("waiting") == 0
    assert numbers(pair.merchant.tracking(merchant_id)) == ["1Z2"]
    assert remarks(pair, merchant_id, supplier_id, "1Z1") == {1}
    pair.stays_quiet(TASK)


@needs("update-tracking", "several-numbers")
def test_f11_all_numbers_of_one_parcel_reach_the_merchant(pair: Pair) -> None:
    merchant_id, supplier_id = ordered(pair)
    pair.supplier.ship_with(supplier_id, "1Z1", "1Z2", "1Z3")

    pair.run(TASK)

    assert numbers(pair.merchant.tracking(merchant_id)) == ["1Z1"]
    assert remarks(pair, merchant_id, supplier_id, "1Z2") == {1}
    assert remarks(pair, merchant_id, supplier_id, "1Z3") == {1}
    pair.stays_quiet(TASK)


@needs("update-tracking", "second-labels")
def test_f12_further_number_of_an_order_fails_as_a_further_parcel(pair: Pair) -> None:
    merchant_id, supplier_id = ordered(pair)
    pair.supplier.ship(supplier_id, parcel(number="1Z1"))
    pair.supplier.ship(supplier_id, parcel(number="1Z2"))

    ran = pair.run(TASK)

    if pair.merchant_holds_several_numbers:
        assert numbers(pair.merchant.tracking(merchant_id)) == ["1Z1", "1Z2"]
        return
    [failed] = [step for step in ran.steps if step.state == "failed"]
    assert (failed.code, failed.content) == ("further-parcel", "1Z2")
    assert numbers(pair.merchant.tracking(merchant_id)) == ["1Z1"]
    if "comments" not in pair.merchant.lacks:
        assert [text for text in pair.merchant.timeline(merchant_id) if "1Z2" in text]


@needs("update-tracking", "several-parcels")
def test_part_of_an_order_is_reported_when_the_rest_is_taken_off(pair: Pair) -> None:
    merchant_id, supplier_id = sent_in_part(pair, "1Z1")
    pair.run(TASK)
    pair.supplier.take_off(supplier_id, 1, 1)

    ran = pair.run(TASK)

    assert ran.counts == {"done": 1}
    assert numbers(pair.merchant.tracking(merchant_id)) == ["1Z1"]
    assert open_steps(pair) == []
    pair.stays_quiet(TASK)


@needs("update-tracking", "several-parcels")
def test_wait_for_the_rest_ends_when_the_parcel_is_voided(pair: Pair) -> None:
    merchant_id, supplier_id = sent_in_part(pair, "1Z1")
    pair.run(TASK)
    pair.supplier.recall(supplier_id, "1Z1")
    before = pair.merchant.everything()

    pair.run(TASK)
    pair.merchant.clock.at += timedelta(hours=2)
    pair.run(TASK)

    assert open_steps(pair) == []
    assert pair.merchant.everything() == before
    assert pair.merchant.tracking(merchant_id) == []


@needs("update-tracking", "several-parcels")
def test_parcel_in_place_of_a_voided_one_is_reported_alone(pair: Pair) -> None:
    merchant_id, supplier_id = sent_in_part(pair, "1Z1")
    pair.run(TASK)
    pair.supplier.recall(supplier_id, "1Z1")
    pair.run(TASK)
    pair.supplier.ship_part(supplier_id, parcel(number="1Z2"), 2, 1)

    ran = pair.run(TASK)

    assert ran.count("failed") == 0
    assert numbers(pair.merchant.tracking(merchant_id)) == ["1Z2"]
    pair.stays_quiet(TASK)


@needs("update-tracking", "several-parcels")
def test_number_that_is_void_by_now_is_voided_though_the_order_is_open_again(pair: Pair) -> None:
    merchant_id, supplier_id = sent_in_part(pair, "1Z1", "1Z2")
    pair.run(TASK)
    pair.supplier.recall(supplier_id, "1Z2")

    pair.run(TASK)
    between = numbers(pair.merchant.tracking(merchant_id))
    pair.supplier.ship_part(supplier_id, parcel(number="1Z3"), 1, 1)
    pair.run(TASK)

    assert between == []
    assert numbers(pair.merchant.tracking(merchant_id)) == ["1Z3"]
    pair.stays_quiet(TASK)


@needs("update-tracking", "several-parcels")
def test_parcel_that_is_left_over_is_reported_after_the_newest_was_voided(pair: Pair) -> None:
    merchant_id, supplier_id = sent_in_part(pair, "1Z1", "1Z2")
    pair.run(TASK)
    pair.supplier.recall(supplier_id, "1Z2")
    pair.run(TASK)

    pair.supplier.take_off(supplier_id, 1, 1)
    pair.run(TASK)

    assert numbers(pair.merchant.tracking(merchant_id)) == ["1Z1"]
    assert open_steps(pair) == []
    pair.stays_quiet(TASK)


@needs("update-tracking", "several-parcels")
def test_parcel_after_the_order_was_reported_as_a_whole_fails_as_a_further_one(pair: Pair) -> None:
    merchant_id, supplier_id = sent_in_part(pair, "1Z1", "1Z2")
    pair.run(TASK)
    pair.supplier.recall(supplier_id, "1Z1")
    pair.supplier.ship_part(supplier_id, parcel(number="1Z3"), 1, 0)

    ran = pair.run(TASK)

    if pair.merchant_holds_several_numbers:
        assert numbers(pair.merchant.tracking(merchant_id)) == ["1Z2", "1Z3"]
        return
    [failed] = [step for step in ran.steps if step.state == "failed"]
    assert (failed.code, failed.content) == ("further-parcel", "1Z3")
    assert numbers(pair.merchant.tracking(merchant_id)) == ["1Z2"]
    pair.stays_quiet(TASK)


@needs("update-tracking", "several-parcels", "split-order")
def test_piece_that_is_sent_in_part_is_not_shipped_at_the_merchant(pair: Pair) -> None:
    merchant_id, supplier_id = pair.imported("1001", line("MUG", 3))
    piece, _ = pair.supplier.split(supplier_id, (2,), (1,))
    pair.run("split-order")
    pair.supplier.ship_part(piece, parcel(number="1Z1"), 1)

    waits = pair.run(TASK)
    first, _ = pair.merchant.pieces(merchant_id)
    between = pair.merchant.status(first)
    pair.supplier.ship_part(piece, parcel(number="1Z2"), 1)
    pair.run(TASK)

    assert (waits.step.code, between) == ("partially-shipped", "dropshipment_requested")
    assert numbers(pair.merchant.tracking(first)) == ["1Z2"]
    pair.stays_quiet(TASK)
