"""The commands that run a task by hand, and `retry`."""

from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from ordosync.accounts.connections import Connections
from ordosync.cli import options
from ordosync.cli.desk.input_rows import whole
from ordosync.cli.output import render
from ordosync.cli.signals import stoppable
from ordosync.clock import Clock
from ordosync.config import find_config, load_config
from ordosync.config.settings import GLOBAL_TASKS, Config, PortalConfig
from ordosync.engine import (
    AlreadyRunning,
    Stop,
    check_renames,
    chosen,
    open_portal,
    plan_task,
    register,
    run_task,
)
from ordosync.engine.comparison.adopt import Adoption
from ordosync.engine.comparison.adopt import adopt as adopt_orders
from ordosync.engine.execution.resolve import (
    check_sent,
    settle_as_not_sent,
    settle_as_sent,
    tell_merchant,
)
from ordosync.engine.scheduling.timetable import plans, why_not
from ordosync.errors import UsageError
from ordosync.store import Store
from ordosync.store.concerns import step_key
from ordosync.store.runs import Run
from ordosync.store.steps import DISMISSED, StepRow
from ordosync.tasks import TASKS
from ordosync.tasks.base import Portal

_HELP = {
    "import-orders": """Create the Merchant's new dropship orders in the Supplier's account.

    Exits 1 when an order could not be created: `ordosync show RUN` says which and why.

    With `--adopt`, orders that the Supplier has already, by whatever means, are only linked: by our
    reference, or by number, SKUs, quantities and name alike. Exits 1 when one is only nearly so.
    """,
    "import-products": """Make the Merchant's products known to the Supplier, their stock uncounted.

    Needed before Write Inventory Back can write their stock. Exits 1 when one was refused.""",
    "write-inventory-back": """Set the Merchant's physical stock to what the Supplier can sell.

    Only for portals with `manage_inventory: true`. Exits 1 when a quantity was refused.""",
    "update-tracking": "Tell the Merchant what the Supplier has shipped; runs at once.",
    "split-order": "Split the Merchant's orders as the Supplier's are split; runs at once.",
    "cancel-orders": """Cancel at the Supplier what the Merchant cancelled, both unshipped.

    Exits 1 when an order is shipped already: both timelines say so.""",
}

_FOR_GOOD = ("edited", "mended")
"""Codes of skipped steps that no change of a rule would send."""


def _command_of(task: str) -> Callable[..., None]:
    """Return the command that runs a task by hand; all of them take the same options."""

    def command(
        portals: options.Portals = None,
        *,
        config: options.Config = None,
        dry_run: options.DryRun = False,
        force: options.Force = False,
        as_json: options.Json = False,
        debug: options.Debug = False,  # noqa: ARG001 - seen by `run`
    ) -> None:
        _by_hand(task, portals, config, dry_run=dry_run, force=force, as_json=as_json)

    command.__doc__ = _HELP[task]
    return command


def import_orders(  # noqa: D103 - see below
    portals: options.Portals = None,
    *,
    config: options.Config = None,
    dry_run: options.DryRun = False,
    adopt: Annotated[
        bool,
        typer.Option("--adopt", help="Only link what is on both sides already; send nothing."),
    ] = False,
    force: options.Force = False,
    as_json: options.Json = False,
    debug: options.Debug = False,  # noqa: ARG001 - seen by `run`
) -> None:
    if not adopt:
        _by_hand("import-orders", portals, config, dry_run=dry_run, force=force, as_json=as_json)
        return
    settings = load_config(find_config(config))
    runnable = _runnable(settings, portals or [], "import-orders")
    found, clock = list[Adoption](), Clock()
    with (
        Store.open(settings.database, readonly=dry_run) as store,
        closing(Connections(clock)) as connections,
    ):
        if dry_run:
            check_renames(settings, store)
        else:
            register(settings, store, clock)
        for portal in runnable:
            opened = open_portal(settings, portal, store, connections)
            found += adopt_orders(opened, store, clock, dry=dry_run)
            listing = opened.supplier.listing
            if listing is None or not listing.includes_foreign:
                render.message(
                    f"{portal.name}: account {opened.supplier.name} ({opened.supplier.kind}) shows"
                    " only orders that carry a reference of ours: what another tool has made there"
                    " cannot be found, and would be sent again; `since:` leaves it out"
                )
    render.adoptions(found, as_json=as_json, dry=dry_run)
    raise typer.Exit(int(any(one.why_not for one in found)))


import_orders.__doc__ = _HELP["import-orders"]
import_products = _command_of("import-products")
write_inventory_back = _command_of("write-inventory-back")
update_tracking = _command_of("update-tracking")
split_order = _command_of("split-order")
cancel_orders = _command_of("cancel-orders")


