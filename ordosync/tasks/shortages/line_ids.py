"""The lines of answers that name only a SKU, by the Merchant's order."""

from collections.abc import Sequence

from msgspec.structs import replace

from ordosync.models import Order, normalized_sku
from ordosync.shortages import Shortage
from ordosync.store.links import Link
from ordosync.tasks.base import Portal


def with_line_ids(
    portal: Portal, shortage: Shortage, link: Link, lines: Sequence[Link]
) -> Shortage:
    """Return a shortage whose lines have the Supplier's ids. A line of an unknown SKU is left."""
    if all(line.line_id for line in shortage.lines):
        return shortage
    pages = portal.merchant.orders.by_id([link.merchant_id])
    orders = [item for page in pages for item in page.items if isinstance(item, Order)]
    skus = {line.id: normalized_sku(line.sku) for order in orders for line in order.lines}
    ids = {skus.get(line.merchant_id, ""): line.supplier_id for line in lines}
    named = (
        line if line.line_id else replace(line, line_id=ids.get(normalized_sku(line.sku), ""))
        for line in shortage.lines
    )
    return replace(shortage, lines=tuple(named))
