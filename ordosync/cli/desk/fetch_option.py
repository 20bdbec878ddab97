"""`--fetch` of packing commands: gets new orders and cancellations before the list is made.

A list of yesterday misses orders, and has orders that the Merchant has cancelled since.
"""

from typing import Annotated

import typer

from ordosync.cli.context import Context
from ordosync.cli.desk import common
from ordosync.cli.desk.send_option import NOT_SENT, SentRuns, run_tasks
from ordosync.config.settings import PortalConfig
from ordosync.embedded.desk import Desk
from ordosync.errors import UsageError
from ordosync.store import Store

Fetch = Annotated[
    bool,
    typer.Option(
        "--fetch", help="Run import-orders first, and cancel-orders if it is on and not paused."
    ),
]


def fetch_orders(context: Context, opened: Desk, *, is_asked: bool, with_table: bool) -> SentRuns:
    """Run the tasks that bring orders and cancellations to an account, and show the runs.

    Raises `UsageError` if no portal imports orders to the account. A signal ends the command.
    """
    from ordosync.cli.session import open_session  # noqa: PLC0415 - only if asked
    from ordosync.engine.scheduling.timetable import can_run  # noqa: PLC0415 - see above

    if not is_asked:
        return NOT_SENT
    portals = common.portals_from(context.config, opened)
    importing = [portal for portal in portals if can_run(portal, "import-orders")]
    if not importing:
        raise UsageError(f"--fetch: no portal imports orders to account {opened.name}")
    with open_session(context) as session:
        cancelling = _scheduled(session.store, importing, "cancel-orders")
        runs = [(portal, "import-orders") for portal in importing]
        runs += [(portal, "cancel-orders") for portal in cancelling]
        fetched = run_tasks(session, runs)
    fetched.show(with_table=with_table)
    if fetched.signal:
        raise typer.Exit(fetched.code)
    return fetched


def _scheduled(store: Store, portals: list[PortalConfig], task: str) -> list[PortalConfig]:
    """Return the portals in which a task is on and not paused."""
    paused = {row.portal for row in store.schedule.all() if row.task == task and row.paused}
    return [
        portal for portal in portals if portal.tasks[task] != "off" and portal.name not in paused
    ]
