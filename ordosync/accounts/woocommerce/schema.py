"""Structures of WooCommerce's JSON, with the fields that are read.

Money is text. Times have no offset; those named `_gmt` are in UTC. Fields of plug-ins may have any
value, and with some, quantities have fractions. Invalid objects become `InvalidRecord`s.
"""

import hashlib
from datetime import UTC, datetime
from decimal import Decimal
from math import floor, isfinite
from typing import Any, TypeVar

import msgspec
from msgspec import Raw, Struct

from ordosync.models import InvalidRecord

T = TypeVar("T")
DIGEST_VERSION = "woocommerce1"
"""Version of digests; it changes with the fields in a digest."""
DETAILS = "Details"
"""The name of the field of a line for the choices of the buyer."""

_FIELDS_OF_CONTENTS = ("_bundled_by", "_composite_parent", "_woosb_parent_id")
_FIELDS_OF_BUNDLES = ("_bundled_items", "_composite_children", "_woosb_ids")
"""Names of three plug-ins for bundles: Product Bundles, Composite Products and WPC's."""


class MetaShape(Struct, frozen=True):
    """A meta field; users do not see fields whose key begins with `_`."""

    key: str | None = ""
    value: Any = None


class PlaceShape(Struct, frozen=True):
    """A postal address. A shipping address has no mail address."""

    first_name: str | None = None
    last_name: str | None = None
    company: str | None = None
    address_1: str | None = None
    address_2: str | None = None
    city: str | None = None
    state: str | None = None
    postcode: str | None = None
    country: str | None = None
    phone: str | None = None
    email: str | None = None


class LineShape(Struct, frozen=True, kw_only=True):
    """A line of an order. Amounts are for the whole line, the subtotal before discounts."""

    id: int
    name: str | None = None
    sku: str | None
    """The SKU of the product as it is now; None if the product was deleted."""
    product_id: int = 0
    variation_id: int = 0
    quantity: int | float
    subtotal: Decimal = Decimal()
    total: Decimal = Decimal()
    bundled_by: Any = None
    bundled_items: Any = None
    composite_parent: Any = None
    composite_children: Any = None
    meta_data: list[MetaShape] = []

    def meta(self, key: str) -> Any:
        """Return the value of a field; None if there is no such field."""
        return value_of(self.meta_data, key)

    @property
    def is_content(self) -> bool:
        """True if it is in a bundle that has its own line."""
        return bool(
            self.bundled_by or self.composite_parent or any(map(self.meta, _FIELDS_OF_CONTENTS))
        )

    @property
    def is_bundle(self) -> bool:
        """True if its contents have their own lines."""
        return bool(
            self.bundled_items or self.composite_children or any(map(self.meta, _FIELDS_OF_BUNDLES))
        )


class ExtraShape(Struct, frozen=True, kw_only=True):
    """A line for shipping or a fee."""

    id: int = 0
    method_id: str | None = None
    method_title: str | None = None
    total: Decimal = Decimal()


class OrderShape(Struct, frozen=True, kw_only=True):
    """An order."""

    id: int
    number: str
    status: str
    currency: str = ""
    date_created_gmt: str | None = None
    date_modified_gmt: str | None = None
    date_completed_gmt: str | None = None
    date_paid_gmt: str | None = None
    customer_note: str | None = None
    transaction_id: str | None = None
    billing: PlaceShape = PlaceShape()
    shipping: PlaceShape = PlaceShape()
    line_items: list[LineShape]
    shipping_lines: list[ExtraShape] = []
    fee_lines: list[ExtraShape] = []
    refunds: list[Raw] = []
    meta_data: list[MetaShape] = []

    def __post_init__(self) -> None:
        # The digest of an order must not depend on the order in which the shop lists its lines.
        self.line_items.sort(key=lambda line: line.id)

    def meta(self, key: str) -> Any:
        """Return the value of a field; None if there is no such field."""
        return value_of(self.meta_data, key)


class RefundLineShape(Struct, frozen=True, kw_only=True):
    """A refunded quantity of a line, which is negative."""

    quantity: int | float
    meta_data: list[MetaShape] = []

    def meta(self, key: str) -> Any:
        """Return the value of a field; None if there is no such field."""
        return value_of(self.meta_data, key)


class RefundShape(Struct, frozen=True):
    """A refund: money, and perhaps quantities of lines."""

    line_items: list[RefundLineShape] = []
    date_created_gmt: str | None = None

    def was_made_by(self, at: datetime) -> bool:
        """True if it was made at that time or before, or has no time."""
        made_at = parse_time(self.date_created_gmt)
        return made_at is None or made_at <= at


