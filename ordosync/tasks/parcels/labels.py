"""The steps of labels: the number of a parcel, and its void once the label was deleted."""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from msgspec.structs import replace

from ordosync.models import Shipment
from ordosync.store.links import Link
from ordosync.store.written import Written
from ordosync.tasks.base import Decision, Step
from ordosync.tasks.parcels.units import Contents, Family


@dataclass(frozen=True, kw_only=True)
class TrackingUpdate:
    """A label to report to the Merchant, and the link of its order."""

    shipment: Shipment
    """The parcel with the Merchant's order id and line ids."""
    link: Link
    """Link of the order, or of the piece of it that has the units."""
    before: Link | None
    """Link of the same parcel, as it was last reported; None if it was not."""
    replaces: str = ""
    """The number that this parcel had when it was last reported; empty if it has not changed."""
    contents: Contents | None = None
    """The units of the parcel; None for a void label, unless its write was not finished."""
    lines: Sequence[Link] = ()
    """Links of the lines of `link`, with their numbers."""
    is_further: bool = False
    """True if it is another number of a parcel that is reported."""

    @property
    def completes_no_pack(self) -> bool:
        """True if the Merchant gets only the number, as the units are a part of a pack."""
        is_number = self.shipment.lines is None and not self.shipment.is_last
        return is_number and bool(self.contents and self.contents.units)

    @property
    def written(self) -> Written:
        """The number that is added, for the log."""
        if self.shipment.voided:
            shipment = self.shipment
            return Written(carrier=shipment.carrier, tracking=shipment.tracking_number, voided=True)
        return Written(
            carrier=self.shipment.carrier,
            tracking=self.shipment.tracking_number,
            more_tracking=self.shipment.more_numbers,
            replaced=self.replaces,
            contents=(self.contents.units if self.contents else None) or {},
        )


@dataclass(frozen=True, kw_only=True)
class Further:
    """A further number of an order whose Merchant holds only one; it becomes a comment."""

    number: str
    link: Link


def named(item: Shipment) -> Step:
    """Return the step of a parcel or of its void label, without a decision."""
    label = f"{item.tracking_number}:void" if item.voided else item.tracking_number
    return Step(key=f"{item.id}:{label}", merchant_id=None, supplier_id=item.id, content=label)


def as_reported(item: Shipment, families: Mapping[str, Family]) -> Shipment:
    """Return a parcel with the order that it was reported for, if that was split later."""
    own = families.get(item.order_id)
    for id_ in item.ancestors if not own or not own.numbers_of(item.id) else ():
        family = families.get(id_)
        if family and _has_all_units(item, family):
            return replace(item, order_id=id_, ancestors=(), lines=None, is_last=False)
    return item


def _has_all_units(item: Shipment, family: Family) -> bool:
    """True if a parcel was reported for an order, and not only a share of it."""
    numbers = family.numbers_of(item.id)
    if item.voided or not numbers or numbers[0].units is None:
        return bool(numbers)
    units = sum(sum((number.units or {}).values()) for number in numbers)
    return units >= sum(part.quantity for part in item.lines or ())


def of_whole_order(item: Shipment, whole: AbstractSet[str]) -> Shipment:
    """Return a parcel of a piece as one of its order, if the Merchant's order stays whole."""
    order_id = next((id_ for id_ in item.ancestors if id_ in whole), None)
    if order_id is None:
        return item
    return replace(item, order_id=order_id, ancestors=(), is_last=False)


def void_steps(item: Shipment, link: Link, family: Family) -> Iterator[Step]:
    """Yield the steps of a void label, or of all labels of an order that the account forgot."""
    if item.tracking_number:
        numbers = family.numbers_of(item.id)
        first = next(iter(numbers), None) or of_number(item, family)
        family.release(first)
        yield void_step(item, link, first)
        for other in numbers:
            if other.state == "live" and other.number != item.tracking_number:
                yield void_step(replace(item, tracking_number=other.number), link, other)
        step = named(replace(item, voided=False))
        if first is None and step.key not in {attempt.key for attempt in family.withdrawn}:
            decision = Decision(
                state="skipped", code="voided", reason="was voided before it was reported"
            )
            yield replace(step, merchant_id=link.merchant_id, content="void", decision=decision)
        return
    # Without a number it is one parcel whose number is unknown, or all parcels of an order.
    is_order = item.id == item.order_id
    labels = family.parcels if is_order else family.numbers_of(item.id)
    live = [link for link in labels if link.state == "live"]
    for parcel in live:
        family.release(parcel)
        label = replace(item, id=parcel.parcel_id, tracking_number=parcel.number)
        yield void_step(label, link, parcel)
    if not live and link.state == "cancel_refused":
        yield void_step(item, link, None)


def missing_labels(
    order_id: str, listed: Sequence[Shipment], link: Link, family: Family
) -> Iterator[Step]:
    """Yield the void steps of reported parcels that an account no longer lists for an order.

    `listed` has at least one parcel; an order without any is a void label without a number.
    """
    ids = {item.id for item in listed}
    numbers = {number for item in listed for number in (item.tracking_number, *item.more_numbers)}
    for parcel in family.parcels:
        if parcel.state == "live" and parcel.parcel_id not in ids and parcel.number not in numbers:
            label = replace(
                listed[0],
                id=parcel.parcel_id,
                order_id=order_id,
                tracking_number=parcel.number,
                voided=True,
            )
            family.release(parcel)
            yield void_step(label, link, parcel)


def void_step(item: Shipment, link: Link, before: Link | None) -> Step:
    """Return the step that voids a label where it was reported."""
    order_id = (before and before.order_id) or link.merchant_id
    return replace(
        named(item),
        merchant_id=order_id,
        needs_redo=before is not None
        and before.number == item.tracking_number
        and before.state != "voided",
        summary=f"void tracking {item.tracking_number}",
        written=Written(carrier=item.carrier, tracking=item.tracking_number, voided=True),
        payload=TrackingUpdate(
            shipment=replace(item, order_id=order_id, ancestors=(), lines=None, more_numbers=()),
            link=link,
            before=before,
        ),
    )


def surplus_reason(update: TrackingUpdate) -> str:
    """Return the reason of a parcel whose units are not all reported, with the next action."""
    number = update.shipment.tracking_number
    if update.contents and update.contents.other_pieces:
        pieces = " and ".join(update.contents.other_pieces)
        return (
            f"parcel {number} holds units of several pieces of the order; add the number to"
            f" {pieces} manually, then run `ordosync dismiss {update.shipment.order_id}`"
        )
    return (
        f"parcel {number} holds more units than are open, and the surplus is not reported to the"
        " Merchant; ask the Supplier what it sent"
    )


def of_number(item: Shipment, family: Family) -> Link | None:
    """Return the parcel linked before the ledger with this number, or with this parcel's id."""
    return next(
        (
            link
            for link in family.parcels
            if link.kind == "shipment"
            and (link.number == item.tracking_number or link.parcel_id == item.id)
        ),
        None,
    )
