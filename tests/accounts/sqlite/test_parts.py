"""Effects of a portal's options on the parts of a local account."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from ordosync.accounts.account import ReadRequest
from ordosync.errors import RefusedError
from ordosync.models import Stock
from tests.accounts.contract.examples import line, order, product
from tests.accounts.contract.opening import opened
from tests.accounts.sqlite.people import SqliteMerchantPeople, SqliteSupplierPeople
from tests.support.clock import VirtualClock

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)


@pytest.fixture(name="merchant")
def _merchant(tmp_path: Path) -> SqliteMerchantPeople:
    return SqliteMerchantPeople(tmp_path, VirtualClock())


@pytest.fixture(name="supplier")
def _supplier(tmp_path: Path) -> SqliteSupplierPeople:
    return SqliteSupplierPeople(tmp_path, VirtualClock())


def test_number_of_an_order_has_the_prefix_of_the_portal(supplier: SqliteSupplierPeople) -> None:
    account = opened(supplier, pair={"prefix": "A-"})

    [outcome] = account.orders.create([order("1001")])

    assert account.orders.number_prefix == "A-"
    assert (outcome.id, outcome.line_ids) == ("A-1001", ("A-1001/1",))
    assert account.orders.statuses(["A-1001", "1001"]) == {"A-1001": "awaiting_fulfillment"}


def test_stock_is_that_of_the_warehouses_of_the_portal(supplier: SqliteSupplierPeople) -> None:
    supplier.desk.add_product(product("MUG"))
    for warehouse, quantity in (("main", 7), ("east", 4), ("west", 1)):
        supplier.desk.set_stock("MUG", warehouse, quantity)

    everywhere = opened(supplier)
    some = opened(supplier, pair={"warehouses": ["east", "west"]})

    assert everywhere.stock.of(["MUG"])["MUG"].quantity == 12
    assert some.stock.of(["MUG"])["MUG"].quantity == 5
    assert some.side.desk
    assert [level.warehouse for level in some.side.desk.levels_of("MUG")] == ["east", "west"]


def test_stock_is_read_again_after_a_change_at_the_desk(supplier: SqliteSupplierPeople) -> None:
    account = opened(supplier)
    supplier.count("MUG", 7)
    assert account.stock.of(["MUG"])["MUG"].quantity == 7

    supplier.sell("MUG", 2)

    assert account.stock.of(["MUG"])["MUG"].quantity == 5


def test_supplier_at_the_merchant_is_the_option_or_the_account(
    merchant: SqliteMerchantPeople,
) -> None:
    merchant.take(order("1001", line("MUG")))
    merchant.desk.request("1001", "acme")
    request = ReadRequest(cursor=None, now=NOON)

    by_name = opened(merchant)
    by_option = opened(merchant, pair={"supplier": "acme"})

    assert (by_name.side.supplier_key, by_option.side.supplier_key) == ("northwind", "acme")
    assert [page.items for page in by_name.orders.changed(request) if page.items] == []
    [page] = [page for page in by_option.orders.changed(request) if page.items]
    assert [item.id for item in page.items] == ["1001"]


def test_quantity_is_that_of_the_linked_warehouse(merchant: SqliteMerchantPeople) -> None:
    merchant.add_product(product("MUG"))
    merchant.count("MUG", 3)
    account = opened(merchant, pair={"warehouse": "dropship"})
    assert account.stock.current(["MUG"])["MUG"].quantity is None

    [outcome] = account.stock.write([Stock(product_id="MUG", sku="MUG", quantity=9)])

    assert outcome.state == "done"
    levels = merchant.desk.levels_of("MUG")
    assert {level.warehouse: level.physical for level in levels} == {"dropship": 9, "main": 3}


def test_deleted_database_file_is_refused(merchant: SqliteMerchantPeople) -> None:
    account = opened(merchant)
    new = ReadRequest(cursor=None, now=NOON)
    again = ReadRequest(cursor="7", now=NOON)
    reads = (account.orders.changed, account.cancellations.changed, account.products.changed)

    for read in reads:
        assert [page.items for page in read(new)] == [()]
        with pytest.raises(RefusedError, match=r"there is no file .*shop\.db; check `path:`"):
            list(read(again))

    assert not merchant.path.exists()
