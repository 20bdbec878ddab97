"""Parcels of an order that others have entered: the Merchant's staff, or the shop itself.

The units in such a parcel are sent, so the Supplier must not send them again. Its number does
not cover the other units. Only a number without lines may cover the whole order.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from ordosync.accounts.woocommerce.order_metadata import Record
from ordosync.accounts.woocommerce.parcels import Lines, ShownParcel


def foreign_units(record: Record, shown: Sequence[ShownParcel]) -> Mapping[int, int]:
    """Return the units of each line in parcels that ordosync did not create."""
    units: Counter[int] = Counter()
    for parcel in foreign_parcels(record, shown):
        units.update(parcel.lines or {})
    return units


def subtract(lines: Lines, units: Mapping[int, int]) -> Lines:
    """Return lines minus these units, without lines that have no units left."""
    remaining = {line: count - units.get(line, 0) for line, count in lines.items()}
    return {line: count for line, count in remaining.items() if count > 0}


def sent_before(record: Record, lines: Lines, shown: Sequence[ShownParcel]) -> dict[int, int]:
    """Return the units of these lines that others have sent, unless they have sent all.

    Parcels with all units are the Supplier's parcels, entered manually. After a split the record is
    used, because its pieces do not have those units.
    """
    if record.parts:
        return record.before
    units = foreign_units(record, shown)
    if not subtract(lines, units):
        return {}
    return {line: units[line] for line in lines if units.get(line)}


def foreign_numbers(
    record: Record, lines: Lines, shown: Sequence[ShownParcel], *, is_all: bool
) -> list[ShownParcel]:
    """Return the parcels with a number for these lines that are not in the record.

    Other users, or an attempt that was interrupted, have entered them. A number without
    lines counts only if all lines are this Supplier's (`is_all`). The number of units that were
    sent before the others belongs to these units only.
    """
    recorded_ids = {parcel.shown for parcel in record.parcels if parcel.shown}
    units = foreign_units(record, shown)

    def is_of(parcel: ShownParcel) -> bool:
        if parcel.lines is None:
            return is_all
        common = parcel.lines.keys() & lines.keys()
        if parcel.of:
            return bool(common)
        return any(units[line] > record.before.get(line, 0) for line in common)

    return [
        parcel
        for parcel in shown
        if parcel.number and parcel.id not in recorded_ids and is_of(parcel)
    ]


def foreign_parcels(record: Record, shown: Sequence[ShownParcel]) -> Iterator[ShownParcel]:
    """Yield the parcels that are sent and that ordosync did not create."""
    recorded_ids = {parcel.shown for parcel in record.parcels if parcel.shown}
    for parcel in shown:
        if parcel.is_sent and not parcel.of and parcel.id not in recorded_ids:
            yield parcel
