"""Parcels that were sent before their order was split, for the links of a rebuilt store.

Each account counts such a parcel in the split order, or in one of its pieces. So its units are
found by SKU.
"""

from collections import Counter
from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from ordosync.engine.comparison.ledger_links import LinePairs, takes_numbers
from ordosync.engine.comparison.line_units import valid_parcels
from ordosync.engine.comparison.order_matching import Match
from ordosync.engine.comparison.order_trees import OrderTree, valid_numbers
from ordosync.models import OrderSnapshot, ParcelLine, Shipment, normalized_sku
from ordosync.store.links import Link
from ordosync.tasks.base import Portal


def sent_before_split(
    portal: Portal, merchant: OrderTree, supplier: OrderTree, match: Match, generation: int
) -> Iterator[Link]:
    """Yield the links of these parcels of one split order, and of the lines that they hold."""
    at_merchant = merchant.member(match.merchant_id)
    at_supplier = supplier.member(match.supplier_id)
    if at_merchant is None or at_supplier is None or not valid_numbers(at_merchant):
        return
    parcels = supplier.parcels(match.supplier_id)
    whole = replace(
        at_supplier, shipments=tuple(_with_lines_of(at_supplier, each) for each in parcels)
    )
    pairs = LinePairs.of(match, at_merchant.order.lines, whole.order.lines, generation=generation)
    links = list(pairs.parcels([at_merchant], whole, takes_numbers=takes_numbers(portal)))
    yield from pairs.sent_lines(links)
    yield from links


def with_earlier_parcels(
    order: OrderSnapshot, supplier: OrderTree, shown: Iterable[OrderSnapshot]
) -> OrderSnapshot:
    """Return a piece with the parcels before its split that the Merchant counts in it."""
    numbers = {number for each in shown for number in valid_numbers(each)}
    own = {parcel.id for parcel in order.shipments}
    earlier = [
        parcel
        for member in supplier.members
        if member.order.is_split and member.order.id in order.order.ancestors
        for parcel in valid_parcels(member)
        if parcel.tracking_number in numbers and parcel.id not in own
    ]
    if not earlier:
        return order
    skus = Counter[str]()
    for parcel in earlier:
        for part in parcel.lines or ():
            skus[normalized_sku(part.sku)] += part.quantity
    lines = []
    for line in order.order.lines:
        more = skus.pop(normalized_sku(line.sku), 0)
        lines.append(replace(line, quantity=line.quantity + more))
    whole = replace(order, order=replace(order.order, lines=tuple(lines)))
    parcels = tuple(_with_lines_of(whole, parcel) for parcel in earlier)
    return replace(whole, shipments=(*parcels, *order.shipments))


def _with_lines_of(order: OrderSnapshot, parcel: Shipment) -> Shipment:
    """Return a parcel of a piece with the lines of its order, as far as these have the units."""
    ids = {line.id for line in order.order.lines}
    if parcel.lines is None or all(part.line_id in ids for part in parcel.lines):
        return parcel
    left = Counter({line.id: line.quantity for line in order.order.lines})
    parts: list[ParcelLine] = []
    for part in parcel.lines:
        rest = part.quantity
        for line in order.order.lines:
            if normalized_sku(line.sku) == normalized_sku(part.sku):
                count = min(rest, left[line.id])
                left[line.id] -= count
                rest -= count
                parts.append(replace(part, line_id=line.id, quantity=count))
    return replace(parcel, lines=tuple(part for part in parts if part.quantity))
