"""Fulfillment orders of a Merchant's order: their current state, requests and cancellations.

An order of the portal is a fulfillment order. ordosync or users of the shop may have split it after
the import, so `OrderParts` has all fulfillment orders that it consists of now.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import msgspec

from ordosync.accounts.shopify.client import ShopifyClient
from ordosync.accounts.shopify.ids import fulfillment_order, number
from ordosync.accounts.shopify.location import SupplierLocation
from ordosync.accounts.shopify.pagination import read_all
from ordosync.accounts.shopify.parcel_record import ParcelRecord
from ordosync.accounts.shopify.queries.fulfillment import (
    ACCEPT_CANCELLATION,
    ACCEPT_REQUEST,
    FAMILY,
    MORE_PARCEL_UNITS,
    MORE_PARTS,
    REJECT_CANCELLATION,
    STANDINGS,
)
from ordosync.accounts.shopify.schema import (
    Connection,
    FulfillmentOrder,
    OrderWithParts,
    Parcel,
    ParcelLine,
    ParentOrder,
    Part,
    PartWithOrder,
    recorded,
)
from ordosync.accounts.shopify.split_history import SplitHistory
from ordosync.errors import RefusedError

_LINES = 10


@dataclass(frozen=True, kw_only=True)
class OrderParts:
    """The fulfillment orders of an order at the Supplier's location."""

    order: str
    """The Shopify id of the whole order."""
    order_id: str
    """The order or piece that consists of these parts."""
    parts: Sequence[Part]
    all_parts: Mapping[str, Part]
    """All fulfillment orders of the whole order, by their ids."""
    history: SplitHistory
    void: Sequence[str]
    """Tracking numbers that were added and are void."""
    parcels: Sequence[Parcel]
    """All fulfillments of the whole order, the oldest first."""
    record: ParcelRecord

    @property
    def sent(self) -> list[Parcel]:
        """The live fulfillments of its parts, the oldest first."""
        ids = {part.id for part in self.parts}
        return [
            parcel
            for parcel in self.parcels
            if parcel.is_live and any(part.id in ids for part in parcel.fulfillment_orders.nodes)
        ]

    def of(self, order_id: str) -> "OrderParts":
        """Return the parts of another order or piece of the same whole order."""
        parts = _parts(self.all_parts, order_id, self.history)
        return replace(self, order_id=order_id, parts=parts)


