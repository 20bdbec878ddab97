"""Long lists and long orders."""

import tracemalloc
from datetime import datetime

import pytest

from ordosync.accounts.shopify import lists
from ordosync.accounts.shopify.documents.fulfillment import CHANGED_ORDERS
from ordosync.accounts.shopify.session import ShopifySession
from ordosync.errors import UnavailableError
from tests.accounts.contract.account import read
from tests.accounts.contract.examples import sold
from tests.accounts.contract.opening import PORTAL, opened, write_config
from tests.accounts.shopify.people import ShopifyMerchantPeople
from tests.running import run_once

BACKLOG = 10_000
MOST_GROWN = 40_000_000
"""Bytes; all of the backlog at once would be several times as much."""


def changes(seller: ShopifyMerchantPeople, deep: int) -> list[str]:
    account = opened(seller)
    http = account.http  # type: ignore[attr-defined]
    assert isinstance(http, ShopifySession)
    found = lists.Changes(http, CHANGED_ORDERS, doing="read", first=10, deep=deep)
    return [one.id for page in found.since(None) for one, _ in page]


def place(seller: ShopifyMerchantPeople, count: int, *, a_second: int) -> None:
    for number in range(count):
        if number % a_second == 0:
            seller.clock.sleep(1)
        seller.request(sold(str(number)))


def test_deep_list_is_asked_anew_and_nothing_comes_twice(seller: ShopifyMerchantPeople) -> None:
    place(seller, 700, a_second=7)
    seller.fake.switches.deepest = 400

    found = changes(seller, deep=100)

    assert len(found) == len({*found}) == 700


def test_more_than_can_be_read_of_one_second_is_said(seller: ShopifyMerchantPeople) -> None:
    place(seller, 200, a_second=200)

    with pytest.raises(UnavailableError, match="within one second"):
        changes(seller, deep=100)


def test_time_of_the_future_does_not_blind_us(seller: ShopifyMerchantPeople) -> None:
    first = seller.request(sold("1001"))
    seller.part(f"gid://shopify/FulfillmentOrder/{first}").updated_at = datetime.fromisoformat(
        "2099-01-01T00:00:00Z"
    )
    account = opened(seller)
    _, cursor = read(account.orders(None, now=seller.settle()))
    second = seller.request(sold("1002"))

    found, _ = read(account.orders(cursor, now=seller.settle()), since=cursor)

    assert second in {one.id for one in found}


@pytest.mark.slow
def test_backlog_of_10000_orders_is_imported_in_flat_memory(seller: ShopifyMerchantPeople) -> None:
    place(seller, BACKLOG, a_second=50)
    seller.settle()
    path = write_config(seller.folder, seller, None)
    account = opened(seller)
    tracemalloc.start()

    grown = 0
    for page in account.orders(None, now=seller.clock.now()):
        grown = max(grown, tracemalloc.get_traced_memory()[0])
        assert len(page.items) <= 250
    tracemalloc.stop()
    ran = run_once(path, "import-orders", PORTAL, seller.clock)

    assert ran.counts == {"done": BACKLOG}
    assert grown < MOST_GROWN
    assert ran.run.calls / BACKLOG < 0.2
    assert ran.run.cost / BACKLOG < 20
