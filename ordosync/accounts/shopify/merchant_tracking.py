"""Merchant tracking: a parcel is a fulfillment, with its carrier and its number.

If a fulfillment is cancelled, its order is open again, and a user could ship it. So a voided number
is not removed. A comment on the order states that it is void, and the next number replaces it.
"""

from collections.abc import Mapping, Sequence
from functools import partial

from ordosync.accounts.account import outcome_of
from ordosync.accounts.shopify.client import ShopifyClient
from ordosync.accounts.shopify.fulfillment_orders import FulfillmentOrders, OrderParts, is_cancelled
from ordosync.accounts.shopify.ids import fulfillment_order, number
from ordosync.accounts.shopify.location import SupplierLocation
from ordosync.accounts.shopify.queries.fulfillment import ADD_TRACKING, CHANGE_TRACKING, TRACKED
from ordosync.accounts.shopify.schema import Fulfillment, FulfillmentOrder
from ordosync.models import Comment, Outcome, Shipment, refused


class MerchantTracking:
    """Tracking numbers on fulfillment orders and their pieces."""

    def __init__(
        self,
        client: ShopifyClient,
        location: SupplierLocation,
        fulfillment_orders: FulfillmentOrders,
        *,
        notify_customer: bool,
    ) -> None:
        self._client = client
        self._location = location
        self._fulfillment_orders = fulfillment_orders
        self._notify_customer = notify_customer

    def add(self, shipments: Sequence[Shipment]) -> list[Outcome]:
        """Create fulfillments, which close their fulfillment orders."""
        unsplit = self._unsplit([shipment.order_id for shipment in shipments])
        add = partial(self._add, unsplit=unsplit)
        return self._client.service.write_each(shipments, add, key=_fulfillment_order)

    def void(self, shipments: Sequence[Shipment]) -> list[Outcome]:
        """Comment on the order that a number is void; the order stays shipped.

        Numbers are voided one after the other: several may change the same metafield.
        """
        return [outcome_of(shipment, self._void) for shipment in shipments]

    def _unsplit(self, ids: Sequence[str]) -> dict[str, FulfillmentOrder]:
        """Return the unsent fulfillment orders that are the only part of their order."""
        gids = [fulfillment_order(id_) for id_ in ids]
        states = self._client.by_id(
            TRACKED, FulfillmentOrder, gids, action="read the state of orders"
        )
        return {
            state.id: state
            for state in states
            if len(state.order.fulfillment_orders.nodes) == 1 and not state.fulfillments.nodes
        }

    def _add(self, shipment: Shipment, *, unsplit: dict[str, FulfillmentOrder]) -> Outcome:
        part = unsplit.pop(fulfillment_order(shipment.order_id), None)
        if part:
            return self._add_to(shipment, part)
        order = self._fulfillment_orders.parts(shipment.order_id)
        if order is None:
            return refused("not-found", f"fulfillment order {shipment.order_id} does not exist")
        if len(order.parts) == 1:
            return self._add_to(shipment, order.parts[0], order)
        return self._add_to_pieces(shipment, order)

    def _add_to(
        self, shipment: Shipment, part: FulfillmentOrder, order: OrderParts | None = None
    ) -> Outcome:
        id_, tracking_number = shipment.order_id, shipment.tracking_number
        void = order.void if order else ()
        numbers = [number_ for parcel in part.sent for number_ in parcel.numbers]
        valid = [number_ for number_ in numbers if number_ not in void]
        if tracking_number in valid:
            return Outcome(state="unchanged", id=id_)
        if part.asks_cancellation:
            self._fulfillment_orders.answer_cancellation(part, accepted=False)
        elif is_cancelled(part):
            return refused("cancelled", f"fulfillment order {id_} is cancelled")
        if order and tracking_number in void and tracking_number in numbers:
            return self._mark_valid(shipment, order)
        if replaceable := _replaceable(part, void):
            outcome = self._change(shipment, replaceable.id)
            is_back = order and tracking_number in void and outcome.state == "done"
            return self._mark_valid(shipment, order) if order and is_back else outcome
        # An open part may have foreign parcels.
        if part.is_open:
            return self._create(shipment, [part])
        return _refusal(id_, part, valid)

    def _add_to_pieces(self, shipment: Shipment, order: OrderParts) -> Outcome:
        still_open = [part for part in order.parts if part.is_open]
        # A cancelled piece is not shipped. If all are cancelled, the cancellation is too late.
        is_revoked = self._fulfillment_orders.is_revoked
        targets = [part for part in still_open if not is_revoked(part)] or still_open
        if not targets and not _has(shipment.tracking_number, order.parts):
            return refused("already-shipped", f"no piece of {shipment.order_id} is open")
        if not targets and shipment.tracking_number not in order.void:
            return Outcome(state="unchanged", id=shipment.order_id, code="on-pieces")
        if targets:
            for part in targets:
                if part.asks_cancellation:
                    self._fulfillment_orders.answer_cancellation(part, accepted=False)
            outcome = self._create(shipment, targets)
            if outcome.state != "done":
                return outcome
        if shipment.tracking_number in order.void:
            self._mark_valid(shipment, order)
        return Outcome(state="done", id=shipment.order_id, code="on-pieces")

    def _create(self, shipment: Shipment, parts: Sequence[FulfillmentOrder]) -> Outcome:
        for part in parts:
            self._fulfillment_orders.accept_if_requested(part)
        fulfillment = {
            "lineItemsByFulfillmentOrder": [{"fulfillmentOrderId": part.id} for part in parts],
            "trackingInfo": _tracking(shipment),
            "notifyCustomer": self._notify_customer,
        }
        action = f"add tracking {shipment.tracking_number} to {shipment.order_id}"
        errors = self._client.mutate(ADD_TRACKING, action=action, fulfillment=fulfillment)
        if not errors:
            return Outcome(state="done", id=shipment.order_id)
        order = self._fulfillment_orders.parts(shipment.order_id)
        parts_now = [part for part in order.parts if part.id == parts[0].id] if order else []
        # The request was delivered twice.
        if _has(shipment.tracking_number, parts_now):
            return Outcome(state="done", id=shipment.order_id)
        # It was cancelled after it was read and before the request arrived.
        if parts_now and is_cancelled(parts_now[0]):
            return refused("cancelled", f"fulfillment order {shipment.order_id} is cancelled")
        return self._client.denied(errors, fulfillment)

    def _change(self, shipment: Shipment, fulfillment: str) -> Outcome:
        """Replace a void number, or add one to a parcel without a number."""
        tracking = _tracking(shipment)
        errors = self._client.mutate(
            CHANGE_TRACKING,
            action=f"change the tracking of {shipment.order_id} to {shipment.tracking_number}",
            idempotent=True,
            id=fulfillment,
            tracking=tracking,
            notify=self._notify_customer,
        )
        if errors:
            return self._client.denied(errors, tracking)
        return Outcome(state="done", id=shipment.order_id)

    def _void(self, shipment: Shipment) -> Outcome:
        id_, number_ = shipment.order_id, shipment.tracking_number
        order = self._fulfillment_orders.parts(id_)
        if not order or not _has(number_, order.parts) or number_ in order.void:
            return Outcome(state="unchanged", id=id_)
        text = f"Tracking {number_} is void: the Supplier deleted its label"
        return self._set_void(shipment, order, text, [*order.void, number_])

    def _mark_valid(self, shipment: Shipment, order: OrderParts) -> Outcome:
        """Record that a void number is valid again, and replace the comment that it is void."""
        number_ = shipment.tracking_number
        still_void = [void for void in order.void if void != number_]
        return self._set_void(shipment, order, f"Tracking {number_} is valid again", still_void)

    def _set_void(
        self, shipment: Shipment, order: OrderParts, text: str, void: Sequence[str]
    ) -> Outcome:
        key = f"void:{shipment.tracking_number}"
        self._client.remark(
            order.order,
            Comment(key=key, order_id=shipment.order_id, text=text),
            self._location.metafield(order.order, "void", void),
        )
        return Outcome(state="done", id=shipment.order_id)


