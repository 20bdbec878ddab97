"""Decides which units of the Merchant's order a parcel holds. Pure functions.

A parcel names lines of the Supplier. Their links give the lines of the Merchant, and the open units
of each. A parcel never holds more units than are open.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from msgspec import Struct

from ordosync.models import ParcelLine, Shipment
from ordosync.store.ledger import ENDED
from ordosync.store.link_steps import Attempt
from ordosync.store.links import Link


class Contents(Struct, frozen=True, kw_only=True):
    """The units of a parcel, as they are reported to the Merchant."""

    order_id: str
    """The Merchant's order, or the piece of it that has these units."""
    lines: tuple[ParcelLine, ...] | None
    """Lines and units; None if they are all open units, or if only the number is reported."""
    is_last: bool
    """True if no unit is open after it."""
    units: Mapping[str, int] | None
    """The same for the ledger; None if the lines have no numbers there."""
    has_surplus: bool = False
    """True if it holds more units than are open."""
    other_pieces: tuple[str, ...] = ()
    """The Merchant's other pieces with open units that are in it."""
    rest: tuple[ParcelLine, ...] = ()
    """The units of the same order or piece that stay open."""
    at_most: tuple[ParcelLine, ...] = ()
    """Of a parcel with all open units: these units; the Merchant may have added others."""

    @property
    def is_only_number(self) -> bool:
        """True if its units are not known."""
        return self.lines is None and not self.is_last


@dataclass(frozen=True, kw_only=True)
class Family:
    """The links of one order of the Supplier: the Merchant's order, or its pieces, and their lines.

    The first piece has the open units; each other piece is a parcel.
    """

    pieces: Sequence[Link]
    lines: Mapping[str, Sequence[Link]]
    """Links of the lines by the Merchant's order or piece; missing if linked before the ledger."""
    parcels: Sequence[Link] = ()
    """Links of the parcels that were reported, and of void ones; the newest label of each."""
    withdrawn: Sequence[Attempt] = ()
    """Labels that are void now, and whose write was not finished: they may be at the Merchant."""
    begun: Sequence[Link] = ()
    """Orders that were split after a part of a pack was sent, which is in no piece."""
    planned: Counter[str] = field(default_factory=Counter)
    """Units by the Merchant's line that earlier parcels of the same page hold."""

    def numbers_of(self, parcel_id: str) -> Sequence[Link]:
        """Return the links of a parcel's numbers, its first number first."""
        return [link for link in self.parcels if link.parcel_id == parcel_id]

    def open_units(self, line: Link) -> int | None:
        """Return the open units of a line after the earlier parcels; None if it has no numbers."""
        units = line.open_units
        return None if units is None else units - self.planned[line.merchant_id]

    def sent_before(self, line: Link, parcel: Link | None) -> int:
        """Return the units of a line in the parcels before this one; `parcel` if it has a link."""
        if parcel is None or parcel.state != "live":
            return (line.sent or 0) + self.planned[line.merchant_id]
        units = 0
        for earlier in self.parcels:
            if earlier.merchant_id == parcel.merchant_id:
                break
            if earlier.state == "live" and earlier.units:
                units += earlier.units.get(line.merchant_id, 0)
        return units

    def is_open(self) -> bool:
        """True if a unit of the order may be open after the earlier parcels."""
        lines = [line for piece in self.pieces for line in self.lines.get(piece.merchant_id, ())]
        return not lines or any(self.open_units(line) for line in lines)

    def release(self, parcel: Link | None) -> None:
        """Count the units of a reported parcel as open: its label is void."""
        if parcel and parcel.state == "live":
            self.planned.subtract(parcel.units or {})


def contents_of(item: Shipment, family: Family, held: Mapping[str, int]) -> Contents:
    """Return the units of a parcel. `held`: the units that it was reported with before."""
    if item.lines is None:
        return _without_lines(item, family, held)
    found = [_in_piece(item, piece, family, held) for piece in _candidates(family, held)]
    fits = [contents for contents in found if contents.units and not contents.has_surplus]
    # A piece whose parcel was voided waits for a new parcel with exactly these units.
    whole_pieces = (contents for contents in fits if contents.lines is None)
    return next(whole_pieces, (fits or found)[-1])


def _candidates(family: Family, held: Mapping[str, int]) -> Sequence[Link]:
    """Return the pieces that may have the units of a parcel, the one with open units last."""
    candidates = (*family.begun, *family.pieces)
    own = [piece for piece in candidates if _has_any(family.lines, piece, held)]
    return own or sorted(family.pieces, key=lambda piece: piece.state != "sent")


def _has_any(lines: Mapping[str, Sequence[Link]], piece: Link, held: Mapping[str, int]) -> bool:
    return any(line.merchant_id in held for line in lines.get(piece.merchant_id, ()))


def _without_lines(item: Shipment, family: Family, held: Mapping[str, int]) -> Contents:
    order_id = family.pieces[0].merchant_id
    if not item.is_last:
        return Contents(order_id=order_id, lines=None, is_last=False, units={})
    lines = family.lines.get(order_id)
    units = {
        line.merchant_id: units_left(line, family.pieces[0], family, held) for line in lines or ()
    }
    return Contents(
        order_id=order_id,
        lines=None,
        is_last=True,
        units={id_: count for id_, count in units.items() if count > 0} if lines else None,
        at_most=_at_most(units),
    )


