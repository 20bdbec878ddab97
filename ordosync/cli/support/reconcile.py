"""`reconcile`: whether both accounts say the same."""

import sys
from collections.abc import Sequence
from contextlib import closing
from typing import Annotated, Any

import typer

from ordosync.accounts.connections import Connections
from ordosync.accounts.files.output.safe_output import csv_text, neutral
from ordosync.cli import options
from ordosync.cli.output import render, tables
from ordosync.cli.signals import stoppable
from ordosync.clock import Clock
from ordosync.config import find_config, load_config
from ordosync.config.settings import Config, PortalConfig
from ordosync.engine import AlreadyRunning, Stop, chosen, open_portal, register
from ordosync.engine.comparison.difference import NOT_COMPARED, Difference
from ordosync.engine.comparison.reconcile import cannot_tell, differences
from ordosync.engine.comparison.repair import repair, without_dismissed
from ordosync.engine.scheduling.timetable import can_run
from ordosync.errors import UsageError
from ordosync.store import Store
from ordosync.store.runs import Run
from ordosync.tasks import TASKS

_COLUMNS = ("portal", "kind", "merchant", "supplier", "what", "fix")


def reconcile(
    portals: options.Portals = None,
    *,
    fix: Annotated[
        bool, typer.Option("--fix", help="Let the tasks repair what they can, and look again.")
    ] = False,
    as_csv: Annotated[
        bool, typer.Option("--csv", help="CSV on standard output, safe in a spreadsheet.")
    ] = False,
    config: options.Config = None,
    as_json: options.Json = False,
    debug: options.Debug = False,  # noqa: ARG001 - seen by `run`
) -> None:
    """Compare both accounts with each other, whatever our own log says; reads all their orders.

    Exits 1 when something differs. What changes while it is read may differ for a moment: look
    again. With `--fix`, what is shown is what differs still.
    """
    if as_csv and as_json:
        raise UsageError("--csv or --json: there is one standard output")
    settings, clock = load_config(find_config(config)), Clock()
    wanted = chosen(settings, portals or [])
    left: list[Difference] = []
    runs: list[Run | AlreadyRunning] = []
    with (
        Store.open(settings.database, clock=clock) as store,
        stoppable(clock) as stop,
        closing(Connections(clock)) as connections,
    ):
        register(settings, store, clock)
        for portal in wanted:
            if stop.reason:
                break
            found, ran = _reconcile(settings, portal, store, stop, connections, fix=fix)
            left += found
            runs += ran
    _show(left, runs, as_json=as_json, as_csv=as_csv, fix=fix)
    if stop.signal:
        raise typer.Exit(128 + stop.signal)
    raise typer.Exit(int(bool(left)))


def _reconcile(
    settings: Config,
    portal: PortalConfig,
    store: Store,
    stop: Stop,
    connections: Connections,
    *,
    fix: bool,
) -> tuple[list[Difference], list[Run | AlreadyRunning]]:
    able = frozenset(task for task in TASKS if can_run(settings, portal, task))
    opened = open_portal(settings, portal, store, connections)
    for text in cannot_tell(opened):
        render.message(f"{portal.name}: {text}")

    def look() -> list[Difference]:
        found = list(differences(opened, able=able, now=connections.clock.now()))
        found = without_dismissed(found, store)
        unsettled = store.steps.unsettled_ids(opened.name)
        for account in (opened.merchant, opened.supplier):
            account.finish_reading(unsettled, dry=True)
            account.close()
        return found

    found, runs = look(), list[Run | AlreadyRunning]()
    if fix and any(one.task for one in found):
        runs = list(repair(opened, found, store, connections.clock, stop))
        found = look()
    if untold := [one for one in found if one.kind == NOT_COMPARED]:
        render.message(
            f"{portal.name}: {len(untold)} not compared by quantity, such as order"
            f" {untold[0].merchant}: {untold[0].what}"
        )
    return [one for one in found if one.kind != NOT_COMPARED], runs


def _show(
    left: Sequence[Difference],
    runs: Sequence[Run | AlreadyRunning],
    *,
    as_json: bool,
    as_csv: bool,
    fix: bool,
) -> None:
    done = [run for run in runs if isinstance(run, Run)]
    if as_json:
        document: dict[str, Any] = {"differences": [_json(one) for one in left]}
        if fix:
            document["runs"] = [render.run_json(run) for run in done]
        render.document(document)
        return
    for run in done:
        render.message(
            f"{run.portal}: {run.task} repaired {run.counts.done} of {run.counts.seen}:"
            f" `ordosync show {run.id}`"
        )
    for held in runs:
        if isinstance(held, AlreadyRunning):
            render.message(f"{held.portal}: {held.task} is running; nothing of it was repaired")
    if as_csv:
        rows = [{name: neutral(text) for name, text in _row(one).items()} for one in left]
        sys.stdout.write(csv_text(_COLUMNS, rows, ","))
    elif left:
        tables.table(_COLUMNS, [tuple(_row(one).values()) for one in left])
    else:
        render.message("both sides agree")
    if not fix and any(one.task for one in left):
        render.message(
            "what names a task in the column fix is repaired by `ordosync reconcile --fix`"
        )


def _row(one: Difference) -> dict[str, str]:
    return {
        "portal": one.portal,
        "kind": one.kind,
        "merchant": one.merchant,
        "supplier": one.supplier,
        "what": one.what,
        "fix": one.task or "by hand",
    }


def _json(one: Difference) -> dict[str, Any]:
    return {
        **_row(one),
        "merchant": one.merchant or None,
        "supplier": one.supplier or None,
        "fix": one.task or None,
    }
