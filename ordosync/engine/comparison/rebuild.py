"""Rebuilds the links of a portal from both accounts after its store was lost. Reads only.

The reference of a Supplier's order names the Merchant's order. An order that is cancelled on both
sides counts as cancelled by ordosync, so that it can be requested again: no account records who
cancelled it. Units that were cancelled count as never ordered, for the same reason. Afterwards all
tasks read everything again, and look up each record before they write it, as after a restore.
"""

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from ordosync import progress
from ordosync.accounts.account import ReadRequest, required
from ordosync.clock import Clock
from ordosync.engine.comparison.ledger_links import LinePairs, takes_numbers
from ordosync.engine.comparison.order_matching import Match, matches
from ordosync.engine.comparison.order_trees import LinkedOrders, OrderTree, is_open
from ordosync.engine.comparison.sent_before_splits import sent_before_split, with_earlier_parcels
from ordosync.engine.comparison.snapshot import Snapshot, both_sides
from ordosync.engine.execution.exclusive import confirm, exclusive
from ordosync.engine.execution.sku_maps import read_sku_map
from ordosync.errors import OrdosyncError
from ordosync.models import Line, OrderSnapshot, Stock, normalized_sku
from ordosync.store import Store
from ordosync.store.links import Link
from ordosync.tasks import TASKS
from ordosync.tasks.base import PlanRequest, Portal
from ordosync.tasks.import_products import NewProduct, product_links
from ordosync.tasks.sku_maps.packs import with_pack

_BATCH = 500


class Rebuilt(Struct, frozen=True, kw_only=True):
    """The counts of the new links."""

    portal: str
    orders: int = 0
    lines: int = 0
    products: int = 0
    shipments: int = 0
    other_names: tuple[str, ...] = ()
    """Other origins in references at the Supplier: other portals, or former names of this one."""

    def plus(self, links: Sequence[Link]) -> "Rebuilt":
        """Return the counts with these links added."""
        kinds = [link.kind for link in links]
        return replace(
            self,
            orders=self.orders + kinds.count("order"),
            lines=self.lines + kinds.count("line"),
            products=self.products + kinds.count("product"),
            shipments=self.shipments + kinds.count("parcel"),
        )


def _check_listed(portal: Portal) -> None:
    for _, account in portal.sides:
        if not account.lists_all:
            raise OrdosyncError(
                f"portal {portal.name}: account {account.name} ({account.kind}) cannot list all its"
                " orders, so its links cannot be rebuilt; run `ordosync import-orders`: it looks"
                " up each order before it sends it, and sends no order twice"
            )
        if missing := account.unlisted():
            raise OrdosyncError(
                f"portal {portal.name}: account {account.name} ({account.kind}) does not show"
                f" {missing}; their links would be missing; give it access to them and run this"
                " command again"
            )


def rebuild(
    portal: Portal, store: Store, clock: Clock, *, with_products: bool, add: bool
) -> Rebuilt:
    """Rebuild the links of a portal from its accounts; return the counts.

    Raise `OrdosyncError` during a run, if an account cannot list its orders, or if the store has
    links and `add` is not set.
    """
    _check_listed(portal)
    link_count = store.links(portal.name).count()
    if link_count and not add:
        raise OrdosyncError(
            f"portal {portal.name}: the store has {link_count} links, so it is not lost; --yes adds"
            " the links that are missing, and changes none"
        )
    rebuilt = Rebuilt(portal=portal.name)
    with exclusive(store, portal.name, clock) as leases:
        # No account keeps packs. They are those of the map, or larger if the Supplier has more
        # units.
        read_sku_map(portal, store, leases)
        with both_sides(portal, now=clock.now()) as snapshot:
            with progress.phase(f"{portal.name}: link", total=snapshot.pair_count()):
                for links in _batches(_links(snapshot)):
                    with store.transaction(portal=portal.name, accounts=portal.shared_accounts):
                        confirm(store, leases)
                        store.links(portal.name).add(links, now=clock.now())
                    rebuilt = rebuilt.plus(links)
            other_origins = tuple(sorted(snapshot.other_origins))
        products = list(_products(portal, store, clock)) if with_products else []
        with store.transaction(portal=portal.name, accounts=portal.shared_accounts):
            confirm(store, leases)
            store.links(portal.name).add(products, now=clock.now())
            for task in TASKS:
                store.schedule.forget_history(portal.name, task, now=clock.now())
                store.schedule.set_next(portal.name, task, now=clock.now())
    return replace(rebuilt.plus(products), other_names=other_origins)


