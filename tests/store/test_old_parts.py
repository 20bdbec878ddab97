"""Orders that a Supplier's shop sent in parts, in a store from before parcels had lines.

That code reported the first parcel as the whole order. What was reported stays, each number is
shown once, and no number of a parcel that is on its way stays void.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.scenarios.faults.portal import Troubled
from tests.store.recorded.make_parts import KINDS, ship
from tests.store.recorded.services import old_service
from tests.support.runs import run_once

TASKS = ("import-orders", "update-tracking", "cancel-orders")
REPORTED: Mapping[str, Mapping[str, list[str]]] = {
    # The second numbers had failed, and wait for an operator.
    "shopify": {
        "OPEN": [],
        "PART": ["1Z-PART-1"],
        "BOTH": ["1Z-BOTH-1"],
        "AT-ONCE": ["1Z-AT-ONCE-1"],
    },
    "woocommerce": {
        "OPEN": [],
        "PART": ["1Z-PART-1"],
        "BOTH": ["1Z-BOTH-1", "1Z-BOTH-2"],
        "AT-ONCE": ["1Z-AT-ONCE-1", "1Z-AT-ONCE-2"],
    },
}
"""The valid numbers at the Merchant, once all tasks have run."""


@pytest.fixture(name="old", params=KINDS)
def _old(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Troubled, str]]:
    with old_service("supplier", request.param, tmp_path, name="799b213-parts.json") as troubled:
        yield troubled, request.param


def run_all(troubled: Troubled) -> None:
    for task in TASKS:
        troubled.later()
        assert troubled.run(task).run.error is None


def shown(troubled: Troubled) -> Mapping[str, list[str]]:
    """Return the valid numbers of each order at the Merchant."""
    numbers = ("OPEN", "PART", "BOTH", "AT-ONCE")
    return {number: sorted(troubled.merchant.all_numbers(number)) for number in numbers}


def test_each_number_is_reported_once_and_none_stays_void(old: tuple[Troubled, str]) -> None:
    troubled, kind = old

    run_all(troubled)
    first = shown(troubled)
    everything = troubled.pair.everything()
    run_all(troubled)

    assert first == REPORTED[kind]
    assert troubled.pair.everything() == everything


def test_number_that_was_refused_is_added_when_it_is_retried(old: tuple[Troubled, str]) -> None:
    troubled, _ = old
    run_all(troubled)
    failed = troubled.open_steps()

    if failed:
        run_once(
            troubled.pair.path, "update-tracking", failed[0].portal, troubled.clock, only=failed
        )

    assert shown(troubled)["BOTH"] == ["1Z-BOTH-1", "1Z-BOTH-2"]
    assert shown(troubled)["AT-ONCE"] == ["1Z-AT-ONCE-1", "1Z-AT-ONCE-2"]
    assert troubled.open_steps() == []


def test_rest_of_an_order_that_was_reported_as_shipped_is_one_more_number(
    old: tuple[Troubled, str],
) -> None:
    troubled, kind = old
    run_all(troubled)
    order_id = troubled.pair.link("PART").supplier_id

    ship(troubled, kind, order_id, "1Z-PART-2", 2)
    run_all(troubled)

    assert shown(troubled)["PART"] == ["1Z-PART-1", "1Z-PART-2"]
    assert not any(each.voided for each in troubled.merchant.tracking("PART"))
