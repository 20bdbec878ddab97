"""Merchant cancellations: cancelled orders, and cancellation requests to a fulfillment service.

Shopify cancels an order as a whole, or one of its fulfillment orders. A user of the shop may have
split an order after the import. Then the Supplier has it unsplit, and its first piece keeps the
fulfillment order. So a cancelled fulfillment order is a cancelled piece, with the id of a first
piece, while other pieces are still to be shipped. The order is cancelled if no part of it is to be
shipped. If the shop cancelled the order, or removed all of its units, the other parts are not read.

The shop can remove or refund some units of an order. A sale does not show if these were sent, so
the units that are open in its fulfillment orders are reported (`wanted_units`).
"""

from collections.abc import Iterator, Mapping, Sequence

from ordosync.accounts.account import ReadRequest
from ordosync.accounts.merchant import whole
from ordosync.accounts.shopify.bundle_lines import collapsed_parts
from ordosync.accounts.shopify.client import ShopifyClient
from ordosync.accounts.shopify.fulfillment_orders import (
    FulfillmentOrders,
    OrderParts,
    is_cancelled,
    possible_parts,
)
from ordosync.accounts.shopify.ids import first_piece, fulfillment_order, line_order, number
from ordosync.accounts.shopify.location import SupplierLocation
from ordosync.accounts.shopify.queries.fulfillment import CHANGED_ORDERS
from ordosync.accounts.shopify.schema import FulfillmentOrder, Part
from ordosync.accounts.shopify.split_history import SplitHistory
from ordosync.accounts.shopify.wanted_units import merged_into, wanted_lines
from ordosync.models import Cancellation, Page


