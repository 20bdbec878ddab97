"""Tracking and splits between any two accounts: the Supplier's changes reach the Merchant."""

from contextlib import closing
from datetime import timedelta

import pytest

from tests.accounts.contract.examples import line, parcel
from tests.accounts.contract.people import expected_tracking, needs, numbers
from tests.scenarios.pairs.comparing import compared
from tests.scenarios.pairs.pair import Pair
from tests.support.stores import opened


@needs("update-tracking")
def test_shipped_orders_are_reported_if_both_accounts_support_it(pair: Pair) -> None:
    merchant_id, supplier_id = pair.imported("1001")
    other, _ = pair.imported("1002")
    pair.supplier.ship(supplier_id, parcel())

    ran = pair.run("update-tracking")

    assert ran.counts == {"done": 1}
    expected = expected_tracking(parcel(), pair.merchant, pair.supplier)
    assert pair.merchant.tracking(merchant_id) == [expected]
    assert pair.merchant.status(merchant_id) == "shipped"
    assert pair.merchant.status(other) == "dropshipment_requested"
    pair.stays_quiet("update-tracking", "import-orders")


@needs("update-tracking")
def test_new_label_takes_the_place_of_a_voided_one(pair: Pair) -> None:
    merchant_id, supplier_id = pair.imported("1001")
    pair.supplier.ship(supplier_id, parcel(number="1Z1"))
    pair.run("update-tracking")

    pair.supplier.void(supplier_id)
    voided = pair.run("update-tracking")
    between = numbers(pair.merchant.tracking(merchant_id)), pair.merchant.status(merchant_id)
    pair.supplier.ship(supplier_id, parcel(number="1Z2"))
    replaced = pair.run("update-tracking")

    assert voided.counts.pop("done") == replaced.counts.pop("done") == 1
    assert between == ([], "shipped")
    assert numbers(pair.merchant.tracking(merchant_id)) == ["1Z2"]
    pair.stays_quiet("update-tracking")


@needs("update-tracking")
def test_label_that_was_replaced_between_two_runs_is_never_reported(pair: Pair) -> None:
    merchant_id, supplier_id = pair.imported("1001")
    pair.supplier.ship(supplier_id, parcel(number="1Z1"))
    pair.supplier.void(supplier_id)
    pair.supplier.ship(supplier_id, parcel(number="1Z2"))

    pair.run("update-tracking")

    assert numbers(pair.merchant.tracking(merchant_id)) == ["1Z2"]
    pair.stays_quiet("update-tracking")


@needs("update-tracking")
def test_p5_label_that_was_replaced_after_it_was_reported_gives_way_to_the_new_one(
    pair: Pair,
) -> None:
    merchant_id, supplier_id = pair.imported("1001")
    pair.supplier.ship(supplier_id, parcel(number="1Z1"))
    pair.run("update-tracking")
    pair.supplier.void(supplier_id)
    pair.supplier.ship(supplier_id, parcel(number="1Z2"))

    ran = pair.run("update-tracking")

    assert not ran.counts.get("failed")
    assert numbers(pair.merchant.tracking(merchant_id)) == ["1Z2"]
    pair.stays_quiet("update-tracking")


@needs("update-tracking", "cancel-orders")
def test_order_that_was_cancelled_and_then_shipped_stays_cancelled(pair: Pair) -> None:
    merchant_id, supplier_id = pair.imported("1001")
    pair.merchant.cancel(merchant_id)
    pair.supplier.ship(supplier_id, parcel())
    before = pair.merchant.everything()

    ran = pair.run("update-tracking")

    assert (ran.step.state, ran.step.code) == ("failed", "cancelled")
    assert pair.merchant.everything() == before
    assert pair.supplier.status(supplier_id) == "shipped"
    pair.stays_quiet("update-tracking")


@needs("update-tracking", "cancel-orders")
def test_only_the_supplier_is_informed_that_tracking_was_refused(pair: Pair) -> None:
    merchant_id, supplier_id = pair.imported("1001")
    pair.merchant.cancel(merchant_id)
    pair.supplier.ship(supplier_id, parcel())
    before = pair.merchant.timeline(merchant_id)

    pair.run("update-tracking")

    assert "1Z1 was not saved at the Merchant" in pair.supplier.timeline(supplier_id)[-1]
    assert pair.merchant.timeline(merchant_id) == before


