"""API calls of both roles: orders by number, split parents, products, warehouses."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from functools import partial
from types import NoneType
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from msgspec import Raw

from ordosync.accounts.ordoro.pagination import By, Params, orders, products
from ordosync.accounts.ordoro.schema import (
    OrderShape,
    ParentShape,
    PlaceName,
    ProductShape,
    ShippingShape,
    Warehouses,
    moment,
    order_of,
    read,
)
from ordosync.accounts.pagination import changed_since
from ordosync.accounts.service_client import ServiceClient
from ordosync.errors import NotFoundError, RefusedError
from ordosync.models import InvalidRecord, Order

if TYPE_CHECKING:
    from ordosync.http import HttpClient

REQUESTED = "dropshipment_requested"
OPEN = ("awaiting_fulfillment", REQUESTED)
"""Statuses of an order whose parcel has not left."""


class OrdoroClient:
    """An account at Ordoro, as one portal uses it."""

    def __init__(self, service: ServiceClient, *, currency: str) -> None:
        self.service = service
        self.currency = currency
        """The currency of all amounts: Ordoro does not report it."""
        self._parents: dict[str, ParentShape | None] = {}
        self._warehouses: Sequence[PlaceName] | None = None
        service.at_close(self._forget)

    def _forget(self) -> None:
        self._parents = {}
        self._warehouses = None

    @property
    def http(self) -> "HttpClient":
        """The session."""
        return self.service.http

    @property
    def zone(self) -> tzinfo:
        """The time zone of a time without an offset."""
        return ZoneInfo(self.service.timezone) if self.service.timezone else UTC

    def changed(
        self,
        params: Params,
        cursor: str | None,
        *,
        now: datetime,
        action: str,
        by: By = "updated",
        ahead: int = 0,
    ) -> Iterator[tuple[Sequence[OrderShape | InvalidRecord], str | None]]:
        """Yield pages of the orders that match and changed since the cursor, and the next one."""
        listed = orders(
            self.http, params, by=by, zone=self.zone, action=action, account=self.service.account
        )
        since = self.service.reading_ahead(listed.since, ahead)
        return changed_since(cursor, since, listed.at_of, now=now)

    def order_or_invalid(self, number: str, action: str) -> OrderShape | InvalidRecord | None:
        """Return an order as it is now; None if it does not exist, or was split."""
        try:
            raw = self.http.get(path("order", number), Raw, action=action)
        except NotFoundError:
            return None
        return read(raw, OrderShape)

    def order(self, number: str, action: str) -> OrderShape | None:
        """Return the same. Raises `RefusedError` if the order cannot be parsed."""
        order = self.order_or_invalid(number, action)
        if isinstance(order, InvalidRecord):
            raise RefusedError(self.service.account, action, order.reason)
        return order

    def orders_now(self, numbers: Sequence[str], action: str) -> Mapping[str, OrderShape]:
        """Return these orders as they are now, without missing and invalid ones."""
        read_order = partial(self.order_or_invalid, action=action)
        orders = self.service.map_concurrently(numbers, read_order)
        return {order.order_number: order for order in orders if isinstance(order, OrderShape)}

    def as_order(self, shape: OrderShape) -> Order | InvalidRecord:
        """Return an order of Ordoro as an order of ordosync."""
        return order_of(shape, currency=self.currency, zone=self.zone)

    def sent_at(self, order: OrderShape) -> datetime | None:
        """Return when an order was sent; if unknown, when it changed last."""
        shipping = order.shipping_info or ShippingShape()
        return moment(shipping.ship_date, self.zone) or moment(order.updated_date, self.zone)

    def parent(self, number: str) -> ParentShape | None:
        """Return the parent that an order became when it was split; None if it was not split.

        A parent that is ready is cached until the end of the run: a split is never undone.
        """
        if number not in self._parents:
            action = f"read the pieces of order {number}"
            try:
                parent = self.http.get(path("order/parent", number), ParentShape, action=action)
            except NotFoundError:
                parent = None
            if parent and not parent.ready:
                return parent
            self._parents[number] = parent
        return self._parents[number]

    def forget_parent(self, number: str) -> None:
        """Forget that an order was not split: it is now."""
        self._parents.pop(number, None)

    def ancestors(self, order: OrderShape) -> tuple[str, ...]:
        """Return the numbers of the orders that this order was split from, nearest first.

        Ordoro reports only the nearest parent. The numbers of the others are derived from its
        number. A derived parent counts only if it lists the number among its children.
        """
        ancestors: list[str] = []
        number = order.parent_order_number
        while number:
            ancestors.append(number)
            above = number.rpartition("-")[0]
            parent = self.parent(above) if above else None
            number = above if parent and number in (parent.child_order_numbers or ()) else None
        return tuple(ancestors)

    def leaves(self, number: str) -> Iterator[OrderShape]:
        """Yield the order itself; if it was split, the orders at the end of all its splits."""
        order = self.order(number, f"read order {number}")
        if order:
            yield order
            return
        parent = self.parent(number)
        for child in (parent and parent.child_order_numbers) or ():
            yield from self.leaves(child)

    def comment(self, number: str, text: str) -> None:
        """Add a comment to the timeline of an order."""
        self.http.send(
            "POST",
            path("order", number, "comment"),
            NoneType,
            action=f"comment on order {number}",
            json={"comment": text},
        )

    def product(self, sku: str, action: str) -> ProductShape | None:
        """Return a product as it is now; None if it does not exist, or is invalid."""
        from ordosync.http import quoted  # noqa: PLC0415 - slow to import

        try:
            raw = self.http.get(f"/product/{quoted(sku)}/", Raw, action=action)
        except NotFoundError:
            return None
        product = read(raw, ProductShape)
        return None if isinstance(product, InvalidRecord) else product

    def product_list(
        self, params: Params, action: str
    ) -> Iterator[list[ProductShape | InvalidRecord]]:
        """Yield pages of the products that match."""
        pages = products(self.http, params, action=action, account=self.service.account)
        for page in pages:
            yield [read(raw, ProductShape) for raw in page]

    def warehouse_name(self, warehouse_id: int | None) -> str:
        """Return the name of a warehouse; empty if the account has no such warehouse."""
        if warehouse_id is None:
            return ""
        titles = {warehouse.id: warehouse.title for warehouse in self._all_warehouses()}
        return titles.get(warehouse_id, "")

    def default_warehouse(self) -> int:
        """Return the id of the account's default warehouse."""
        warehouses = self._all_warehouses()
        return next(
            (warehouse.id for warehouse in warehouses if warehouse.is_default_location),
            warehouses[0].id,
        )

    def stock_path(self, sku: str, warehouse: int) -> str:
        """Return the path of a product's stock in one warehouse."""
        from ordosync.http import quoted  # noqa: PLC0415 - slow to import

        return f"/product/{quoted(sku)}/warehouse/{warehouse}/"

    def channel_path(self, sku: str, channel: int) -> str:
        """Return the path of a product's settings on one sales channel."""
        from ordosync.http import quoted  # noqa: PLC0415 - slow to import

        return f"/product/{quoted(sku)}/cart/{channel}/"

    def _all_warehouses(self) -> Sequence[PlaceName]:
        if self._warehouses is None:
            page = self.http.get(
                "/warehouse/", Warehouses, action="read the warehouses", params={"limit": "100"}
            )
            self._warehouses = page.warehouse
        return self._warehouses


def path(kind: str, number: str, *more: str) -> str:
    """Return the path of an order, or of a part of it."""
    from ordosync.http import quoted  # noqa: PLC0415 - slow to import

    return "/".join((f"/v3/{kind}", quoted(number), *more))
