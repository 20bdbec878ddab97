"""The pool of a Supplier's units, of which each portal sells only its quota: `pool: quota`.

A quota has the units that the Merchant shows, and those that it has sold and the Supplier does not
have yet. A portal takes units before it shows them, and gives units up after it shows fewer. So the
quotas never exceed what the Supplier has, whenever the portals run, and wherever a process dies.

A reading of the Supplier may be older than an import of another portal. The units that were
imported since it began are subtracted; otherwise they would be given away a second time.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cached_property

from ordosync.clock import Clock
from ordosync.store.quotas import Quotas
from ordosync.tasks.known_links import KnownLinks
from ordosync.tasks.stock.division import Division, Offer, PoolProduct

_KEPT = timedelta(days=7)
"""Imports are kept longer than any run lasts."""


@dataclass(frozen=True, kw_only=True)
class Sharer:
    """A portal that writes the quantities of the Supplier back."""

    name: str
    """Its name in the store."""
    weight: int
    links: KnownLinks


class Pool:
    """The quotas of one portal during a run."""

    def __init__(
        self,
        table: Quotas,
        portal: str,
        open_sharers: Callable[[], Sequence[Sharer]],
        transaction: Callable[[], AbstractContextManager[None]],
        clock: Clock,
    ) -> None:
        self._table = table
        self._portal = portal
        self._open_sharers = open_sharers
        self._transaction = transaction
        self._clock = clock
        self._last_import = 0
        self._unwritten: list[Offer] = []
        self.is_short = False
        """True if the portal could show more units, which are in other quotas."""

    @cached_property
    def _sharers(self) -> Sequence[Sharer]:
        return self._open_sharers()

    def begin_reading(self) -> None:
        """Note the last import. Called before the Supplier's quantities are read."""
        self._last_import = self._table.last_import()

    def offers(self, products: Sequence[PoolProduct], *, take: bool) -> Mapping[str, Offer]:
        """Return the offer of each product, by the Merchant's id.

        With `take`, free units that the portal will show are added to its quota at once.
        """
        if not take:
            return self._offers(products)
        with self._transaction():
            offers = self._offers(products)
            self._table.add(self._portal, [offer.product.quota for offer in offers.values()])
            for offer in offers.values():
                self._table.change(self._portal, offer.takes)
        return {id_: replace(offer, is_noted=True) for id_, offer in offers.items()}

    def _offers(self, products: Sequence[PoolProduct]) -> Mapping[str, Offer]:
        keys = {product.key for product in products}
        division = Division(
            portal=self._portal,
            rows=self._table.of(keys),
            imported=self._table.imported_since(self._last_import, keys),
            linked=self._linked({product.supplier_id for product in products}),
            weights={sharer.name: sharer.weight for sharer in self._sharers},
            turn=self._clock.now().toordinal(),
        )
        offers = division.offers(products)
        self.is_short = self.is_short or any(offer.is_short for offer in offers.values())
        return offers

    def _linked(self, supplier_ids: set[str]) -> dict[str, list[tuple[str, str]]]:
        found: dict[str, list[tuple[str, str]]] = {}
        for sharer in self._sharers:
            links = sharer.links.all_of_supplier("product", list(supplier_ids))
            for supplier_id, same in links.items():
                ids = sorted(link.merchant_id for link in same if link.state == "live")
                found.setdefault(supplier_id, []).extend((sharer.name, id_) for id_ in ids)
        return found

    def cannot_write(self, offer: Offer) -> None:
        """Note that the quantity of this product cannot be written, so that it needs no units."""
        if offer.gives_up or not offer.is_noted:
            self._unwritten.append(offer)

    def save(self) -> None:
        """Save what was noted, in the transaction that ends the run."""
        give_up(self._table, self._portal, self._unwritten)
        self._table.prune(before=self._clock.now() - _KEPT)


def give_up(table: Quotas, portal: str, offers: Iterable[Offer]) -> bool:
    """Give up the units that the Merchant does not show any more; True if there are any.

    The change is relative: an import may have used units of the quota meanwhile.
    """
    offers = list(offers)
    table.add(portal, [offer.product.quota for offer in offers])
    for offer in offers:
        table.keep_only(portal, offer.product.merchant_id, offer.product.key)
    freed = {key: units for offer in offers for key, units in offer.gives_up.items()}
    table.change(portal, freed)
    return bool(freed)
