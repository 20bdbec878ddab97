"""Which orders of a Merchant's shop are cancelled, as far as nothing of them was sent.

An order whose items were all refunded before they were sent stays in the status that it had. One
that was sent first, and refunded when it came back, is not cancelled.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from ordosync.accounts.woocommerce.client import Left
from ordosync.accounts.woocommerce.foreign_parcels import units_by_others
from ordosync.accounts.woocommerce.merchant_orders import HELD, SoldOrders
from ordosync.accounts.woocommerce.pagination import Params
from ordosync.accounts.woocommerce.schema import OrderShape
from ordosync.models import Page, Unusable

REFUNDED = "refunded"
"""What a shop makes of an order of which all the money went back, sent or not."""


class CancelledOrders(SoldOrders):
    """Who sells, as far as orders are cancelled."""

    def cancelled_orders(self, cursor: str | None, *, now: datetime) -> Iterator[Page[str]]:
        """Read which orders changed since `cursor` and are cancelled, of all Suppliers.

        So is one of which this Supplier's lines were all refunded. Of a split one these are the
        pieces of which nothing was sent.
        """
        for items, after in self.changed(
            self._perhaps_cancelled, cursor, now=now, action="read cancelled orders"
        ):
            yield Page(items=tuple(self._cancelled(items)), cursor=after)

    def cancelled_among(self, ids: Sequence[str]) -> frozenset[str]:
        """Return which of these orders and pieces are cancelled, unshipped, at this moment."""
        action = "see whether orders are still cancelled"
        found = self.orders_now(ids, action, status=self._perhaps_cancelled["status"])
        return frozenset(self._cancelled(found)) & frozenset(ids)

    @property
    def _perhaps_cancelled(self) -> Params:
        """The statuses in which an order may be cancelled, a refund of all items included."""
        statuses = (*self.cancelled_statuses, *self.open_statuses, *HELD)
        return {"status": ",".join(dict.fromkeys(statuses))}

    def _cancelled(self, items: Sequence[OrderShape | Unusable]) -> Iterator[str]:
        """Yield the orders and pieces among these that are cancelled and of which nothing went."""
        unsent = {one.id: one for one in items if isinstance(one, OrderShape)}
        leaves = {one.id: self.record(one).unshipped(str(one.id)) for one in unsent.values()}
        asked = [
            one for one in unsent.values() if leaves[one.id] and self._takes_refunds_to_tell(one)
        ]
        self.learn_lines(asked)
        answers = self.side_by_side(asked, self._is_taken_back)
        took_back = {one.id: answer for one, answer in zip(asked, answers, strict=True)}
        for order_id, order in unsent.items():
            if took_back.get(order_id, order.status in self.cancelled_statuses):
                yield from leaves[order_id]

    def _takes_refunds_to_tell(self, order: OrderShape) -> bool:
        """Return True if an order is not cancelled by its status alone."""
        if order.status == REFUNDED:
            return True
        return order.status not in self.cancelled_statuses and bool(order.refunds)

    def _is_taken_back(self, order: OrderShape) -> bool:
        """Return True if this Supplier's lines were refunded before they were sent.

        What was sent first and then refunded came back, or never has to: nothing is to be
        cancelled. A refund by its amount alone names no lines, and is of all of them.
        """
        repeated = self.ours.repeated(order.line_items)
        lines = {
            one.id: one.quantity
            for one in order.line_items
            if self.ours.has_line(one) and one.id not in repeated
        }
        if order.date_completed_gmt or self._was_sent_by_others(order, lines):
            return False
        if order.status == REFUNDED:
            return True
        # Nothing tells whose a line is whose product was deleted: it may have been sent.
        lines |= {one.id: 1 for one in order.line_items if not self.ours.knows_line(one)}
        left = self.unsent(order)
        return bool(lines) and all(left[line] <= 0 for line in lines)

    def _was_sent_by_others(self, order: OrderShape, lines: Left) -> bool:
        """Return True if parcels that this program did not make hold all of these lines."""
        record, seen = self.record(order), self.shown_parcels(order)
        is_all = all(map(self.ours.has_line, order.line_items))
        if is_all and not record.parcels and any(one.number and one.lines is None for one in seen):
            return True
        sent = units_by_others(record, seen)
        return bool(lines) and all(count <= sent.get(one, 0) for one, count in lines.items())
