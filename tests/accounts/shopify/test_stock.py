"""Quantities at a shop: never above the Supplier's stock, in any sequence of events."""

from contextlib import closing
from pathlib import Path

from msgspec.structs import replace

from ordosync.models import Outcome
from ordosync.stock_rules import ALL_AVAILABLE, published
from tests.accounts.contract.examples import line, product, sold
from tests.accounts.contract.opening import OpenMerchant, opened
from tests.accounts.shopify.people import ShopifyMerchantPeople
from tests.accounts.sqlite.people import SqliteSupplierPeople
from tests.fakes.shopify.state import LineItem
from tests.scenarios.pairs.pair import Pair


def offered(seller: ShopifyMerchantPeople, quantity: int, sku: str = "MUG") -> str:
    product_id = seller.add_product(product(sku))
    seller.count(sku, quantity)
    return product_id


def write(account: OpenMerchant, product_id: str, quantity: int) -> Outcome:
    """Write a quantity of the Supplier, as the task does."""
    level = account.stock.current([product_id])[product_id]
    shown = published(quantity, ALL_AVAILABLE, unsent=level.unsent)
    [outcome] = account.stock.write([replace(level, quantity=shown)])
    return outcome


def test_units_of_orders_that_are_not_imported_yet_are_subtracted(
    seller: ShopifyMerchantPeople,
) -> None:
    mug = offered(seller, 5)
    seller.request(sold("1001", line("MUG", 2)))
    account = opened(seller)

    level = account.stock.current([mug])[mug]
    outcome = write(account, mug, 10)

    assert (level.quantity, level.unsent) == (3, 2)
    assert outcome.state == "done"
    assert seller.physical("MUG") == 10 - 2


def test_units_of_imported_orders_are_not_subtracted(
    seller: ShopifyMerchantPeople, tmp_path: Path
) -> None:
    pair = Pair(tmp_path, seller, SqliteSupplierPeople(tmp_path, seller.clock))
    mug = offered(seller, 5)
    pair.imported("1001", line("MUG", 2))
    account = opened(seller)

    early = account.stock.current([mug])[mug]
    seller.clock.sleep(600)
    account.close()
    later = account.stock.current([mug])[mug]

    # The Supplier's count may have been older than the order, at first.
    assert (early.unsent, later.unsent) == (2, 0)
    assert early.quantity == later.quantity == 3


def test_sale_between_read_and_write_is_not_undone(seller: ShopifyMerchantPeople) -> None:
    mug = offered(seller, 5)
    account = opened(seller)
    level = account.stock.current([mug])[mug]
    seller.request(sold("1001", line("MUG", 1)))

    [outcome] = account.stock.write([replace(level, quantity=6)])
    [again] = account.stock.write([replace(level, quantity=6)])
    unchanged = write(account, mug, 5)

    assert [outcome.code, again.code, unchanged.state] == ["changed", "changed", "unchanged"]
    assert seller.physical("MUG") == 4


def test_two_runs_and_a_sale_at_once_never_raise_it_above_the_suppliers(
    seller: ShopifyMerchantPeople,
) -> None:
    mug = offered(seller, 5)
    slow, quick = opened(seller), opened(seller)
    stale = slow.stock.current([mug])[mug]
    fresh = quick.stock.current([mug])[mug]
    seller.request(sold("1001", line("MUG", 1)))

    refused = quick.stock.write([replace(fresh, quantity=3)])[0]
    outcome = write(quick, mug, 3)
    late = slow.stock.write([replace(stale, quantity=9)])[0]

    assert [refused.code, outcome.state, late.code] == ["changed", "done", "changed"]
    assert seller.physical("MUG") == 3 - 1


def test_list_that_is_late_with_a_sale_does_not_hide_it(seller: ShopifyMerchantPeople) -> None:
    mug = offered(seller, 5)
    seller.fake.switches.index_lag_s = 300
    seller.request(sold("1001", line("MUG", 2)))
    account = opened(seller)

    assert account.stock.current([mug])[mug].unsent == 2
    assert write(account, mug, 8).state == "done"
    assert seller.physical("MUG") == 6


def test_changed_quantity_does_not_stop_the_others_of_its_call(
    seller: ShopifyMerchantPeople,
) -> None:
    ids = [offered(seller, 5, sku) for sku in ("MUG", "CUP", "JAR")]
    account = opened(seller)
    levels = account.stock.current(ids)
    seller.count("CUP", 4)

    outcomes = account.stock.write([replace(levels[id_], quantity=7) for id_ in ids])

    assert [outcome.state for outcome in outcomes] == ["done", "unavailable", "done"]
    assert [seller.physical(sku) for sku in ("MUG", "CUP", "JAR")] == [7, 4, 7]
    assert seller.fake.requests["SetStock"] == 2


def test_product_that_is_not_tracked_is_not_written(seller: ShopifyMerchantPeople) -> None:
    mug = offered(seller, 5)
    seller.fake.item("MUG").tracked = False

    with closing(opened(seller)) as account:
        assert account.stock.current([mug])[mug].fixed == "unmanaged"
        assert write(account, mug, 7).code == "fixed"


def test_w6_units_of_an_order_that_cannot_be_imported_are_subtracted(
    seller: ShopifyMerchantPeople, tmp_path: Path
) -> None:
    pair = Pair(tmp_path, seller, SqliteSupplierPeople(tmp_path, seller.clock))
    mug = offered(seller, 5)
    offered(seller, 5, "CUP")
    seller.request(sold("1001", line("MUG", 2), line("CUP", 1)))
    for item in seller.fake.shop.all(LineItem):
        item.sku = None if item.sku == "CUP" else item.sku

    assert pair.run("import-orders").counts == {"failed": 1}

    assert write(opened(seller), mug, 10).state == "done"
    assert seller.physical("MUG") == 10 - 2
