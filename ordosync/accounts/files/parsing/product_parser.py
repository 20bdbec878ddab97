"""Converts rows to products and their stock."""

from collections.abc import Sequence

from ordosync.accounts.files.formats.rows import Row
from ordosync.accounts.files.input_options.input_files import InputFiles
from ordosync.accounts.files.parsing.amounts import amount
from ordosync.accounts.files.parsing.converters import (
    as_of_cell,
    cell,
    flag,
    key_cell,
    stock_quantity,
)
from ordosync.models import Product, Stock


def product_of(key: str, rows: Sequence[Row], options: InputFiles, content: str) -> Product:
    """Return the product of a row."""
    row = rows[0]
    return Product(
        id=key,
        sku=key_cell(row, "sku", options),
        name=cell(row, "name", options) or key,
        price=amount(row, "price", cell(row, "price", options), options),
        weight_g=amount(row, "weight_g", cell(row, "weight_g", options), options),
        supplier_sku=cell(row, "supplier_sku", options),
        is_kit=flag(row, "kit", options),
        needs_shipping=flag(row, "requires_shipping", options, blank=True),
        content=content,
    )


def stock_of(key: str, rows: Sequence[Row], options: InputFiles, _: str) -> Stock:
    """Return the quantity of a product; rows that differ in it add up."""
    sku = key_cell(rows[0], "sku", options)
    counted = rows if options.unit_columns else rows[:1]
    counts = [stock_quantity(row, cell(row, "quantity", options)) for row in counted]
    known = [count for count in counts if count is not None]
    times = [at for row in rows if (at := as_of_cell(row, options))]
    return Stock(
        product_id=key,
        sku=sku,
        quantity=sum(known) if len(known) == len(counts) else None,
        counted_at=min(times, default=None),
    )
