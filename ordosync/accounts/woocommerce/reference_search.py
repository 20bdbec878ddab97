"""Search for orders of a Supplier's shop by their reference.

Used only for orders of an earlier attempt. A search by transaction takes one call per order, but
shops before HPOS do not support it and return no orders. So a search is used only after it has
found an order that is known to exist. Otherwise all orders are listed, newest first, until every
reference is found. That works in every shop, at one call for a hundred orders.
"""

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Raw

from ordosync.accounts.woocommerce.client import WooCommerceClient
from ordosync.accounts.woocommerce.order_input import REFERENCE
from ordosync.accounts.woocommerce.schema import OrderShape, read

_FIELDS = "id,number,status,transaction_id,line_items,meta_data"
_ACTION = "search orders by reference"
_OVERLAP = 25


class ReferenceSearch:
    """Finds orders by reference."""

    def __init__(self, client: WooCommerceClient) -> None:
        self._client = client
        self._is_searchable: bool | None = None
        """True if this shop can search by transaction; None if that was not tried yet."""

    def find(self, references: Sequence[str]) -> Mapping[str, OrderShape]:
        """Return the orders with these references, by reference."""
        orders_by_reference: dict[str, OrderShape] = {}
        for orders, count in self._newest():
            _add_by_reference(orders_by_reference, orders)
            missing = [
                reference for reference in references if reference not in orders_by_reference
            ]
            if not missing or count <= len(orders):
                break
            if self._can_search(orders):
                for matches in self._client.service.map_concurrently(missing, self._search):
                    _add_by_reference(orders_by_reference, matches)
                break
        return {
            reference: orders_by_reference[reference]
            for reference in references
            if reference in orders_by_reference
        }

    def _newest(self) -> Iterator[tuple[list[OrderShape], int]]:
        """Yield pages of orders, newest first, each with the number of orders from its start on.

        Pages overlap, since the deletion of an order moves up all orders behind it.
        """
        query = {"status": "any", "orderby": "id", "order": "desc", "_fields": _FIELDS}
        offset = 0
        while True:
            raws, count = self._client.lists.page("/wc/v3/orders", query, offset, _ACTION)
            yield _readable(raws), count - offset
            if not raws or offset + len(raws) >= count:
                return
            offset += max(len(raws) - _OVERLAP, 1)

    def _can_search(self, orders: Sequence[OrderShape]) -> bool:
        """True if a search finds an existing order, so that an empty result can be trusted.

        Any transaction will do, such as a card payment of the shop. A plain number will not: it
        may be the id of the order, by which every shop finds it.
        """
        paid = next(
            (order for order in orders if not (order.transaction_id or "0").isdecimal()), None
        )
        if self._is_searchable is None and paid and paid.transaction_id:
            matches = self._search(paid.transaction_id)
            self._is_searchable = any(order.id == paid.id for order in matches)
        return bool(self._is_searchable)

    def _search(self, transaction: str) -> list[OrderShape]:
        query = {"status": "any", "search": transaction, "_fields": _FIELDS}
        return _readable(self._client.lists.page("/wc/v3/orders", query, 0, _ACTION)[0])


def _add_by_reference(
    orders_by_reference: dict[str, OrderShape], orders: Sequence[OrderShape]
) -> None:
    """Add orders by their reference; of two orders with the same reference, the older."""
    for order in sorted(orders, key=lambda item: item.id, reverse=True):
        reference = order.meta(REFERENCE)
        if isinstance(reference, str):
            orders_by_reference[reference] = order


def _readable(raws: Sequence[Raw]) -> list[OrderShape]:
    orders = [read(raw, OrderShape, kind="orders") for raw in raws]
    return [order for order in orders if isinstance(order, OrderShape)]
