"""Sample orders, parcels and texts for the tests of accounts."""

from datetime import UTC, datetime
from decimal import Decimal

from msgspec.structs import replace

from ordosync.models import Address, Line, Order, Product, Shipment

HOSTILE = {
    "markup": "Bob [/red] [bold]Smith[/]",
    "escape sequence": "Bob \x1b]0;x\x07",
    "8-bit control": "Bob \x9b31m",
    "bidi override": "Bob \u202etxt.exe",
    "combining": "Z" + "\u0301" * 1000,
    "emoji": "Bob \U0001f469\u200d\U0001f680",
    "formula": "=1+1",
    "quotes": "Bob'; drop table orders; --\"\\u0000\\",
    "line breaks": "Bob\r\nSmith\u2028",
    "long": "B" * 100_000,
    "NUL": "Bob\0Smith",
    "lone surrogate": "Bob \ud800",
}
SENT_AT = datetime(2026, 11, 2, 15, 30, tzinfo=UTC)


def line(sku: str = "MUG", quantity: int = 1, **fields: object) -> Line:
    defaults: dict[str, object] = {
        "id": f"m-{sku}",
        "name": f"A {sku}",
        "unit_price": Decimal("2.50"),
    }
    return Line(sku=sku, quantity=quantity, **{**defaults, **fields})  # type: ignore[arg-type]


def order(number: str, *lines: Line, **fields: object) -> Order:
    """Return an order as `import-orders` creates it; its reference contains its number."""
    defaults: dict[str, object] = {
        "reference": f"origin:{number}#1",
        "ship_to": Address(name="Ann Smith", street1="1 High Street", city="Leeds", country="GB"),
        "currency": "GBP",
    }
    return Order(id="", number=number, lines=lines or (line(),), **{**defaults, **fields})  # type: ignore[arg-type]


def sold(number: str, *lines: Line, **fields: object) -> Order:
    """Return an order as a buyer places it with the Merchant."""
    return replace(order(number, *lines, **fields), reference="")


def product(sku: str, **fields: object) -> Product:
    defaults: dict[str, object] = {"id": "", "name": f"A {sku}", "price": Decimal("9.50")}
    return Product(sku=sku, **{**defaults, **fields})  # type: ignore[arg-type]


def parcel(order_id: str = "", number: str = "1Z1", **fields: object) -> Shipment:
    """Return a shipment as `update-tracking` writes it, or as the Supplier sends it."""
    defaults: dict[str, object] = {
        "id": "s-1",
        "carrier": "UPS",
        "method": "Ground",
        "cost": Decimal("7.25"),
        "currency": "GBP",
        "warehouse": "main",
        "shipped_at": SENT_AT,
    }
    return Shipment(order_id=order_id, tracking_number=number, **{**defaults, **fields})  # type: ignore[arg-type]
