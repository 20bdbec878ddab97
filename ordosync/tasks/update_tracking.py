"""Update tracking: the Supplier's tracking numbers are added to the Merchant's orders.

Six fields travel: date, carrier, method, number, cost, warehouse. An order that the Merchant
cancelled refuses the number; then only the Supplier's timeline gets a comment
(https://support.ordoro.com/how-are-tracking-numbers-added-to-orders-in-vendor-portal-accounts/).

A Merchant's order holds one number and is shipped as a whole. So nothing is reported while units
of the Supplier's order are open. Then the newest number is reported, and the others are comments.
"""

from collections.abc import Iterator, Mapping, Sequence

from msgspec.structs import replace

from ordosync.accounts.account import required
from ordosync.models import Comment, InvalidRecord, Outcome, Page, Shipment
from ordosync.store.links import Link
from ordosync.store.step_rows import StepRef
from ordosync.tasks import supplier_status
from ordosync.tasks.base import PlanRequest, Portal, Result, Step, Task
from ordosync.tasks.parcels import (
    FURTHER,
    Further,
    TrackingUpdate,
    parcel_facts,
    steps_of,
    unless_reported,
    unlinked,
)
from ordosync.tasks.silent_tracking import all_shipments


def plan(portal: Portal, request: PlanRequest) -> Iterator[Page[Step]]:
    """Yield a step for each parcel of a linked order that was sent or voided since the cursor.

    A label that was reported according to the links needs no step: its old step may be deleted.
    """
    pages = _steps(portal, all_shipments(portal, request), lacks_links=request.lacks_links)
    for page in pages:
        yield Page(items=tuple(map(unless_reported, page.items)), cursor=page.cursor)


def replan(portal: Portal, refs: Sequence[StepRef]) -> Iterator[Page[Step]]:
    """Yield the steps of these parcels, as they are now."""
    problems = [step for step in refs if supplier_status.is_about(step)]
    if problems:
        yield Page(items=tuple(supplier_status.recheck(portal, problems)))
    ids = [step.supplier_id or step.key for step in refs if not supplier_status.is_about(step)]
    if ids:
        yield from _steps(portal, required(portal.supplier.shipments).by_id(ids), again=True)


def apply(
    portal: Portal,
    steps: Sequence[Step],
    *,
    look_first: bool,  # noqa: ARG001 - adding the same number twice changes nothing
) -> list[Result]:
    """Add and void numbers at the Merchant, in the order in which the Supplier did so."""
    updates = {step.key: step.payload for step in steps if isinstance(step.payload, TrackingUpdate)}
    further = [step.payload for step in steps if isinstance(step.payload, Further)]
    outcomes = (
        dict(zip(updates, _write(portal, list(updates.values())), strict=True)) if updates else {}
    )
    outcomes |= _as_further(portal, updates, outcomes)
    remarks = [
        _comment(key, update, outcomes[key])
        for key, update in updates.items()
        if outcomes[key].state == "refused" or outcomes[key].code == "on-pieces"
    ]
    if remarks:
        portal.supplier.comment(remarks)
    further += [
        Further(number=update.shipment.tracking_number, link=update.link)
        for key, update in updates.items()
        if outcomes[key].code == FURTHER
    ]
    if further:
        portal.merchant.comment(
            [_also(update.number, update.link.merchant_id) for update in further]
        )
        portal.supplier.comment(
            [_also(update.number, update.link.supplier_id) for update in further]
        )
    done = Result(outcome=Outcome(state="done"))
    return [
        Result(outcome=outcomes[step.key], links=_new_links(updates[step.key], outcomes[step.key]))
        if step.key in updates
        else done
        for step in steps
    ]


def _as_further(
    portal: Portal, updates: Mapping[str, TrackingUpdate], outcomes: Mapping[str, Outcome]
) -> Mapping[str, Outcome]:
    """Return new outcomes for numbers refused because the order has one of this Supplier already.

    If the Merchant entered the other number itself, the outcome stays `other-tracking`.
    """
    refused = [key for key in updates if outcomes[key].code == "other-tracking"]
    if not refused:
        return {}
    links = portal.links.of_merchant("shipment", [updates[key].link.merchant_id for key in refused])
    label_ids = {id_: link.supplier_id for id_, link in links.items() if link.state == "live"}
    # The numbers of this batch have no links yet.
    for key, update in updates.items():
        if outcomes[key].state in ("done", "unchanged"):
            label_id = f"{update.shipment.id}:{update.shipment.tracking_number}"
            if not update.shipment.voided:
                label_ids[update.link.merchant_id] = label_id
            elif label_ids.get(update.link.merchant_id) == label_id:
                del label_ids[update.link.merchant_id]
    return {
        key: replace(
            outcomes[key],
            code=FURTHER,
            reason=f"the order already has {number} of this Supplier, and can hold only one number",
        )
        for key in refused
        if (number := label_ids.get(updates[key].link.merchant_id, "").rpartition(":")[2])
    }


