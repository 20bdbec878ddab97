"""Facts about an order in one portal: the store's rows, and the order in both accounts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from ordosync.engine.diagnosis.account_lookup import AccountLookup, AccountView
from ordosync.engine.diagnosis.order_units import NO_UNITS, OrderUnits
from ordosync.engine.portals import supplier_at_merchant
from ordosync.store import Store
from ordosync.store.concerns import Concern, step_key, unshipped_key
from ordosync.store.link_table import Links
from ordosync.store.links import Link
from ordosync.store.step_rows import StepRow
from ordosync.tasks.base import Portal

_MAX_DEPTH = 4
"""The number of levels to which pieces of pieces are read."""


@dataclass(frozen=True, kw_only=True)
class OrderFacts:
    """An order of a portal, or an order in one of its accounts."""

    portal: Portal
    merchant_id: str | None
    supplier_id: str | None
    imported: tuple[tuple[Link, datetime], ...] = ()
    """Its links, oldest first: several if it was cancelled and requested again."""
    reported: tuple[tuple[Link, datetime], ...] = ()
    """The shipments that were reported to the Merchant, oldest first."""
    steps: tuple[StepRow, ...] = ()
    at_merchant: AccountView | None = None
    """The order as the Merchant shows it."""
    at_supplier: AccountView | None = None
    """The order as the Supplier shows it."""
    pieces: tuple["OrderFacts", ...] = ()
    units: OrderUnits = NO_UNITS
    number: str = ""
    """The number that the Merchant shows, if it differs from its id."""
    dismissals: tuple[Concern, ...] = ()
    """The problems of it that the operator has dismissed, oldest first."""

    @property
    def link(self) -> Link | None:
        """The newest link."""
        return self.imported[-1][0] if self.imported else None

    @property
    def is_requested(self) -> bool:
        """True if the Merchant requests it from this portal's Supplier."""
        supplier = self.at_merchant.supplier if self.at_merchant else None
        return bool(supplier) and supplier == self.supplier_name

    @property
    def supplier_name(self) -> str:
        """The Merchant's name for the Supplier."""
        return supplier_at_merchant(self.portal.config)

    @property
    def is_piece(self) -> bool:
        """True if a local account shows that it was split from another order."""
        return any(
            side is not None and bool(side.parents) for side in (self.at_merchant, self.at_supplier)
        )

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
    pairs = [*_pairs(portal, store, word, lookup), *_pairs_of_number(portal, store, word)]
    for merchant_id, supplier_id in dict.fromkeys(pairs):
        facts = _gather(portal, store, lookup, (merchant_id, supplier_id), depth=0)
        if facts.steps or facts.imported or facts.at_merchant or facts.at_supplier:
            yield facts


def _pairs(
    portal: Portal, store: Store, word: str, lookup: AccountLookup
) -> list[tuple[str | None, str | None]]:
    """Return the ids at the Merchant and at the Supplier that match this word."""
    links = store.links(portal.name)
    by_merchant = links.of_merchant("order", [word]).get(word)
    pairs: list[tuple[str | None, str | None]] = []
    if by_merchant:
        pairs.append((word, by_merchant.supplier_id))
    for number in dict.fromkeys((word, f"{_prefix(portal)}{word}")):
        link = links.of_supplier("order", [number]).get(number)
        if link and (number == word or not by_merchant):
            pairs.append((link.merchant_id, number))
    if not pairs:
        for number in dict.fromkeys((word, f"{_prefix(portal)}{word}")):
            at_supplier = lookup.at_supplier(number)
            of_merchant = _merchant_id(portal, at_supplier) if at_supplier else None
            if at_supplier and (word in (number, of_merchant)):
                pairs.append((of_merchant, number))
    # Both accounts may have an order of this number, and they may be different orders.
    if all(merchant_id != word for merchant_id, _ in pairs):
        pairs.append((word, None))
    return list(dict.fromkeys(pairs))


def _pairs_of_number(
    portal: Portal, store: Store, word: str
) -> Iterator[tuple[str | None, str | None]]:
    """Yield the ids of the orders that the Merchant shows with this number.

    The Supplier may show it with the prefix.
    """
    numbers, links = store.order_numbers(portal.name), store.links(portal.name)
    for number in dict.fromkeys((word, word.removeprefix(_prefix(portal)))):
        ids = numbers.ids(number)
        linked = links.of_merchant("order", ids)
        for id_ in ids:
            yield id_, linked[id_].supplier_id if id_ in linked else None


