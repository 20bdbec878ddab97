"""Decides what a parcel of the Supplier needs: a write, a comment or a wait. Pure functions."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from msgspec.structs import replace

from ordosync.models import InvalidRecord, Shipment
from ordosync.store.links import Link
from ordosync.tasks.base import Decision, Step, step_of_source

_NO_LINK_REST = timedelta(days=1)
"""The time that a parcel waits for a link that an import or a restore may still add."""
_PARTIAL_REST = timedelta(hours=1)
"""The time after which a partly shipped order is read again: some changes are not listed."""

FURTHER = "further-parcel"
"""Code of a second number of an order at a Merchant that holds only one number an order."""


@dataclass(frozen=True, kw_only=True)
class ParcelFacts:
    """The links and labels that decide about the parcels of a page."""

    links: Mapping[str, Link]
    """Links of the Supplier's orders, and of the orders that they were split from."""
    reported: Mapping[str, Link]
    """Links of the labels that were last reported, by the Merchant's order."""
    can_split: bool
    """True if the Merchant can split its orders."""
    voided: frozenset[str]
    """Labels that are void in this page, as links name them."""
    valid: frozenset[tuple[str, str]]
    """Orders and numbers of the valid labels in this page."""


@dataclass(frozen=True, kw_only=True)
class TrackingUpdate:
    """A label to report to the Merchant, and the link of its order."""

    shipment: Shipment
    link: Link
    before: Link | None
    """Link of the label that was last reported for the order; None if there was none."""
    replaces: str
    """The number that this parcel had when it was last reported; empty if it has not changed."""


@dataclass(frozen=True, kw_only=True)
class Further:
    """A second number of an order whose Merchant holds only one; it becomes a comment."""

    number: str
    link: Link


def unless_reported(step: Step) -> Step:
    """Return the step as unchanged if its label is the one that was last reported."""
    update = step.payload
    if not isinstance(update, TrackingUpdate) or update.shipment.voided:
        return step
    if not _is_reported(update.shipment, update.before):
        return step
    return replace(step, decision=Decision(state="unchanged"))


def parcel_facts(
    items: Sequence[Shipment | InvalidRecord],
    links: Mapping[str, Link],
    reported: Mapping[str, Link],
    *,
    can_split: bool,
) -> ParcelFacts:
    """Return the facts about these parcels."""
    parcels = [item for item in items if isinstance(item, Shipment)]
    return ParcelFacts(
        links=links,
        reported=reported,
        can_split=can_split,
        voided=frozenset(_label_id(parcel) for parcel in parcels if parcel.voided),
        valid=frozenset(
            (parcel.order_id, number)
            for parcel in parcels
            if not parcel.voided
            for number in (parcel.tracking_number, *parcel.other_numbers)
        ),
    )


def steps_of(item: Shipment | InvalidRecord, facts: ParcelFacts) -> Iterator[Step]:
    """Yield the steps of a parcel, and of the other parcels of its order."""
    if isinstance(item, InvalidRecord) and item.is_whole_file:
        yield step_of_source(item)
        return
    if isinstance(item, InvalidRecord):
        yield Step(
            key=item.id,
            merchant_id=None,
            supplier_id=item.id,
            content=item.content,
            decision=Decision.of(item),
        )
        return
    if item.voided and (item.order_id, item.tracking_number) in facts.valid:
        # Another label with this number is valid.
        return
    link = facts.links.get(item.order_id)
    if link is None:
        linked = (facts.links[id_] for id_ in item.ancestors if id_ in facts.links)
        ancestor_link = next(linked, None)
        if ancestor_link and (item.tracking_number or not item.voided):
            decision = _piece_unknown(ancestor_link, can_split=facts.can_split)
            yield replace(named(item), merchant_id=ancestor_link.merchant_id, decision=decision)
        return
    before = facts.reported.get(link.merchant_id)
    if item.is_partial and not item.voided and not _is_reported(item, before):
        yield from _partial(item, link, before)
        return
    step = _step(item, link, before)
    if step:
        is_free = before is not None and (
            before.state == "voided" or before.supplier_id in facts.voided
        )
        yield replace(step, cured=FURTHER if is_free else "")
    yield from _other_parcels(item, link, before)


def _step(item: Shipment, link: Link, before: Link | None) -> Step | None:
    """Return the step of a void label, or of a parcel of a linked order that is all shipped."""
    if item.voided and not item.tracking_number:
        number = _last_number(item, before)
        if not number and link.state != "cancel_refused":
            # The order is open, and no label of it was reported.
            return None
        item = replace(item, tracking_number=number)
    if not item.tracking_number and not item.voided:
        return _without_tracking(item, link)
    return replace(
        named(item),
        merchant_id=link.merchant_id,
        needs_redo=_needs_redo(item, before),
        summary=f"{'void' if item.voided else 'add'} tracking {item.tracking_number}",
        payload=TrackingUpdate(
            shipment=replace(item, order_id=link.merchant_id, ancestors=()),
            link=link,
            before=before,
            replaces=_replaced_number(item, before),
        ),
    )


