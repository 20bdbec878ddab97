"""Cancelled orders of a Merchant's shop that were not sent.

Uses the list of orders by the time of their last change, and refunds. An order whose items were
all refunded before they were sent keeps its status. An order that was sent first, and refunded
when it came back, is not cancelled.
"""

from collections.abc import Iterator, Mapping, Sequence

from ordosync.accounts.account import ReadRequest
from ordosync.accounts.woocommerce.client import Quantities
from ordosync.accounts.woocommerce.foreign_parcels import foreign_units
from ordosync.accounts.woocommerce.order_share import SharePart
from ordosync.accounts.woocommerce.order_statuses import REFUNDED
from ordosync.accounts.woocommerce.schema import OrderShape
from ordosync.models import InvalidRecord, Page


class MerchantCancellations(SharePart):
    """Cancelled orders, of all suppliers; of an order that was split, its unshipped pieces.

    An order of which this Supplier's lines were all refunded is cancelled, too.
    """

    def changed(self, request: ReadRequest) -> Iterator[Page[str]]:
        """Yield the orders and pieces that changed since the cursor and are cancelled."""
        for items, after in self._client.changed(
            {"status": ",".join(self._statuses.maybe_cancelled)},
            request.cursor,
            now=request.now,
            action="read cancelled orders",
        ):
            yield Page(items=tuple(self._cancelled(items)), cursor=after)

    def among(self, ids: Sequence[str]) -> frozenset[str]:
        """Return which of these orders and pieces are cancelled now, and not shipped."""
        action = "check that orders are still cancelled"
        status = ",".join(self._statuses.maybe_cancelled)
        items = self._client.orders_now(ids, action, status=status)
        return frozenset(self._cancelled(items)) & frozenset(ids)

    def reply(self, cancelled: Mapping[str, bool]) -> None:
        """Do nothing: the shop has no requests to cancel."""

    def _cancelled(self, items: Sequence[OrderShape | InvalidRecord]) -> Iterator[str]:
        """Yield those of these orders and their pieces that are cancelled and not sent."""
        orders = {item.id: item for item in items if isinstance(item, OrderShape)}
        leaves = {
            order.id: self._shares.record(order).unshipped(str(order.id))
            for order in orders.values()
        }
        with_refunds = [
            order for order in orders.values() if leaves[order.id] and self._needs_refunds(order)
        ]
        self._shares.learn(with_refunds)
        answers = self._client.service.map_concurrently(with_refunds, self._is_taken_back)
        taken_back = {order.id: answer for order, answer in zip(with_refunds, answers, strict=True)}
        for order_id, order in orders.items():
            if taken_back.get(order_id, order.status in self._statuses.cancelled):
                yield from leaves[order_id]

    def _needs_refunds(self, order: OrderShape) -> bool:
        """True if its refunds decide whether an order is cancelled, not its status alone."""
        if order.status == REFUNDED:
            return True
        return order.status not in self._statuses.cancelled and bool(order.refunds)

    def _is_taken_back(self, order: OrderShape) -> bool:
        """True if this Supplier's lines were refunded before they were sent.

        Nothing is left to cancel of lines that were sent first and refunded later. A refund of an
        amount alone names no lines, and counts for all of them.
        """
        selection = self._shares.selection
        repeated = selection.repeated(order.line_items)
        lines = {
            line.id: line.quantity
            for line in order.line_items
            if selection.has_line(line) and line.id not in repeated
        }
        if order.date_completed_gmt or self._was_sent_by_others(order, lines):
            return False
        if order.status == REFUNDED:
            return True
        # The line of a deleted product may belong to any supplier, and may have been sent.
        lines |= {line.id: 1 for line in order.line_items if not selection.knows_line(line)}
        unsent = self._shares.unsent(order)
        return bool(lines) and all(unsent[line] <= 0 for line in lines)

    def _was_sent_by_others(self, order: OrderShape, lines: Quantities) -> bool:
        """True if parcels that ordosync did not create contain all of these lines."""
        record, shown = self._shares.record(order), self._client.shown_parcels(order)
        is_all = all(map(self._shares.selection.has_line, order.line_items))
        has_bare_number = any(parcel.number and parcel.lines is None for parcel in shown)
        if is_all and not record.parcels and has_bare_number:
            return True
        sent_units = foreign_units(record, shown)
        return bool(lines) and all(
            count <= sent_units.get(line, 0) for line, count in lines.items()
        )
