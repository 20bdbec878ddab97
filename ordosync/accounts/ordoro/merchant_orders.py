"""Orders at the Merchant: the dropshipments that are requested from one supplier."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from msgspec.structs import replace

from ordosync.accounts.account import ReadRequest
from ordosync.accounts.ordoro.client import REQUESTED, OrdoroClient
from ordosync.accounts.ordoro.merchant_cancellations import MerchantCancellations
from ordosync.accounts.ordoro.options import MerchantOptions
from ordosync.accounts.ordoro.schema import OrderShape, product_of
from ordosync.hold_facts import HoldFacts
from ordosync.models import InvalidRecord, Order, Page


class MerchantOrders:
    """Orders with the status `dropshipment_requested`."""

    requires_address = True
    reports_reassigned = True

    def __init__(
        self, client: OrdoroClient, options: MerchantOptions, cancellations: MerchantCancellations
    ) -> None:
        self._client = client
        self._options = options
        self._cancellations = cancellations
        self._skus: dict[str, str] = {}
        client.service.at_close(self._skus.clear)

    def changed(self, request: ReadRequest) -> Iterator[Page[Order | InvalidRecord]]:
        """Yield the orders requested from this portal's supplier that changed since the cursor.

        Orders of other suppliers are read as well, and are `reassigned`: Ordoro does not report
        which of them were assigned to this supplier before.
        """
        for items, after in self._client.changed(
            {"status": REQUESTED},
            request.cursor,
            now=request.now,
            action="read orders",
            ahead=request.ahead,
        ):
            yield Page(items=tuple(self._read(item) for item in items), cursor=after)

    def by_id(self, ids: Sequence[str]) -> Iterator[Page[Order | InvalidRecord]]:
        """Yield these orders as they are now."""
        orders = self._client.service.map_concurrently(
            ids, partial(self._client.order_or_invalid, action="read an order again")
        )
        requested = [
            order
            for order in orders
            if isinstance(order, InvalidRecord) or (order is not None and order.status == REQUESTED)
        ]
        yield Page(items=tuple(self._read(order) for order in requested))

    def acknowledge(self, ids: Sequence[str]) -> None:
        """Do nothing: Ordoro itself records that they are requested."""

    def ancestors(self, ids: Sequence[str]) -> Mapping[str, Sequence[str]]:
        """Return the ancestors of each of these cancelled orders."""
        return self._cancellations.ancestors(ids)

    def line_claims(self, order: Order) -> Sequence[str]:
        """Return the ids of its lines."""
        return [line.id for line in order.lines]

    def is_beside(self, order_id: str, other_id: str) -> bool:  # noqa: ARG002 - one supplier an order
        """Return False: an order has one supplier."""
        return False

    def _read(self, shape: OrderShape | InvalidRecord) -> Order | InvalidRecord:
        if isinstance(shape, InvalidRecord):
            return shape
        order = self._client.as_order(shape)
        if isinstance(order, InvalidRecord):
            return order
        if shape.supplier_id != self._options.supplier:
            return InvalidRecord(
                id=order.id,
                code="reassigned",
                reason="was given to another supplier",
                content=order.content,
                is_skipped=True,
            )
        return self.with_ancestors_and_skus(order, shape)

    def with_ancestors_and_skus(self, order: Order, shape: OrderShape) -> Order:
        """Return an order with its ancestors and, with the option, the supplier's SKUs."""
        lines = order.lines
        if self._options.supplier_skus:
            lines = tuple(
                replace(line, supplier_sku=self._supplier_sku(line.sku)) for line in lines
            )
        facts = HoldFacts(since=order.placed_at, tags=order.tags)
        ancestors = self._client.ancestors(shape)
        return replace(order, lines=lines, ancestors=ancestors, hold_facts=facts)

    def _supplier_sku(self, sku: str) -> str:
        if sku not in self._skus:
            product = self._client.product(sku, "look up the supplier's SKU")
            self._skus[sku] = (
                product_of(product, self._options.supplier).supplier_sku if product else ""
            )
        return self._skus[sku]
