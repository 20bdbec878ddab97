"""The age of a feed without the days that do not count."""

from datetime import UTC, datetime, timedelta
from typing import get_args
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ordosync.max_age import MaxAge, Weekday, age_text

WEEKDAYS: tuple[Weekday, ...] = get_args(Weekday)
ZONES = ("UTC", "Europe/London", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SECOND = timedelta(seconds=1)
MONDAY = datetime(2026, 11, 2, 9, tzinfo=UTC)

# Both changes of the clocks of a year are among them.
times = st.datetimes(datetime(2026, 2, 1), datetime(2026, 12, 1)).map(  # noqa: DTZ001 - see below
    lambda at: at.replace(tzinfo=UTC)
)
limits = st.builds(
    MaxAge,
    limit=st.timedeltas(HOUR, 40 * DAY),
    but=st.lists(st.sampled_from(WEEKDAYS), max_size=6, unique=True).map(tuple),
    timezone=st.sampled_from(ZONES),
)


@given(limits, times, times)
def test_age_is_what_is_left_of_the_time_minute_by_minute(
    limit: MaxAge, at: datetime, now: datetime
) -> None:
    now = min(now, at + 3 * DAY)
    zone = ZoneInfo(limit.timezone)
    minutes = int((now - at) / timedelta(minutes=1))
    counted = sum(
        WEEKDAYS[(at + timedelta(minutes=minute)).astimezone(zone).weekday()] not in limit.but
        for minute in range(minutes)
    )

    difference = limit.age(at, now) - timedelta(minutes=counted)

    assert abs(difference) <= timedelta(minutes=5)


@given(limits, times, times, times)
def test_ages_add_up(limit: MaxAge, first: datetime, second: datetime, third: datetime) -> None:
    first, second, third = sorted((first, second, third))

    assert limit.age(first, third) == limit.age(first, second) + limit.age(second, third)
    assert timedelta() <= limit.age(first, second) <= second - first


@given(limits, times)
def test_the_oldest_time_is_the_first_that_is_not_too_old(limit: MaxAge, now: datetime) -> None:
    oldest = limit.oldest(now)

    assert limit.age(oldest, now) == limit.limit
    assert limit.age(oldest - SECOND, now) > limit.limit


@given(limits, times, times)
def test_a_time_in_the_future_has_the_age_0(limit: MaxAge, at: datetime, now: datetime) -> None:
    assert limit.age(max(at, now), min(at, now)) == timedelta()


def test_a_weekend_does_not_count() -> None:
    limit = MaxAge(limit=DAY, but=("sat", "sun"), timezone="Europe/London")
    friday = MONDAY + 4 * DAY

    assert limit.age(friday, friday + 3 * DAY) == DAY
    assert limit.oldest(friday + 3 * DAY) == friday


@pytest.mark.parametrize(
    ("age", "text"),
    [
        (timedelta(minutes=5), "5 min"),
        (26 * HOUR, "26 h"),
        (3 * DAY, "3 d"),
        (3 * DAY + 4 * HOUR, "3 d 4 h"),
    ],
)
def test_an_age_is_shown_as_it_is_written(age: timedelta, text: str) -> None:
    assert age_text(age) == text