def _in_piece(item: Shipment, piece: Link, family: Family, held: Mapping[str, int]) -> Contents:
    """Return the units of a parcel, if they are of this order or piece."""
    lines = _linked_lines(item, piece, family)
    # The pieces of a split order have its units: its number goes to all of them.
    is_empty = piece.state == "split" and not any(
        units_left(line, piece, family, held) for line in lines
    )
    # An order that was linked before the ledger has no lines: it counts as one unit.
    if not lines or is_empty:
        return Contents(order_id=piece.merchant_id, lines=None, is_last=item.is_last, units=None)
    lefts = {line.supplier_id: units_left(line, piece, family, held) for line in lines}
    holds = {line.supplier_id: held.get(line.merchant_id, 0) for line in lines}
    wanted = _by_line(item.lines or (), lefts, holds)
    skus = {id_: part.sku for part in item.lines or () for id_ in _lines_of(part)}
    parts, rest, units = [], [], {}
    others = _other_pieces(wanted, lefts, piece, family)
    surplus = bool(others)
    for line in lines:
        # Units that the Supplier had cancelled itself, and sends after all, are no surplus.
        left = lefts[line.supplier_id] + _short(line)
        count = min(wanted[line.supplier_id], left)
        surplus = surplus or wanted[line.supplier_id] > left
        if count > 0:
            units[line.merchant_id] = count
            sku = line.merchant_sku or skus[line.supplier_id]
            parts.append(ParcelLine(line_id=line.merchant_id, quantity=count, sku=sku))
        if left > count:
            rest.append(ParcelLine(line_id=line.merchant_id, quantity=left - count))
    is_last = bool(units) and all(
        units.get(line.merchant_id, 0) >= lefts[line.supplier_id] for line in lines
    )
    # The Merchant may still have the short units open, so it must not ship the whole order.
    is_partial = any(map(_short, lines))
    # Only its number is added to the pieces of an order that was split.
    is_partial = is_partial or piece.state == "split"
    is_whole = (
        is_last and not is_partial and (not any(line.sent for line in lines) or units == held)
    )
    return Contents(
        order_id=piece.merchant_id,
        lines=None if is_whole else tuple(parts),
        is_last=is_last,
        units=units,
        has_surplus=surplus,
        other_pieces=others,
        rest=tuple(rest),
        at_most=_at_most({line.merchant_id: units.get(line.merchant_id, 0) for line in lines})
        if is_whole
        else (),
    )


def _short(line: Link) -> int:
    """Return the units of a line that the Supplier itself has cancelled."""
    return line.short.cancelled if line.short else 0


def _at_most(units: Mapping[str, int]) -> tuple[ParcelLine, ...]:
    return tuple(ParcelLine(line_id=id_, quantity=max(n, 0)) for id_, n in units.items())


def _other_pieces(
    wanted: Counter[str], lefts: Mapping[str, int], piece: Link, family: Family
) -> tuple[str, ...]:
    """Return the other pieces with units of a parcel that this piece does not have."""
    found = [
        other.merchant_id
        for other in family.pieces
        if other.merchant_id != piece.merchant_id
        for line in family.lines.get(other.merchant_id, ())
        if wanted[line.supplier_id] > lefts.get(line.supplier_id, 0)
        if family.open_units(line) or line.supplier_id not in lefts
    ]
    return tuple(dict.fromkeys(found))


def _linked_lines(item: Shipment, piece: Link, family: Family) -> Sequence[Link]:
    """Return the links of an order's lines; empty if they are of an earlier order of the Supplier.

    After a restore, an order that was sent again has a link, but its lines have none.
    """
    lines = family.lines.get(piece.merchant_id, ())
    ids = {id_ for part in item.lines or () for id_ in _lines_of(part)}
    is_earlier = all(line.generation < piece.generation for line in lines)
    return () if is_earlier and not any(line.supplier_id in ids for line in lines) else lines


def _by_line(
    parts: Sequence[ParcelLine], lefts: Mapping[str, int], holds: Mapping[str, int]
) -> Counter[str]:
    """Return the units by the Supplier's line.

    Units that may be on several lines are first on those that the parcel holds already, and then
    on those with open units, so that a parcel stays as it was reported.
    """
    wanted: Counter[str] = Counter()
    for part in parts:
        rest = part.quantity
        lines = [id_ for id_ in _lines_of(part) if id_ in lefts]
        if part.other_lines:
            for limits in (holds, lefts):
                for id_ in lines:
                    count = max(0, min(rest, limits[id_] - wanted[id_]))
                    wanted[id_] += count
                    rest -= count
        wanted[lines[0] if lines else part.line_id] += rest
    return wanted


def _lines_of(part: ParcelLine) -> tuple[str, ...]:
    return (part.line_id, *part.other_lines)


def units_left(line: Link, piece: Link, family: Family, held: Mapping[str, int]) -> int:
    """Return the units of a line that a parcel may hold, those that it holds already included.

    Of a cancelled order these are the cancelled ones, too: what was sent all the same is no
    surplus, and the Merchant refuses it until it requests the order again.
    """
    sent_late = line.cancelled or 0 if piece.state in ENDED else 0
    return (family.open_units(line) or 0) + sent_late + held.get(line.merchant_id, 0)
