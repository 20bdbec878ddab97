"""The JSON of Shopify, as far as we ask for it."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Generic, TypeVar

from msgspec import Meta, Raw, Struct, field

T = TypeVar("T")
At = Annotated[datetime, Meta(tz=True)]
"""A time that says where it is so late: others cannot be compared."""


class PageInfo(Struct, frozen=True, rename="camel"):
    """Whether a connection goes on, and where."""

    has_next_page: bool
    end_cursor: str | None = None


class Connection(Struct, Generic[T], frozen=True, rename="camel"):
    """One page of a list."""

    nodes: list[T]
    page_info: PageInfo = PageInfo(has_next_page=False)


class Id(Struct, frozen=True):
    """A reference to something."""

    id: str


class Valued(Struct, frozen=True):
    """What a metafield holds."""

    value: str


class Named(Struct, frozen=True):
    """Something by what people call it."""

    name: str = ""


class UserError(Struct, frozen=True):
    """Why a mutation did not do what it was asked."""

    message: str = ""
    field: list[str] | None = None
    code: str | None = None


class Told(Struct, frozen=True, rename="camel"):
    """A mutation of which only its refusal is of interest."""

    user_errors: list[UserError] = field(default_factory=list)


class Attribute(Struct, frozen=True):
    """What a buyer chose or had engraved."""

    key: str
    value: str | None = None


class Amount(Struct, frozen=True, rename="camel"):
    """Money, as a text."""

    amount: Decimal
    currency_code: str = ""


class Money(Struct, frozen=True, rename="camel"):
    """Money in the currency of the shop."""

    shop_money: Amount


class LineItem(Struct, frozen=True, rename="camel", kw_only=True):
    """A line of an order, which stays the same when parts of it are split."""

    id: str
    custom_attributes: list[Attribute] = field(default_factory=list)
    original_unit_price_set: Money | None = None
    discounted_unit_price_set: Money | None = None


class OrderedLine(Struct, frozen=True, rename="camel", kw_only=True):
    """What of a line is to be sent by one fulfillment order."""

    id: str
    line_item: LineItem
    sku: str | None = None
    product_title: str = ""
    variant_title: str | None = None
    remaining_quantity: int = 0
    total_quantity: int = 0
    requires_shipping: bool = True


class RequestedLine(OrderedLine, frozen=True, rename="camel", kw_only=True):
    """A line that says how much of it is left to be sent."""

    remaining_quantity: int


class AddressShape(Struct, frozen=True, rename="camel", kw_only=True):
    """A postal address, by all names that its two kinds have for the same."""

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


class Assigned(Struct, frozen=True):
    """Whence it is to be sent; null where the location is gone."""

    location: Id | None = None


class Method(Struct, frozen=True, rename="camel"):
    """How the buyer wants it sent."""

    presented_name: str | None = None
    method_type: str = ""


class Title(Struct, frozen=True):
    """The shipping that was paid for."""

    title: str = ""


class Request(Struct, frozen=True):
    """What a merchant asked its service for."""

    kind: str


class Number(Struct, frozen=True):
    """A tracking number and whose it is."""

    number: str | None = None
    company: str | None = None


class FulfillmentShape(Struct, frozen=True, rename="camel", kw_only=True):
    """A parcel."""

    id: str
    status: str
    tracking_info: list[Number] = field(default_factory=list)
    created_at: At | None = None
    """None where nobody asked for it."""

    @property
    def holds(self) -> bool:
        """Whether it was sent, and not taken back."""
        return self.status not in ("CANCELLED", "ERROR", "FAILURE")

    @property
    def numbers(self) -> list[str]:
        """The numbers that it has."""
        return [one.number for one in self.tracking_info if one.number]


class OrderOf(Struct, frozen=True, rename="camel", kw_only=True):
    """What a fulfillment order says of the order that it is a part of."""

    cancelled_at: At | None = None
    current_subtotal_line_items_quantity: int | None = None
    """How many units are left in it, or were sent."""
    note: str | None = None
    tags: list[str] = field(default_factory=list)
    custom_attributes: list[Attribute] = field(default_factory=list)
    shipping_line: Title | None = None
    billing_address: AddressShape | None = None
    sent: Valued | None = None
    split: Valued | None = None
    fulfillment_orders: Connection[Id] = field(default_factory=lambda: Connection(nodes=[]))

    @property
    def is_cancelled(self) -> bool:
        """True if it was cancelled, or all of its units were taken off or refunded."""
        return self.cancelled_at is not None or self.current_subtotal_line_items_quantity == 0


class Standing(Struct, frozen=True, rename="camel", kw_only=True):
    """Where a fulfillment order stands."""

    id: str
    status: str
    request_status: str = ""
    updated_at: At | None = None
    order_id: str = ""
    assigned_location: Assigned = Assigned()
    merchant_requests: Connection[Request] = field(default_factory=lambda: Connection(nodes=[]))
    order: OrderOf = OrderOf()
    fulfillments: Connection[FulfillmentShape] = field(default_factory=lambda: Connection(nodes=[]))

    @property
    def is_open(self) -> bool:
        """Whether it is to be sent now."""
        return self.status in ("OPEN", "IN_PROGRESS")

    @property
    def asks_cancellation(self) -> bool:
        """Whether its merchant waits to hear if it can be cancelled.

        Right after the merchant asked, only the request itself shows it: the last that there is.
        """
        if self.request_status == "CANCELLATION_REQUESTED":
            return True
        last = [one.kind for one in self.merchant_requests.nodes]
        return self.request_status == "ACCEPTED" and last == ["CANCELLATION_REQUEST"]

    @property
    def location(self) -> str:
        """The id of the location; empty where that is gone."""
        return self.assigned_location.location.id if self.assigned_location.location else ""

    @property
    def sent(self) -> list[FulfillmentShape]:
        """What was sent of it and not taken back."""
        return [one for one in self.fulfillments.nodes if one.holds]


class Requested(Standing, frozen=True, rename="camel", kw_only=True):
    """A fulfillment order with all that its supplier must know."""

    order_name: str
    order_processed_at: At | None = None
    destination: AddressShape | None = None
    delivery_method: Method | None = None
    line_items: Connection[RequestedLine]


class ParcelLine(Struct, frozen=True, rename="camel", kw_only=True):
    """The units of a line in one parcel."""

    line_item: Id
    quantity: int = 0


class ParcelUnits(Struct, frozen=True, rename="camel", kw_only=True):
    """A parcel and what is in it."""

    id: str
    fulfillment_line_items: Connection[ParcelLine]


class Part(Standing, frozen=True, rename="camel", kw_only=True):
    """A fulfillment order among those of the same order."""

    line_items: Connection[OrderedLine]


class FamilyOrder(Struct, frozen=True, rename="camel", kw_only=True):
    """An order with all of its fulfillment orders, and what we keep with it."""

    id: str
    fulfillment_orders: Connection[Part]
    cancelled_at: At | None = None
    current_subtotal_line_items_quantity: int | None = None
    sent: Valued | None = None
    split: Valued | None = None
    void: Valued | None = None


class Family(Struct, frozen=True):
    """A fulfillment order within its order."""

    id: str
    order: FamilyOrder


class Measured(Struct, frozen=True):
    """A weight."""

    value: Decimal
    unit: str


class Measurement(Struct, frozen=True):
    """What a product weighs."""

    weight: Measured | None = None


class Quantity(Struct, frozen=True):
    """How many there are of a product, in one of the ways of counting."""

    name: str
    quantity: int


class Level(Struct, frozen=True):
    """A product at a location."""

    quantities: list[Quantity] = field(default_factory=list)

    def count(self, name: str) -> int:
        """Return one of its quantities."""
        return next((one.quantity for one in self.quantities if one.name == name), 0)


class ProductShape(Struct, frozen=True):
    """What the variants of a product have in common."""

    title: str = ""
    status: str = ""
    vendor: str = ""
    tags: list[str] = field(default_factory=list)


class ItemShape(Struct, frozen=True, rename="camel", kw_only=True):
    """What is counted: the thing on the shelf behind a variant."""

    id: str
    sku: str | None = None
    tracked: bool = True
    measurement: Measurement = Measurement()
    inventory_level: Level | None = None
    variants: Connection["VariantShape"] = field(default_factory=lambda: Connection(nodes=[]))


class VariantShape(Struct, frozen=True, rename="camel", kw_only=True):
    """What is sold."""

    id: str = ""
    sku: str | None = None
    title: str = ""
    price: Decimal | None = None
    requires_components: bool = False
    product: ProductShape = ProductShape()
    inventory_item: ItemShape | None = None


class OfferedProduct(ProductShape, frozen=True, kw_only=True):
    """A product with what is sold of it."""

    id: str
    variants: Connection[VariantShape]


class CreatedOrder(Struct, frozen=True, rename="camel", kw_only=True):
    """An order of the Supplier, by our reference."""

    id: str
    name: str = ""
    source_identifier: str | None = None
    line_items: Connection[Id] = field(default_factory=lambda: Connection(nodes=[]))


class OrderStanding(Struct, frozen=True, rename="camel", kw_only=True):
    """Where an order of the Supplier stands."""

    id: str
    display_fulfillment_status: str = ""
    cancelled_at: At | None = None


class SentParcel(FulfillmentShape, frozen=True, rename="camel", kw_only=True):
    """A parcel of the Supplier."""

    created_at: At
    location: Named | None = None
    fulfillment_orders: Connection[Id]


class SentOrder(Struct, frozen=True, rename="camel", kw_only=True):
    """An order of the Supplier with its parcels and its parts."""

    id: str
    updated_at: At
    fulfillments: list[SentParcel]
    fulfillment_orders: Connection[Part]
    cancelled_at: At | None = None
    source_identifier: str | None = None


class SentFulfillment(Struct, frozen=True):
    """A parcel, with the order that it is of."""

    id: str
    order: SentOrder


class Nodes(Struct, frozen=True):
    """Things by their ids; null for what is not there, and empty for what is of another kind."""

    nodes: list[Raw]


class Service(Struct, frozen=True, rename="camel"):
    """A fulfillment service, which has a location of its own."""

    id: str
    handle: str = ""
    service_name: str = ""


class LocationShape(Struct, frozen=True, rename="camel"):
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


class ShopShape(Struct, frozen=True, rename="camel"):
    """A shop, and the permissions of the token."""

    shop: ShopSettings
    current_app_installation: Installation

    @property
    def scopes(self) -> frozenset[str]:
        """The permissions; the permission to write includes the one to read."""
        granted = {scope.handle for scope in self.current_app_installation.access_scopes}
        return frozenset(granted | {handle.replace("write_", "read_", 1) for handle in granted})
