"""Decides what a parcel of the Supplier needs: a write, a comment or a wait. Pure functions."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import timedelta

from msgspec.structs import replace

from ordosync.accounts.merchant import Takes
from ordosync.models import InvalidRecord, Shipment
from ordosync.store.links import Link
from ordosync.tasks.base import Decision, Step
from ordosync.tasks.invalid_records import step_of_supplier
from ordosync.tasks.parcels import attempts, earlier_orders, pieces
from ordosync.tasks.parcels.labels import (
    Further,
    TrackingUpdate,
    as_reported,
    named,
    of_whole_order,
    surplus_reason,
    void_step,
    void_steps,
)
from ordosync.tasks.parcels.packs import in_packs
from ordosync.tasks.parcels.units import Contents, Family, contents_of
from ordosync.tasks.parcels.unreported import of_unknown_piece, without_tracking

_PARTIAL_REST = timedelta(hours=1)
"""The time after which a partially shipped order is read again: some changes are not listed."""

FURTHER = "further-parcel"
"""Code of a second number of an order, if the Merchant holds only one number per order."""
SURPLUS = "more-than-ordered"
"""Code of a parcel that holds more units than are open."""


@dataclass(frozen=True, kw_only=True)
class ParcelFacts:
    """The links and labels that decide about the parcels of a page."""

    links: Mapping[str, Link]
    """Links of the Supplier's orders, and of the orders that they were split from."""
    families: Mapping[str, Family]
    """The links of each of the Supplier's orders, by its id."""
    takes: Takes
    """The detail in which the Merchant shows parcels."""
    can_split: bool
    """True if the Merchant can split its orders."""
    valid: Mapping[str, frozenset[str]]
    """The numbers of the valid labels in this page, by order."""
    voided: frozenset[str]
    """The labels that are void in this page, as links name them."""
    whole: AbstractSet[str] = frozenset()
    """The Supplier's orders that are not split but for lines that it added."""
    is_requested: Callable[[str], bool] | None = None
    is_ignored: Callable[[str], bool] | None = None
    """True for the SKUs that are sent to the Supplier."""


def unless_reported(step: Step) -> Step:
    """Return the step as unchanged if its label is reported as it is now."""
    update = step.payload
    if not isinstance(update, TrackingUpdate) or update.shipment.voided or not _is_reported(update):
        return step
    return replace(step, decision=Decision(state="unchanged"))


def in_turn(
    items: Sequence[Shipment | InvalidRecord],
) -> Sequence[Sequence[Shipment | InvalidRecord]]:
    """Return groups of items to be written one after the other, for a Merchant that takes pieces.

    A parcel is split off the piece that the previous parcel left, so that piece is linked first.
    """
    groups: list[list[Shipment | InvalidRecord]] = [[]]
    counts: Counter[str] = Counter()
    for item in items:
        place = 0
        if isinstance(item, Shipment) and item.tracking_number and not item.voided:
            place = counts[item.order_id]
            counts[item.order_id] += 1
        if place == len(groups):
            groups.append([])
        groups[place].append(item)
    return groups


def valid_numbers(items: Sequence[Shipment | InvalidRecord]) -> Mapping[str, frozenset[str]]:
    """Return the numbers of the valid labels among these, by order."""
    found: dict[str, set[str]] = {}
    for item in items:
        if isinstance(item, Shipment) and not item.voided:
            numbers = (item.tracking_number, *item.more_numbers)
            for id_ in (item.order_id, *item.ancestors):
                found.setdefault(id_, set()).update(numbers)
    return {order_id: frozenset(numbers) for order_id, numbers in found.items()}


def steps_of(item: Shipment | InvalidRecord, facts: ParcelFacts) -> Iterator[Step]:
    """Yield the steps of a parcel, one for each number that it has or had."""
    if isinstance(item, InvalidRecord):
        yield step_of_supplier(item)
        return
    if item.voided and item.tracking_number in facts.valid.get(item.order_id, ()):
        return  # Another label with this number is valid.
    item = of_whole_order(as_reported(item, facts.families), facts.whole)
    link = facts.links.get(item.order_id)
    if link is None:
        yield from of_unknown_piece(item, facts.links, can_split=facts.can_split)
    elif not item.voided and not item.tracking_number:
        yield without_tracking(item, link)
    else:
        for share in earlier_orders.shares_by_order(item, facts.families):
            for step in _steps_of_order(share, facts):
                yield earlier_orders.keyed(step, share, item)


def _steps_of_order(item: Shipment, facts: ParcelFacts) -> Iterator[Step]:
    """Yield the steps of a parcel within one order of the Supplier."""
    link, family = facts.links[item.order_id], facts.families[item.order_id]
    if item.voided:
        for of_piece in pieces.shares_of_void(item, family):
            for step in void_steps(item, link, of_piece):
                yield pieces.keyed(step, of_piece, family)
        return
    for share, of_piece in pieces.shares_of(item, family):
        for step in _valid_steps(share, link, of_piece, facts):
            yield pieces.keyed(step, of_piece, family)