def named(item: Shipment) -> Step:
    """Return the step of a parcel or of its void label, without a decision."""
    content = f"{item.tracking_number}:void" if item.voided else item.tracking_number
    return Step(key=f"{item.id}:{content}", merchant_id=None, supplier_id=item.id, content=content)


def _partial(item: Shipment, link: Link, before: Link | None) -> Iterator[Step]:
    """Yield a step that waits until all of the order is shipped, cancelled or refunded.

    If a number that was reported is void now, it is voided without waiting.
    """
    replaced_number = _replaced_number(item, before)
    void = replaced_number and _step(
        replace(item, tracking_number=replaced_number, voided=True), link, before
    )
    if void:
        yield void
    yield replace(
        named(item),
        merchant_id=link.merchant_id,
        content="partial",
        decision=Decision(
            state="waiting",
            code="partially-shipped",
            reason="is partly shipped; it is reported to the Merchant when all its other units are"
            " shipped or cancelled",
            rest=_PARTIAL_REST,
        ),
    )


def unlinked(item: Shipment, reference: str, *, again: bool) -> Step:
    """Return a step that waits for the link of its order, and fails when it is tried again."""
    merchant_id = reference.partition(":")[2].rpartition("#")[0]
    decision = Decision(
        state="failed" if again else "waiting",
        code="no-link",
        reason=f"belongs to order {item.order_id}, which ordosync sent, but whose link is missing;"
        " `ordosync import-orders` looks for it",
        rest=_NO_LINK_REST,
    )
    # The content differs from that of a parcel, so the parcel is sent once its order is linked.
    return replace(
        named(item), merchant_id=merchant_id or None, content="no-link", decision=decision
    )


def _other_parcels(item: Shipment, link: Link, before: Link | None) -> Iterator[Step]:
    """Yield the steps of the other parcels of an order: comments with their numbers.

    If a label was voided before it was reported, the step that waited for it is skipped.
    """
    if item.voided and item.tracking_number and before is None:
        decision = Decision(
            state="skipped", code="voided", reason="was voided before it was reported"
        )
        label = replace(item, voided=False)
        yield replace(named(label), merchant_id=link.merchant_id, content="void", decision=decision)
    ids = item.other_ids or (item.id,) * len(item.other_numbers)
    for id_, number in zip(ids, item.other_numbers, strict=True):
        parcel = replace(item, id=id_, tracking_number=number)
        if not _is_reported(parcel, before):
            yield replace(
                named(parcel),
                merchant_id=link.merchant_id,
                summary=f"comment on order {link.supplier_id}: further tracking {number}",
                payload=Further(number=number, link=link),
            )


def _label_id(item: Shipment) -> str:
    """Return the label of a parcel as links name it."""
    return f"{item.id}:{item.tracking_number}"


def _is_reported(item: Shipment, before: Link | None, *, also_void: bool = False) -> bool:
    """True if this label is the one that was last reported."""
    if before is None or before.supplier_id != _label_id(item):
        return False
    return also_void or before.state == "live"


def _needs_redo(item: Shipment, before: Link | None) -> bool:
    """True if the label was reported, and its report no longer applies.

    It was reported as void and is valid, or as valid and is void. Or another label was reported
    after it, which is void or took its place.
    """
    if before is None:
        return False
    if _is_reported(item, before, also_void=True):
        return (before.state == "voided") != item.voided
    return not item.voided and (before.state == "voided" or bool(_replaced_number(item, before)))


def _without_tracking(item: Shipment, link: Link) -> Step:
    """Return the step of an order that was marked as shipped without a number."""
    return Step(
        key=f"{item.id}:",
        merchant_id=link.merchant_id,
        supplier_id=item.id,
        content="no-tracking",
        decision=Decision(
            state="skipped",
            code="no-tracking",
            reason="was marked as shipped without a tracking number; the Merchant still needs one",
        ),
    )


def _last_number(item: Shipment, before: Link | None) -> str:
    """Return the number that was last reported for this parcel; empty if there is none."""
    if before is None or before.state == "voided":
        return ""
    shipment_id, _, number = before.supplier_id.rpartition(":")
    return number if shipment_id == item.id else ""


def _replaced_number(item: Shipment, before: Link | None) -> str:
    """Return the number that was last reported for this parcel, if it has another one now.

    Some services keep the parcel when its label is replaced, and show only the newest label.
    """
    number = "" if item.voided else _last_number(item, before)
    return "" if number in (item.tracking_number, *item.other_numbers) else number


def _piece_unknown(ancestor_link: Link, *, can_split: bool) -> Decision:
    if ancestor_link.state == "live" and can_split:
        return Decision(
            state="waiting", code="split-first", reason="waits until the Merchant's order is split"
        )
    return Decision(
        state="failed",
        code="split-refused",
        reason="belongs to a piece that the Merchant does not have, because its order was not"
        " split; give the Merchant this number",
    )