def _replaceable(part: FulfillmentOrder, void: Sequence[str]) -> Fulfillment | None:
    """Return a parcel that gets the next number: it has only void numbers, or no number at all."""
    for parcel in part.sent:
        if parcel.numbers and {*parcel.numbers} <= {*void}:
            return parcel
    has_valid = any(number_ not in void for parcel in part.sent for number_ in parcel.numbers)
    return part.sent[0] if part.sent and not has_valid and not part.is_open else None


def _refusal(id_: str, part: FulfillmentOrder, valid: Sequence[str]) -> Outcome:
    """Return the refusal for a part that cannot get a tracking number any more."""
    if valid:
        return refused("other-tracking", f"has another tracking number, {valid[0]}")
    if part.status == "CLOSED":
        reason = f"fulfillment order {id_} is closed, and another one has its units"
        return refused("not-found", reason)
    code = "on-hold" if part.status == "ON_HOLD" else "already-shipped"
    return refused(code, f"fulfillment order {id_} is {part.status.lower()}")


def _has(number_: str, parts: Sequence[FulfillmentOrder]) -> bool:
    """True if a sent parcel of one of these parts has this number."""
    return any(number_ in parcel.numbers for part in parts for parcel in part.sent)


def _fulfillment_order(shipment: Shipment) -> str:
    return number(fulfillment_order(shipment.order_id))


def _tracking(shipment: Shipment) -> Mapping[str, str]:
    tracking = {"number": shipment.tracking_number, "company": shipment.carrier}
    return {name: text for name, text in tracking.items() if text}
