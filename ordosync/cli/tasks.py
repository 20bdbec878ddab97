"""The commands that run a task manually, and `sync`."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated

import typer

from ordosync.cli import adopt as adoption
from ordosync.cli import options
from ordosync.cli.confirm import Yes, confirm
from ordosync.cli.context import Command, Context, with_context
from ordosync.cli.output import previews as render_previews
from ordosync.cli.output import render
from ordosync.cli.output import runs as render_runs
from ordosync.cli.session import Session, open_session, portals_of_this_host, runnable_portals
from ordosync.config.settings import PortalConfig
from ordosync.engine import AlreadyRunning, Preview
from ordosync.engine.scheduling.sync_selection import Choice, Selection
from ordosync.store.runs import Run
from ordosync.tasks.base import Portal

_FORCE = "--force overrides the safety limit, which stops a run that changes too much; go on?"
_HELP = {
    "import-orders": """Create the Merchant's new orders at the Supplier.

    Exits 1 if an order could not be created; `ordosync show RUN` shows the reason.

    With `--adopt`, orders that the Supplier already has are only linked. They match by ordosync's
    reference, or by number, SKUs, quantities and name together. Exits 1 if a match is ambiguous.

    For example:
      ordosync import-orders --dry-run
    """,
    "import-products": """Create the Merchant's products at the Supplier.

    They start uncounted. Required before write-inventory-back can write their stock. Exits 1 if a
    product was refused.

    For example:
      ordosync import-products shop-northwind
    """,
    "write-inventory-back": """Write the Supplier's available stock to the Merchant.

    It writes the quantity that is available at the Supplier. Only for portals with
    `manage_inventory: true`. Exits 1 if a quantity was refused.

    For example:
      ordosync write-inventory-back --dry-run
    """,
    "update-tracking": """Send the Supplier's tracking numbers to the Merchant.

    `run-due` also does this as soon as a parcel is sent.

    For example:
      ordosync update-tracking
    """,
    "report-shortages": """Report units that the Supplier cannot send.

    Units that are cancelled, or that come later, are reported, held or cancelled as `shortages:`
    says; nothing is refunded. `run-due` also does this as soon as a unit is short. Exits 1 if the
    Merchant has to act on an order.

    For example:
      ordosync report-shortages --dry-run
    """,
    "split-order": """Split the Merchant's orders like the Supplier's.

    `run-due` also does this as soon as an order is split.

    For example:
      ordosync split-order shop-northwind
    """,
    "cancel-orders": """Cancel the Merchant's cancelled orders at the Supplier.

    Only units that have not shipped are cancelled. Exits 1 if an order has already shipped; both
    timelines then get a comment.

    For example:
      ordosync cancel-orders --dry-run
    """,
}


def _command_of(task: str) -> Command:
    """Return the command that runs a task; all of them take the same options."""

    def command(
        portals: options.Portals = None,
        *,
        context: Context,
        dry_run: options.DryRun = False,
        force: options.Force = False,
        yes: Yes = False,
    ) -> None:
        if force and not dry_run:
            confirm(context, _FORCE, yes=yes)
        _run_or_preview(context, task, portals or [], dry_run=dry_run, force=force)

    command.__doc__ = _HELP[task]
    return command


def _import_orders(
    portals: options.Portals = None,
    *,
    context: Context,
    dry_run: options.DryRun = False,
    adopt: Annotated[
        bool,
        typer.Option("--adopt", help="Only link orders that exist on both sides; send nothing."),
    ] = False,
    force: options.Force = False,
    yes: Yes = False,
) -> None:
    if force and not dry_run:
        confirm(context, _FORCE, yes=yes)
    if adopt:
        adoption.adopt(context, portals or [], dry_run=dry_run)
    else:
        _run_or_preview(context, "import-orders", portals or [], dry_run=dry_run, force=force)


_import_orders.__doc__ = _HELP["import-orders"]
import_orders = with_context()(_import_orders)
(
    import_products,
    write_inventory_back,
    update_tracking,
    report_shortages,
    split_order,
    cancel_orders,
) = map(
    with_context(),
    [
        _command_of("import-products"),
        _command_of("write-inventory-back"),
        _command_of("update-tracking"),
        _command_of("report-shortages"),
        _command_of("split-order"),
        _command_of("cancel-orders"),
    ],
)


@with_context()
def sync(
    portals: options.Portals = None, *, context: Context, dry_run: options.DryRun = False
) -> None:
    """Run the enabled global tasks once, now.

    The global tasks are import-orders, import-products and write-inventory-back. Those that are off
    are left out; paused tasks run, too, and the schedule does not change. The first line names the
    tasks that run, and those that are left out, with the reason.

    For example:
      ordosync sync shop-northwind
    """
    selected = portals_of_this_host(context, portals or [])
    run = _preview if dry_run else _run
    choices: list[Choice] = []
    with render.adding(lambda: {"selection": [_choice_json(choice) for choice in choices]}):
        run(context, lambda session: _select(session, selected, choices))


def _choice_json(choice: Choice) -> dict[str, object]:
    return {
        "portal": choice.portal.name,
        "task": choice.task,
        "runs": choice.reason is None,
        "paused": choice.is_paused,
        "reason": choice.reason,
    }


def _run_or_preview(
    context: Context, task: str, names: Sequence[str], *, dry_run: bool, force: bool
) -> None:
    portals = runnable_portals(context, names, task)
    run = _preview if dry_run else _run
    run(context, lambda _: [(portal, task) for portal in portals], force=force)


def _run(
    context: Context,
    select: Callable[[Session], Sequence[tuple[PortalConfig, str]]],
    *,
    force: bool = False,
) -> None:
    """Run tasks of portals one after the other, and show their results."""
    results: list[Run | AlreadyRunning] = []
    missing: dict[str, Path] = {}
    with open_session(context) as session:
        for portal, task in select(session):
            if session.stop.signals:
                break
            opened = session.open(portal)
            missing |= _missing_file(opened)
            results.append(session.run(task, opened, trigger="manual", force=force))
        failures = session.failures(results)
    for name, path in missing.items():
        render.message(
            f"account {name}: file {path} does not exist; check `path:`, or create it with"
            " `ordosync orders add`"
        )
    render_runs.show_results(results, failures, as_json=context.as_json, stop=session.stop)


def _missing_file(portal: Portal) -> dict[str, Path]:
    desk = portal.merchant.desk
    return {portal.merchant.name: desk.path} if desk and not desk.exists else {}


def _select(
    session: Session, portals: Sequence[PortalConfig], choices: list[Choice]
) -> list[tuple[PortalConfig, str]]:
    """Return the tasks that `sync` runs, and report which these are; add the choices to a list."""
    selection = Selection.of(session.config, session.store.schedule.all(), portals)
    for sentence in selection.sentences:
        render.message(sentence)
    choices += selection.choices
    return selection.runs


def _preview(
    context: Context,
    select: Callable[[Session], Sequence[tuple[PortalConfig, str]]],
    *,
    force: bool = False,
) -> None:
    """Preview tasks of portals one after the other, each with what those before it would do."""
    previews: list[Preview] = []
    with context.sandboxed() as copies, open_session(context) as session:
        for portal, task in select(session):
            if session.stop.signals:
                break
            previews.append(session.preview(task, portal, force=force))
    render_previews.show(previews, copies, as_json=context.as_json, stop=session.stop)
