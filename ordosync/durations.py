"""Durations as the configuration writes them, such as `30m`, `2h` or `1d`."""

from datetime import timedelta

_UNITS = {"d": timedelta(days=1), "h": timedelta(hours=1), "m": timedelta(minutes=1)}


def to_timedelta(text: str) -> timedelta:
    """Return the duration of a text that is known to be one."""
    return int(text[:-1]) * _UNITS[text[-1]]


def to_text(duration: timedelta) -> str:
    """Return a duration of whole minutes as text, in the largest unit that fits."""
    letter, unit = next(pair for pair in _UNITS.items() if duration % pair[1] == timedelta())
    return f"{duration // unit}{letter}"