def _by_hand(
    task: str,
    portals: Sequence[str] | None,
    config: Path | None,
    *,
    dry_run: bool,
    force: bool,
    as_json: bool,
) -> None:
    settings = load_config(find_config(config))
    runnable = _runnable(settings, portals or [], task)
    if dry_run:
        _plan(task, settings, runnable, as_json=as_json)
    else:
        _run(settings, lambda _: [(one, task) for one in runnable], force=force, as_json=as_json)


def sync(
    portals: options.Portals = None,
    *,
    config: options.Config = None,
    as_json: options.Json = False,
    debug: options.Debug = False,  # noqa: ARG001 - seen by `run`
) -> None:
    """Run the global tasks that are not off, once, now, paused ones too; changes no schedule."""
    settings = load_config(find_config(config))
    chosen_portals = chosen(settings, portals or [])
    for portal in chosen_portals:
        if why := why_not(settings, portal, "write-inventory-back"):
            render.message(why)
    _run(settings, lambda store: _enabled(settings, store, chosen_portals), as_json=as_json)


def retry(
    steps: Annotated[list[int] | None, typer.Argument(metavar="[STEP]...")] = None,
    *,
    every: Annotated[bool, typer.Option("--all", help="Every step that waits or failed.")] = False,
    sent: Annotated[
        str | None,
        typer.Option(
            "--sent", metavar="ID", help="It arrived, and has this id there: the account is asked."
        ),
    ] = None,
    not_sent: Annotated[
        bool, typer.Option("--not-sent", help="It never arrived: send it now.")
    ] = False,
    config: options.Config = None,
    as_json: options.Json = False,
    debug: options.Debug = False,  # noqa: ARG001 - seen by `run`
) -> None:
    """Try steps again that wait or have failed; `ordosync show RUN` names them.

    An order is read anew, so what was mended in its source is what is sent. What may have
    arrived is looked for first. One that a rule has skipped is tried when it is named: the rule
    may have changed. Exits 1 when something still does not pass.
    """
    if every == bool(steps):
        raise UsageError("name the steps to try again, or say --all")
    if (sent or not_sent) and (every or len(steps or ()) != 1 or (sent and not_sent)):
        raise UsageError("--sent ID or --not-sent settles one step; name that step alone")
    settings = load_config(find_config(config))
    clock = Clock()
    with (
        Store.open(settings.database, clock=clock) as store,
        stoppable(clock) as stop,
        closing(Connections(clock)) as connections,
    ):
        register(settings, store, clock)
        rows = _all_open(store) if every else _named(store, steps or [])
        if sent is not None:
            whole(sent, "id")
            _settle_as_sent(settings, store, connections, rows[0], sent)
            return
        if not rows and not as_json:
            render.message("nothing waits or has failed; `ordosync activity` shows what ran")
        if not_sent:
            again = settle_as_not_sent(store, rows[0], now=clock.now())
            if again is None:
                render.message(f"step {rows[0].id}: closed; the order stays as it was sent")
                return
            rows = [again]
        results = [_retry(settings, store, stop, connections, group) for group in _by_task(rows)]
        tried = store.steps.get([row.id for row in rows])
        with store.transaction():
            store.concerns.take_back(
                step_key(row.portal, row.task, row.key) for row in tried if row.code != DISMISSED
            )
    _show(results, as_json=as_json, stop=stop)


def _run(
    settings: Config,
    wanted: Callable[[Store], Sequence[tuple[PortalConfig, str]]],
    *,
    as_json: bool,
    force: bool = False,
) -> None:
    """Run tasks of portals, one after the other, and show what came of them."""
    results: list[Run | AlreadyRunning] = []
    missing: dict[str, Path] = {}
    clock = Clock()
    with (
        Store.open(settings.database, clock=clock) as store,
        stoppable(clock) as stop,
        closing(Connections(clock)) as connections,
    ):
        register(settings, store, clock)
        for portal, task in wanted(store):
            if stop.reason:
                break
            opened = open_portal(settings, portal, store, connections)
            desk = opened.merchant.desk
            if desk and not desk.is_there:
                missing[opened.merchant.name] = desk.path
            results.append(
                run_task(TASKS[task], opened, store, clock, stop, trigger="manual", force=force)
            )
    for name, path in missing.items():
        render.message(
            f"account {name}: there is no file {path}; `ordosync orders add` makes it, if `path:`"
            " is right"
        )
    _show(results, as_json=as_json, stop=stop)


