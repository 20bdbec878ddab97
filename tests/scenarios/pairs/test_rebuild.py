"""A lost store is rebuilt from both accounts: nothing is sent twice, nothing is lost."""

from collections.abc import Mapping

import pytest
from msgspec.structs import replace

from ordosync.config import load_config
from ordosync.errors import OrdosyncError
from ordosync.store import Store
from tests.accounts.contract.examples import line, parcel, product, sold
from tests.accounts.contract.opening import PORTAL
from tests.accounts.contract.people import needs, numbers
from tests.scenarios.pairs.pair import Pair
from tests.scenarios.pairs.rebuilding import lose, rebuilt, would

pytestmark = [pytest.mark.needs("listing"), pytest.mark.slow]


def all_tasks(pair: Pair) -> None:
    """Run every task that both accounts can."""
    for task in would(pair):
        pair.run(task)


def nothing_is_owed(pair: Pair) -> None:
    planned = would(pair)
    if "made-products" in pair.supplier.lacks:
        # This task only links them.
        planned.pop("import-products", None)
    assert not any(planned.values()), planned
    before = pair.everything()
    all_tasks(pair)
    assert pair.everything() == before


def test_imported_orders_are_linked_again_and_not_created_twice(pair: Pair) -> None:
    merchant_id, supplier_id = pair.imported("1001", line("MUG", 2), line("CUP", 1))
    pair.imported("1002")
    lose(pair)

    result = rebuilt(pair)

    assert result.orders == 2
    assert pair.link(merchant_id).supplier_id == supplier_id
    nothing_is_owed(pair)
    assert len(pair.supplier.orders()) == 2
    assert pair.imported("1003")


def test_order_that_was_not_imported_yet_is_imported_afterwards(pair: Pair) -> None:
    pair.imported("1001")
    pair.merchant.request(sold("1002"))
    lose(pair)
    rebuilt(pair)

    ran = pair.run("import-orders")

    assert ran.counts == {"done": 1, "unchanged": 1}
    assert len(pair.supplier.orders()) == 2


@needs("update-tracking")
def test_tracking_that_was_reported_is_not_reported_again_and_what_was_not_is(pair: Pair) -> None:
    reported, first = pair.imported("1001")
    unreported, second = pair.imported("1002")
    pair.supplier.ship(first, parcel(number="1Z1"))
    pair.run("update-tracking")
    pair.supplier.ship(second, parcel(number="1Z2"))
    lose(pair)
    rebuilt(pair)

    planned = would(pair)["update-tracking"]
    all_tasks(pair)

    # Otherwise it has no list of the orders that it received.
    if "comments" not in pair.supplier.lacks:
        assert planned == ["add tracking 1Z2"]
    assert numbers(pair.merchant.tracking(reported)) == ["1Z1"]
    assert numbers(pair.merchant.tracking(unreported)) == ["1Z2"]


@needs("update-tracking")
def test_label_that_was_deleted_meanwhile_is_reported_as_void(pair: Pair) -> None:
    merchant_id, supplier_id = pair.imported("1001")
    pair.supplier.ship(supplier_id, parcel(number="1Z1"))
    pair.run("update-tracking")
    pair.supplier.void(supplier_id)
    lose(pair)
    rebuilt(pair)

    all_tasks(pair)

    assert numbers(pair.merchant.tracking(merchant_id)) == []
    assert pair.merchant.status(merchant_id) == "shipped"
    before = pair.everything()
    all_tasks(pair)
    assert pair.everything() == before


@needs("update-tracking")
def test_label_that_was_reported_as_void_stays_void(pair: Pair) -> None:
    merchant_id, supplier_id = pair.imported("1001")
    pair.supplier.ship(supplier_id, parcel(number="1Z1"))
    pair.run("update-tracking")
    pair.supplier.void(supplier_id)
    pair.run("update-tracking")
    lose(pair)
    rebuilt(pair)

    before = pair.everything()
    all_tasks(pair)

    assert pair.everything() == before
    pair.supplier.ship(supplier_id, parcel(number="1Z2"))
    pair.run("update-tracking")
    assert numbers(pair.merchant.tracking(merchant_id)) == ["1Z2"]