@needs("split-order", "update-tracking")
def test_piece_that_was_shipped_is_reported_on_that_piece_only(pair: Pair) -> None:
    merchant_id, supplier_id = pair.imported("1001", line("MUG", 3), line("CUP", 1))
    sent, _ = pair.supplier.split(supplier_id, (1, 0), (2, 1))
    split = pair.run("split-order")
    pair.supplier.ship(sent, parcel())

    told_of = pair.run("update-tracking")

    assert split.counts == told_of.counts == {"done": 1}
    pieces = pair.merchant.pieces(merchant_id)
    first, second = pieces
    assert [pieces[first], pieces[second]] == [[("MUG", 1)], [("MUG", 2), ("CUP", 1)]]
    assert pair.link(first).supplier_id == sent
    assert numbers(pair.merchant.tracking(first)) == ["1Z1"]
    assert pair.merchant.tracking(second) == []
    assert pair.merchant.status(first) == "shipped"
    assert pair.merchant.status(second) == "dropshipment_requested"
    pair.stays_quiet("split-order", "update-tracking", "import-orders")


@needs("split-order", "update-tracking")
def test_tracking_of_a_piece_waits_for_the_split(pair: Pair) -> None:
    merchant_id, supplier_id = pair.imported("1001", line("MUG", 2))
    sent, _ = pair.supplier.split(supplier_id, (1,), (1,))
    pair.supplier.ship(sent, parcel())

    too_early = pair.run("update-tracking")
    pair.run("split-order")
    pair.run("update-tracking")

    first, second = pair.merchant.pieces(merchant_id)
    assert (too_early.step.state, too_early.step.code) == ("waiting", "split-first")
    assert numbers(pair.merchant.tracking(first)) == ["1Z1"]
    assert pair.merchant.tracking(second) == []


@needs("split-order", "nested-splits")
def test_piece_can_be_split_again(pair: Pair) -> None:
    merchant_id, supplier_id = pair.imported("1001", line("MUG", 3))
    _, piece = pair.supplier.split(supplier_id, (1,), (2,))
    pair.supplier.settle()
    pair.supplier.split(piece, (1,), (1,))

    ran = pair.run("split-order")

    _, merchant_piece = pair.merchant.pieces(merchant_id)
    assert ran.counts == {"done": 2}
    assert [*pair.merchant.pieces(merchant_piece).values()] == [[("MUG", 1)], [("MUG", 1)]]
    pair.stays_quiet("split-order", "import-orders")


@needs("split-order", "cancel-orders")
def test_split_of_a_cancelled_order_is_refused(pair: Pair) -> None:
    merchant_id, supplier_id = pair.imported("1001", line("MUG", 2))
    pair.merchant.cancel(merchant_id)
    pair.supplier.split(supplier_id, (1,), (1,))
    before = pair.merchant.everything()

    ran = pair.run("split-order")

    assert (ran.step.state, ran.step.code) == ("failed", "cancelled")
    assert pair.merchant.everything() == before
    pair.stays_quiet("split-order")


@needs("split-order", "cancel-orders", "piece-orders", "cancelled-pieces")
def test_piece_that_was_cancelled_is_cancelled_alone(pair: Pair) -> None:
    merchant_id, supplier_id = pair.imported("1001", line("MUG", 2))
    first, second = pair.supplier.split(supplier_id, (1,), (1,))
    pair.run("split-order")
    pair.merchant.cancel(next(iter(pair.merchant.pieces(merchant_id))))

    ran = pair.run("cancel-orders")

    assert ran.counts == {"done": 1}
    assert pair.supplier.status(first) == "cancelled"
    assert pair.supplier.status(second) == "awaiting_fulfillment"


@needs("update-tracking")
def test_number_that_was_voided_by_mistake_is_valid_again(pair: Pair) -> None:
    merchant_id, supplier_id = pair.imported("1001")
    pair.supplier.ship(supplier_id, parcel(number="1ZA"))
    pair.run("update-tracking")
    seen = []
    for _ in range(2):
        pair.supplier.void(supplier_id)
        pair.run("update-tracking")
        seen.append(numbers(pair.merchant.tracking(merchant_id)))
        pair.supplier.ship(supplier_id, parcel(number="1ZA"))
        ran = pair.run("update-tracking")
        assert not ran.count("failed")
        seen.append(numbers(pair.merchant.tracking(merchant_id)))

    assert seen == [[], ["1ZA"]] * 2
    assert pair.merchant.status(merchant_id) == "shipped"
    pair.stays_quiet("update-tracking")


