"""Restores the links of orders that were sent and split while the store was missing.

After a restore, or with a new store, the pieces of an order name the order that they were split
from, and the Supplier has an order with its reference. Comparing both accounts gives the links of
the pieces and lines, so that nothing is split or sent again.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from ordosync.clock import Clock
from ordosync.engine.comparison.rebuild import links_of
from ordosync.engine.comparison.snapshot import both_sides
from ordosync.engine.execution.recorder import Recorder
from ordosync.store import Store
from ordosync.store.links import Link
from ordosync.tasks.base import Portal


class SplitLinks:
    """The links of all orders that are split. Both accounts are listed on the first use."""

    def __init__(self, portal: Portal, store: Store, clock: Clock, *, recorder: Recorder) -> None:
        self._portal = portal
        self._store = store
        self._clock = clock
        self._recorder = recorder
        self._links: Mapping[str, tuple[Link, ...]] | None = None

    def restore(self, merchant_ids: Iterable[str | None]) -> None:
        """Link the pieces of these orders of the Merchant, as far as the accounts show them."""
        ids = frozenset(id_ for id_ in merchant_ids if id_)
        if not ids:
            return
        now = self._clock.now()
        if self._links is None:
            self._links = dict(_of_split(self._portal, now))
        links = [link for id_ in ids for link in self._links.get(id_, ())]
        with self._recorder.transaction():
            self._store.links(self._portal.name).add(links, now=now)


def _of_split(portal: Portal, now: datetime) -> Iterator[tuple[str, tuple[Link, ...]]]:
    # A kind that cannot list its orders cannot split them, either.
    if not all(account.lists_all for _, account in portal.sides):
        return
    with both_sides(portal, now=now) as snapshot:
        for linked in snapshot.pairs():
            if len(linked.merchant.members) > 1:
                yield linked.merchant.id, tuple(links_of(snapshot, linked))
