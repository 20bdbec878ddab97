"""Units of a Merchant's order that this Supplier must still send. Pure functions.

They are computed from the fulfillment orders that have not ended, never from the quantities of the
sale: a refund lowers these even if the units were sent. Units in a parcel whose numbers are all
void must be sent again.
"""

from collections.abc import Iterator
from dataclasses import replace

from ordosync.accounts.shopify.fulfillment_orders import OrderParts, is_cancelled, possible_parts
from ordosync.accounts.shopify.ids import fulfillment_order, gid, line_id, number
from ordosync.accounts.shopify.parcel_allocation import Units, open_units, units_in, void_parcels
from ordosync.accounts.shopify.schema import FulfillmentOrder, Part
from ordosync.models import ParcelLine, Shipment


def wanted_units(order_id: str, order: OrderParts) -> Units:
    """Return the units that are still to be sent, by line item, of all parts of an order."""
    of_order = replace(order, order_id=order_id, parts=possible_parts(order_id, order))
    return open_units(of_order.parts) + units_in(void_parcels(of_order))


def wanted_in(part: Part, order: OrderParts) -> Units:
    """Return the units that are still to be sent of one part."""
    of_part = replace(order, order_id=order.history.order_id(number(part.id)), parts=[part])
    return open_units([part]) + units_in(void_parcels(of_part))


def wanted_lines(order_id: str, order: OrderParts) -> tuple[ParcelLine, ...]:
    """Return the units of each line of an order, 0 included.

    If the order may have been merged, `other_lines` has the lines that may have its units now.
    Units of a line that the other order did not have are those of this order.
    """
    items = _items(_own(order_id, order), order)
    units = wanted_units(order_id, order)
    others = {id_: _items(_own(id_, order), order) for id_ in merged_into(order_id, order)}
    for id_, known in others.items():
        of_other = wanted_units(id_, order)
        units.update({gid("LineItem", it): of_other[gid("LineItem", it)] for it in items - known})
    return tuple(
        ParcelLine(
            line_id=line_id(order_id, item),
            quantity=units[gid("LineItem", item)],
            other_lines=tuple(line_id(id_, item) for id_ in others if item in others[id_]),
        )
        for item in sorted(items, key=int)
    )


def merged_into(order_id: str, order: OrderParts) -> tuple[str, ...]:
    """Return the orders that may have the units of an order without units."""
    own = _own(order_id, order)
    if not is_gone(own) or is_removed(order_id, order):
        return ()
    items = _items(own, order)
    parts = (part for part in _recorded(own, order) if part is not own and not is_gone(part))
    ids = (order.history.order_id(number(it.id)) for it in parts if items & _items(it, order))
    return tuple(dict.fromkeys(ids))


def may_be_merged(order_id: str, order: OrderParts) -> bool:
    """True if an order and another one with a line in common may be one fulfillment order now."""
    own = _own(order_id, order)
    items = _items(own, order)
    others = [part for part in _recorded(own, order) if part is not own]
    if is_gone(own):
        return any(items & _items(part, order) for part in others if not is_gone(part))
    return any(items & _items(part, order) for part in others if is_gone(part))


def has_merged_units(order_id: str, order: OrderParts) -> bool:
    """True if users merged units of another order into the fulfillment order of this one.

    If units were removed, the other order may have lost its units by that.
    """
    own = _own(order_id, order)
    return not (own.order.is_reduced or is_gone(own)) and may_be_merged(order_id, order)


def _own(order_id: str, order: OrderParts) -> Part:
    return order.all_parts[number(fulfillment_order(order_id))]


def _recorded(own: Part, order: OrderParts) -> Iterator[Part]:
    """Yield the parts at the same location that the Supplier has as orders or pieces."""
    for id_, part in order.all_parts.items():
        if part.location == own.location and order.history.is_recorded(id_):
            yield part


def _items(part: Part, order: OrderParts) -> frozenset[str]:
    """Return the line items that the Supplier has of a part, or those of the part itself."""
    id_, lines = order.history.order_id(number(part.id)), part.line_items.nodes
    own = frozenset(number(line.line_item.id) for line in lines)
    return order.history.items(id_, lines) or own


def is_gone(part: Part) -> bool:
    """True if a part was closed without a parcel and without units, and was not cancelled."""
    has_units = any(line.remaining_quantity for line in part.line_items.nodes)
    return part.is_ended and not part.sent and not has_units and not is_cancelled(part)


def is_reduced(order_id: str, order: OrderParts) -> bool:
    """True if the shop removed units of an order whose own fulfillment order has ended.

    The order has other parts with open units, a part of it was sent, or nothing of it is left.
    """
    own, parts = _own(order_id, order), order.of(order_id)
    if not own.order.is_reduced:
        return False
    if parts.sent or is_removed(order_id, order):
        return True
    has_open_parts = any(not part.is_ended for part in parts.parts)
    return has_open_parts and is_gone(own) and not may_be_merged(order_id, order)


def is_removed(order_id: str, order: OrderParts) -> bool:
    """True if an unsent order or piece has no units, and the shop removed units of its sale.

    It may have been merged. But no fulfillment order has an open unit of its lines any more, so
    nothing of it is to be sent.
    """
    own = _own(order_id, order)
    if not (own.order.is_reduced and is_gone(own)):
        return False
    lines = {line.line_item.id for line in own.line_items.nodes} or {
        gid("LineItem", item) for item in _items(own, order)
    }
    every_part = replace(order, order_id=order_id, parts=[*order.all_parts.values()])
    left = open_units(every_part.parts) + units_in(void_parcels(every_part))
    return not any(left[line] for line in lines)


def may_have_added_units(part: FulfillmentOrder, shipment: Shipment) -> bool:
    """True if its order has more units than a parcel with all that were sent to the Supplier."""
    ordered = part.order.current_subtotal_line_items_quantity or 0
    return bool(shipment.at_most) and ordered > sum(it.quantity for it in shipment.at_most)
