"""Shortages at the Supplier: cancelled orders, lines with fewer units, and removed lines.

Ordoro does not count cancelled units, so each line is reported with the units that it has now. A
tag of the order is the reason.
"""

from collections.abc import Iterator, Sequence
from functools import partial

from ordosync.accounts.account import ReadRequest
from ordosync.accounts.ordoro.client import OrdoroClient
from ordosync.accounts.ordoro.options import SupplierOptions
from ordosync.accounts.ordoro.schema import OrderShape, has_left
from ordosync.accounts.ordoro.split_matching import summed
from ordosync.accounts.ordoro.supplier_orders import line_id
from ordosync.accounts.ordoro.supplier_shipments import of_channel, reference_of
from ordosync.models import InvalidRecord, Page
from ordosync.shortages import Shortage, ShortageReason, ShortLine


class SupplierShortages:
    """Units that the orders of the portal's sales channel have now."""

    def __init__(self, client: OrdoroClient, options: SupplierOptions) -> None:
        self._client = client
        self._options = options

    def changed(self, request: ReadRequest) -> Iterator[Page[Shortage | InvalidRecord]]:
        """Yield the orders that changed since the cursor; a split order is its pieces."""
        pages = self._client.changed(
            of_channel(self._options), request.cursor, now=request.now, action="read shortages"
        )
        for items, after in pages:
            yield Page(items=tuple(map(self._shortage, items)), cursor=after)

    def by_id(self, ids: Sequence[str]) -> Iterator[Page[Shortage | InvalidRecord]]:
        """Yield these orders as they are now; an order that was split is omitted."""
        read_order = partial(self._client.order_or_invalid, action="read a shortage again")
        orders = self._client.service.map_concurrently(ids, read_order)
        items = (
            self._shortage(order) if order else self._missing(number)
            for number, order in zip(ids, orders, strict=True)
        )
        yield Page(items=tuple(item for item in items if item))

    def _missing(self, number: str) -> Shortage | None:
        is_split = self._client.parent(number) is not None
        return None if is_split else Shortage(order_id=number, is_deleted=True)

    def _shortage(self, order: OrderShape | InvalidRecord) -> Shortage | InvalidRecord:
        if isinstance(order, InvalidRecord):
            return order
        is_cancelled = order.status == "cancelled" and not has_left(order)
        skus = {line.key: line.sku for line in order.lines}
        reason = self._reason(order)
        return Shortage(
            order_id=order.order_number,
            lines=tuple(
                ShortLine(
                    line_id=line_id(order.order_number, key),
                    sku=skus[key],
                    kept=0 if is_cancelled else units,
                    reason=reason,
                )
                for key, units in summed(order.lines).items()
            ),
            has_all_lines=True,
            is_cancelled=is_cancelled,
            reason=reason,
            ancestors=self._client.ancestors(order),
            reference=reference_of(order),
        )

    def _reason(self, order: OrderShape) -> ShortageReason:
        texts = {tag.text or tag.name for tag in order.tags or ()}
        reasons = self._options.reasons.tags.items()
        return next((reason for text, reason in reasons if text in texts), "other")
