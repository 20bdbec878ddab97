"""Rules N5, N14 and N15: quiet hours, and the time of the digest."""

import itertools
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from ordosync.config.alert_settings import DigestConfig, QuietConfig
from ordosync.engine.alerts.local_times import (
    at_local_time,
    last_digest_time,
    next_digest_time,
    quiet_until,
)

from .conftest import MakeWorld
from .world import HOUR, MINUTE

BERLIN = ZoneInfo("Europe/Berlin")
QUIET = '{to: {office: OFFICE}, quiet: {from: "22:00", to: "07:00"%s}}'
DIGEST = '{to: {office: OFFICE}, digest: {at: "08:00", to: [office]%s}}'


def utc(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


def test_n5_problems_of_quiet_hours_are_sent_together_at_their_end(make_world: MakeWorld) -> None:
    world = make_world(QUIET % "")
    world.clock.at = utc(2, 22)
    world.fail("1001", "1002")
    world.at(utc(3, 1))
    world.settle("1002")
    world.fail("1001", "1002", "1003")
    world.at(utc(3, 6, 59))
    during = list(world.messages)

    world.at(utc(3, 7))

    assert during == []
    assert world.changes == [[("starts", "1001"), ("starts", "1003")]]


def test_n5_the_end_of_quiet_hours_wakes_cron(make_world: MakeWorld) -> None:
    world = make_world(QUIET % "")
    world.at(utc(3, 6, 55))

    assert world.due_at == utc(3, 7)


def test_n5_what_is_critical_is_sent_at_once_if_configured(make_world: MakeWorld) -> None:
    world = make_world(QUIET % ", but: critical")
    world.clock.at = utc(2, 22)
    world.fail("1001")
    world.make_critical("1001")
    world.deliver(MINUTE)

    [message] = world.messages

    assert message["attention"][0]["severity"] == "critical"


@pytest.mark.parametrize(
    ("now", "until"),
    [
        (utc(2, 21, 59), None),
        (utc(2, 22), utc(3, 7)),
        (utc(3, 6, 59), utc(3, 7)),
        (utc(3, 7), None),
    ],
)
def test_quiet_hours_end_on_the_next_day(now: datetime, until: datetime | None) -> None:
    quiet = QuietConfig(from_=time(22), to=time(7))

    assert quiet_until(quiet, now) == until
    assert quiet_until(None, now) is None


def test_quiet_hours_within_a_day_are_in_their_time_zone() -> None:
    quiet = QuietConfig(from_=time(12), to=time(14), timezone=BERLIN)

    assert quiet_until(quiet, utc(2, 11)) == utc(2, 13)
    assert quiet_until(quiet, utc(2, 13)) is None


def test_n14_the_digest_is_sent_once_a_day_and_not_without_any_event(
    make_world: MakeWorld,
) -> None:
    world = make_world(DIGEST % "")
    world.at(utc(2, 8))
    world.fail("1001")
    world.at(utc(3, 7, 59))
    before = [message["event"] for message in world.messages]
    for minute in range(3):
        world.at(utc(3, 8, minute))

    assert before == ["alert"]
    assert [message["event"] for message in world.messages] == ["alert", "digest"]
    assert world.messages[1]["title"] == "ordosync: 1 problem needs you"


def test_n14_an_empty_digest_is_sent_if_configured(make_world: MakeWorld) -> None:
    world = make_world(DIGEST % ", when_empty: true")

    world.at(utc(2, 8))
    world.at(utc(3, 8))

    assert [message["title"] for message in world.messages] == ["ordosync: nothing needs you"] * 2


def test_n14_days_without_cron_are_one_digest(make_world: MakeWorld) -> None:
    world = make_world(DIGEST % ", when_empty: true")

    world.at(utc(6, 9))
    world.at(utc(6, 10))

    assert len(world.messages) == 1


def test_n14_a_digest_that_could_not_be_sent_is_sent_later(make_world: MakeWorld) -> None:
    world = make_world(DIGEST % ", when_empty: true")
    world.refuse()
    world.at(utc(2, 8))
    world.accept()

    world.at(utc(2, 8, 5))
    world.at(utc(2, 8, 6))

    assert len(world.messages) == 2


def test_n15_a_time_that_exists_twice_counts_once_and_the_first_one() -> None:
    digest = DigestConfig(at=time(2, 30), timezone=BERLIN, to=("office",))
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)

    assert at_local_time(date(2026, 10, 25), time(2, 30), BERLIN) == first
    assert last_digest_time(digest, first) == first
    assert last_digest_time(digest, first + HOUR) == first
    assert next_digest_time(digest, first) == datetime(2026, 10, 26, 1, 30, tzinfo=UTC)


def test_n15_a_time_that_does_not_exist_is_the_next_minute_that_does() -> None:
    skipped = at_local_time(date(2026, 3, 29), time(2, 30), BERLIN)

    assert skipped == datetime(2026, 3, 29, 1, tzinfo=UTC)
    assert skipped.astimezone(BERLIN).time() == time(3)


def test_n15_a_year_has_a_digest_a_day() -> None:
    digest = DigestConfig(at=time(2, 30), timezone=BERLIN, to=("office",))
    at, times = datetime(2026, 1, 1, tzinfo=UTC), list[datetime]()
    while len(times) < 365:
        at = next_digest_time(digest, at)
        times.append(at)

    gaps = [after - before for before, after in itertools.pairwise(times)]
    assert {at.astimezone(BERLIN).date() for at in times} == {
        date(2026, 1, 1) + timedelta(days=n) for n in range(365)
    }
    assert max(gaps) <= 25 * HOUR
