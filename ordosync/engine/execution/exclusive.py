"""Keeping every run of a portal away while its links are changed by something that is no run."""

from collections.abc import Iterator
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
    """Hold these leases of a portal, or all. Raises `OrdosyncError` where a run has one.

    They end by themselves: whoever changes something later asks for them with `confirm`.
    """
    with store.transaction(portal=portal):
        leases = [_take(store, portal, one, clock) for one in resources or get_args(Resource)]
    try:
        yield leases
    finally:
        with store.transaction(portal=portal):
            for lease in leases:
                store.leases.release(lease)


def confirm(store: Store, leases: list[Lease]) -> None:
    """Check, inside a transaction, that nobody took over. Raises `LeaseLostError`."""
    for lease in leases:
        store.leases.check(lease)


def _take(store: Store, portal: str, resource: Resource, clock: Clock) -> Lease:
    lease = store.leases.claim(portal, resource, clock=clock)
    if isinstance(lease, Lease):
        return lease
    run = store.runs.get(lease) if lease else None
    what = f"run {run.id}, {run.task} of {portal}" if run else f"a run of {portal}"
    raise OrdosyncError(f"{what}, is under way; nothing was changed: try again when it has ended")
