"""The option `--since`: an age, a day or a time."""

import re
from datetime import datetime, timedelta

from ordosync.errors import UsageError

_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def parse_since(text: str, now: datetime) -> datetime:
    """Return the time that is meant; a time without an offset is local. Raises `UsageError`."""
    age = re.fullmatch(r"(\d{1,4})\s*([mhdw])(?:in)?", text)
    try:
        if age:
            return now - timedelta(**{_UNITS[age[2]]: int(age[1])})
        return datetime.fromisoformat(text).astimezone()
    except (ValueError, OverflowError) as error:
        raise UsageError(
            f"--since {text!r} is neither an age, such as 90m, 2h or 7d, nor a day, such as"
            " 2026-11-01"
        ) from error
