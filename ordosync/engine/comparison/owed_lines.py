"""Lines and units of the Merchant's orders that count only until an order is sent.

The units that are still to be sent fall with each parcel, and say nothing about an order that was
sent. So they are those of the ledger. A line that was fulfilled before counts if it was sent.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from ordosync.engine.comparison.left_out_lines import without_left_out
from ordosync.engine.comparison.order_trees import OrderTree
from ordosync.left_out import NOT_OWED
from ordosync.models import Line, OrderSnapshot, normalized_sku
from ordosync.store.links import Link
from ordosync.tasks.base import Portal


def comparable(
    portal: Portal, merchant: OrderTree, suppliers: Sequence[tuple[int, OrderTree]]
) -> OrderTree:
    """Return the Merchant's order with the lines and units that the Supplier may have."""
    if len(merchant.members) == 1 and _counts_until_sent(portal, merchant.members[0]):
        links = portal.links.lines_of([merchant.id]).get(merchant.id, ())
        shown = [member for _, tree in suppliers for member in tree.members]
        [item] = merchant.members
        if links:
            item = _without_unsent(item, links)
        if portal.merchant.shows_owed_units:
            item = _with_ordered_units(item, links, shown)
        merchant = OrderTree(merchant.id, (item,))
    return without_left_out(merchant, suppliers)


def _counts_until_sent(portal: Portal, item: OrderSnapshot) -> bool:
    """True if units or lines of an order count only until it is sent."""
    return portal.merchant.shows_owed_units or NOT_OWED in item.order.not_shipped.values()


def _without_unsent(item: OrderSnapshot, links: Sequence[Link]) -> OrderSnapshot:
    """Return an order without the lines that were not owed any more when it was sent."""
    sent, left_out = {link.merchant_id for link in links}, item.order.not_shipped
    lines = tuple(
        line
        for line in item.order.lines
        if line.id in sent or left_out.get(line.id, "") != NOT_OWED
    )
    return replace(item, order=replace(item.order, lines=lines))


def _with_ordered_units(
    item: OrderSnapshot, links: Sequence[Link], shown: Sequence[OrderSnapshot]
) -> OrderSnapshot:
    """Return an order with the units that were sent to the Supplier."""
    lines = [line for member in shown for line in member.order.lines]
    if links:
        return _with_units(item, links, {line.id: line for line in lines})
    # The links were lost. The Supplier has the units that were sent.
    units = {normalized_sku(line.sku): line.quantity for line in lines}
    known = [
        replace(line, quantity=units.get(normalized_sku(line.sku), line.quantity))
        for line in item.order.lines
    ]
    order = replace(item.order, lines=tuple(known))
    return replace(item, order=replace(order, status=_status(item, known)))


def _with_units(
    item: OrderSnapshot, links: Sequence[Link], shown: Mapping[str, Line]
) -> OrderSnapshot:
    own = {line.id: line for line in item.order.lines}
    known = [
        replace(line, id=link.merchant_id, quantity=(link.ordered or 0) - (link.cancelled or 0))
        for link in links
        if (line := own.pop(link.merchant_id, None) or shown.get(link.supplier_id))
    ]
    order = replace(item.order, lines=(*known, *own.values()))
    return replace(item, order=replace(order, status=_status(item, known)))


def _status(item: OrderSnapshot, lines: Sequence[Line]) -> str:
    """Return the status of an order by its parcels; as it is if their units are unknown."""
    parcels = [parcel for parcel in item.shipments if not parcel.voided]
    if not parcels or item.order.status == "cancelled":
        return item.order.status
    sent: Counter[str] = Counter()
    for parcel in parcels:
        if parcel.lines is None:
            return item.order.status
        for part in parcel.lines:
            sent[part.line_id] += part.quantity
    is_whole = all(sent[line.id] >= line.quantity for line in lines)
    return "shipped" if is_whole else "partially_shipped"
