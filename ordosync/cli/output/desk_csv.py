"""Orders, products and stock of a local account, as CSV: one row per row of the table."""

import sys
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from msgspec.structs import asdict

from ordosync.cli.output.csv_output import Cell, write_csv
from ordosync.cli.output.desk import kit_text, total
from ordosync.clock import to_text
from ordosync.models import Address, Order, Product

if TYPE_CHECKING:
    from ordosync.cli.output.order_rows import OrderRow
    from ordosync.engine.order_owners import Owner

_ORDER = (
    *("number", "status", "split", "created", "portal", "merchant", "supplier"),
    *(f"ship_to_{name}" for name in Address.__struct_fields__),
    *("shipping_method", "lines", "total", "currency", "account", "held"),
)
_PRODUCT = ("sku", "name", "price", "kit", "bin")
_STOCK = ("sku", "warehouse", "physical", "committed", "available")


def write_orders(orders: Iterable["OrderRow"]) -> None:
    """Write one row per order, with its account."""
    write_csv(sys.stdout, _ORDER, (_order(row.account, row.order, row.owner) for row in orders))


def _order(account: str, order: Order, owner: "Owner") -> dict[str, Cell]:
    return {
        "account": account,
        "number": order.number,
        "status": order.status,
        "split": "yes" if order.is_split else "no",
        "created": order.placed_at and to_text(order.placed_at),
        "portal": owner.portal,
        "merchant": owner.merchant,
        "supplier": owner.supplier,
        **{f"ship_to_{name}": value for name, value in asdict(order.ship_to).items()},
        "shipping_method": order.shipping_method,
        "lines": len(order.lines),
        "total": total(order),
        "currency": order.currency,
        "held": "yes" if order.is_held else "no",
    }


def write_products(products: Iterable[tuple[Product, Mapping[str, Decimal] | None, str]]) -> None:
    """Write one row per product."""
    rows: Iterable[dict[str, Cell]] = (
        {
            "sku": product.sku,
            "name": product.name,
            "price": product.price,
            "kit": kit_text(parts),
            "bin": storage_bin,
        }
        for product, parts, storage_bin in products
    )
    write_csv(sys.stdout, _PRODUCT, rows)


def write_stock(rows: Sequence[Mapping[str, Any]]) -> None:
    """Write one row per product and warehouse; a quantity is empty if it is not known."""
    write_csv(sys.stdout, _STOCK, rows)
