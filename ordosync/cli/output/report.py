"""Output of `report`: a table with bars per task, JSON, and CSV."""

import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from ordosync.accounts.spreadsheets import csv_text, neutral
from ordosync.cli.output.tables import table
from ordosync.engine.diagnosis.report import Day, DeliveryTimes, TaskReport
from ordosync.store.timestamps import to_text

_BARS = "▁▂▃▄▅▆▇█"
_MOST_BARS = 20
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
_HEADINGS = (
    *("portal", "task", "runs", "done", "skipped", "failed", "calls"),
    *("per day", "median", "max"),
)
_COLUMNS = (
    "portal",
    "task",
    "day",
    "runs",
    "calls",
    "seen",
    "done",
    "unchanged",
    "skipped",
    "waiting",
    "failed",
    "delivered",
    "median_s",
    "longest_s",
)


def show_reports(reports: Sequence[TaskReport]) -> None:
    """Show one row per portal and task, then the failures."""
    days = max((_days_in_bar(len(report.days)) for report in reports), default=1)
    per_day = f"per {days} days" if days > 1 else "per day"
    table(
        [per_day if heading == "per day" else heading for heading in _HEADINGS],
        [_row(report) for report in reports],
        less=("calls", "skipped", "max", "median", "runs"),
        if_any=("median", "max"),
    )
    failures = [failure for report in reports for failure in report.failures]
    if failures:
        sys.stdout.write("\n")
        table(
            ("portal", "task", "failed", "code", "count"),
            [(row.portal, row.task, row.of, row.code, row.count) for row in failures],
        )


def _row(report: TaskReport) -> tuple[object, ...]:
    total, took = report.total, report.total.took
    return (
        report.portal,
        report.task,
        total.runs,
        total.counts.done,
        total.counts.skipped,
        total.counts.failed,
        total.calls,
        curve([day.counts.done for day in report.days]),
        duration(took.median_s) if took else "",
        duration(took.longest_s) if took else "",
    )


def curve(values: Sequence[int]) -> str:
    """Return the values as bars, or as numbers if the output is not a terminal.

    Above 20 days, a bar is the sum of several days.
    """
    width = _days_in_bar(len(values))
    sums = [sum(values[at : at + width]) for at in range(0, len(values), width)]
    if not sys.stdout.isatty():
        return " ".join(map(str, sums))
    most = max(sums, default=0) or 1
    # Round up, so that every value above 0 is visible.
    return "".join(_BARS[-(-value * (len(_BARS) - 1) // most)] for value in sums)


def _days_in_bar(days: int) -> int:
    return max(1, -(-days // _MOST_BARS))


def report_json(report: TaskReport, *, since: datetime, until: datetime) -> dict[str, Any]:
    """Return the report of one portal and task as `report --json` prints it."""
    return {
        "portal": report.portal,
        "task": report.task,
        "since": to_text(since),
        "until": to_text(until),
        **_day_json(report.total),
        "failures": [
            {"of": failure.of, "code": failure.code, "count": failure.count}
            for failure in report.failures
        ],
        "days": [{"day": day.day.isoformat(), **_day_json(day)} for day in report.days],
    }


def write_csv(reports: Sequence[TaskReport]) -> None:
    """Write one row per portal, task and day. Names are neutralized against formula injection."""
    rows = [
        {
            "portal": neutral(report.portal),
            "task": report.task,
            "day": day.day.isoformat(),
            **{name: "" if value is None else str(value) for name, value in _flat(day).items()},
        }
        for report in reports
        for day in report.days
    ]
    sys.stdout.write(csv_text(_COLUMNS, rows, ","))


def _flat(day: Day) -> dict[str, Any]:
    took = _took_json(day.took) or {"count": 0, "median_s": None, "longest_s": None}
    numbers = {"runs": day.runs, "calls": day.calls, "seen": day.counts.seen}
    times = {name: took[name] for name in ("median_s", "longest_s")}
    return {**numbers, **asdict(day.counts), "delivered": took["count"], **times}


def _day_json(day: Day) -> dict[str, Any]:
    return {
        "runs": day.runs,
        "calls": day.calls,
        "seen": day.counts.seen,
        **asdict(day.counts),
        "took": _took_json(day.took),
    }


def _took_json(took: DeliveryTimes | None) -> dict[str, Any] | None:
    if took is None:
        return None
    return {
        "count": took.count,
        "median_s": round(took.median_s, 3),
        "longest_s": round(took.longest_s, 3),
    }


def duration(seconds: float) -> str:
    """Return a duration in its largest unit."""
    for unit, length in (("d", _DAY), ("h", _HOUR), ("min", _MINUTE)):
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {unit}"
    return f"{seconds:.0f} s"
