"""Due times of tasks, in weeks of simulated time."""

import random
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from ordosync.slots import INTERVALS_S, TRIES, History, Slots, missed, next_due

START = datetime(2026, 11, 2, tzinfo=UTC)


def runs(
    interval_s: int,
    *,
    tick_s: int,
    until: timedelta,
    off: tuple[timedelta, timedelta] | None = None,
    seed: int = 1,
) -> list[datetime]:
    """Tick as cron does, with 0 to 20 s of jitter, and return when the task ran."""
    slots, history, started = Slots.of("shop", "import-orders", interval_s), History(), []
    dice = random.Random(seed)  # noqa: S311 - jitter, no secret
    at = START
    while at < START + until:
        now = at + timedelta(seconds=dice.uniform(0, 20))
        away = off and START + off[0] <= at < START + off[1]
        if not away and next_due(slots, history, now) <= now:
            started.append(now)
            history = History(done_at=now, tried_at=now)
        at += timedelta(seconds=tick_s)
    return started


@pytest.mark.parametrize("interval_s", INTERVALS_S.values(), ids=INTERVALS_S.keys())
@pytest.mark.parametrize("tick_s", [60, 300, 600])
def test_there_is_one_run_a_slot_whatever_the_jitter(interval_s: int, tick_s: int) -> None:
    started = runs(interval_s, tick_s=tick_s, until=timedelta(days=14))

    slots = 14 * 86_400 / interval_s
    assert abs(len(started) - slots) <= 1
    gaps = [(b - a).total_seconds() for a, b in pairwise(started)]
    assert max(gaps) <= interval_s + tick_s + 20


@pytest.mark.parametrize("interval_s", INTERVALS_S.values(), ids=INTERVALS_S.keys())
def test_three_days_off_are_made_up_for_by_one_run(interval_s: int) -> None:
    off = (timedelta(days=2), timedelta(days=5))

    started = runs(interval_s, tick_s=60, until=timedelta(days=6), off=off)

    back = START + off[1]
    slots = Slots.of("shop", "import-orders", interval_s)
    first = [at for at in started if at >= back and slots.number(at) == slots.number(back)]
    assert len(first) == 1
    before = max(at for at in started if at < back)
    count = missed(slots, History(done_at=before), first[0])
    assert count == slots.number(first[0]) - slots.number(before) - 1


def test_a_clock_ten_years_ahead_leaves_no_gap_once_it_is_right_again() -> None:
    slots = Slots.of("shop", "import-orders", 3600)
    wrong = START + timedelta(days=3650)
    history = History(done_at=wrong, tried_at=wrong)

    assert next_due(slots, history, START) <= START


def test_a_changed_interval_never_runs_a_done_slot_again() -> None:
    last_run = START + timedelta(minutes=7)
    for interval_s in INTERVALS_S.values():
        slots = Slots.of("shop", "import-orders", interval_s)
        due = next_due(slots, History(done_at=last_run, tried_at=last_run), last_run)
        assert last_run < due <= last_run + timedelta(seconds=interval_s)


def test_a_slot_is_given_up_after_three_crashes_and_the_next_slot_runs() -> None:
    slots = Slots.of("shop", "import-orders", 3600)
    tried = slots.start(slots.number(START)) + timedelta(minutes=1)

    again = next_due(slots, History(tried_at=tried, tries=TRIES - 1), tried)
    given_up = next_due(slots, History(tried_at=tried, tries=TRIES), tried)

    assert again <= tried
    assert given_up == slots.start(slots.number(START) + 1)


def test_a_failed_run_is_tried_again_after_a_growing_delay_of_an_hour_at_most() -> None:
    slots = Slots.of("shop", "import-orders", 86_400)
    delays = [
        next_due(slots, History(tried_at=START, failures=n), START) - START for n in range(1, 12)
    ]

    minutes = [delay / timedelta(minutes=1) for delay in delays]
    assert minutes[:7] == [1, 2, 4, 8, 16, 32, 60]
    assert max(minutes) == 60


def test_portals_are_spread_over_the_hour_and_keep_their_place() -> None:
    offsets = [Slots.of(f"portal-{n}", "import-orders", 3600).offset_s for n in range(5000)]

    per_minute = [sum(o // 60 == minute for o in offsets) for minute in range(60)]
    assert max(per_minute) <= 1.5 * len(offsets) / 60
    assert offsets[0] == Slots.of("portal-0", "import-orders", 3600).offset_s
