"""Ends ordosync's holds of short units when the Supplier sends these units after all.

A hold of another app or of a user stays: then the parcel is refused until it is ended.
"""

from msgspec import Struct

from ordosync.accounts.shopify.client import ShopifyClient
from ordosync.accounts.shopify.fulfillment_orders import FulfillmentOrders, OrderParts
from ordosync.accounts.shopify.ids import number
from ordosync.accounts.shopify.location import SupplierLocation
from ordosync.accounts.shopify.parcel_allocation import open_units, parcels_of, units_in, units_of
from ordosync.accounts.shopify.queries.orders import RELEASE
from ordosync.accounts.shopify.queries.shortages import HOLDS
from ordosync.accounts.shopify.schema import Connection, Part
from ordosync.accounts.shopify.shortage_reasons import HeldPart
from ordosync.errors import RefusedError
from ordosync.models import Shipment

_HELD = "ON_HOLD"


class _HeldOrder(Struct, frozen=True, rename="camel", kw_only=True):
    id: str
    fulfillment_orders: Connection[HeldPart]


class HeldUnits:
    """Holds of units that are in a parcel."""

    def __init__(
        self,
        client: ShopifyClient,
        location: SupplierLocation,
        fulfillment_orders: FulfillmentOrders,
    ) -> None:
        self._client = client
        self._location = location
        self._fulfillment_orders = fulfillment_orders

    def freed(self, shipment: Shipment, order: OrderParts) -> OrderParts:
        """Return an order after the holds of ordosync ended whose units a parcel needs.

        Raises `RefusedError` if the shop does not end one.
        """
        held = [part for part in order.parts if part.status == _HELD and open_units([part])]
        if not held or not _needs(shipment, order, held) or not self._release(order, held):
            return order
        # The shop may have merged the parts.
        return self._fulfillment_orders.parts(shipment.order_id) or order

    def _release(self, order: OrderParts, held: list[Part]) -> bool:
        """End the holds of ordosync on these fulfillment orders; return False if there is none."""
        [found] = self._client.by_id(
            HOLDS,
            _HeldOrder,
            [order.order],
            action=f"read the holds of order {number(order.order)}",
            holds=self._location.metafield_keys["held"],
        )
        ids = {part.id for part in held}
        holds = {
            part.id: [hold.id for hold in part.fulfillment_holds if hold.is_ours]
            for part in found.fulfillment_orders.nodes
            if part.id in ids
        }
        for id_, own in holds.items():
            if own:
                action = f"end the hold of fulfillment order {number(id_)}"
                errors = self._client.mutate(
                    RELEASE, action=action, idempotent=True, id=id_, holds=own
                )
                if errors:
                    reason = self._client.message(errors)
                    raise RefusedError(self._client.service.account, action, reason)
        return any(holds.values())


def _needs(shipment: Shipment, order: OrderParts, held: list[Part]) -> bool:
    """True if a parcel has units that only these fulfillment orders have open."""
    if shipment.lines is None:
        return shipment.is_last
    missing = units_of(shipment) - units_in(parcels_of(shipment, order))
    free = open_units([part for part in order.parts if part.can_be_sent])
    return bool((missing - free) & open_units(held))
