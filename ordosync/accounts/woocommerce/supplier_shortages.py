"""Shortages at the Supplier: cancelled orders, lower quantities, refunds, and statuses.

Uses the list of orders by the time of their last change, and refunds and parcels only of orders
that have a shortage. WooCommerce does not count cancelled units, so each line is reported with the
units that it has now. A refund after the order was sent is a return, and no shortage.
"""

from collections.abc import Iterator, Sequence

from ordosync.accounts.account import ReadRequest
from ordosync.accounts.woocommerce.client import WooCommerceClient
from ordosync.accounts.woocommerce.options import SupplierOptions
from ordosync.accounts.woocommerce.order_input import REFERENCE
from ordosync.accounts.woocommerce.order_parcels import OrderParcels
from ordosync.accounts.woocommerce.parcels import Lines
from ordosync.accounts.woocommerce.schema import LineShape, OrderShape, parse_time, whole
from ordosync.models import InvalidRecord, Page
from ordosync.shortages import Shortage, ShortageReason, ShortLine


class SupplierShortages:
    """Units that the orders of ordosync have now."""

    def __init__(
        self, client: WooCommerceClient, parcels: OrderParcels, options: SupplierOptions
    ) -> None:
        self._client = client
        self._parcels = parcels
        self._options = options

    def changed(self, request: ReadRequest) -> Iterator[Page[Shortage | InvalidRecord]]:
        """Yield the orders that changed since the cursor, then those moved to the trash since it.

        A list of any status lacks the trash.
        """
        cursor = request.cursor
        for items, cursor in self._changed("any", request):
            yield Page(items=self._shortages(items), cursor=cursor)
        for items, _ in self._changed("trash", request):
            yield Page(items=tuple(map(_deleted, _created(items))), cursor=cursor)

    def _changed(
        self, status: str, request: ReadRequest
    ) -> Iterator[tuple[Sequence[OrderShape | InvalidRecord], str | None]]:
        params, action = {"status": status}, "read shortages"
        return self._client.changed(params, request.cursor, now=request.now, action=action)

    def by_id(self, ids: Sequence[str]) -> Iterator[Page[Shortage | InvalidRecord]]:
        """Yield these orders as they are now; an order in the trash is deleted, too."""
        items = self._client.orders_now(ids, "read shortages again")
        existing = {item.id if isinstance(item, InvalidRecord) else str(item.id) for item in items}
        missing = (Shortage(order_id=id_, is_deleted=True) for id_ in ids if id_ not in existing)
        yield Page(items=(*self._shortages(items), *missing))

    def _shortages(
        self, items: Sequence[OrderShape | InvalidRecord]
    ) -> tuple[Shortage | InvalidRecord, ...]:
        return tuple(self._client.service.map_concurrently(_created(items), self._shortage))

    def _shortage(self, order: OrderShape | InvalidRecord) -> Shortage | InvalidRecord:
        if isinstance(order, InvalidRecord):
            return order
        reason, word = self._reason(order)
        is_cancelled = self._parcels.is_cancelled(order) and not order.date_completed_gmt
        is_backordered = self._options.answers.statuses.get(order.status) == "backordered"
        has_sent = order.refunds or is_cancelled or is_backordered
        sent = self._parcels.sent(order).units if has_sent else {}
        kept = {} if is_cancelled else self._remaining(order)
        return Shortage(
            order_id=str(order.id),
            lines=tuple(
                _short_line(line, kept, sent, reason, word, is_backordered=is_backordered)
                for line in order.line_items
            ),
            has_all_lines=True,
            is_cancelled=is_cancelled,
            reason=reason,
            word=word,
            reference=str(order.meta(REFERENCE)),
        )

    def _remaining(self, order: OrderShape) -> Lines:
        """Return the units of each line without those that were refunded before it was sent."""
        remaining = self._client.remaining(order, until=parse_time(order.date_completed_gmt))
        return {line: whole(count) or 0 for line, count in remaining.items()}

    def _reason(self, order: OrderShape) -> tuple[ShortageReason, str]:
        """Return the reason of an order's status, or `other` with the shop's own word for it."""
        reason = self._options.reasons.statuses.get(order.status)
        if reason:
            return reason, ""
        return "other", order.status if order.status in self._options.answers.statuses else ""


def _created(
    items: Sequence[OrderShape | InvalidRecord],
) -> list[OrderShape | InvalidRecord]:
    """Return the orders that ordosync has created, and those that cannot be read."""
    return [it for it in items if isinstance(it, InvalidRecord) or it.meta(REFERENCE) is not None]


def _deleted(item: OrderShape | InvalidRecord) -> Shortage | InvalidRecord:
    if isinstance(item, InvalidRecord):
        return item
    reference = str(item.meta(REFERENCE))
    return Shortage(order_id=str(item.id), is_deleted=True, reference=reference)


def _short_line(
    line: LineShape,
    kept: Lines,
    sent: Lines,
    reason: ShortageReason,
    word: str,
    *,
    is_backordered: bool,
) -> ShortLine:
    units = max(kept.get(line.id, 0), sent.get(line.id, 0))
    return ShortLine(
        line_id=str(line.id),
        sku=line.sku or "",
        kept=units,
        backordered=units - sent.get(line.id, 0) if is_backordered else 0,
        reason=reason,
        word=word,
    )
