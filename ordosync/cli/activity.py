"""`activity` and `show`: the runs, and one run with its steps."""

import os
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Annotated

import typer

from ordosync.cli import completion, options
from ordosync.cli.context import Context, with_context
from ordosync.cli.output import render
from ordosync.cli.output import runs as render_runs
from ordosync.errors import UsageError
from ordosync.idle import glance
from ordosync.store import Store
from ordosync.store.runs import Run

_FEW = 5
_NO_NUMBER = 2**63
"""A number above every integer of SQLite."""


@with_context()
def activity(
    *,
    count: Annotated[int, typer.Option("-n", min=1, max=10_000, help="Number of runs.")] = 5,
    portal: options.Portal = None,
    task: Annotated[
        str | None,
        typer.Option("--task", help="Filter by task.", autocompletion=completion.task),
    ] = None,
    status: Annotated[
        str | None,
        typer.Option("--status", help="Filter by status.", autocompletion=completion.run_status),
    ] = None,
    context: Context,
) -> None:
    """Show the most recent runs, newest first.

    For example:
      ordosync activity -n 20 --status failed
    """
    opened, portals = _opened(context)
    with opened as store:
        _check_known("portal", portal, lambda: portals)
        _check_known("task", task, lambda: completion.task(""))
        _check_known("status", status, lambda: completion.run_status(""))
        runs = store.runs.newest(count, portal=portal, task=task, status=status)
    if context.as_json:
        render.document({"runs": [render_runs.run_json(run) for run in runs]})
    elif runs:
        render_runs.show_runs(runs)
    elif portal or task or status:
        render.message("no run matches; `ordosync activity` shows the newest of all runs")
    else:
        render.message("nothing has run yet; start with `ordosync import-orders`")


@with_context()
def show(
    run: Annotated[int, typer.Argument(help="Number of the run.")],
    *,
    context: Context,
) -> None:
    """Show one run and the current state of its steps.

    For example:
      ordosync show 3
    """
    opened, _ = _opened(context)
    with opened as store:
        shown = store.runs.get(run) if abs(run) < _NO_NUMBER else None
        if shown is None:
            raise UsageError(f"there is no run {run}; `ordosync activity` lists the latest")
        steps = store.steps.of_run(run)
    if context.as_json:
        step_list = [render_runs.step_json(step) for step in steps]
        render.document({"runs": [{**render_runs.run_json(shown), "steps": step_list}]})
        return
    render_runs.show_runs([shown])
    render_runs.show_calls(shown)
    if steps:
        render_runs.show_steps(steps)
    elif _had_steps(shown):
        render.message("its steps were retried in later runs; `ordosync activity` lists them")
    if failed := [str(step.id) for step in steps if step.state == "failed"]:
        render.message(_next_step(failed))


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


def _next_step(failed: Sequence[str]) -> str:
    steps = " ".join(failed[:_FEW]) if len(failed) <= _FEW else "STEP..."
    return (
        f"{len(failed)} failed: fix the cause, then `ordosync retry {steps}`;"
        f" `ordosync dismiss {steps}` closes steps that need no more work"
    )
