"""Output of `report`: a table with bars and totals, JSON, and CSV."""

import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from ordosync.accounts.spreadsheets import csv_text, neutral
from ordosync.cli.output.tables import table
from ordosync.clock import to_text
from ordosync.engine.diagnosis.report import Day, DeliveryTimes, TaskReport

_BARS = "▁▂▃▄▅▆▇█"
_DATED = 10
"""Days of which each has its date above its bar."""
_MOST_BARS = 40
_MOST_NUMBERS = 20
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
    """Show one row per portal and task with the totals, then the failures."""
    if sys.stdout.isatty():
        _show_bars(reports)
    else:
        table(_pipe_headings(reports), [_row(report, _numbers(report)) for report in reports])
    failures = [failure for report in reports for failure in report.failures]
    if failures:
        sys.stdout.write("\n")
        table(
            ("portal", "task", "failed", "code", "count"),
            [(row.portal, row.task, row.of, row.code, row.count) for row in failures],
        )


def _pipe_headings(reports: Sequence[TaskReport]) -> Sequence[str]:
    days = max((_days_in_bar(len(report.days)) for report in reports), default=1)
    per_day = f"per {days} days" if days > 1 else "per day"
    return [per_day if heading == "per day" else heading for heading in _HEADINGS]


def _show_bars(reports: Sequence[TaskReport]) -> None:
    """Show the table of a terminal, in which each day has a bar below its date."""
    days = [day.day for day in reports[0].days]
    by_day = bar_heading(days)
    totals = [report.total for report in reports]
    done = sum(total.counts.done for total in totals)
    table(
        [*_HEADINGS[:7], by_day, "peak", *_HEADINGS[8:]],
        [_with_peak(report, bars([day.counts.done for day in report.days])) for report in reports],
        less=("calls", "skipped", "max", "median", "peak", "runs", by_day),
        if_any=("median", "max"),
        totals=(
            *("", "total", sum(total.runs for total in totals), done),
            sum(total.counts.skipped for total in totals),
            sum(total.counts.failed for total in totals),
            sum(total.calls for total in totals),
            *("", "", "", ""),
        ),
    )


def _with_peak(report: TaskReport, by_day: str) -> tuple[object, ...]:
    row = _row(report, by_day)
    return (*row[:8], max(_sums([day.counts.done for day in report.days])), *row[8:])


def _row(report: TaskReport, by_day: str) -> tuple[object, ...]:
    total, took = report.total, report.total.took
    return (
        report.portal,
        report.task,
        total.runs,
        total.counts.done,
        total.counts.skipped,
        total.counts.failed,
        total.calls,
        by_day,
        duration(took.median_s) if took else "",
        duration(took.longest_s) if took else "",
    )


def _numbers(report: TaskReport) -> str:
    """Return the steps done on each day; above 20 days, a number is the sum of several."""
    values = [day.counts.done for day in report.days]
    width = _days_in_bar(len(values))
    return " ".join(str(sum(values[at : at + width])) for at in range(0, len(values), width))


def bars(values: Sequence[int]) -> str:
    """Return a bar for each day, relative to the highest; a point for a day with nothing.

    Few days have as much room as their dates in the heading. Very many are summed.
    """
    sums = _sums(values)
    most = max(sums) or 1
    # Round up, so that every value above 0 is visible.
    drawn = [_BARS[-(-value * len(_BARS) // most) - 1] if value else "·" for value in sums]
    return " ".join(f" {bar}" for bar in drawn) if len(values) <= _DATED else "".join(drawn)


def bar_heading(days: Sequence[date]) -> str:
    """Return the heading above bars: each day of the month, or the first and the last day."""
    if len(days) <= _DATED:
        return " ".join(f"{day.day:>2}" for day in days)
    width = _bar_days(len(days))
    span = f"{days[0].day} {days[0]:%b} to {days[-1].day} {days[-1]:%b}"
    return f"{span}, per {width} days" if width > 1 else span


def _sums(values: Sequence[int]) -> Sequence[int]:
    width = _bar_days(len(values))
    return [sum(values[at : at + width]) for at in range(0, len(values), width)]


def _bar_days(days: int) -> int:
    return max(1, -(-days // _MOST_BARS))


def _days_in_bar(days: int) -> int:
    return max(1, -(-days // _MOST_NUMBERS))


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
