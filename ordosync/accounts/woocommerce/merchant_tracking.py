"""Tracking numbers in a Merchant's shop, by the way in which the shop shows parcels.

First the shop shows a parcel in its own way. Then the order gets its record and its status in one
write. So every recorded parcel was shown. A parcel that was shown but not recorded is recognised
by its number.
"""

from collections.abc import Sequence

import msgspec

from ordosync.accounts.woocommerce.foreign_parcels import foreign_numbers
from ordosync.accounts.woocommerce.order_metadata import Parcel, order_id_of, parcel_of
from ordosync.accounts.woocommerce.order_share import OrderShare, SharePart
from ordosync.accounts.woocommerce.order_statuses import SHIPPED
from ordosync.accounts.woocommerce.parcels import ShownParcel
from ordosync.accounts.woocommerce.timeline import add_note
from ordosync.models import Outcome, Shipment, refused


class MerchantTracking(SharePart):
    """Parcels of this Supplier, as the shop's customers see them."""

    def add(self, shipments: Sequence[Shipment]) -> list[Outcome]:
        """Add tracking numbers; an order becomes completed when all of its lines are sent."""
        return self._client.service.write_each(shipments, self._add, key=_order_id)

    def void(self, shipments: Sequence[Shipment]) -> list[Outcome]:
        """Stop showing these numbers, and add a note; the orders keep their status."""
        return self._client.service.write_each(shipments, self._void, key=_order_id)

    def _add(self, shipment: Shipment) -> Outcome:
        target = shipment.order_id
        share = self._shares.read(target)
        if share is None:
            return refused("not-found", f"order {target} does not exist")
        if share.record.parts_of(target):
            return self._add_to_pieces(share, shipment)
        existing = share.record.parcel(target)
        if existing and existing.number == shipment.tracking_number and not existing.voided:
            return Outcome(state="unchanged", id=target)
        if self._statuses.is_dead(share.order):
            return refused("cancelled", f"order {order_id_of(target)} is {share.order.status}")
        if existing and not existing.voided:
            return _has_other_number(target, existing.number)
        shown = self._client.tracking.parcels(share.order)
        share = share.without_foreign(shown)
        foreign = foreign_numbers(share.record, share.lines_of(target), shown, is_all=share.is_all)
        if foreign and all(parcel.number != shipment.tracking_number for parcel in foreign):
            return _has_other_number(target, foreign[0].number)
        self._show(share, [parcel_of(shipment, target)], shown)
        return Outcome(state="done", id=target)

    def _add_to_pieces(self, share: OrderShare, shipment: Shipment) -> Outcome:
        target, number = shipment.order_id, shipment.tracking_number
        open_pieces = share.record.unshipped(target)
        parcels = [share.record.parcel(leaf) for leaf in share.record.leaves(target)]
        if self._statuses.is_dead(share.order):
            return refused("cancelled", f"order {order_id_of(target)} is {share.order.status}")
        if not open_pieces and not any(parcel and parcel.number == number for parcel in parcels):
            return refused("already-shipped", f"all pieces of order {target} are shipped")
        if not open_pieces:
            return Outcome(state="unchanged", id=target, code="on-pieces")
        shown = self._client.tracking.parcels(share.order)
        self._show(share, [parcel_of(shipment, piece) for piece in open_pieces], shown)
        return Outcome(state="done", id=target, code="on-pieces")

    def _show(
        self, share: OrderShare, parcels: Sequence[Parcel], shown: Sequence[ShownParcel]
    ) -> None:
        record = share.record
        for parcel in parcels:
            existing = next((item for item in shown if _is_same(item, parcel)), None)
            if existing is None:
                lines = share.lines_of(parcel.of)
                existing = self._client.tracking.show(share.order, parcel, lines, shown)
                shown = [*shown, existing]
            record = record.with_parcel(msgspec.structs.replace(parcel, shown=existing.id))
        all_sent = share.is_all and not record.unshipped(str(share.order.id))
        is_open = share.order.status in self._statuses.to_ship
        status = {"status": SHIPPED} if all_sent and is_open else {}
        self._shares.save(share.order, record, **status)

    def _void(self, shipment: Shipment) -> Outcome:
        target, number = shipment.order_id, shipment.tracking_number
        share = self._shares.read(target)
        leaves = share.record.leaves(target) if share else ()
        parcels = [parcel for leaf in leaves if share and (parcel := share.record.parcel(leaf))]
        valid = [parcel for parcel in parcels if parcel.number == number and not parcel.voided]
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


def _is_same(shown: ShownParcel, parcel: Parcel) -> bool:
    """True if the shop shows this parcel; a planned piece has no number."""
    return shown.number == parcel.number and shown.of in ("", parcel.of)


def _order_id(shipment: Shipment) -> str:
    return order_id_of(shipment.order_id)


def _has_other_number(target: str, number: str) -> Outcome:
    return refused("other-tracking", f"order {target} has another tracking number, {number}")
