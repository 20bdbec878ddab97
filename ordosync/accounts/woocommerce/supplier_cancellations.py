"""Cancellations of a Supplier's orders, by their status in the shop."""

from collections.abc import Sequence
from functools import partial

from ordosync.accounts.woocommerce.client import WooCommerceClient
from ordosync.accounts.woocommerce.order_parcels import OrderParcels
from ordosync.accounts.woocommerce.order_statuses import GONE, SHIPPED, UNSENT
from ordosync.accounts.woocommerce.schema import OrderShape
from ordosync.models import Outcome, refused


class SupplierCancellations:
    """Cancels open orders; the shop puts their stock back."""

    def __init__(self, client: WooCommerceClient, parcels: OrderParcels) -> None:
        self._client = client
        self._parcels = parcels

    def cancel(self, ids: Sequence[str], *, also_shipped: bool = False) -> list[Outcome]:
        """Cancel open orders, and shipped orders with `also_shipped`; their stock is put back."""
        cancel = partial(self._cancel, also_shipped=also_shipped)
        return self._client.service.write_each(ids, cancel, key=str)

    def _cancel(self, order_id: str, *, also_shipped: bool) -> Outcome:
        order = self._client.order(order_id, f"read order {order_id}")
        if order is None:
            return refused("not-found", "does not exist")
        if order.status in GONE:
            return Outcome(state="unchanged", id=order_id)
        refusal = None if also_shipped else self._refusal(order)
        if refusal:
            return refusal
        after = self._client.save(order, {"status": "cancelled"}, f"cancel order {order_id}")
        if after.date_completed_gmt != order.date_completed_gmt and not also_shipped:
            # It was completed after it was read and before it was cancelled: the parcel wins.
            self._client.save(order, {"status": SHIPPED}, f"restore order {order_id}")
            return refused("already-shipped", f"order {order_id} is shipped")
        return Outcome(state="done", id=order_id)

    def _refusal(self, order: OrderShape) -> Outcome | None:
        """Return the refusal to cancel an order that is or may be sent; None if it is open."""
        parcels = self._client.shown_parcels(order)
        if self._parcels.is_sent(order, parcels):
            return refused("already-shipped", f"order {order.id} is shipped")
        status = order.status
        if status not in UNSENT:
            remedy = f"if it is not, cancel it at the shop; if it is, add {status} to `shipped:`"
            reason = f"order {order.id} has the status {status} and may be shipped; {remedy}"
            return refused("maybe-shipped", reason)
        if any(parcel.is_sent for parcel in parcels):
            reason = f"order {order.id} has a parcel without a tracking number and may be shipped"
            return refused("maybe-shipped", f"{reason}; if it is not, cancel it at the shop")
        return None
