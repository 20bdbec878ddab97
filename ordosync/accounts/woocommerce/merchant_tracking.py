"""Tracking numbers in a Merchant's shop, by the way in which the shop shows parcels.

First the shop shows a parcel in its own way. Then the order gets its record and its status in one
write. So a recorded parcel was shown, and a parcel that was shown without its record is found
again by its number.
"""

from collections.abc import Sequence

import msgspec

from ordosync.accounts.woocommerce.client import WooCommerceClient
from ordosync.accounts.woocommerce.foreign_parcels import typed
from ordosync.accounts.woocommerce.order_metadata import Parcel, order_id_of, parcel_of
from ordosync.accounts.woocommerce.order_share import OrderShare, OrderShares
from ordosync.accounts.woocommerce.order_statuses import SHIPPED, OrderStatuses
from ordosync.accounts.woocommerce.parcels import Seen
from ordosync.accounts.woocommerce.timeline import add_note
from ordosync.models import Outcome, Shipment, refused


class MerchantTracking:
    """Parcels of this Supplier, as the shop's customers see them."""

    def __init__(
        self, client: WooCommerceClient, shares: OrderShares, statuses: OrderStatuses
    ) -> None:
        self._client = client
        self._shares = shares
        self._statuses = statuses

    def add(self, shipments: Sequence[Shipment]) -> list[Outcome]:
        """Add tracking numbers; an order whose every line was sent becomes completed."""
        return self._client.service.write_each(shipments, self._add, key=_order_id)

    def void(self, shipments: Sequence[Shipment]) -> list[Outcome]:
        """Stop showing these numbers, and add a note of it; the orders stay as they are."""
        return self._client.service.write_each(shipments, self._void, key=_order_id)

    def _add(self, shipment: Shipment) -> Outcome:
        target = shipment.order_id
        share = self._shares.read(target)
        if share is None:
            return refused("not-found", f"order {target} is not there")
        if share.record.parts_of(target):
            return self._add_to_pieces(share, shipment)
        known = share.record.parcel(target)
        if known and known.number == shipment.tracking_number and not known.voided:
            return Outcome(state="unchanged", id=target)
        if self._statuses.is_dead(share.order):
            return refused("cancelled", f"order {order_id_of(target)} is {share.order.status}")
        if known and not known.voided:
            return _other(target, known.number)
        seen = self._client.tracking.seen(share.order)
        share = share.apart_from(seen)
        theirs = typed(share.record, share.lines_of(target), seen, is_all=share.is_all)
        if theirs and all(one.number != shipment.tracking_number for one in theirs):
            return _other(target, theirs[0].number)
        self._show(share, [parcel_of(shipment, target)], seen)
        return Outcome(state="done", id=target)

    def _add_to_pieces(self, share: OrderShare, shipment: Shipment) -> Outcome:
        target, number = shipment.order_id, shipment.tracking_number
        open_pieces = share.record.unshipped(target)
        parcels = [share.record.parcel(leaf) for leaf in share.record.leaves(target)]
        if self._statuses.is_dead(share.order):
            return refused("cancelled", f"order {order_id_of(target)} is {share.order.status}")
        if not open_pieces and not any(one and one.number == number for one in parcels):
            return refused("already-shipped", f"no piece of order {target} is open")
        if not open_pieces:
            return Outcome(state="unchanged", id=target, code="on-pieces")
        seen = self._client.tracking.seen(share.order)
        self._show(share, [parcel_of(shipment, piece) for piece in open_pieces], seen)
        return Outcome(state="done", id=target, code="on-pieces")

    def _show(self, share: OrderShare, parcels: Sequence[Parcel], seen: Sequence[Seen]) -> None:
        record = share.record
        for parcel in parcels:
            shown = next((one for one in seen if _is_same(one, parcel)), None)
            if shown is None:
                lines = share.lines_of(parcel.of)
                shown = self._client.tracking.show(share.order, parcel, lines, seen)
                seen = [*seen, shown]
            record = record.with_parcel(msgspec.structs.replace(parcel, shown=shown.id))
        all_sent = share.is_all and not record.unshipped(str(share.order.id))
        is_open = share.order.status in self._statuses.to_ship
        status = {"status": SHIPPED} if all_sent and is_open else {}
        self._shares.save(share.order, record, **status)

    def _void(self, shipment: Shipment) -> Outcome:
        target, number = shipment.order_id, shipment.tracking_number
        share = self._shares.read(target)
        leaves = share.record.leaves(target) if share else ()
        parcels = [one for leaf in leaves if share and (one := share.record.parcel(leaf))]
        valid = [one for one in parcels if one.number == number and not one.voided]
        if share is None or not valid:
            return Outcome(state="unchanged", id=target)
        record = share.record
        for parcel in valid:
            if parcel.shown:
                self._client.tracking.hide(share.order, parcel, share.lines_of(parcel.of))
            record = record.with_parcel(msgspec.structs.replace(parcel, voided=True))
        text = f"Tracking {number} is void, the Supplier deleted its label"
        add_note(self._client.http, share.order.id, text)
        self._shares.save(share.order, record)
        return Outcome(state="done", id=target)


def _is_same(seen: Seen, parcel: Parcel) -> bool:
    """True if the shop shows this parcel; a planned piece has no number."""
    return seen.number == parcel.number and seen.of in ("", parcel.of)


def _order_id(shipment: Shipment) -> str:
    return order_id_of(shipment.order_id)


def _other(target: str, number: str) -> Outcome:
    return refused("other-tracking", f"order {target} has another tracking number, {number}")
