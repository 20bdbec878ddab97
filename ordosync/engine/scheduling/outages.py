"""Alerts: when a problem starts, once a day while it lasts, and when it is over.

A task that runs every ten minutes while its account is down would otherwise send 144 mails a day.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from ordosync.errors import UnavailableError, UnknownOutcomeError
from ordosync.slots import is_from_the_future
from ordosync.store import Store
from ordosync.store.runs import Run
from ordosync.store.schedule_row import ScheduleRow

_AGAIN = timedelta(days=1)
_PASSING = (UnavailableError.code, UnknownOutcomeError.code)
LONG = timedelta(hours=1)
"""The age at which a step that is tried automatically is reported."""


@dataclass(frozen=True, kw_only=True)
class Alert:
    """A message to the operator about a task of a portal."""

    kind: Literal["items", "starts", "lasts", "ends", "gave-up", "clock"]
    portal: str
    task: str
    run: Run | None = None
    since: datetime | None = None
    """The start of the problem, or the time of the run according to the wrong clock."""


def alerts_of(run: Run, store: Store, *, now: datetime, deliver: bool) -> list[Alert]:
    """Return the alerts of a run; `deliver` records in the store that they were sent."""
    alerts = []
    if run.counts.failed and not (run.error and run.error.code == "brake"):
        alerts.append(Alert(kind="items", portal=run.portal, task=run.task, run=run))
    row = store.schedule.get(run.portal, run.task)
    if row is None or run.status == "interrupted":
        return alerts
    troubled = (run.status == "failed" and not _may_pass(run, row)) or store.steps.are_late(
        run.portal, run.task, before=now - LONG
    )
    kind = _kind(row, troubled=troubled, now=now)
    if kind is None:
        return alerts
    since = row.trouble_since or now
    # If this run is not in the log, an earlier run has logged the waiting steps.
    if not run.is_kept:
        run = next(iter(store.runs.newest(1, portal=run.portal, task=run.task)), run)
    if deliver:
        with store.transaction(portal=run.portal):
            store.schedule.note_alert(
                run.portal, run.task, trouble_since=since if troubled else None, now=now
            )
    return [*alerts, Alert(kind=kind, portal=run.portal, task=run.task, run=run, since=since)]


def alerts_of_crashes(run: Run, store: Store, *, now: datetime, deliver: bool) -> list[Alert]:
    """Return the alert of a task that crashed too often in its slot; at most one a day."""
    row = store.schedule.get(run.portal, run.task)
    kind = _kind(row, troubled=True, now=now) if row else None
    if row is None or kind is None:
        return []
    since = row.trouble_since or now
    if deliver:
        with store.transaction(portal=run.portal):
            store.schedule.note_alert(run.portal, run.task, trouble_since=since, now=now)
    return [Alert(kind="gave-up", portal=run.portal, task=run.task, run=run, since=since)]


def _may_pass(run: Run, row: ScheduleRow) -> bool:
    """True if the run is retried in a minute: a single 503 is not reported."""
    passing = run.error is not None and run.error.code in _PASSING
    return passing and row.trouble_since is None and row.history.failures <= 1


def _kind(
    row: ScheduleRow, *, troubled: bool, now: datetime
) -> Literal["starts", "lasts", "ends"] | None:
    if not troubled:
        return "ends" if row.trouble_since else None
    if row.trouble_since is None:
        return "starts"
    alerted_at = row.told_at
    if alerted_at is None or is_from_the_future(alerted_at, now) or now - alerted_at >= _AGAIN:
        return "lasts"
    return None
