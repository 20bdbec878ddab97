"""Reads a file as an account does that is configured for it, in few lines."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from ordosync.accounts.account import NoOptions, PortalContext, required
from ordosync.accounts.connections import Connections
from ordosync.accounts.files import SupplierOptions
from ordosync.clock import Clock
from ordosync.config import load_config
from ordosync.models import Address, InvalidRecord, Line, Order, Shipment, Stock
from tests.accounts.files.opening import all_of, since

SPEC = "order_files: {folder: out, columns: {order_number: No, sku: SKU, quantity: Qty}}"


@dataclass
class Found:
    """The records of a file by number or SKU, and the reasons of those that are left out."""

    orders: dict[str, Order] = field(default_factory=dict)
    shipments: list[Shipment] = field(default_factory=list)
    stock: dict[str, int] = field(default_factory=dict)
    held: dict[str, str] = field(default_factory=dict)
    skipped: dict[str, str] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)


def configure(folder: Path, subject: str, options: Mapping[str, Any], **portal: Any) -> None:
    """Write a configuration whose account of files reads this subject from `folder`/feeds."""
    account = {"kind": "files", subject: {"glob": "feeds/*", "quiet_s": 0, **options}}
    local = {"kind": "sqlite", "path": "local.db"}
    if subject == "orders":
        accounts = {"shop": account, "northwind": local}
    else:
        accounts = {"shop": local, "northwind": {**account, **yaml.safe_load(SPEC)}}
    side = {"merchant": "shop", "supplier": "northwind"}
    settings = {"accounts": accounts, "portals": {"p": {**side, **portal}}}
    (folder / "config.yaml").write_text(yaml.safe_dump(settings, sort_keys=False))
    for name in ("feeds", "out"):
        (folder / name).mkdir(exist_ok=True)


def read(folder: Path, subject: str, options: Mapping[str, Any], *files: Path) -> Found:
    """Return what an account makes of these files."""
    configure(folder, subject, options)
    for file in files:
        (folder / "feeds" / file.name).write_bytes(file.read_bytes())
    return read_again(folder, subject)


def read_again(folder: Path, subject: str) -> Found:
    """Return what the configured account makes of all files."""
    account = load_config(folder / "config.yaml").opened
    context, at = PortalContext(spool=folder / "spool"), Connections(Clock())
    found = Found()
    if subject == "orders":
        merchant = account["shop"].merchant(NoOptions(), context, at)
        orders = all_of(merchant.orders.changed(since()))
        _add_each(found, orders)
        return found
    supplier = account["northwind"].supplier(SupplierOptions(), context, at)
    if subject == "stock":
        stock = all_of(required(supplier.stock).all(since()))
        _add_each(found, stock)
    else:
        shipments = all_of(required(supplier.shipments).changed(since()))
        _add_each(found, shipments)
    return found


def _add_each(found: Found, items: Iterable[Order | Shipment | Stock | InvalidRecord]) -> None:
    for item in items:
        _add(found, item)


def _add(found: Found, item: Order | Shipment | Stock | InvalidRecord) -> None:
    if isinstance(item, InvalidRecord):
        (found.skipped if item.is_skipped else found.failed)[item.id] = item.reason
    elif isinstance(item, Order):
        found.orders[item.number] = item
        if reason := getattr(item.hold_facts, "held", ""):
            found.held[item.number] = reason
        if unclear := getattr(item.hold_facts, "unclear", None):
            found.failed[item.number] = unclear[1]
    elif isinstance(item, Shipment):
        found.shipments.append(item)
    else:
        found.stock[item.sku] = item.quantity or 0


def shown(item: Order | Shipment) -> dict[str, Any]:
    """Return an order or a parcel in the form of `expected.json`, without blank fields."""
    if isinstance(item, Shipment):
        names = ("carrier", "method", "tracking_number")
        fields = {name: getattr(item, name) for name in names}
        return {"order_number": item.order_id, **fields, "shipped_at": _time(item.shipped_at)}
    fields = {
        "number": item.number,
        "placed_at": _time(item.placed_at),
        "currency": item.currency,
        "shipping_method": item.shipping_method,
        "ship_to": _address(item.ship_to),
        "lines": [_line(line) for line in item.lines if _travels(line, item)],
    }
    return {name: value for name, value in fields.items() if value}


def like(value: Any, expected: Any) -> Any:
    """Return a value with those fields only that are expected, at every depth."""
    if isinstance(expected, dict):
        return {name: like(value.get(name), each) for name, each in expected.items()}
    if isinstance(expected, list):
        assert len(value) == len(expected), value
        return [like(one, other) for one, other in zip(value, expected, strict=True)]
    return value


def _time(at: datetime | None) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if at else ""


def _address(address: Address) -> dict[str, str]:
    fields = {name: getattr(address, name) for name in Address.__struct_fields__}
    return {name: text for name, text in fields.items() if text}


def _travels(line: Line, order: Order) -> bool:
    return line.quantity > 0 and line.id not in order.not_shipped


def _line(line: Line) -> dict[str, Any]:
    fields = {"sku": line.sku, "name": line.name, "quantity": line.quantity}
    price = line.unit_price
    return {**fields, "unit_price": None if price is None else f"{price:.2f}"}
