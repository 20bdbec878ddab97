"""The commands that show what ran: `activity` and `show`."""

from collections.abc import Sequence
from typing import Annotated

import typer

from ordosync import render
from ordosync.cli import complete, options
from ordosync.config import find_config, load_config
from ordosync.config.model import AT_ONCE_TASKS, SCHEDULED_TASKS
from ordosync.errors import UsageError
from ordosync.store import Store
from ordosync.store.runs import STATUSES, Run

_FEW = 5
_NO_NUMBER = 2**63
"""More than SQLite can count to."""


def activity(
    *,
    count: Annotated[int, typer.Option("-n", min=1, max=10_000, help="How many.")] = 5,
    portal: Annotated[
        str | None,
        typer.Option("--portal", help="Only of this portal.", autocompletion=complete.portal),
    ] = None,
    task: Annotated[
        str | None,
        typer.Option("--task", help="Only of this task.", autocompletion=complete.task),
    ] = None,
    status: Annotated[
        str | None,
        typer.Option("--status", help="Only with this status.", autocompletion=complete.run_status),
    ] = None,
    config: options.Config = None,
    as_json: options.Json = False,
    debug: options.Debug = False,  # noqa: ARG001 - seen by `run`
) -> None:
    """Show the most recent runs, newest first."""
    settings = load_config(find_config(config))
    with Store.open(settings.database, readonly=True) as store:
        known_portals = {*settings.portals, *store.portals.all()}
        for word, known, what in (
            (portal, known_portals, "portal"),
            (task, {*SCHEDULED_TASKS, *AT_ONCE_TASKS}, "task"),
            (status, set(STATUSES), "status"),
        ):
            if word is not None and word not in known:
                raise UsageError(
                    f"there is no {what} {word!r}; there is: {', '.join(sorted(known))}"
                )
        runs = store.runs.newest(count, portal=portal, task=task, status=status)
    if as_json:
        render.document({"runs": [render.run_json(run) for run in runs]})
    elif runs:
        render.runs(runs)
    elif portal or task or status:
        render.say("no run matches; `ordosync activity` shows the newest of all")
    else:
        render.say("nothing has run yet; `ordosync import-orders` does")


def show(
    run: Annotated[int, typer.Argument(help="The number of the run.")],
    *,
    config: options.Config = None,
    as_json: options.Json = False,
    debug: options.Debug = False,  # noqa: ARG001 - seen by `run`
) -> None:
    """Show one run with its steps as they stand now."""
    settings = load_config(find_config(config))
    with Store.open(settings.database, readonly=True) as store:
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
        render.say("its steps were tried again since; the newest runs: `ordosync activity`")
    if failed := [str(step.id) for step in steps if step.state == "failed"]:
        render.say(_what_next(failed))


def _had_steps(run: Run) -> bool:
    """Whether there were steps that later runs have taken over; a brake lets none be."""
    counts = run.counts
    braked = run.error is not None and run.error.code == "brake"
    return not braked and counts.seen > counts.unchanged


def _what_next(failed: Sequence[str]) -> str:
    steps = " ".join(failed[:_FEW]) if len(failed) <= _FEW else "STEP..."
    return (
        f"{len(failed)} failed: mend the cause, then `ordosync retry {steps}`;"
        " or say how it went with `--sent ID` or `--not-sent`"
    )
