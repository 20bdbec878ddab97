"""Decides what is owed for a parcel of the Supplier: a write, a remark or a wait. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from msgspec.structs import replace

from ordosync.models import Shipment, Unusable
from ordosync.store.links import Link
from ordosync.tasks.base import Decision, Step, step_of_source

_NO_LINK_REST = timedelta(days=1)
"""So long a link may be missing that an import, or a restore, still brings."""
_PARTIAL_REST = timedelta(hours=1)
"""What is sent in part is read when it changes; this is for what changes unseen."""


FURTHER = "further-parcel"
"""A number beside the one that the Merchant's order has of this Supplier, and holds alone."""


@dataclass(frozen=True, kw_only=True)
class Known:
    """What is known when the parcels of a page are looked at."""

    links: Mapping[str, Link]
    """Of the Supplier's orders, and of those that they were split from."""
    told: Mapping[str, Link]
    """What the Merchant was told of its orders last."""
    can_split: bool
    """Whether the Merchant can split its orders as the Supplier does."""
    voided: frozenset[str]
    """What is void in this page, as links name it."""
    valid: frozenset[tuple[str, str]]
    """Orders, and the numbers that are valid in this page."""


@dataclass(frozen=True, kw_only=True)
class TrackingUpdate:
    """A parcel as the Merchant is told of it, and which two orders are this one."""

    shipment: Shipment
    link: Link
    before: Link | None
    """What the Merchant was told of the order last."""
    replaces: str
    """The number that this very parcel had when that was told; empty: the same, or none."""


@dataclass(frozen=True, kw_only=True)
class Further:
    """A parcel whose number the Merchant's order cannot hold, beside the one that it has."""

    number: str
    link: Link


def unless_told(step: Step) -> Step:
    """Return a step as unchanged if the Merchant was told last what it would be told now."""
    told = step.payload
    if not isinstance(told, TrackingUpdate) or told.shipment.voided:
        return step
    if not _is_told(told.shipment, told.before):
        return step
    return replace(step, decision=Decision(state="unchanged"))


def known_of(
    items: Sequence[Shipment | Unusable],
    links: Mapping[str, Link],
    told: Mapping[str, Link],
    *,
    can_split: bool,
) -> Known:
    """Return what is known when these parcels are looked at."""
    parcels = [item for item in items if isinstance(item, Shipment)]
    return Known(
        links=links,
        told=told,
        can_split=can_split,
        voided=frozenset(_what(one) for one in parcels if one.voided),
        valid=frozenset(
            (one.order_id, number)
            for one in parcels
            if not one.voided
            for number in (one.tracking_number, *one.other_numbers)
        ),
    )


def steps_of(item: Shipment | Unusable, known: Known) -> Iterator[Step]:
    """Yield what is owed for a parcel, and for the others of its order."""
    if isinstance(item, Unusable) and item.of_source:
        yield step_of_source(item)
        return
    if isinstance(item, Unusable):
        yield Step(
            key=item.id,
            merchant_id=None,
            supplier_id=item.id,
            content=item.content,
            decision=Decision.of(item),
        )
        return
    if item.voided and (item.order_id, item.tracking_number) in known.valid:
        return  # of two labels with one number the valid one counts
    link = known.links.get(item.order_id)
    if link is None:
        above = next((known.links[one] for one in item.ancestors if one in known.links), None)
        if above and (item.tracking_number or not item.voided):
            decision = _piece_unknown(above, can_split=known.can_split)
            yield replace(named(item), merchant_id=above.merchant_id, decision=decision)
        return
    before = known.told.get(link.merchant_id)
    if item.is_partial and not item.voided and not _is_told(item, before):
        yield from _partial(item, link, before)
        return
    step = _step(item, link, before)
    if step:
        is_free = before is not None and (
            before.state == "voided" or before.supplier_id in known.voided
        )
        yield replace(step, cured=FURTHER if is_free else "")
    yield from _beside(item, link, before)


def _step(item: Shipment, link: Link, before: Link | None) -> Step | None:
    """Return what is owed for a parcel of a linked order that is sent as a whole, or voided."""
    if item.voided and not item.tracking_number:
        number = _last_number(item, before)
        if not number and link.state != "cancel_refused":
            return None  # an open order of which nothing was told
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
    """Return the step of a parcel, or of its void label, with nothing decided."""
    what = f"{item.tracking_number}:void" if item.voided else item.tracking_number
    return Step(key=f"{item.id}:{what}", merchant_id=None, supplier_id=item.id, content=what)


