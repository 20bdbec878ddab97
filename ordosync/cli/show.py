"""`show`: one run with its steps."""

import sys
from collections.abc import Mapping, Sequence
from typing import Annotated

import typer

from ordosync.cli import completion, options
from ordosync.cli.context import Context, with_context
from ordosync.cli.log import check_known, open_log
from ordosync.cli.output import render
from ordosync.cli.output import runs as render_runs
from ordosync.cli.output import steps as render_steps
from ordosync.cli.output.pager import paged
from ordosync.cli.output.steps import RunSteps
from ordosync.errors import UsageError
from ordosync.store import Store
from ordosync.store.concerns import Concern, step_key
from ordosync.store.order_numbers import OF_PRODUCTS
from ordosync.store.runs import Run
from ordosync.store.step_rows import StepRow
from ordosync.text import plural

_NO_NUMBER = 2**63
"""A number above every integer of SQLite."""


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
        check_known("state", state, lambda: completion.step_state(""))
    opened, _ = open_log(context)
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
    render_runs.show_host(run)
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


def _had_steps(run: Run) -> bool:
    """True if the run had steps, which later runs have taken over.

    A run that the safety limit stopped has none.
    """
    counts = run.counts
    stopped_by_limit = run.error is not None and run.error.code == "brake"
    return not stopped_by_limit and counts.seen > counts.unchanged