def _links(snapshot: Snapshot) -> Iterator[Link]:
    for linked in snapshot.pairs():
        yield from links_of(snapshot, linked)
        progress.advance(1)


def equal_lines(at_merchant: Sequence[Line], at_supplier: Sequence[Line]) -> tuple[Link, ...]:
    """Return the links of equal lines; nothing if the lines differ."""
    remaining = list(at_supplier)
    pairs = []
    for merchant_line in at_merchant:
        if merchant_line.quantity == 0:
            # A line without units is not imported.
            continue
        match = next(
            (
                line
                for line in remaining
                if _sku_and_quantity(line) == _sku_and_quantity(merchant_line)
            ),
            None,
        )
        if match is None:
            return ()
        remaining.remove(match)
        pairs.append((merchant_line, match))
    if any(line.quantity for line in remaining):
        return ()
    return tuple(
        with_pack(
            Link(kind="line", merchant_id=merchant_line.id, supplier_id=supplier_line.id),
            merchant_line,
        )
        for merchant_line, supplier_line in pairs
    )


def _sku_and_quantity(line: Line) -> tuple[str, int]:
    return normalized_sku(line.sku), line.quantity


def links_of(snapshot: Snapshot, linked: LinkedOrders) -> Iterator[Link]:
    """Yield the links of one order of the Merchant, its pieces, their lines and parcels."""
    *older, (generation, newest) = linked.suppliers
    for earlier, tree in older:
        yield Link(
            kind="order",
            merchant_id=linked.merchant.id,
            supplier_id=tree.id,
            generation=earlier,
            state="cancelled_by_task" if tree.is_cancelled else "live",
        )
    # A parcel that was sent before the split is with the order in one account, and with a piece in
    # the other.
    before = linked.merchant.numbers_before_split - newest.numbers_before_split
    supplier = newest.without(before)
    yield from _of_tree(snapshot, linked, supplier, generation, newest)


def _of_tree(
    snapshot: Snapshot,
    linked: LinkedOrders,
    supplier: OrderTree,
    generation: int,
    with_all_parcels: OrderTree,
) -> Iterator[Link]:
    is_in_parcels = False
    split_orders: dict[str, str] = {}
    for match in matches(linked.merchant, supplier, origin=snapshot.portal.origin):
        is_in_parcels = is_in_parcels or match.how == "parcels"
        is_whole = match.merchant_id == linked.merchant.id
        link = Link(
            kind="order",
            merchant_id=match.merchant_id,
            supplier_id=match.supplier_id,
            generation=generation if is_whole else 1,
        )
        at_merchant = linked.merchant.member(match.merchant_id)
        at_supplier = supplier.member(match.supplier_id)
        if match.how in ("split", "parcels"):
            yield replace(link, state="split")
            if match.how == "split":
                split_orders[match.supplier_id] = match.merchant_id
            yield from sent_before_split(
                snapshot.portal, linked.merchant, with_all_parcels, match, link.generation
            )
            continue
        if match.how == "parcel":
            link = replace(link, state="sent")
        elif _are_cancelled(at_merchant, at_supplier, is_rest=is_in_parcels):
            link = replace(link, state="cancelled_by_task")
        yield from _with_lines(
            snapshot.portal,
            linked.merchant,
            supplier,
            match,
            link,
            is_piece=is_in_parcels,
            split_orders=split_orders,
        )