@needs("update-tracking")
def test_number_that_is_valid_again_takes_the_place_of_the_void_one_after_it(pair: Pair) -> None:
    merchant_id, supplier_id = pair.imported("1001")
    for number in ("1ZA", "1ZB", "1ZA"):
        pair.supplier.ship(supplier_id, parcel(number=number))
        pair.run("update-tracking")
        assert numbers(pair.merchant.tracking(merchant_id)) == [number]
        pair.supplier.void(supplier_id)
        pair.run("update-tracking")

    assert numbers(pair.merchant.tracking(merchant_id)) == []
    pair.stays_quiet("update-tracking")


@needs("update-tracking", "voided-labels")
def test_number_that_is_on_a_void_and_on_a_valid_label_is_valid(pair: Pair) -> None:
    merchant_id, supplier_id = pair.imported("1001")
    pair.supplier.ship(supplier_id, parcel(number="1ZA"))
    pair.supplier.void(supplier_id)
    pair.supplier.ship(supplier_id, parcel(number="1ZA"))

    pair.run("update-tracking")

    assert [
        (shipment.number, shipment.voided) for shipment in pair.merchant.tracking(merchant_id)
    ] == [("1ZA", False)]


@needs("split-order", "update-tracking", "piece-orders")
def test_number_of_the_merchants_own_pieces_is_valid_again_on_each(pair: Pair) -> None:
    merchant_id, supplier_id = pair.imported("1001", line("MUG", 3))
    pieces = pair.merchant.split(merchant_id, (1,), (2,))
    for act in (pair.supplier.ship, None, pair.supplier.ship):
        if act:
            act(supplier_id, parcel(number="1ZA"))
        else:
            pair.supplier.void(supplier_id)
        pair.run("update-tracking")

    assert [numbers(pair.merchant.tracking(piece)) for piece in pieces] == [["1ZA"], ["1ZA"]]


@needs("update-tracking", "cancel-orders", "requesting-again")
@pytest.mark.parametrize("tells", [True, False])
def test_tracking_is_reported_when_the_merchant_requests_a_cancelled_order_again(
    pair: Pair, *, tells: bool
) -> None:
    if tells and "withdrawn-cancellations" in pair.merchant.lacks:
        pytest.skip("a cancellation that was read is valid until it is settled")
    merchant_id, supplier_id = pair.imported("1001")
    pair.merchant.cancel(merchant_id)
    pair.supplier.ship(supplier_id, parcel())
    refused = pair.run("update-tracking")
    if tells:
        pair.run("cancel-orders")
    pair.merchant.request_again(merchant_id)

    pair.run("import-orders")
    ran = pair.run("update-tracking")

    assert (refused.step.state, refused.step.code) == ("failed", "cancelled")
    assert ran.counts == {"done": 1}
    assert numbers(pair.merchant.tracking(merchant_id)) == ["1Z1"]
    pair.stays_quiet("update-tracking", "import-orders")


@needs("update-tracking", "split-order", "cancel-orders", "requesting-again")
@pytest.mark.parametrize("tells", [True, False])
def test_refused_split_is_made_when_the_merchant_requests_the_order_again(
    pair: Pair, *, tells: bool
) -> None:
    merchant_id, supplier_id = pair.imported("1001", line("MUG", 2))
    pair.merchant.cancel(merchant_id)
    sent, _ = pair.supplier.split(supplier_id, (1,), (1,))
    pair.supplier.ship(sent, parcel())
    refused = pair.run("split-order")
    if tells:
        pair.run("cancel-orders")
    pair.run("update-tracking")
    pair.merchant.request_again(merchant_id)

    for task in ("import-orders", "split-order", "update-tracking"):
        pair.run(task)

    assert (refused.step.state, refused.step.code) == ("failed", "cancelled")
    first, _ = pair.merchant.pieces(merchant_id)
    assert numbers(pair.merchant.tracking(first)) == ["1Z1"]
    pair.stays_quiet("split-order", "update-tracking", "import-orders")


