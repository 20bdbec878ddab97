"""Links of families found again: orders that were sent and split while the store was not there.

After a restore, or on a new store, the pieces of an order say what they were split from, and the
Supplier has an order with its reference. Both accounts then say which pieces and lines are the
same, so that nothing is split or sent again.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime

from ordosync.engine.comparison.rebuild import links_of
from ordosync.engine.comparison.snapshot import both_sides
from ordosync.store.links import Link
from ordosync.tasks.base import Portal


class Families:
    """The links of all families that are split; both accounts are listed when first asked."""

    def __init__(self, portal: Portal) -> None:
        self._portal = portal
        self._found: Mapping[str, tuple[Link, ...]] | None = None

    def links(self, merchant_ids: frozenset[str], *, now: datetime) -> Iterator[Link]:
        """Yield the links of these families of the Merchant, as far as the accounts tell them."""
        if self._found is None:
            self._found = dict(_of_split(self._portal, now))
        for merchant_id in merchant_ids:
            yield from self._found.get(merchant_id, ())


def _of_split(portal: Portal, now: datetime) -> Iterator[tuple[str, tuple[Link, ...]]]:
    if not all(account.lists_all for _, account in portal.sides):
        return  # a kind that cannot list its orders cannot split them, either
    with both_sides(portal, now=now) as snapshot:
        for linked in snapshot.pairs():
            if len(linked.merchant.members) > 1:
                yield linked.merchant.id, tuple(links_of(snapshot, linked))
