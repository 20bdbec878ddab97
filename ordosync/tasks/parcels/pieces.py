"""Shares of a parcel that holds units of several pieces of the Merchant's order. Pure functions.

A Merchant that takes pieces keeps the piece of a parcel whose label is void. If the Supplier packs
its units together with others, the new number is added to that piece, and to the one with the rest.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace as with_fields
from decimal import Decimal

from msgspec.structs import replace

from ordosync.models import Shipment
from ordosync.store.links import Link
from ordosync.tasks.base import Step
from ordosync.tasks.parcels.labels import of_number
from ordosync.tasks.parcels.units import Family, contents_of, units_left


def last_reported(item: Shipment, family: Family) -> Link | None:
    """Return the link of a parcel's first number, as it was last reported."""
    return next(iter(family.numbers_of(item.id)), None) or of_number(item, family)


def units_held(before: Link | None) -> Mapping[str, int]:
    """Return the units that a parcel was reported with; `before` is its link."""
    return (before.units or {}) if before and before.state == "live" else {}


def shares_of(item: Shipment, family: Family) -> Sequence[tuple[Shipment, Family]]:
    """Return the shares of a valid parcel, each with the links of its piece.

    A parcel within one piece is one share. So is one whose units cannot be divided: a piece whose
    label is void needs a parcel with all of its units.
    """
    whole = [(item, family)]
    parts = item.lines
    if parts is None or len(family.pieces) == 1 or any(part.other_lines for part in parts):
        return whole
    if len(_pieces_of(item, family)) < 2:  # noqa: PLR2004 - it was not reported in several
        held = units_held(last_reported(item, family))
        if not contents_of(item, family, held).has_surplus:
            return whole
    shares = [
        (_share(item, units, is_first=not place), within(family, piece))
        for place, (piece, units) in enumerate(_divided(item, family))
    ]
    return shares if len(shares) > 1 else whole


def shares_of_void(item: Shipment, family: Family) -> Sequence[Family]:
    """Return the links of each piece to which the numbers of a void parcel were reported."""
    is_order = not item.tracking_number and item.id == item.order_id
    found = [it for it in by_piece(family) if is_order or it.numbers_of(item.id)]
    return found or [family]


def by_piece(family: Family) -> Sequence[Family]:
    """Return the links of each piece with a parcel; all links as one if no parcel is shared."""
    found = [of_piece for piece in family.pieces if (of_piece := within(family, piece)).parcels]
    parcel_ids = [id_ for each in found for id_ in {link.parcel_id for link in each.parcels}]
    return found if len({*parcel_ids}) < len(parcel_ids) else [family]


def keyed(step: Step, of_piece: Family, family: Family) -> Step:
    """Return the step of a share with its own key; the share of the rest has that of the parcel.

    The rest becomes another piece, so its id is no key. It has no earlier parcel.
    """
    parcel_id = step.supplier_id or ""
    if of_piece is family or all(link.parcel_id == parcel_id for link in of_piece.parcels):
        return step
    own = f"{parcel_id}@{of_piece.pieces[0].merchant_id}"
    return replace(step, key=step.key.replace(parcel_id, own, 1))


def _pieces_of(item: Shipment, family: Family) -> set[str | None]:
    return {link.order_id for link in family.numbers_of(item.id)}


def _divided(item: Shipment, family: Family) -> Iterator[tuple[Link, Mapping[str, int]]]:
    """Yield the units of each piece by the Supplier's line; nothing if some are in no piece."""
    wanted: Counter[str] = Counter()
    for part in item.lines or ():
        wanted[part.line_id] += part.quantity
    found = []
    for piece in sorted(family.pieces, key=lambda piece: piece.state != "sent"):
        held = units_held(last_reported(item, within(family, piece)))
        lines = family.lines.get(piece.merchant_id, ())
        lefts = {line.supplier_id: units_left(line, piece, family, held) for line in lines}
        units = {id_: min(left, wanted[id_]) for id_, left in lefts.items()}
        if piece.state == "sent" and units != lefts:
            continue
        if any(units.values()):
            found.append((piece, units))
            wanted.subtract(units)
    if not any(wanted.values()):
        yield from found


def _share(item: Shipment, units: Mapping[str, int], *, is_first: bool) -> Shipment:
    """Return a share of a parcel. Only the first one has the cost and the further numbers."""
    rest = Counter(units)
    parts = []
    for part in item.lines or ():
        count = min(part.quantity, rest[part.line_id])
        rest[part.line_id] -= count
        if count > 0:
            parts.append(replace(part, quantity=count))
    share = replace(item, lines=tuple(parts), is_last=False)
    return share if is_first else replace(share, cost=Decimal(), more_numbers=())


def within(family: Family, piece: Link) -> Family:
    """Return the links of one piece of an order."""
    parcels = [link for link in family.parcels if link.order_id == piece.merchant_id]
    return with_fields(family, pieces=[piece], begun=(), parcels=parcels)
