"""Links orders that both accounts have already, created by another tool or manually.

Orders match by the reference of ordosync. Without a reference, number, SKUs, quantities and the
recipient's name must all be equal. Orders that nearly match are reported, never linked.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from ordosync.clock import Clock
from ordosync.engine.comparison.addressees import digest_of
from ordosync.engine.comparison.order_trees import quantities_by_sku
from ordosync.engine.comparison.rebuild import equal_lines
from ordosync.engine.comparison.snapshot import Snapshot, supplier_side
from ordosync.engine.execution.exclusive import confirm, exclusive
from ordosync.engine.execution.line_claims import LineClaims
from ordosync.engine.execution.sku_maps import read_sku_map
from ordosync.models import Order, OrderSnapshot
from ordosync.store import Store
from ordosync.store.links import Link
from ordosync.tasks import TASKS, waiting_for
from ordosync.tasks.base import PlanRequest, Portal, Step
from ordosync.tasks.orders.fields import for_supplier, lines_of_supplier, with_quantity


class Adoption(Struct, frozen=True, kw_only=True):
    """Two orders that match, or that may match and need a decision of the operator."""

    portal: str
    merchant: str
    supplier: str
    by: Literal["reference", "number", ""] = ""
    why_not: str = ""
    links: tuple[Link, ...] = ()
    step: Step | None = None
    """The Merchant's order; its lines are claimed together with the links."""


def adopt(portal: Portal, store: Store, clock: Clock, *, dry: bool) -> list[Adoption]:
    """Link orders that both accounts have; send nothing. Raise `OrdosyncError` during a run."""
    read_sku_map(portal, store)
    with supplier_side(portal, now=clock.now()) as snapshot:
        adoptions = list(_proposals(snapshot, clock))
    claims = Counter(adoption.supplier for adoption in adoptions if adoption.by)
    adoptions = [
        _without_links(adoption) if adoption.by and claims[adoption.supplier] > 1 else adoption
        for adoption in adoptions
    ]
    line_claims = LineClaims(TASKS["import-orders"], portal, store)
    line_claims.look_up_shared([adoption.step for adoption in adoptions if adoption.step])
    unsettled = store.steps.unsettled_ids(portal.name)
    for account in (portal.merchant, portal.supplier):
        account.finish_reading(unsettled, dry=True)
        account.close()
    if not dry and any(adoption.links for adoption in adoptions):
        lock = exclusive(store, portal.name, clock, "orders", "shipments")
        both = store.transaction(portal=portal.name, accounts=portal.shared_accounts)
        with lock as leases, both:
            confirm(store, leases)
            adoptions = [_with_claims(adoption, line_claims) for adoption in adoptions]
            links = [link for adoption in adoptions for link in adoption.links]
            store.links(portal.name).add(links, now=clock.now())
            store.schedule.reread(portal.name, waiting_for("import-orders"))
    return adoptions


def _without_links(adoption: Adoption) -> Adoption:
    why_not = "several of the Merchant's orders match it"
    return replace(adoption, by="", links=(), step=None, why_not=why_not)


def _with_claims(adoption: Adoption, claims: LineClaims) -> Adoption:
    """Claim the lines of an order; do not link it if another portal already sends one of them.

    A reference proves that this portal has sent the order, so such an order is always linked.
    """
    refused = claims.take([adoption.step]) if adoption.step else []
    if not refused or adoption.by == "reference":
        return adoption
    return replace(adoption, by="", links=(), why_not=claims.sender(refused[0]))


def _proposals(snapshot: Snapshot, clock: Clock) -> Iterator[Adoption]:
    request = PlanRequest(cursor=None, now=clock.now())
    task = TASKS["import-orders"]
    for page in task.plan(snapshot.portal, request):
        steps = [step for step in page.items if isinstance(step.payload, Order)]
        existing = task.look_up(snapshot.portal, [step.key for step in steps]) if steps else {}
        for step in steps:
            if step.key in existing:
                yield _adoption(snapshot, step, existing[step.key].outcome.id, "reference")
            elif adoption := _with_or_without(snapshot, step):
                yield adoption


def _with_or_without(snapshot: Snapshot, step: Step) -> Adoption | None:
    """Return the adoption of an order that may also have the lines that are left out.

    Another tool may have sent them.
    """
    adoption = _by_number(snapshot, step)
    if adoption and not adoption.by and step.written and step.written.left_out:
        for whole in _with_all_lines(snapshot.portal, step):
            other = _by_number(snapshot, whole)
            return other if other and other.by else adoption
    return adoption


def _with_all_lines(portal: Portal, step: Step) -> Iterator[Step]:
    """Yield the step with all lines of its order that are this Supplier's."""
    for page in portal.merchant.orders.by_id([step.merchant_id or ""]):
        for item in page.items:
            if isinstance(item, Order) and item.id == step.merchant_id:
                lines = with_quantity(lines_of_supplier(portal.config, item.lines))
                order = replace(item, lines=lines)
                created = for_supplier(order, portal.config, reference="")
                yield replace(step, payload=created)


def _by_number(snapshot: Snapshot, step: Step) -> Adoption | None:
    portal, order = snapshot.portal, step.payload
    if not isinstance(order, Order):
        return None
    number = f"{portal.supplier.orders.number_prefix}{order.number}"
    candidates = snapshot.numbered(number)
    if not candidates:
        return None
    links = portal.links.of_supplier("order", [candidate.order.id for candidate, _ in candidates])
    reasons = {
        candidate.order.id: _mismatch(
            snapshot, order, candidate, is_linked=is_linked or candidate.order.id in links
        )
        for candidate, is_linked in candidates
    }
    matches = [id_ for id_, reason in reasons.items() if not reason]
    if len(matches) == 1:
        return _adoption(snapshot, step, matches[0], "number")
    id_, reason = next(iter(reasons.items()))
    return Adoption(
        portal=portal.name,
        merchant=step.merchant_id or "",
        supplier=id_,
        why_not=f"{len(matches)} orders at the Supplier match" if matches else reason,
    )


def _mismatch(
    snapshot: Snapshot, order: Order, candidate: OrderSnapshot, *, is_linked: bool
) -> str:
    """Return why two orders of the same number do not match."""
    if is_linked or candidate.order.reference.startswith(f"{snapshot.portal.origin}:"):
        return "has the same number, but is already linked to another order"
    if candidate.order.status == "cancelled":
        return "has the same number, but is cancelled at the Supplier"
    quantities = quantities_by_sku([OrderSnapshot(order=order)])
    if quantities != quantities_by_sku([candidate]):
        return "has the same number, but other SKUs or quantities"
    if digest_of(order.ship_to.name) != snapshot.addressee("supplier", candidate.order.id):
        return "has the same number and lines, but another recipient name"
    return ""


def _adoption(
    snapshot: Snapshot, step: Step, supplier_id: str, by: Literal["reference", "number"]
) -> Adoption:
    merchant_id, _, generation = step.key.rpartition("#")
    link = Link(
        kind="order",
        merchant_id=merchant_id,
        supplier_id=supplier_id,
        generation=int(generation),
    )
    supplier_order = snapshot.standing("supplier", supplier_id)
    lines: tuple[Link, ...] = ()
    if supplier_order and isinstance(step.payload, Order):
        line_links = equal_lines(step.payload.lines, supplier_order.order.lines)
        lines = tuple(replace(line, generation=link.generation) for line in line_links)
    return Adoption(
        portal=snapshot.portal.name,
        merchant=merchant_id,
        supplier=supplier_id,
        by=by,
        links=(link, *lines),
        step=step,
    )
