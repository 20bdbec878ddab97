"""Orders, products and stock of a local account, as text and as JSON."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from msgspec.structs import asdict

from ordosync.cli.output.render import local, result
from ordosync.cli.output.tables import table
from ordosync.cli.output.timelines import show_timeline
from ordosync.clock import to_text
from ordosync.embedded.stock import Level
from ordosync.embedded.timeline import TimelineEntry
from ordosync.embedded.units import LineUnits
from ordosync.models import Order, Product, Shipment
from ordosync.text import status_text

if TYPE_CHECKING:
    from ordosync.engine.order_owners import Owner


def show_order(
    order: Order,
    owner: "Owner",
    units: Sequence[LineUnits],
    timeline: Sequence[TimelineEntry],
    shipments: Sequence[Shipment],
    *,
    head: str,
    pieces: Mapping[str, str],
) -> None:
    """Show one order with its lines and their units, its pieces, parcels and timeline."""
    address = [value for value in _address(order).values() if value]
    result(head, wrapped=True)
    result(f"ship to: {', '.join(address)}", wrapped=True)
    if order.shipping_method:
        result(f"shipping method: {order.shipping_method}", wrapped=True)
    if order.tags:
        result(f"tags: {', '.join(order.tags)}", wrapped=True)
    _show_lines(order, units)
    result(f"total {amount(total(order), order.currency)}")
    if pieces:
        named = (f"{number} ({status_text(status)})" for number, status in pieces.items())
        result(f"pieces: {', '.join(named)}", wrapped=True)
    for shipment in shipments:
        result(_shipment(shipment), wrapped=True)
    merchant = None if owner.supplier else owner.merchant
    # The account does not know the name of the Merchant, which may change.
    texts = [
        entry.text.replace("the Merchant", merchant) if merchant else entry.text
        for entry in timeline
    ]
    show_timeline(
        [(entry.at, f"{entry.actor}: {text}") for entry, text in zip(timeline, texts, strict=True)]
    )


def _show_lines(order: Order, units: Sequence[LineUnits]) -> None:
    """Show the lines: ordered units, and how many of them are open, sent and cancelled."""
    counts = ["ordered", "open", "sent", "cancelled"]
    if order.is_split:
        counts.append("in pieces")
    by_id = {line.line_id: _counts(line) for line in units}
    table(
        ("sku", "name", *counts, "unit price"),
        [
            (
                line.sku,
                line.name,
                *(by_id[line.id][name.replace(" ", "_")] for name in counts),
                amount(line.unit_price),
            )
            for line in order.lines
        ],
    )


def _counts(line: LineUnits) -> dict[str, int]:
    names = ("ordered", "open", "sent", "cancelled", "in_pieces")
    return {name: getattr(line, name) for name in names}


def _shipment(shipment: Shipment) -> str:
    numbers = ", ".join((shipment.tracking_number, *shipment.more_numbers))
    label = (shipment.carrier, shipment.method, numbers)
    at, cost = local(shipment.shipped_at), amount(shipment.cost, shipment.currency)
    warehouse = f"from {shipment.warehouse}" if shipment.warehouse else ""
    details = (" ".join(filter(None, label)), warehouse, cost)
    state = f"voided label (created {at})" if shipment.voided else f"shipped {at}"
    parts = [f"{part.quantity} {part.sku}" for part in shipment.lines or ()]
    return f"{state}: {', '.join(filter(None, (*details, *parts)))}"


def status(order: Order) -> str:
    """Return the status to show. A split order is marked, since its pieces ship; so is a hold."""
    if order.is_split:
        return f"{status_text(order.status)} (split)"
    return f"{status_text(order.status)} (held)" if order.is_held else status_text(order.status)


def total(order: Order) -> Decimal:
    """Return the sum of the lines that have a price."""
    return sum(
        (line.unit_price * line.quantity for line in order.lines if line.unit_price is not None),
        Decimal(0),
    )


def order_json(order: Order) -> dict[str, Any]:
    """Return an order as every command prints it."""
    return {
        "number": order.number,
        "status": order.status,
        "split": order.is_split,
        "held": order.is_held,
        "created": order.placed_at and to_text(order.placed_at),
        "ship_to": _address(order),
        "shipping_method": order.shipping_method,
        "currency": order.currency,
        "total": str(total(order)),
        "lines": [
            {
                "sku": line.sku,
                "name": line.name,
                "quantity": line.quantity,
                "unit_price": _money(line.unit_price),
            }
            for line in order.lines
        ],
    }


def listed_json(order: Order, owner: "Owner") -> dict[str, Any]:
    """Return an order as `orders list --json` prints it."""
    return {
        **order_json(order),
        "portal": owner.portal,
        "merchant": owner.merchant,
        "supplier": owner.supplier,
    }


def order_detail_json(
    order: Order,
    owner: "Owner",
    units: Sequence[LineUnits],
    timeline: Sequence[TimelineEntry],
    shipments: Sequence[Shipment],
    *,
    pieces: Mapping[str, str],
) -> dict[str, Any]:
    """Return an order as `orders show --json` prints it."""
    document = listed_json(order, owner)
    lines = zip(document["lines"], units, strict=True)
    return {
        **document,
        "lines": [{**line, "id": counts.line_id, **_counts(counts)} for line, counts in lines],
        "customer_notes": order.customer_notes,
        "internal_notes": order.internal_notes,
        "tags": list(order.tags),
        "pieces": pieces_json(pieces),
        "shipments": [parcel_json(shipment) for shipment in shipments],
        "timeline": [
            {"at": to_text(entry.at), "actor": entry.actor, "text": entry.text}
            for entry in timeline
        ],
    }


def pieces_json(pieces: Mapping[str, str]) -> list[dict[str, str]]:
    """Return the pieces of a split order by their statuses, as every command prints them."""
    return [{"number": number, "status": status} for number, status in pieces.items()]


def parcel_json(shipment: Shipment) -> dict[str, Any]:
    """Return a parcel as every command prints it."""
    return {
        "tracking": shipment.tracking_number,
        "carrier": shipment.carrier,
        "method": shipment.method,
        "cost": _money(shipment.cost),
        "currency": shipment.currency,
        "warehouse": shipment.warehouse,
        "shipped_at": shipment.shipped_at.isoformat(),
        "void": shipment.voided,
        "more_tracking": list(shipment.more_numbers),
        "lines": [
            {"id": part.line_id, "sku": part.sku, "quantity": part.quantity}
            for part in shipment.lines or ()
        ],
    }


def show_products(products: Iterable[tuple[Product, Mapping[str, Decimal] | None, str]]) -> None:
    """Show products with their components and bins, one per row."""
    table(
        ("sku", "name", "price", "kit of", "bin"),
        (
            (product.sku, product.name, amount(product.price), kit_text(parts), storage_bin)
            for product, parts, storage_bin in products
        ),
        if_any=("kit of", "bin"),
    )


def kit_text(parts: Mapping[str, Decimal] | None) -> str:
    """Return the components of a kit; empty if it is no kit."""
    return ", ".join(f"{count} {sku}" for sku, count in (parts or {}).items())


def product_json(
    product: Product, parts: Mapping[str, Decimal] | None, storage_bin: str
) -> dict[str, Any]:
    """Return a product as `products list --json` prints it."""
    kit = None if parts is None else {sku: str(count) for sku, count in parts.items()}
    return {
        "sku": product.sku,
        "name": product.name,
        "price": _money(product.price),
        "kit": kit,
        "bin": storage_bin or None,
    }


def stock_rows(
    levels: Iterable[tuple[Product, Sequence[Level], int | None]],
) -> Iterator[dict[str, Any]]:
    """Yield the rows of `stock list`: quantities as numbers, None if uncounted."""
    for product, warehouses, available in levels:
        for level in warehouses:
            yield {
                "sku": product.sku,
                "warehouse": level.warehouse,
                "physical": _number(level.physical),
                "committed": _number(level.committed),
                "available": _number(level.available),
            }
        if not warehouses:
            yield {
                "sku": product.sku,
                "warehouse": None,
                "physical": None,
                "committed": None if product.is_kit else 0,
                "available": available,
            }


def show_stock(rows: Sequence[Mapping[str, Any]]) -> None:
    """Show stock, one row per product and warehouse; empty if uncounted."""
    columns = ("sku", "warehouse", "physical", "committed", "available")
    table(columns, [["" if row[name] is None else row[name] for name in columns] for row in rows])


def _number(quantity: Decimal | None) -> int | float | None:
    if quantity is None:
        return None
    return int(quantity) if quantity == quantity.to_integral_value() else float(quantity)


def _address(order: Order) -> dict[str, str]:
    return asdict(order.ship_to)


def _money(money: Decimal | None) -> str | None:
    return None if money is None else str(money)


def amount(money: Decimal | None, currency: str = "") -> str:
    """Return an amount with at least two decimals."""
    if money is None:
        return ""
    whole, _, cents = f"{money:f}".partition(".")
    return f"{whole}.{cents:0<2} {currency}".rstrip()
