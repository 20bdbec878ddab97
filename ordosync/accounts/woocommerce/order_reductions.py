"""Reduces the lines of a Supplier's order, never below the units in sent parcels.

Uses `/orders/<id>`. A line keeps its total when its quantity changes, so the total is reduced, too.
The shop computes that of the order. It removes a line with 0 units. Shops before the releases of
2024 do not return the stock. Refunds are only read: money stays in the shop.
"""

from collections.abc import Mapping
from decimal import Decimal

from ordosync.accounts.woocommerce.client import Quantities, WooCommerceClient
from ordosync.accounts.woocommerce.order_parcels import OrderParcels, SentParcels
from ordosync.accounts.woocommerce.parcels import Lines
from ordosync.accounts.woocommerce.schema import LineShape, OrderShape, whole

REST_CANCELLED = "_ordosync_rest_cancelled"
"""The field of a partially sent order whose open units were cancelled: it is done only once."""


class OrderReductions:
    """Writes lower quantities of lines."""

    def __init__(self, client: WooCommerceClient, parcels: OrderParcels) -> None:
        self._client = client
        self._parcels = parcels

    def has_more(self, order: OrderShape, wanted: Lines) -> bool:
        """True if a line of an order has more units than wanted."""
        remaining = self._client.remaining(order) if order.refunds else _quantities(order)
        return any(count > wanted[line] for line, count in remaining.items() if line in wanted)

    def lower(
        self, order: OrderShape, sent: SentParcels, wanted: Lines, *, cancels_rest: bool = False
    ) -> bool:
        """Reduce lines to the wanted or the sent units; return True if a line was reduced."""
        lowered = _lowered(order, sent.units, wanted, self._client.remaining(order))
        if not lowered:
            return False
        fields: dict[str, object] = {"line_items": line_items(order, lowered)}
        if cancels_rest:
            fields["meta_data"] = [{"key": REST_CANCELLED, "value": "yes"}]
        action = f"reduce the quantities of order {order.id}"
        # The shop refuses a line that is already removed, so the order is read before a repetition.
        after = self._client.save(order, fields, action, idempotent=all(lowered.values()))
        raised = self._sent_meanwhile(order, after, lowered)
        if raised:
            action = f"restore the quantities of order {order.id}"
            self._client.save(order, {"line_items": line_items(order, raised)}, action)
        quantities = _quantities(order)
        return any(raised.get(line, count) < quantities[line] for line, count in lowered.items())

    def _sent_meanwhile(self, order: OrderShape, after: OrderShape, lowered: Lines) -> Lines:
        """Return the sent units of the lines with more sent units than when they were read."""
        sent, quantities = self._parcels.sent(after).units, _quantities(order)
        kept = {line.id for line in after.line_items}
        return {
            line: min(sent[line], whole(quantities[line]) or 0)
            for line, count in lowered.items()
            if line in kept and sent.get(line, 0) > count
        }


def _lowered(
    order: OrderShape, sent: Mapping[int, int], wanted: Lines, remaining: Quantities
) -> Lines:
    """Return the new quantities of the lines to reduce. They include the refunded units."""
    lowered = {}
    for line in order.line_items:
        refunded_units = whole(line.quantity - remaining[line.id]) or 0
        quantity = max(wanted.get(line.id, 0), sent.get(line.id, 0)) + refunded_units
        if line.id in wanted and quantity < line.quantity:
            lowered[line.id] = quantity
    return lowered


def _quantities(order: OrderShape) -> Quantities:
    return {line.id: line.quantity for line in order.line_items}


def line_items(order: OrderShape, quantities: Lines) -> list[Mapping[str, object]]:
    """Return new quantities of lines with the amounts for them."""
    return [
        {
            "id": line.id,
            "quantity": quantities[line.id],
            "subtotal": _share(line.subtotal, quantities[line.id], line),
            "total": _share(line.total, quantities[line.id], line),
        }
        for line in order.line_items
        if line.id in quantities
    ]


def _share(amount: Decimal, quantity: int, line: LineShape) -> str:
    """Return an amount of a line for another number of units."""
    share = amount * quantity / Decimal(str(line.quantity))
    return format(share.quantize(amount), "f")
