"""Cancellation of orders with several fulfillment orders."""

from contextlib import closing
from pathlib import Path

import pytest

from ordosync.accounts.account import ReadRequest
from ordosync.accounts.shopify.ids import first_piece, fulfillment_order, number
from ordosync.config import load_config
from ordosync.store import Store
from tests.accounts.contract.account import read, whole_orders
from tests.accounts.contract.examples import line, parcel, sold
from tests.accounts.contract.opening import PORTAL, opened
from tests.accounts.contract.people import numbers
from tests.accounts.shopify.people import ShopifyMerchantPeople, ShopifyServicePeople
from tests.accounts.sqlite.people import SqliteSupplierPeople
from tests.scenarios.pairs.pair import Pair


@pytest.fixture(name="pair")
def _pair(asking: ShopifyServicePeople, tmp_path: Path) -> Pair:
    return Pair(tmp_path, asking, SqliteSupplierPeople(tmp_path, asking.clock))


def failed_steps(pair: Pair) -> list[str]:
    """Return the keys of the steps that need the operator."""
    with Store.open(load_config(pair.path).database) as store:
        return [row.key for row in store.steps.failed(PORTAL, "cancel-orders")]


@pytest.mark.parametrize("place", [0, 1])
def test_cancelled_piece_of_the_merchant_cancels_nothing_and_is_reported_once(
    pair: Pair, asking: ShopifyServicePeople, place: int
) -> None:
    order_id, supplier_id = pair.imported("1001", line("MUG", 3))
    pieces = asking.split(order_id, (1,), (2,))
    asking.ask_back_piece(pieces[place])

    first, second = pair.run("cancel-orders"), pair.run("cancel-orders")

    assert (first.step.state, first.step.code) == ("failed", "piece-cancelled")
    assert first.step.key == f"{pieces[place]}#1:piece"
    assert second.counts.get("failed", 0) == 0
    assert pair.supplier.status(supplier_id) == "awaiting_fulfillment"
    for remarks in (asking.timeline(order_id), pair.supplier.timeline(supplier_id)):
        assert len([text for text in remarks if "part" in text]) == 1


def test_order_is_cancelled_once_all_of_its_own_pieces_are(
    pair: Pair, asking: ShopifyServicePeople
) -> None:
    order_id, supplier_id = pair.imported("1001", line("MUG", 3))
    pieces = asking.split(order_id, (1,), (2,))
    asking.ask_back_piece(pieces[0])
    pair.run("cancel-orders")
    asking.ask_back_piece(pieces[1])

    ran = pair.run("cancel-orders")

    assert ran.counts == {"done": 1}
    assert pair.supplier.status(supplier_id) == "cancelled"
    assert {asking.request_status(piece) for piece in pieces} == {"CANCELLATION_ACCEPTED"}
    assert failed_steps(pair) == []
    pair.stays_quiet("cancel-orders", "import-orders")


@pytest.mark.parametrize("place", [0, 1])
def test_order_whose_pieces_were_merged_again_is_cancelled(
    pair: Pair, asking: ShopifyServicePeople, place: int
) -> None:
    order_id, supplier_id = pair.imported("1001", line("MUG", 3))
    pieces = asking.split(order_id, (1,), (2,))
    open_piece, merged_piece = pieces[place], pieces[1 - place]
    asking.fake.merge(fulfillment_order(merged_piece), into=fulfillment_order(open_piece))
    asking.ask_back_piece(open_piece)

    ran = pair.run("cancel-orders")

    assert ran.step.state == "done"
    assert pair.supplier.status(supplier_id) == "cancelled"


def test_cancelled_piece_beside_a_shipped_one_is_reported(
    pair: Pair, asking: ShopifyServicePeople
) -> None:
    order_id, supplier_id = pair.imported("1001", line("MUG", 3))
    pieces = asking.split(order_id, (1,), (2,))
    asking.fake.ship_piece(fulfillment_order(pieces[1]), "1Z9")
    asking.ask_back_piece(pieces[0])

    ran = pair.run("cancel-orders")

    assert (ran.step.state, ran.step.code) == ("failed", "piece-cancelled")
    assert pair.supplier.status(supplier_id) == "awaiting_fulfillment"


def test_unrequested_fulfillment_order_is_not_a_cancelled_piece(
    pair: Pair, asking: ShopifyServicePeople
) -> None:
    order_id, supplier_id = pair.imported("1001", line("MUG", 3))
    pieces = asking.split(order_id, (1,), (2,))
    beside = asking.part(fulfillment_order(pieces[1]))
    beside.request_status, beside.status = "UNSUBMITTED", "OPEN"
    beside.requests.clear()

    ran = pair.run("cancel-orders")
    asking.ask_back_piece(pieces[0])
    again = pair.run("cancel-orders")

    assert ran.counts == {}
    assert again.count("done") == 1
    assert pair.supplier.status(supplier_id) == "cancelled"


