"""Cancelled orders at the Merchant, of all suppliers."""

from collections.abc import Iterator, Mapping, Sequence

from ordosync.accounts.account import ReadRequest
from ordosync.accounts.merchant import whole
from ordosync.accounts.ordoro.client import OrdoroClient
from ordosync.accounts.ordoro.schema import OrderShape
from ordosync.models import Cancellation, Page


class MerchantCancellations:
    """Orders with the status `cancelled` and without a tracking number.

    A cancelled order may have lost its supplier, so the supplier is not checked.
    """

    def __init__(self, client: OrdoroClient) -> None:
        self._client = client
        self._page: dict[str, OrderShape] = {}
        client.service.at_close(self._forget)

    def _forget(self) -> None:
        self._page = {}

    def changed(self, request: ReadRequest) -> Iterator[Page[Cancellation]]:
        """Yield the orders that were cancelled since the cursor."""
        pages = self._client.changed(
            {"status": "cancelled"},
            request.cursor,
            now=request.now,
            action="read cancelled orders",
            by="cancelled",
        )
        for items, after in pages:
            unshipped = [
                item for item in items if isinstance(item, OrderShape) and not item.tracking_number
            ]
            self._page = {item.order_number: item for item in unshipped}
            yield Page(items=tuple(whole(self._page)), cursor=after)

    def among(self, ids: Sequence[str]) -> frozenset[str]:
        """Return which of these orders are cancelled, unshipped, at this moment."""
        orders = self._client.orders_now(ids, "check if an order is still cancelled")
        return frozenset(
            number
            for number, order in orders.items()
            if order.status == "cancelled" and not order.tracking_number
        )

    def reply(self, cancelled: Mapping[str, bool]) -> None:
        """Do nothing: Ordoro has no cancellation requests."""

    def ancestors(self, ids: Sequence[str]) -> Mapping[str, Sequence[str]]:
        """Return the ancestors of each of these orders; orders that were just read are reused."""
        missing = [id_ for id_ in ids if id_ not in self._page]
        orders = {
            **self._page,
            **self._client.orders_now(missing, "read the ancestors of orders"),
        }
        families = {id_: self._client.ancestors(orders[id_]) for id_ in ids if id_ in orders}
        return {id_: family for id_, family in families.items() if family}
