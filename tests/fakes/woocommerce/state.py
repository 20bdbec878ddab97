"""State of the shop, in memory. All of it is read and written under `Shop.lock` only."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from tests.fakes.books import Books
from tests.fakes.woocommerce.problems import Json, Refused, invalid_id
from tests.fakes.woocommerce.switches import Switches

CORE_STATUSES = (
    "pending",
    "processing",
    "on-hold",
    "completed",
    "cancelled",
    "refunded",
    "failed",
    "checkout-draft",
)
Taxonomy = Literal["tags", "categories", "brands"]


@dataclass(kw_only=True)
class Meta:
    """A metadata entry of an order, a line or a product."""

    id: int
    key: str
    value: Any


@dataclass(kw_only=True)
class Line:
    """A line of an order; its amounts are for all its units."""

    id: int
    name: str = ""
    product_id: int = 0
    variation_id: int = 0
    quantity: int = 1
    subtotal: Decimal = Decimal(0)
    """Amount before any discount."""
    total: Decimal = Decimal(0)
    total_tax: Decimal = Decimal(0)
    tax_class: str = ""
    meta: list[Meta] = field(default_factory=list)
    reduced: int = 0
    """Units that were taken from the stock."""

    @property
    def sold_id(self) -> int:
        """Return the id of the variation, or of a product without variations."""
        return self.variation_id or self.product_id


@dataclass(kw_only=True)
class Extra:
    """A line for shipping or a fee."""

    id: int
    name: str = ""
    method_id: str = ""
    total: Decimal = Decimal(0)
    meta: list[Meta] = field(default_factory=list)


@dataclass(kw_only=True)
class Refund:
    """A refunded amount, optionally with units of lines."""

    id: int
    amount: Decimal
    reason: str
    created_at: datetime
    lines: list[Line]


@dataclass(kw_only=True)
class Note:
    """A note on an order; a customer note is mailed."""

    id: int
    text: str
    created_at: datetime
    to_customer: bool = False
    author: str = "WooCommerce"


@dataclass(kw_only=True)
class Fulfillment:
    """A parcel of the core feature; the meta `_items` has its content."""

    id: int
    status: str
    is_fulfilled: bool
    meta: list[Meta]
    updated_at: datetime
    deleted_at: datetime | None = None


@dataclass(kw_only=True)
class Order:
    """An order."""

    id: int
    number: str
    order_key: str
    currency: str
    created_at: datetime
    modified_at: datetime
    created_via: str = "rest-api"
    status: str = "pending"
    parent_id: int = 0
    customer_id: int = 0
    customer_note: str = ""
    payment_method: str = ""
    payment_method_title: str = ""
    transaction_id: str = ""
    paid_at: datetime | None = None
    completed_at: datetime | None = None
    billing: dict[str, str] = field(default_factory=dict)
    shipping: dict[str, str] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)
    shipping_lines: list[Extra] = field(default_factory=list)
    fee_lines: list[Extra] = field(default_factory=list)
    meta: list[Meta] = field(default_factory=list)
    refunds: list[Refund] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    fulfillments: list[Fulfillment] = field(default_factory=list)
    stock_reduced: bool = False
    untrashed: str = ""
    """Status before the order was moved to the trash."""

    def total(self) -> Decimal:
        """Return the total to be paid, without refunds."""
        lines = sum((line.total + line.total_tax for line in self.lines), Decimal(0))
        return lines + sum((it.total for it in self.shipping_lines + self.fee_lines), Decimal(0))


@dataclass(kw_only=True)
class Product:
    """A product, or a variation of the one with `parent_id`."""

    id: int
    created_at: datetime
    modified_at: datetime
    type: str = "simple"
    parent_id: int = 0
    name: str = ""
    sku: str = ""
    status: str = "publish"
    manage_stock: bool = False
    quantity: int = 0
    """Without meaning unless the stock is managed."""
    stock_status: str = "instock"
    """Own status; if the stock is managed, the quantity decides."""
    backorders: str = "no"
    fields: Json = field(default_factory=dict)
    """Fields without any effect: prices, weight, description."""
    attributes: list[Json] = field(default_factory=list)
    terms: dict[Taxonomy, list[int]] = field(default_factory=dict)
    meta: list[Meta] = field(default_factory=list)

    @property
    def price(self) -> str:
        """Return the present price, as it was written."""
        return str(self.fields.get("sale_price") or self.fields.get("regular_price") or "")


@dataclass(kw_only=True)
class Key:
    """An API key and its permissions."""

    key: str
    secret: str
    permissions: Literal["read", "write", "read_write"] = "read_write"
    capable: bool = True
    """True if the user of the key can read and change the shop."""


class Shop(Books):
    """One shop."""

    def __init__(self, now: Callable[[], datetime], switches: Switches) -> None:
        super().__init__(lambda: now().replace(microsecond=0))
        self.switches = switches
        self.orders: dict[int, Order] = {}
        self.products: dict[int, Product] = {}
        self.terms: dict[Taxonomy, dict[int, str]] = {"tags": {}, "categories": {}, "brands": {}}
        self.keys: dict[str, Key] = {}
        self._ids: dict[str, Iterator[int]] = {}

    def next_id(self, kind: str = "post") -> int:
        """Return a new id; orders, refunds and products share one sequence."""
        if kind not in self._ids:
            self._ids[kind] = itertools.count(101 if kind == "post" else 1)
        return next(self._ids[kind])

    def statuses(self) -> tuple[str, ...]:
        """Return the possible statuses of an order, without the trash."""
        return (*CORE_STATUSES, *self.switches.statuses)

    def order(self, order_id: int, status: int = 404) -> Order:
        """Return an order, also from the trash."""
        if order_id not in self.orders:
            raise invalid_id("shop_order", status)
        return self.orders[order_id]

    def order_above(self, order_id: int) -> Order:
        """Return the order that notes and parcels belong to."""
        if order_id not in self.orders:
            raise Refused("woocommerce_rest_order_invalid_id", "Invalid order ID.", 404)
        return self.orders[order_id]

    def product(self, product_id: int, status: int = 404) -> Product:
        """Return a product or a variation."""
        if product_id not in self.products:
            raise invalid_id("product", status)
        return self.products[product_id]

    def by_sku(self, sku: str) -> Product | None:
        """Return a product or a variation by its SKU; letter case does not count."""
        same = sku.casefold()
        for product in self.products.values():
            if product.sku and product.sku.casefold() == same and product.status != "trash":
                return product
        return None

    def variations(self, product: Product) -> list[Product]:
        """Return the variations of a product."""
        return [
            it
            for it in self.products.values()
            if it.parent_id == product.id and it.status != "trash"
        ]

    def touch_fields(self, order: Order) -> None:
        """Mark an order as modified if its fields are in their own table."""
        if not self.switches.posts:
            order.modified_at = self.now()

    def set_meta(self, entries: list[Meta], items: list[Json]) -> None:
        """Write metadata by id, or by key over the first entry; null deletes."""
        for item in items:
            self._set_one(entries, item)

    def _set_one(self, entries: list[Meta], item: Json) -> None:
        by_id = [it for it in entries if item.get("id") and it.id == item["id"]]
        same = by_id or [it for it in entries if it.key == item.get("key")]
        if item.get("value") is None:
            entries[:] = [it for it in entries if it not in same]
        elif same:
            same[0].value, same[0].key = item["value"], item.get("key", same[0].key)
            entries[:] = [it for it in entries if it not in same[1:]]
        else:
            new = self.next_id("meta")
            entries.append(Meta(id=new, key=item.get("key", ""), value=item["value"]))
