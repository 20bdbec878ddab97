"""JSON of Shopify's responses: the fields that the queries ask for."""

from collections import Counter
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Generic, TypeVar

import msgspec
from msgspec import Meta, Raw, Struct, field

T = TypeVar("T")
At = Annotated[datetime, Meta(tz=True)]
"""A time with an offset. Times without one cannot be compared."""


class PageInfo(Struct, frozen=True, rename="camel"):
    """The end of a page: if more pages follow, and the cursor of the next one."""

    has_next_page: bool
    end_cursor: str | None = None


class Connection(Struct, Generic[T], frozen=True, rename="camel"):
    """One page of a list."""

    nodes: list[T]
    page_info: PageInfo = PageInfo(has_next_page=False)


class Id(Struct, frozen=True):
    """A reference to an object."""

    id: str


class Metafield(Struct, frozen=True):
    """The value of a metafield."""

    value: str


def recorded(metafield: Metafield | None, shape: type[T]) -> T:
    """Parse a record of ordosync; it is empty if it is missing, or if users have overwritten it."""
    try:
        return msgspec.json.decode(metafield.value.encode(), type=shape) if metafield else shape()
    except msgspec.MsgspecError:
        return shape()


class Named(Struct, frozen=True):
    """An object with only its name."""

    name: str = ""


class UserError(Struct, frozen=True):
    """A reason why a mutation was refused."""

    message: str = ""
    field: list[str] | None = None
    code: str | None = None


class MutationResult(Struct, frozen=True, rename="camel"):
    """The result of a mutation, with only its errors."""

    user_errors: list[UserError] = field(default_factory=list)


class Attribute(Struct, frozen=True):
    """A choice of the buyer, such as an engraving."""

    key: str
    value: str | None = None


class Amount(Struct, frozen=True, rename="camel"):
    """An amount of money."""

    amount: Decimal
    currency_code: str = ""


class Money(Struct, frozen=True, rename="camel"):
    """An amount in the currency of the shop."""

    shop_money: Amount


class LineItemGroup(Struct, frozen=True, rename="camel", kw_only=True):
    """A bundle that was sold. Each line of its contents names it."""

    id: str
    title: str = ""
    quantity: int = 0
    variant_sku: str | None = None
    custom_attributes: tuple[Attribute, ...] = ()


class LineItem(Struct, frozen=True, rename="camel", kw_only=True):
    """A line of a sale. Splits of its fulfillment orders do not change it."""

    id: str
    custom_attributes: list[Attribute] = field(default_factory=list)
    original_unit_price_set: Money | None = None
    discounted_unit_price_set: Money | None = None
    is_gift_card: bool = False
    line_item_group: LineItemGroup | None = None


class GroupedLine(Struct, frozen=True, rename="camel", kw_only=True):
    """A line of a sale with its bundle."""

    id: str
    quantity: int
    """Units that were removed or refunded are included."""
    current_quantity: int
    line_item_group: LineItemGroup | None = None


class GroupedOrder(Struct, frozen=True, rename="camel", kw_only=True):
    """An order with the bundles of its lines."""

    id: str
    line_items: Connection[GroupedLine]


class OrderedLine(Struct, frozen=True, rename="camel", kw_only=True):
    """The units of a line item in one fulfillment order."""

    id: str
    line_item: LineItem
    sku: str | None = None
    product_title: str = ""
    variant_title: str | None = None
    remaining_quantity: int = 0
    total_quantity: int = 0
    requires_shipping: bool = True
    inventory_item_id: str | None = None

    @property
    def is_shipped(self) -> bool:
        """True if the line is goods."""
        return self.requires_shipping and not self.line_item.is_gift_card


class RequestedLine(OrderedLine, frozen=True, rename="camel", kw_only=True):
    """A `FulfillmentLine` with the number of units that are still to be shipped."""

    remaining_quantity: int


class MailingAddress(Struct, frozen=True, rename="camel", kw_only=True):
    """A postal address, with the fields of both address types of Shopify."""

    name: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    company: str | None = None
    address1: str | None = None
    address2: str | None = None
    city: str | None = None
    province: str | None = None
    province_code: str | None = None
    zip: str | None = None
    country_code: str | None = None
    country_code_v2: str | None = field(default=None, name="countryCodeV2")
    phone: str | None = None
    email: str | None = None