@needs("split-order", "update-tracking")
def test_pieces_are_linked_and_a_shipped_one_is_reported_on_that_piece(pair: Pair) -> None:
    merchant_id, supplier_id = pair.imported("1001", line("MUG", 3), line("CUP", 1))
    sent, later = pair.supplier.split(supplier_id, (1, 0), (2, 1))
    pair.run("split-order")
    pair.supplier.ship(sent, parcel(number="1Z1"))
    pair.run("update-tracking")
    first, second = pair.merchant.pieces(merchant_id)
    lose(pair)

    rebuilt(pair)

    assert (pair.link(first).supplier_id, pair.link(second).supplier_id) == (sent, later)
    assert pair.link(merchant_id).state == "split"
    nothing_is_owed(pair)
    pair.supplier.ship(later, parcel(number="1Z2"))
    pair.run("update-tracking")
    assert numbers(pair.merchant.tracking(first)) == ["1Z1"]
    assert numbers(pair.merchant.tracking(second)) == ["1Z2"]


@needs("split-order", "nested-splits")
def test_piece_can_be_split_further_and_pieces_of_pieces_are_linked(pair: Pair) -> None:
    merchant_id, supplier_id = pair.imported("1001", line("MUG", 4))
    _, piece = pair.supplier.split(supplier_id, (1,), (3,))
    pair.run("split-order")
    lose(pair)
    rebuilt(pair)

    pair.supplier.split(piece, (1,), (2,))
    pair.run("split-order")
    _, merchant_piece = pair.merchant.pieces(merchant_id)
    inner = pair.merchant.pieces(merchant_piece)
    lose(pair)
    rebuilt(pair)

    assert [*inner.values()] == [[("MUG", 1)], [("MUG", 2)]]
    assert pair.link(merchant_piece).state == "split"
    assert {pair.link(id_).state for id_ in inner} == {"live"}
    nothing_is_owed(pair)


@needs("split-order")
def test_split_that_was_not_reported_is_made_afterwards(pair: Pair) -> None:
    merchant_id, supplier_id = pair.imported("1001", line("MUG", 3))
    pair.supplier.split(supplier_id, (1,), (2,))
    lose(pair)
    rebuilt(pair)

    all_tasks(pair)

    assert [*pair.merchant.pieces(merchant_id).values()] == [[("MUG", 1)], [("MUG", 2)]]
    nothing_is_owed(pair)


@needs("cancel-orders", "requesting-again")
def test_what_the_task_cancelled_can_be_requested_again(pair: Pair) -> None:
    merchant_id, supplier_id = pair.imported("1001")
    pair.merchant.cancel(merchant_id)
    pair.run("cancel-orders")
    lose(pair)
    rebuilt(pair)
    nothing_is_owed(pair)

    pair.merchant.request_again(merchant_id)
    pair.run("import-orders")

    assert pair.link(merchant_id).generation == 2
    assert pair.supplier.status(supplier_id) == "cancelled"
    assert len(pair.supplier.orders()) == 1


@needs("cancel-orders", "requesting-again")
def test_new_generation_is_linked_as_it_is(pair: Pair) -> None:
    merchant_id, _ = pair.imported("1001")
    pair.merchant.cancel(merchant_id)
    pair.run("cancel-orders")
    pair.merchant.request_again(merchant_id)
    pair.run("import-orders")
    again = pair.link(merchant_id)
    lose(pair)

    rebuilt(pair)

    assert replace(pair.link(merchant_id), digests=None) == replace(again, digests=None)
    nothing_is_owed(pair)


@needs("cancel-orders")
def test_what_the_supplier_cancelled_is_not_sent_again(pair: Pair) -> None:
    merchant_id, supplier_id = pair.imported("1001")
    pair.supplier.cancel(supplier_id)
    lose(pair)
    rebuilt(pair)

    nothing_is_owed(pair)

    assert pair.merchant.status(merchant_id) == "dropshipment_requested"
    assert pair.supplier.orders() == []


@needs("cancel-orders")
def test_cancellation_that_was_not_reported_is_reported_afterwards(pair: Pair) -> None:
    merchant_id, supplier_id = pair.imported("1001")
    pair.merchant.cancel(merchant_id)
    lose(pair)
    rebuilt(pair)

    all_tasks(pair)

    assert pair.supplier.status(supplier_id) == "cancelled"


@needs("cancel-orders", "update-tracking")
def test_cancellation_that_came_too_late_is_refused_once(pair: Pair) -> None:
    merchant_id, supplier_id = pair.imported("1001")
    pair.supplier.ship(supplier_id, parcel())
    pair.merchant.cancel(merchant_id)
    lose(pair)
    rebuilt(pair)

    all_tasks(pair)

    assert pair.supplier.status(supplier_id) == "shipped"
    nothing_is_owed(pair)


