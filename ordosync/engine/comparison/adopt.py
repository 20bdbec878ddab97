"""Links orders that both accounts have already, created by another tool or by hand.

Orders match by the reference of ordosync. Without one, number, SKUs, quantities and the name of
the addressee must all be equal. Orders that nearly match are reported, never guessed.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from ordosync.clock import Clock
from ordosync.engine.comparison.order_trees import quantities_by_sku
from ordosync.engine.comparison.rebuild import lines_alike
from ordosync.engine.comparison.snapshot import Snapshot, digest, supplier_side
from ordosync.engine.execution.exclusive import confirm, exclusive
from ordosync.engine.execution.line_claims import LineClaims
from ordosync.models import Order, OrderSnapshot
from ordosync.store import Store
from ordosync.store.links import Link
from ordosync.tasks import TASKS, waiting_for
from ordosync.tasks.base import PlanRequest, Portal, Step


class Adoption(Struct, frozen=True, kw_only=True):
    """Two orders that match, or may match and are left to the operator."""

    portal: str
    merchant: str
    supplier: str
    by: Literal["reference", "number", ""] = ""
    why_not: str = ""
    links: tuple[Link, ...] = ()
    step: Step | None = None
    """The Merchant's order; its lines are claimed together with the links."""


def adopt(portal: Portal, store: Store, clock: Clock, *, dry: bool) -> list[Adoption]:
    """Link orders that both sides have; send nothing. Raises `OrdosyncError` during a run."""
    with supplier_side(portal, now=clock.now()) as snapshot:
        found = list(_found(snapshot, clock))
    claims = Counter(one.supplier for one in found if one.by)
    found = [_claimed(one) if one.by and claims[one.supplier] > 1 else one for one in found]
    line_claims = LineClaims(TASKS["import-orders"], portal, store)
    line_claims.look_beside([one.step for one in found if one.step])
    unsettled = store.steps.unsettled_ids(portal.name)
    for account in (portal.merchant, portal.supplier):
        account.finish_reading(unsettled, dry=True)
        account.close()
    if not dry and any(one.links for one in found):
        held = exclusive(store, portal.name, clock, "orders", "shipments")
        with held as leases, store.transaction(portal=portal.name):
            confirm(store, leases)
            found = [_kept(one, line_claims) for one in found]
            links = [link for one in found for link in one.links]
            store.links(portal.name).add(links, now=clock.now())
            store.schedule.reread(portal.name, waiting_for("import-orders"))
    return found


def _claimed(one: Adoption) -> Adoption:
    why_not = "several of the Merchant's orders would be it"
    return replace(one, by="", links=(), step=None, why_not=why_not)


def _kept(one: Adoption, claims: LineClaims) -> Adoption:
    """Claim the lines of an order; leave it to an operator if another portal sends one of them.

    A reference proves that this portal has sent it, too.
    """
    elsewhere = claims.take([one.step]) if one.step else []
    if not elsewhere or one.by == "reference":
        return one
    return replace(one, by="", links=(), why_not=claims.sender(elsewhere[0]))


def _found(snapshot: Snapshot, clock: Clock) -> Iterator[Adoption]:
    request = PlanRequest(cursor=None, now=clock.now())
    task = TASKS["import-orders"]
    for page in task.plan(snapshot.portal, request):
        steps = [step for step in page.items if isinstance(step.payload, Order)]
        sent = task.look_up(snapshot.portal, [step.key for step in steps]) if steps else {}
        for step in steps:
            if step.key in sent:
                yield _adoption(snapshot, step, sent[step.key].outcome.id, "reference")
            elif found := _by_number(snapshot, step):
                yield found


def _by_number(snapshot: Snapshot, step: Step) -> Adoption | None:
    portal, order = snapshot.portal, step.payload
    if not isinstance(order, Order):
        return None
    number = f"{portal.supplier.orders.number_prefix}{order.number}"
    candidates = snapshot.numbered(number)
    if not candidates:
        return None
    links = portal.links.of_supplier("order", [one.order.id for one, _ in candidates])
    reasons = {
        one.order.id: _why_not(snapshot, order, one, taken=taken or one.order.id in links)
        for one, taken in candidates
    }
    fitting = [id_ for id_, reason in reasons.items() if not reason]
    if len(fitting) == 1:
        return _adoption(snapshot, step, fitting[0], "number")
    id_, reason = next(iter(reasons.items()))
    return Adoption(
        portal=portal.name,
        merchant=step.merchant_id or "",
        supplier=id_,
        why_not=f"{len(fitting)} orders there would fit" if fitting else reason,
    )


def _why_not(snapshot: Snapshot, order: Order, there: OrderSnapshot, *, taken: bool) -> str:
    """Return why two orders of the same number do not match."""
    if taken or there.order.reference.startswith(f"{snapshot.portal.origin}:"):
        return "has its number and is another order's already"
    if there.order.status == "cancelled":
        return "has its number and is cancelled there"
    ours = quantities_by_sku([OrderSnapshot(order=order)])
    if ours != quantities_by_sku([there]):
        return "has its number and not the same SKUs and quantities"
    if digest(order.ship_to.name) != snapshot.addressee("supplier", there.order.id):
        return "has its number and its lines, and is sent to another name"
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
    there = snapshot.standing("supplier", supplier_id)
    lines: tuple[Link, ...] = ()
    if there and isinstance(step.payload, Order):
        found = lines_alike(step.payload.lines, there.order.lines)
        lines = tuple(replace(line, generation=link.generation) for line in found)
    return Adoption(
        portal=snapshot.portal.name,
        merchant=merchant_id,
        supplier=supplier_id,
        by=by,
        links=(link, *lines),
        step=step,
    )