def _partial(item: Shipment, link: Link, before: Link | None) -> Iterator[Step]:
    """Yield a step that waits until all of the order is sent, cancelled or refunded.

    A number that the Merchant has and that is void by now is voided all the same.
    """
    gone = _replaced_number(item, before)
    void = gone and _step(replace(item, tracking_number=gone, voided=True), link, before)
    if void:
        yield void
    yield replace(
        named(item),
        merchant_id=link.merchant_id,
        content="partial",
        decision=Decision(
            state="waiting",
            code="partially-shipped",
            reason="is sent in part; the Merchant hears of it when the rest is sent or cancelled",
            rest=_PARTIAL_REST,
        ),
    )


def unlinked(item: Shipment, reference: str, *, again: bool) -> Step:
    """Return a step that waits for the link of its order, and fails when it is looked at again."""
    merchant_id = reference.partition(":")[2].rpartition("#")[0]
    decision = Decision(
        state="failed" if again else "waiting",
        code="no-link",
        reason=f"is of order {item.order_id}, which we sent and which is not known here:"
        " `ordosync import-orders` looks for it",
        rest=_NO_LINK_REST,
    )
    # Other content than that of a parcel: what is linked by now is sent at once.
    return replace(
        named(item), merchant_id=merchant_id or None, content="no-link", decision=decision
    )


def _beside(item: Shipment, link: Link, before: Link | None) -> Iterator[Step]:
    """Yield what settles the other parcels of an order: remarks on their numbers.

    A label that was voided before it was reported ends the step that waited for the rest.
    """
    if item.voided and item.tracking_number and before is None:
        decision = Decision(
            state="skipped", code="voided", reason="was voided before it was reported"
        )
        label = replace(item, voided=False)
        yield replace(named(label), merchant_id=link.merchant_id, content="void", decision=decision)
    ids = item.other_ids or (item.id,) * len(item.other_numbers)
    for id_, number in zip(ids, item.other_numbers, strict=True):
        other = replace(item, id=id_, tracking_number=number)
        if not _is_told(other, before):
            yield replace(
                named(other),
                merchant_id=link.merchant_id,
                summary=f"comment on order {link.supplier_id}: further tracking {number}",
                payload=Further(number=number, link=link),
            )


def _what(item: Shipment) -> str:
    """Return a parcel's number as links name it."""
    return f"{item.id}:{item.tracking_number}"


def _is_told(item: Shipment, before: Link | None, *, also_void: bool = False) -> bool:
    """Return whether this number of this parcel is what the Merchant was told last."""
    if before is None or before.supplier_id != _what(item):
        return False
    return also_void or before.state == "live"


def _needs_redo(item: Shipment, before: Link | None) -> bool:
    """Return whether the Merchant knows this number otherwise than it is now.

    It was reported as void and is valid, or as valid and is void. Or another number was reported
    after it, which is void or was in its place.
    """
    if before is None:
        return False
    if _is_told(item, before, also_void=True):
        return (before.state == "voided") != item.voided
    return not item.voided and (before.state == "voided" or bool(_replaced_number(item, before)))


def _without_tracking(item: Shipment, link: Link) -> Step:
    """Report an order that was only marked as shipped, which tells nobody anything."""
    return Step(
        key=f"{item.id}:",
        merchant_id=link.merchant_id,
        supplier_id=item.id,
        content="no-tracking",
        decision=Decision(
            state="skipped",
            code="no-tracking",
            reason="was marked as shipped without tracking; the Merchant still waits for it",
        ),
    )


def _last_number(item: Shipment, before: Link | None) -> str:
    """Return the number of the label that was deleted: the one that was told last, if any."""
    if before is None or before.state == "voided":
        return ""
    shipment_id, _, number = before.supplier_id.rpartition(":")
    return number if shipment_id == item.id else ""


def _replaced_number(item: Shipment, before: Link | None) -> str:
    """Return the number that this parcel had when it was told last, if it has another one now.

    Services whose parcel stays when its label does not show only the newest label.
    """
    number = "" if item.voided else _last_number(item, before)
    return "" if number in (item.tracking_number, *item.other_numbers) else number


def _piece_unknown(above: Link, *, can_split: bool) -> Decision:
    if above.state == "live" and can_split:
        return Decision(
            state="waiting", code="split-first", reason="waits until the Merchant's order is split"
        )
    return Decision(
        state="failed",
        code="split-refused",
        reason="is of a piece that the Merchant's order was not split into; tell the Merchant",
    )
