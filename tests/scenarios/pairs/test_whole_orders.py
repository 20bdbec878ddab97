"""Calls for orders that are sent as a whole: no more than before parcels had lines."""

from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from tests.accounts.contract.examples import line, parcel, sold
from tests.accounts.contract.over_http import MerchantOverHttp, SupplierOverHttp
from tests.scenarios.pairs.kinds import MERCHANTS, SUPPLIERS
from tests.scenarios.pairs.pair import Pair
from tests.support.clock import VirtualClock

MANY = 10
CALLS: Mapping[tuple[str, str], tuple[int, int, int]] = {
    ("ordoro", "sqlite"): (3, 20, 21),
    ("shopify", "sqlite"): (2, 11, 23),
    # One call more than in 799b213: an order does not say which of its products are virtual.
    ("woocommerce", "sqlite"): (4, 42, 3),
    ("sqlite", "ordoro"): (10, 2, 20),
    ("sqlite", "shopify"): (14, 2, 31),
    ("sqlite", "woocommerce"): (12, 12, 20),
}
"""Calls to import, to report and to cancel ten orders, as counted in version 799b213."""


@pytest.mark.parametrize(
    ("kinds", "calls"), CALLS.items(), ids=lambda value: "-".join(map(str, value))
)
def test_whole_orders_cost_no_more_calls_than_before(
    kinds: tuple[str, str], calls: tuple[int, int, int], tmp_path: Path
) -> None:
    clock = VirtualClock()
    with (
        closing(MERCHANTS[kinds[0]](tmp_path, clock)) as selling,
        closing(SUPPLIERS[kinds[1]](tmp_path, clock)) as shipping,
    ):
        pair = Pair(tmp_path, selling, shipping)
        pair.configure(manage_inventory="false")
        pair.imported("0")
        for task in ("import-orders", "update-tracking", "cancel-orders"):
            pair.run(task)
        clock.at += timedelta(hours=1)
        counted = _counter(selling if kinds[1] == "sqlite" else shipping, pair)

        ids = _requested(pair, 1000)
        importing = counted("import-orders")
        for place, merchant_id in enumerate(ids):
            shipping.ship(pair.link(merchant_id).supplier_id, parcel(number=f"1Z{place}"))
        reporting = counted("update-tracking")
        ids = _requested(pair, 2000)
        pair.run("import-orders")
        for merchant_id in ids:
            selling.cancel(merchant_id)
        cancelling = counted("cancel-orders")

    assert importing <= calls[0]
    assert reporting <= calls[1]
    assert cancelling <= calls[2]


def _requested(pair: Pair, first: int) -> list[str]:
    """Place orders of two lines; return their ids."""
    numbers = range(first, first + MANY)
    return [
        pair.merchant.request(sold(str(number), line("CUP", 2), line("MUG"))) for number in numbers
    ]


def _counter(people: object, pair: Pair) -> Callable[[str], int]:
    """Return a function that runs a task and returns its number of calls to the service."""
    assert isinstance(people, MerchantOverHttp | SupplierOverHttp)

    def counted(task: str) -> int:
        before = people.calls
        assert pair.run(task).count("done") == MANY
        return people.calls - before

    return counted