@needs("update-tracking", "second-labels")
def test_order_with_a_number_at_the_supplier_is_not_called_one_without(pair: Pair) -> None:
    merchant_id, supplier_id = pair.imported("1001")
    pair.supplier.ship(supplier_id, parcel(number="1ZA"))
    pair.run("update-tracking")
    pair.supplier.void(supplier_id)
    pair.run("update-tracking")
    pair.supplier.ship(supplier_id, parcel(number="1ZA"))

    sentences = [
        difference.description
        for difference in compared(pair)
        if difference.merchant == merchant_id
    ]

    assert sentences == [
        "is shipped at the Supplier, and the Merchant has no valid tracking number"
    ]


@needs("update-tracking", "second-labels")
def test_further_parcel_is_reported_when_the_number_in_its_way_is_void(pair: Pair) -> None:
    merchant_id, supplier_id = pair.imported("1001")
    pair.supplier.ship(supplier_id, parcel(number="1Z1"))
    pair.run("update-tracking")
    pair.supplier.ship(supplier_id, parcel(number="1Z2"))
    further = pair.run("update-tracking")
    pair.supplier.ship(supplier_id, parcel(number="1Z1", voided=True))

    pair.run("update-tracking")
    pair.supplier.ship(supplier_id, parcel(number="1Z2"))
    pair.run("update-tracking")

    holds_one_number = bool({"parcels", "more-numbers"} & pair.merchant.lacks)
    assert further.step.code == ("further-parcel" if holds_one_number else None)
    assert numbers(pair.merchant.tracking(merchant_id)) == ["1Z2"]


@needs("update-tracking", "cancel-orders")
def test_order_that_the_supplier_cancelled_fails_once_until_the_merchant_cancels_it(
    pair: Pair,
) -> None:
    merchant_id, supplier_id = pair.imported("1001")
    pair.supplier.cancel(supplier_id)

    ran, again = pair.run("update-tracking"), pair.run("update-tracking")
    pair.merchant.cancel(merchant_id)
    settled = pair.run("update-tracking")

    assert (ran.step.state, ran.step.code) == ("failed", "supplier-cancelled")
    assert ran.step.merchant_id == merchant_id
    assert again.counts.get("failed", 0) == 0
    assert [(step.state, step.key) for step in settled.steps] == [("done", ran.step.key)]


@needs("update-tracking", "parcels", "several-parcels", "parcel-lines", "reductions")
@needs("cancelled-units")
def test_rest_that_the_supplier_cancelled_fails_once_until_it_is_settled(pair: Pair) -> None:
    merchant_id, supplier_id = pair.imported("1001", line("MUG", 3))
    pair.supplier.ship_part(supplier_id, parcel(number="1Z1"), 1)
    assert pair.run("update-tracking").counts == {"done": 1}
    pair.supplier.take_off(supplier_id, 2)

    reports = pair.can_run("report-shortages")
    task = "report-shortages" if reports else "update-tracking"
    ran, again = pair.run(task), pair.run(task)
    pair.merchant.cancel_units(merchant_id, 2)
    pair.merchant.clock.at += timedelta(hours=1)
    settled = pair.run(task)

    code = "short" if reports else "supplier-cancelled-rest"
    assert (ran.step.state, ran.step.code) == ("failed", code)
    assert ran.step.merchant_id == merchant_id
    assert again.counts.get("failed", 0) == 0
    assert [(step.state, step.key) for step in settled.steps] == [("done", ran.step.key)]


@needs("update-tracking", "cancel-orders")
def test_order_that_our_task_cancelled_is_no_cancellation_by_the_supplier(pair: Pair) -> None:
    merchant_id, _ = pair.imported("1001")
    pair.merchant.cancel(merchant_id)
    pair.run("cancel-orders")

    assert pair.run("update-tracking").counts.get("failed", 0) == 0


@needs("update-tracking")
def test_parcel_of_an_order_that_we_sent_and_that_no_link_knows_is_reported(pair: Pair) -> None:
    _, supplier_id = pair.imported("1001")
    pair.supplier.ship(supplier_id, parcel())
    with closing(opened(pair.folder / "ordosync.db")) as db, db:
        db.execute("delete from links")

    ran = pair.run("update-tracking")

    assert (ran.step.state, ran.step.code) == ("waiting", "no-link")
