"""Orders that were sent in part, compared between two accounts of any kinds."""

import pytest

from ordosync.config import load_config
from ordosync.store import Store
from tests.accounts.contract.examples import line, parcel
from tests.accounts.contract.opening import PORTAL
from tests.accounts.contract.people import needs
from tests.accounts.shopify.people import ShopifySupplierPeople
from tests.scenarios.pairs.comparing import compared, differing
from tests.scenarios.pairs.pair import Pair
from tests.scenarios.pairs.parcels import ordered, sent


@needs("update-tracking", "cancel-orders", "parcels", "several-parcels", "parcel-lines")
@needs("reductions")
def test_sides_agree_when_the_rest_of_a_partly_sent_order_is_cancelled(pair: Pair) -> None:
    """Seen with a shop: its lines keep their units, although the order is cancelled."""
    merchant_id, supplier_id = ordered(pair)
    sent(pair, supplier_id, "1Z1", 1, 0)
    pair.merchant.cancel_rest(merchant_id)

    pair.run("cancel-orders")

    assert differing(pair) == []
    pair.stays_quiet("cancel-orders", "update-tracking")


@needs("update-tracking", "split-order", "parcels", "several-parcels", "parcel-lines")
def test_sides_agree_when_the_rest_of_a_partly_sent_order_is_split(pair: Pair) -> None:
    """Seen with a shop: the sent units are in no piece."""
    merchant_id, supplier_id = pair.imported("1001", line("MUG", 4))
    sent(pair, supplier_id, "1Z1", 1)
    first, second = pair.supplier.split(supplier_id, (1,), (2,))

    pair.run("split-order")

    assert differing(pair) == []
    pair.stays_quiet("split-order", "update-tracking")
    pair.supplier.ship(second, parcel(number="1Z2"))
    pair.run("update-tracking")
    pair.supplier.ship(first, parcel(number="1Z3"))
    pair.run("update-tracking")
    assert sorted(pair.merchant.all_numbers(merchant_id)) == ["1Z1", "1Z2", "1Z3"]
    assert pair.merchant.sent_units(merchant_id) == {"MUG": 4}
    assert differing(pair) == []


@needs("update-tracking", "split-order", "cancel-orders", "parcels")
def test_sides_agree_when_the_unsent_piece_of_an_order_is_cancelled(pair: Pair) -> None:
    if isinstance(pair.supplier, ShopifySupplierPeople):
        pytest.skip("a Shopify shop does not cancel a piece: the next test has what is done")
    merchant_id, supplier_id = pair.imported("1001", line("MUG", 3))
    first, second = pair.supplier.split(supplier_id, (1,), (2,))
    pair.run("split-order")
    pair.supplier.ship(first, parcel(number="1Z1"))
    pair.run("update-tracking")
    pair.merchant.cancel_rest(merchant_id)

    pair.run("cancel-orders")

    assert pair.supplier.status(second) == "cancelled"
    assert differing(pair) == []
    pair.stays_quiet("cancel-orders", "update-tracking")


@needs("update-tracking", "split-order", "cancel-orders", "parcels", "comments")
def test_cancelled_piece_of_a_shopify_supplier_is_reported_on_both_sides(pair: Pair) -> None:
    if not isinstance(pair.supplier, ShopifySupplierPeople):
        pytest.skip("the Supplier cancels a piece without the others")
    merchant_id, supplier_id = pair.imported("1001", line("MUG", 3))
    first, second = pair.supplier.split(supplier_id, (1,), (2,))
    pair.run("split-order")
    pair.supplier.ship(first, parcel(number="1Z1"))
    pair.run("update-tracking")
    pair.merchant.cancel_rest(merchant_id)

    ran = pair.run("cancel-orders")

    assert ran.step.state == "failed"
    assert ran.step.code in ("piece", "not-reducible")
    assert "ask the Supplier" in (ran.step.reason or "")
    assert any("do not send" in text for text in pair.supplier.timeline(second))
    assert [kind for kind, _ in differing(pair)] in (["not-cancelled"], ["sum-broken"])
    pair.stays_quiet("update-tracking")


@needs("update-tracking", "parcels", "parcel-lines", "cancelled-units", "reductions", "listing")
def test_units_that_users_cancelled_on_both_sides_are_cancelled_in_the_links(pair: Pair) -> None:
    merchant_id, supplier_id = pair.imported("1001", line("CUP", 3), line("MUG", 1))
    pair.merchant.cancel_units(merchant_id, 1, 1)
    pair.supplier.take_off(supplier_id, 1, 1)
    [difference] = [it for it in compared(pair) if it.kind == "units-differ"]
    assert difference.fix == "ledger"

    assert [it.kind for it in compared(pair, fix=True) if it.kind == "units-differ"] == []

    assert open_in_links(pair, merchant_id) == 2
    pair.supplier.ship(supplier_id, parcel())
    pair.run("update-tracking")
    assert open_in_links(pair, merchant_id) == 0
    assert pair.merchant.sent_units(merchant_id) == {"CUP": 2}
    pair.stays_quiet("update-tracking")


def open_in_links(pair: Pair, merchant_id: str) -> int:
    """Return the open units of an order by its links."""
    with Store.open(load_config(pair.path).database) as store:
        lines = store.links(PORTAL).lines_of([merchant_id])[merchant_id]
    return sum(line.open_units or 0 for line in lines)


@needs("split-order", "several-parcels", "parcel-lines")
@pytest.mark.parametrize("units", [(1, 0), (0, 1), (2, 1)], ids=str)
def test_split_after_a_parcel_that_was_void_before_it_was_reported_is_no_difference(
    pair: Pair, units: tuple[int, int]
) -> None:
    """A piece may have the same units as that parcel."""
    _, supplier_id = ordered(pair)
    pair.supplier.ship_part(supplier_id, parcel(number="1Z1"), *units)
    pair.supplier.recall(supplier_id, "1Z1")
    pair.supplier.split(supplier_id, (1, 0), (1, 1))

    pair.run("split-order")

    assert differing(pair) == []
