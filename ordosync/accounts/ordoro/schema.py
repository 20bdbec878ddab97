"""Ordoro's JSON, as far as ordosync reads it, and its conversion to models.

The structures accept the differences between the API and its documentation. Examples call the
sales channel `cart`, lists of products have two names, and null occurs where a schema says string.
Unknown fields are ignored. An invalid object becomes an `InvalidRecord` and does not affect others.
"""

import hashlib
from collections.abc import Hashable, Sequence
from datetime import UTC, datetime, tzinfo
from decimal import Decimal
from functools import cache
from typing import Any, TypeVar, cast

import msgspec
from msgspec import Raw, Struct
from msgspec.structs import replace

from ordosync.models import Address, InvalidRecord, Line, Order, Product

T = TypeVar("T")
_MAX_QUANTITY = 2**31 - 1
_GRAMS_A_POUND = Decimal("453.59237")
_DIGEST_VERSION = "ordoro1"
"""The version of the digest: it changes with the fields that are digested."""


class Named(Struct, frozen=True):
    """A reference to an object by its id."""

    id: int | None = None


class AddressShape(Struct, frozen=True):
    """A postal address; all of it may be null."""

    name: str | None = None
    company: str | None = None
    street1: str | None = None
    street2: str | None = None
    city: str | None = None
    state: str | None = None
    zip: str | None = None
    country: str | None = None
    phone: str | None = None
    email: str | None = None


class LineShape(Struct, frozen=True, kw_only=True):
    """A line; the lines of a parent have no id."""

    id: int | None = None
    sku: str
    quantity: int
    product_name: str | None = None
    order_line_product_name: str | None = None
    item_price: Decimal | None = None
    supplier_price: Decimal | None = None
    details: str | None = None
    cart_order_id: str | None = None
    cart_orderitem_id: str | None = None

    @property
    def key(self) -> str:
        """The name that the parts of a line share after a split; ordosync or a shop chose it."""
        return self.cart_orderitem_id or self.sku

    @property
    def full_id(self) -> str:
        """The id of a Merchant's line; see `split_matching`."""
        return f"{self.id}:{self.key}"


class ShippingShape(Struct, frozen=True):
    """The one shipment of an order; without a number there is no shipment."""

    tracking_number: str | None = None
    ship_date: str | None = None
    carrier_name: str | None = None
    shipping_method: str | None = None
    cost: Decimal | None = None
    void: bool | None = None
    has_label: bool | None = None


class DropshippingShape(Struct, frozen=True):
    """The supplier of an order, and the shipping method."""

    supplier: Named | None = None
    requested_shipping_method: str | None = None


class CommentShape(Struct, frozen=True):
    """A comment on the timeline."""

    text: str | None = None


class TagShape(Struct, frozen=True):
    """A tag; its text has one of two names."""

    text: str | None = None
    name: str | None = None


class FinancialShape(Struct, frozen=True):
    """Amounts as the service sends them; nothing is calculated."""

    discount_amount: Decimal | None = None


class OrderShape(Struct, frozen=True, kw_only=True):
    """An order that has not been split."""

    order_number: str
    status: str
    lines: list[LineShape]
    shipping_address: AddressShape | None = None
    billing_address: AddressShape | None = None
    order_placed_date: str | None = None
    updated_date: str | None = None
    cancelled_date: str | None = None
    notes_from_customer: str | None = None
    internal_notes: str | None = None
    requested_shipping_method: str | None = None
    warehouse: Named | None = None
    shipping_info: ShippingShape | None = None
    dropshipping_info: DropshippingShape | None = None
    comments: list[CommentShape] | None = None
    tags: list[TagShape] | None = None
    financial: FinancialShape | None = None
    parent_order_number: str | None = None

    def __post_init__(self) -> None:
        # The order of lines varies between two reads of the same order.
        self.lines.sort(key=lambda line: line.id or 0)

    @property
    def tracking_number(self) -> str:
        """The number of its parcel; empty if it has none yet."""
        return (self.shipping_info and self.shipping_info.tracking_number) or ""

    @property
    def supplier_id(self) -> int | None:
        """The id of the supplier that it is requested from."""
        supplier = self.dropshipping_info and self.dropshipping_info.supplier
        return supplier.id if supplier else None

    def has_comment(self, text: str) -> bool:
        """True if a comment with this text is on its timeline."""
        return any(comment.text == text for comment in self.comments or ())


