"""Holds leases of a portal while something other than a run changes its links or steps."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import get_args

from ordosync.clock import Clock
from ordosync.errors import OrdosyncError
from ordosync.store import Store
from ordosync.store.leases import Lease, Resource


@contextmanager
def exclusive(
    store: Store, portal: str, clock: Clock, *resources: Resource
) -> Iterator[list[Lease]]:
    """Hold these leases of a portal, or all of them. Raise `OrdosyncError` if a run has one.

    A lease can end by time, so each later change calls `confirm` in its transaction.
    """
    with store.transaction(portal=portal):
        leases = [
            _take(store, portal, resource, clock) for resource in resources or get_args(Resource)
        ]
    try:
        yield leases
    finally:
        with store.transaction(portal=portal):
            for lease in leases:
                store.leases.release(lease)


def check_no_run(store: Store, clock: Clock) -> None:
    """Raise `OrdosyncError` if a run of any portal is in progress."""
    for portal in store.portals.all():
        for resource in get_args(Resource):
            if store.leases.is_held(portal, resource, clock=clock):
                raise OrdosyncError(
                    f"a run of {portal} is in progress, so nothing was changed; stop cron on all"
                    " hosts first, and wait until the run has ended"
                )


def confirm(store: Store, leases: Sequence[Lease]) -> None:
    """Check the leases in the open transaction. Raise `LeaseLostError` if one was taken over."""
    for lease in leases:
        store.leases.check(lease)


def _take(store: Store, portal: str, resource: Resource, clock: Clock) -> Lease:
    lease = store.leases.claim(portal, resource, clock=clock)
    if isinstance(lease, Lease):
        return lease
    run = store.runs.get(lease) if lease else None
    holder = f"run {run.id}, {run.task} of {portal}" if run else f"a run of {portal}"
    raise OrdosyncError(
        f"{holder}, is in progress, so nothing was changed; try again when it has ended"
    )