def test_tracking_is_not_added_to_a_piece_that_is_to_be_left_out(
    pair: Pair, asking: ShopifyServicePeople
) -> None:
    order_id, supplier_id = pair.imported("1001", line("MUG", 3))
    pieces = asking.split(order_id, (1,), (2,))
    asking.ask_back_piece(pieces[0])
    pair.run("cancel-orders")
    pair.supplier.ship(supplier_id, parcel())

    ran = pair.run("update-tracking")

    assert ran.count("done") == 1
    assert [numbers(asking.tracking(piece)) for piece in pieces] == [[], ["1Z1"]]
    assert asking.request_status(pieces[0]) != "CANCELLATION_REJECTED"
    pair.stays_quiet("update-tracking")


def test_tracking_rejects_the_cancellations_of_all_pieces_without_an_answer(
    pair: Pair, asking: ShopifyServicePeople
) -> None:
    order_id, supplier_id = pair.imported("1001", line("MUG", 3))
    pieces = asking.split(order_id, (1,), (2,))
    for piece in pieces:
        asking.ask_back_piece(piece)
    pair.supplier.ship(supplier_id, parcel())

    ran = pair.run("update-tracking")

    assert ran.count("done") == 1
    assert [numbers(asking.tracking(piece)) for piece in pieces] == [["1Z1"], ["1Z1"]]


def test_piece_of_ordosync_is_cancelled_without_the_others(
    pair: Pair, asking: ShopifyServicePeople
) -> None:
    order_id, supplier_id = pair.imported("1001", line("MUG", 3))
    pieces = pair.supplier.split(supplier_id, (1,), (2,))
    pair.run("split-order")
    asking.ask_back_piece(first_piece(order_id))

    ran = pair.run("cancel-orders")

    assert ran.count("done") == 1
    assert [pair.supplier.status(piece) for piece in pieces] == [
        "cancelled",
        "awaiting_fulfillment",
    ]
    pair.stays_quiet("cancel-orders")


@pytest.mark.parametrize("is_first", [True, False])
def test_cancelled_part_of_a_piece_of_ordosync_cancels_nothing_and_is_reported(
    pair: Pair, asking: ShopifyServicePeople, *, is_first: bool
) -> None:
    order_id, supplier_id = pair.imported("1001", line("MUG", 3), line("CUP", 1))
    pieces = pair.supplier.split(supplier_id, (3, 0), (0, 1))
    pair.run("split-order")
    first = first_piece(order_id)
    moved = number(asking.fake.split(fulfillment_order(first), {"MUG": 1}))
    asking.ask_back_piece(first if is_first else moved)

    ran = pair.run("cancel-orders")

    assert (ran.step.state, ran.step.code) == ("failed", "piece-cancelled")
    assert ran.step.supplier_id == pieces[0]
    assert {pair.supplier.status(piece) for piece in pieces} == {"awaiting_fulfillment"}


def test_all_pieces_of_ordosync_are_cancelled_with_their_order(
    seller: ShopifyMerchantPeople, tmp_path: Path
) -> None:
    pair = Pair(tmp_path, seller, SqliteSupplierPeople(tmp_path, seller.clock))
    order_id, supplier_id = pair.imported("1001", line("MUG", 3))
    pieces = pair.supplier.split(supplier_id, (1,), (2,))
    pair.run("split-order")
    seller.cancel(order_id)

    ran = pair.run("cancel-orders")

    assert ran.counts == {"done": 2}
    assert [pair.supplier.status(piece) for piece in pieces] == ["cancelled", "cancelled"]
    pair.stays_quiet("cancel-orders")


def test_order_of_own_pieces_that_is_cancelled_whole_reports_no_piece(
    seller: ShopifyMerchantPeople, tmp_path: Path
) -> None:
    pair = Pair(tmp_path, seller, SqliteSupplierPeople(tmp_path, seller.clock))
    order_id, supplier_id = pair.imported("1001", line("MUG", 3))
    seller.split(order_id, (1,), (2,))
    seller.cancel(order_id)

    ran = pair.run("cancel-orders")

    assert ran.counts == {"done": 1}
    assert pair.supplier.status(supplier_id) == "cancelled"
    pair.stays_quiet("cancel-orders")


