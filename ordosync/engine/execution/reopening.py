"""Tries again what failed because the Merchant had cancelled an order that it requests now."""

from collections.abc import Sequence
from datetime import datetime

from ordosync.store import Store
from ordosync.tasks.base import Portal, Task

_CODES = ("cancelled", "split-refused")


def reopenable(task: Task, portal: Portal, store: Store, ids: Sequence[str]) -> Sequence[str]:
    """Return those of the Merchant's orders that were read and of which steps failed like that.

    Most often none, and then no account is asked. An order of a file may be cancelled in another.
    """
    failed = store.steps.failed_as(portal.name, task.reopens, _CODES)
    found = [id_ for id_ in ids if id_ in failed]
    still = portal.merchant.cancelled_among(found) if found else frozenset()
    return [id_ for id_ in found if id_ not in still]


def reopen(task: Task, portal: Portal, store: Store, ids: Sequence[str], *, now: datetime) -> None:
    """Let the steps of these orders be tried again at once, inside a transaction."""
    store.links(portal.name).requested_again(ids)
    store.steps.wait_again(portal.name, task.reopens, _CODES, ids, now=now)
    for name in task.reopens:
        store.schedule.wake(portal.name, name, now=now)
