"""Facts about an order in a file by which a portal may hold it: the columns that name them."""

from collections.abc import Mapping

from ordosync.accounts.files.input_options.order_files import OrderFiles

_FIELDS: Mapping[str, tuple[str, ...]] = {
    "paid": ("paid",),
    "age": ("placed_at",),
    "tags": ("tags",),
    "over": ("unit_price",),
    "countries": ("ship_to.country",),
    "po_box": ("ship_to.street1", "shipping_method"),
}
"""The fields that a condition needs."""


def conditions(options: OrderFiles) -> Mapping[str, str]:
    """Return the conditions that files can judge, each with the columns that are missing."""
    return {condition: _missing(fields, options) for condition, fields in _FIELDS.items()}


def _missing(fields: tuple[str, ...], options: OrderFiles) -> str:
    names = [f"`{name}`" for name in fields if name not in options.sources]
    return f"{' and '.join(names)} in `orders: columns:`" if names else ""
