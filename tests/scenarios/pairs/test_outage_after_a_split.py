"""Parcels that are void after an outage between the Merchant's split and the parcel's number."""

from collections.abc import Iterator
from contextlib import closing
from math import inf
from pathlib import Path
from typing import cast

import pytest

from tests.accounts.contract.examples import parcel
from tests.accounts.contract.opening import PORTAL
from tests.accounts.contract.over_http import OverHttp
from tests.scenarios.pairs.kinds import MERCHANTS, SUPPLIERS
from tests.scenarios.pairs.pair import Pair
from tests.scenarios.pairs.parcels import TASK, numbers, open_steps, ordered, until_quiet
from tests.support.clock import VirtualClock
from tests.support.runs import run_once

MOST_CALLS = 40


@pytest.fixture(name="pair")
def _pair(tmp_path: Path) -> Iterator[Pair]:
    clock = VirtualClock()
    with (
        closing(MERCHANTS["ordoro"](tmp_path, clock)) as selling,
        closing(SUPPLIERS["sqlite"](tmp_path, clock)) as shipping,
    ):
        yield Pair(tmp_path, selling, shipping)


def run_with_outage(pair: Pair, after: int) -> bool:
    """Run the task; the Merchant is down after some calls. Return if it was down."""
    service = cast("OverHttp", pair.merchant)
    calls = service.calls
    service.meet("unavailable", "anything", after=after, times=inf)
    run_once(pair.path, TASK, PORTAL, pair.merchant.clock, may_fail=True)
    service.heal()
    return service.calls - calls > after


def test_next_parcel_is_reported_after_an_outage_and_a_void_label(pair: Pair) -> None:
    for after in range(MOST_CALLS):
        merchant_id, supplier_id = ordered(pair, f"{1000 + after}")
        pair.supplier.ship_part(supplier_id, parcel(number=f"1Z{after}", id=""), 1, 0)
        was_down = run_with_outage(pair, after)
        pair.supplier.recall(supplier_id, f"1Z{after}")
        pair.supplier.ship_part(supplier_id, parcel(number=f"2Z{after}", id=""), 0, 1)

        until_quiet(pair, "import-orders", TASK)

        assert open_steps(pair) == []
        assert [*numbers(pair, merchant_id)] == [f"2Z{after}"]
        if not was_down:
            return
    pytest.fail("the Merchant was down in every run")
