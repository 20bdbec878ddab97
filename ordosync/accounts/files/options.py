"""Options of a portal's sides."""

from dataclasses import dataclass

MERCHANT_PART_OPTIONS = {
    "cancellations": "cancellations",
    "products": "products",
    "stock": "inventory",
    "tracking": "tracking",
}
"""The options that a Merchant needs for its parts."""
SUPPLIER_PART_OPTIONS = {
    "products": "stock",
    "stock": "stock",
    "shipments": "shipments",
    "cancellations": "order_files.columns.change",
    "edits": "order_files.columns.change",
    "shortages": "answers",
}
"""The options that a Supplier needs for its parts."""


@dataclass(frozen=True, kw_only=True)
class SupplierOptions:
    """Options that a portal adds for its Supplier."""

    prefix: str = ""
    """Prefix of the Merchant's order number, so that the Supplier sees whose order it is."""
