"""Rebuilds the links of a portal from both accounts after its store was lost. Reads only.

The references in the Supplier's orders tell which two orders belong together. They do not tell
who cancelled an order that is cancelled on both sides; it counts as cancelled by ordosync, so
that it can be requested again. Nor do they tell which of two deleted labels was reported. As
after a restore, all tasks then read everything again and look before they write.
"""

from collections.abc import Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from ordosync.accounts.account import ReadRequest, required
from ordosync.clock import Clock
from ordosync.engine.comparison.order_trees import (
    LinkedOrders,
    Match,
    OrderTree,
    matches,
    valid_numbers,
)
from ordosync.engine.comparison.snapshot import Snapshot, both_sides
from ordosync.engine.execution.exclusive import confirm, exclusive
from ordosync.errors import OrdosyncError
from ordosync.models import Line, OrderSnapshot, Product, Stock, normalized_sku
from ordosync.store import Store
from ordosync.store.links import Link
from ordosync.tasks import TASKS
from ordosync.tasks.base import PlanRequest, Portal

_BATCH = 500


class Rebuilt(Struct, frozen=True, kw_only=True):
    """The counts of what was linked."""

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
            shipments=self.shipments + kinds.count("shipment"),
        )


def _check_listed(portal: Portal) -> None:
    for _, account in portal.sides:
        if not account.lists_all:
            raise OrdosyncError(
                f"portal {portal.name}: account {account.name} ({account.kind}) cannot list all its"
                " orders, so its links cannot be rebuilt; an ordinary `ordosync import-orders`"
                " looks for each order first, and sends none twice"
            )
        if missing := account.unlisted():
            raise OrdosyncError(
                f"portal {portal.name}: account {account.name} ({account.kind}) does not show"
                f" {missing}; their links would be missing, so let it show them and begin again"
            )


def rebuild(
    portal: Portal, store: Store, clock: Clock, *, with_products: bool, add: bool
) -> Rebuilt:
    """Find the links of a portal in its accounts; `add` to the links in the store.

    Raises `OrdosyncError` if the store has links and `add` is not set, if an account cannot list
    its orders, or during a run.
    """
    _check_listed(portal)
    known = store.links(portal.name).count()
    if known and not add:
        raise OrdosyncError(
            f"portal {portal.name}: the store has {known} links, so it is not lost; --yes adds to"
            " them what both accounts say, and changes none"
        )
    rebuilt = Rebuilt(portal=portal.name)
    with exclusive(store, portal.name, clock) as leases:
        with both_sides(portal, now=clock.now()) as snapshot:
            found = _batches(
                link for linked in snapshot.pairs() for link in links_of(snapshot, linked)
            )
            for links in found:
                with store.transaction(portal=portal.name):
                    confirm(store, leases)
                    store.links(portal.name).add(links, now=clock.now())
                rebuilt = rebuilt.plus(links)
            others = tuple(sorted(snapshot.other_origins))
        products = list(_products(portal, store, clock)) if with_products else []
        with store.transaction(portal=portal.name):
            confirm(store, leases)
            store.links(portal.name).add(products, now=clock.now())
            for task in TASKS:
                store.schedule.forget_history(portal.name, task, now=clock.now())
                store.schedule.set_next(portal.name, task, now=clock.now())
    return replace(rebuilt.plus(products), other_names=others)


def lines_alike(ours: Sequence[Line], theirs: Sequence[Line]) -> tuple[Link, ...]:
    """Return the links of equal lines; nothing if the lines differ."""
    left = list(theirs)
    pairs = []
    for our in ours:
        if our.quantity == 0:  # It has nothing to send, so it was not imported.
            continue
        same = next((one for one in left if _says(one) == _says(our)), None)
        if same is None:
            return ()
        left.remove(same)
        pairs.append((our, same))
    if any(one.quantity for one in left):
        return ()
    return tuple(
        Link(kind="line", merchant_id=our.id, supplier_id=their.id) for our, their in pairs
    )


