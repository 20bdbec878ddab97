"""Cancellations of a Supplier's orders: by their status in the shop, or by lower quantities.

A cancelled order returns the stock of all its lines. So the lines of a partially sent order are
reduced to the sent units, and the order keeps its status.
"""

from collections.abc import Sequence
from functools import partial

from ordosync.accounts.woocommerce.client import WooCommerceClient
from ordosync.accounts.woocommerce.order_parcels import OrderParcels, SentParcels
from ordosync.accounts.woocommerce.order_reductions import REST_CANCELLED, OrderReductions
from ordosync.accounts.woocommerce.order_statuses import GONE, PARTIAL, SHIPPED
from ordosync.accounts.woocommerce.schema import OrderShape
from ordosync.edits import Reduction
from ordosync.models import Outcome, refused


class SupplierCancellations:
    """Cancels open orders, and open units of them."""

    can_reduce = True

    def __init__(self, client: WooCommerceClient, parcels: OrderParcels) -> None:
        self._client = client
        self._parcels = parcels
        self._reductions = OrderReductions(client, parcels)

    def cancel(self, ids: Sequence[str], *, also_shipped: bool = False) -> list[Outcome]:
        """Cancel open orders, and shipped orders with `also_shipped`; their stock is returned.

        If an order is partially sent, only its open units are removed.
        """
        cancel = partial(self._cancel, also_shipped=also_shipped)
        return self._client.service.write_each(ids, cancel, key=str)

    def reduce(self, reductions: Sequence[Reduction]) -> list[Outcome]:
        """Reduce the units of lines to these, or to the sent units."""
        return self._client.service.write_each(
            reductions, self._reduce, key=lambda reduction: reduction.order_id
        )

    def _cancel(self, order_id: str, *, also_shipped: bool) -> Outcome:
        order = self._client.order(order_id, f"read order {order_id}")
        if order is None:
            return refused("not-found", "does not exist")
        if order.status in GONE:
            return Outcome(state="unchanged", id=order_id)
        if also_shipped:
            self._client.save(order, {"status": "cancelled"}, f"cancel order {order_id}")
            return Outcome(state="done", id=order_id)
        sent = self._parcels.sent(order)
        if order.meta(REST_CANCELLED) and self._parcels.status_of(order, sent) == "shipped":
            return Outcome(state="unchanged", id=order_id)
        if refusal := self._refusal(order, sent):
            return refusal
        return self._cancel_rest(order, sent) if sent.numbered else self._cancel_all(order)

    def _cancel_all(self, order: OrderShape) -> Outcome:
        """Cancel an order without sent units; restore it if a parcel is sent meanwhile."""
        order_id = str(order.id)
        after = self._client.save(order, {"status": "cancelled"}, f"cancel order {order_id}")
        is_completed = after.date_completed_gmt != order.date_completed_gmt
        if not is_completed and not self._parcels.sent(after).numbered:
            return Outcome(state="done", id=order_id)
        status = SHIPPED if is_completed else order.status
        self._client.save(order, {"status": status}, f"restore order {order_id}")
        if is_completed:
            return refused("already-shipped", f"order {order_id} is shipped")
        return self._cancel(order_id, also_shipped=False)

    def _cancel_rest(self, order: OrderShape, sent: SentParcels) -> Outcome:
        """Remove the open units of a partially sent order."""
        unwanted = {line.id: 0 for line in order.line_items}
        if not self._reductions.lower(order, sent, unwanted, cancels_rest=True):
            return refused("already-shipped", f"order {order.id} is shipped")
        reason = f"order {order.id} is partially sent, so its lines were reduced to the sent units"
        return Outcome(state="done", id=str(order.id), reason=reason)

    def _reduce(self, reduction: Reduction) -> Outcome:
        order_id = reduction.order_id
        order = self._client.order(order_id, f"read order {order_id}")
        if order is None:
            return refused("not-found", "does not exist")
        wanted = {
            int(part.line_id): part.quantity for part in reduction.lines if part.line_id.isdecimal()
        }
        if order.status in GONE or not self._reductions.has_more(order, wanted):
            return Outcome(state="unchanged", id=order_id)
        sent = self._parcels.sent(order)
        if refusal := self._refusal(order, sent, of_units=True):
            return refusal
        if not self._reductions.lower(order, sent, wanted):
            return refused("already-shipped", f"the units of order {order_id} are shipped")
        return Outcome(state="done", id=order_id)

    def _refusal(
        self, order: OrderShape, sent: SentParcels, *, of_units: bool = False
    ) -> Outcome | None:
        """Return the refusal to cancel an order that is or may be sent; None if it is open."""
        if self._parcels.status_of(order, sent) == "shipped":
            return refused("already-shipped", f"order {order.id} is shipped")
        if sent.has_bare_number:
            code = "not-reducible" if of_units else "partially-shipped"
            reason = f"order {order.id} has a tracking number, and the shop does not say for which"
            return refused(code, f"{reason} units; cancel what is open at the shop")
        status = order.status
        is_unsent = self._parcels.is_unsent(status)
        if not is_unsent and not (status in PARTIAL and sent.numbered):
            remedy = f"if it is not, cancel it at the shop; if it is, add {status} to `shipped:`"
            reason = f"order {order.id} has the status {status} and may be shipped; {remedy}"
            return refused("maybe-shipped", reason)
        if sent.parcels and not sent.numbered and not of_units:
            reason = f"order {order.id} has a parcel without a tracking number and may be shipped"
            return refused("maybe-shipped", f"{reason}; if it is not, cancel it at the shop")
        return None
