"""`rebuild-state`: rebuilds a lost store from both accounts."""

from collections.abc import Mapping, Sequence
from contextlib import closing
from typing import Annotated, Any

import typer
from msgspec.structs import asdict

from ordosync.accounts.connections import Connections
from ordosync.cli import options
from ordosync.cli.context import Context, with_context
from ordosync.cli.output import render
from ordosync.config.settings import PortalConfig
from ordosync.engine import chosen, open_portal, plan_task, register
from ordosync.engine.comparison.rebuild import Rebuilt, rebuild
from ordosync.engine.scheduling.timetable import can_run
from ordosync.store import Store
from ordosync.tasks import TASKS
from ordosync.tasks.base import Step

_SHOWN_STEPS = 10
"""Maximum number of writes that are listed per task; `--dry-run` of the task lists all."""


@with_context()
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
    in the Supplier's orders, makes every task read everything again, and previews what each would
    write. If you have a backup, use `ordosync restore` instead. Exits 1 if the store has links
    already, or if a run is in progress.

    For example:
      ordosync rebuild-state
    """
    config, clock = context.config, context.clock
    selected = chosen(config, portals or [])
    results: list[Rebuilt] = []
    plans: dict[str, dict[str, list[Step]]] = {}
    with Store.open(config.database) as store, closing(Connections(clock)) as connections:
        register(config, store, clock)
        for portal in selected:
            opened = open_portal(config, portal, store, connections)
            tasks = [task for task in TASKS if can_run(portal, task)]
            with_products = "import-products" in tasks
            results.append(rebuild(opened, store, clock, with_products=with_products, add=yes))
            plans[portal.name] = {
                task: plan_task(TASKS[task], opened, store, clock) for task in tasks
            }
            opened.close()
    if context.as_json:
        rebuilt = [asdict(result) for result in results]
        render.document({"rebuilt": rebuilt, "plans": _plans_json(plans)})
        return
    for result in results:
        _report(result, plans[result.portal], selected)


def _report(
    rebuilt: Rebuilt, plans: Mapping[str, Sequence[Step]], selected: Sequence[PortalConfig]
) -> None:
    kinds = ("orders", "lines", "products", "shipments")
    counts = ", ".join(f"{getattr(rebuilt, kind)} {kind}" for kind in kinds)
    render.result(f"{rebuilt.portal}: linked {counts}; nothing was written to an account")
    _warn_of_other_names(rebuilt, {portal.name for portal in selected})
    for task, steps in plans.items():
        render.result(f"{rebuilt.portal}: {task} would write {len(steps)}")
        for step in steps[:_SHOWN_STEPS]:
            render.result(f"  {step.summary}")
        if len(steps) > _SHOWN_STEPS:
            remaining = len(steps) - _SHOWN_STEPS
            render.result(f"  and {remaining} more: `ordosync {task} --dry-run`")
    if plans.get("import-orders"):
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


def _plans_json(plans: Mapping[str, Mapping[str, Sequence[Step]]]) -> list[dict[str, Any]]:
    return [
        {
            "portal": portal,
            "task": task,
            "steps": [{"key": step.key, "summary": step.summary} for step in steps],
        }
        for portal, tasks in plans.items()
        for task, steps in tasks.items()
    ]
