"""`autosync`: shows the schedule, and pauses or resumes a task."""

import sys
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

import typer

from ordosync.cli import completion, periods
from ordosync.cli.context import Context, with_context
from ordosync.cli.output import render
from ordosync.cli.output.cells import DueTime
from ordosync.cli.output.csv_output import write_csv
from ordosync.cli.output.tables import table
from ordosync.clock import to_nullable
from ordosync.engine import check_renames, chosen, register
from ordosync.engine.scheduling.timetable import Scheduled, check_switch, scheduled, switch_task
from ordosync.errors import OrdosyncError, UsageError
from ordosync.store import Store
from ordosync.tasks import TASKS

_COLUMNS = (
    *("portal", "task", "interval", "paused", "decided_by", "last_status"),
    *("next_due_at", "paused_since", "paused_until"),
)
"""The columns of --csv, which are the fields of --json."""


@with_context(csv=True)
def autosync(
    switch: Annotated[
        str | None, typer.Argument(metavar="[on|off]", autocompletion=completion.switch)
    ] = None,
    task: Annotated[
        str | None, typer.Argument(metavar="[TASK]", autocompletion=completion.switched_task)
    ] = None,
    *,
    portal: Annotated[
        str | None,
        typer.Option(
            "--portal",
            help="Only this portal (default: all).",
            autocompletion=completion.portal,
        ),
    ] = None,
    duration: Annotated[
        str | None,
        typer.Option("--for", metavar="AGE", help="Pause only for so long: 90m, 2h, 7d."),
    ] = None,
    context: Context,
) -> None:
    """Show the schedule; pause or resume a task.

    A task that the configuration sets to off stays off. `on` also schedules, hourly, a task that
    the configuration does not mention. Nothing runs immediately; cron starts it within a minute.
    With --for, run-due resumes the task after that time.

    For example:
      ordosync autosync off import-orders --for 2h
    """
    _check(switch, task)
    if duration is not None and switch != "off":
        raise UsageError("--for is for `autosync off TASK`")
    now = context.clock.now()
    until = None if duration is None else periods.after(duration, now, "--for")
    names = [selected.name for selected in chosen(context.config, [portal] if portal else [])]
    if switch and task:
        _switch(context, names, task, on=switch == "on", until=until)
    _show(context, names)


def _check(switch: str | None, task: str | None) -> None:
    """Raise `UsageError` unless there are a switch and a task, or neither."""
    if switch in TASKS and task in ("on", "off"):
        raise UsageError(f"did you mean `autosync {task} {switch}`?")
    if (switch is None) != (task is None) or switch not in (None, "on", "off"):
        raise UsageError(
            "use `autosync on TASK`, `autosync off TASK`, or `autosync` to see the schedule"
        )
    if task is not None and task not in TASKS:
        raise UsageError(f"there is no task {task!r}; known tasks: {', '.join(sorted(TASKS))}")


def _switch(
    context: Context, portals: Sequence[str], task: str, *, on: bool, until: datetime | None
) -> None:
    """Switch the task in each portal. Raises `OrdosyncError` if no portal allows it."""
    config, clock = context.config, context.clock
    refusals = []
    with Store.open(config.database) as store:
        register(config, store, clock)
        for portal in portals:
            row = store.schedule.get(portal, task)
            try:
                check_switch(config.portals[portal], task, row, on=on)
            except OrdosyncError as error:
                refusals.append(error)
                continue
            switch_task(config, store, portal, task, on=on, now=clock.now(), until=until)
    if len(refusals) == len(portals):
        raise refusals[0]
    for refusal in refusals:
        render.message(f"left out: {refusal}")


def _show(context: Context, portals: Sequence[str]) -> None:
    with Store.open(context.config.database, readonly=True) as store:
        check_renames(context.config, store)
        planned = scheduled(context.config, store, now=context.clock.now())
    tasks = [task for task in planned if task.portal in portals]
    if context.as_json:
        render.document({"schedule": [_json(task) for task in tasks]})
        return
    if context.as_csv:
        write_csv(sys.stdout, _COLUMNS, map(_csv_row, tasks))
        return
    table(
        ("portal", "task", "interval", "decided by", "last result", "next due"),
        [_row(task) for task in tasks],
        less=("decided by", "last result"),
    )


def _row(task: Scheduled) -> tuple[object, ...]:
    return (
        task.portal,
        task.task,
        task.interval,
        task.decided_by,
        task.last_status or "",
        _next_due(task),
    )


def _next_due(task: Scheduled) -> object:
    if not task.paused:
        return DueTime(task.next_due_at) if task.next_due_at else "manual"
    if task.resumes_at is None:
        return "paused"
    until = render.local(task.resumes_at)
    # A terminal has no room for the year and the seconds.
    return f"paused until {until[5:16] + until[19:] if sys.stdout.isatty() else until}"


def _csv_row(task: Scheduled) -> dict[str, Any]:
    return {**_json(task), "paused": "yes" if task.paused else "no"}


def _json(task: Scheduled) -> dict[str, Any]:
    return {
        "portal": task.portal,
        "task": task.task,
        "interval": task.interval,
        "paused": task.paused,
        "decided_by": task.decided_by,
        "last_status": task.last_status,
        "next_due_at": to_nullable(task.next_due_at),
        "paused_since": to_nullable(task.paused_at),
        "paused_until": to_nullable(task.resumes_at),
    }
