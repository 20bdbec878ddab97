"""Writes of parcels at a Merchant's order: fulfillments, their numbers, and the record of them."""

from collections.abc import Mapping, Sequence

from msgspec import Struct, field

from ordosync.accounts.shopify.client import ShopifyClient
from ordosync.accounts.shopify.fulfillment_orders import FulfillmentOrders, OrderParts, is_cancelled
from ordosync.accounts.shopify.ids import number
from ordosync.accounts.shopify.location import SupplierLocation
from ordosync.accounts.shopify.parcel_allocation import Share, parcels_of
from ordosync.accounts.shopify.parcel_record import ParcelRecord
from ordosync.accounts.shopify.queries.fulfillment import ADD_TRACKING, CHANGE_TRACKING
from ordosync.accounts.shopify.schema import FulfillmentOrder, Id, Parcel, UserError
from ordosync.models import Comment, Outcome, Shipment, refused


class _Created(Struct, frozen=True, rename="camel"):
    user_errors: list[UserError] = field(default_factory=list)
    fulfillment: Id | None = None


class ParcelWriter:
    """Writes parcels of one Supplier."""

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

    def create(
        self,
        shipment: Shipment,
        shares: Sequence[Share],
        numbers: Sequence[str],
        order: OrderParts | None = None,
    ) -> Outcome:
        """Create a fulfillment. With `order`, record that it is this parcel."""
        for share in shares:
            self._fulfillment_orders.accept_if_requested(share.part)
        fulfillment = {
            "lineItemsByFulfillmentOrder": [_group(share) for share in shares],
            "trackingInfo": _tracking(shipment, numbers),
            "notifyCustomer": self._notify_customer,
        }
        action = f"add tracking {shipment.tracking_number} to {shipment.order_id}"
        created = self._client.graphql.write(
            ADD_TRACKING, dict[str, _Created], action=action, fulfillment=fulfillment
        )["fulfillmentCreate"]
        if created.user_errors:
            return self._after_refusal(shipment, shares, created.user_errors, fulfillment)
        if order and created.fulfillment:
            ids = [number(created.fulfillment.id)]
            self.record(order, order.record.with_sent(shipment.id, shipment.order_id, ids))
        return Outcome(state="done", id=shipment.order_id)

    def _after_refusal(
        self,
        shipment: Shipment,
        shares: Sequence[Share],
        errors: Sequence[UserError],
        fulfillment: object,
    ) -> Outcome:
        """Return the outcome of a refused fulfillment, by the order as it is now."""
        order = self._fulfillment_orders.parts(shipment.order_id)
        parts = [part for part in order.parts if part.id == shares[0].part.id] if order else []
        # The request was delivered twice.
        if order and parcels_of(shipment, order) and has(shipment.tracking_number, parts):
            return Outcome(state="done", id=shipment.order_id)
        # It was cancelled after it was read and before the request arrived.
        if parts and is_cancelled(parts[0]):
            return refused("cancelled", f"fulfillment order {shipment.order_id} is cancelled")
        return self._client.denied(errors, fulfillment)

    def change(
        self, shipment: Shipment, parcel: str, numbers: Sequence[str], *, notify: bool = True
    ) -> Outcome:
        """Replace the tracking numbers of a fulfillment."""
        tracking = _tracking(shipment, numbers)
        errors = self._client.mutate(
            CHANGE_TRACKING,
            action=f"change the tracking of {shipment.order_id} to {shipment.tracking_number}",
            idempotent=True,
            id=parcel,
            tracking=tracking,
            notify=self._notify_customer and notify,
        )
        if errors:
            return self._client.denied(errors, tracking)
        return Outcome(state="done", id=shipment.order_id)

    def record(self, order: OrderParts, record: ParcelRecord) -> None:
        """Record the parcels of an order."""
        metafield = self._location.metafield(order.order, "parcels", record)
        self._client.set_metafields([metafield], action="record the parcels of an order")

    def keep_number(self, shipment: Shipment, order: OrderParts) -> Outcome:
        """Keep a number with unknown units, with a comment: it has no fulfillment."""
        number_ = shipment.tracking_number
        text = f"Tracking {number_}: a part is sent; the Supplier does not report its units"
        record = order.record.with_number(number_, shipment.order_id)
        self._client.remark(
            order.order,
            Comment(key=f"parcel:{number_}", order_id=shipment.order_id, text=text),
            self._location.metafield(order.order, "parcels", record),
        )
        return Outcome(state="done", id=shipment.order_id)

    def set_void(self, shipment: Shipment, order: OrderParts) -> Outcome:
        """Record that a number is void, with a comment."""
        number_ = shipment.tracking_number
        text = f"Tracking {number_} is void: the Supplier deleted its label"
        return self._set_void(shipment, order, text, [*order.void, number_])

    def mark_valid(self, shipment: Shipment, order: OrderParts) -> Outcome:
        """Record that a void number is valid again, and replace the comment that it is void."""
        number_ = shipment.tracking_number
        still_void = [void for void in order.void if void != number_]
        return self._set_void(shipment, order, f"Tracking {number_} is valid again", still_void)

    def _set_void(
        self, shipment: Shipment, order: OrderParts, text: str, void: Sequence[str]
    ) -> Outcome:
        metafields = [self._location.metafield(order.order, "void", void)]
        if shipment.tracking_number in order.record.numbers:
            record = order.record.without_number(shipment.tracking_number)
            metafields.append(self._location.metafield(order.order, "parcels", record))
        key = f"void:{shipment.tracking_number}"
        comment = Comment(key=key, order_id=shipment.order_id, text=text)
        self._client.remark(order.order, comment, *metafields)
        return Outcome(state="done", id=shipment.order_id)


def all_numbers(shipment: Shipment, order: OrderParts | None = None) -> list[str]:
    """Return the numbers of a parcel. An order's last parcel also has those without units."""
    kept = order.record.numbers.items() if order and shipment.is_last else ()
    without_units = [number_ for number_, order_id in kept if order_id == shipment.order_id]
    return list(dict.fromkeys([shipment.tracking_number, *shipment.more_numbers, *without_units]))


def has(number_: str, parts: Sequence[FulfillmentOrder]) -> bool:
    """True if a sent parcel of one of these parts has this number."""
    return any(number_ in parcel.numbers for part in parts for parcel in part.sent)


def numbers_of(parcel: Parcel, void: Sequence[str], *added: str) -> list[str]:
    """Return the valid numbers of a fulfillment with further ones, each once."""
    valid = [number_ for number_ in parcel.numbers if number_ not in void]
    return list(dict.fromkeys([*valid, *added]))


def _group(share: Share) -> Mapping[str, object]:
    group: dict[str, object] = {"fulfillmentOrderId": share.part.id}
    if share.lines:
        lines = [{"id": id_, "quantity": quantity} for id_, quantity in share.lines]
        group["fulfillmentOrderLineItems"] = lines
    return group


def _tracking(shipment: Shipment, numbers: Sequence[str]) -> Mapping[str, object]:
    key, value = ("number", numbers[0]) if len(numbers) == 1 else ("numbers", list(numbers))
    tracking: Mapping[str, object] = {key: value, "company": shipment.carrier}
    return {name: text for name, text in tracking.items() if text}
