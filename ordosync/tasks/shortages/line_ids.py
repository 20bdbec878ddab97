"""The lines of answers that name only a SKU, by the Merchant's order."""

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from ordosync.models import Order, normalized_sku
from ordosync.shortages import Shortage, ShortLine
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
    by_sku: dict[str, list[Link]] = {}
    for line in lines:
        by_sku.setdefault(skus.get(line.merchant_id, ""), []).append(line)
    named = (
        short_line
        if short_line.line_id
        else replace(short_line, line_id=_line_id(short_line, by_sku))
        for short_line in shortage.lines
    )
    return replace(shortage, lines=tuple(named))


def _line_id(short_line: ShortLine, by_sku: Mapping[str, Sequence[Link]]) -> str:
    """Return the line of a SKU; of several, such as packs, the first with so many units."""
    lines = by_sku.get(normalized_sku(short_line.sku), ())
    units = short_line.cancelled + short_line.backordered
    fitting = (line for line in lines if (line.ordered or 0) - (line.sent or 0) >= units)
    line = next(fitting, lines[-1] if lines else None)
    return line.supplier_id if line else ""
