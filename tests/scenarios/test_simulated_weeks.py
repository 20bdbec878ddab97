"""Weeks of cron on the real engine and a real store, with a clock that the test sets."""

import random
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from ordosync.accounts.sqlite.supplier_orders import SupplierOrders
from ordosync.models import Order, Outcome
from ordosync.slots import INTERVALS_S, Slots
from ordosync.store import Store
from tests.support.clock import START, Cron, VirtualClock
from tests.support.command import CONFIG, HEADER, row, shop

PORTALS = "".join(
    f"""
  every-{interval}:
    merchant: shop
    supplier: warehouse
    products: {{skus: ["{interval}"]}}
    tasks: {{import-orders: {interval}}}
"""
    for interval in INTERVALS_S
)
JITTER_S = 20


@pytest.fixture(name="cron")
def _cron(tmp_path: Path) -> Cron:
    shop(tmp_path, HEADER, config=CONFIG.partition("portals:")[0] + "portals:" + PORTALS)
    return Cron(tmp_path, VirtualClock())


def minutes(
    start: datetime, length: timedelta, every: timedelta = timedelta(minutes=1)
) -> Iterator[datetime]:
    """Yield the times of cron's calls, 0 to 20 s late."""
    dice = random.Random(7)  # noqa: S311 - jitter, no secret
    at = start
    while at < start + length:
        yield at + timedelta(seconds=dice.uniform(0, JITTER_S))
        at += every


def tick(cron: Cron, times: Iterator[datetime]) -> None:
    cron.tick(next(times))
    with Store.open(cron.folder / "ordosync.db", readonly=True) as store:
        for now in times:
            cron.tick_if_due(now, store)


def starts(cron: Cron, interval: str) -> list[datetime]:
    return [run.started_at for run in cron.runs if run.portal == f"every-{interval}"]


def slots(interval: str) -> Slots:
    return Slots.of(f"every-{interval}", "import-orders", INTERVALS_S[interval])


@pytest.mark.parametrize(
    ("every_min", "days"),
    [
        (10, 2),
        pytest.param(1, 3, marks=pytest.mark.slow),
        pytest.param(5, 8, marks=pytest.mark.slow),
    ],
)
def test_each_interval_runs_once_a_slot(cron: Cron, every_min: int, days: int) -> None:
    every = timedelta(minutes=every_min)

    tick(cron, minutes(START, timedelta(days=days), every))

    for interval, seconds in INTERVALS_S.items():
        ran = starts(cron, interval)
        assert abs(len(ran) - days * 86_400 / seconds) <= 1, interval
        longest = max(b - a for a, b in pairwise(ran))
        assert longest <= timedelta(seconds=seconds + JITTER_S) + every
    assert cron.alerts == []


def test_three_days_off_are_made_up_for_by_one_run_that_counts_them(cron: Cron) -> None:
    back = START + timedelta(days=4)

    tick(cron, minutes(START, timedelta(days=1), timedelta(minutes=10)))
    before = Counter(run.portal for run in cron.runs)
    cron.runs.clear()
    cron.tick(back)
    cron.tick(back + timedelta(seconds=30))

    assert before["every-10-minutes"] in (144, 145)
    assert Counter(run.portal for run in cron.runs) == dict.fromkeys(before, 1)
    for run in cron.runs:
        interval = run.portal.removeprefix("every-")
        away = timedelta(days=3) / timedelta(seconds=INTERVALS_S[interval])
        assert abs(run.missed_slots - away) <= 1.5, run


@pytest.mark.slow
def test_a_clock_ten_years_ahead_for_a_day_leaves_no_gap_when_it_is_right_again(
    cron: Cron,
) -> None:
    ahead = START + timedelta(days=3650)
    every = timedelta(minutes=10)

    tick(cron, minutes(START, timedelta(hours=6), every))
    tick(cron, minutes(ahead, timedelta(days=1), every))
    cron.runs.clear()
    tick(cron, minutes(START + timedelta(days=1), timedelta(days=2), every))

    warned = [alert for alert in cron.alerts if alert.kind == "clock"]
    assert {alert.portal for alert in warned} == {f"every-{interval}" for interval in INTERVALS_S}
    for interval, seconds in INTERVALS_S.items():
        ran = [START + timedelta(days=1), *starts(cron, interval)]
        longest = max(b - a for a, b in pairwise(ran))
        assert longest <= timedelta(seconds=seconds + JITTER_S) + every
        assert len(ran) - 1 <= 2 * 86_400 / seconds + 2