def _says(line: Line) -> tuple[str, int]:
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
    yield from _of_tree(snapshot, linked, newest, generation)


def _of_tree(
    snapshot: Snapshot, linked: LinkedOrders, supplier: OrderTree, generation: int
) -> Iterator[Link]:
    for match in matches(linked.merchant, supplier, origin=snapshot.portal.origin):
        is_whole = match.merchant_id == linked.merchant.id
        link = Link(
            kind="order",
            merchant_id=match.merchant_id,
            supplier_id=match.supplier_id,
            generation=generation if is_whole else 1,
        )
        ours = linked.merchant.member(match.merchant_id)
        theirs = supplier.member(match.supplier_id)
        if match.how == "split":
            yield replace(link, state="split")
        elif _are_cancelled(ours, theirs):
            yield replace(link, state="cancelled_by_task")
        else:
            yield link
        if ours and match.how != "split":
            known = (
                theirs.order.lines if theirs else _lines_before(snapshot.portal, supplier, match)
            )
            for line in lines_alike(ours.order.lines, known):
                yield replace(line, generation=link.generation)
        if theirs and match.how in ("unsplit", "only-merchant"):
            yield from _told(match.merchant_id, linked.merchant.leaves(match.merchant_id), theirs)


def _lines_before(portal: Portal, supplier: OrderTree, match: Match) -> tuple[Line, ...]:
    """Return the lines of an order before its split, if its account no longer lists it."""
    skus = {line.id: line.sku for one in supplier.members for line in one.order.lines}
    found: dict[str, Line] = {}
    for page in required(portal.supplier.splits).by_id([match.supplier_id]):
        for part in (
            part for split in page.items for piece in split.pieces for part in piece.lines
        ):
            known = found.get(part.of_line)
            sku = known.sku if known else skus.get(part.id, "")
            quantity = part.quantity + (known.quantity if known else 0)
            found[part.of_line] = Line(id=part.of_line, sku=sku, name="", quantity=quantity)
    return tuple(found.values())


def _are_cancelled(ours: OrderSnapshot | None, theirs: OrderSnapshot | None) -> bool:
    return bool(ours and theirs) and all(
        one is not None and one.order.status == "cancelled" for one in (ours, theirs)
    )


def _told(merchant_id: str, ours: Sequence[OrderSnapshot], theirs: OrderSnapshot) -> Iterator[Link]:
    """Yield the shipments that were reported to the Merchant, so that they can be voided."""
    reported = {number for one in ours for number in valid_numbers(one)}
    labels = [one for one in theirs.shipments if one.tracking_number in reported]
    valid = [one for one in labels if not one.voided]
    if valid:
        what = f"{valid[-1].id}:{valid[-1].tracking_number}"
    elif labels:
        what = f"{labels[-1].id}:{labels[-1].tracking_number}"
    elif forgotten := [one for one in theirs.shipments if not one.tracking_number]:
        # The Supplier's account forgets a deleted label; the Merchant still has its number.
        numbers = {
            each.tracking_number
            for one in ours
            for each in one.shipments
            if not each.voided and each.id in ("", forgotten[-1].id)
        }
        if len(numbers) != 1 or not forgotten[-1].voided:
            return
        what = f"{forgotten[-1].id}:{numbers.pop()}"
    else:
        return
    yield Link(kind="shipment", merchant_id=merchant_id, supplier_id=what)


def _products(portal: Portal, store: Store, clock: Clock) -> Iterator[Link]:
    """Yield links of the products that both accounts have, paired as `import-products` does."""
    there = {
        item.sku: item.product_id
        for page in required(portal.supplier.stock).all(ReadRequest(cursor=None, now=clock.now()))
        for item in page.items
        if isinstance(item, Stock)
    }
    request = PlanRequest(cursor=None, now=clock.now())
    for page in TASKS["import-products"].plan(portal, request):
        for step in page.items:
            if isinstance(step.payload, Product) and step.payload.sku in there:
                yield Link(
                    kind="product", merchant_id=step.key, supplier_id=there[step.payload.sku]
                )
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
