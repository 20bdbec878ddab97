"""`health`: one line for a monitor, or a detailed check for an operator."""

import re
from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta
from typing import Annotated, Any

import typer

from ordosync.cli.context import Context, with_context
from ordosync.cli.output import render
from ordosync.clock import to_nullable
from ordosync.engine.diagnosis.attention import attention
from ordosync.engine.diagnosis.attention_entry import Attention
from ordosync.engine.diagnosis.health import Freshness, freshness
from ordosync.engine.diagnosis.machine_checks import checks, host_troubles
from ordosync.engine.diagnosis.portal_concerns import LATE
from ordosync.engine.scheduling.timetable import Scheduled, scheduled
from ordosync.store import Store
from ordosync.store.checks import Check
from ordosync.text import plural

_FEW = 5
_A_WEEK = timedelta(days=7)
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def _to_age(text: str) -> timedelta:
    match = re.fullmatch(r"(\d{1,6})\s*([smhd])(?:in)?", text.strip().lower())
    if not match or not int(match[1]):
        raise typer.BadParameter(f"{text!r} is not an age such as 90m, 2h or 1d")
    return timedelta(**{_UNITS[match[2]]: int(match[1])})


@with_context()
def health(
    *,
    verbose: Annotated[
        bool, typer.Option("-v", "--verbose", help="Also check this machine.")
    ] = False,
    max_age: Annotated[
        timedelta | None,
        typer.Option(
            "--max-age",
            parser=_to_age,
            metavar="AGE",
            help="Maximum age of the last success: 90m, 2h, 1d (default: interval + 10 minutes).",
        ),
    ] = None,
    tasks_only: Annotated[
        bool,
        typer.Option(
            "--tasks", help="Only late tasks, outages and the safety limit, e.g. for a pager."
        ),
    ] = False,
    context: Context,
) -> None:
    """Check that every scheduled task ran recently.

    It also fails if something needs attention. Prints one line for a monitor; -v prints more.
    Exits 1 if a task is late, or if `ordosync attention` lists an entry of severity normal or
    critical. Paused tasks are not late.

    For example:
      ordosync health -v
    """
    config, now = context.config, context.clock.now()
    with Store.open(config.database, readonly=True) as store:
        tasks = freshness(config, store, now=now, max_age=max_age)
        listed = attention(config, store, now=now, unshipped_for=_A_WEEK)
        results = list((checks if verbose else host_troubles)(config, store, now=now))
        paused = [task for task in scheduled(config, store, now=now) if task.paused]
    stale = [task for task in tasks if task.problem]
    # `stale` has the late tasks, by the age that this call allows.
    others = [entry for entry in listed if entry.needs_you and entry.code != LATE]
    needed = [entry for entry in others if _is_of_task(entry) or not tasks_only]
    healthy = not (stale or needed) and all(check.state != "trouble" for check in results)
    if context.as_json:
        render.document(_json(tasks, results, needed, paused, healthy=healthy))
    else:
        more = "; `ordosync health -v` shows details" if stale and not verbose else ""
        of_host = [] if verbose else [check.text for check in results]
        text = _line(tasks, stale, needed, of_host) + _paused(paused) + more
        render.result(text, wrapped=True)
        for check in results if verbose else ():
            render.result(f"{check.state}: {check.name}: {check.text}", wrapped=True)
    raise typer.Exit(int(not healthy))


def _is_of_task(entry: Attention) -> bool:
    """True if a whole task, not one step of it, has had a critical problem for long."""
    return entry.step is None and entry.severity == "critical"


def _line(
    tasks: Sequence[Freshness],
    stale: Sequence[Freshness],
    needed: Sequence[Attention],
    of_host: Sequence[str],
) -> str:
    late = [f"{task.task} of {task.portal} {task.problem}" for task in stale]
    if troubles := [*of_host, *late, *_needs(needed)]:
        return "trouble: " + "; ".join(troubles)
    return f"ok: {len(tasks)} scheduled {plural(len(tasks), 'task', 'tasks')}, none is late"


def _paused(paused: Sequence[Scheduled]) -> str:
    """Return the tasks that are paused, and until when; often empty."""
    if not paused:
        return ""
    first = min((task.paused_at for task in paused if task.paused_at), default=None)
    since = f" since {render.local(first)}" if first else ""
    names = [_paused_task(task) for task in paused[:_FEW]]
    names += [f"{len(paused) - _FEW} more"] if len(paused) > _FEW else []
    return f"; {len(paused)} paused{since}: {', '.join(names)}"


def _paused_task(task: Scheduled) -> str:
    until = f" until {render.local(task.resumes_at)}" if task.resumes_at else ""
    return f"{task.task} of {task.portal}{until}"


def _needs(needed: Sequence[Attention]) -> list[str]:
    """Return the tasks that the safety limit stopped, and the number of open entries."""
    stopped = [
        f"the safety limit stopped {entry.task} of {entry.portal}"
        for entry in needed
        if entry.code == "brake"
    ]
    if not needed:
        return []
    entries = plural(len(needed), "1 entry needs", f"{len(needed)} entries need")
    return [*stopped, f"{entries} attention: `ordosync attention`"]


def _json(
    tasks: Sequence[Freshness],
    results: Sequence[Check],
    needed: Sequence[Attention],
    paused: Sequence[Scheduled],
    *,
    healthy: bool,
) -> dict[str, Any]:
    return {
        "healthy": healthy,
        "tasks": [_task_json(task) for task in tasks],
        "checks": [asdict(check) for check in results],
        "attention": [
            {
                "key": entry.key,
                "severity": entry.severity,
                "code": entry.code,
                "portal": entry.portal,
                "task": entry.task,
                "reason": entry.reason,
            }
            for entry in needed
        ],
        "paused": [
            {
                "portal": task.portal,
                "task": task.task,
                "since": to_nullable(task.paused_at),
                "until": to_nullable(task.resumes_at),
            }
            for task in paused
        ],
    }


def _task_json(task: Freshness) -> dict[str, Any]:
    return {
        "portal": task.portal,
        "task": task.task,
        "fresh": task.problem is None,
        "last_ok_at": to_nullable(task.last_ok_at),
        "limit_s": int(task.limit.total_seconds()),
        "trouble": task.problem,
    }