class AssignedLocation(Struct, frozen=True):
    """The location that ships it; null if the location was deleted."""

    location: Id | None = None


class DeliveryMethod(Struct, frozen=True, rename="camel"):
    """The delivery that the buyer chose."""

    presented_name: str | None = None
    method_type: str = ""


class ShippingLine(Struct, frozen=True):
    """The shipping that was paid for."""

    title: str = ""


class MerchantRequest(Struct, frozen=True):
    """A request of a merchant to a fulfillment service."""

    kind: str


class TrackingInfo(Struct, frozen=True):
    """A tracking number and its carrier."""

    number: str | None = None
    company: str | None = None


class Fulfillment(Struct, frozen=True, rename="camel", kw_only=True):
    """A parcel."""

    id: str
    status: str
    tracking_info: list[TrackingInfo] = field(default_factory=list)
    created_at: At | None = None
    """None if the query does not ask for it."""

    @property
    def is_live(self) -> bool:
        """True if it was sent, and not cancelled."""
        return self.status not in ("CANCELLED", "ERROR", "FAILURE")

    @property
    def numbers(self) -> list[str]:
        """Its tracking numbers."""
        return [tracking.number for tracking in self.tracking_info if tracking.number]


class CurrentLine(Struct, frozen=True, rename="camel"):
    """The units of a line of a sale."""

    quantity: int
    """Units that were removed or refunded are included."""
    current_quantity: int
    """Units that were removed or refunded are not included."""


class ParentOrder(Struct, frozen=True, rename="camel", kw_only=True):
    """The order that a fulfillment order is a part of."""

    cancelled_at: At | None = None
    test: bool = False
    current_subtotal_line_items_quantity: int | None = None
    """The units that were neither removed nor refunded."""
    subtotal_line_items_quantity: int | None = None
    """The units including those that were removed or refunded."""
    line_items: Connection[CurrentLine] = field(default_factory=lambda: Connection(nodes=[]))
    """The first lines only."""
    note: str | None = None
    tags: list[str] = field(default_factory=list)
    custom_attributes: list[Attribute] = field(default_factory=list)
    shipping_line: ShippingLine | None = None
    billing_address: MailingAddress | None = None
    sent: Metafield | None = None
    split: Metafield | None = None
    parcels: Metafield | None = None
    fulfillment_orders: Connection[Id] = field(default_factory=lambda: Connection(nodes=[]))

    @property
    def is_cancelled(self) -> bool:
        """True if it was cancelled, or all of its units were removed or refunded."""
        return self.cancelled_at is not None or self.current_subtotal_line_items_quantity == 0

    @property
    def is_reduced(self) -> bool:
        """True if some units were removed or refunded; its fulfillment orders show which."""
        if self.subtotal_line_items_quantity != self.current_subtotal_line_items_quantity:
            return True
        return any(line.current_quantity < line.quantity for line in self.line_items.nodes)


class OrderPayment(Struct, frozen=True, rename="camel"):
    """The payment of an order."""

    id: str
    display_financial_status: str | None = None


class RiskSummary(Struct, frozen=True):
    """The risk of an order."""

    recommendation: str


class OrderRisk(Struct, frozen=True):
    """An order with its risk."""

    id: str
    risk: RiskSummary


class FulfillmentOrder(Struct, frozen=True, rename="camel", kw_only=True):
    """The state of a fulfillment order."""

    id: str
    status: str
    request_status: str = ""
    updated_at: At | None = None
    order_id: str = ""
    assigned_location: AssignedLocation = AssignedLocation()
    merchant_requests: Connection[MerchantRequest] = field(
        default_factory=lambda: Connection(nodes=[])
    )
    order: ParentOrder = ParentOrder()
    fulfillments: Connection[Fulfillment] = field(default_factory=lambda: Connection(nodes=[]))

    @property
    def is_open(self) -> bool:
        """True if it must be shipped now."""
        return self.status in ("OPEN", "IN_PROGRESS")

    @property
    def is_ended(self) -> bool:
        """True if none of its units is open, even if its lines show open units."""
        return self.status in ("CLOSED", "CANCELLED")

    @property
    def can_be_sent(self) -> bool:
        """True if a fulfillment of it can be created: a service that gave it back left it open."""
        return self.is_open or self.status == "INCOMPLETE"

    @property
    def asks_cancellation(self) -> bool:
        """True if its merchant has requested a cancellation that is not answered.

        Right after the request, the status does not show it yet; the newest request does.
        """
        if self.request_status == "CANCELLATION_REQUESTED":
            return True
        last = [request.kind for request in self.merchant_requests.nodes]
        return self.request_status == "ACCEPTED" and last == ["CANCELLATION_REQUEST"]

    @property
    def location(self) -> str:
        """The id of the location; empty if it was deleted."""
        return self.assigned_location.location.id if self.assigned_location.location else ""

    @property
    def sent(self) -> list[Fulfillment]:
        """Its parcels that were sent and not cancelled."""
        return [parcel for parcel in self.fulfillments.nodes if parcel.is_live]


