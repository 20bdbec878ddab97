"""Days and durations of options, such as `--since 30d` and `--late 2d`.

Days are in UTC, except for times of runs, which are shown in the local time zone.
"""

import re
from datetime import UTC, date, datetime, time, timedelta

from ordosync.errors import UsageError

SINCE = "DAYS|DATE"
"""How the help shows the value of such an option."""
_MAX_DAYS = 3660
_DURATION = re.compile(r"(\d{1,5})([hdw])")
_AGES = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_HOURS = {"h": 1, "d": 24, "w": 168}
_DAYS_AGO = {"today": 0, "yesterday": 1}


def first_day(since: str, now: datetime, option: str = "--since") -> datetime:
    """Return the start of a day. With a number of days, today is the last of them."""
    days = re.fullmatch(r"(\d{1,4})d", since.strip().lower())
    today = now.date()
    try:
        first = today - timedelta(days=int(days[1]) - 1) if days else _day(since, today)
    except ValueError as error:
        raise UsageError(
            f"{option} {since!r} is neither days, such as 30d, nor a date, such as 2026-11-01,"
            " today or yesterday"
        ) from error
    if not 0 <= (now.date() - first).days < _MAX_DAYS:
        raise UsageError(f"{option} {since!r} is not within the last {_MAX_DAYS} days")
    return datetime.combine(first, time(), UTC)


def end_of_day(until: str, now: datetime, option: str = "--until") -> datetime:
    """Return the end of a day, which is given as for `first_day`."""
    return first_day(until, now, option) + timedelta(days=1)


def _day(text: str, today: date) -> date:
    """Return the day that is meant. Raises `ValueError`."""
    if text in _DAYS_AGO:
        return today - timedelta(days=_DAYS_AGO[text])
    return date.fromisoformat(text)


def before(age: str, now: datetime, option: str) -> datetime:
    """Return the time that lies so long before now, such as 2d, 36h or 1w."""
    parts = _DURATION.fullmatch(age.strip().lower())
    if parts is None:
        raise UsageError(f"{option} {age!r} is not a duration such as 2d, 36h or 1w")
    hours = int(parts[1]) * _HOURS[parts[2]]
    if hours >= _MAX_DAYS * 24:
        raise UsageError(f"{option} {age!r} is longer than {_MAX_DAYS} days")
    return now - timedelta(hours=hours)


def parse_since(text: str, now: datetime) -> datetime:
    """Return the time that is meant; a time without an offset is local. Raises `UsageError`."""
    try:
        if age := _age(text):
            return now - age
        if text in _DAYS_AGO:
            return datetime.combine(_day(text, now.astimezone().date()), time()).astimezone()
        return datetime.fromisoformat(text).astimezone()
    except (ValueError, OverflowError) as error:
        raise UsageError(
            f"--since {text!r} is neither an age, such as 90m, 2h or 7d, nor a day, such as"
            " 2026-11-01, today or yesterday"
        ) from error


def after(duration: str, now: datetime, option: str) -> datetime:
    """Return the time that lies so long after now, such as 90m, 2h or 7d."""
    age = _age(duration)
    if not age or age > timedelta(days=_MAX_DAYS):
        raise UsageError(f"{option} {duration!r} is not a duration such as 90m, 2h or 7d")
    return now + age


def _age(text: str) -> timedelta | None:
    """Return a duration such as 90m, 2h or 7d; None if it is something else."""
    match = re.fullmatch(r"(\d{1,4})\s*([mhdw])(?:in)?", text.strip().lower())
    return timedelta(**{_AGES[match[2]]: int(match[1])}) if match else None