def _merchant_id(portal: Portal, at_supplier: AccountView) -> str | None:
    """Return the Merchant's id of an order, by the reference that it was created with."""
    prefix = f"{portal.origin}:"
    if not at_supplier.reference.startswith(prefix) or at_supplier.parents:
        return None
    return at_supplier.reference.removeprefix(prefix).rpartition("#")[0] or None


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
    at_supplier = lookup.at_supplier(supplier_id, list(dict.fromkeys(shipments)))
    at_merchant = lookup.at_merchant(merchant_id)
    pieces = _pieces(portal, store, lookup, at_supplier, depth) if at_supplier else ()
    parcels = _parcels(portal, store, lookup, ids, depth)
    return OrderFacts(
        portal=portal,
        merchant_id=merchant_id,
        supplier_id=supplier_id,
        imported=tuple(links.history("order", merchant_id)) if merchant_id else (),
        reported=tuple(links.parcel_history(merchant_id)) if merchant_id else (),
        steps=steps,
        at_merchant=at_merchant,
        at_supplier=at_supplier,
        pieces=tuple(pieces) or tuple(parcels),
        units=_units(links, merchant_id, at_merchant, at_supplier) if merchant_id else NO_UNITS,
        number=_number(portal, store, merchant_id) if merchant_id else "",
        dismissals=_dismissals(store, steps, portal.name, merchant_id),
    )


def _dismissals(
    store: Store, steps: Sequence[StepRow], portal: str, merchant_id: str | None
) -> tuple[Concern, ...]:
    keys = [step_key(portal, step.task, step.key) for step in steps]
    keys += [unshipped_key(portal, merchant_id)] if merchant_id else []
    return tuple(store.concerns.of(keys))


def _number(portal: Portal, store: Store, merchant_id: str) -> str:
    return store.order_numbers(portal.name).of([merchant_id]).get(merchant_id, "")


def _units(
    links: Links,
    merchant_id: str,
    at_merchant: AccountView | None,
    at_supplier: AccountView | None,
) -> OrderUnits:
    lines = links.lines_of([merchant_id]).get(merchant_id, ())
    supplier_skus = dict(at_supplier.skus) if at_supplier else {}
    skus = {
        line.merchant_id: supplier_skus[line.supplier_id]
        for line in lines
        if line.supplier_id in supplier_skus
    }
    return OrderUnits.of(
        lines,
        links.parcels_of([merchant_id]).get(merchant_id, ()),
        {**skus, **dict(at_merchant.skus if at_merchant else ())},
    )


def _parcels(
    portal: Portal,
    store: Store,
    lookup: AccountLookup,
    ids: tuple[str | None, str | None],
    depth: int,
) -> Iterator[OrderFacts]:
    """Yield the Merchant's pieces of an order that it split for the Supplier's parcels."""
    merchant_id, supplier_id = ids
    if depth or not merchant_id or not supplier_id:
        return
    links = store.links(portal.name).all_of_supplier("order", [supplier_id]).get(supplier_id, ())
    if not any(link.merchant_id == merchant_id and link.state == "split" for link in links):
        return
    for link in links:
        if link.state != "split":
            piece = (link.merchant_id, supplier_id)
            yield _gather(portal, store, lookup, piece, depth=depth + 1)


def _steps(
    portal: Portal, store: Store, merchant_id: str | None, supplier_id: str | None
) -> tuple[StepRow, ...]:
    steps: dict[int, StepRow] = {}
    if merchant_id:
        steps = {step.id: step for step in store.steps.of_merchant(portal.name, merchant_id)}
    if supplier_id:
        # A piece without a link has parcels, too.
        unlinked = store.steps.keyed_below(portal.name, "update-tracking", supplier_id)
        steps |= {step.id: step for step in unlinked}
    tasks = (
        *("import-orders", "split-order", "update-tracking"),
        *("report-shortages", "cancel-orders"),
    )
    return tuple(steps[key] for key in sorted(steps) if steps[key].task in tasks)


def _pieces(
    portal: Portal, store: Store, lookup: AccountLookup, at_supplier: AccountView, depth: int
) -> Iterator[OrderFacts]:
    if depth == _MAX_DEPTH:
        return
    links = store.links(portal.name).of_supplier("order", at_supplier.pieces)
    for piece in at_supplier.pieces:
        merchant_id = links[piece].merchant_id if piece in links else None
        yield _gather(portal, store, lookup, (merchant_id, piece), depth=depth + 1)
