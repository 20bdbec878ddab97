"""Links of a reported parcel: its numbers, its units, and the pieces it was split into."""

from collections.abc import Iterator

from msgspec.structs import replace

from ordosync.models import Outcome, Piece, PieceLine
from ordosync.store.links import Link, LinkState, parcel_link
from ordosync.tasks.parcels.labels import TrackingUpdate
from ordosync.tasks.sku_maps.packs import pack_of, with_pack_of


def links_of(update: TrackingUpdate, outcome: Outcome) -> tuple[Link, ...]:
    """Return the links of a label, so that it can be voided when it is deleted."""
    links: list[Link] = []
    if update.shipment.voided and update.link.state == "cancel_refused":
        links.append(replace(update.link, state="reopened"))
    if not update.shipment.voided and update.link.state == "cancel_asked":
        links += _sent_instead(update)
    if outcome.state not in ("done", "unchanged"):
        return tuple(links)
    if update.shipment.voided:
        before = update.before
        if update.contents:
            links += _of_withdrawn(update, outcome.pieces)
        elif before and before.number == update.shipment.tracking_number:
            links.append(replace(before, state="voided"))
    elif outcome.pieces:
        links += _of_pieces(update, outcome.pieces, "live")
    else:
        links += _of_parcel(update)
    return tuple(links)


def _sent_instead(update: TrackingUpdate) -> Iterator[Link]:
    """Yield the link of an order that is complete, although the Supplier was asked to cancel it."""
    if update.contents.is_last if update.contents else update.shipment.is_last:
        yield replace(update.link, state="cancel_refused")


def _of_parcel(update: TrackingUpdate) -> Iterator[Link]:
    """Yield the links of a parcel's numbers. The first one has the units."""
    shipment, before, contents = update.shipment, update.before, update.contents
    if before and before.kind == "shipment" and before.state == "live" and not update.replaces:
        return  # The parcel was reported before the ledger existed; its link stays.
    if before and before.kind == "shipment" and before.state == "live":
        # The new label is a parcel with a separate link, which does not replace the old one.
        yield replace(before, state="voided")
    generation = 1
    if before and before.kind == "parcel":
        is_same = before.state == "live" and before.number == shipment.tracking_number
        generation = before.generation + (not is_same)
    if update.is_further:
        yield parcel_link(
            shipment.order_id,
            shipment.id,
            shipment.tracking_number,
            further=True,
            generation=generation,
            units={},
        )
        return
    yield parcel_link(
        shipment.order_id,
        shipment.id,
        shipment.tracking_number,
        generation=generation,
        units=contents.units if contents else None,
    )
    for number in shipment.more_numbers:
        yield parcel_link(shipment.order_id, shipment.id, number, further=True, units={})


def _of_withdrawn(update: TrackingUpdate, pieces: tuple[Piece, ...]) -> Iterator[Link]:
    """Yield the links of a void label whose write was not finished, as of one that was reported.

    Its units may have been split off.
    """
    if pieces:
        yield from _of_pieces(update, pieces, "voided")
        return
    shipment, before = update.shipment, update.before
    yield parcel_link(
        shipment.order_id,
        shipment.id,
        shipment.tracking_number,
        state="voided",
        generation=before.generation + 1 if before else 1,
        units=update.contents.units if update.contents else None,
    )


def _of_pieces(
    update: TrackingUpdate, pieces: tuple[Piece, ...], state_of_parcel: LinkState
) -> Iterator[Link]:
    """Yield the links of the piece that is the parcel, and of the piece with the rest.

    All are pieces of one order of the Supplier. Its next parcels belong to the rest.
    """
    link, shipment = update.link, update.shipment
    yield replace(link, state="split")
    for line in update.lines:
        yield replace(line, state="split")
    states: tuple[LinkState, LinkState] = ("sent", "live")
    for piece, state in zip(pieces, states, strict=False):
        yield Link(kind="order", merchant_id=piece.id, supplier_id=link.supplier_id, state=state)
        yield from _lines_of_piece(update, piece, state)
    yield parcel_link(
        pieces[0].id,
        shipment.id,
        shipment.tracking_number,
        state=state_of_parcel,
        units={part.id: _sent_units(update, part) for part in pieces[0].lines},
    )


def _sent_units(update: TrackingUpdate, part: PieceLine) -> int:
    """Return the units of a line in the piece that is a parcel."""
    line = next((line for line in update.lines if line.merchant_id == part.of_line), None)
    if line is None or pack_of(line) == 1:
        return part.quantity
    return ((update.contents and update.contents.units) or {}).get(part.of_line, 0)


def _lines_of_piece(update: TrackingUpdate, piece: Piece, state: LinkState) -> Iterator[Link]:
    """Yield the links of a piece's lines, with the units that the Supplier has to send.

    The Merchant may have changed the quantity of the rest; such an edit is not sent.
    """
    lines = {line.merchant_id: line for line in update.lines}
    held = (update.contents and update.contents.units) or {}
    for part in piece.lines:
        line = lines.get(part.of_line)
        if line is None:  # The Merchant added it after the import.
            continue
        rest = max((line.open_units or 0) - held.get(part.of_line, 0), 0)
        link = Link(
            kind="line",
            merchant_id=part.id,
            supplier_id=line.supplier_id,
            order_id=piece.id,
            ordered=rest if state == "live" else _sent_units(update, part),
            state=state,
        )
        yield with_pack_of(link, line)
