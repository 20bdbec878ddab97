"""The watch of a feed: quantities become 0 only after a time without an interruption here."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Literal

from hypothesis import example, given
from hypothesis import strategies as st

from ordosync.max_age import MaxAge
from ordosync.slots import CLOCK_SLACK
from ordosync.store.feeds import FeedRow
from ordosync.tasks.feeds import Attempt, Outcome, after_attempt, may_zero

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
START = datetime(2026, 11, 2, tzinfo=UTC)
LIMIT = MaxAge(limit=24 * HOUR, when_stale="zero")
SHORT = MaxAge(limit=HOUR, when_stale="zero")
QUARTER = LIMIT.limit / 4
# The time before an attempt, also of a clock that is set back, and its outcome.
attempts = st.lists(
    st.tuples(
        st.one_of(
            st.timedeltas(MINUTE, HOUR),
            st.timedeltas(MINUTE, 40 * HOUR),
            st.timedeltas(-40 * HOUR, -6 * MINUTE),
        ),
        st.sampled_from(["read", "unavailable", "failed"]),
    ),
    max_size=60,
)
Waits = Sequence[tuple[timedelta, Outcome]]


def followed(waits: Waits) -> list[tuple[FeedRow, datetime]]:
    """Return the row after each attempt, and its time."""
    row: FeedRow | None = None
    now = START
    rows = []
    for wait, outcome in waits:
        now += wait
        attempt = Attempt(outcome=outcome, newest_at=START - 100 * HOUR, old=1)
        row = after_attempt(row, "stock", attempt, now=now, interval=HOUR)
        rows.append((row, now))
    return rows


@given(attempts)
def test_a3_nothing_is_zero_within_a_quarter_after_an_interruption(waits: Waits) -> None:
    rows = followed(waits)

    for place, (row, now) in enumerate(rows):
        recent = [
            (wait, outcome)
            for (wait, outcome), (_, at) in zip(waits[: place + 1], rows, strict=False)
            if now - QUARTER < at
        ]
        has_gap = any(wait > 2 * HOUR + 10 * MINUTE or wait < timedelta() for wait, _ in recent)
        if has_gap or any(outcome == "failed" for _, outcome in recent):
            assert not may_zero(row, LIMIT)


@given(attempts)
@example([(MINUTE, "unavailable"), (15 * MINUTE, "unavailable")])
def test_a3_one_or_two_failures_are_not_enough(waits: Waits) -> None:
    for place, (row, _) in enumerate(followed(waits)):
        last = [outcome for _, outcome in waits[max(0, place - 2) : place + 1]]
        if last[-1] == "unavailable" and last != ["unavailable"] * 3:
            assert not may_zero(row, SHORT)


@given(st.lists(st.timedeltas(MINUTE, HOUR), min_size=1), st.sampled_from(["read", "unavailable"]))
def test_a3_a_watch_without_an_interruption_ends_with_zero(
    waits: Sequence[timedelta], outcome: Literal["read", "unavailable"]
) -> None:
    rows = followed([(wait, outcome) for wait in waits])

    watched = rows[-1][1] - rows[0][1]
    is_enough = watched >= QUARTER and (outcome == "read" or len(rows) > 2)
    assert may_zero(rows[-1][0], LIMIT) == is_enough


@given(attempts)
def test_times_of_a_row_are_never_after_its_attempt(waits: Waits) -> None:
    for row, now in followed(waits):
        assert row.tried_at == now
        assert row.watched_since <= now
        # A clock that was set back a little is not wrong.
        assert row.newest_at is None or row.newest_at <= now + CLOCK_SLACK
        assert (row.failures == 0) == (row.failing_since is None)


@given(st.timedeltas(timedelta(), 500 * HOUR))
def test_a7_a_time_in_the_future_counts_as_now(ahead: timedelta) -> None:
    attempt = Attempt(outcome="read", newest_at=START + ahead)
    row = after_attempt(None, "stock", attempt, now=START, interval=HOUR)

    assert row.newest_at == START
    assert (row.ahead_at is not None) == (ahead > 5 * MINUTE)


def test_a_time_of_a_wrong_clock_is_forgotten() -> None:
    """The clock was a year ahead when the row was written."""
    wrong = START + 365 * 24 * HOUR
    first = Attempt(outcome="read", newest_at=wrong)
    row = after_attempt(None, "stock", first, now=wrong, interval=HOUR)

    now = Attempt(outcome="read", newest_at=START - HOUR)
    row = after_attempt(row, "stock", now, now=START, interval=HOUR)

    assert row.newest_at == START - HOUR
