"""What people and programs see: tables, lines, JSON. The one place where foreign text gets out.

Tables are for terminals; a pipe gets one line a row, with tabs. Standard output is for results,
standard error for words.
"""

import json
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ordosync.cli.output.tables import table
from ordosync.cli.output.terminal import message, result
from ordosync.store.timestamps import to_text

if TYPE_CHECKING:
    from ordosync.engine.comparison.adopt import Adoption
    from ordosync.engine.diagnosis.attention import Attention
    from ordosync.engine.diagnosis.health import Freshness
    from ordosync.engine.diagnosis.machine_checks import Check
    from ordosync.engine.scheduling.timetable import Scheduled
    from ordosync.store.backup import Copy
    from ordosync.store.pruning import Pruned
    from ordosync.store.runs import Counts, Run
    from ordosync.store.steps import StepRow
    from ordosync.tasks.base import Step

_WHAT_TO_DO = {
    "auth": "mend its key in the configuration, then `ordosync config check --online`",
    "unavailable": "what is scheduled is tried again by itself",
}

__all__ = ["message", "result"]


def document(value: object) -> None:
    """Write one JSON document to standard output."""
    json.dump(value, sys.stdout, indent=2, ensure_ascii=True)
    sys.stdout.write("\n")


def local(at: datetime | None) -> str:
    """Return a time as the reader's clock shows it, with its zone."""
    if at is None:
        return ""
    with suppress(OverflowError):  # on the first and the last day that there is
        at = at.astimezone()
    return at.strftime("%Y-%m-%d %H:%M:%S %Z")


def runs(found: "Sequence[Run]") -> None:
    """Show runs, one a row."""
    columns = ("run", "started", "portal", "task", "trigger", "status", "counts")
    table(columns, [_run_row(run) for run in found], less=("trigger",))
    for run in found:
        if run.error:
            message(f"run {run.id}: {run.error.code}: {run.error.message}{_hint(run.error.code)}")


def _hint(code: str) -> str:
    """Say what to do about a run's error whose message cannot know it."""
    return f"; {_WHAT_TO_DO[code]}" if code in _WHAT_TO_DO else ""


def calls(run: "Run") -> None:
    """Say what a run asked of foreign services, and how much of it for each thing it met."""
    if not run.calls:
        return
    text = f"{run.calls} calls"
    text += f", query cost {run.cost}" if run.cost else ""
    if run.counts.seen:
        each = [f"{run.calls / run.counts.seen:.2f} calls"]
        each += [f"query cost {run.cost / run.counts.seen:.1f}"] if run.cost else []
        text += f" ({', '.join(each)} for each of {run.counts.seen} seen)"
    result(text)


def _run_row(run: "Run") -> tuple[object, ...]:
    return (
        run.id,
        local(run.started_at),
        run.portal,
        run.task,
        run.trigger,
        run.status,
        _counts(run.counts),
    )


def _counts(counts: "Counts") -> str:
    met = ", ".join(f"{count} {name}" for name, count in asdict(counts).items() if count)
    return f"{counts.seen} seen: {met}" if met else "0 seen"


def schedule(tasks: "Sequence[Scheduled]") -> None:
    """Show what is scheduled, one task of a portal a row."""
    table(
        ("portal", "task", "interval", "decided by", "last result", "next due"),
        [
            (
                task.portal,
                task.task,
                f"{task.interval}, paused" if task.paused else task.interval,
                task.decided_by,
                task.last_status or "",
                local(task.next_due_at) or ("" if task.paused else "by hand"),
            )
            for task in tasks
        ],
        less=("decided by", "last result"),
    )


def scheduled_json(task: "Scheduled") -> dict[str, Any]:
    """Return what `autosync --json` says of a task."""
    return {
        "portal": task.portal,
        "task": task.task,
        "interval": task.interval,
        "paused": task.paused,
        "decided_by": task.decided_by,
        "last_status": task.last_status,
        "next_due_at": to_text(task.next_due_at) if task.next_due_at else None,
    }


