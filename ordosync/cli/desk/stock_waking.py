"""Lets all Merchants of a local account get its new stock soon, after a command has changed it."""

from collections.abc import Iterable

from ordosync.cli.context import Context
from ordosync.embedded.desk import Desk
from ordosync.errors import DatabaseError
from ordosync.models import Outcome


def wake_inventory(context: Context, opened: Desk, outcomes: Iterable[Outcome]) -> None:
    """Wake write-inventory-back in the portals of an account, if a change of it was saved."""
    config = context.config
    has_portal = any(
        portal.supplier.account == opened.name and portal.manage_inventory
        for portal in config.portals.values()
    )
    is_changed = any(outcome.state == "done" for outcome in outcomes)
    if not has_portal or not is_changed or not config.database.exists():
        return
    from ordosync.engine.portals import stock_portals  # noqa: PLC0415 - see above
    from ordosync.engine.scheduling import waking  # noqa: PLC0415 - most changes need no engine
    from ordosync.store import Store  # noqa: PLC0415 - see above

    try:
        with Store.open(config.database, clock=context.clock) as store:
            waking.wake_inventory(store, stock_portals(config, opened.name, store), context.clock)
    except DatabaseError:
        # The change is saved, so the Merchants get the quantities at their next interval.
        return
