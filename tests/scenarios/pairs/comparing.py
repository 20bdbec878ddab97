"""Differences between both accounts of a pair."""

from contextlib import closing

from ordosync.accounts.connections import Connections
from ordosync.config import load_config
from ordosync.engine import Stop, open_portal, register
from ordosync.engine.comparison.difference import Difference
from ordosync.engine.comparison.ledger_filling import fill_ledger
from ordosync.engine.comparison.reconcile import compare, differences
from ordosync.engine.comparison.repair import repair
from ordosync.engine.scheduling.timetable import can_run
from ordosync.store import Store
from ordosync.tasks import TASKS
from tests.accounts.contract.opening import PORTAL
from tests.scenarios.pairs.pair import Pair


def compared(pair: Pair, *, fix: bool = False) -> list[Difference]:
    """Compare both sides; with `fix` let the tasks repair what they can, and compare again."""
    pair.merchant.settle()
    pair.supplier.settle()
    config, clock = load_config(pair.path), pair.merchant.clock
    with Store.open(config.database) as store, closing(Connections(clock)) as connections:
        register(config, store, clock)
        portal = open_portal(config, config.portals[PORTAL], store, connections)
        able = frozenset(task for task in TASKS if can_run(config.portals[PORTAL], task))
        differing = list(differences(portal, able=able, now=clock.now()))
        portal.merchant.close()
        portal.supplier.close()
        if fix:
            corrections = [it.corrections for it in differing if it.corrections]
            fill_ledger(PORTAL, store, clock, corrections)
            for _ in repair(portal, differing, store, clock, Stop(clock)):
                pass
    return compared(pair) if fix else differing


def differing(pair: Pair) -> list[tuple[str, str]]:
    """Return the differences of orders; products are not compared here."""
    found = [it for it in compared(pair) if it.kind != "no-product-link"]
    return [(it.kind, it.description) for it in found]


def fill(pair: Pair) -> int:
    """Add the units of both accounts to the links; return of how many orders."""
    pair.merchant.settle()
    pair.supplier.settle()
    config, clock = load_config(pair.path), pair.merchant.clock
    with Store.open(config.database) as store, closing(Connections(clock)) as connections:
        portal = open_portal(config, config.portals[PORTAL], store, connections)
        numbers = compare(portal, able=frozenset(), now=clock.now()).numbers
        fill_ledger(PORTAL, store, clock, numbers)
        assert compare(portal, able=frozenset(), now=clock.now()).numbers == []
    return len(numbers)
