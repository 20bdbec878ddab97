"""What people and programs see: tables, lines, JSON. The one place where foreign text gets out.

Tables are for terminals; a pipe gets one line a row, with tabs. Standard output is for results,
standard error for words.
"""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from ordosync.engine.checks import Check
from ordosync.engine.health import Freshness
from ordosync.engine.timetable import Scheduled
from ordosync.store.copies import Copy
from ordosync.store.prune import Pruned
from ordosync.store.runs import Counts, Run
from ordosync.store.steps import StepRow
from ordosync.store.times import to_text
from ordosync.tasks.base import Step

if TYPE_CHECKING:
    from rich.console import Console

_COLOURS = {
    "ok": "green",
    "done": "green",
    "partial": "yellow",
    "waiting": "yellow",
    "unknown": "yellow",
    "failed": "red",
    "interrupted": "red",
}
# What reorders or hides text: bidirectional controls, zero-width characters, line separators.
_DECEIVING = frozenset(
    "\u00ad\u061c\u180e\u200b\u200e\u200f\u2028\u2029\u202a\u202b\u202c\u202d\u202e"
    "\u2060\u2066\u2067\u2068\u2069\ufeff"
)


def clean(text: object) -> str:
    """Make visible what a terminal would obey: control characters and the like."""
    return "".join(_visible(char) for char in str(text))


def _visible(char: str) -> str:
    if char < " " or "\x7f" <= char <= "\x9f" or char in _DECEIVING or "\ud800" <= char <= "\udfff":
        return char.encode("unicode_escape").decode()
    return char


def prepare() -> None:
    """Let no locale make printing fail."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure:
            reconfigure(encoding="utf-8", errors="backslashreplace")


def say(text: str) -> None:
    """Tell people something, on standard error."""
    sys.stderr.write("".join(f"{clean(line)}\n" for line in text.splitlines()))


def document(value: object) -> None:
    """Write one JSON document to standard output."""
    json.dump(value, sys.stdout, indent=2, ensure_ascii=True)
    sys.stdout.write("\n")


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Show rows; on a terminal as a table, else with tabs."""
    if not sys.stdout.isatty():
        sys.stdout.write("\t".join(columns) + "\n")
        for row in rows:
            sys.stdout.write("\t".join(clean(cell) for cell in row) + "\n")
        return
    from rich import box  # noqa: PLC0415 - only a terminal needs rich
    from rich.cells import cell_len  # noqa: PLC0415
    from rich.measure import Measurement  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    shown = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    kept = [tuple(clean(cell) for cell in row) for row in rows]
    for place, name in enumerate(columns):
        justify: Literal["left", "right"] = "right" if name in _NUMERIC else "left"
        if name in _FOLDED:
            shown.add_column(name, justify=justify, overflow="fold")
        else:  # never cut: rather no table
            width = max(cell_len(cell) for cell in (name, *(row[place] for row in kept)))
            shown.add_column(name, justify=justify, no_wrap=True, min_width=width)
    for row in kept:
        shown.add_row(*(Text(cell, style=_COLOURS.get(cell, "")) for cell in row))
    console = _console()
    if (
        Measurement.get(console, console.options.update(max_width=10_000), shown).minimum
        <= console.width
    ):
        console.print(shown)
        return
    for row in kept:  # too narrow for a table: one line a cell
        for name, cell in zip(columns, row, strict=True):
            console.print(Text(f"{name}: {cell}" if cell else f"{name}:"))
        console.print()


_RUN_COLUMNS = ("run", "started", "portal", "task", "trigger", "status", "counts")
_NUMERIC = (
    "run",
    "step",
    "lines",
    "quantity",
    "unit price",
    "worth",
    "price",
    "physical",
    "committed",
    "available",
)
_FOLDED = ("counts", "reason", "name", "ship to", "key", "not before")


def _console() -> "Console":
    from rich.console import Console  # noqa: PLC0415 - only a terminal needs rich

    return Console(markup=False, highlight=False, soft_wrap=False)


def local(at: datetime | None) -> str:
    """Return a time as the reader's clock shows it, with its zone."""
    return at.astimezone().strftime("%Y-%m-%d %H:%M:%S %Z") if at else ""


def runs(found: Sequence[Run]) -> None:
    """Show runs, one a row."""
    table(_RUN_COLUMNS, [_run_row(run) for run in found])
    for run in found:
        if run.error:
            say(f"run {run.id}: {run.error.code}: {run.error.message}")


def _run_row(run: Run) -> tuple[object, ...]:
    return (
        run.id,
        local(run.started_at),
        run.portal,
        run.task,
        run.trigger,
        run.status,
        _counts(run.counts),
    )


def _counts(counts: Counts) -> str:
    met = ", ".join(f"{count} {name}" for name, count in asdict(counts).items() if count)
    return f"{counts.seen} seen: {met}" if met else "0 seen"


def schedule(tasks: Sequence[Scheduled]) -> None:
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
    )


def scheduled_json(task: Scheduled) -> dict[str, Any]:
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
    tasks: Sequence[Freshness], checks: Sequence[Check], *, healthy: bool
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
    }


def plans(task: str, planned: Mapping[str, Sequence[Step]], *, as_json: bool) -> None:
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
        say_out(f"{portal}: {task} would write {len(steps)}")
        for step in steps:
            say_out(f"  {step.summary}")


def steps(found: Sequence[StepRow]) -> None:
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
    )


def say_out(text: str) -> None:
    """Write a line of a result."""
    sys.stdout.write(f"{clean(text)}\n")


def run_json(run: Run) -> dict[str, Any]:
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
        "missed_slots": run.missed_slots,
        "error": ({"code": run.error.code, "message": run.error.message} if run.error else None),
    }


def copy_json(path: Path, copy: Copy) -> dict[str, Any]:
    """Return a copy of the store as JSON has it."""
    return {
        "path": str(path),
        "bytes": copy.size,
        "runs": copy.runs,
        "links": copy.links,
        "open_steps": copy.open_steps,
        "last_run_at": to_text(copy.last_run_at) if copy.last_run_at else None,
    }


def pruned_json(pruned: Pruned) -> dict[str, Any]:
    """Return what was deleted as JSON has it."""
    return {"before": to_text(pruned.before), "runs": pruned.runs, "steps": pruned.steps}


def step_json(step: StepRow) -> dict[str, Any]:
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
