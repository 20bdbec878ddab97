"""Units of the Merchant's order that the Supplier does not have.

Units that were added after the import stay open: no Supplier sends them. Lines that the portal
ignores, such as postage, are shipped with the rest, or the order would never be.
"""

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet

from msgspec.structs import replace

from ordosync.models import ParcelLine, PieceLine, Shipment, Split


def without_added_units(
    shipment: Shipment, open_units: Mapping[str, int], requested: AbstractSet[str]
) -> Shipment:
    """Return a parcel that holds all open units, without those that the Merchant added.

    `open_units` are those of the order by line. A line that is not linked was added if it is
    `requested` from the Supplier; otherwise it is sent with the others.
    """
    limits = {part.line_id: part.quantity for part in shipment.at_most}
    # The lines of a piece may have other ids than the links.
    if shipment.lines is not None or not limits.keys() & open_units.keys():
        return shipment
    limits |= dict.fromkeys(requested - limits.keys(), 0)
    units = {id_: min(count, limits.get(id_, count)) for id_, count in open_units.items()}
    if units == dict(open_units):
        return shipment
    lines = (ParcelLine(line_id=id_, quantity=count) for id_, count in units.items() if count)
    return replace(shipment, lines=tuple(lines), is_last=False, at_most=())


def with_ignored_lines(
    shipment: Shipment, open_units: Mapping[str, int], skus: Mapping[str, str]
) -> Shipment:
    """Return the last parcel of an order with the open lines that the portal ignores.

    A parcel without lines has them already.
    """
    is_ignored = shipment.is_ignored
    if not shipment.lines or not shipment.is_last or is_ignored is None:
        return shipment
    named = {part.line_id for part in shipment.lines}
    others = (
        ParcelLine(line_id=id_, quantity=count)
        for id_, count in open_units.items()
        if count > 0 and id_ not in named and is_ignored(skus.get(id_, ""))
    )
    return replace(shipment, lines=(*shipment.lines, *others))


def with_rest_in_first(split: Split, lines: Iterable[ParcelLine]) -> Split:
    """Return a split whose first piece also has the open lines that the portal ignores.

    `lines` are the open lines of the order, with their SKUs.
    """
    is_ignored, named = split.is_ignored, {p.of_line for it in split.pieces for p in it.lines}
    if is_ignored is None or not split.pieces:
        return split
    rest = tuple(
        PieceLine(of_line=line.line_id, quantity=line.quantity)
        for line in lines
        if line.quantity and line.line_id not in named and is_ignored(line.sku)
    )
    first, *others = split.pieces
    first = replace(first, lines=(*first.lines, *rest))
    return replace(split, pieces=(first, *others)) if rest else split


def requested_lines(shipment: Shipment, skus: Mapping[str, str]) -> AbstractSet[str]:
    """Return the lines, of these by SKU, that the portal sends to the Supplier."""
    is_requested = shipment.is_requested
    return frozenset(id_ for id_, sku in skus.items() if is_requested and is_requested(sku))
