"""The commands that show what ran: `activity` and `show`."""

import os
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Annotated

import typer

from ordosync.cli import completion, options
from ordosync.cli.output import render
from ordosync.errors import UsageError
from ordosync.idle import glance
from ordosync.store import Store
from ordosync.store.runs import Run

_FEW = 5
_NO_NUMBER = 2**63
"""More than SQLite can count to."""


def activity(
    *,
    count: Annotated[int, typer.Option("-n", min=1, max=10_000, help="How many.")] = 5,
    portal: Annotated[
        str | None,
        typer.Option("--portal", help="Only of this portal.", autocompletion=completion.portal),
    ] = None,
    task: Annotated[
        str | None,
        typer.Option("--task", help="Only of this task.", autocompletion=completion.task),
    ] = None,
    status: Annotated[
        str | None,
        typer.Option(
            "--status", help="Only with this status.", autocompletion=completion.run_status
        ),
    ] = None,
    config: options.Config = None,
    as_json: options.Json = False,
    debug: options.Debug = False,  # noqa: ARG001 - seen by `run`
) -> None:
    """Show the most recent runs, newest first."""
    opened, portals = _opened(config)
    with opened as store:
        _refuse_unknown("portal", portal, lambda: portals)
        _refuse_unknown("task", task, lambda: completion.task(""))
        _refuse_unknown("status", status, lambda: completion.run_status(""))
        runs = store.runs.newest(count, portal=portal, task=task, status=status)
    if as_json:
        render.document({"runs": [render.run_json(run) for run in runs]})
    elif runs:
        render.runs(runs)
    elif portal or task or status:
        render.message("no run matches; `ordosync activity` shows the newest of all")
    else:
        render.message("nothing has run yet; `ordosync import-orders` does")


def show(
    run: Annotated[int, typer.Argument(help="The number of the run.")],
    *,
    config: options.Config = None,
    as_json: options.Json = False,
    debug: options.Debug = False,  # noqa: ARG001 - seen by `run`
) -> None:
    """Show one run with its steps as they stand now."""
    opened, _ = _opened(config)
    with opened as store:
        found = store.runs.get(run) if abs(run) < _NO_NUMBER else None
        if found is None:
            raise UsageError(f"there is no run {run}; `ordosync activity` lists the latest")
        steps = store.steps.of_run(run)
    if as_json:
        shown = {**render.run_json(found), "steps": [render.step_json(step) for step in steps]}
        render.document({"runs": [shown]})
        return
    render.runs([found])
    render.calls(found)
    if steps:
        render.steps(steps)
    elif _had_steps(found):
        render.message("its steps were tried again since; the newest runs: `ordosync activity`")
    if failed := [str(step.id) for step in steps if step.state == "failed"]:
        render.message(_what_next(failed))


def _opened(config: Path | None) -> tuple[Store, Collection[str]]:
    """Open the store to look at it, and return the portals there are.

    One that follows the configuration as it is knows them: to read that, too, would take longer
    than all the rest of such a command.
    """
    database, digest = glance(str(config) if config else None) or ("", "")
    if os.path.exists(database):  # noqa: PTH110 - no path is none
        store = Store.open(Path(database), readonly=True)
        if store.config_digest == digest:
            return store, store.portals.all()
        store.close()
    from ordosync.config import find_config, load_config  # noqa: PLC0415 - see above

    settings = load_config(find_config(config))
    store = Store.open(settings.database, readonly=True)
    return store, {*settings.portals, *store.portals.all()}


def _refuse_unknown(what: str, word: str | None, all_known: Callable[[], Collection[str]]) -> None:
    if word is not None and word not in (known := all_known()):
        raise UsageError(f"there is no {what} {word!r}; there is: {', '.join(sorted(known))}")


def _had_steps(run: Run) -> bool:
    """Whether there were steps that later runs have taken over; a brake lets none be."""
    counts = run.counts
    braked = run.error is not None and run.error.code == "brake"
    return not braked and counts.seen > counts.unchanged


def _what_next(failed: Sequence[str]) -> str:
    steps = " ".join(failed[:_FEW]) if len(failed) <= _FEW else "STEP..."
    return (
        f"{len(failed)} failed: mend the cause, then `ordosync retry {steps}`;"
        f" `ordosync dismiss {steps}` closes what needs nothing more"
    )