@needs("import-products", "write-inventory-back", "made-products")
def test_products_are_linked_and_stock_is_written_where_it_differs(pair: Pair) -> None:
    for sku, quantity in (("MUG", 5), ("CUP", 7)):
        pair.merchant.add_product(product(sku))
        pair.merchant.count(sku, 1)
        pair.supplier.count(sku, quantity)
    pair.run("import-products")
    pair.run("write-inventory-back")
    pair.supplier.sell("CUP", 2)
    lose(pair)

    result = rebuilt(pair)
    planned = would(pair)
    all_tasks(pair)

    assert result.products == 2
    assert (planned["import-products"], len(planned["write-inventory-back"])) == ([], 1)
    assert (pair.merchant.physical("MUG"), pair.merchant.physical("CUP")) == (5, 5)


def test_store_that_has_links_is_left_alone_unless_they_may_be_added_to(pair: Pair) -> None:
    merchant_id, _ = pair.imported("1001")
    before = pair.link(merchant_id)

    with pytest.raises(OrdosyncError, match="so it is not lost"):
        rebuilt(pair)
    rebuilt(pair, add=True)

    assert replace(pair.link(merchant_id), digests=None) == replace(before, digests=None)
    nothing_is_owed(pair)


Units = Mapping[str, tuple[int | None, int | None, int | None]]


def ledger(pair: Pair, merchant_id: str) -> tuple[Units, Mapping[str, int]]:
    """Return the numbers of an order's lines, and the units of each live parcel."""
    with Store.open(load_config(pair.path).database) as store:
        links = store.links(PORTAL)
        ids = [link.merchant_id for link in links.of_either("merchant", merchant_id)]
        supplier_ids = [link.supplier_id for link in links.of_either("merchant", merchant_id)]
        found = links.all_of_supplier("order", supplier_ids)
        ids += [link.merchant_id for family in found.values() for link in family]
        lines = links.lines_of(sorted({*ids}))
        parcels = links.parcels_of(sorted({*ids}))
    return (
        {
            line.merchant_id: (line.ordered, line.sent, line.cancelled)
            for of_order in lines.values()
            for line in of_order
            if line.state != "split"
        },
        {
            link.supplier_id: sum((link.units or {}).values())
            for of_order in parcels.values()
            for link in of_order
            if link.state == "live"
        },
    )


def sent_in_part(pair: Pair) -> tuple[str, str]:
    """Import an order of two CUP and a MUG, and report a parcel of one CUP."""
    merchant_id, supplier_id = pair.imported("1001", line("CUP", 2), line("MUG", 1))
    pair.supplier.ship_part(supplier_id, parcel(number="1Z1"), 1, 0)
    pair.run("update-tracking")
    return merchant_id, supplier_id


@needs("update-tracking", "parcels", "several-parcels")
def test_order_that_is_sent_in_part_keeps_its_units_and_parcels(pair: Pair) -> None:
    merchant_id, supplier_id = sent_in_part(pair)
    before = ledger(pair, merchant_id)
    lose(pair)

    rebuilt(pair)

    assert ledger(pair, merchant_id) == before
    nothing_is_owed(pair)
    pair.supplier.ship_part(supplier_id, parcel(number="1Z2"), 1, 1)
    all_tasks(pair)
    assert {*pair.merchant.all_numbers(merchant_id)} <= {"1Z1", "1Z2"}
    assert sum(pair.supplier.open_units(supplier_id).values()) == 0
    nothing_is_owed(pair)


@needs("update-tracking", "parcels", "several-parcels")
def test_parcel_of_a_part_that_waits_to_be_reported_is_reported(pair: Pair) -> None:
    merchant_id, supplier_id = sent_in_part(pair)
    pair.supplier.ship_part(supplier_id, parcel(number="1Z2"), 1, 0)
    lose(pair)
    rebuilt(pair)

    all_tasks(pair)

    if "more-numbers" not in pair.merchant.lacks:
        assert sorted(pair.merchant.all_numbers(merchant_id)) == ["1Z1", "1Z2"]
    nothing_is_owed(pair)


@needs("update-tracking", "parcels", "several-parcels")
def test_parcel_that_was_voided_before_the_loss_is_void_afterwards(pair: Pair) -> None:
    if "voided-labels" in pair.supplier.lacks and "more-numbers" in pair.merchant.lacks:
        pytest.skip("neither account records any more that the number was the Supplier's")
    merchant_id, supplier_id = sent_in_part(pair)
    pair.supplier.ship_part(supplier_id, parcel(number="1Z2"), 1, 0)
    pair.run("update-tracking")
    pair.supplier.recall(supplier_id, "1Z1")
    lose(pair)
    rebuilt(pair)

    all_tasks(pair)

    assert "1Z1" not in pair.merchant.all_numbers(merchant_id)
    nothing_is_owed(pair)
