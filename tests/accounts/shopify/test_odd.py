"""Responses that Shopify's schema rules out, and user errors that do not mean a refusal."""

from collections.abc import Callable
from typing import Any

import pytest

from ordosync.accounts.account import ReadRequest
from ordosync.errors import AccountError, UnavailableError
from tests.accounts.contract.account import read
from tests.accounts.contract.examples import order, parcel, sold
from tests.accounts.contract.opening import opened
from tests.accounts.shopify.people import ShopifyMerchantPeople, ShopifySupplierPeople
from tests.fakes.shopify import Fault

_PER_MINUTE = 5


def test_orders_beyond_the_limit_of_a_trial_shop_wait(
    shipper: ShopifySupplierPeople,
) -> None:
    shipper.fake.switches.orders_per_minute = _PER_MINUTE
    account = opened(shipper)
    orders = [order(str(number)) for number in range(1001, 1009)]

    first = account.orders.create(orders)
    shipper.clock.sleep(max(outcome.retry_after_s or 0 for outcome in first))
    second = account.orders.create(
        [order for order, had in zip(orders, first, strict=True) if not had.id]
    )

    assert (
        sorted(outcome.state for outcome in first) == ["done"] * _PER_MINUTE + ["unavailable"] * 3
    )
    assert [outcome.state for outcome in second] == ["done"] * 3


@pytest.mark.parametrize("value", ["yesterday", "2026-11-02T00:00:00", 7, {}])
def test_time_that_is_invalid_is_one_clear_error(
    seller: ShopifyMerchantPeople, value: object
) -> None:
    seller.request(sold("1001"))
    seller.fake.faults.add(_edited("RequestedOrders", lambda data: data.update(updatedAt=value)))

    with pytest.raises(AccountError, match="read orders"):
        read(opened(seller).orders.changed(ReadRequest(cursor=None, now=seller.settle())))


def test_parcel_without_a_time_is_one_clear_error(shipper: ShopifySupplierPeople) -> None:
    account = opened(shipper)
    [made] = account.orders.create([order("1001")])
    shipper.ship(made.id, parcel())
    shipper.fake.faults.add(
        _edited("SentOrders", lambda data: data["fulfillments"][0].update(createdAt=None))
    )

    with pytest.raises(AccountError, match="read shipments"):
        read(account.shipments.changed(ReadRequest(cursor=None, now=shipper.settle())))


def _edited(operation: str, change: Callable[[Any], object]) -> Fault:
    """Return the page with another value in the first node of its list."""

    def edit(page: Any) -> Any:
        [connection] = page["data"].values()
        change(connection["nodes"][0])
        return page

    return Fault(kind="edited", path=f"#{operation}$", times=9, edit=edit)


@pytest.mark.parametrize(
    ("error", "state"),
    [
        ({"message": "Internal error", "extensions": {"code": "INTERNAL_SERVER_ERROR"}}, "unknown"),
        ({"message": "Timeout", "path": ["orderCreate"]}, "unknown"),
        (
            {"message": "No", "path": ["orderCreate"], "extensions": {"code": "BAD_REQUEST"}},
            "refused",
        ),
        (
            {
                "message": "No",
                "path": ["orderCreate", "order", "lineItems"],
                "extensions": {"code": "BAD_REQUEST"},
            },
            "unknown",
        ),
    ],
    ids=["whole", "no-code", "refused", "in-what-was-made"],
)
@pytest.mark.parametrize("with_data", [True, False])
def test_order_with_an_error_response_counts_as_created_unless_all_was_refused(
    shipper: ShopifySupplierPeople, error: dict[str, object], state: str, with_data: bool
) -> None:
    def edit(answer: Any) -> Any:
        data = {"data": answer["data"]} if with_data else {"data": None}
        return {**data, "errors": [error]}

    account = opened(shipper)
    shipper.fake.faults.add(Fault(kind="edited", path="#CreateOrder$", edit=edit))

    [outcome] = account.orders.create([order("1001")])

    assert outcome.state == state


@pytest.mark.parametrize("times", [1, 9])
def test_page_with_an_error_is_requested_again_and_not_used(
    seller: ShopifyMerchantPeople, times: int
) -> None:
    seller.request_all([sold("1001"), sold("1002")])
    seller.fake.faults.add(
        Fault(kind="edited", path="#RequestedOrders$", times=times, edit=_half_of_it)
    )
    pages = opened(seller).orders.changed(ReadRequest(cursor=None, now=seller.settle()))

    if times == 1:
        assert len(read(pages)[0]) == 2
    else:
        with pytest.raises(UnavailableError, match="Internal error"):
            read(pages)


def _half_of_it(page: Any) -> Any:
    nodes = page["data"]["fulfillmentOrders"]["nodes"]
    nodes[1] = None
    path = ["fulfillmentOrders", "nodes", 1]
    return {**page, "errors": [{"message": "Internal error", "path": path}]}
