"""Labels that may be at the Merchant, since their write was not finished, and that are void now.

Such a label has no link yet. Its own step voids it, after the time in which its write may still
arrive. Until then, other parcels of its order wait: the Merchant may show their units as sent.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from ordosync.models import ParcelLine, Shipment
from ordosync.store.link_steps import Attempt
from ordosync.store.links import Link
from ordosync.tasks.base import Decision, Step
from ordosync.tasks.parcels.labels import TrackingUpdate
from ordosync.tasks.parcels.packs import in_packs
from ordosync.tasks.parcels.units import Contents, Family

_REST = timedelta(minutes=1)


def withdrawn(
    order_id: str,
    attempts: Sequence[Attempt],
    parcels: Sequence[Shipment],
    *,
    lists_all_parcels: bool,
) -> Sequence[Attempt]:
    """Return the labels of an order that are void, according to the parcels that were read."""
    own = [item for item in parcels if order_id in (item.order_id, *item.ancestors)]
    valid = {
        number
        for item in own
        if not item.voided
        for number in (item.tracking_number, *item.more_numbers)
    }
    is_forgotten = any(
        item.voided and not item.tracking_number and item.id == item.order_id for item in own
    )
    read = {item.id for item in own}
    is_complete = bool(own) and (lists_all_parcels or is_forgotten)
    return [
        attempt
        for attempt in attempts
        if attempt.number not in valid and (is_complete or attempt.parcel_id in read)
    ]


def withdrawals(families: Mapping[str, Family]) -> Iterator[Step]:
    """Yield the steps that void such labels."""
    for family in families.values():
        for attempt in family.withdrawn:
            yield _withdrawal(attempt, family)


def wait(family: Family) -> Decision | None:
    """Return why a parcel waits: a void label of its order may still be at the Merchant."""
    if not family.withdrawn:
        return None
    return Decision(
        state="waiting",
        code="earlier-parcel",
        reason=f"waits until number {family.withdrawn[0].number} is void at the Merchant",
        rest=_REST,
    )


def _withdrawal(attempt: Attempt, family: Family) -> Step:
    """Return the step that voids a label. It has the key and content of the label's own step."""
    pieces = (*family.pieces, *family.begun)
    link = next((it for it in pieces if it.merchant_id == attempt.order_id), family.pieces[0])
    contents = _contents(attempt, family)
    shown = in_packs(contents, family, None)
    shipment = Shipment(
        id=attempt.parcel_id,
        order_id=attempt.order_id,
        tracking_number=attempt.number,
        more_numbers=attempt.written.more_tracking,
        carrier=attempt.written.carrier,
        shipped_at=attempt.at,
        voided=True,
        lines=shown.lines or None,
        is_last=False,
        rest=shown.rest,
    )
    return Step(
        key=attempt.key,
        merchant_id=attempt.order_id,
        supplier_id=attempt.parcel_id,
        content=attempt.number,
        # If this run is interrupted, the next one needs the units.
        written=attempt.written,
        summary=f"void tracking {attempt.number}",
        payload=TrackingUpdate(
            shipment=shipment,
            link=link,
            before=next(iter(family.numbers_of(attempt.parcel_id)), None),
            contents=contents,
            lines=family.lines.get(attempt.order_id, ()),
        ),
    )


def _contents(attempt: Attempt, family: Family) -> Contents:
    """Return the units of the unfinished report, and those that it left open."""
    units = attempt.written.contents
    lines = family.lines.get(attempt.order_id, ())
    return Contents(
        order_id=attempt.order_id,
        lines=tuple(
            _part(line, units[line.merchant_id]) for line in lines if line.merchant_id in units
        ),
        is_last=False,
        units=units,
        rest=tuple(
            _part(line, left)
            for line in lines
            if (left := (line.open_units or 0) - units.get(line.merchant_id, 0)) > 0
        ),
    )


def _part(line: Link, count: int) -> ParcelLine:
    return ParcelLine(line_id=line.merchant_id, quantity=count, sku=line.merchant_sku or "")
