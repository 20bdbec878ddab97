"""Long lists and orders with many lines."""

import json
import subprocess
import sys
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest

from ordosync.accounts.account import ReadRequest
from ordosync.accounts.shopify import pagination
from ordosync.accounts.shopify.graphql import GraphQLClient
from ordosync.accounts.shopify.queries.fulfillment import CHANGED_ORDERS
from ordosync.accounts.shopify.queries.stock import SELLABLE
from ordosync.accounts.shopify.schema import InventoryItem
from ordosync.errors import UnavailableError
from tests.accounts.contract.account import read
from tests.accounts.contract.examples import sold
from tests.accounts.contract.opening import opened, write_config
from tests.accounts.shopify.people import ShopifyMerchantPeople, ShopifySupplierPeople
from tests.fakes.shopify import Fault
from tests.scenarios.faults.reading import Repeats
from tests.support.clock import VirtualClock

BACKLOG = 10_000
MOST = 1.1
"""Largest factor between the memory of the whole list and of a quarter of it."""
WATCHED = """
import atexit, pathlib, re, sys
from ordosync.__main__ import main

@atexit.register
def _tell():
    status = pathlib.Path("/proc/self/status").read_text()
    sys.stderr.write(re.search(r"VmHWM:\\s+(\\d+)", status)[1])

main()
"""
"""Prints its peak memory at the end; the system's number would include the test process."""


def session(people: ShopifyMerchantPeople | ShopifySupplierPeople) -> GraphQLClient:
    http = opened(people).client.http  # type: ignore[attr-defined]
    assert isinstance(http, GraphQLClient)
    return http


def changes(seller: ShopifyMerchantPeople, deep: int) -> list[str]:
    changes = pagination.Changes(
        session(seller), CHANGED_ORDERS, action="read", first=10, deep=deep, split="split_1"
    )
    return [listed.id for page in changes.since(None) for listed, _ in page]


def place(seller: ShopifyMerchantPeople, count: int, *, a_second: int) -> None:
    for number in range(count):
        if number % a_second == 0:
            seller.clock.sleep(1)
        seller.request(sold(str(number)))


def test_deep_list_is_restarted_without_duplicates(seller: ShopifyMerchantPeople) -> None:
    place(seller, 700, a_second=7)
    seller.fake.switches.deepest = 400

    ids = changes(seller, deep=100)

    assert len(ids) == len({*ids}) == 700


@pytest.mark.parametrize("deep", [100, 200, 400])
def test_deep_list_that_comes_by_ids_goes_on_behind_the_last(
    shipper: ShopifySupplierPeople, deep: int
) -> None:
    for number in range(400):
        shipper.count(f"SKU-{number}", 1)
    shipper.fake.switches.deepest = deep + 250
    pages = pagination.Pages(
        session(shipper),
        SELLABLE,
        InventoryItem,
        action="read stock",
        first=10,
        location=shipper.fake.location_id,
    )

    skus = [inventory_item.sku for page in pagination.by_id(pages, deep) for inventory_item in page]

    assert sorted(map(str, skus)) == sorted(f"SKU-{number}" for number in range(400))


def test_list_that_skips_the_requested_ids_is_a_failure(
    shipper: ShopifySupplierPeople,
) -> None:
    pages = pagination.Pages(
        session(shipper),
        SELLABLE,
        InventoryItem,
        action="read stock",
        first=10,
        location=shipper.fake.location_id,
    )
    for number in range(30):
        shipper.count(f"SKU-{number}", 1)
    edit = Repeats()
    shipper.fake.faults.add(Fault(kind="edited", path="#Sellable$", times=99, edit=edit))

    with pytest.raises(UnavailableError, match="not sorted by id"):
        list(pagination.by_id(pages, deep=10))


def test_too_many_orders_of_one_second_are_reported(seller: ShopifyMerchantPeople) -> None:
    place(seller, 200, a_second=200)

    with pytest.raises(UnavailableError, match="within one second"):
        changes(seller, deep=100)


def test_time_in_the_future_does_not_hide_later_orders(seller: ShopifyMerchantPeople) -> None:
    first = seller.request(sold("1001"))
    seller.part(f"gid://shopify/FulfillmentOrder/{first}").updated_at = datetime.fromisoformat(
        "2099-01-01T00:00:00Z"
    )
    account = opened(seller)
    _, cursor = read(account.orders.changed(ReadRequest(cursor=None, now=seller.settle())))
    second = seller.request(sold("1002"))

    orders, _ = read(
        account.orders.changed(ReadRequest(cursor=cursor, now=seller.settle())), since=cursor
    )

    assert second in {order.id for order in orders}


@pytest.mark.slow
def test_backlog_of_10000_orders_is_imported_in_flat_memory(tmp_path: Path) -> None:
    few, _ = imported(tmp_path / "few", BACKLOG // 4)
    many, run = imported(tmp_path / "many", BACKLOG)

    assert run["done"] == BACKLOG
    assert many <= MOST * few
    assert run["calls"] / BACKLOG < 0.06
    assert run["cost"] / BACKLOG < 2


def imported(folder: Path, count: int) -> tuple[int, dict[str, int]]:
    """Import orders in a separate process without a cost limit; return its peak memory, too."""
    folder.mkdir()
    with closing(ShopifyMerchantPeople(folder, VirtualClock())) as seller:
        seller.fake.switches.points = 10**9
        place(seller, count, a_second=50)
        path = write_config(folder, seller, None)
        words = ("import-orders", "--json", "--config", str(path))
        ran = subprocess.run(
            [sys.executable, "-c", WATCHED, *words], capture_output=True, check=True
        )
    return int(ran.stderr), json.loads(ran.stdout)["runs"][0]
