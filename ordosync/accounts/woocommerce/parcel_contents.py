"""Units of a parcel at the Merchant, computed from the sent and the open units in the shop.

The shop accepts more units than were ordered, and the same parcel twice. So the record of the order
is compared first.
"""

from collections import Counter
from collections.abc import Sequence

from ordosync.accounts.woocommerce.foreign_parcels import (
    foreign_numbers,
    foreign_parcels,
    subtract,
)
from ordosync.accounts.woocommerce.order_metadata import Parcel, units_of_shipment
from ordosync.accounts.woocommerce.order_share import OrderShare
from ordosync.accounts.woocommerce.parcels import Lines, ShownParcel
from ordosync.models import Outcome, Shipment, refused


def contents_of(
    share: OrderShare, shipment: Shipment, shown: Sequence[ShownParcel]
) -> Lines | Outcome:
    """Return the units of a parcel, or the refusal; no units if only its number is known.

    `shown` are the other parcels in the shop.
    """
    if shipment.lines is not None:
        return _of_lines(share, shipment, shown)
    return _open_units(share, shipment, shown) if shipment.is_last else {}


def _open_units(
    share: OrderShare, shipment: Shipment, shown: Sequence[ShownParcel]
) -> Lines | Outcome:
    """Return all units that are open, unless others have sent them."""
    target = shipment.order_id
    lines = subtract(share.open_lines(target), _interrupted(share, target, shown))
    reported = _numbers(share, shipment)
    of_lines = foreign_numbers(share.record, share.lines_of(target), shown, is_all=share.is_all)
    foreign = [parcel for parcel in of_lines if parcel.of in ("", target)]
    if foreign and not (reported and lines):
        return _other_number(target, foreign[0].number)
    if reported and not lines:
        return _other_number(target, reported[0].number)
    return lines


def _of_lines(
    share: OrderShare, shipment: Shipment, shown: Sequence[ShownParcel]
) -> Lines | Outcome:
    """Return the units that a parcel names, unless fewer are open."""
    target, wanted = shipment.order_id, units_of_shipment(shipment)
    existing = share.record.label(target, shipment)
    sent = share.record.units(target) + _interrupted(share, target, shown)
    sent.subtract((existing and existing.lines) or {})
    is_whole = any(parcel.lines is None for parcel in _numbers(share, shipment))
    free = {} if is_whole else subtract(share.ordered_of(target), sent)
    if subtract(wanted, free):
        number = shipment.tracking_number
        reason = f"parcel {number} holds more units of order {target} than are open"
        return refused("more-than-ordered", reason)
    for parcel in foreign_parcels(share.record, shown) if "/" not in target else ():
        free = subtract(free, (parcel.number and parcel.lines) or {})
        if subtract(wanted, free):
            return _other_number(target, parcel.number)
    return wanted


def _numbers(share: OrderShare, shipment: Shipment) -> list[Parcel]:
    """Return the other valid parcels in the record of this order or piece that have units."""
    return [
        parcel
        for parcel in share.record.parcels_of(shipment.order_id, voided=False)
        if parcel.lines != {} and not parcel.is_label_of(shipment)
    ]


def _interrupted(share: OrderShare, target: str, shown: Sequence[ShownParcel]) -> Counter[int]:
    """Return the units in parcels of an order or piece that are shown but not recorded yet."""
    recorded = {parcel.shown for parcel in share.record.parcels}
    lines = share.ordered_of(target)
    units: Counter[int] = Counter()
    for parcel in shown:
        if parcel.of == target and parcel.is_sent and parcel.number and parcel.id not in recorded:
            units.update({id_: n for id_, n in (parcel.lines or {}).items() if id_ in lines})
    return units


def _other_number(target: str, number: str) -> Outcome:
    """Return the refusal of a number: another number already has its units."""
    return refused("other-tracking", f"order {target} has another tracking number, {number}")
