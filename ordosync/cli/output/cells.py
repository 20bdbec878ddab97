"""Cells of a table on a terminal: relative times, numbers to the right, colours that mean a state.

A pipe gets the full values.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from ordosync.cli.output.render import ago, local
from ordosync.text import printable

_A_DAY = timedelta(days=1)
_NUMBER = re.compile(r"-?\d[\d.,]*( [A-Z]{3})?")
_NUMERIC = frozenset(
    {
        *("run", "runs", "step", "done", "skipped", "failed", "calls", "count", "peak"),
        *(
            "lines",
            "quantity",
            "units",
            "orders",
            "ordered",
            "open",
            "sent",
            "cancelled",
            "in pieces",
        ),
        *("unit price", "total", "price", "physical", "committed", "available"),
    }
)
_STATES = frozenset({"status", "state", "last result", "severity", "next due", "interval", "fix"})
_COLOURS = {
    **dict.fromkeys(("ok", "done", "shipped"), "green"),
    **dict.fromkeys(("partial", "waiting", "unknown", "partially shipped", "due"), "yellow"),
    **dict.fromkeys(("awaiting fulfillment", "paused", "normal", "held"), "yellow"),
    **dict.fromkeys(("failed", "interrupted", "critical", "overdue"), "red"),
    **dict.fromkeys(("skipped", "cancelled", "off", "low", "manual"), "dim"),
    "dropshipment requested": "cyan",
}


@dataclass(frozen=True)
class DueTime:
    """The time of a next start, which may have passed."""

    at: datetime


def with_local_times(row: Sequence[object]) -> list[object]:
    """Return the cells of a row for a pipe, which shows all times in full."""
    cells = [cell.at if isinstance(cell, DueTime) else cell for cell in row]
    return [local(cell) if isinstance(cell, datetime) else cell for cell in cells]


def shown(value: object, now: datetime) -> str:
    """Return the text of a cell for a terminal: a time of the last or next day is relative."""
    if isinstance(value, DueTime):
        # A start is late as soon as cron has missed some of its calls, one each minute.
        late = now - value.at >= timedelta(minutes=5)
        return "overdue" if late else "due" if value.at <= now else shown(value.at, now)
    if not isinstance(value, datetime):
        return printable(value)
    if _is_relative(value, now):
        return f"in {ago(now, value).removesuffix(' ago')}" if value > now else ago(value, now)
    return _date(value, now)


def heading(name: str, values: Sequence[object], now: datetime) -> str:
    """Return the heading of a column, with the time zone if the column shows times of day."""
    times = [value.at if isinstance(value, DueTime) else value for value in values]
    is_absolute = any(isinstance(at, datetime) and not _is_relative(at, now) for at in times)
    return f"{name} ({now.astimezone():%Z})" if is_absolute else name


def is_numeric(name: str, cells: Sequence[str]) -> bool:
    """True if the cells of a column are numbers, which are aligned to the right."""
    return name in _NUMERIC and all(not cell or _NUMBER.fullmatch(cell) for cell in cells)


def style(name: str, cell: str) -> str:
    """Return the colour of a cell; empty for most."""
    if name in _NUMERIC:
        is_bad = cell.startswith("-") or (name == "failed" and cell.isdigit() and int(cell) > 0)
        return "red" if is_bad else ""
    if name not in _STATES:
        return ""
    # The pieces of a split order, in several states.
    if ", " in cell:
        return ""
    # Such as `shipped (split)` and `paused until 12-01 10:00`.
    words = (cell, cell.partition(" (")[0], cell.partition(" ")[0], cell.rpartition(" ")[2])
    return next((_COLOURS[word] for word in words if word in _COLOURS), "")


def _is_relative(at: datetime, now: datetime) -> bool:
    return abs(now - at) < _A_DAY


def _date(at: datetime, now: datetime) -> str:
    text = local(at)
    year, day = text[:4], text[5:16]
    return day if year == f"{now.astimezone():%Y}" else text[:10]
