"""The schedule: intervals of the configuration, and tasks that operators pause or switch on."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from ordosync.accounts import is_embedded
from ordosync.config.settings import (
    AT_ONCE_TASKS,
    GLOBAL_TASKS,
    SCHEDULED_TASKS,
    Config,
    PortalConfig,
)
from ordosync.errors import OrdosyncError, UsageError
from ordosync.slots import INTERVALS_S
from ordosync.store import Store
from ordosync.store.runs import Status
from ordosync.store.schedule import Plan
from ordosync.store.schedule_row import DecidedBy, ScheduleRow
from ordosync.tasks import TASKS

_SWITCHED_ON = "hourly"
_AT_ONCE_S = 60
_EMBEDDED_S = 600
"""Interval of a task that each change in a local account starts, as a fallback if that fails, and
of report-shortages with other Suppliers: a shortage is less urgent than a parcel."""


def plans(config: Config, rows: Iterable[ScheduleRow]) -> list[Plan]:
    """Return the tasks of every portal, scheduled or not."""
    switched = {(row.portal, row.task) for row in rows if row.paused is not None}
    return [
        _plan(config, portal, task, switched=(portal.name, task) in switched)
        for portal in config.portals.values()
        for task in TASKS
        if can_run(portal, task)
    ]


def can_run(portal: PortalConfig, task: str) -> bool:
    """True if both accounts of a portal have their part of a task."""
    return unavailable_reason(portal, task) is None


def unavailable_reason(portal: PortalConfig, task: str) -> str | None:
    """Return the reason why a task cannot run for a portal; None if it can."""
    if task == "write-inventory-back" and not portal.manage_inventory:
        return f"portal {portal.name} is shipping-only: {task} needs `manage_inventory: true`"
    missing = portal.unavailable.get(task)
    return missing and f"portal {portal.name} cannot run {task}: {missing}"


def check_switch(portal: PortalConfig, task: str, row: ScheduleRow | None, *, on: bool) -> None:
    """Refuse to pause, resume or switch on a task that has no switch.

    Raises `UsageError` for a task without a switch, `OrdosyncError` if the configuration decides
    or the task is not scheduled and cannot be paused.
    """
    if task not in SCHEDULED_TASKS:
        raise UsageError(
            f"{task} has no switch: it runs at once; there is one for {', '.join(SCHEDULED_TASKS)}"
        )
    reason = unavailable_reason(portal, task)
    if reason:
        raise UsageError(reason)
    if portal.tasks[task] != "off":
        return
    if task in portal.decided:
        raise OrdosyncError(
            f"portal {portal.name}: the configuration sets `{task}: off`; change it there"
        )
    is_switched_on = row is not None and row.interval_s is not None
    if on and task not in GLOBAL_TASKS:
        raise OrdosyncError(
            f"portal {portal.name}: only the configuration schedules {task}; add"
            f" `{task}: {_SWITCHED_ON}` under `tasks:`"
        )
    if not on and not is_switched_on:
        raise OrdosyncError(
            f"portal {portal.name}: {task} is not scheduled, so it cannot be paused;"
            " `ordosync autosync` shows the schedule"
        )


def switch_task(
    config: Config,
    store: Store,
    portal: str,
    task: str,
    *,
    on: bool,
    now: datetime,
    until: datetime | None = None,
) -> None:
    """Pause, resume or switch on a task that `check_switch` accepts; a pause may have an end."""
    with store.transaction():
        if on:
            store.schedule.resume(portal, task)
        else:
            store.schedule.pause(portal, task, now=now, until=until)
        store.schedule.keep(plans(config, store.schedule.all()), now=now)
        store.schedule.set_next(portal, task, now=now)


@dataclass(frozen=True, kw_only=True)
class Scheduled:
    """A task of a portal as `autosync` shows it."""

    portal: str
    task: str
    interval: str
    """The configured interval; `at once` for a task without an interval."""
    paused: bool
    paused_at: datetime | None
    """None if it is not paused, or an earlier version paused it."""
    resumes_at: datetime | None
    """When the pause ends by itself; None if it does not."""
    decided_by: DecidedBy
    last_status: Status | None
    next_due_at: datetime | None


def scheduled(config: Config, store: Store, *, now: datetime) -> list[Scheduled]:
    """Return the schedule by the current configuration, which the next call follows."""
    rows = {(row.portal, row.task): row for row in store.schedule.all()}
    entries = []
    for plan in plans(config, rows.values()):
        row = rows.get((plan.portal, plan.task)) or ScheduleRow(**asdict(plan))
        row = replace(row, interval_s=plan.interval_s)
        runs = store.runs.newest(1, portal=plan.portal, task=plan.task)
        next_retry_at = store.steps.next_retry_at(plan.portal, plan.task, now=now)
        entries.append(
            Scheduled(
                portal=plan.portal,
                task=plan.task,
                interval=interval_name(plan.interval_s),
                paused=bool(row.paused),
                paused_at=row.paused_at,
                resumes_at=row.resumes_at,
                decided_by=plan.decided_by,
                last_status=runs[0].status if runs else None,
                next_due_at=row.starts_next(now, next_retry_at=next_retry_at),
            )
        )
    return entries


def interval_name(interval_s: int | None) -> str:
    """Return an interval as the configuration writes it."""
    names = {seconds: name for name, seconds in INTERVALS_S.items()}
    return "off" if interval_s is None else names.get(interval_s, "at once")


def _plan(config: Config, portal: PortalConfig, task: str, *, switched: bool) -> Plan:
    decided = task in portal.decided
    decided_by: DecidedBy = "configuration" if decided else "default"
    if task in AT_ONCE_TASKS:
        is_woken = is_embedded(config.accounts[portal.supplier.account].kind)
        is_urgent = task != "report-shortages"
        interval_s: int | None = _AT_ONCE_S if is_urgent and not is_woken else _EMBEDDED_S
    elif task in GLOBAL_TASKS and portal.tasks[task] == "off" and not decided and switched:
        interval_s, decided_by = INTERVALS_S[_SWITCHED_ON], "autosync"
    else:
        interval_s = INTERVALS_S.get(portal.tasks[task])
    return Plan(portal=portal.name, task=task, interval_s=interval_s, decided_by=decided_by)
