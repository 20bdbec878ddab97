"""Tracking numbers at the Merchant. An order has one; a void number stays, with a comment.

A parcel with a part of an order is split off, and its piece is shipped; the rest stays requested.
"""

from collections.abc import Sequence

from msgspec.structs import replace

from ordosync.accounts.merchant import Takes
from ordosync.accounts.ordoro.client import OPEN, OrdoroClient, path
from ordosync.accounts.ordoro.merchant_splits import MerchantSplits
from ordosync.accounts.ordoro.parcel_pieces import ParcelPieces
from ordosync.accounts.ordoro.schema import OrderShape, ShippingShape
from ordosync.accounts.ordoro.timeline import is_void, times_void, valid_text, void_text
from ordosync.accounts.service_client import recheck_refusals
from ordosync.added_units import requested_lines, with_ignored_lines, without_added_units
from ordosync.models import Outcome, OutcomeState, Shipment, refused


class MerchantTracking:
    """The shipping information of orders."""

    takes: Takes = "pieces"

    def __init__(self, client: OrdoroClient, splits: MerchantSplits, *, notify_cart: bool) -> None:
        self._client = client
        self._pieces = ParcelPieces(client, splits)
        self._notify_cart = notify_cart

    def add(self, shipments: Sequence[Shipment]) -> list[Outcome]:
        """Add tracking numbers; the order becomes shipped."""
        write = recheck_refusals(self._add_tracking)
        return self._client.service.write_each(
            shipments, write, key=lambda shipment: shipment.order_id
        )

    def void(self, shipments: Sequence[Shipment]) -> list[Outcome]:
        """Comment that a number is void: without a number the order would be open again."""
        write = self._void_tracking
        return self._client.service.write_each(
            shipments, write, key=lambda shipment: shipment.order_id
        )

    def _add_tracking(self, shipment: Shipment) -> Outcome:
        number = shipment.order_id
        order = self._client.order(number, f"read order {number}")
        if order is None:
            return self._on_split(shipment)
        current = order.tracking_number
        if not current:
            quantities = {line.full_id: line.quantity for line in order.lines}
            skus = {line.full_id: line.sku for line in order.lines}
            shipment = without_added_units(shipment, quantities, requested_lines(shipment, skus))
            shipment = with_ignored_lines(shipment, quantities, skus)
        outcome = _without_write(order, shipment)
        if outcome:
            return outcome
        if shipment.lines and not current:
            return self._add_part(order, shipment)
        if current != shipment.tracking_number:
            self._send_tracking(shipment, method="PUT" if current else "POST")
        self._comment_if_valid_again(order, shipment.tracking_number)
        return Outcome(state="done", id=number)

    def _add_part(self, order: OrderShape, shipment: Shipment) -> Outcome:
        """Split the units of a parcel off an open order, and ship them."""
        outcome = self._pieces.split_off(order, shipment)
        if outcome.state not in ("done", "unchanged"):
            return outcome
        number = outcome.pieces[0].id if outcome.pieces else order.order_number
        self._send_tracking(replace(shipment, order_id=number), method="POST")
        return Outcome(state="done", id=number, pieces=outcome.pieces)

    def _on_split(self, shipment: Shipment) -> Outcome:
        """Ship the piece of a parcel whose units were split off before, or each open piece."""
        found = self._pieces.find(replace(shipment, lines=shipment.lines or shipment.at_most))
        if shipment.lines or found.pieces:
            return self._on_piece(shipment, found)
        return self._on_pieces(shipment)

    def _on_piece(self, shipment: Shipment, found: Outcome) -> Outcome:
        if not found.pieces:
            return found
        piece = found.pieces[0].id
        outcome = self._add_tracking(replace(shipment, order_id=piece, lines=None, is_last=True))
        return replace(outcome, pieces=found.pieces)

    def _comment_if_valid_again(self, order: OrderShape, tracking_number: str) -> None:
        """Comment that a number is valid again if the last comment on it says that it is void."""
        if is_void(order, tracking_number):
            times = times_void(order, tracking_number)
            self._client.comment(order.order_number, valid_text(tracking_number, times))

    def _send_tracking(self, shipment: Shipment, *, method: str) -> None:
        body: dict[str, object] = {
            "tracking_number": shipment.tracking_number,
            "carrier_name": shipment.carrier,
            "ship_date": shipment.shipped_at.isoformat(),
            "notify_cart": self._notify_cart,
        }
        if shipment.method:
            body["shipping_method"] = shipment.method
        if shipment.cost is not None and shipment.currency in ("", self._client.currency):
            body["cost"] = shipment.cost
        self._client.http.send(
            method,
            path("order", shipment.order_id, "shipping_info"),
            ShippingShape,
            action=f"add tracking {shipment.tracking_number} to order {shipment.order_id}",
            json=body,
        )

    def _on_pieces(self, shipment: Shipment) -> Outcome:
        pieces = list(self._client.leaves(shipment.order_id))
        if not pieces:
            return refused("not-found", f"order {shipment.order_id} does not exist")
        number = shipment.tracking_number
        open_pieces = [piece for piece in pieces if piece.status in OPEN]
        having = [piece for piece in pieces if piece.tracking_number == number]
        void = [piece for piece in having if is_void(piece, number)]
        if open_pieces and not having and not shipment.is_last:
            return refused("which-lines", _WHICH_LINES)
        if not open_pieces and not having:
            return refused("already-shipped", f"no piece of order {shipment.order_id} is open")
        for piece in open_pieces if shipment.is_last else ():
            self._send_tracking(replace(shipment, order_id=piece.order_number), method="POST")
        for piece in void:
            self._comment_if_valid_again(piece, number)
        state: OutcomeState = "done" if open_pieces or void else "unchanged"
        return Outcome(state=state, id=shipment.order_id, code="on-pieces")

    def _void_tracking(self, shipment: Shipment) -> Outcome:
        pieces = list(self._client.leaves(shipment.order_id))
        having = [piece for piece in pieces if piece.tracking_number == shipment.tracking_number]
        valid = [piece for piece in having if not is_void(piece, shipment.tracking_number)]
        for piece in valid:
            times = times_void(piece, shipment.tracking_number) + 1
            self._client.comment(piece.order_number, void_text(shipment.tracking_number, times))
        outcome = self._split_off(shipment, pieces)
        return replace(outcome, state="done") if valid and outcome.state == "unchanged" else outcome

    def _split_off(self, shipment: Shipment, pieces: Sequence[OrderShape]) -> Outcome:
        """Return the pieces of an unfinished parcel, if its units were split off."""
        nothing = Outcome(state="unchanged", id=shipment.order_id)
        if not shipment.lines or [it.order_number for it in pieces] == [shipment.order_id]:
            return nothing
        found = self._pieces.find(shipment)
        return found if found.pieces or found.state == "unknown" else nothing


def _without_write(order: OrderShape, shipment: Shipment) -> Outcome | None:
    """Return the outcome if the number exists, or cannot be added; None if it must be added."""
    number, current = order.order_number, order.tracking_number
    if current == shipment.tracking_number and not is_void(order, current):
        return Outcome(state="unchanged", id=number)
    if order.status == "cancelled":
        return refused("cancelled", f"order {number} is cancelled")
    if current and not is_void(order, current):
        return refused("other-tracking", f"order {number} has another tracking number, {current}")
    if not current and order.status not in OPEN:
        return refused("already-shipped", f"order {number} is {order.status} without tracking")
    if not current and shipment.lines is None and not shipment.is_last:
        return refused("which-lines", _WHICH_LINES)
    return None


_WHICH_LINES = "the Supplier does not say which units are in the parcel, and others are open"
