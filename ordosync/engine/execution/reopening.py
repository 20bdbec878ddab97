"""Retries steps that failed while the Merchant had cancelled an order that it now requests."""

from collections.abc import Sequence
from datetime import datetime

from ordosync.store import Store
from ordosync.tasks.base import Portal, Task

_CODES = ("cancelled", "split-refused")


def reopenable(task: Task, portal: Portal, store: Store, ids: Sequence[str]) -> Sequence[str]:
    """Return the orders among `ids` that have such failed steps and are not cancelled now.

    An account is read only if there are such steps, which is rare. It must be read, because an
    order of one file may be cancelled in another.
    """
    failed = store.steps.failed_as(portal.name, task.reopens, _CODES)
    candidates = [id_ for id_ in ids if id_ in failed]
    cancelled_ids = portal.merchant.cancelled_among(candidates) if candidates else frozenset()
    return [id_ for id_ in candidates if id_ not in cancelled_ids]


def reopen(task: Task, portal: Portal, store: Store, ids: Sequence[str], *, now: datetime) -> None:
    """Make the steps of these orders due now, in the open transaction."""
    store.links(portal.name).requested_again(ids)
    store.steps.wait_again(portal.name, task.reopens, _CODES, ids, now=now)
    for name in task.reopens:
        store.schedule.wake(portal.name, name, now=now)
