"""Cancelled orders of a Merchant's shop that were not sent.

Uses the list of orders by the time of their last change, and refunds. An order whose items were
all refunded before they were sent keeps its status. An order that was sent first, and refunded
when it came back, is not cancelled. Users may also lower the quantity of a line, and the shop does
not show what it was, so each changed order has its units.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ordosync.accounts.account import ReadRequest
from ordosync.accounts.merchant import whole
from ordosync.accounts.woocommerce.client import Quantities
from ordosync.accounts.woocommerce.foreign_parcels import foreign_units
from ordosync.accounts.woocommerce.order_share import SharePart
from ordosync.accounts.woocommerce.order_statuses import REFUNDED
from ordosync.accounts.woocommerce.schema import OrderShape
from ordosync.accounts.woocommerce.schema import whole as whole_units
from ordosync.models import Cancellation, InvalidRecord, Page, ParcelLine


@dataclass(frozen=True, kw_only=True)
class _TakenBack:
    """The part of an order that was refunded or removed before it was sent."""

    is_whole: bool = False
    open_lines: tuple[ParcelLine, ...] | None = None
    """The units that are still to be sent; None if the order does not show it."""


class MerchantCancellations(SharePart):
    """Cancelled orders, of all suppliers; of an order that was split, its unshipped pieces.

    If all lines of this Supplier were refunded, the order is cancelled, too. Any other order to
    ship is reduced to its open units. Those of a split order do not show their piece. A cancelled
    order is cancelled as a whole, even if a part of it was sent: then only the Supplier's open
    units can be cancelled.
    """

    def changed(self, request: ReadRequest) -> Iterator[Page[Cancellation]]:
        """Yield the orders and pieces that changed since the cursor and are cancelled."""
        for items, after in self._client.changed(
            {"status": ",".join(self._statuses.maybe_cancelled)},
            request.cursor,
            now=request.now,
            action="read cancelled orders",
        ):
            yield Page(items=tuple(self._cancellations(items)), cursor=after)

    def among(self, ids: Sequence[str]) -> frozenset[str]:
        """Return which of these orders and pieces are cancelled now, and not shipped."""
        action = "check that orders are still cancelled"
        status = ",".join(self._statuses.maybe_cancelled)
        items = self._client.orders_now(ids, action, status=status)
        return frozenset(self._cancelled(items)) & frozenset(ids)

    def reply(self, cancelled: Mapping[str, bool]) -> None:
        """Do nothing: the shop has no requests to cancel."""

    def _cancellations(self, items: Sequence[OrderShape | InvalidRecord]) -> Iterator[Cancellation]:
        """Yield the orders and pieces that are cancelled, and the units of the other orders."""
        orders = _shapes(items)
        found = self._taken_back(orders)
        yield from whole(self._whole(orders, found))
        for order in orders:
            answer = found.get(order.id) or self._unrefunded(order)
            if not answer.is_whole and answer.open_lines:
                yield Cancellation(order_id=str(order.id), lines=answer.open_lines)

    def _unrefunded(self, order: OrderShape) -> "_TakenBack":
        """Return the units of an order without refunds, also of lines of other suppliers.

        Units in parcels of others are included: a user may have entered the number of a parcel of
        the Supplier that is not reported yet.
        """
        record = self._shares.record(order)
        has_ended = order.date_completed_gmt or order.status in self._statuses.cancelled
        if has_ended or order.refunds or record.parts:
            return _TakenBack()
        sent = record.units(str(order.id))
        lines = (
            ParcelLine(
                line_id=str(line.id),
                quantity=(whole_units(line.quantity) or 0) - sent[line.id],
                sku=line.sku or "",
            )
            for line in order.line_items
        )
        return _TakenBack(open_lines=tuple(lines))

    def _cancelled(self, items: Sequence[OrderShape | InvalidRecord]) -> Iterator[str]:
        """Yield those of these orders and their pieces that are cancelled as a whole."""
        orders = _shapes(items)
        return self._whole(orders, self._taken_back(orders))

    def _whole(
        self, orders: Sequence[OrderShape], found: "Mapping[int, _TakenBack]"
    ) -> Iterator[str]:
        for order in orders:
            answer = found.get(order.id)
            is_cancelled = order.status in self._statuses.cancelled
            if answer.is_whole if answer else is_cancelled:
                yield from self._leaves(order)

    def _leaves(self, order: OrderShape) -> list[str]:
        """Return the order or its pieces, without those that are shipped."""
        record, shares = self._shares.record(order), self._shares
        if not shares.has_own_units(order):
            return record.unshipped(str(order.id))
        shares.learn([order])
        return record.unshipped(str(order.id), shares.lines_of(order, shares.unsent(order)))

    def _taken_back(self, orders: Sequence[OrderShape]) -> "Mapping[int, _TakenBack]":
        """Return the refunded part of these orders; each order with refunds needs a call."""
        with_refunds = [
            order
            for order in orders
            if self._needs_refunds(order) and self._shares.record(order).unshipped(str(order.id))
        ]
        self._shares.learn(with_refunds)
        answers = self._client.service.map_concurrently(with_refunds, self._read_refunds)
        return {order.id: answer for order, answer in zip(with_refunds, answers, strict=True)}

    def _needs_refunds(self, order: OrderShape) -> bool:
        """True if its refunds decide whether an order is cancelled, not its status alone."""
        if order.status == REFUNDED:
            return True
        return order.status not in self._statuses.cancelled and bool(order.refunds)

    def _read_refunds(self, order: OrderShape) -> "_TakenBack":
        unsent = self._shares.unsent(order)
        if self._is_taken_back(order, unsent):
            return _TakenBack(is_whole=True)
        has_ended = order.date_completed_gmt or self._was_sent_by_others(order, self._lines(order))
        if has_ended or self._shares.record(order).parts:
            return _TakenBack()
        return _TakenBack(open_lines=self._open(order, unsent))

    def _open(self, order: OrderShape, unsent: Quantities) -> tuple[ParcelLine, ...]:
        lines = self._shares.open_lines(order, self._shares.lines_of(order, unsent))
        skus = {line.id: line.sku or "" for line in order.line_items}
        return tuple(
            ParcelLine(line_id=str(line), quantity=count, sku=skus[line])
            for line, count in lines.items()
        )

    def _is_taken_back(self, order: OrderShape, unsent: Quantities) -> bool:
        """True if this Supplier's lines were refunded before any of them was sent.

        Lines that were sent first and refunded later cannot be cancelled any more. A refund of an
        amount without lines counts for all lines.
        """
        selection, lines = self._shares.selection, self._lines(order)
        if order.date_completed_gmt or self._was_sent_by_others(order, lines):
            return False
        if order.status == REFUNDED:
            return True
        if self._shares.has_own_units(order):
            return False
        # The line of a deleted product may belong to any supplier, and may have been sent.
        lines |= {line.id: 1 for line in order.line_items if not selection.knows_line(line)}
        return bool(lines) and all(unsent[line] <= 0 for line in lines)

    def _lines(self, order: OrderShape) -> dict[int, float]:
        """Return the sold units of this Supplier's lines."""
        selection = self._shares.selection
        repeated = selection.repeated(order.line_items)
        return {
            line.id: line.quantity
            for line in order.line_items
            if selection.has_line(line) and line.id not in repeated
        }

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


def _shapes(items: Sequence[OrderShape | InvalidRecord]) -> list[OrderShape]:
    return [item for item in items if isinstance(item, OrderShape)]
