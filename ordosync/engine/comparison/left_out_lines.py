"""Lines that were never sent to the Supplier are no difference: the Merchant's orders without them.

The links decide about each line when an order is sent, but they may be lost, and products may be
linked since. So a line counts if the Supplier's order has its SKU.
"""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from msgspec.structs import replace

from ordosync.config.settings import PortalConfig
from ordosync.engine.comparison.order_trees import OrderTree
from ordosync.models import OrderSnapshot, Shipment, normalized_sku


def with_ignored(item: OrderSnapshot, config: PortalConfig) -> OrderSnapshot:
    """Return an order whose lines that the portal ignores are marked as not shipped."""
    order = item.order
    ignored = {line.id: "" for line in order.lines if config.ignores(line.own_sku)}
    if not ignored:
        return item
    return replace(item, order=replace(order, not_shipped={**order.not_shipped, **ignored}))


def without_left_out(merchant: OrderTree, suppliers: Sequence[tuple[int, OrderTree]]) -> OrderTree:
    """Return the Merchant's order and its pieces with the lines that the Supplier may have."""
    if not any(member.order.not_shipped for member in merchant.members):
        return merchant
    skus = {
        normalized_sku(line.sku)
        for _, tree in suppliers
        for member in tree.members
        for line in member.order.lines
    }
    return OrderTree(merchant.id, tuple(_pruned(member, skus) for member in merchant.members))


def _pruned(item: OrderSnapshot, skus: AbstractSet[str]) -> OrderSnapshot:
    order = item.order
    out = {
        line.id
        for line in order.lines
        if line.id in order.not_shipped and normalized_sku(line.sku) not in skus
    }
    lines = tuple(line for line in order.lines if line.id not in out)
    return replace(
        item,
        order=replace(order, lines=lines),
        shipments=tuple(_without(shipment, out) for shipment in item.shipments),
    )


def _without(shipment: Shipment, out: AbstractSet[str]) -> Shipment:
    if not shipment.lines:
        return shipment
    lines = tuple(part for part in shipment.lines if part.line_id not in out)
    return replace(shipment, lines=lines)
