"""Units that the Merchant added after the import: no Supplier sends them, so they stay open."""

from collections.abc import Mapping

from msgspec.structs import replace

from ordosync.models import ParcelLine, Shipment


def without_added_units(shipment: Shipment, open_units: Mapping[str, int]) -> Shipment:
    """Return a parcel that holds all open units, without those that the Merchant added.

    `open_units` are those of the order by line. Lines that are not linked are sent with the others.
    """
    limits = {part.line_id: part.quantity for part in shipment.at_most}
    if shipment.lines is not None or not any(
        count > limits.get(id_, count) for id_, count in open_units.items()
    ):
        return shipment
    units = {id_: min(count, limits.get(id_, count)) for id_, count in open_units.items()}
    lines = (ParcelLine(line_id=id_, quantity=count) for id_, count in units.items() if count)
    return replace(shipment, lines=tuple(lines), is_last=False, at_most=())
