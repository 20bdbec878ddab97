"""Facts about an order in one portal: the store's rows, and the order in both accounts."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from ordosync.engine.diagnosis.account_lookup import AccountLookup, AccountView
from ordosync.engine.portals import supplier_at_merchant
from ordosync.store import Store
from ordosync.store.links import Link
from ordosync.store.step_rows import StepRow
from ordosync.tasks.base import Portal

_DEEPEST = 4
"""The depth to which pieces of pieces are followed."""


@dataclass(frozen=True, kw_only=True)
class OrderFacts:
    """An order of a portal, or an order in one of its accounts."""

    portal: Portal
    merchant_id: str | None
    supplier_id: str | None
    imported: tuple[tuple[Link, datetime], ...] = ()
    """Its links, oldest first: several if it was cancelled and requested again."""
    told: tuple[tuple[Link, datetime], ...] = ()
    """The shipments that were reported to the Merchant, oldest first."""
    steps: tuple[StepRow, ...] = ()
    here: AccountView | None = None
    """The order as the Merchant shows it."""
    there: AccountView | None = None
    """The order as the Supplier shows it."""
    pieces: tuple["OrderFacts", ...] = ()

    @property
    def link(self) -> Link | None:
        """The newest link."""
        return self.imported[-1][0] if self.imported else None

    @property
    def is_requested(self) -> bool:
        """True if the Merchant requests it from this portal's Supplier."""
        from_whom = self.here.supplier if self.here else None
        return bool(from_whom) and from_whom == self.wanted_from

    @property
    def wanted_from(self) -> str:
        """The Merchant's name for the Supplier."""
        return supplier_at_merchant(self.portal.config)

    @property
    def is_piece(self) -> bool:
        """True if a local account says that it was split from another order."""
        return any(side is not None and bool(side.parents) for side in (self.here, self.there))

    @property
    def is_ours(self) -> bool:
        """True if the order belongs to this portal."""
        return bool(self.imported or self.steps or self.is_requested)

    def of_task(self, task: str) -> list[StepRow]:
        """Return its steps of one task, oldest first."""
        return [step for step in self.steps if step.task == task]


def order_facts(
    portal: Portal, store: Store, word: str, lookup: AccountLookup
) -> Iterator[OrderFacts]:
    """Yield each order of this portal that has this number in one of its accounts."""
    for merchant_id, supplier_id in _pairs(portal, store, word, lookup):
        found = _gather(portal, store, lookup, (merchant_id, supplier_id), depth=0)
        if found.steps or found.imported or found.here or found.there:
            yield found


def _pairs(
    portal: Portal, store: Store, word: str, lookup: AccountLookup
) -> list[tuple[str | None, str | None]]:
    """Return the ids, at the Merchant and at the Supplier, that this word may mean."""
    links = store.links(portal.name)
    by_merchant = links.of_merchant("order", [word]).get(word)
    found: list[tuple[str | None, str | None]] = []
    if by_merchant:
        found.append((word, by_merchant.supplier_id))
    for number in dict.fromkeys((word, f"{_prefix(portal)}{word}")):
        link = links.of_supplier("order", [number]).get(number)
        if link and (number == word or not by_merchant):
            found.append((link.merchant_id, number))
    if not found:
        for number in dict.fromkeys((word, f"{_prefix(portal)}{word}")):
            there = lookup.at_supplier(number)
            of_merchant = _merchant_id(portal, there) if there else None
            if there and (word in (number, of_merchant)):
                found.append((of_merchant, number))
        if all(merchant_id != word for merchant_id, _ in found):
            found.append((word, None))
    return list(dict.fromkeys(found))


def _merchant_id(portal: Portal, there: AccountView) -> str | None:
    """Return the Merchant's id of an order, by the reference that it was created with."""
    begin = f"{portal.origin}:"
    if not there.reference.startswith(begin) or there.parents:
        return None
    return there.reference.removeprefix(begin).rpartition("#")[0] or None


def _prefix(portal: Portal) -> str:
    """Return the prefix of the Merchant's numbers at this Supplier; empty if it has none."""
    return portal.supplier.orders.number_prefix


def _gather(
    portal: Portal,
    store: Store,
    lookup: AccountLookup,
    ids: tuple[str | None, str | None],
    *,
    depth: int,
) -> OrderFacts:
    merchant_id, supplier_id = ids
    links = store.links(portal.name)
    steps = _steps(portal, store, merchant_id, supplier_id)
    shipments = [
        step.supplier_id for step in steps if step.task == "update-tracking" and step.supplier_id
    ]
    there = lookup.at_supplier(supplier_id, list(dict.fromkeys(shipments)))
    return OrderFacts(
        portal=portal,
        merchant_id=merchant_id,
        supplier_id=supplier_id,
        imported=tuple(links.history("order", merchant_id)) if merchant_id else (),
        told=tuple(links.history("shipment", merchant_id)) if merchant_id else (),
        steps=steps,
        here=lookup.at_merchant(merchant_id),
        there=there,
        pieces=tuple(_pieces(portal, store, lookup, there, depth)) if there else (),
    )


def _steps(
    portal: Portal, store: Store, merchant_id: str | None, supplier_id: str | None
) -> tuple[StepRow, ...]:
    found: dict[int, StepRow] = {}
    if merchant_id:
        found = {step.id: step for step in store.steps.of_merchant(portal.name, merchant_id)}
    if supplier_id:  # A parcel of a piece that has no link.
        unlinked = store.steps.keyed_below(portal.name, "update-tracking", supplier_id)
        found |= {step.id: step for step in unlinked}
    orders = ("import-orders", "split-order", "update-tracking", "cancel-orders")
    return tuple(found[key] for key in sorted(found) if found[key].task in orders)


def _pieces(
    portal: Portal, store: Store, lookup: AccountLookup, there: AccountView, depth: int
) -> Iterator[OrderFacts]:
    if depth == _DEEPEST:
        return
    known = store.links(portal.name).of_supplier("order", there.pieces)
    for piece in there.pieces:
        merchant_id = known[piece].merchant_id if piece in known else None
        yield _gather(portal, store, lookup, (merchant_id, piece), depth=depth + 1)
