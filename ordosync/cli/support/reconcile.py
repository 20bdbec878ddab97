"""`reconcile`: compares both accounts of a portal directly."""

import sys
from collections.abc import Sequence
from typing import Annotated, Any

import typer

from ordosync.cli import options
from ordosync.cli.context import Context, with_context
from ordosync.cli.output import render, tables
from ordosync.cli.output import runs as render_runs
from ordosync.cli.output.csv_output import write_csv
from ordosync.cli.session import Session, open_session, portals_of_this_host
from ordosync.engine import AlreadyRunning
from ordosync.engine.comparison.difference import NOT_COMPARED, Difference
from ordosync.engine.comparison.ledger_filling import fill_ledger
from ordosync.engine.comparison.reconcile import Compared, cannot_tell, compare
from ordosync.engine.comparison.repair import repair, without_dismissed
from ordosync.engine.execution.sku_maps import read_sku_map
from ordosync.engine.scheduling.timetable import can_run
from ordosync.errors import OrdosyncError
from ordosync.store.runs import Run
from ordosync.tasks import TASKS
from ordosync.tasks.base import Portal

_COLUMNS = ("portal", "kind", "merchant", "supplier", "what", "fix")


@with_context(csv=True, dry_run=True)
def reconcile(
    portals: options.Portals = None,
    *,
    fix: Annotated[
        bool, typer.Option("--fix", help="Repair differences that a task can fix; compare again.")
    ] = False,
    context: Context,
) -> None:
    """Compare both accounts, and repair differences.

    It reads all orders of both, independent of the task log. Exits 1 if there is a difference. A
    change during the comparison can show as a difference; compare again. With `--fix`, the output
    lists the remaining differences after the repair.

    For example:
      ordosync reconcile --fix
    """
    selected = portals_of_this_host(context, portals or [])
    found: list[Difference] = []
    runs: list[Run | AlreadyRunning] = []
    with open_session(context) as session:
        for portal in selected:
            if session.stop.signals:
                break
            opened = session.open(portal)
            with opened.in_use():
                compared, repairs = _reconcile(session, opened, fix=fix)
            found += compared
            runs += repairs
    remaining = [difference for difference in found if difference.kind != NOT_COMPARED]
    if context.as_json:
        not_compared = [difference for difference in found if difference.kind == NOT_COMPARED]
        _show_json(remaining, not_compared, _finished(runs), fix=fix)
    else:
        _show(remaining, runs, as_csv=context.as_csv, fix=fix)
    if session.stop.signal:
        raise typer.Exit(128 + session.stop.signal)
    raise typer.Exit(int(bool(remaining)))


def _reconcile(
    session: Session, opened: Portal, *, fix: bool
) -> tuple[list[Difference], list[Run | AlreadyRunning]]:
    portal = opened.config
    tasks = frozenset(task for task in TASKS if can_run(portal, task))
    read_sku_map(opened, session.store)
    for text in cannot_tell(opened):
        render.message(f"{portal.name}: {text}")
    compared, runs = _compare(session, opened, tasks), list[Run | AlreadyRunning]()
    if fix and any(difference.fix for difference in compared):
        _correct_ledger(session, opened.name, compared)
        runs = list(repair(opened, compared, session.store, session.clock, session.stop))
        compared = _compare(session, opened, tasks)
    if not_compared := [difference for difference in compared if difference.kind == NOT_COMPARED]:
        render.message(
            f"{portal.name}: {len(not_compared)} not compared by quantity, such as order"
            f" {not_compared[0].merchant}: {not_compared[0].description}"
        )
    return compared, runs


def _compare(session: Session, opened: Portal, tasks: frozenset[str]) -> list[Difference]:
    result = compare(opened, able=tasks, now=session.clock.now())
    _fill_ledger(session, opened.name, result)
    compared = without_dismissed(result.differences, session.store)
    unsettled = session.store.steps.unsettled_ids(opened.name)
    for account in (opened.merchant, opened.supplier):
        account.finish_reading(unsettled, dry=True)
        account.close()
    return compared


def _fill_ledger(session: Session, portal: str, result: Compared) -> None:
    """Add the units of orders that were linked before parcels had units, unless a task runs."""
    count = len(result.numbers)
    if not count:
        return
    orders = f"{count} order{'s' * (count != 1)}"
    try:
        fill_ledger(portal, session.store, session.clock, result.numbers)
    except OrdosyncError as error:
        render.message(f"{portal}: the units of {orders} were not added to the links: {error}")
    else:
        render.message(f"{portal}: added the units of {orders} to the links, which had none")


def _correct_ledger(session: Session, portal: str, compared: Sequence[Difference]) -> None:
    """Count units as cancelled that users cancelled in both accounts, unless a task runs."""
    corrections = [it.corrections for it in compared if it.corrections]
    if not corrections:
        return
    orders = f"{len(corrections)} order{'s' * (len(corrections) != 1)}"
    try:
        fill_ledger(portal, session.store, session.clock, corrections)
    except OrdosyncError as error:
        render.message(f"{portal}: the units of {orders} were not corrected in the links: {error}")
    else:
        render.message(f"{portal}: corrected the units of {orders} in the links")


def _finished(runs: Sequence[Run | AlreadyRunning]) -> list[Run]:
    return [run for run in runs if isinstance(run, Run)]


def _show_json(
    remaining: Sequence[Difference],
    not_compared: Sequence[Difference],
    runs: Sequence[Run],
    *,
    fix: bool,
) -> None:
    document: dict[str, Any] = {
        "differences": [_json(difference) for difference in remaining],
        "not_compared": [_json(difference) for difference in not_compared],
    }
    if fix:
        document["runs"] = [render_runs.run_json(run) for run in runs]
    render.document(document)


def _show(
    remaining: Sequence[Difference],
    runs: Sequence[Run | AlreadyRunning],
    *,
    as_csv: bool,
    fix: bool,
) -> None:
    for run in _finished(runs):
        render.message(
            f"{run.portal}: {run.task} repaired {run.counts.done} of {run.counts.seen}:"
            f" `ordosync show {run.id}`"
        )
    for held in runs:
        if isinstance(held, AlreadyRunning):
            render.message(f"{held.portal}: {held.task} is running, so it repaired nothing")
    if as_csv:
        write_csv(sys.stdout, _COLUMNS, map(_row, remaining))
    elif remaining:
        tables.table(_COLUMNS, [tuple(_row(difference).values()) for difference in remaining])
    else:
        render.message("both sides agree")
    if not fix and any(difference.fix for difference in remaining):
        render.message("to repair the rows with a task under `fix`, run `ordosync reconcile --fix`")


def _row(difference: Difference) -> dict[str, str]:
    return {
        "portal": difference.portal,
        "kind": difference.kind,
        "merchant": difference.merchant,
        "supplier": difference.supplier,
        "what": difference.description,
        "fix": difference.fix or "manual",
    }


def _json(difference: Difference) -> dict[str, Any]:
    return {
        **_row(difference),
        "merchant": difference.merchant or None,
        "supplier": difference.supplier or None,
        "fix": difference.fix or None,
    }