def health_json(
    tasks: "Sequence[Freshness]",
    checks: "Sequence[Check]",
    needed: "Sequence[Attention]",
    *,
    healthy: bool,
) -> dict[str, Any]:
    """Return what `health --json` says."""
    return {
        "healthy": healthy,
        "tasks": [
            {
                "portal": task.portal,
                "task": task.task,
                "fresh": task.trouble is None,
                "last_ok_at": to_text(task.last_ok_at) if task.last_ok_at else None,
                "limit_s": int(task.limit.total_seconds()),
                "trouble": task.trouble,
            }
            for task in tasks
        ],
        "checks": [asdict(check) for check in checks],
        "attention": [
            {"key": one.key, "severity": one.severity, "code": one.code} for one in needed
        ],
    }


def plans(task: str, planned: "Mapping[str, Sequence[Step]]", *, as_json: bool) -> None:
    """Show what a run would write, by portal."""
    if as_json:
        document(
            {
                "plans": [
                    {
                        "portal": portal,
                        "task": task,
                        "steps": [{"key": step.key, "summary": step.summary} for step in steps],
                    }
                    for portal, steps in planned.items()
                ]
            }
        )
        return
    for portal, steps in planned.items():
        result(f"{portal}: {task} would write {len(steps)}", wrapped=True)
        for step in steps:
            result(f"  {step.summary}", wrapped=True)


def adoptions(found: "Sequence[Adoption]", *, as_json: bool, dry: bool) -> None:
    """Show which orders were linked, or would be, and which are left to people."""
    if as_json:
        document(
            {
                "adoptions": [
                    {
                        "portal": one.portal,
                        "merchant": one.merchant,
                        "supplier": one.supplier,
                        "by": one.by or None,
                        "why_not": one.why_not or None,
                    }
                    for one in found
                ]
            }
        )
        return
    if found:
        columns = ("portal", "merchant", "supplier", "by", "reason")
        rows = [(one.portal, one.merchant, one.supplier, one.by, one.why_not) for one in found]
        table(columns, rows, if_any=("reason",))
    linked = sum(bool(one.by) for one in found)
    message(f"{'would link' if dry else 'linked'} {linked}, left {len(found) - linked} to you")


def steps(found: "Sequence[StepRow]") -> None:
    """Show steps, one a row."""
    columns = ("step", "key", "state", "code", "reason", "supplier", "not before")
    table(
        columns,
        [
            (
                step.id,
                step.key,
                step.state,
                step.code or "",
                step.reason or "",
                step.supplier_id or "",
                local(step.not_before),
            )
            for step in found
        ],
        less=("supplier", "code"),
        if_any=("code", "reason", "supplier", "not before"),
    )


def run_json(run: "Run") -> dict[str, Any]:
    """Return a run as every command gives it."""
    counts = run.counts
    return {
        "id": run.id,
        "portal": run.portal,
        "task": run.task,
        "trigger": run.trigger,
        "status": run.status,
        "started_at": to_text(run.started_at),
        "finished_at": to_text(run.finished_at) if run.finished_at else None,
        "seen": counts.seen,
        "done": counts.done,
        "unchanged": counts.unchanged,
        "skipped": counts.skipped,
        "waiting": counts.waiting,
        "failed": counts.failed,
        "calls": run.calls,
        "cost": run.cost,
        "missed_slots": run.missed_slots,
        "error": ({"code": run.error.code, "message": run.error.message} if run.error else None),
    }


def copy_json(path: Path, copy: "Copy") -> dict[str, Any]:
    """Return a copy of the store as JSON has it."""
    return {
        "path": str(path),
        "bytes": copy.size,
        "runs": copy.runs,
        "links": copy.links,
        "open_steps": copy.open_steps,
        "last_run_at": to_text(copy.last_run_at) if copy.last_run_at else None,
    }


def pruned_json(pruned: "Pruned") -> dict[str, Any]:
    """Return what was deleted as JSON has it."""
    return {"before": to_text(pruned.before), "runs": pruned.runs, "steps": pruned.steps}


def step_json(step: "StepRow") -> dict[str, Any]:
    """Return a step as `show --json` gives it."""
    return {
        "id": step.id,
        "key": step.key,
        "state": step.state,
        "code": step.code,
        "reason": step.reason,
        "merchant": step.merchant_id,
        "supplier": step.supplier_id,
        "attempts": step.attempts,
        "not_before": to_text(step.not_before) if step.not_before else None,
    }
