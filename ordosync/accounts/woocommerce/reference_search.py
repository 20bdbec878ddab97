"""Search for orders of a Supplier's shop by their reference.

Only orders of an earlier attempt are looked for. A search by transaction is one call for each,
but shops before HPOS do not know it and answer as if there were none. So a search is believed
only after it has found an order that is known to be there. Otherwise all orders are listed,
newest first, until each is found: that works in every shop, at one call for a hundred orders.
"""

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Raw

from ordosync.accounts.woocommerce.client import WooCommerceClient
from ordosync.accounts.woocommerce.order_input import REFERENCE
from ordosync.accounts.woocommerce.schema import OrderShape, read

_FIELDS = "id,number,status,transaction_id,line_items,meta_data"
_ACTION = "look for orders by our reference"
_OVERLAP = 25


class ReferenceSearch:
    """Finds orders by reference."""

    def __init__(self, client: WooCommerceClient) -> None:
        self._client = client
        self._is_searchable: bool | None = None
        """True if this shop searches by transaction; None: not tried yet."""

    def find(self, references: Sequence[str]) -> Mapping[str, OrderShape]:
        """Return the orders with these references, by reference."""
        found: dict[str, OrderShape] = {}
        for page, count in self._newest():
            _note(found, page)
            missing = [one for one in references if one not in found]
            if not missing or count <= len(page):
                break
            if self._can_search(page):
                for orders in self._client.service.map_concurrently(missing, self._search):
                    _note(found, orders)
                break
        return {one: found[one] for one in references if one in found}

    def _newest(self) -> Iterator[tuple[list[OrderShape], int]]:
        """Yield pages of orders, newest first, and how many orders there are from each page on.

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

    def _can_search(self, known: Sequence[OrderShape]) -> bool:
        """True if a search finds an order that is there, so that an empty result counts.

        Any transaction will do, such as the shop's own by card. A number will not: it may be the
        id of the order, by which every shop finds it.
        """
        paid = next((one for one in known if not (one.transaction_id or "0").isdecimal()), None)
        if self._is_searchable is None and paid and paid.transaction_id:
            found = self._search(paid.transaction_id)
            self._is_searchable = any(one.id == paid.id for one in found)
        return bool(self._is_searchable)

    def _search(self, transaction: str) -> list[OrderShape]:
        query = {"status": "any", "search": transaction, "_fields": _FIELDS}
        return _readable(self._client.lists.page("/wc/v3/orders", query, 0, _ACTION)[0])


def _note(found: dict[str, OrderShape], orders: Sequence[OrderShape]) -> None:
    """Note orders by their reference; of two orders with one reference, note the older."""
    for order in sorted(orders, key=lambda one: one.id, reverse=True):
        reference = order.meta(REFERENCE)
        if isinstance(reference, str):
            found[reference] = order


def _readable(raws: Sequence[Raw]) -> list[OrderShape]:
    orders = [read(raw, OrderShape, what="orders") for raw in raws]
    return [one for one in orders if isinstance(one, OrderShape)]
