"""Update tracking: what the Supplier sent is told to the Merchant, whose order is then shipped.

Six things travel, and no others: when, carrier, method, number, cost, warehouse. An order that
the Merchant cancelled refuses; then the comment is on the Supplier's timeline only
(https://support.ordoro.com/how-are-tracking-numbers-added-to-orders-in-vendor-portal-accounts/).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from ordosync.models import Comment, Outcome, Page, Shipment, Unusable
from ordosync.store.links import Link
from ordosync.tasks.base import (
    Owed,
    Portal,
    Reading,
    Result,
    Step,
    Task,
    Verdict,
    step_of_source,
)


@dataclass(frozen=True, kw_only=True)
class _Told:
    """A parcel as the Merchant is told of it, and which two orders are this one."""

    shipment: Shipment
    link: Link
    before: Link | None
    """What the Merchant was told of the order last."""
    replaces: str
    """The number that this very parcel had when that was told; empty: the same, or none."""


def plan(portal: Portal, reading: Reading) -> Iterator[Page[Step]]:
    """Yield a step for each parcel of a linked order that was sent or voided since the cursor.

    Nothing is owed for what the links say was told: the steps of it may be gone.
    """
    pages = _steps(
        portal,
        portal.supplier.shipments(reading.cursor, now=reading.now, patient=reading.patient),
    )
    for page in pages:
        yield Page(items=tuple(map(_unless_told, page.items)), cursor=page.cursor)


def replan(portal: Portal, owed: Sequence[Owed]) -> Iterator[Page[Step]]:
    """Yield the same for these parcels, as they are now."""
    ids = [step.supplier_id or step.key for step in owed]
    return _steps(portal, portal.supplier.shipments_by_id(ids))


def apply(
    portal: Portal,
    steps: Sequence[Step],
    *,
    look_first: bool,  # noqa: ARG001 - what was told may be told again
) -> list[Result]:
    """Tell the Merchant, parcels and voided labels in the order in which they happened."""
    told = [step.payload for step in steps if isinstance(step.payload, _Told)]
    outcomes = _write(portal, told)
    remarks = [
        _remark(step, one, outcome)
        for step, one, outcome in zip(steps, told, outcomes, strict=True)
        if outcome.state == "refused" or outcome.code == "on-pieces"
    ]
    if remarks:
        portal.supplier.comment(remarks)
    return [
        Result(outcome=outcome, links=_links(one, outcome))
        for one, outcome in zip(told, outcomes, strict=True)
    ]


def _write(portal: Portal, told: Sequence[_Told]) -> list[Outcome]:
    """Write what is told, in order; a label that took another's place first voids that one."""
    wanted: list[Shipment] = []
    for one in told:
        if one.replaces:
            wanted.append(replace(one.shipment, tracking_number=one.replaces, voided=True))
        wanted.append(one.shipment)
    outcomes: list[Outcome] = []
    for shipments, voided in _in_order(wanted):
        write = portal.merchant.void_tracking if voided else portal.merchant.add_tracking
        outcomes += write(shipments)
    came = iter(outcomes)
    return [_of_both(next(came), next(came)) if one.replaces else next(came) for one in told]


def _of_both(voided: Outcome, added: Outcome) -> Outcome:
    """Return what came of a label in place of another: without the first there is no second."""
    return added if voided.state in ("done", "unchanged") else voided


def _in_order(shipments: Sequence[Shipment]) -> Iterator[tuple[list[Shipment], bool]]:
    """Yield runs of neighbours that are written alike."""
    group: list[Shipment] = []
    for shipment in shipments:
        if group and group[-1].voided != shipment.voided:
            yield group, group[-1].voided
            group = []
        group.append(shipment)
    if group:
        yield group, group[-1].voided


def _steps(portal: Portal, pages: Iterator[Page[Shipment | Unusable]]) -> Iterator[Page[Step]]:
    for page in pages:
        ids = {
            order
            for item in page.items
            if isinstance(item, Shipment)
            for order in (item.order_id, *item.ancestors)
        }
        links = portal.links.of_supplier("order", sorted(ids))
        told = portal.links.of_merchant("shipment", [link.merchant_id for link in links.values()])
        can_split = type(portal.merchant).takes_part("split-order", "merchant", {})
        steps = (_step(item, links, told, can_split=can_split) for item in page.items)
        yield Page(items=tuple(step for step in steps if step), cursor=page.cursor)


def _unless_told(step: Step) -> Step:
    told = step.payload
    if not isinstance(told, _Told) or told.shipment.voided or told.before is None:
        return step
    what = f"{told.shipment.id}:{told.shipment.tracking_number}"
    if (told.before.supplier_id, told.before.state) != (what, "live"):
        return step
    return replace(step, verdict=Verdict(state="unchanged"))


