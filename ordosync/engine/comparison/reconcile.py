"""Differences between both accounts, found without the log.

A difference names the task that can repair it, and the step to repeat. Other differences need an
operator, because Ordoro's rules forbid a task to change them: an order that the Supplier cancelled
stays requested, and an order that the Merchant split stays unsplit at the Supplier.
"""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime

from ordosync import progress
from ordosync.engine.comparison.difference import Comparison, Difference
from ordosync.engine.comparison.missing_records import missing_orders, product_differences
from ordosync.engine.comparison.open_edits import open_edits
from ordosync.engine.comparison.order_matching import Match, matches
from ordosync.engine.comparison.order_trees import (
    REQUESTED,
    LinkedOrders,
    OrderTree,
    is_open,
    valid_numbers,
)
from ordosync.engine.comparison.quantity_differences import quantity_differences
from ordosync.engine.comparison.snapshot import both_sides
from ordosync.engine.comparison.tracking_differences import tracking_differences
from ordosync.engine.comparison.unit_differences import (
    linked_units,
    missing_numbers,
    unit_differences,
)
from ordosync.models import Order, OrderSnapshot
from ordosync.store.links import Link
from ordosync.store.step_rows import StepRef
from ordosync.tasks.base import Portal


@dataclass(frozen=True, kw_only=True)
class Compared:
    """The result of a comparison."""

    differences: Sequence[Difference]
    numbers: Sequence[tuple[Link, ...]]
    """For each order that was linked before the ledger: its links, with their units."""


def differences(portal: Portal, *, able: frozenset[str], now: datetime) -> Sequence[Difference]:
    """Return all differences; `able` are the tasks that the portal can run. Reads only."""
    return compare(portal, able=able, now=now).differences


def compare(portal: Portal, *, able: frozenset[str], now: datetime) -> Compared:
    """Compare both accounts with each other and with the links. Reads only."""
    found: list[Difference] = []
    with both_sides(portal, now=now) as snapshot:
        comparison = Comparison(snapshot=snapshot, able=able)
        for ids in snapshot.only_at_merchant():
            found += missing_orders(comparison, ids)
        with progress.phase(f"{portal.name}: compare", total=snapshot.pair_count()):
            for linked in snapshot.pairs():
                found += _of_linked(comparison, linked)
                progress.advance(1)
    found += open_edits(comparison)
    if portal.config.manage_inventory:
        found += product_differences(comparison, now)
    return Compared(differences=found, numbers=comparison.numbers)


def cannot_tell(portal: Portal) -> list[str]:
    """Return a sentence for each limit of a comparison of these accounts."""
    limits = []
    if not portal.merchant.lists_all:
        limits.append(
            f"account {portal.merchant.name} ({portal.merchant.kind}) cannot list all its orders:"
            " older orders and their tracking numbers are not compared"
        )
    if not portal.supplier.lists_all:
        limits.append(
            f"account {portal.supplier.name} ({portal.supplier.kind}) cannot list its orders: each"
            " is looked up by its reference; quantities, tracking and pieces are not compared"
        )
    for _, account in portal.sides:
        if unlisted := account.unlisted():
            limits.append(
                f"account {account.name} ({account.kind}) does not show {unlisted}:"
                " they are not compared"
            )
    return limits


def _of_linked(comparison: Comparison, linked: LinkedOrders) -> Iterator[Difference]:
    merchant = linked.merchant
    open_trees = [tree for _, tree in linked.suppliers if not tree.is_cancelled]
    newest = linked.suppliers[-1][1]
    if not merchant.members:
        is_complete = comparison.portal.merchant.lists_all
        if open_trees and is_complete and not comparison.snapshot.unlisted["merchant"]:
            description = f"is the Merchant's order {merchant.id}, which does not exist there"
            yield comparison.differs("no-merchant-order", description, ("", open_trees[0].id))
        return
    if len(open_trees) > 1:
        names = ", ".join(tree.id for tree in open_trees)
        description = (
            f"is at the Supplier {len(open_trees)} times: {names}; cancel all but one there"
        )
        yield comparison.differs(
            "two-supplier-orders", description, (merchant.id, open_trees[-1].id)
        )
    if open_trees and (
        ancestors := [
            tree for tree in comparison.snapshot.above(merchant.id) if not tree.is_cancelled
        ]
    ):
        description = (
            f"is at the Supplier twice: in order {ancestors[0].id}, which was sent before the"
            f" Merchant split it, and as {open_trees[-1].id}; cancel one of them there"
        )
        yield comparison.differs(
            "two-supplier-orders", description, (merchant.id, open_trees[-1].id)
        )
    supplier = newest if not open_trees or newest in open_trees else open_trees[-1]
    generation = next(g for g, tree in linked.suppliers if tree is supplier)
    yield from quantity_differences(comparison, merchant, supplier)
    supplier = supplier.without(merchant.numbers_before_split - supplier.numbers_before_split)
    links = _links_of_pieces(comparison.portal, merchant)
    parcels: list[OrderSnapshot] = []
    for match in matches(merchant, supplier, origin=comparison.portal.origin, links=links):
        if match.how == "parcel":
            parcels += merchant.leaves(match.merchant_id)
        yield from _of_match(comparison, merchant, supplier, match, generation, parcels=parcels)