class RequestedOrder(FulfillmentOrder, frozen=True, rename="camel", kw_only=True):
    """A fulfillment order with all fields that the Supplier needs to ship it."""

    order_name: str
    order_processed_at: At | None = None
    destination: MailingAddress | None = None
    delivery_method: DeliveryMethod | None = None
    line_items: Connection[RequestedLine]


class ParcelLine(Struct, frozen=True, rename="camel", kw_only=True):
    """The units of a line in one parcel."""

    line_item: Id
    quantity: int = 0


class ParcelUnits(Struct, frozen=True, rename="camel", kw_only=True):
    """A parcel and its units."""

    id: str
    fulfillment_line_items: Connection[ParcelLine]


class Parcel(Fulfillment, frozen=True, rename="camel", kw_only=True):
    """A parcel with its units, and the fulfillment orders that they are from."""

    fulfillment_orders: Connection[Id]
    fulfillment_line_items: Connection[ParcelLine]

    @property
    def units(self) -> Counter[str]:
        """Its units by line item."""
        units: Counter[str] = Counter()
        for line in self.fulfillment_line_items.nodes:
            units[line.line_item.id] += line.quantity
        return units


class Part(FulfillmentOrder, frozen=True, rename="camel", kw_only=True):
    """A fulfillment order with its lines, as one of several of the same order."""

    line_items: Connection[OrderedLine]
    created_at: At | None = None
    """None if the query does not ask for it."""


class OrderWithParts(Struct, frozen=True, rename="camel", kw_only=True):
    """An order with all of its fulfillment orders, and the metafields of ordosync."""

    id: str
    fulfillment_orders: Connection[Part]
    cancelled_at: At | None = None
    current_subtotal_line_items_quantity: int | None = None
    subtotal_line_items_quantity: int | None = None
    line_items: Connection[CurrentLine] = field(default_factory=lambda: Connection(nodes=[]))
    sent: Metafield | None = None
    split: Metafield | None = None
    void: Metafield | None = None
    parcels: Metafield | None = None
    fulfillments: list[Parcel] = field(default_factory=list)


class PartWithOrder(Struct, frozen=True):
    """A fulfillment order with its order."""

    id: str
    order: OrderWithParts


class Weight(Struct, frozen=True):
    """A weight."""

    value: Decimal
    unit: str


class Measurement(Struct, frozen=True):
    """The measurements of a product."""

    weight: Weight | None = None


class Quantity(Struct, frozen=True):
    """The quantity of a product in one of Shopify's states, such as `available`."""

    name: str
    quantity: int


class InventoryLevel(Struct, frozen=True):
    """A product at a location."""

    quantities: list[Quantity] = field(default_factory=list)

    def count(self, name: str) -> int:
        """Return one of its quantities."""
        return next((quantity.quantity for quantity in self.quantities if quantity.name == name), 0)


class ShopProduct(Struct, frozen=True, rename="camel"):
    """The fields that the variants of a product share."""

    title: str = ""
    status: str = ""
    vendor: str = ""
    tags: list[str] = field(default_factory=list)
    is_gift_card: bool = False


class InventoryItem(Struct, frozen=True, rename="camel", kw_only=True):
    """The physical item that is counted; a variant sells it."""

    id: str
    sku: str | None = None
    tracked: bool = True
    requires_shipping: bool = True
    measurement: Measurement = Measurement()
    inventory_level: InventoryLevel | None = None
    variants: Connection["Variant"] = field(default_factory=lambda: Connection(nodes=[]))


