"""`activity` and `show`: the runs, and one run with its steps."""

import os
import sys
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from ordosync.cli import completion, options
from ordosync.cli.context import Context, with_context
from ordosync.cli.output import render
from ordosync.cli.output import runs as render_runs
from ordosync.cli.output import steps as render_steps
from ordosync.cli.output.changes import Changes, show_changes, written_to
from ordosync.cli.output.pager import paged
from ordosync.cli.output.steps import RunSteps
from ordosync.cli.periods import parse_since
from ordosync.clock import to_nullable
from ordosync.errors import UsageError
from ordosync.idle import glance
from ordosync.store import Store
from ordosync.store.concerns import Concern, step_key
from ordosync.store.order_numbers import OF_PRODUCTS
from ordosync.store.runs import QuietRuns, Run, RunFilter
from ordosync.store.step_rows import StepRow, Write
from ordosync.text import plural

_FEW = 5
_MOST = 10_000
_MANY = 20
"""The number of writes that `activity --changes` shows of each run."""
_NO_NUMBER = 2**63
"""A number above every integer of SQLite."""


@with_context(csv=True)
def activity(
    *,
    count: Annotated[
        int | None,
        typer.Option(
            "-n", min=1, max=_MOST, help="Number of runs (default: 5; with --since: all)."
        ),
    ] = None,
    portal: options.Portal = None,
    task: Annotated[
        str | None,
        typer.Option("--task", help="Filter by task.", autocompletion=completion.task),
    ] = None,
    status: Annotated[
        str | None,
        typer.Option("--status", help="Filter by status.", autocompletion=completion.run_status),
    ] = None,
    account: Annotated[
        str | None,
        typer.Option("--account", help="Only the runs of tasks that write to this account."),
    ] = None,
    since: Annotated[
        str | None,
        typer.Option(
            "--since", metavar="AGE|DATE", help="Only later runs: 90m, 2h, 7d, today, or a day."
        ),
    ] = None,
    with_all: Annotated[
        bool, typer.Option("--all", help="Also list the runs that changed nothing.")
    ] = False,
    changes: Annotated[
        bool,
        typer.Option("--changes", help="List what the runs wrote, old and new; with --json, too."),
    ] = False,
    no_pager: options.NoPager = False,
    context: Context,
) -> None:
    """Show the most recent runs, newest first.

    Runs that changed nothing are counted in one line; --all, --json and --csv list them. Numbers
    that are missing belong to runs that found nothing to do, which the log does not keep.

    For example:
      ordosync activity -n 20 --status failed
      ordosync activity --changes --since today
    """
    if with_all and changes:
        raise UsageError("use either --all or --changes")
    opened, portals = _opened(context)
    with opened as store:
        _check_known("portal", portal, lambda: portals)
        _check_known("task", task, lambda: completion.task(""))
        _check_known("status", status, lambda: completion.run_status(""))
        now = context.clock.now()
        after = parse_since(since, now) if since else None
        registered = store.portals.all()
        tasks = written_to(account, registered) if account else None
        chosen = RunFilter(portal=portal, task=task, status=status, since=after, tasks=tasks)
        most = count or (_MOST if since else _FEW)
        is_folded = changes or (context.as_text and not with_all)
        runs = store.runs.matching(most, chosen, with_changes=is_folded)
        oldest = runs[-1].id if len(runs) == most else 0
        quiet = store.runs.without_changes(chosen, after=oldest) if is_folded else None
        limit = None if chosen.conditions or not context.as_text else _MANY
        changed = Changes(
            registered, runs, _written(store, runs, limit=limit) if changes else {}, limit
        )
    if context.as_json:
        render.document(_json(runs, changed, quiet))
        return
    if context.as_csv:
        from ordosync.cli.output import log_csv  # noqa: PLC0415 - only CSV needs it

        log_csv.write_changes(changed) if changes else log_csv.write_runs(runs)
        return
    with paged(enabled=not no_pager):
        _show_runs(runs, changed, quiet, now=now, is_filtered=bool(chosen.conditions))


def _show_runs(
    runs: Sequence[Run],
    changes: Changes,
    quiet: QuietRuns | None,
    *,
    now: datetime,
    is_filtered: bool,
) -> None:
    if runs:
        render_runs.show_runs(runs)
    if any(changes.written.values()):
        render.result("")
        show_changes(changes)
    if quiet and quiet.last_at:
        render.message(_folded(quiet, now))
    elif not runs and is_filtered:
        render.message("no run matches; `ordosync activity` shows the newest of all runs")
    elif not runs:
        render.message("nothing has run yet; start with `ordosync import-orders`")


def _folded(quiet: QuietRuns, now: datetime) -> str:
    count = f"more than {quiet.count}" if quiet.is_minimum else str(quiet.count)
    runs = plural(quiet.count, "run", "runs")
    last = f", last {render.ago(quiet.last_at, now)}" if quiet.last_at else ""
    return f"{count} {runs} without changes{last}; `ordosync activity --all` lists them"


def _written(
    store: Store, runs: Sequence[Run], *, limit: int | None
) -> Mapping[int, Sequence[Write]]:
    """Return what each run has written; of at most `limit` steps and one more."""
    most = -1 if limit is None else limit + 1
    return {run.id: store.steps.writes(run.id, limit=most) for run in runs}