def _links_of_pieces(portal: Portal, merchant: OrderTree) -> Mapping[str, Link]:
    """Return the links of an order that was split, and of its pieces, by their ids."""
    if len(merchant.members) == 1:
        return {}
    return portal.links.of_merchant("order", [order.order.id for order in merchant.members])


def _of_match(
    comparison: Comparison,
    merchant: OrderTree,
    supplier: OrderTree,
    match: Match,
    generation: int,
    *,
    parcels: Sequence[OrderSnapshot],
) -> Iterator[Difference]:
    ids = (match.merchant_id, match.supplier_id)
    at_merchant, at_supplier = (
        merchant.leaves(match.merchant_id),
        supplier.leaves(match.supplier_id),
    )
    links = comparison.portal.links
    if match.how == "only-supplier" and not links.with_added_lines([match.supplier_id]):
        description = f"is split at the Supplier into {len(at_supplier)}, not at the Merchant"
        is_requested = all(order.order.status in REQUESTED for order in at_merchant)
        step_ref = StepRef(key=match.supplier_id, **_ids(match))
        task = "split-order" if is_requested else ""
        yield comparison.differs(
            "split-on-one-side", description, ids, task=task, step_ref=step_ref
        )
    elif match.how == "only-merchant":
        description = f"is split at the Merchant into {len(at_merchant)}, not at the Supplier"
        yield comparison.differs("split-on-one-side", description, ids)
    elif match.how == "split-differently":
        description = "is split differently on both sides"
        yield comparison.differs("split-on-one-side", description, ids)
    if match.how in ("unsplit", "only-merchant") and at_merchant and at_supplier:
        yield from _statuses(comparison, match, at_merchant, at_supplier[0], generation)
        earlier = supplier.numbers_before_split
        for order in at_merchant:
            yield from _of_units(comparison, match, order, at_supplier[0], parcels, earlier=earlier)


def _of_units(
    comparison: Comparison,
    match: Match,
    at_merchant: OrderSnapshot,
    at_supplier: OrderSnapshot,
    parcels: Sequence[OrderSnapshot],
    *,
    earlier: AbstractSet[str],
) -> Iterator[Difference]:
    """Yield the differences in parcels or, if there are none, in units; collect missing units."""
    found = list(
        tracking_differences(comparison, match, at_merchant, at_supplier, parcels, earlier=earlier)
    )
    if match.how == "unsplit":
        units = linked_units(comparison, match, at_merchant, at_supplier, parcels)
        if numbers := missing_numbers(comparison, units):
            comparison.numbers.append(numbers)
        elif not found:
            found += unit_differences(comparison, units)
    yield from found


def _statuses(
    comparison: Comparison,
    match: Match,
    at_merchant: Sequence[OrderSnapshot],
    at_supplier: OrderSnapshot,
    generation: int,
) -> Iterator[Difference]:
    ids = (match.merchant_id, match.supplier_id)
    all_cancelled = all(order.order.status == "cancelled" for order in at_merchant)
    if all_cancelled and not any(valid_numbers(order) for order in at_merchant):
        if is_open(at_supplier):
            step_ref = StepRef(key=f"{match.merchant_id}#{generation}", **_ids(match))
            description = "is cancelled at the Merchant and open at the Supplier"
            task = "cancel-orders"
            if not comparison.portal.merchant.cancelled_among([match.merchant_id]):
                description = f"{description}; cancel it there: this status is not synced"
                task = ""
            yield comparison.differs(
                "not-cancelled", description, ids, task=task, step_ref=step_ref
            )
    elif is_open(at_supplier) and _was_restored(comparison.portal, match, at_merchant):
        description = (
            "is open on both sides, so both may send it: the Supplier restored it, and the"
            f" Merchant does not request it; cancel order {match.supplier_id} at the Supplier"
        )
        yield comparison.differs("open-on-both-sides", description, ids)
    elif at_supplier.order.status == "cancelled" and any(
        order.order.status in REQUESTED and order.is_ours for order in at_merchant
    ):
        description = (
            "is cancelled at the Supplier and still requested at the Merchant; cancel it there, too"
        )
        yield comparison.differs("cancelled-at-supplier", description, ids)


def _was_restored(portal: Portal, match: Match, at_merchant: Sequence[OrderSnapshot]) -> bool:
    """True if ordosync cancelled it at the Supplier, and the Merchant now ships it itself."""
    statuses = {order.order.status for order in at_merchant}
    if not statuses & {"awaiting_fulfillment", "partially_shipped"}:
        return False
    link = portal.links.of_merchant("order", [match.merchant_id]).get(match.merchant_id)
    if link is None or link.state != "cancelled_by_task":
        return False
    # A partially sent order does not show who must send the rest.
    pages = portal.merchant.orders.by_id([match.merchant_id])
    return not any(isinstance(item, Order) for page in pages for item in page.items)


def _ids(match: Match) -> dict[str, str]:
    return {"merchant_id": match.merchant_id, "supplier_id": match.supplier_id}
