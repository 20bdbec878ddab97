"""Helpers that lose a store and rebuild it."""

from contextlib import closing

from ordosync.accounts.connections import Connections
from ordosync.config import load_config
from ordosync.engine import open_portal, register
from ordosync.engine.comparison.rebuild import Rebuilt, rebuild
from ordosync.engine.scheduling.timetable import can_run
from ordosync.store import Store
from ordosync.tasks import TASKS
from tests.accounts.contract.opening import PORTAL
from tests.scenarios.pairs.pair import Pair
from tests.support.runs import previewed


def lose(pair: Pair) -> None:
    """Delete the store."""
    database = load_config(pair.path).database.path
    for path in database.parent.glob(f"{database.name}*"):
        if path.is_file():
            path.unlink()


def rebuilt(pair: Pair, *, add: bool = False) -> Rebuilt:
    """Rebuild the store, which writes nothing to either account."""
    pair.merchant.settle()
    pair.supplier.settle()
    before = pair.everything()
    config, clock = load_config(pair.path), pair.merchant.clock
    with Store.open(config.database) as store, closing(Connections(clock)) as connections:
        register(config, store, clock)
        portal = open_portal(config, config.portals[PORTAL], store, connections)
        able = can_run(config.portals[PORTAL], "import-products")
        result = rebuild(portal, store, clock, with_products=able, add=add)
    assert pair.everything() == before
    return result


def would(pair: Pair) -> dict[str, list[str]]:
    """Return the summaries of a dry run of every task."""
    config, clock = load_config(pair.path), pair.merchant.clock
    return {
        name: [step.summary for step in previewed(pair.path, name, PORTAL, clock).writes]
        for name in TASKS
        if can_run(config.portals[PORTAL], name)
    }
