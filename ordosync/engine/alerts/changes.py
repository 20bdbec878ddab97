"""Decides what is reported to a recipient: the difference from the last message. Pure functions."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from msgspec.structs import replace

from ordosync.engine.alerts.problems import Problem, worse_key
from ordosync.slots import is_within
from ordosync.store.alert_table import AlertRow

Kind = Literal["starts", "lasts", "ends"]
_HOUR = timedelta(hours=1)
_MOST_AN_HOUR = 3
"""Messages about one problem within an hour."""
_MOST_TO_ONE = 6
"""Messages to one recipient within an hour."""


@dataclass(frozen=True, kw_only=True)
class Change:
    """A problem to report to one recipient."""

    kind: Kind
    row: AlertRow
    problem: Problem | None
    """None if it is over."""

    @property
    def is_last_for_now(self) -> bool:
        """True if the next message waits until the problem has been stable for an hour."""
        return len(self.row.messages) + 1 >= _MOST_AN_HOUR


def follow(
    rows: Iterable[AlertRow],
    problems: Mapping[str, Problem],
    *,
    targets_of: Callable[[Problem], Iterable[str]],
    now: datetime,
) -> list[AlertRow]:
    """Return the rows as the problems are now. Left out are rows with nothing more to report."""
    known: defaultdict[str, dict[str, AlertRow]] = defaultdict(dict)
    for row in rows:
        known[row.key][row.target] = row
    lasting = [
        _lasting(known[key].get(target), target, problem, now)
        for key, problem in problems.items()
        for target in dict.fromkeys((*targets_of(problem), *known[key]))
    ]
    ended = (
        _ended(row, now)
        for key, before in known.items()
        for row in before.values()
        if key not in problems and worse_key(key) not in problems
    )
    return [*lasting, *(row for row in ended if row.is_reported or row.messages)]


def _lasting(row: AlertRow | None, target: str, problem: Problem, now: datetime) -> AlertRow:
    entry = problem.first
    if row is None:
        row = AlertRow(
            target=target,
            key=problem.key,
            portal=entry.portal,
            task=entry.task,
            event=entry.code,
            severity=problem.severity,
            subject=problem.subject,
            first_at=entry.since,
            changed_at=now,
        )
    elif row.ended_at:
        row = replace(row, ended_at=None, first_at=entry.since, changed_at=now)
    return replace(
        row,
        # Of the portals of an outage, the first may have recovered.
        portal=entry.portal,
        task=entry.task,
        severity=problem.severity,
        subject=problem.subject,
        messages=_recent(row, now),
    )


def _ended(row: AlertRow, now: datetime) -> AlertRow:
    if row.ended_at is None:
        row = replace(row, ended_at=now, changed_at=now)
    return replace(row, messages=_recent(row, now))


def _recent(row: AlertRow, now: datetime) -> tuple[datetime, ...]:
    """Return the times of the messages that count; all of them until an hour without a change."""
    if _is_muted(row, now):
        return row.messages
    return tuple(at for at in row.messages if is_within(at, now, _HOUR))


def _is_muted(row: AlertRow, now: datetime) -> bool:
    return len(row.messages) >= _MOST_AN_HOUR and is_within(row.changed_at, now, _HOUR)


def due_kind(row: AlertRow, *, again: timedelta, now: datetime) -> Kind | None:
    """Return what to report about a row; None if the recipient knows it already."""
    if _is_muted(row, now):
        return None
    if row.ended_at:
        return "ends" if row.is_reported else None
    if not row.is_reported or row.reported_at is None:
        return "starts"
    return None if is_within(row.reported_at, now, again) else "lasts"


def within_limit(
    changes: Sequence[Change], rows: Iterable[AlertRow], now: datetime
) -> list[Change]:
    """Return the changes to report to a recipient now, who has these rows.

    After too many messages within an hour, only problems that are new and critical do not wait.
    """
    times = {at for row in rows for at in row.messages if is_within(at, now, _HOUR)}
    if len(times) < _MOST_TO_ONE:
        return list(changes)
    return [
        change
        for change in changes
        if change.kind == "starts" and change.row.severity == "critical"
    ]


def reported(change: Change, now: datetime) -> AlertRow:
    """Return the row of a change that was sent."""
    row = change.row
    lasts = change.kind != "ends"
    return replace(row, reported_at=now, is_reported=lasts, messages=(*row.messages, now))
