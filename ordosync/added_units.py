"""Units that the Merchant added after the import: no Supplier sends them, so they stay open."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet

from msgspec.structs import replace

from ordosync.models import ParcelLine, Shipment


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


def requested_lines(shipment: Shipment, skus: Mapping[str, str]) -> AbstractSet[str]:
    """Return the lines, of these by SKU, that the portal sends to the Supplier."""
    is_requested = shipment.is_requested
    return frozenset(id_ for id_, sku in skus.items() if is_requested and is_requested(sku))
