"""Parcels of an order that others have put there: the Merchant's staff, or the shop by itself.

What is in such a parcel is sent, so the Supplier is not to send it again, and its number says
nothing of the rest. Only a number without lines may be of everything.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from ordosync.accounts.woocommerce.order_metadata import Record
from ordosync.accounts.woocommerce.parcels import Lines, Seen


def units_by_others(record: Record, seen: Sequence[Seen]) -> Mapping[int, int]:
    """Return how many units of each line are in parcels that this program did not make."""
    found: Counter[int] = Counter()
    for one in _by_others(record, seen):
        found.update(one.lines or {})
    return found


def less(lines: Lines, units: Mapping[int, int]) -> Lines:
    """Return what is left of lines without these units; a line of which nothing is left is out."""
    left = {line: count - units.get(line, 0) for line, count in lines.items()}
    return {line: count for line, count in left.items() if count > 0}


def sent_before(record: Record, lines: Lines, seen: Sequence[Seen]) -> dict[int, int]:
    """Return how many units of these lines others have sent, if they have left any to send.

    Parcels that hold everything are of what the Supplier sends, and were entered by hand. What was
    kept when the order was split holds: its pieces have been made without it.
    """
    if record.parts:
        return record.before
    units = units_by_others(record, seen)
    if not less(lines, units):
        return {}
    return {line: units[line] for line in lines if units.get(line)}


def typed(record: Record, lines: Lines, seen: Sequence[Seen], *, is_all: bool) -> list[Seen]:
    """Return the numbers that others have put on these lines, or an attempt of this program.

    A number without lines is of an order that is this Supplier's alone (`is_all`), or nothing
    tells of which lines. One of units that were sent before the others is of these alone.
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