def _enabled(
    settings: Config, store: Store, portals: Sequence[PortalConfig]
) -> list[tuple[PortalConfig, str]]:
    """Return the global tasks of each portal that are not off; paused ones are not."""
    scheduled = {
        (plan.portal, plan.task)
        for plan in plans(settings, store.schedule.all())
        if plan.interval_s
    }
    return [
        (portal, task)
        for portal in portals
        for task in TASKS
        if task in GLOBAL_TASKS and (portal.name, task) in scheduled
    ]


def _runnable(settings: Config, names: Sequence[str], task: str) -> list[PortalConfig]:
    """Return the portals that can run a task; one that is named and cannot is a mistake."""
    portals = chosen(settings, names)
    reasons = [why for portal in portals if (why := why_not(settings, portal, task))]
    if reasons and (names or len(reasons) == len(portals)):
        raise UsageError(reasons[0])
    return [portal for portal in portals if not why_not(settings, portal, task)]


def _plan(task: str, settings: Config, portals: Sequence[PortalConfig], *, as_json: bool) -> None:
    clock = Clock()
    with (
        Store.open(settings.database, readonly=True) as store,
        closing(Connections(clock)) as connections,
    ):
        check_renames(settings, store)
        found = {
            portal.name: plan_task(
                TASKS[task], open_portal(settings, portal, store, connections), store, clock
            )
            for portal in portals
        }
    render.plans(task, found, as_json=as_json)


def _show(results: Sequence[Run | AlreadyRunning], *, as_json: bool, stop: Stop) -> None:
    runs = [result for result in results if isinstance(result, Run)]
    held = [result for result in results if isinstance(result, AlreadyRunning)]
    if as_json:
        running = [result.run for result in held if result.run]
        render.document({"runs": [render.run_json(run) for run in [*runs, *running]]})
    elif runs:
        render.runs(runs)
    for result in [] if as_json else held:
        run = result.run
        since = f" since {render.local(run.started_at)}, run {run.id}" if run else ""
        render.message(f"{result.portal}: {result.task} is running{since}")
    if not as_json:
        for run in runs:
            if run.counts.failed or run.counts.waiting or run.counts.skipped:
                render.message(f"run {run.id}: `ordosync show {run.id}` says which and why")
    if stop.signal:
        raise typer.Exit(128 + stop.signal)
    raise typer.Exit(int(any(run.status != "ok" for run in runs)))


def _settle_as_sent(
    settings: Config, store: Store, connections: Connections, row: StepRow, there: str
) -> None:
    portal = _opened(settings, store, connections, row)
    arrival = check_sent(portal, store, row, there)
    sender = settle_as_sent(store, row, there, arrival, now=connections.clock.now())
    render.message(f"step {row.id}: settled as sent, {there}")
    if sender:
        render.message(f"{sender}; cancel one of the two orders, so that nothing is sent twice")
    tell_merchant(portal, arrival)


def _all_open(store: Store) -> Sequence[StepRow]:
    """Return what waits or has failed; what was dismissed is only tried when it is named."""
    return [row for row in store.steps.open() if row.code != DISMISSED]


def _named(store: Store, ids: Sequence[int]) -> Sequence[StepRow]:
    rows = store.steps.get(ids)
    missing = set(ids) - {row.id for row in rows}
    if missing:
        raise UsageError(f"there is no step {min(missing)}; `ordosync show RUN` lists them")
    for row in rows:
        if row.state == "done" or (row.state == "skipped" and row.code in _FOR_GOOD):
            raise UsageError(
                f"step {row.id} is {row.state}; there is nothing to try again:"
                f" `ordosync why {row.merchant_id or row.key}` says how it stands"
            )
    return rows


def _by_task(rows: Sequence[StepRow]) -> list[list[StepRow]]:
    groups: dict[tuple[str, str], list[StepRow]] = {}
    for row in rows:
        groups.setdefault((row.portal, row.task), []).append(row)
    return list(groups.values())


def _retry(
    settings: Config, store: Store, stop: Stop, connections: Connections, rows: Sequence[StepRow]
) -> Run | AlreadyRunning:
    portal, clock = _opened(settings, store, connections, rows[0]), connections.clock
    return run_task(TASKS[rows[0].task], portal, store, clock, stop, trigger="retry", only=rows)


def _opened(settings: Config, store: Store, connections: Connections, row: StepRow) -> Portal:
    if row.portal not in settings.portals:
        raise UsageError(
            f"portal {row.portal} of step {row.id} is not configured any more; put it back,"
            f" or say `was: {row.portal}` in the portal that it has become"
        )
    return open_portal(settings, settings.portals[row.portal], store, connections)
