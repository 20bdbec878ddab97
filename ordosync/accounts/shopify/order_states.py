"""Status of a Supplier's order or piece, as the contract names it, and how to read it.

Shopify's own status is cheap to read and right for most orders. The units are read for a partially
fulfilled order, and for a piece with a cancelled parcel.
"""

from collections.abc import Iterator, Mapping, Sequence

from ordosync.accounts.shopify.client import ShopifyClient
from ordosync.accounts.shopify.ids import gid, number
from ordosync.accounts.shopify.order_units import (
    is_ended,
    is_split,
    piece_id,
    pieces_of,
    status_of_units,
)
from ordosync.accounts.shopify.queries.orders import ORDER_STATUSES, PIECE_STATUSES, SPLIT_BY_ID
from ordosync.accounts.shopify.received_orders import complete
from ordosync.accounts.shopify.schema import FulfillmentOrder, OrderState, SentOrder

_ACTION = "read statuses"
_STATUSES = {"FULFILLED": "shipped", "PARTIALLY_FULFILLED": "partially_shipped"}


def statuses_of(client: ShopifyClient, ids: Sequence[str]) -> Mapping[str, str]:
    """Return the status of each of these orders and pieces that exists."""
    orders = [id_ for id_ in ids if "/" not in id_]
    pieces = {gid("FulfillmentOrder", id_.partition("/")[2]): id_ for id_ in ids if "/" in id_}
    states = read_states(client, [gid("Order", id_) for id_ in orders])
    parts = (
        client.by_id(PIECE_STATUSES, FulfillmentOrder, [*pieces], action=_ACTION) if pieces else []
    )
    statuses = {number(state.id): _status(state) for state in states.values()}
    statuses |= {pieces[part.id]: _piece_status(part) for part in parts}
    unclear = [id_ for id_ in states if statuses[number(id_)] == "partially_shipped"]
    unclear += [part.order_id for part in parts if _is_unclear(part)]
    known = {id_: status for order in sent_orders(client, unclear) for id_, status in _known(order)}
    return statuses | {id_: status for id_, status in known.items() if id_ in statuses}


def read_states(client: ShopifyClient, ids: Sequence[str]) -> Mapping[str, OrderState]:
    """Return the states of these orders, by their Shopify ids; a missing order does not exist."""
    states = client.by_id(ORDER_STATUSES, OrderState, ids, action=_ACTION)
    return {state.id: state for state in states}


def sent_orders(client: ShopifyClient, ids: Sequence[str]) -> list[SentOrder]:
    """Return these orders with all their units and parcels."""
    orders = client.by_id(SPLIT_BY_ID, SentOrder, ids, action=_ACTION) if ids else []
    return [complete(client, order) for order in orders]


def _known(order: SentOrder) -> Iterator[tuple[str, str]]:
    """Yield the status of an order and of its pieces by their units."""
    id_, pieces = number(order.id), pieces_of(order)
    yield id_, status_of_units(order)
    for piece in pieces if is_split(pieces) else ():
        is_cancelled = order.cancelled_at and not piece.sent
        yield piece_id(id_, piece.id), "cancelled" if is_cancelled else piece.status


def _status(state: OrderState) -> str:
    if state.cancelled_at:
        return "cancelled"
    return _STATUSES.get(state.display_fulfillment_status, "awaiting_fulfillment")


def _piece_status(part: FulfillmentOrder) -> str:
    if part.sent:
        return "shipped" if is_ended(part) else "partially_shipped"
    is_cancelled = part.status == "CANCELLED" or part.order.cancelled_at is not None
    return "cancelled" if is_cancelled else "awaiting_fulfillment"


def _is_unclear(part: FulfillmentOrder) -> bool:
    """True if another fulfillment order may have replaced this one, since a parcel is cancelled."""
    return part.status == "CLOSED" and len(part.sent) < len(part.fulfillments.nodes)
