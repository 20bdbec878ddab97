"""Adds the units that both accounts show to the links of orders.

These are orders that were linked before the ledger, and orders whose units users have reduced in
both accounts.
"""

from collections.abc import Sequence

from ordosync.clock import Clock
from ordosync.engine.execution.exclusive import confirm, exclusive
from ordosync.store import Store
from ordosync.store.links import Link

_BATCH = 500


def fill_ledger(
    portal: str, store: Store, clock: Clock, numbers: Sequence[tuple[Link, ...]]
) -> None:
    """Add the units to the links. Raise `OrdosyncError` during a run, which may change them."""
    if not numbers:
        return
    with exclusive(store, portal, clock, "orders", "shipments") as leases:
        for start in range(0, len(numbers), _BATCH):
            links = [link for order in numbers[start : start + _BATCH] for link in order]
            with store.transaction(portal=portal):
                confirm(store, leases)
                store.links(portal).add(links, now=clock.now())
