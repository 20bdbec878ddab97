"""Update tracking: the Supplier's tracking numbers are added to the Merchant's orders.

Six fields are sent: date, carrier, method, number, cost, warehouse. An order that the Merchant
cancelled refuses the number; then only the Supplier's timeline gets a comment
(https://support.ordoro.com/how-are-tracking-numbers-added-to-orders-in-vendor-portal-accounts/).

An order may be sent in several parcels. Each is reported with its units, so the Merchant's order is
shipped once all units are sent. If the Merchant cannot show a parcel, the parcel becomes a comment
or waits.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from msgspec.structs import replace

from ordosync.accounts.account import required
from ordosync.accounts.merchant import Takes
from ordosync.models import Comment, InvalidRecord, Outcome, Page, Shipment, refused
from ordosync.store.links import Link
from ordosync.store.step_rows import StepRef
from ordosync.tasks.base import PlanRequest, Portal, Result, Step, Task
from ordosync.tasks.cancellations import supplier_rest, supplier_status
from ordosync.tasks.parcels.attempts import withdrawals, withdrawn
from ordosync.tasks.parcels.delivery import as_further, write_updates
from ordosync.tasks.parcels.labels import Further, TrackingUpdate, missing_labels, surplus_reason
from ordosync.tasks.parcels.links import links_of
from ordosync.tasks.parcels.packs import has_begun_pack
from ordosync.tasks.parcels.pieces import by_piece, keyed
from ordosync.tasks.parcels.silent import all_shipments
from ordosync.tasks.parcels.steps import (
    FURTHER,
    SURPLUS,
    ParcelFacts,
    in_turn,
    steps_of,
    unless_reported,
    valid_numbers,
)
from ordosync.tasks.parcels.superseded import superseded
from ordosync.tasks.parcels.units import Family
from ordosync.tasks.parcels.unreported import unlinked


def plan(portal: Portal, request: PlanRequest) -> Iterator[Page[Step]]:
    """Yield a step for each parcel of a linked order that was sent or voided since the cursor.

    A label that was reported according to the links needs no step: its old step may be deleted.
    """
    pages = _steps(portal, all_shipments(portal, request), lacks_links=request.lacks_links)
    for page in pages:
        yield Page(items=tuple(map(unless_reported, page.items)), cursor=page.cursor)


def replan(portal: Portal, refs: Sequence[StepRef]) -> Iterator[Page[Step]]:
    """Yield the steps of these parcels, as they are now."""
    problems: list[StepRef] = []
    for kind in (supplier_status, supplier_rest):
        mine = [step for step in refs if kind.is_about(step)]
        problems += mine
        if mine:
            yield Page(items=tuple(kind.recheck(portal, mine)))
    ids = [step.supplier_id or step.key for step in refs if step not in problems]
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
        dict(zip(updates, write_updates(portal, list(updates.values())), strict=True))
        if updates
        else {}
    )
    outcomes |= as_further(portal, updates, outcomes)
    remarks = [
        _comment(key, update, outcomes[key])
        for key, update in updates.items()
        if outcomes[key].state == "refused" or outcomes[key].code in ("on-pieces", CANCELLED)
    ]
    if remarks:
        portal.supplier.comment(remarks)
    further += [
        Further(number=update.shipment.tracking_number, link=update.link)
        for key, update in updates.items()
        if outcomes[key].code == FURTHER
    ]
    if further:
        portal.merchant.comment([_also(item.number, item.link.merchant_id) for item in further])
        portal.supplier.comment([_also(item.number, item.link.supplier_id) for item in further])
    done = Result(outcome=Outcome(state="done"))
    return [
        _result(updates[step.key], outcomes[step.key]) if step.key in updates else done
        for step in steps
    ]


def _result(update: TrackingUpdate, outcome: Outcome) -> Result:
    """Return the result of a parcel.

    With too many units, or with units that were cancelled, its step waits for the operator.
    """
    links = links_of(update, outcome)
    if outcome.state == "unavailable" and not update.shipment.voided:
        # The order may be split, and if the label becomes void, the piece is found by its units.
        return Result(outcome=outcome, links=links, written=update.written)
    if outcome.state not in ("done", "unchanged"):
        return Result(outcome=outcome, links=links)
    if update.shipment.voided and update.contents:
        return Result(outcome=outcome, links=links, written=update.written)
    if update.contents and update.contents.has_surplus:
        problem = refused(SURPLUS, surplus_reason(update))
    elif outcome.code == CANCELLED:
        problem = refused(CANCELLED, outcome.reason)
    else:
        return Result(outcome=outcome, links=links)
    written = update.written if outcome.state == "done" else None
    return Result(outcome=problem, links=links, written=written)


def _steps(
    portal: Portal,
    pages: Iterator[Page[Shipment | InvalidRecord]],
    *,
    again: bool = False,
    lacks_links: bool = False,
) -> Iterator[Page[Step]]:
    for page in pages:
        parcels = [item for item in page.items if isinstance(item, Shipment)]
        items, takes = list(_with_cost_once(page.items)), _takes(portal, parcels)
        groups = in_turn(items) if takes == "pieces" else [items]
        for place, group in enumerate(groups):
            facts = _facts(portal, parcels, takes)
            steps = [] if place else list(_missing(portal, parcels, facts))
            steps += [] if place else withdrawals(facts.families)
            # Units of void parcels are open again for other parcels.
            ordered = sorted(group, key=lambda item: not getattr(item, "voided", False))
            steps += [step for item in ordered for step in steps_of(item, facts)]
            if place < len(groups) - 1:
                yield Page(items=tuple(steps))
        steps += supplier_status.unexpected_statuses(portal, page.items, facts.links)
        steps += supplier_rest.cancelled_rests(portal, page.items, facts.families, steps)
        if not lacks_links:
            steps += _without_link(portal, page.items, facts.links, again=again)
        yield Page(items=tuple(steps), cursor=page.cursor)


def _with_cost_once(
    items: Sequence[Shipment | InvalidRecord],
) -> Iterator[Shipment | InvalidRecord]:
    """Yield the items; a parcel that holds several orders has its cost on the first one only."""
    first_orders: dict[tuple[str, str], str] = {}
    for item in items:
        if isinstance(item, Shipment) and item.tracking_number and item.cost and not item.voided:
            label = (item.carrier, item.tracking_number)
            if first_orders.setdefault(label, item.order_id) != item.order_id:
                yield replace(item, cost=Decimal())
                continue
        yield item


def _facts(portal: Portal, parcels: Sequence[Shipment], takes: Takes) -> ParcelFacts:
    ids = sorted({id_ for item in parcels for id_ in (item.order_id, *item.ancestors)})
    pieces = portal.links.all_of_supplier("order", ids)
    order_ids = sorted({link.merchant_id for links in pieces.values() for link in links})
    unlinked_pieces = [item for item in parcels if item.ancestors and item.order_id not in pieces]
    above = sorted({id_ for item in unlinked_pieces for id_ in item.ancestors})
    lines = portal.links.lines_of(order_ids)
    reported = portal.links.parcels_of(order_ids)
    attempts = portal.links.attempts(order_ids)
    lists_all = required(portal.supplier.shipments).lists_all_parcels
    return ParcelFacts(
        links={id_: links[0] for id_, links in pieces.items()},
        families={
            id_: Family(
                pieces=[links[0], *(link for link in links[1:] if link.state == "sent")],
                lines=lines,
                begun=[link for link in links[1:] if has_begun_pack(link, lines)],
                parcels=[parcel for link in links for parcel in reported.get(link.merchant_id, ())],
                withdrawn=withdrawn(
                    id_,
                    [it for link in links for it in attempts if it.order_id == link.merchant_id],
                    parcels,
                    lists_all_parcels=lists_all,
                ),
            )
            for id_, links in pieces.items()
        },
        takes=takes,
        can_split=portal.merchant.splits is not None,
        valid=valid_numbers(parcels),
        voided=frozenset(f"{item.id}:{item.tracking_number}" for item in parcels if item.voided),
        whole=portal.links.with_added_lines(above) if above else frozenset(),
        is_requested=portal.config.requests,
        is_ignored=portal.config.ignores,
    )


def _takes(portal: Portal, parcels: Sequence[Shipment]) -> Takes:
    """Return what the Merchant takes. This may send a request, so it is read only if needed."""
    numbered = [item.order_id for item in parcels if item.tracking_number]
    decides = len({*numbered}) < len(numbered) or any(
        not item.is_last or item.more_numbers for item in parcels
    )
    return required(portal.merchant.tracking).takes if decides else "lines"


def _missing(portal: Portal, parcels: Sequence[Shipment], facts: ParcelFacts) -> Iterator[Step]:
    """Yield the void steps of parcels that an account no longer lists, if it lists all."""
    if not required(portal.supplier.shipments).lists_all_parcels:
        return
    listed: dict[str, list[Shipment]] = {}
    for item in parcels:
        if item.tracking_number:
            listed.setdefault(item.order_id, []).append(item)
    for order_id, items in listed.items():
        if order_id in facts.links:
            link, family = facts.links[order_id], facts.families[order_id]
            for of_piece in by_piece(family):
                for step in missing_labels(order_id, items, link, of_piece):
                    yield keyed(step, of_piece, family)


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


def _also(number: str, order_id: str) -> Comment:
    text = f"Sent in several parcels: tracking {number} is another one"
    return Comment(key=f"parcel:{number}", order_id=order_id, text=text)


def _comment(key: str, update: TrackingUpdate, outcome: Outcome) -> Comment:
    number = update.shipment.tracking_number
    if outcome.code == CANCELLED and outcome.state != "refused":
        text = f"The Merchant had cancelled units of the parcel with tracking {number}"
    elif outcome.state == "refused":
        text = f"Tracking {number} was not saved at the Merchant: {outcome.reason}"
    else:
        text = f"The Merchant split this order: tracking {number} is on each of its open pieces"
    return Comment(key=f"tracking:{key}", order_id=update.link.supplier_id, text=text)


CANCELLED = "cancelled"
"""Code of parcels of which the Merchant has cancelled the order, or some units."""

TASK = Task(
    name="update-tracking",
    resource="shipments",
    plan=plan,
    replan=replan,
    apply=apply,
    writes_to="merchant",
    needs_links_from="import-orders",
    runs_immediately=True,
    passing=supplier_status.CODES | {supplier_rest.CANCELLED_REST},
    settled=superseded,
)