class MerchantCancellations:
    """Orders that are cancelled, or whose cancellation is requested, before they are shipped."""

    def __init__(
        self,
        client: ShopifyClient,
        location: SupplierLocation,
        fulfillment_orders: FulfillmentOrders,
    ) -> None:
        self._client = client
        self._location = location
        self._fulfillment_orders = fulfillment_orders
        self._ancestors: dict[str, Sequence[str]] = {}
        client.service.at_close(self._forget)

    def _forget(self) -> None:
        self._ancestors = {}

    def changed(self, request: ReadRequest) -> Iterator[Page[Cancellation]]:
        """Yield the changed orders that are cancelled or have a cancellation request."""
        action = "read cancelled orders"
        pages = self._client.changed(
            CHANGED_ORDERS,
            request.cursor,
            (self._location.search_term,),
            now=request.now,
            action=action,
            first=50,
            split=self._location.metafield_keys["split"],
        )
        for page, after in pages:
            states = [self._client.read(raw, FulfillmentOrder, action=action) for raw in page]
            is_revoked = self._fulfillment_orders.is_revoked
            cancelled = dict.fromkeys(
                self._cancelled([state for state in states if is_revoked(state)]).values()
            )
            reduced = self._reduced([s for s in states if s.order.is_reduced and not is_revoked(s)])
            in_part = [item for item in reduced if item.order_id not in cancelled]
            yield Page(items=(*whole(cancelled), *in_part), cursor=after)

    def among(self, ids: Sequence[str]) -> frozenset[str]:
        """Return which of these orders are unshipped and cancelled, or have such a request, now."""
        states = self._fulfillment_orders.states(ids).values()
        # A closed and unsent part may be merged into another part, which is cancelled.
        is_revoked = self._fulfillment_orders.is_revoked
        ended = [state for state in states if is_revoked(state) or _is_closed_unsent(state)]
        cancelled_orders = {state.id for state in ended if state.order.is_cancelled}
        cancelled = self._cancelled([state for state in ended if state.id not in cancelled_orders])
        return frozenset(
            id_
            for id_ in ids
            if (gid := fulfillment_order(id_)) in cancelled_orders or cancelled.get(gid) == id_
        )

    def ancestors_of(self, ids: Sequence[str]) -> Mapping[str, Sequence[str]]:
        """Return the ancestors of each of these cancelled pieces, which were just read."""
        return {id_: self._ancestors[id_] for id_ in ids if id_ in self._ancestors}

    def reply(self, cancelled: Mapping[str, bool]) -> None:
        """Accept or reject the requests; record that the Supplier no longer has a cancelled order.

        If its units are requested again after that, they are a new order, not a piece of this one.
        """
        for id_, accepted in cancelled.items():
            order = self._fulfillment_orders.parts(id_)
            if order is None:
                continue
            for part in order.parts:
                if part.asks_cancellation:
                    self._fulfillment_orders.answer_cancellation(part, accepted=accepted)
            if accepted and id_ in order.history.sent:
                remaining = {
                    other_id: part
                    for other_id, part in order.history.sent.items()
                    if other_id != id_
                }
                metafield = self._location.metafield(order.order, "sent", remaining)
                action = f"record that the Supplier does not have {id_}"
                self._client.set_metafields([metafield], action=action)

    def _reduced(self, states: Sequence[FulfillmentOrder]) -> Iterator[Cancellation]:
        """Yield the open units of orders with removed or refunded units.

        An order that may have units of one of them is yielded, too.
        """
        ids = [number(state.id) for state in states]
        found: dict[str, Cancellation] = {}
        for id_, order in (self._fulfillment_orders.parts_of(ids) if ids else {}).items():
            order_id = order.history.order_id(_order_of(id_, order))
            for each in (order_id, *merged_into(order_id, order)):
                bundles = order.history.bundles(each, ())
                lines = collapsed_parts(each, wanted_lines(each, order), bundles)
                found[each] = Cancellation(order_id=each, lines=lines)
        yield from found.values()

    def merged(self, ids: Sequence[str]) -> Iterator[Cancellation]:
        """Yield the units of these orders that may be in other orders now, and of those orders."""
        states = self._fulfillment_orders.states(ids).values()
        reduced = [it for it in states if it.order.is_reduced and not it.order.is_cancelled]
        found = {it.order_id: it for it in self._reduced([*filter(_is_closed_unsent, reduced)])}
        others = {
            id_: [line_order(line) for part in each.lines or () for line in part.other_lines]
            for id_, each in found.items()
        }
        # An order without units that was not merged may have been moved, or replaced.
        merged = {id_ for id_, of_order in others.items() if of_order}
        for id_ in merged.union(*others.values()):
            yield found[id_]

    def _cancelled(self, ended: Sequence[FulfillmentOrder]) -> Mapping[str, str]:
        """Return, by fulfillment order, the order or the piece that is cancelled with it."""
        ids = [number(state.id) for state in ended if not state.order.is_cancelled]
        orders = self._fulfillment_orders.parts_of(ids) if ids else {}
        cancelled = {
            state.id: SplitHistory.of(None, state.order.split).order_id(number(state.id))
            for state in ended
            if state.order.is_cancelled
        }
        for id_, order in orders.items():
            if order_or_piece := self._order_or_piece(id_, order):
                cancelled[fulfillment_order(id_)] = order_or_piece
        return cancelled

    def _order_or_piece(self, id_: str, order: OrderParts) -> str | None:
        """Return the order if no part of it must be shipped, or the piece if it is cancelled."""
        order_id, own_id = _order_of(id_, order), order.history.order_id(id_)
        part, parts = order.all_parts[id_], possible_parts(order_id, order)
        # Another part of the order may never have been requested from the service.
        is_revoked = self._fulfillment_orders.is_revoked
        is_own_revoked = is_revoked(part) if own_id == order_id else is_cancelled(part)
        if not any(self._is_wanted(other_part) for other_part in parts):
            return (
                order_id
                if is_own_revoked or any(is_cancelled(other_part) for other_part in parts)
                else None
            )
        if not is_own_revoked:
            return None
        piece = first_piece(order_id) if own_id == order_id else own_id
        self._ancestors[piece] = (order_id, *order.history.ancestors(order_id, ()))
        return piece

    def _is_wanted(self, part: FulfillmentOrder) -> bool:
        """True if a part must be shipped, or was shipped."""
        return not self._fulfillment_orders.is_revoked(part) and not _is_closed_unsent(part)


def _order_of(id_: str, order: OrderParts) -> str:
    """Return the recorded order or piece that a fulfillment order is a part of."""
    history = order.history
    if history.is_recorded(id_):
        return history.order_id(id_)
    ancestors = history.ancestors(id_, order.all_parts[id_].line_items.nodes)
    if not ancestors or number(fulfillment_order(ancestors[0])) not in order.all_parts:
        return id_
    leaves = [*history.leaves(ancestors[0])]
    lines = _lines(order.all_parts[id_])
    with_shared_lines = [leaf for leaf in leaves if lines & _lines(_part(leaf, order))]
    return next(iter((*with_shared_lines, *leaves)), ancestors[0])


def _part(order_id: str, order: OrderParts) -> Part:
    return order.all_parts[number(fulfillment_order(order_id))]


def _lines(part: Part) -> frozenset[str]:
    return frozenset(line.line_item.id for line in part.line_items.nodes)


def _is_closed_unsent(state: FulfillmentOrder) -> bool:
    return state.status in ("CLOSED", "CANCELLED") and not state.sent
