"""`rebuild-state`: rebuilds a lost store from both accounts."""

from collections.abc import Sequence
from contextlib import closing
from typing import Annotated

import typer
from msgspec.structs import asdict

from ordosync.cli import options
from ordosync.cli.context import Context, with_context
from ordosync.cli.output import previews as render_previews
from ordosync.cli.output import progress, render
from ordosync.cli.session import open_session, portals_of_this_host
from ordosync.config.settings import PortalConfig
from ordosync.engine import Preview, open_portal, register
from ordosync.engine.comparison.rebuild import Rebuilt, rebuild
from ordosync.engine.portals import connect
from ordosync.engine.sandbox import Sandbox
from ordosync.engine.scheduling.timetable import can_run
from ordosync.store import Store
from ordosync.tasks import TASKS

_SHOWN_STEPS = 10
"""Maximum number of writes that are listed per task; `--dry-run` of the task lists all."""


@with_context(dry_run=True)
def rebuild_state(
    portals: options.Portals = None,
    *,
    yes: Annotated[
        bool, typer.Option("--yes", help="Add to links that the store already has.")
    ] = False,
    context: Context,
) -> None:
    """Rebuild a lost store from both accounts.

    It writes nothing to either. Links orders, lines, pieces, labels and products by the references
    in the Supplier's orders, makes every task read everything again, and previews the writes of
    each task. If you have a backup, use `ordosync restore` instead. Exits 1 if the store has links
    already, or if a run is in progress.

    For example:
      ordosync rebuild-state
    """
    config, clock = context.config, context.clock
    selected = portals_of_this_host(context, portals or [])
    results: list[Rebuilt] = []
    with (
        Store.open(config.database) as store,
        closing(connect(config, clock)) as connections,
        progress.shown(clock),
    ):
        register(config, store, clock)
        for portal in selected:
            opened = open_portal(config, portal, store, connections)
            with_products = can_run(portal, "import-products")
            with opened.in_use():
                results.append(rebuild(opened, store, clock, with_products=with_products, add=yes))
                opened.close()
    with context.sandboxed() as copies, open_session(context) as session:
        previews = [
            session.preview(task, portal)
            for portal in selected
            for task in TASKS
            if can_run(portal, task)
        ]
    if context.as_json:
        rebuilt = [asdict(result) for result in results]
        plans = [render_previews.plan_json(preview, copies) for preview in previews]
        render.document({"rebuilt": rebuilt, "plans": plans})
        return
    for result in results:
        _report(result, selected)
        _show([preview for preview in previews if preview.run.portal == result.portal], copies)


def _report(rebuilt: Rebuilt, selected: Sequence[PortalConfig]) -> None:
    kinds = ("orders", "lines", "products", "shipments")
    counts = ", ".join(f"{getattr(rebuilt, kind)} {kind}" for kind in kinds)
    render.result(f"{rebuilt.portal}: linked {counts}; nothing was written to an account")
    _warn_of_other_names(rebuilt, {portal.name for portal in selected})


def _show(previews: Sequence[Preview], copies: Sandbox) -> None:
    for preview in previews:
        for line in render_previews.lines(preview, most=_SHOWN_STEPS):
            render.result(copies.in_words(line))
    if any(
        preview.run.task == "import-orders" and preview.steps.count("done") for preview in previews
    ):
        render.message(
            "to link orders that the Supplier has from another source, run"
            " `ordosync import-orders --adopt`"
        )


def _warn_of_other_names(rebuilt: Rebuilt, selected_names: set[str]) -> None:
    other_names = [name for name in rebuilt.other_names if name not in selected_names]
    if other_names and not rebuilt.orders:
        render.message(
            f"{rebuilt.portal}: the Supplier's orders have references of other portals:"
            f" {', '.join(other_names)}. If one of them is the first name of this portal, add it as"
            " `was:` to the portal, and run this command again"
        )