def _step(
    item: Shipment | Unusable,
    links: Mapping[str, Link],
    told: Mapping[str, Link],
    *,
    can_split: bool,
) -> Step | None:
    if isinstance(item, Unusable) and item.of_source:
        return step_of_source(item)
    if isinstance(item, Unusable):
        return Step(
            key=item.id,
            merchant_id=None,
            supplier_id=item.id,
            content=item.content,
            verdict=Verdict.of(item),
        )
    link = links.get(item.order_id)
    before = told.get(link.merchant_id) if link else None
    if item.voided and not item.tracking_number:
        number = _told_number(item, before)
        if not number and not (link and link.state == "cancel_refused"):
            return None  # an open order of which nothing was told
        item = replace(item, tracking_number=number)
    if link and not item.tracking_number and not item.voided:
        return _without_tracking(item, link)
    what = f"{item.tracking_number}:void" if item.voided else item.tracking_number
    step = Step(key=f"{item.id}:{what}", merchant_id=None, supplier_id=item.id, content=what)
    if link is None:
        above = next((links[one] for one in item.ancestors if one in links), None)
        verdict = above and _piece_unknown(above, can_split=can_split)
        return replace(step, verdict=verdict) if verdict else None
    return replace(
        step,
        merchant_id=link.merchant_id,
        undone=_is_undone(item, before),
        summary=f"{'void' if item.voided else 'add'} tracking {item.tracking_number}",
        payload=_Told(
            shipment=replace(item, order_id=link.merchant_id, ancestors=()),
            link=link,
            before=before,
            replaces=_replaced_number(item, before),
        ),
    )


def _is_undone(item: Shipment, before: Link | None) -> bool:
    """Whether the Merchant was told last that this number is void, or that it is not, and it is."""
    if before is None or before.supplier_id != f"{item.id}:{item.tracking_number}":
        return False
    return (before.state == "voided") != item.voided


def _without_tracking(item: Shipment, link: Link) -> Step:
    """Report an order that was only marked as shipped, which tells nobody anything."""
    return Step(
        key=f"{item.id}:",
        merchant_id=link.merchant_id,
        supplier_id=item.id,
        content="no-tracking",
        verdict=Verdict(
            state="skipped",
            code="no-tracking",
            reason="was marked as shipped without tracking; the Merchant still waits for it",
        ),
    )


def _told_number(item: Shipment, before: Link | None) -> str:
    """Return the number of the label that was deleted: the one that was told last, if any."""
    if before is None or before.state == "voided":
        return ""
    shipment_id, _, number = before.supplier_id.rpartition(":")
    return number if shipment_id == item.id else ""


def _replaced_number(item: Shipment, before: Link | None) -> str:
    """Return the number that this parcel had when it was told last, if it has another one now.

    Services whose parcel stays when its label does not show only the newest label.
    """
    number = "" if item.voided else _told_number(item, before)
    return "" if number == item.tracking_number else number


def _links(told: _Told, outcome: Outcome) -> tuple[Link, ...]:
    """Keep what the Merchant was told, so that it can be taken back by an account that forgets."""
    found: list[Link] = []
    if told.shipment.voided and told.link.state == "cancel_refused":
        found.append(replace(told.link, state="reopened"))
    if outcome.state not in ("done", "unchanged"):
        return tuple(found)
    before, what = told.before, f"{told.shipment.id}:{told.shipment.tracking_number}"
    is_last = before is not None and before.supplier_id == what
    if told.shipment.voided:
        found += [replace(before, state="voided")] if before and is_last else []
    elif not (before and is_last and before.state == "live"):
        generation = before.generation + 1 if before else 1
        found.append(
            Link(
                kind="shipment",
                merchant_id=told.link.merchant_id,
                supplier_id=what,
                generation=generation,
            )
        )
    return tuple(found)


def _piece_unknown(above: Link, *, can_split: bool) -> Verdict:
    if above.state == "live" and can_split:
        return Verdict(
            state="waiting", code="split-first", reason="waits until the Merchant's order is split"
        )
    return Verdict(
        state="failed",
        code="split-refused",
        reason="is of a piece that the Merchant's order was not split into; tell the Merchant",
    )


def _remark(step: Step, told: _Told, outcome: Outcome) -> Comment:
    number = told.shipment.tracking_number
    if outcome.state == "refused":
        text = f"Tracking {number} was not saved at the Merchant: {outcome.reason}"
    else:
        text = f"The Merchant split this order: tracking {number} is on each of its open pieces"
    return Comment(key=f"tracking:{step.key}", order_id=told.link.supplier_id, text=text)


TASK = Task(
    name="update-tracking",
    resource="shipments",
    plan=plan,
    replan=replan,
    apply=apply,
    writes_to="merchant",
    links_by="import-orders",
    at_once=True,
)