class ParentShape(Struct, frozen=True, kw_only=True):
    """An order that was split."""

    child_order_numbers: list[str] | None = None
    ready: bool = False
    comments: list[CommentShape] | None = None


class OrderPage(Struct, frozen=True):
    """A page of orders as raw JSON, so that one invalid order does not affect the others."""

    count: int
    order: list[Raw]


class PlaceShape(Struct, frozen=True):
    """The stock of a product in one warehouse."""

    id: int | None = None
    on_hand: Decimal | None = None
    physical_on_hand: Decimal | None = None
    available: Decimal | None = None

    @property
    def physical(self) -> Decimal | None:
        """Physical on hand, under either of its names."""
        return self.on_hand if self.physical_on_hand is None else self.physical_on_hand


class SuppliedShape(Struct, frozen=True):
    """A supplier of a product, with the supplier's SKU."""

    id: int | None = None
    supplier_sku: str | None = None


class ProductShape(Struct, frozen=True, kw_only=True):
    """A product."""

    sku: str
    name: str | None = None
    price: Decimal | None = None
    weight: Decimal | None = None
    is_kit_parent: bool | None = None
    archive_date: str | None = None
    created: str | None = None
    updated: str | None = None
    warehouses: list[PlaceShape] | None = None
    suppliers: list[SuppliedShape] | None = None


class ProductPage(Struct, frozen=True):
    """A page of products, under either of its two names."""

    count: int
    product: list[Raw] | None = None
    products: list[Raw] | None = None

    @property
    def items(self) -> list[Raw]:
        """The products as raw JSON."""
        return self.product or self.products or []


class PlaceName(Struct, frozen=True):
    """A warehouse, sales channel or supplier."""

    id: int
    address: AddressShape | None = None
    name: str | None = None
    warehouse_id: int | None = None
    is_default_location: bool = False

    @property
    def title(self) -> str:
        """Its name, as users see it."""
        address = self.address or AddressShape()
        return self.name or address.company or address.name or str(self.id)


class Warehouses(Struct, frozen=True):
    """All warehouses; no account has more than fit on one page."""

    warehouse: list[PlaceName]


class _Numbered(Struct, frozen=True):
    order_number: str = ""
    sku: str = ""


def read(raw: Raw | bytes, shape: type[T]) -> T | InvalidRecord:
    """Return one parsed object of a list, or an `InvalidRecord` with the reason."""
    try:
        parsed: T = _decoder(cast("Hashable", shape)).decode(raw)
    except (msgspec.ValidationError, RecursionError) as error:
        return InvalidRecord(
            id=name_of(raw),
            code="invalid",
            reason=f"is not a valid record of Ordoro: {error}",
            content=f"{_DIGEST_VERSION}-{hashlib.sha256(bytes(raw)).hexdigest()[:16]}",
        )
    return parsed


@cache
def _decoder(shape: Hashable) -> msgspec.json.Decoder[Any]:
    """Return the cached decoder of a shape; it keeps decimals exact."""
    return msgspec.json.Decoder(shape, float_hook=Decimal)


def name_of(raw: Raw | bytes) -> str:
    """Return the number or SKU in raw JSON, even if other fields are invalid."""
    try:
        named = msgspec.json.decode(bytes(raw), type=_Numbered)
    except (msgspec.ValidationError, RecursionError):
        named = _Numbered()
    return named.order_number or named.sku or "unknown"


def moment(text: str | None, zone: tzinfo = UTC) -> datetime | None:
    """Return a time, in the account's zone if it has no offset; None if it is not a time."""
    try:
        at = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=zone)


