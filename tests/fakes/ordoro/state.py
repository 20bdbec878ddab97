"""State of the account, in memory. All of it is read and written under `Shop.lock` only."""

import itertools
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from tests.fakes.books import Books
from tests.fakes.ordoro.checks import Refused
from tests.fakes.ordoro.switches import Switches

Json = dict[str, Any]
Number = int | float

K = TypeVar("K")
V = TypeVar("V")

OPEN = ("awaiting_fulfillment", "dropshipment_requested")


@dataclass(kw_only=True)
class Line:
    """A line of an order; each order has new line ids, also each piece of a split one."""

    id: int
    sku: str
    name: str
    quantity: int
    item_price: Number = 0
    total_price: Number | None = None
    """Stored, and shown in Ordoro's app, but not readable over the API."""
    details: str | None = None
    cart_orderitem_id: str | None = None


@dataclass(kw_only=True)
class Shipping:
    """The one parcel of an order. `taken` is what left the warehouse, to restore it on a void."""

    body: Json
    created_at: datetime
    taken: Counter[tuple[str, int]]
    has_label: bool = False
    """True if Ordoro printed the label; otherwise only a number was entered."""
    is_void: bool = False


@dataclass(kw_only=True)
class Order:
    """An order, a piece of a split order (`parent`), or a view-only split order (`children`)."""

    id: int
    number: str
    lines: list[Line]
    created_at: datetime
    updated_at: datetime
    placed_at: datetime
    shipping_address: Json
    billing_address: Json
    warehouse_id: int
    status: str = "awaiting_fulfillment"
    cart_id: int | None = None
    order_id: str = ""
    cart_order_id: str | None = None
    cart_shipment_id: str | None = None
    requested_shipping_method: str | None = None
    notes_from_customer: str | None = None
    internal_notes: str | None = None
    batch_reference_id: str | None = None
    deliver_by: str | None = None
    ship_by: str | None = None
    financial: dict[str, Number | str | None] = field(default_factory=dict)
    cancelled_at: datetime | None = None
    dropshipping: Json = field(default_factory=dict)
    dropshipped_at: datetime | None = None
    supplier_id: int | None = None
    shipping: Shipping | None = None
    comments: list[Json] = field(default_factory=list)
    tag_ids: list[int] = field(default_factory=list)
    parent: str | None = None
    siblings: list[str] = field(default_factory=list)
    children: list[str] = field(default_factory=list)
    ready_at: datetime | None = None
    """Time at which a split order becomes `ready`, or a piece becomes visible."""


@dataclass(kw_only=True)
class Terms:
    """One supplier's SKU and cost of a product."""

    supplier_price: Number = 0
    is_default: bool = False
    supplier_sku: str | None = None
    min_order_qty: int | None = None


@dataclass(kw_only=True)
class Product:
    """A product. A kit has `components` (quantities by SKU) and no separate stock."""

    id: int
    sku: str
    created_at: datetime
    updated_at: datetime
    fields: Json
    """As written: name, cost, price, weight, upc and so on."""
    on_hand: dict[int, Number] = field(default_factory=dict)
    """Quantities by warehouse; a warehouse without an entry was never counted."""
    shelf: dict[int, Json] = field(default_factory=dict)
    """Thresholds and location by warehouse, as written."""
    suppliers: dict[int, Terms] = field(default_factory=dict)
    components: dict[str, Number] = field(default_factory=dict)
    channels: dict[int, Json] = field(default_factory=dict)
    """Settings by sales channel; a channel without an entry does not list the product."""
    archived_at: datetime | None = None


@dataclass(kw_only=True)
class Supplier:
    """A company that ships for the account; `warehouse_id` is the linked warehouse."""

    id: int
    company: str
    created_at: datetime
    warehouse_id: int | None = None


@dataclass(kw_only=True)
class Warehouse:
    """A warehouse; the first one is the default."""

    id: int
    name: str


@dataclass(kw_only=True)
class Cart:
    """A sales channel. Its `index` is the prefix of the numbers of its orders."""

    id: int
    index: int
    name: str


class Shop(Books):
    """One Ordoro account."""

    def __init__(self, now: Callable[[], datetime], switches: Switches) -> None:
        super().__init__(now)
        self.switches = switches
        self.orders: dict[str, Order] = {}
        self.products: dict[str, Product] = {}
        self.suppliers: dict[int, Supplier] = {}
        self.warehouses: dict[int, Warehouse] = {}
        self.carts: dict[int, Cart] = {}
        self.tags: dict[int, Json] = {}
        self._ids = itertools.count(1001)

    def next_id(self) -> int:
        """Return an unused id."""
        return next(self._ids)

    def order(self, number: str) -> Order:
        """Return an order to read; split orders, and pieces that are not ready, are not found."""
        order = self.orders.get(number)
        if order is None or order.children or not self.visible(order):
            raise Refused(f"order {number} not found", "order_number", status=404)
        return order

    def order_to_write(self, number: str) -> Order:
        """Return an order to change; a split order is view-only."""
        order = self.orders.get(number)
        if order is not None and order.children:
            raise Refused(f"order {number} was split and is view-only", "order_number")
        return self.order(number)

    def parent(self, number: str) -> Order:
        """Return an order that was split."""
        order = self.orders.get(number)
        if order is None or not order.children:
            raise Refused(f"parent order {number} not found", "parent_order_number", status=404)
        return order

    def listed(self) -> list[Order]:
        """Return the orders of lists, in the sequence of their creation."""
        return [
            order for order in self.orders.values() if not order.children and self.visible(order)
        ]

    def visible(self, order: Order) -> bool:
        """True unless it is a piece that is not ready yet."""
        return order.ready_at is None or order.ready_at <= self.now()

    def product(self, sku: str) -> Product:
        """Return a product; letter case counts."""
        return _known(self.products, sku, "product", "sku")

    def supplier(self, supplier_id: int, *, status: int = 404) -> Supplier:
        """Return a supplier; an unknown one in a body is a 400, in a path a 404."""
        return _known(self.suppliers, supplier_id, "supplier", "supplier_id", status)

    def warehouse(self, warehouse_id: int, *, status: int = 404) -> Warehouse:
        """Return a warehouse; an unknown one in a body is a 400, in a path a 404."""
        return _known(self.warehouses, warehouse_id, "warehouse", "warehouse_id", status)

    def cart(self, cart_id: int) -> Cart:
        """Return a sales channel."""
        return _known(self.carts, cart_id, "sales channel", "cart_id")

    def default_warehouse_id(self) -> int:
        """Return the id of the first warehouse, which every account has."""
        return next(iter(self.warehouses))


def _known(objects: dict[K, V], key: K, kind: str, param: str, status: int = 404) -> V:
    if key not in objects:
        raise Refused(f"{kind} {key} not found", param, status=status)
    return objects[key]
