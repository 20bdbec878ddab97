"""`rebuild-state`: the store is lost, and is made anew from both accounts."""

from collections.abc import Mapping, Sequence
from contextlib import closing
from typing import Annotated, Any

import typer
from msgspec.structs import asdict

from ordosync.accounts.connections import Connections
from ordosync.cli import options
from ordosync.cli.output import render
from ordosync.clock import Clock
from ordosync.config import find_config, load_config
from ordosync.config.settings import PortalConfig
from ordosync.engine import chosen, open_portal, plan_task, register
from ordosync.engine.comparison.rebuild import Rebuilt, rebuild
from ordosync.engine.scheduling.timetable import can_run
from ordosync.store import Store
from ordosync.tasks import TASKS
from ordosync.tasks.base import Step

_MOST = 10
"""So many writes of a task are named; the task's own `--dry-run` names all."""


def rebuild_state(
    portals: options.Portals = None,
    *,
    yes: Annotated[
        bool, typer.Option("--yes", help="Add to the links that the store has already.")
    ] = False,
    config: options.Config = None,
    as_json: options.Json = False,
    debug: options.Debug = False,  # noqa: ARG001 - seen by `run`
) -> None:
    """Make the state of a lost store anew from both accounts; writes nothing to either.

    Links orders, lines, pieces, labels and products by the references that the Supplier's orders
    carry, lets every task read all once more, and ends with what each would write. Take a backup,
    if there is one: `ordosync restore`. Exits 1 where the store has links, or a run is under way.
    """
    settings, clock = load_config(find_config(config)), Clock()
    wanted = chosen(settings, portals or [])
    found: list[Rebuilt] = []
    plans: dict[str, dict[str, list[Step]]] = {}
    with Store.open(settings.database) as store, closing(Connections(clock)) as connections:
        register(settings, store, clock)
        for portal in wanted:
            opened = open_portal(settings, portal, store, connections)
            able = [task for task in TASKS if can_run(settings, portal, task)]
            with_products = "import-products" in able
            found.append(rebuild(opened, store, clock, with_products=with_products, add=yes))
            plans[portal.name] = {
                task: plan_task(TASKS[task], opened, store, clock) for task in able
            }
            opened.merchant.close()
            opened.supplier.close()
    if as_json:
        render.document({"rebuilt": [asdict(one) for one in found], "plans": _plans_json(plans)})
        return
    for one in found:
        _report(one, plans[one.portal], wanted)


def _report(
    one: Rebuilt, plans: Mapping[str, Sequence[Step]], wanted: Sequence[PortalConfig]
) -> None:
    counts = {name: getattr(one, name) for name in ("orders", "lines", "products", "shipments")}
    told = ", ".join(f"{count} {name}" for name, count in counts.items())
    render.result(f"{one.portal}: linked {told}; nothing was written to an account")
    known = {portal.name for portal in wanted}
    others = [name for name in one.other_names if name not in known]
    if others and not one.orders:
        render.message(
            f"{one.portal}: the Supplier's orders carry other names: {', '.join(others)}. If one is"
            " the first name of this portal, say it as `was:` there, and begin again"
        )
    for task, steps in plans.items():
        render.result(f"{one.portal}: {task} would write {len(steps)}")
        for step in steps[:_MOST]:
            render.result(f"  {step.summary}")
        if len(steps) > _MOST:
            render.result(f"  and {len(steps) - _MOST} more: `ordosync {task} --dry-run`")
    if plans.get("import-orders"):
        render.message(
            "what is at the Supplier already, but not from ordosync, is linked by"
            " `ordosync import-orders --adopt`"
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
