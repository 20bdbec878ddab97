"""Answers that Shopify's schema rules out, and refusals that mean something else than no."""

from collections.abc import Callable
from typing import Any

import pytest

from ordosync.errors import AccountError
from tests.accounts.contract.account import read
from tests.accounts.contract.examples import order, parcel, sold
from tests.accounts.contract.opening import opened
from tests.accounts.shopify.people import ShopifyMerchantPeople, ShopifySupplierPeople
from tests.fakes.shopify import Fault

_PER_MINUTE = 5


def test_orders_that_a_shop_on_trial_takes_only_so_many_of_a_minute_wait(
    shipper: ShopifySupplierPeople,
) -> None:
    shipper.fake.switches.orders_per_minute = _PER_MINUTE
    account = opened(shipper)
    orders = [order(str(number)) for number in range(1001, 1009)]

    first = account.create_orders(orders)
    shipper.clock.sleep(max(one.retry_after_s or 0 for one in first))
    second = account.create_orders(
        [one for one, had in zip(orders, first, strict=True) if not had.id]
    )

    assert sorted(one.state for one in first) == ["done"] * _PER_MINUTE + ["unavailable"] * 3
    assert [one.state for one in second] == ["done"] * 3


@pytest.mark.parametrize("said", ["yesterday", "2026-11-02T00:00:00", 7, {}])
def test_time_that_is_none_is_one_clear_error(seller: ShopifyMerchantPeople, said: object) -> None:
    seller.request(sold("1001"))
    seller.fake.faults.add(_edited("RequestedOrders", lambda data: data.update(updatedAt=said)))

    with pytest.raises(AccountError, match="read orders"):
        read(opened(seller).orders(None, now=seller.settle()))


def test_parcel_without_a_time_is_one_clear_error(shipper: ShopifySupplierPeople) -> None:
    account = opened(shipper)
    [made] = account.create_orders([order("1001")])
    shipper.ship(made.id, parcel())
    shipper.fake.faults.add(
        _edited("SentOrders", lambda data: data["fulfillments"][0].update(createdAt=None))
    )

    with pytest.raises(AccountError, match="read shipments"):
        read(account.shipments(None, now=shipper.settle()))


def _edited(operation: str, change: Callable[[Any], object]) -> Fault:
    """Let the first thing of a list say something else."""

    def edit(page: Any) -> Any:
        [found] = page["data"].values()
        change(found["nodes"][0])
        return page

    return Fault(kind="edited", path=f"#{operation}$", times=9, edit=edit)