class FulfillmentOrders:
    """The fulfillment orders of the Merchant's orders, as they are now."""

    def __init__(self, client: ShopifyClient, location: SupplierLocation) -> None:
        self._client = client
        self._location = location

    def states(self, ids: Sequence[str]) -> Mapping[str, FulfillmentOrder]:
        """Return these fulfillment orders as they are now, by their Shopify ids."""
        gids = [fulfillment_order(id_) for id_ in ids]
        action, split = "read the state of orders", self._location.metafield_keys["split"]
        states = self._client.by_id(STANDINGS, FulfillmentOrder, gids, action=action, split=split)
        return {state.id: state for state in states}

    def accept(self, id_: str) -> None:
        """Accept a request. If it was withdrawn meanwhile, `cancel-orders` handles that."""
        action = f"accept fulfillment order {number(id_)}"
        self._client.mutate(ACCEPT_REQUEST, action=action, id=id_)

    def accept_if_requested(self, part: FulfillmentOrder) -> None:
        """Accept a request that an earlier run has not accepted."""
        if self._location.is_service and part.request_status == "SUBMITTED":
            self.accept(part.id)

    def answer_cancellation(self, part: FulfillmentOrder, *, accepted: bool) -> None:
        """Accept or reject a cancellation request. Raises `RefusedError` if it stays open."""
        action = f"answer the cancellation of fulfillment order {number(part.id)}"
        document = ACCEPT_CANCELLATION if accepted else REJECT_CANCELLATION
        errors = self._client.mutate(document, action=action, id=part.id)
        now = self.states([number(part.id)]).get(part.id) if errors else None
        if now and now.asks_cancellation:
            raise RefusedError(self._client.service.account, action, self._client.message(errors))

    def is_revoked(self, part: FulfillmentOrder) -> bool:
        """True if a part is cancelled, or its request was withdrawn before it was accepted."""
        is_withdrawn = (
            self._location.is_service and part.is_open and part.request_status == "UNSUBMITTED"
        )
        return is_cancelled(part) or (is_withdrawn and not part.sent)

    def parts(self, order_id: str) -> OrderParts | None:
        """Return the parts of an order; None if it does not exist."""
        return self.parts_of([order_id]).get(order_id)

    def parts_of(self, order_ids: Sequence[str]) -> Mapping[str, OrderParts]:
        """Return the parts of each of these orders; a missing order does not exist."""
        keys = self._location.metafield_keys
        gids = {id_: fulfillment_order(id_) for id_ in order_ids}
        numbers = ", ".join(dict.fromkeys(number(gid) for gid in gids.values()))
        action = f"read the parts of fulfillment order {numbers}"
        parts = self._client.by_id(
            FAMILY,
            PartWithOrder,
            [*gids.values()],
            action=action,
            lines=_LINES,
            sent=keys["sent"],
            split=keys["split"],
            void=keys["void"],
            parcels=keys["parcels"],
        )
        orders = {family.id: self._with_all_parts(family.order, action) for family in parts}
        return {
            id_: order.of(id_)
            for id_, gid in gids.items()
            if (order := orders.get(gid)) and number(gid) in order.all_parts
        }

    def _with_all_parts(self, order: OrderWithParts, action: str) -> OrderParts:
        first = order.fulfillment_orders
        graphql = self._client.graphql
        parcels = [self._with_all_units(parcel, action) for parcel in _by_age(order.fulfillments)]
        parts = [
            self._with_all_lines(part, order, parcels)
            for part in read_all(
                graphql, first, MORE_PARTS, Part, of=order.id, action=action, lines=_LINES
            )
        ]
        return OrderParts(
            order=order.id,
            order_id="",
            parts=(),
            all_parts={number(part.id): part for part in parts},
            history=SplitHistory.of(order.sent, order.split),
            void=recorded(order.void, list[str]),
            parcels=parcels,
            record=recorded(order.parcels, ParcelRecord),
        )

    def _with_all_lines(self, part: Part, order: OrderWithParts, parcels: Sequence[Parcel]) -> Part:
        """Return a part with all its lines and fulfillments, and the state of its order."""
        own = [
            parcel
            for parcel in parcels
            if any(source.id == part.id for source in parcel.fulfillment_orders.nodes)
        ]
        return msgspec.structs.replace(
            part,
            order=ParentOrder(
                cancelled_at=order.cancelled_at,
                current_subtotal_line_items_quantity=order.current_subtotal_line_items_quantity,
                subtotal_line_items_quantity=order.subtotal_line_items_quantity,
                line_items=order.line_items,
            ),
            line_items=Connection(nodes=self._client.lines(part)),
            fulfillments=Connection(nodes=[*own]),
        )

    def _with_all_units(self, parcel: Parcel, action: str) -> Parcel:
        first, more = parcel.fulfillment_line_items, MORE_PARCEL_UNITS
        if not first.page_info.has_next_page:
            return parcel
        graphql = self._client.graphql
        lines = read_all(graphql, first, more, ParcelLine, of=parcel.id, action=action)
        return msgspec.structs.replace(parcel, fulfillment_line_items=Connection(nodes=[*lines]))


def _by_age(parcels: Sequence[Parcel]) -> list[Parcel]:
    """Return fulfillments with the oldest first: Shopify lists the newest first."""
    return sorted(parcels, key=lambda parcel: int(number(parcel.id)))


def is_cancelled(part: FulfillmentOrder) -> bool:
    """True if a part is unsent, and is cancelled or its cancellation is requested."""
    if part.sent:
        return False
    if part.status == "CANCELLED" or part.request_status == "CANCELLATION_ACCEPTED":
        return True
    return part.order.is_cancelled or part.asks_cancellation


def _parts(all_parts: Mapping[str, Part], order_id: str, history: SplitHistory) -> list[Part]:
    root = number(fulfillment_order(order_id))
    piece_ids = {number(fulfillment_order(leaf)) for leaf in history.leaves(order_id)} or {root}
    location = all_parts[root].location
    for id_, part in all_parts.items():
        if part.location != location or part.status == "CANCELLED" or history.is_recorded(id_):
            continue
        if order_id in history.sent:
            is_piece = history.ancestors(id_, part.line_items.nodes)[:1] == (order_id,)
        else:
            # The units of the order are not recorded, so every later fulfillment order counts.
            is_whole = order_id == root and not history.ancestors(order_id, ())
            is_piece = is_whole and int(id_) > int(root)
        if is_piece:
            piece_ids.add(id_)
    return [part for id_, part in all_parts.items() if id_ in piece_ids]


def possible_parts(order_id: str, order: OrderParts) -> Sequence[Part]:
    """Return the parts of an order, including parts that may belong to it.

    If a user of the shop splits a piece again, Shopify does not report which piece it was.
    """
    parts, ancestors = order.of(order_id).parts, order.history.ancestors(order_id, ())
    if not ancestors:
        return parts
    sibling_parts = order.of(ancestors[-1]).parts
    return [
        *parts,
        *(part for part in sibling_parts if not order.history.is_recorded(number(part.id))),
    ]
