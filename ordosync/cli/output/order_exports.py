"""Output of `orders export`: all fields of orders, as CSV, JSON lines and a workbook."""

import json
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, BinaryIO, TextIO

from msgspec.structs import asdict

from ordosync.accounts.workbooks.writing import UnwritableError, write_workbook
from ordosync.cli.output import desk as render_desk
from ordosync.cli.output.csv_output import Cell, write_csv
from ordosync.clock import to_text
from ordosync.embedded.packing import OrderUnits
from ordosync.errors import UsageError
from ordosync.models import Address

if TYPE_CHECKING:
    from ordosync.engine.order_owners import Owner

_ADDRESS = Address.__struct_fields__
_UNITS = ("ordered", "open", "sent", "cancelled", "in_pieces")
_COLUMNS = (
    *("number", "status", "split", "created", "portal", "merchant", "supplier", "warehouse"),
    *(f"{side}_{name}" for side in ("ship_to", "bill_to") for name in _ADDRESS),
    *("shipping_method", "customer_notes", "internal_notes", "tags", "tracking"),
    *("line", "sku", "name", "details", *_UNITS, "unit_price", "currency"),
)
_SEPARATOR = ", "

Exported = Iterable[tuple[OrderUnits, "Owner"]]


def write_csv_lines(stream: TextIO, orders: Exported) -> None:
    """Write one row per line of an order."""
    write_csv(stream, _COLUMNS, (row for entry, owner in orders for row in _rows(entry, owner)))


def write_sheet(file: BinaryIO, orders: Exported) -> None:
    """Write a workbook with one row per line of an order. Raises `UsageError`."""
    rows = (
        {name: _encodable(value) for name, value in row.items()}
        for entry, owner in orders
        for row in _rows(entry, owner)
    )
    try:
        write_workbook(file, _COLUMNS, rows)
    except UnwritableError as error:
        raise UsageError(f"--xlsx: {error}; use --csv") from error


def _encodable(value: Cell) -> Cell:
    """Return text without half of a character, which no workbook can have."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    return value


def write_json_lines(stream: TextIO, orders: Exported) -> None:
    """Write one JSON document per order and line of output."""
    stream.writelines(f"{json.dumps(_document(entry, owner))}\n" for entry, owner in orders)


def _rows(entry: OrderUnits, owner: "Owner") -> Iterator[dict[str, Cell]]:
    order = entry.listed.order
    for place, (line, units) in enumerate(zip(order.lines, entry.units, strict=True), 1):
        yield {
            "number": order.number,
            "status": order.status,
            "split": "yes" if order.is_split else "no",
            "created": to_text(order.placed_at) if order.placed_at else "",
            "portal": owner.portal,
            "merchant": owner.merchant,
            "supplier": owner.supplier,
            "warehouse": entry.listed.warehouse,
            **_address("ship_to", order.ship_to),
            **_address("bill_to", order.bill_to or Address()),
            "shipping_method": order.shipping_method,
            "customer_notes": order.customer_notes,
            "internal_notes": order.internal_notes,
            "tags": _SEPARATOR.join(order.tags),
            "tracking": _SEPARATOR.join(entry.tracking),
            "line": place,
            "sku": line.sku,
            "name": line.name,
            "details": line.details,
            **{name: getattr(units, name) for name in _UNITS},
            "unit_price": line.unit_price,
            "currency": order.currency,
        }


def _address(side: str, address: Address) -> dict[str, Cell]:
    return {f"{side}_{name}": value for name, value in asdict(address).items()}


def _document(entry: OrderUnits, owner: "Owner") -> dict[str, Any]:
    order = entry.listed.order
    document = render_desk.listed_json(order, owner)
    lines = zip(document["lines"], order.lines, entry.units, strict=True)
    return {
        **document,
        "warehouse": entry.listed.warehouse,
        "bill_to": order.bill_to and asdict(order.bill_to),
        "customer_notes": order.customer_notes,
        "internal_notes": order.internal_notes,
        "tags": list(order.tags),
        "tracking": list(entry.tracking),
        "lines": [
            {
                **shown,
                "id": line.id,
                "details": line.details,
                **{name: getattr(units, name) for name in _UNITS},
            }
            for shown, line, units in lines
        ],
    }
