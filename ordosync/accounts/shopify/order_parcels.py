"""Parcels of a Supplier's order as shipments: one for each fulfillment, or for each piece in it."""

from collections import Counter
from collections.abc import Iterator

from msgspec.structs import replace

from ordosync.accounts.shopify.ids import line_id, number
from ordosync.accounts.shopify.order_units import SentPiece, age, is_split, piece_id, pieces_of
from ordosync.accounts.shopify.schema import SentOrder, SentParcel
from ordosync.models import ParcelLine, Shipment


def shipments_of(order: SentOrder) -> Iterator[Shipment]:
    """Yield the parcels of an order, also those that were cancelled; the oldest first.

    A parcel with the number of a cancelled one replaces it: the Supplier has packed it again under
    the same label, and the number is valid.
    """
    shipments = list(_all_shipments(order))
    ids: dict[str, str] = {}
    for place, shipment in enumerate(shipments):
        for other in shipments[place:]:
            if _has_label_of(other, shipment):
                ids.setdefault(other.id, shipment.id)
    for shipment in shipments:
        if not any(_has_label_of(other, shipment) for other in shipments):
            yield replace(shipment, id=ids.get(shipment.id, shipment.id))


def _has_label_of(live: Shipment, void: Shipment) -> bool:
    """True if a valid parcel has the number of a cancelled one of the same order or piece."""
    if live.voided or not void.voided or live.order_id != void.order_id:
        return False
    return bool(void.tracking_number) and void.tracking_number in (
        live.tracking_number,
        *live.more_numbers,
    )


def _all_shipments(order: SentOrder) -> Iterator[Shipment]:
    pieces, order_id = pieces_of(order), number(order.id)
    is_open = any(piece.open for piece in pieces)
    for parcel in sorted(order.fulfillments, key=age):
        shipment = _shipment(parcel, order_id, is_last=not is_open)
        within = [piece for piece in pieces if parcel.id in piece.parcels]
        if is_split(pieces) and within:
            for piece in within:
                yield _in_piece(shipment, parcel, piece, is_only=len(within) == 1)
        else:
            yield replace(shipment, lines=_lines(parcel, parcel.units))


def parcel_of(shipment: str) -> str:
    """Return the number of the parcel of a shipment."""
    return shipment.partition("/")[0]


def _in_piece(
    shipment: Shipment, parcel: SentParcel, piece: SentPiece, *, is_only: bool
) -> Shipment:
    """Return the shipment of a parcel's units that belong to one piece."""
    own_id = piece_id(shipment.order_id, piece.id)
    return replace(
        shipment,
        id=shipment.id if is_only else f"{shipment.id}/{number(piece.id)}",
        order_id=own_id,
        ancestors=(shipment.order_id,),
        lines=_lines(parcel, piece.parcels[parcel.id], of=own_id),
        is_last=not piece.open,
    )


def _lines(
    parcel: SentParcel, units: Counter[str], *, of: str = ""
) -> tuple[ParcelLine, ...] | None:
    """Return units by the line ids of the order or piece; None if the parcel has no units."""
    skus = {line.line_item.id: line.line_item.sku for line in parcel.fulfillment_line_items.nodes}
    lines = tuple(
        ParcelLine(
            line_id=line_id(of, line) if of else number(line),
            quantity=count,
            sku=skus.get(line) or "",
            # The Merchant's order may be whole: lines that the Supplier adds are a piece, too.
            other_lines=(number(line),) if of else (),
        )
        for line, count in units.items()
        if count > 0
    )
    return lines or None


def _shipment(parcel: SentParcel, order_id: str, *, is_last: bool) -> Shipment:
    labels = {info.number: info.company or "" for info in parcel.tracking_info if info.number}
    first, *more = labels or [""]
    return Shipment(
        id=number(parcel.id),
        order_id=order_id,
        tracking_number=first,
        carrier=labels.get(first, ""),
        shipped_at=parcel.created_at,
        warehouse=parcel.location.name if parcel.location else "",
        voided=not parcel.is_live,
        is_last=is_last,
        more_numbers=tuple(more),
    )