class Variant(Struct, frozen=True, rename="camel", kw_only=True):
    """A variant of a product: what the shop sells."""

    id: str = ""
    sku: str | None = None
    title: str = ""
    price: Decimal | None = None
    requires_components: bool = False
    inventory_policy: str = "DENY"
    product: ShopProduct = ShopProduct()
    inventory_item: InventoryItem | None = None


class ProductWithVariants(ShopProduct, frozen=True, rename="camel", kw_only=True):
    """A product with its variants."""

    id: str
    variants: Connection[Variant]


class CreatedOrder(Struct, frozen=True, rename="camel", kw_only=True):
    """An order of the Supplier, with its reference of ordosync."""

    id: str
    name: str = ""
    source_identifier: str | None = None
    line_items: Connection[Id] = field(default_factory=lambda: Connection(nodes=[]))


class OrderState(Struct, frozen=True, rename="camel", kw_only=True):
    """The state of an order of the Supplier."""

    id: str
    display_fulfillment_status: str = ""
    cancelled_at: At | None = None


class SoldItem(Struct, frozen=True):
    """A line of a sale, with its SKU."""

    id: str
    sku: str | None = None


class SentLine(Struct, frozen=True, rename="camel", kw_only=True):
    """The units of a line in a parcel of the Supplier."""

    line_item: SoldItem
    quantity: int


class SentParcel(Fulfillment, frozen=True, rename="camel", kw_only=True):
    """A parcel of the Supplier. It does not show the fulfillment order of each unit."""

    created_at: At
    updated_at: At
    location: Named | None = None
    fulfillment_orders: Connection[Id]
    fulfillment_line_items: Connection[SentLine]

    @property
    def units(self) -> Counter[str]:
        """Its units by line of the sale."""
        counts: Counter[str] = Counter()
        for line in self.fulfillment_line_items.nodes:
            counts[line.line_item.id] += line.quantity
        return counts


class SentOrder(Struct, frozen=True, rename="camel", kw_only=True):
    """An order of the Supplier with its parcels and its parts."""

    id: str
    updated_at: At
    fulfillments: list[SentParcel]
    fulfillment_orders: Connection[Part]
    cancelled_at: At | None = None
    source_identifier: str | None = None
    added: Metafield | None = None
    """The record of added units."""


class ReducibleOrder(SentOrder, frozen=True, rename="camel", kw_only=True):
    """A `SentOrder` with its lines; their quantities include removed units."""

    line_items: Connection["OrderLine"]


class OrderLine(Struct, frozen=True, rename="camel", kw_only=True):
    """The units of a line of an order, or of its calculated edit."""

    id: str
    quantity: int
    editable_quantity: int = 0


class CalculatedOrder(Struct, frozen=True, rename="camel", kw_only=True):
    """An order as it will be after an edit that is not committed yet."""

    id: str
    line_items: Connection[OrderLine] = field(default_factory=lambda: Connection(nodes=[]))


class SentFulfillment(Struct, frozen=True):
    """A parcel with its order."""

    id: str
    order: SentOrder


class Nodes(Struct, frozen=True):
    """Objects by their ids: null if one does not exist, empty if it has another type."""

    nodes: list[Raw]


class Service(Struct, frozen=True, rename="camel"):
    """A fulfillment service, which has its own location."""

    id: str
    handle: str = ""
    service_name: str = ""


class Location(Struct, frozen=True, rename="camel"):
    """A place from which orders are shipped."""

    id: str
    name: str
    is_active: bool = True
    fulfillment_service: Service | None = None


class ShopSettings(Struct, frozen=True, rename="camel"):
    """The settings of a shop."""

    name: str
    currency_code: str


class Scope(Struct, frozen=True):
    """A permission of a token."""

    handle: str


class Installation(Struct, frozen=True, rename="camel"):
    """The app that the token belongs to."""

    access_scopes: list[Scope]


class ShopInfo(Struct, frozen=True, rename="camel"):
    """A shop, and the permissions of the token."""

    shop: ShopSettings
    current_app_installation: Installation

    @property
    def scopes(self) -> frozenset[str]:
        """The permissions; the permission to write includes the one to read."""
        granted = {scope.handle for scope in self.current_app_installation.access_scopes}
        return frozenset(granted | {handle.replace("write_", "read_", 1) for handle in granted})
