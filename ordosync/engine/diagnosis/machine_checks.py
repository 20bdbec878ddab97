"""Checks of the machine for `health -v`: disk, clock, crontab, permissions."""

import grp
import os
import shutil
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from ordosync import crontab
from ordosync.config.settings import Config
from ordosync.engine.diagnosis.feed_ages import FeedAge, feed_ages
from ordosync.engine.diagnosis.health import lateness, shortest
from ordosync.engine.scheduling.hosts import configuration_check
from ordosync.engine.scheduling.timetable import interval_name
from ordosync.errors import OrdosyncError
from ordosync.max_age import age_text
from ordosync.permissions import shared
from ordosync.slots import is_from_the_future
from ordosync.store import Store
from ordosync.store.checks import Check

_LEAST_FREE = 64 * 1024 * 1024
"""SQLite needs free space even to delete, so a full disk cannot be cleaned up."""
_NO_LINES = "has no lines for this configuration"
_GRACE = timedelta(minutes=10)
_OLDEST = datetime(2026, 1, 1, tzinfo=UTC)


def checks(config: Config, store: Store, *, now: datetime) -> Iterator[Check]:
    """Run all checks of the machine."""
    yield from store_checks(config, store, now=now)
    yield _permissions(config)
    yield _disk(config)
    yield _clock(store, now)
    yield _cron_calls(store, now)
    yield _crontab(config)
    if ages := list(feed_ages(config, store)):
        yield _feeds(ages)


def store_checks(config: Config, store: Store, *, now: datetime) -> Iterator[Check]:
    """Run the checks of the store, and of the other hosts that use it."""
    if store.host:
        yield configuration_check(config, store, now=now)
    yield from store.checks()


def host_troubles(config: Config, store: Store, *, now: datetime) -> Iterator[Check]:
    """Yield the reason why this host starts nothing, while others do."""
    if store.host:
        check = configuration_check(config, store, now=now)
        if check.state == "trouble":
            yield check


def _permissions(config: Config) -> Check:
    if problem := config.database.problem():
        return _failed("permissions", problem)
    if warnings := list(group_writable(config)):
        return Check(name="permissions", state="warning", text="; ".join(warnings))
    return Check(
        name="permissions",
        state="ok",
        text="only this user can change the configuration and the database",
    )


def group_writable(config: Config) -> Iterator[str]:
    """Yield a warning for each group that can change the configuration or the store's folder."""
    paths = {**dict(shared(str(config.path))), **dict(shared(str(config.database.folder)))}
    for path, group_id in paths.items():
        try:
            group = grp.getgrgid(group_id).gr_name
        except KeyError:
            group = str(group_id)
        yield f"group {group} can write to {path}; to forbid it, run `chmod g-w {path}`"


def _disk(config: Config) -> Check:
    free = shutil.disk_usage(config.database.folder).free
    text = f"{free // (1024 * 1024)} MB free for {config.database.path.name}"
    if free < _LEAST_FREE:
        return _failed("disk", f"only {text}")
    return Check(name="disk", state="ok", text=text)


def _clock(store: Store, now: datetime) -> Check:
    if now < _OLDEST:
        return _failed("clock", f"shows {now:%Y-%m-%d}, which is in the past; set the clock")
    for row in store.schedule.all():
        if is_from_the_future(row.last_started_at, now):
            return _failed(
                "clock",
                f"shows {now:%Y-%m-%d %H:%M} UTC, but {row.task} of {row.portal} started later; the"
                " clock was wrong then, or is wrong now",
            )
    return Check(name="clock", state="ok", text=f"{now:%Y-%m-%d %H:%M} UTC")


def _cron_calls(store: Store, now: datetime) -> Check:
    """Check that cron calls ordosync, by the runs: an idle call leaves no trace."""
    row = shortest(store.schedule.all())
    if row is None or not row.interval_s:
        return Check(name="ticks", state="ok", text="nothing is scheduled")
    interval = timedelta(seconds=row.interval_s)
    task = f"{row.task} of {row.portal} ({interval_name(row.interval_s)})"
    if row.history.tried_at is None:
        return Check(name="ticks", state="trouble", text=f"cron: no scheduled run of {task} yet")
    if now - row.history.tried_at > interval + _GRACE:
        at = f"{row.history.tried_at:%Y-%m-%d %H:%M} UTC"
        return Check(
            name="ticks", state="trouble", text=f"no scheduled run since {at}; is cron running?"
        )
    delay = lateness(row, store)
    if delay is not None and delay > interval / 2:
        minutes = int(delay.total_seconds() // 60)
        return Check(
            name="ticks",
            state="warning",
            text=f"cron calls too rarely: {task} starts {minutes} min after it is due",
        )
    # A manual call looks the same as one by cron.
    minutes = int((now - row.history.tried_at).total_seconds() // 60)
    text = f"run-due started {task} {minutes} min ago, on time"
    return Check(name="ticks", state="ok", text=text)


def _crontab(config: Config) -> Check:
    """Warn if the crontab has no call; another user's crontab or scheduler may have it.

    Of several hosts, some have workers or timers; another check says if nothing calls.
    """
    try:
        lines = crontab.block_of(crontab.read(), config.path).splitlines()
    except OrdosyncError as error:
        if config.database.is_shared:
            return Check(name="crontab", state="ok", text=_NO_LINES)
        return Check(name="crontab", state="warning", text=str(error))
    if not lines and config.database.is_shared:
        return Check(name="crontab", state="ok", text=_NO_LINES)
    if not lines:
        text = f"{_NO_LINES}; `ordosync cron install` adds them"
        return Check(name="crontab", state="warning", text=text)
    program = crontab.program_of(lines)
    if program is None or not os.access(program, os.X_OK):
        text = f"calls {program}, which does not exist; `ordosync cron install` fixes it"
        return Check(name="crontab", state="warning", text=text)
    return Check(name="crontab", state="ok", text=f"calls {program} every minute")


def _feeds(ages: Sequence[FeedAge]) -> Check:
    """Report the age of the limited feeds; warn if a file has a time in the future."""
    ahead = [
        f"{age.name}: the newest time is {age.row.ahead_at:%Y-%m-%d %H:%M} UTC, in the future; it"
        " counts as now"
        for age in ages
        if age.row.ahead_at
    ]
    sentences = [f"{age.sentence} (max_age {age_text(age.feed.limit.limit)})" for age in ages]
    text = "; ".join(dict.fromkeys(ahead or sentences))
    return Check(name="feeds", state="warning" if ahead else "ok", text=text)


def _failed(name: str, text: str) -> Check:
    return Check(name=name, state="trouble", text=text)