def order_of(shape: OrderShape, *, currency: str, zone: tzinfo) -> Order | InvalidRecord:
    """Return a Merchant's order; its lines have their current ids."""
    lines = tuple(_line(line) for line in shape.lines)
    invalid = next((line for line in shape.lines if not _is_usable(line)), None)
    content = _content(shape)
    if invalid:
        reason = f"line {invalid.id} has an invalid quantity or amount: {invalid.quantity}"
        return InvalidRecord(
            id=shape.order_number, code="invalid.quantity", reason=reason, content=content
        )
    dropshipping = shape.dropshipping_info or DropshippingShape()
    return Order(
        id=shape.order_number,
        number=shape.order_number,
        status=shape.status,
        lines=lines,
        ship_to=address_of(shape.shipping_address),
        bill_to=address_of(shape.billing_address) if shape.billing_address else None,
        currency=currency,
        placed_at=moment(shape.order_placed_date, zone),
        shipping_method=dropshipping.requested_shipping_method
        or shape.requested_shipping_method
        or "",
        customer_notes=shape.notes_from_customer or "",
        internal_notes=shape.internal_notes or "",
        discount=shape.financial.discount_amount if shape.financial else None,
        tags=tuple(tag.text or tag.name or "" for tag in shape.tags or ()),
        content=content,
    )


def address_of(shape: AddressShape | None) -> Address:
    """Return an address; its fields are empty if the address is null."""
    if shape is None:
        return Address()
    return Address(
        name=shape.name or "",
        company=shape.company or "",
        street1=shape.street1 or "",
        street2=shape.street2 or "",
        city=shape.city or "",
        state=shape.state or "",
        zip=shape.zip or "",
        country=shape.country or "",
        phone=shape.phone or "",
        email=shape.email or "",
    )


def product_of(shape: ProductShape, supplier: int) -> Product:
    """Return a Merchant's product; Ordoro's weight in pounds is converted to grams."""
    named = next(
        (supplied for supplied in shape.suppliers or () if supplied.id == supplier), SuppliedShape()
    )
    product = Product(
        id=shape.sku,
        sku=shape.sku,
        name=shape.name or shape.sku,
        price=shape.price,
        weight_g=shape.weight * _GRAMS_A_POUND if shape.weight else None,
        supplier_sku=named.supplier_sku or "",
        is_kit=bool(shape.is_kit_parent),
        archived=shape.archive_date is not None,
    )
    fields = msgspec.structs.asdict(product)
    # Older versions did not have this field, and an unchanged product must not count as changed.
    del fields["needs_shipping"]
    return replace(product, content=_digest(fields))


def pounds(grams: Decimal) -> Decimal:
    """Return a weight in pounds."""
    return round(grams / _GRAMS_A_POUND, 4)


def _line(shape: LineShape) -> Line:
    return Line(
        id=shape.full_id,
        sku=shape.sku,
        name=shape.order_line_product_name or shape.product_name or shape.sku,
        quantity=shape.quantity,
        unit_price=shape.item_price,
        details=shape.details or "",
        supplier_unit_cost=shape.supplier_price,
    )


def _is_usable(line: LineShape) -> bool:
    for amount in (line.item_price, line.supplier_price):
        if amount is not None and not amount.is_finite():
            return False
    return 0 <= line.quantity <= _MAX_QUANTITY


def _content(shape: OrderShape) -> str:
    """Return a digest of the fields that are sent; other changes are not an edit."""
    sent_fields: Sequence[object] = (
        shape.lines,
        shape.shipping_address,
        shape.billing_address,
        shape.notes_from_customer,
        shape.internal_notes,
        shape.requested_shipping_method,
        shape.dropshipping_info,
        shape.tags,
    )
    return _digest(sent_fields)


def _digest(value: object) -> str:
    return f"{_DIGEST_VERSION}-{hashlib.sha256(msgspec.json.encode(value)).hexdigest()[:16]}"


def is_supplied_by(product: ProductShape, supplier_id: int) -> bool:
    """True if this supplier delivers a product."""
    return any(supplied.id == supplier_id for supplied in product.suppliers or ())


def has_left(order: OrderShape) -> bool:
    """True if the parcel of an order has been sent, or its label is printed.

    A voided label may stay readable.
    """
    shipping = order.shipping_info or ShippingShape()
    has_label = bool(shipping.tracking_number or shipping.has_label)
    return order.status == "shipped" or (has_label and not shipping.void)
