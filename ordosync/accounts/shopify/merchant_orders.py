"""Merchant orders: the fulfillment orders that this portal's Supplier must ship.

A fulfillment order is read with its order, by `fulfillmentOrders` or by its id. After the import,
the metafield `sent` of the order records that the Supplier has it, and its request is accepted.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from msgspec import Raw

from ordosync.accounts.account import ReadRequest
from ordosync.accounts.shopify.bundle_lines import line_items
from ordosync.accounts.shopify.client import ShopifyClient
from ordosync.accounts.shopify.fulfillment_orders import FulfillmentOrders
from ordosync.accounts.shopify.hold_facts import HoldFactsReader
from ordosync.accounts.shopify.ids import fulfillment_order, number
from ordosync.accounts.shopify.location import SupplierLocation
from ordosync.accounts.shopify.merchant_cancellations import MerchantCancellations
from ordosync.accounts.shopify.new_bundles import NewBundles, Sold, bundles_in
from ordosync.accounts.shopify.order_mapping import order_of
from ordosync.accounts.shopify.order_records import (
    has_moved_lines,
    invalid_record,
    moved_here,
    open_lines,
    placed_as_test,
    reassigned,
    requested_order,
)
from ordosync.accounts.shopify.parcel_allocation import Units
from ordosync.accounts.shopify.queries.fulfillment import REQUESTED_ORDERS, REQUESTED_ORDERS_BY_ID
from ordosync.accounts.shopify.schema import OrderedLine, RequestedOrder
from ordosync.accounts.shopify.split_history import Sent, SentPart, SplitHistory
from ordosync.accounts.shopify.wanted_units import is_reduced, wanted_in, wanted_units
from ordosync.models import InvalidRecord, Order, Page

_LINES = 10
"""The number of lines that are read with an order; further lines are read separately."""
_MAX_REMEMBERED = 1500
"""The number of orders that are remembered until the Supplier has them: more than a batch."""
_MAX_QUANTITY = 2**31 - 1
REQUESTED = ("SUBMITTED", "ACCEPTED", "CANCELLATION_REJECTED")
"""The request statuses of a fulfillment order that its service must ship."""


class _ReadOrder(NamedTuple):
    """The facts about an order that `acknowledge` needs."""

    id: str
    order: str
    """The Shopify id of the whole order."""
    is_requested: bool
    lines: list[str]
    bundles: Sequence[str]


class MerchantOrders:
    """Fulfillment orders to ship from the Supplier's location."""

    requires_address = True
    reports_reassigned = True

    def __init__(
        self,
        client: ShopifyClient,
        location: SupplierLocation,
        fulfillment_orders: FulfillmentOrders,
        cancellations: MerchantCancellations,
        hold_facts: HoldFactsReader,
        *,
        bundles: NewBundles,
    ) -> None:
        self._client = client
        self._location = location
        self._fulfillment_orders = fulfillment_orders
        self._cancellations = cancellations
        self._hold_facts = hold_facts
        self._bundles = bundles
        self._read: dict[str, _ReadOrder] = {}
        self._sent: dict[str, Sent] = {}
        client.service.at_close(self._forget)

    def _forget(self) -> None:
        self._read = {}
        self._sent = {}

    def changed(self, request: ReadRequest) -> Iterator[Page[Order | InvalidRecord]]:
        """Yield the fulfillment orders to ship that changed since the cursor.

        With a cursor, those of other locations are read, too, and reported as `reassigned`:
        Shopify does not report which of them were at this location before.
        """
        where = () if request.cursor else (self._location.search_term,)
        pages = self._client.changed(
            REQUESTED_ORDERS,
            request.cursor,
            where,
            now=request.now,
            action="read orders",
            ahead=request.ahead,
            first=15,
            **self._variables,
        )
        for raw, after in pages:
            self._forget_oldest()
            yield Page(items=tuple(self._usable(raw)), cursor=after)

    def by_id(self, ids: Sequence[str]) -> Iterator[Page[Order | InvalidRecord]]:
        """Yield these orders as they are now.

        An imported order has the open units of all its parts, also if users have split or held it.
        If a part was sent and the rest was removed, it has no units.
        """
        requested_ids = frozenset(ids)
        for page in self._open_by_id(ids, with_imported=True):
            items = (
                item
                for item in page
                if item.id in requested_ids and getattr(item, "code", "") != "reassigned"
            )
            yield Page(items=tuple(items))

    def _open_by_id(
        self, ids: Sequence[str], *, with_imported: bool = False
    ) -> Iterator[Iterator[Order | InvalidRecord]]:
        """Yield pages of these orders that are still to be shipped, from any location."""
        gids = [fulfillment_order(id_) for id_ in ids]
        pages = self._client.raw_by_id(
            REQUESTED_ORDERS_BY_ID, gids, action="read orders again", **self._variables
        )
        for page in pages:
            yield self._usable(page, with_imported=with_imported)

    def acknowledge(self, ids: Sequence[str]) -> None:
        """Record in a metafield that the Supplier has these orders, and accept the requests.

        The metafield identifies later splits, and orders that are sold and not imported yet.
        """
        now = self._client.now()
        orders = self._remembered(ids)
        sent: dict[str, Sent] = {}
        for id_, order in orders.items():
            earlier = sent.get(order.order) or self._sent[order.order]
            part = SentPart(at=now, lines=order.lines, bundles=[*order.bundles])
            sent[order.order] = {**earlier, id_: part}
        self._client.set_metafields(
            [self._location.metafield(order, "sent", value) for order, value in sent.items()],
            action="record which orders the Supplier has",
        )
        self._sent |= sent
        self._forget_oldest()
        requested = [order.id for order in orders.values() if order.is_requested]
        self._client.service.map_concurrently(requested, self._fulfillment_orders.accept)

    def ancestors(self, ids: Sequence[str]) -> Mapping[str, Sequence[str]]:
        """Return the ancestors of these cancelled pieces, which were just read as cancelled."""
        return self._cancellations.ancestors_of(ids)

    def line_claims(self, order: Order) -> Sequence[str]:
        """Return the line items: they stay the same if a unit moves to another order."""
        return line_items(line.id for line in order.lines)

    def is_beside(self, order_id: str, other_id: str) -> bool:
        """True if the other order is still to be shipped from another location.

        Then a line item was ordered several times, and each order has its own units of it.
        """
        if fulfillment_order(order_id) == fulfillment_order(other_id):
            return False
        return any(
            isinstance(item, InvalidRecord) and item.code == "reassigned"
            for page in self._open_by_id([other_id])
            for item in page
        )

    def _remembered(self, ids: Sequence[str]) -> Mapping[str, _ReadOrder]:
        """Return these orders as they were read; an order that was shipped since is omitted."""
        missing = [id_ for id_ in ids if not self._is_remembered(id_)]
        for _ in self.by_id(missing) if missing else ():
            pass
        return {id_: self._read[id_] for id_ in ids if self._is_remembered(id_)}

    def _is_remembered(self, id_: str) -> bool:
        return id_ in self._read and self._read[id_].order in self._sent

    def _forget_oldest(self) -> None:
        """Forget orders that can be read again; never called between a look-up and its write."""
        while len(self._read) > _MAX_REMEMBERED:
            oldest = self._read.pop(next(iter(self._read)))
            self._sent.pop(oldest.order, None)

    def _remember(
        self, order: Order, requested: RequestedOrder, sent: Sent, bundles: Sequence[str]
    ) -> None:
        self._sent[requested.order_id] = sent
        self._read[order.id] = _ReadOrder(
            id=requested.id,
            order=requested.order_id,
            is_requested=self._location.is_service and requested.request_status == "SUBMITTED",
            lines=line_items(line.id for line in order.lines),
            bundles=bundles,
        )

    @property
    def _variables(self) -> dict[str, Any]:
        keys = self._location.metafield_keys
        return {"lines": _LINES, "sent": keys["sent"], "split": keys["split"]}

    def _usable(
        self, page: Sequence[Raw], *, with_imported: bool = False
    ) -> Iterator[Order | InvalidRecord]:
        """Yield the orders of a page to ship; `with_imported`: see `by_id`."""
        read = [(raw, requested_order(raw)) for raw in page]
        assigned = [
            item
            for _, item in read
            if isinstance(item, RequestedOrder) and self._location.is_at(item.location)
        ]
        counted = self._counted(assigned, with_imported=with_imported)
        sold = self._bundles.sold(assigned)
        found = (
            item
            if isinstance(item, InvalidRecord)
            else self._order(raw, item, counted.get(item.id), sold)
            for raw, item in read
        )
        items = [item for item in found if item is not None]
        return self._hold_facts.added(items, lambda id_: self._read[id_].order)

    def _counted(
        self, orders: Sequence[RequestedOrder], *, with_imported: bool
    ) -> Mapping[str, Units]:
        """Return the units that are still to be sent of imported orders, by their Shopify ids.

        They differ from the open units of a fulfillment order if some were sent.
        """
        ids = [
            number(order.id)
            for order in orders
            if order.order.sent
            and (with_imported or (order.is_open and any(map(_is_sent, order.line_items.nodes))))
        ]
        counted: dict[str, Units] = {}
        for id_, parts in (self._fulfillment_orders.parts_of(ids) if ids else {}).items():
            part = parts.all_parts[id_]
            order_id = parts.history.order_id(id_)
            if parts.history.items(order_id, part.line_items.nodes) is None:
                continue
            if not with_imported:
                counted[part.id] = wanted_in(part, parts)
            elif not part.is_ended or is_reduced(order_id, parts):
                counted[part.id] = wanted_units(order_id, parts)
        return counted

    def _order(
        self, raw: Raw, requested: RequestedOrder, units: Units | None, sold: Sold
    ) -> Order | InvalidRecord | None:
        """Return an order to ship; None if it is not to be shipped, or not yet."""
        if requested.order.cancelled_at or not (requested.is_open or units is not None):
            return None
        history = SplitHistory.of(requested.order.sent, requested.order.split)
        if not self._location.is_at(requested.location):
            return reassigned(history.order_id(number(requested.id)))
        if requested.order.test and not history.is_recorded(number(requested.id)):
            return placed_as_test(history.order_id(number(requested.id)))
        if requested.is_open and self._location.is_service and not _is_wanted(requested):
            return None
        return self._order_to_ship(raw, requested, history, units, sold)

    def _order_to_ship(
        self,
        raw: Raw,
        requested: RequestedOrder,
        history: SplitHistory,
        units: Units | None,
        sold: Sold,
    ) -> Order | InvalidRecord | None:
        lines = open_lines(self._client.lines(requested), requested, history, units)
        if not lines:
            return None
        if units is None and has_moved_lines(requested, history, lines):
            return moved_here(raw)
        if not all(0 <= line.remaining_quantity <= _MAX_QUANTITY for line in lines):
            return invalid_record(raw, "invalid.quantity", "has an invalid quantity")
        sent_as = bundles_in(requested, history, lines, units, sold)
        order = order_of(requested, history, lines, sent_as)
        self._remember(order, requested, history.sent, sent_as.bundles)
        return order


def _is_sent(line: OrderedLine) -> bool:
    return line.remaining_quantity < line.total_quantity


def _is_wanted(requested: RequestedOrder) -> bool:
    return requested.request_status in REQUESTED and not requested.asks_cancellation