def _json(runs: Sequence[Run], changes: Changes, quiet: QuietRuns | None) -> dict[str, Any]:
    return {
        "runs": [{**render_runs.run_json(run), **changes.json_of(run)} for run in runs],
        "without_changes": quiet
        and {
            "runs": quiet.count,
            "at_least": quiet.is_minimum,
            "last_at": to_nullable(quiet.last_at),
        },
    }


@with_context(csv=True)
def show(
    run: options.RunNumber,
    *,
    states: Annotated[
        list[str] | None,
        typer.Option(
            "--state",
            help="Only steps in this state. Repeatable.",
            autocompletion=completion.step_state,
        ),
    ] = None,
    no_pager: options.NoPager = False,
    context: Context,
) -> None:
    """Show one run and the current state of its steps.

    Failed steps come first. `written` is what this run wrote, old and new.

    For example:
      ordosync show 3
      ordosync show 3 --state failed --state waiting
    """
    for state in states or ():
        _check_known("state", state, lambda: completion.step_state(""))
    opened, _ = _opened(context)
    with opened as store:
        shown = store.runs.get(run) if abs(run) < _NO_NUMBER else None
        if shown is None:
            raise UsageError(_no_run(store, run))
        all_steps = _steps(store, shown)
    steps = all_steps.of_states(states or ())
    if context.as_json:
        chosen = [step for step in all_steps.steps if not states or step.state in states]
        step_list = [render_steps.step_json(steps, step) for step in chosen]
        render.document({"runs": [{**render_runs.run_json(shown), "steps": step_list}]})
        return
    if context.as_csv:
        from ordosync.cli.output import log_csv  # noqa: PLC0415 - only CSV needs it

        log_csv.write_steps(steps)
        return
    with paged(enabled=not no_pager):
        _show_run(shown, all_steps, steps)


def _steps(store: Store, run: Run) -> RunSteps:
    steps = store.steps.of_run(run.id)
    ids = [] if run.task in OF_PRODUCTS else [step.merchant_id or "" for step in steps]
    return RunSteps(
        run=run.id,
        steps=steps,
        past=store.steps.past_writes(run.id),
        numbers=store.order_numbers(run.portal).of(ids),
        are_of_orders=run.task not in OF_PRODUCTS,
        dismissals=_dismissals(store, run, steps),
    )


def _dismissals(store: Store, run: Run, steps: Sequence[StepRow]) -> Mapping[str, Concern]:
    keys = {step_key(run.portal, run.task, step.key): step.key for step in steps}
    return {keys[concern.key]: concern for concern in store.concerns.of(keys)}


def _show_run(run: Run, all_steps: RunSteps, steps: RunSteps) -> None:
    render_runs.show_runs([run])
    render_runs.show_note(run)
    render_runs.show_calls(run)
    if steps.steps:
        # A pipe has had no empty line here, and its readers may count on that.
        if sys.stdout.isatty():
            render.result("")
        render_steps.show_steps(steps)
    elif not all_steps.steps and _had_steps(run):
        render.message("its steps were retried in later runs; `ordosync activity` lists them")
    if all_steps.steps:
        count = len(all_steps.steps)
        render.message(f"{count} {plural(count, 'step', 'steps')} now: {all_steps.summary}")
    if failed := [step for step in steps.steps if step.state == "failed"]:
        from ordosync.cli.failed_steps import next_step  # noqa: PLC0415 - only failures need it

        render.message(next_step(failed))


def _no_run(store: Store, run: int) -> str:
    """Return why a run is not in the log."""
    if not 0 < run <= store.runs.last_number():
        return (
            f"there is no run {run}; `ordosync activity` lists the latest, and `ordosync why {run}`"
            " shows an order of this number"
        )
    if store.pruning.may_have_deleted(run):
        return (
            f"run {run} is not in the log: it found nothing to do, or it is older than what the"
            " log keeps (`retention`)"
        )
    return f"run {run} found nothing to do and was not kept; `ordosync activity` lists the latest"


def _opened(context: Context) -> tuple[Store, Collection[str]]:
    """Open the store read-only, and return it with the names of the portals.

    A store that matches the configuration knows the portals. Loading the configuration as well
    would take longer than the rest of the command.
    """
    option = context.config_option
    database, digest = glance(str(option) if option else None) or ("", "")
    if os.path.exists(database):  # noqa: PTH110 - Path("") is the current folder
        store = Store.open(Path(database), readonly=True)
        if store.config_digest == digest:
            return store, store.portals.all()
        store.close()
    config = context.config
    store = Store.open(config.database, readonly=True)
    return store, {*config.portals, *store.portals.all()}


def _check_known(noun: str, name: str | None, known_names: Callable[[], Collection[str]]) -> None:
    if name is not None and name not in (names := known_names()):
        raise UsageError(f"there is no {noun} {name!r}; known: {', '.join(sorted(names))}")


def _had_steps(run: Run) -> bool:
    """True if the run had steps, which later runs have taken over.

    A run that the safety limit stopped has none.
    """
    counts = run.counts
    stopped_by_limit = run.error is not None and run.error.code == "brake"
    return not stopped_by_limit and counts.seen > counts.unchanged
