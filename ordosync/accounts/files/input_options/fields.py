"""Fields that a column can have, by record."""

from ordosync.models import Address

ADDRESS_FIELDS = Address.__struct_fields__
PLACE_FIELDS = ("street1", "street2", "city", "state", "zip")
LINE_FIELDS = (
    "sku",
    "name",
    "quantity",
    "unit_price",
    "details",
    "line_total",
    "line_discount",
    "supplier_sku",
    "supplier_unit_cost",
    "requires_shipping",
)
ORDER_FIELDS = (
    "order_number",
    "placed_at",
    "shipping_method",
    "customer_notes",
    "internal_notes",
    "tags",
    "order_discount",
    *(f"ship_to.{name}" for name in ADDRESS_FIELDS),
    *(f"bill_to.{name}" for name in ADDRESS_FIELDS),
)
FACT_FIELDS = ("paid",)
"""Fields of the whole order by which a portal may hold it; they are not sent."""
HEAD_FIELDS = ("placed_at", *(f"ship_to.{name}" for name in ("name", "street1", "city", "zip")))
"""Fields that every order has, if they are mapped."""
MONEY_FIELDS = (
    "unit_price",
    "line_total",
    "line_discount",
    "order_discount",
    "supplier_unit_cost",
)
PRODUCT_FIELDS = ("sku", "name", "price", "weight_g", "supplier_sku", "kit", "requires_shipping")
SHIPMENT_FIELDS = (
    "order_number",
    "tracking_number",
    "carrier",
    "shipped_at",
    "method",
    "cost",
    "warehouse",
    "voided",
)
AMOUNT_FIELDS = (*MONEY_FIELDS, "price", "cost")
NUMBER_FIELDS = (*AMOUNT_FIELDS, "quantity", "weight_g")
ID_FIELDS = ("order_number", "tracking_number", "line_id")
"""Ids that each record has for itself."""
READ_FIELDS = ("currency", "ship_to.street3", "bill_to.street3")
"""Fields of an order in files that are read; files that are written have them in other fields."""
UNIT_FIELDS = ("sku", "line_id", "quantity")
"""The fields of the units of a line that are in a parcel, or were cancelled."""