def _valid_steps(item: Shipment, link: Link, family: Family, facts: ParcelFacts) -> Iterator[Step]:
    """Yield the step of a valid label, and those of the other numbers of its parcel."""
    numbers, before = family.numbers_of(item.id), pieces.last_reported(item, family)
    held = pieces.units_held(before)
    contents = contents_of(item, family, held)
    shown = in_packs(contents, family, before)
    family.planned.update(contents.units or {})
    family.planned.subtract(held)
    known = (*family.pieces, *family.begun)
    target = next(piece for piece in known if piece.merchant_id == contents.order_id)
    update = TrackingUpdate(
        shipment=replace(
            item,
            order_id=contents.order_id,
            ancestors=(),
            lines=shown.lines,
            is_last=shown.is_last,
            at_most=shown.at_most,
            is_requested=facts.is_requested if shown.at_most else None,
            is_ignored=facts.is_ignored if shown.is_last else None,
            rest=shown.rest if shown.lines and facts.takes == "pieces" else (),
        ),
        link=target,
        before=before,
        replaces=_replaced_number(item, before, facts.valid),
        contents=contents,
        lines=family.lines.get(target.merchant_id, ()),
    )
    wait = attempts.wait(family) or _wait(item, contents, facts.takes, is_open=family.is_open())
    decision = wait or _surplus(update)
    is_free = _is_free(family, facts.voided)
    if decision and decision.state == "waiting":
        yield from _void_before(item, link, before, facts)
    yield replace(
        named(item),
        merchant_id=target.merchant_id,
        content=decision.code if decision else item.tracking_number,
        # If the only place for a number is free again, a number that was a comment moves there.
        needs_redo=not _is_reported(update) and (before is not None or is_free),
        cured=FURTHER if is_free else "",
        summary=f"add tracking {item.tracking_number}",
        written=update.written,
        payload=update,
        decision=decision,
    )
    if decision is None:
        yield from _other_numbers(item, update, numbers, facts)


def _wait(item: Shipment, contents: Contents, takes: Takes, *, is_open: bool) -> Decision | None:
    """Return why a parcel waits: its Merchant cannot show it until its units are known."""
    if takes == "pieces" and contents.is_only_number and is_open:
        return Decision(
            state="waiting",
            code="which-lines",
            reason="is sent in part, and the Supplier does not say which units; the Merchant gets"
            " the number when the order is complete",
            rest=_PARTIAL_REST,
        )
    if item.lines is not None and not contents.units and contents.units is not None:
        if contents.has_surplus:
            return None
        return Decision(
            state="failed",
            code="other-lines",
            reason="holds nothing that the Merchant ordered; ask the Supplier what it sent",
        )
    return None


def _surplus(update: TrackingUpdate) -> Decision | None:
    """Return the failure of a parcel with too many units, if it has no other units to report."""
    contents = update.contents
    if contents is None or not contents.has_surplus:
        return None
    if contents.units and not _is_reported(update):
        return None  # The units that are open are reported first.
    return Decision(
        state="failed",
        code=SURPLUS,
        reason=surplus_reason(update),
    )


def _void_before(
    item: Shipment, link: Link, before: Link | None, facts: ParcelFacts
) -> Iterator[Step]:
    """Yield the step that voids the reported number of a parcel that waits, if it is void now."""
    former = _replaced_number(item, before, facts.valid)
    if former and before:
        yield void_step(replace(item, tracking_number=former, voided=True), link, before)


def _other_numbers(
    item: Shipment, update: TrackingUpdate, numbers: Sequence[Link], facts: ParcelFacts
) -> Iterator[Step]:
    """Yield the steps of the other numbers of a parcel."""
    reported = {link.number for link in numbers if link.state == "live"}
    is_single = facts.takes == "pieces"
    if is_single or _is_reported(update):  # Otherwise they are reported with the first number.
        for number in item.more_numbers:
            if number not in reported:
                yield _further(item, number, update, is_single=is_single)
    for link in numbers[1:]:
        if link.state == "live" and link.number not in (item.tracking_number, *item.more_numbers):
            former = replace(item, tracking_number=link.number, voided=True)
            yield void_step(former, update.link, link)


def _further(item: Shipment, number: str, update: TrackingUpdate, *, is_single: bool) -> Step:
    """Return the step of a further number of a parcel: a number without units, or a comment."""
    label = replace(item, tracking_number=number, more_numbers=())
    contents = Contents(order_id=update.link.merchant_id, lines=None, is_last=False, units={})
    payload: TrackingUpdate | Further = Further(number=number, link=update.link)
    if not is_single:
        payload = TrackingUpdate(
            shipment=replace(
                label,
                order_id=update.link.merchant_id,
                ancestors=(),
                lines=None,
                is_last=False,
            ),
            link=update.link,
            before=None,
            contents=contents,
            is_further=True,
        )
    return replace(
        named(label),
        merchant_id=update.link.merchant_id,
        summary=f"further tracking {number} of order {update.link.supplier_id}",
        written=payload.written if isinstance(payload, TrackingUpdate) else None,
        payload=payload,
    )


def _is_reported(update: TrackingUpdate) -> bool:
    """True if the label and its units are reported as they are now."""
    before, contents = update.before, update.contents
    if before is None or before.state != "live":
        return False
    if before.number != update.shipment.tracking_number:
        return False
    if before.units is None or contents is None or not contents.units:
        return True
    return all(before.units.get(id_, 0) >= count for id_, count in contents.units.items())


def _is_free(family: Family, voided: AbstractSet[str]) -> bool:
    """True if numbers of an order were reported, and all of them are void now."""
    return bool(family.parcels) and all(
        parcel.state == "voided" or parcel.supplier_id in voided for parcel in family.parcels
    )


def _replaced_number(
    item: Shipment, before: Link | None, valid: Mapping[str, frozenset[str]]
) -> str:
    """Return the number that was last reported for this parcel, if it has another one now.

    Some services keep the parcel when its label is replaced, and show only the newest label.
    """
    if before is None or before.state == "voided" or before.parcel_id != item.id:
        return ""
    return "" if before.number in valid.get(item.order_id, ()) else before.number
