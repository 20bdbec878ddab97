"""Orders of a Merchant that shows only the units that are still to be sent.

Its units fall with each parcel, of whatever Supplier, and tell nothing of an order that was sent.
So they are those of the ledger.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from ordosync.engine.comparison.left_out_lines import without_left_out
from ordosync.engine.comparison.order_trees import OrderTree
from ordosync.models import Line, OrderSnapshot
from ordosync.store.links import Link
from ordosync.tasks.base import Portal


def comparable(
    portal: Portal, merchant: OrderTree, suppliers: Sequence[tuple[int, OrderTree]]
) -> OrderTree:
    """Return the Merchant's order with the lines and units that the Supplier may have."""
    if portal.merchant.shows_owed_units:
        links = portal.links.lines_of([merchant.id]).get(merchant.id, ())
        merchant = _with_ordered_units(merchant, suppliers, links)
    return without_left_out(merchant, suppliers)


def _with_ordered_units(
    merchant: OrderTree, suppliers: Sequence[tuple[int, OrderTree]], links: Sequence[Link]
) -> OrderTree:
    """Return an order that was never split with the units that were sent to the Supplier."""
    if not links or len(merchant.members) != 1:
        return merchant
    members = [member for _, tree in suppliers for member in tree.members]
    shown = {line.id: line for member in members for line in member.order.lines}
    return OrderTree(merchant.id, (_with_units(merchant.members[0], links, shown),))


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
