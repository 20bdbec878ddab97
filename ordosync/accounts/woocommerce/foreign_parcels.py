"""Parcels of an order that others have entered: the Merchant's staff, or the shop by itself.

The units in such a parcel are sent, so the Supplier must not send them again. Its number says
nothing of the other units. Only a number without lines may be of everything.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from ordosync.accounts.woocommerce.order_metadata import Record
from ordosync.accounts.woocommerce.parcels import Lines, Seen


def units_by_others(record: Record, seen: Sequence[Seen]) -> Mapping[int, int]:
    """Return the units of each line in parcels that this program did not make."""
    found: Counter[int] = Counter()
    for one in _by_others(record, seen):
        found.update(one.lines or {})
    return found


def less(lines: Lines, units: Mapping[int, int]) -> Lines:
    """Return lines less these units, without the lines of which nothing is left."""
    left = {line: count - units.get(line, 0) for line, count in lines.items()}
    return {line: count for line, count in left.items() if count > 0}


def sent_before(record: Record, lines: Lines, seen: Sequence[Seen]) -> dict[int, int]:
    """Return the units of these lines that others have sent, unless they have sent all.

    Parcels with everything are the Supplier's parcels, entered by hand. After a split the record
    counts, because its pieces were made without those units.
    """
    if record.parts:
        return record.before
    units = units_by_others(record, seen)
    if not less(lines, units):
        return {}
    return {line: units[line] for line in lines if units.get(line)}


def typed(record: Record, lines: Lines, seen: Sequence[Seen], *, is_all: bool) -> list[Seen]:
    """Return the numbers for these lines that others, or a lost attempt, have entered.

    A number without lines counts only if all lines are this Supplier's (`is_all`). A number of
    units that were sent before the others belongs to these units only.
    """
    kept = {one.shown for one in record.parcels if one.shown}
    units = units_by_others(record, seen)

    def is_of(one: Seen) -> bool:
        if one.lines is None:
            return is_all
        on_these = one.lines.keys() & lines.keys()
        if one.of:
            return bool(on_these)
        return any(units[line] > record.before.get(line, 0) for line in on_these)

    return [one for one in seen if one.number and one.id not in kept and is_of(one)]


def _by_others(record: Record, seen: Sequence[Seen]) -> Iterator[Seen]:
    kept = {one.shown for one in record.parcels if one.shown}
    for one in seen:
        if one.is_sent and not one.of and one.id not in kept:
            yield one
