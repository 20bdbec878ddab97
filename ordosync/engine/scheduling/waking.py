"""Wakes the tasks that write the stock of a Supplier back, when its stock has changed.

Each Merchant then shows what the others have left. A woken task starts at the next call by cron.
The transaction follows that of the change: if the process is killed in between, the Merchants get
the new quantities at their next interval.
"""

from collections.abc import Iterable

from ordosync.clock import Clock
from ordosync.engine.execution.recorder import Recorder
from ordosync.store import Store
from ordosync.tasks.base import Portal, Task

_TASK = "write-inventory-back"


def wake_inventory(store: Store, portals: Iterable[str], clock: Clock) -> None:
    """Wake the task in these portals, which are named as in the store."""
    if names := sorted(portals):
        with store.transaction(portals=names):
            for name in names:
                store.schedule.wake_once(name, _TASK, now=clock.now())


def wake_after(task: Task, portal: Portal, store: Store, clock: Clock, recorder: Recorder) -> None:
    """Wake the task if a run has changed orders at the Supplier, or has stopped a product."""
    changes_orders = (task.writes_to, task.resource) == ("supplier", "orders")
    stock = portal.supplier.stock
    is_changed = changes_orders and (recorder.counts.done or recorder.has_sent)
    if is_changed and stock and stock.falls_with_orders:
        wake_inventory(store, portal.stock_portals(), clock)
    elif recorder.has_stopped:
        wake_inventory(store, {portal.name}.intersection(portal.stock_portals()), clock)
    elif recorder.has_freed or (task.name == _TASK and _is_short(portal, recorder)):
        wake_inventory(store, set(portal.stock_portals()) - {portal.name}, clock)


def _is_short(portal: Portal, recorder: Recorder) -> bool:
    """True if other portals have units that this one should show, and may not know it."""
    pool = portal.stock.pool
    # Two portals that lack units of a third one must not wake each other all the time.
    return bool(pool and pool.is_short) and not recorder.is_woken
