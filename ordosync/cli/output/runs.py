"""Runs, as text and as JSON."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import typer

from ordosync.cli.output import reasons
from ordosync.cli.output.reasons import Failure
from ordosync.cli.output.render import document, local
from ordosync.cli.output.tables import table
from ordosync.cli.output.terminal import message, result
from ordosync.clock import to_nullable, to_text
from ordosync.store.runs import Run
from ordosync.text import plural

if TYPE_CHECKING:
    from ordosync.engine import AlreadyRunning, Stop
    from ordosync.store.runs import Counts

_COLUMNS = ("run", "started", "portal", "task", "trigger", "status", "counts")
_WHAT_TO_DO = {
    "auth": "fix its key in the configuration, then `ordosync config check --online`",
    "unavailable": "scheduled tasks are retried automatically",
}
"""The action for an error of a run, by code, if its message does not contain it."""


@dataclass(frozen=True, kw_only=True)
class Failures:
    """Failures of finished runs, and of runs before them."""

    reasons: Mapping[int, Sequence[Failure]]
    """The failures of each run."""
    earlier: Mapping[int, int]
    """The number of steps of each run's task that failed in earlier runs."""


NO_FAILURES = Failures(reasons={}, earlier={})


def show_results(
    results: "Sequence[Run | AlreadyRunning]", failures: Failures, *, as_json: bool, stop: "Stop"
) -> None:
    """Show finished runs with their first failures, tasks that were running already, and exit.

    Exits 128 + signal if a signal arrived, 1 if a run was not ok, 0 otherwise.
    """
    finished = [item for item in results if isinstance(item, Run)]
    if as_json:
        running = [item.run for item in results if not isinstance(item, Run) and item.run]
        document({"runs": [run_json(run) for run in [*finished, *running]]})
    else:
        show_finished(results, failures)
    if stop.signal:
        raise typer.Exit(128 + stop.signal)
    raise typer.Exit(int(any(run.status != "ok" for run in finished)))


def show_finished(
    results: "Sequence[Run | AlreadyRunning]", failures: Failures, *, with_table: bool = True
) -> None:
    """Show finished runs with their notes and first failures, and tasks that ran already.

    Without the table, standard output stays free for the document of a command.
    """
    finished = [item for item in results if isinstance(item, Run)]
    held = [item for item in results if not isinstance(item, Run)]
    if with_table and finished:
        show_runs(finished)
    else:
        _show_errors(finished)
    for item in held:
        run = item.run
        since = f" since {local(run.started_at)}, run {run.id}" if run else ""
        message(f"{item.portal}: {item.task} is running{since}")
    for run in finished:
        show_note(run)
        _show_failures(run, failures)


def _show_failures(run: Run, failures: Failures) -> None:
    failed, more = failures.reasons.get(run.id, ()), f"`ordosync show {run.id}`"
    for line in reasons.lines(failed, more=more):
        message(line)
    if run.counts.failed or run.counts.waiting or run.counts.skipped:
        message(f"run {run.id}: {more} shows the steps and reasons")
    if count := failures.earlier.get(run.id):
        message(f"run {run.id}: {count} still failed from earlier runs: `ordosync attention`")


def show_runs(runs: Sequence[Run]) -> None:
    """Show runs, one per row."""
    columns: tuple[str, ...] = _COLUMNS
    rows = [_run_row(run) for run in runs]
    if any(run.host for run in runs):
        columns = (*columns, "host")
        rows = [(*row, run.host or "") for row, run in zip(rows, runs, strict=True)]
    table(columns, rows, less=("trigger", "host"))
    _show_errors(runs)


def _show_errors(runs: Sequence[Run]) -> None:
    for run in runs:
        if run.error:
            hint = _WHAT_TO_DO.get(run.error.code)
            text = f"run {run.id}: {run.error.code}: {run.error.message}"
            message(f"{text}; {hint}" if hint else text)


def show_note(run: Run) -> None:
    """Show the remark about a run, if it has one."""
    if run.note:
        message(f"run {run.id}: {run.note}")


def show_host(run: Run) -> None:
    """Show which of several hosts did a run."""
    if run.host:
        result(f"on host {run.host}")


def show_calls(run: Run) -> None:
    """Show how many calls to remote services a run made, in total and per record."""
    if not run.calls:
        return
    text = plural(run.calls, "1 call", f"{run.calls} calls")
    text += f", query cost {run.cost}" if run.cost else ""
    if run.counts.seen:
        each = [f"{run.calls / run.counts.seen:.2f} calls"]
        each += [f"query cost {run.cost / run.counts.seen:.1f}"] if run.cost else []
        text += f" ({', '.join(each)} for each of {run.counts.seen} seen)"
    result(text)


def _run_row(run: Run) -> tuple[object, ...]:
    return (
        run.id,
        run.started_at,
        run.portal,
        run.task,
        run.trigger,
        run.status,
        _short_counts(run.counts) if sys.stdout.isatty() else _counts(run.counts),
    )


def _counts(counts: "Counts") -> str:
    nonzero = ", ".join(f"{count} {name}" for name, count in asdict(counts).items() if count)
    return f"{counts.seen} seen: {nonzero}" if nonzero else "0 seen"


def _short_counts(counts: "Counts") -> str:
    """Return the counts that matter to a reader: without the unchanged ones, if others are."""
    numbers = {name: count for name, count in asdict(counts).items() if count}
    if set(numbers) <= {"unchanged"}:
        return f"{counts.unchanged} unchanged" if counts.unchanged else "nothing"
    of_all = f" of {counts.seen}" if numbers.pop("unchanged", 0) else ""
    return ", ".join(f"{count} {name}" for name, count in numbers.items()) + of_all


def run_json(run: Run) -> dict[str, Any]:
    """Return a run as every command prints it with `--json`."""
    counts = run.counts
    return {
        "id": run.id,
        "portal": run.portal,
        "task": run.task,
        "trigger": run.trigger,
        "status": run.status,
        "started_at": to_text(run.started_at),
        "finished_at": to_nullable(run.finished_at),
        "seen": counts.seen,
        "done": counts.done,
        "unchanged": counts.unchanged,
        "skipped": counts.skipped,
        "waiting": counts.waiting,
        "failed": counts.failed,
        "calls": run.calls,
        "cost": run.cost,
        "missed_slots": run.missed_slots,
        "error": {"code": run.error.code, "message": run.error.message} if run.error else None,
        "note": run.note or None,
        **({"host": run.host} if run.host else {}),
    }