@pytest.mark.slow
@pytest.mark.parametrize(
    "step",
    [
        *(timedelta(hours=-2), timedelta(hours=2)),
        pytest.param(timedelta(minutes=-1), marks=pytest.mark.slow),
    ],
)
def test_a_clock_that_is_set_costs_one_run_at_most(cron: Cron, step: timedelta) -> None:
    every, half = timedelta(minutes=10), timedelta(hours=12)

    tick(cron, minutes(START, half, every))
    cron.runs.clear()
    tick(cron, minutes(START + half + step, half, every))

    ran = starts(cron, "hourly")
    assert 12 <= len(ran) <= 14
    assert max(b - a for a, b in pairwise(ran)) <= timedelta(hours=1, seconds=JITTER_S) + every


@pytest.mark.parametrize(
    ("zone", "month", "day"),
    [
        pytest.param("America/New_York", 3, 8, marks=pytest.mark.slow),
        pytest.param("Europe/Berlin", 10, 25, marks=pytest.mark.slow),
        # It changes by half an hour.
        ("Australia/Lord_Howe", 10, 4),
    ],
)
def test_a_change_of_summer_time_changes_nothing(
    cron: Cron, zone: str, month: int, day: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = datetime(2026, month, day, tzinfo=UTC) - timedelta(hours=12)
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        tick(cron, minutes(start, timedelta(days=1), timedelta(minutes=10)))
    finally:
        monkeypatch.undo()
        time.tzset()

    numbers = [slots("hourly").number(at) for at in starts(cron, "hourly")]
    first, last = numbers[0], numbers[-1]
    assert numbers == list(range(first, last + 1))
    assert len(numbers) in (24, 25)


def test_a_day_of_outage_is_reported_three_times_and_healed_by_itself(cron: Cron) -> None:
    feed = shop(
        cron.folder, HEADER + row("1"), config=CONFIG + "    tasks: {import-orders: 10-minutes}"
    )
    depot = cron.folder / "warehouse.db"
    depot.mkdir()

    tick(cron, minutes(START, timedelta(hours=24)))
    depot.rmdir()
    tick(cron, minutes(START + timedelta(hours=24), timedelta(hours=2)))

    assert feed.exists()
    assert [alert.kind for alert in cron.alerts] in (
        ["starts", "ends"],
        ["starts", "lasts", "ends"],
    )
    statuses = Counter(run.status for run in cron.runs)
    # It fails at most once an hour, not in each slot.
    assert 24 <= statuses["failed"] <= 60
    assert cron.runs[-1].status == "ok"
    assert sum(run.counts.done for run in cron.runs) == 1


@pytest.mark.parametrize(
    ("minutes_down", "kinds"), [(20, []), (90, ["starts", "ends"])], ids=["20", "90"]
)
def test_a_write_that_waits_is_reported_after_an_hour_and_not_before(
    cron: Cron, minutes_down: int, kinds: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A single 503 wrote two mails: one for its start, one for its end."""
    shop(cron.folder, HEADER + row("1"), config=CONFIG + "    tasks: {import-orders: 10-minutes}\n")
    create = SupplierOrders.create

    def busy(supplier: SupplierOrders, orders: Sequence[Order], **how: bool) -> list[Outcome]:
        if cron.clock.now() < START + timedelta(minutes=minutes_down):
            return [Outcome(state="unavailable", code="unavailable", reason="503") for _ in orders]
        return create(supplier, orders, **how)

    monkeypatch.setattr(SupplierOrders, "create", busy)

    tick(cron, minutes(START, timedelta(hours=4), timedelta(minutes=5)))

    assert [alert.kind for alert in cron.alerts] == kinds
    assert sum(run.counts.done for run in cron.runs) == 1