@pytest.mark.parametrize("is_split", [False, True])
def test_order_of_which_all_units_were_taken_off_is_cancelled(
    seller: ShopifyMerchantPeople, tmp_path: Path, *, is_split: bool
) -> None:
    pair = Pair(tmp_path, seller, SqliteSupplierPeople(tmp_path, seller.clock))
    order_id, supplier_id = pair.imported("1001", line("MUG", 2), line("CUP", 1))
    if is_split:
        seller.split(order_id, (1, 1), (1, 0))
    order = seller.part(fulfillment_order(order_id)).order_id
    seller.fake.edit_lines(order, {"MUG": 0})
    pair.run("cancel-orders")
    before = pair.supplier.status(supplier_id)
    seller.fake.edit_lines(order, {"CUP": 0})

    ran = pair.run("cancel-orders")

    assert before == "awaiting_fulfillment"
    assert ran.counts == {"done": 1}
    assert pair.supplier.status(supplier_id) == "cancelled"
    pair.stays_quiet("cancel-orders", "import-orders")


def test_order_that_was_sent_and_refunded_is_not_cancelled(
    seller: ShopifyMerchantPeople, tmp_path: Path
) -> None:
    pair = Pair(tmp_path, seller, SqliteSupplierPeople(tmp_path, seller.clock))
    order_id, supplier_id = pair.imported("1001", line("MUG", 2))
    pair.supplier.ship(supplier_id, parcel())
    pair.run("update-tracking")
    order = seller.fake.order(seller.part(fulfillment_order(order_id)).order_id)
    order.lines[0].removed = 2
    seller.touch(order_id)

    ran = pair.run("cancel-orders")

    assert ran.counts == {}
    assert seller.status(order_id) == "shipped"


def test_other_pieces_are_asked_for_only_where_one_was_asked_back(
    seller: ShopifyMerchantPeople,
) -> None:
    for name in ("1001", "1002"):
        order_id = seller.request(sold(name, line("MUG", 2)))
        seller.split(order_id, (1,), (1,))
        seller.cancel(order_id)
    account = opened(seller)

    cancellations, _ = read(
        account.cancellations.changed(ReadRequest(cursor=None, now=seller.settle()))
    )

    assert len(cancellations) == 4
    assert account.client.calls == 1


def test_other_pieces_of_all_cancelled_orders_are_asked_for_at_once(
    pair: Pair, asking: ShopifyServicePeople
) -> None:
    ids = [pair.imported(name, line("MUG", 2))[0] for name in ("1001", "1002", "1003")]
    for order_id in ids:
        asking.split(order_id, (1,), (1,))
        asking.ask_back_piece(order_id)
    asking.fake.requests.clear()

    with closing(opened(asking)) as account:
        cancellations, _ = read(
            account.cancellations.changed(ReadRequest(cursor=None, now=asking.settle()))
        )

    assert {*whole_orders(cancellations)} == {first_piece(order_id) for order_id in ids}
    assert asking.fake.requests["Family"] == 1


def test_units_that_are_refunded_after_a_user_split_the_order_are_removed(
    seller: ShopifyMerchantPeople, tmp_path: Path
) -> None:
    """The fulfillment order that the Supplier has as the order loses all of its units."""
    pair = Pair(tmp_path, seller, SqliteSupplierPeople(tmp_path, seller.clock))
    order_id, _ = pair.imported("1001", line("MUG", 3))
    seller.split(order_id, (2,), (1,))
    bought = seller.part(fulfillment_order(order_id)).order_id
    seller.fake.refund(bought, {"MUG": 2})

    ran = pair.run("cancel-orders")

    [left] = pair.supplier.orders()
    assert ran.counts == {"done": 1}
    assert [(each.sku, each.quantity) for each in left.lines] == [("MUG", 1)]
    pair.stays_quiet("cancel-orders")


def test_units_that_were_moved_to_another_location_are_not_removed_by_a_refund(
    seller: ShopifyMerchantPeople, tmp_path: Path
) -> None:
    pair = Pair(tmp_path, seller, SqliteSupplierPeople(tmp_path, seller.clock))
    order_id, _ = pair.imported("1001", line("MUG", 3), line("CUP", 2))
    replaced = fulfillment_order(order_id)
    bought = seller.part(replaced).order_id
    seller.fake.move(seller.fake.replace(replaced), seller.fake.location_id)
    seller.fake.refund(bought, {"CUP": 1})

    ran = pair.run("cancel-orders")

    [left] = pair.supplier.orders()
    assert "done" not in ran.counts
    assert [(each.sku, each.quantity) for each in left.lines] == [("MUG", 3), ("CUP", 2)]