class NoteShape(Struct, frozen=True):
    """A note on an order."""

    note: str = ""


class TermShape(Struct, frozen=True):
    """A tag or a category."""

    name: str = ""
    slug: str = ""


class ProductShape(Struct, frozen=True, kw_only=True):
    """A product, or a variation of one; only a product has tags and categories."""

    id: int
    parent_id: int = 0
    type: str = "variation"
    name: str = ""
    sku: str = ""
    status: str = ""
    virtual: bool = False
    downloadable: bool = False
    regular_price: str | float | None = ""
    weight: str | float | None = ""
    manage_stock: bool | str = False
    """`parent` if a variation has the quantity of its product."""
    stock_quantity: int | float | None = None
    stock_status: str = ""
    backorders: str = "no"
    date_modified_gmt: str | None = None
    tags: list[TermShape] = []
    categories: list[TermShape] = []
    attributes: list[Any] = []
    meta_data: list[MetaShape] = []


class WrittenShape(Struct, frozen=True, kw_only=True):
    """A response in a batch: the product as it is now, or an error."""

    id: int = 0
    manage_stock: bool | str = False
    stock_quantity: int | float | None = None
    error: dict[str, Any] | None = None


class BatchShape(Struct, frozen=True):
    """The responses of a batch; the batch is a success even if all of them are errors."""

    update: list[WrittenShape] = []


class FulfillmentShape(Struct, frozen=True, kw_only=True):
    """A fulfillment; its lines and its number are meta fields."""

    id: int
    is_fulfilled: bool | str = False
    date_deleted: str | None = None
    meta_data: list[MetaShape] = []

    def meta(self, key: str) -> Any:
        """Return the value of a field; None if there is no such field."""
        return value_of(self.meta_data, key)


class FulfillmentsShape(Struct, frozen=True):
    """The fulfillments of an order, as the first versions with fulfillments return them."""

    fulfillments: list[FulfillmentShape]


class MadeFulfillmentShape(Struct, frozen=True):
    """A fulfillment that was created, in the form of the first or of later versions."""

    id: int = 0
    fulfillment: FulfillmentShape | None = None


class TrackingShape(Struct, frozen=True, kw_only=True):
    """A parcel of the extension Shipment Tracking, in a meta field of the order."""

    tracking_id: str = ""
    tracking_number: str = ""
    tracking_provider: str = ""
    custom_tracking_provider: str = ""
    date_shipped: str | int = ""
    products_list: Any = None
    """The lines in it; only a competitor of the extension has this field."""


class SiteShape(Struct, frozen=True, kw_only=True):
    """The public index of a site."""

    url: str = ""
    home: str = ""
    gmt_offset: Any = 0
    timezone_string: str = ""
    namespaces: list[str] = []
    is_closed: bool = False
    """True if the index is not public."""


class _Numbered(Struct, frozen=True):
    id: int = 0


def read(raw: Raw | bytes, shape: type[T], *, kind: str) -> T | InvalidRecord:
    """Parse an object of a list; return an `InvalidRecord` if it is invalid."""
    try:
        return msgspec.json.Decoder(shape, float_hook=Decimal).decode(bytes(raw))
    except (msgspec.ValidationError, RecursionError) as error:
        return InvalidRecord(
            id=_id_of(raw),
            code="invalid",
            reason=f"does not have the structure of WooCommerce's {kind}: {error}",
            content=f"{DIGEST_VERSION}-{hashlib.sha256(bytes(raw)).hexdigest()[:16]}",
        )


def _id_of(raw: Raw | bytes) -> str:
    try:
        return str(msgspec.json.decode(bytes(raw), type=_Numbered).id)
    except (msgspec.ValidationError, RecursionError):
        return "unknown"


def value_of(fields: list[MetaShape], key: str) -> Any:
    """Return the value of the last field with this key; None if there is no such field."""
    return next((field.value for field in reversed(fields) if field.key == key), None)


def whole(quantity: float | None) -> int | None:
    """Return a quantity rounded down to whole units; None if it is not a number."""
    if not isinstance(quantity, float):
        return quantity
    return floor(quantity) if isfinite(quantity) else None


def parse_time(text: str | None) -> datetime | None:
    """Parse a time, in UTC if it has no offset; None if it is not a time."""
    try:
        at = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def digest(value: object) -> str:
    """Return a digest that changes if the value does."""
    return f"{DIGEST_VERSION}-{hashlib.sha256(msgspec.json.encode(value)).hexdigest()[:16]}"