def _with_lines(
    portal: Portal,
    merchant: OrderTree,
    supplier: OrderTree,
    match: Match,
    link: Link,
    *,
    is_piece: bool,
    split_orders: Mapping[str, str],
) -> Iterator[Link]:
    """Yield the link of an order, and those of its lines and parcels with their units."""
    yield link
    at_merchant, at_supplier = (
        merchant.member(match.merchant_id),
        supplier.member(match.supplier_id),
    )
    if at_supplier and match.how == "parcel":
        # Its order may have been split since then, and its pieces have the parcels.
        at_supplier = replace(at_supplier, shipments=supplier.parcels(match.supplier_id))
    elif at_supplier:
        shown = merchant.leaves(match.merchant_id)
        at_supplier = with_earlier_parcels(at_supplier, supplier, shown)
    lines = at_supplier.order.lines if at_supplier else ()
    if at_merchant and not at_supplier:
        lines = _lines_before(portal, supplier, match)
    merchant_lines = at_merchant.order.lines if at_merchant else ()
    pairs = LinePairs.of(
        match, merchant_lines, lines, generation=link.generation, split_orders=split_orders
    )
    yield from pairs.lines(is_piece=is_piece)
    if at_supplier and match.how in ("unsplit", "only-merchant", "parcel"):
        shown = merchant.leaves(match.merchant_id)
        yield from pairs.parcels(shown, at_supplier, takes_numbers=takes_numbers(portal))


def _lines_before(portal: Portal, supplier: OrderTree, match: Match) -> tuple[Line, ...]:
    """Return the lines of an order before its split, if its account no longer lists it."""
    skus = {line.id: line.sku for order in supplier.members for line in order.order.lines}
    lines: dict[str, Line] = {}
    for page in required(portal.supplier.splits).by_id([match.supplier_id]):
        for share in (
            share for split in page.items for piece in split.pieces for share in piece.lines
        ):
            line = lines.get(share.of_line)
            sku = line.sku if line else skus.get(share.id, "")
            quantity = share.quantity + (line.quantity if line else 0)
            lines[share.of_line] = Line(id=share.of_line, sku=sku, name="", quantity=quantity)
    return tuple(lines.values())


def _are_cancelled(
    at_merchant: OrderSnapshot | None, at_supplier: OrderSnapshot | None, *, is_rest: bool
) -> bool:
    """True if both are cancelled, or if only the Merchant has a piece for the cancelled rest."""
    if at_merchant is None or at_supplier is None or at_merchant.order.status != "cancelled":
        return False
    return not is_open(at_supplier) if is_rest else at_supplier.order.status == "cancelled"


def _products(portal: Portal, store: Store, clock: Clock) -> Iterator[Link]:
    """Yield links of the products that both accounts have, paired as `import-products` does."""
    ids_by_sku = {
        item.sku: item.product_id
        for page in required(portal.supplier.stock).all(ReadRequest(cursor=None, now=clock.now()))
        for item in page.items
        if isinstance(item, Stock)
    }
    request = PlanRequest(cursor=None, now=clock.now())
    for page in TASKS["import-products"].plan(portal, request):
        for step in page.items:
            wanted = step.payload
            if isinstance(wanted, NewProduct) and wanted.product.sku in ids_by_sku:
                yield from product_links(step.key, wanted, ids_by_sku[wanted.product.sku])
    unsettled = store.steps.unsettled_ids(portal.name)
    for account in (portal.merchant, portal.supplier):
        account.finish_reading(unsettled, dry=True)


def _batches(links: Iterator[Link]) -> Iterator[list[Link]]:
    batch: list[Link] = []
    for link in links:
        batch.append(link)
        if len(batch) >= _BATCH:
            yield batch
            batch = []
    yield batch