def _write(portal: Portal, updates: Sequence[TrackingUpdate]) -> list[Outcome]:
    """Write the updates in order; before a label replaces another one, that one is voided."""
    shipments_to_write: list[Shipment] = []
    for update in updates:
        if update.replaces:
            shipments_to_write.append(
                replace(update.shipment, tracking_number=update.replaces, voided=True)
            )
        shipments_to_write.append(update.shipment)
    outcomes: list[Outcome] = []
    tracking = required(portal.merchant.tracking)
    for shipments, voided in _in_order(shipments_to_write):
        write = tracking.void if voided else tracking.add
        outcomes += write(shipments)
    results = iter(outcomes)
    return [
        _of_both(next(results), next(results)) if update.replaces else next(results)
        for update in updates
    ]


def _of_both(voided: Outcome, added: Outcome) -> Outcome:
    """Return the outcome of a replaced label: that of the first write unless it succeeded."""
    return added if voided.state in ("done", "unchanged") else voided


def _in_order(shipments: Sequence[Shipment]) -> Iterator[tuple[list[Shipment], bool]]:
    """Yield groups of neighbours that are all added or all voided."""
    group: list[Shipment] = []
    for shipment in shipments:
        if group and group[-1].voided != shipment.voided:
            yield group, group[-1].voided
            group = []
        group.append(shipment)
    if group:
        yield group, group[-1].voided


def _steps(
    portal: Portal,
    pages: Iterator[Page[Shipment | InvalidRecord]],
    *,
    again: bool = False,
    lacks_links: bool = False,
) -> Iterator[Page[Step]]:
    for page in pages:
        ids = {
            order
            for item in page.items
            if isinstance(item, Shipment)
            for order in (item.order_id, *item.ancestors)
        }
        links = portal.links.of_supplier("order", sorted(ids))
        reported = portal.links.of_merchant(
            "shipment", [link.merchant_id for link in links.values()]
        )
        can_split = portal.merchant.splits is not None
        facts = parcel_facts(page.items, links, reported, can_split=can_split)
        steps = [step for item in page.items for step in steps_of(item, facts)]
        steps += supplier_status.unexpected_statuses(portal, page.items, links)
        if not lacks_links:
            steps += _without_link(portal, page.items, links, again=again)
        yield Page(items=tuple(steps), cursor=page.cursor)


def _without_link(
    portal: Portal,
    items: Sequence[Shipment | InvalidRecord],
    links: Mapping[str, Link],
    *,
    again: bool,
) -> Iterator[Step]:
    """Yield a step for each parcel of an order that this portal sent but that has no link.

    A link may still be added, such as after a restore. After a day the step fails.
    """
    for item in items:
        if not isinstance(item, Shipment) or item.voided or not item.tracking_number:
            continue
        if not links.keys().isdisjoint((item.order_id, *item.ancestors)):
            continue
        reference = required(portal.supplier.shipments).reference_on(item)
        if reference.startswith(f"{portal.origin}:"):
            yield unlinked(item, reference, again=again)


def _new_links(update: TrackingUpdate, outcome: Outcome) -> tuple[Link, ...]:
    """Return the link of the reported label, so that it can be voided when it is deleted."""
    links: list[Link] = []
    if update.shipment.voided and update.link.state == "cancel_refused":
        links.append(replace(update.link, state="reopened"))
    if outcome.state not in ("done", "unchanged"):
        return tuple(links)
    before, label_id = update.before, f"{update.shipment.id}:{update.shipment.tracking_number}"
    is_last = before is not None and before.supplier_id == label_id
    if update.shipment.voided:
        links += [replace(before, state="voided")] if before and is_last else []
    elif not (before and is_last and before.state == "live"):
        generation = before.generation + 1 if before else 1
        links.append(
            Link(
                kind="shipment",
                merchant_id=update.link.merchant_id,
                supplier_id=label_id,
                generation=generation,
            )
        )
    return tuple(links)


def _also(number: str, order_id: str) -> Comment:
    text = f"Sent in several parcels: tracking {number} is one more"
    return Comment(key=f"parcel:{number}", order_id=order_id, text=text)


def _comment(key: str, update: TrackingUpdate, outcome: Outcome) -> Comment:
    number = update.shipment.tracking_number
    if outcome.state == "refused":
        text = f"Tracking {number} was not saved at the Merchant: {outcome.reason}"
    else:
        text = f"The Merchant split this order: tracking {number} is on each of its open pieces"
    return Comment(key=f"tracking:{key}", order_id=update.link.supplier_id, text=text)


TASK = Task(
    name="update-tracking",
    resource="shipments",
    plan=plan,
    replan=replan,
    apply=apply,
    writes_to="merchant",
    needs_links_from="import-orders",
    runs_immediately=True,
    passing=supplier_status.CODES,
)
