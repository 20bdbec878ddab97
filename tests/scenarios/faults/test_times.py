"""Odd timestamps of the source: in the end a run has read every record."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.accounts.contract.examples import sold
from tests.scenarios.faults.conftest import foreign
from tests.scenarios.faults.kinds import MERCHANTS
from tests.scenarios.faults.portal import Troubled
from tests.scenarios.faults.reading import imported, people, requested


@pytest.mark.slow
def test_five_hundred_orders_of_the_same_moment_are_all_seen(as_merchant: Troubled) -> None:
    """Case 32."""
    as_merchant.merchant.request_all([sold(str(number)) for number in range(1000, 1500)])

    ran = as_merchant.run("import-orders")
    again = as_merchant.run("import-orders")

    assert ran.counts == {"done": 500}
    assert again.steps == ()
    assert len(imported(as_merchant)) == 500


def test_order_that_arrives_late_is_seen(as_merchant: Troubled) -> None:
    """Case 32: it is listed a hundred seconds after its timestamp, while others move the cursor."""
    as_merchant.foreign.lag(arrival_s=100)
    for number in range(1000, 1012):
        requested(as_merchant, number)
        as_merchant.later(35)
        as_merchant.run("import-orders")
    as_merchant.later(100)
    as_merchant.run("import-orders")

    assert len(imported(as_merchant)) == 12


def test_order_whose_stamp_is_older_than_what_was_read_is_seen(as_merchant: Troubled) -> None:
    """Case 32: one of the machines of the source is 90 seconds behind the others."""
    requested(as_merchant, 1000)
    as_merchant.run("import-orders")
    people(as_merchant).set_clock(-90)
    requested(as_merchant, 1001)
    people(as_merchant).set_clock(0)

    as_merchant.run("import-orders")

    assert len(imported(as_merchant)) == 2


@pytest.mark.parametrize("minutes", [5, -5])
def test_clock_of_the_source_may_differ(as_merchant: Troubled, minutes: float) -> None:
    """Case 32."""
    people(as_merchant).set_clock(minutes * 60)
    for number in range(1000, 1008):
        requested(as_merchant, number)
        as_merchant.run("import-orders")
        as_merchant.later(20)

    ran = as_merchant.run("import-orders")

    assert len(imported(as_merchant)) == 8
    assert ran.steps == ()


@pytest.mark.parametrize("minutes", [0, -5])
def test_stamp_of_the_future_hides_nothing(as_merchant: Troubled, minutes: float) -> None:
    """Case 32: not even where the clock of the source is behind."""
    people(as_merchant).set_clock(minutes * 60)
    [id_] = requested(as_merchant, "future")
    people(as_merchant).stamp(id_, datetime(2099, 1, 1, tzinfo=UTC))
    for number in range(1000, 1004):
        requested(as_merchant, number)
        as_merchant.run("import-orders")
        as_merchant.later(20)

    as_merchant.run("import-orders")

    assert len(imported(as_merchant)) == 5


def test_order_without_a_stamp_is_imported_and_moves_nothing(as_merchant: Troubled) -> None:
    """Case 32."""
    requested(as_merchant, 1, 2)
    people(as_merchant).pretend("updated", "null")

    first = as_merchant.run("import-orders")
    second = as_merchant.run("import-orders")

    assert (first.counts, second.counts) == ({"done": 2}, {"unchanged": 2})
    assert as_merchant.cursor("import-orders") is None


@pytest.mark.parametrize("kind", MERCHANTS)
def test_stamps_without_a_zone_are_of_the_zone_of_the_account(tmp_path: Path, kind: str) -> None:
    """Case 32: Lord Howe Island is half a day ahead, and its clocks are moved by half an hour."""
    zone = "Australia/Lord_Howe"
    with foreign("merchant", kind, tmp_path, timezone=zone) as troubled:
        people(troubled).set_zone(ZoneInfo(zone))
        for number in range(1000, 1005):
            requested(troubled, number)
            troubled.run("import-orders")
            troubled.later(20)
        seen = datetime.fromisoformat(troubled.cursor("import-orders") or "")

        assert len(imported(troubled)) == 5
    assert timedelta() <= troubled.clock.now() - seen < timedelta(minutes=2)


@pytest.mark.parametrize("kind", ["ordoro", "woocommerce"])
def test_write_cut_off_under_a_clock_of_the_future_is_looked_up(tmp_path: Path, kind: str) -> None:
    with foreign("supplier", kind, tmp_path) as troubled:
        troubled.pair.imported("1000")
        troubled.merchant.request(sold("1001"))
        troubled.clock.at += timedelta(days=3650)
        troubled.foreign.meet("unauthorized", "create-order")
        troubled.run("import-orders")
        troubled.clock.at -= timedelta(days=3650)
        troubled.foreign.heal()

        for _ in range(3):
            troubled.run("import-orders")
            troubled.later()

        assert troubled.foreign.effects("create-order") == 2
        assert troubled.open_steps() == []
