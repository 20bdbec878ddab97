"""State of a shop, in memory. All of it is read and written under `Shop.lock` only.

Classes have the names of the API's types, and attributes the names of its fields, so most fields
need no code; computed fields are in `shapes_*.py`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

Json = dict[str, Any]

ENDED = ("CLOSED", "CANCELLED")


@dataclass(kw_only=True)
class Node:
    """An object with its own id."""

    id: str
    created_at: datetime
    updated_at: datetime


@dataclass(kw_only=True)
class Metafield(Node):
    """A value that an app stores with an object."""

    namespace: str
    key: str
    type: str
    value: str


@dataclass(kw_only=True)
class LineItemGroup(Node):
    """A bundle in an order; the lines of its contents name it."""

    title: str
    quantity: int
    product_id: str | None = None
    variant_id: str | None = None
    variant_sku: str | None = None
    custom_attributes: list[Json] = field(default_factory=list)


@dataclass(kw_only=True)
class LineItem(Node):
    """A line of an order; `removed` units of its `quantity` were removed by an edit or a refund.

    Units that were refunded after they were sent are removed, too. What is still to be sent is in
    the fulfillment orders.
    """

    order_id: str
    sku: str | None
    title: str
    quantity: int
    price: Decimal
    removed: int = 0
    refunded_sent: int = 0
    """The removed units that were sent."""
    discount: Decimal = Decimal(0)
    """Discount on the whole line."""
    variant_title: str | None = None
    vendor: str | None = None
    requires_shipping: bool = True
    is_gift_card: bool = False
    is_tip: bool = False
    """True if it is in no fulfillment order."""
    taxable: bool = True
    custom_attributes: list[Json] = field(default_factory=list)
    variant_id: str | None = None
    product_id: str | None = None
    line_item_group: LineItemGroup | None = None

    @property
    def current_quantity(self) -> int:
        """Return the units that were neither removed nor refunded."""
        return self.quantity - self.removed


@dataclass(kw_only=True)
class Order(Node):
    """An order."""

    name: str
    number: int
    processed_at: datetime
    currency_code: str
    presentment_currency_code: str
    presentment_rate: Decimal = Decimal(1)
    lines: list[LineItem] = field(default_factory=list)
    email: str | None = None
    phone: str | None = None
    note: str | None = None
    tags: list[str] = field(default_factory=list)
    po_number: str | None = None
    source_identifier: str | None = None
    source_name: str | None = None
    test: bool = False
    custom_attributes: list[Json] = field(default_factory=list)
    metafields: list[Metafield] = field(default_factory=list)
    shipping_address: Json | None = None
    billing_address: Json | None = None
    shipping_line: Json | None = None
    delivery: str = "SHIPPING"
    discount: Decimal = Decimal(0)
    """Discount on the whole order, which its lines do not contain."""
    tax: Decimal = Decimal(0)
    financial_status: str | None = "PAID"
    recommendation: str = "NONE"
    """What to do about its risk: ACCEPT, CANCEL, INVESTIGATE or NONE."""
    cancelled_at: datetime | None = None
    cancel_reason: str | None = None
    closed_at: datetime | None = None
    staff_note: str | None = None
    pieces: list["FulfillmentOrder"] = field(default_factory=list)
    sent: list["Fulfillment"] = field(default_factory=list)


@dataclass(kw_only=True)
class FulfillmentOrderLineItem(Node):
    """A line of a fulfillment order: some or all units of a line of the order."""

    line_id: str
    total_quantity: int
    remaining_quantity: int


@dataclass(kw_only=True)
class FulfillmentOrderMerchantRequest(Node):
    """A request of the merchant to a service."""

    kind: str
    message: str | None
    request_options: Json

    @property
    def sent_at(self) -> datetime:
        """Return the time of the request."""
        return self.created_at


@dataclass(kw_only=True)
class FulfillmentHold(Node):
    """The reason of a hold."""

    reason: str
    reason_notes: str | None = None
    handle: str | None = None
    held_by_requesting_app: bool = False


@dataclass(kw_only=True)
class OldDestination:
    """The address of a fulfillment order whose order has another one already."""

    address: Json | None
    until: datetime


@dataclass(kw_only=True)
class FulfillmentOrder(Node):
    """The units of an order that ship from one location."""

    order_id: str
    location_id: str
    lines: list[FulfillmentOrderLineItem]
    status: str = "OPEN"
    request_status: str = "UNSUBMITTED"
    fulfill_at: datetime | None = None
    fulfill_by: datetime | None = None
    requests: list[FulfillmentOrderMerchantRequest] = field(default_factory=list)
    holds: list[FulfillmentHold] = field(default_factory=list)
    rest_of_hold: str | None = None
    """The fulfillment order with the units that were not held; a release merges it back."""
    rejection: str | None = None
    """The reason with which its service rejected the last request."""
    old_destination: "OldDestination | None" = None
    replaces: frozenset[str] = frozenset()
    """The ended fulfillment orders whose cancelled parcel it opens again; no field of the API."""


@dataclass(kw_only=True)
class FulfillmentLineItem(Node):
    """Units of a line in a fulfillment, and the fulfillment orders that they come from."""

    line_id: str
    sources: dict[str, int]

    @property
    def quantity(self) -> int:
        """Return the total quantity."""
        return sum(self.sources.values())


@dataclass(kw_only=True)
class Fulfillment(Node):
    """Units that were shipped together."""

    order_id: str
    name: str
    location_id: str
    lines: list[FulfillmentLineItem]
    tracking: list[Json]
    status: str = "SUCCESS"
    display_status: str = "FULFILLED"
    delivered_at: datetime | None = None


@dataclass(kw_only=True)
class InventoryItem(Node):
    """The stock-related fields of a variant."""

    variant_id: str
    tracked: bool = False
    requires_shipping: bool = True
    harmonized_system_code: str | None = None
    country_code_of_origin: str | None = None
    cost: Decimal | None = None
    weight: Json | None = None
    levels: dict[str, "InventoryLevel"] = field(default_factory=dict)
    """Levels by location."""


@dataclass(kw_only=True)
class ProductVariant(Node):
    """A variant of a product, which can be bought."""

    product_id: str
    inventory_item_id: str
    sku: str | None
    price: Decimal
    options: list[str] = field(default_factory=list)
    """The chosen value of each option of the product."""
    barcode: str | None = None
    compare_at_price: Decimal | None = None
    taxable: bool = True
    requires_components: bool = False
    inventory_policy: str = "DENY"


@dataclass(kw_only=True)
class Product(Node):
    """A product with its variants, in their sequence."""

    title: str
    handle: str
    status: str = "ACTIVE"
    vendor: str = ""
    product_type: str = ""
    tags: list[str] = field(default_factory=list)
    is_gift_card: bool = False
    description_html: str = ""
    option_names: list[str] = field(default_factory=lambda: ["Title"])
    variant_ids: list[str] = field(default_factory=list)
    metafields: list[Metafield] = field(default_factory=list)


@dataclass(kw_only=True)
class InventoryLevel(Node):
    """The quantities of an item at a location; on hand is available plus committed."""

    item_id: str
    location_id: str
    available: int = 0
    committed: int = 0


@dataclass(kw_only=True)
class FulfillmentService(Node):
    """A service that ships for the shop; `ours` if it belongs to the app of the API."""

    handle: str
    service_name: str
    location_id: str
    ours: bool
    type: str = "THIRD_PARTY"
    inventory_management: bool = True


@dataclass(kw_only=True)
class Location(Node):
    """A location with stock, of a service or of the shop itself."""

    name: str
    is_active: bool = True
    service_id: str | None = None


@dataclass(kw_only=True)
class Job:
    """Work that is done later by `act`."""

    id: str
    due_at: datetime
    act: Callable[[], object]
    done: bool = False
