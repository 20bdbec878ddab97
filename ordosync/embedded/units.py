"""Units of the lines of an order: ordered = open + sent + cancelled + those in its pieces.

Units are sent as long as they are in a parcel with a valid label. Only the parcels, the cancelled
units and the pieces of a split order are stored, so the sum is always correct.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from ordosync.models import ParcelLine

if TYPE_CHECKING:
    import sqlite3


class LineUnits(Struct, frozen=True, kw_only=True):
    """The units of one line."""

    line_id: str
    sku: str
    ordered: int
    sent: int
    cancelled: int
    in_pieces: int
    """Units that went to the pieces of the order when it was split."""

    @property
    def open(self) -> int:
        """The units that are still to be sent."""
        return self.ordered - self.sent - self.cancelled - self.in_pieces

    def with_open_cancelled(self) -> "LineUnits":
        """Return the units of a line whose order is cancelled."""
        return replace(self, cancelled=self.cancelled + self.open)


SENT = (
    "coalesce((select sum(parts.quantity) from shipments"
    " join shipment_lines as parts on parts.shipment_id = shipments.id"
    " where shipments.order_number = order_lines.order_number and voided_at is null"
    " and parts.line_id = order_lines.id), 0)"
)
"""SQL of the units of a row of `order_lines` that are in parcels with a valid label."""
IN_PIECES = (
    "coalesce((select sum(piece_lines.quantity) from orders as pieces"
    " join order_lines as piece_lines on piece_lines.order_number = pieces.number"
    " where pieces.parent = order_lines.order_number"
    " and piece_lines.of_line = order_lines.id), 0)"
)
"""SQL of the units of a row of `order_lines` that are in pieces of its order."""


def of_orders(db: "sqlite3.Connection", numbers: Iterable[str]) -> dict[str, list[LineUnits]]:
    """Return the units of each line of these orders, by number."""
    found: dict[str, list[LineUnits]] = {number: [] for number in numbers}
    rows = db.execute(
        f"select *, {SENT} as sent, {IN_PIECES} as in_pieces from order_lines"  # noqa: S608
        " where order_number in (select value from json_each(?)) order by order_number, position",
        (json.dumps(list(found)),),
    )
    for row in rows:
        found[row["order_number"]].append(
            LineUnits(
                line_id=row["id"],
                sku=row["sku"],
                ordered=row["quantity"],
                sent=row["sent"],
                cancelled=row["cancelled"],
                in_pieces=row["in_pieces"],
            )
        )
    return found


def of_order(db: "sqlite3.Connection", number: str) -> list[LineUnits]:
    """Return the units of each line of an order."""
    return of_orders(db, [number])[number]


def open_lines(db: "sqlite3.Connection", number: str) -> tuple[ParcelLine, ...]:
    """Return the lines of an order with open units, and the number of these units."""
    return open_parts(of_order(db, number))


def open_parts(lines: Iterable[LineUnits]) -> tuple[ParcelLine, ...]:
    """Return the open units of those lines that have some."""
    return tuple(
        ParcelLine(line_id=line.line_id, quantity=line.open, sku=line.sku)
        for line in lines
        if line.open > 0
    )


def sendable_parts(lines: Iterable[LineUnits]) -> tuple[ParcelLine, ...]:
    """Return the open and the cancelled units of those lines that have some."""
    return tuple(
        ParcelLine(line_id=line.line_id, quantity=line.open + line.cancelled, sku=line.sku)
        for line in lines
        if line.open + line.cancelled > 0
    )


def with_cancelled(
    parts: Sequence[ParcelLine], lines: Iterable[LineUnits], sent: Mapping[str, int]
) -> tuple[ParcelLine, ...]:
    """Return the units of a parcel, with cancelled ones up to those that were `sent`, by line."""
    held = {part.line_id: part for part in parts}
    for line in lines:
        count = min(sent.get(line.line_id, 0), line.open + line.cancelled)
        if count > line.open:
            held[line.line_id] = ParcelLine(line_id=line.line_id, quantity=count, sku=line.sku)
    return tuple(held.values())


def take_back(
    db: "sqlite3.Connection",
    number: str,
    parts: Iterable[ParcelLine],
    open_parts: Iterable[ParcelLine],
) -> tuple[ParcelLine, ...]:
    """Reopen the cancelled units that these parts have above the open ones, and return them."""
    left = {part.line_id: part.quantity for part in open_parts}
    cancelled = tuple(
        replace(part, quantity=part.quantity - left.get(part.line_id, 0))
        for part in parts
        if part.quantity > left.get(part.line_id, 0)
    )
    db.executemany(
        "update order_lines set cancelled = cancelled - ? where order_number = ? and id = ?",
        [(part.quantity, number, part.line_id) for part in cancelled],
    )
    return cancelled


def cancel(db: "sqlite3.Connection", number: str, parts: Iterable[ParcelLine]) -> None:
    """Count open units of an order as cancelled."""
    db.executemany(
        "update order_lines set cancelled = cancelled + ? where order_number = ? and id = ?",
        [(part.quantity, number, part.line_id) for part in parts],
    )


def put_into(db: "sqlite3.Connection", shipment_id: str, parts: Iterable[ParcelLine]) -> None:
    """Set the units that a parcel holds."""
    db.execute("delete from shipment_lines where shipment_id = ?", (shipment_id,))
    db.executemany(
        "insert into shipment_lines (shipment_id, line_id, quantity) values (?, ?, ?)",
        [(shipment_id, part.line_id, part.quantity) for part in parts],
    )


def in_parcels(
    db: "sqlite3.Connection", shipment_ids: Sequence[str]
) -> dict[str, tuple[ParcelLine, ...]]:
    """Return the units of these parcels, by their ids; a parcel without units is omitted."""
    rows = db.execute(
        "select shipment_id, line_id, shipment_lines.quantity, sku"
        " from shipment_lines join shipments on shipments.id = shipment_id"
        " join order_lines on order_lines.order_number = shipments.order_number"
        " and order_lines.id = line_id"
        " where shipment_id in (select value from json_each(?)) order by shipment_id, position",
        (json.dumps(list(shipment_ids)),),
    )
    found: dict[str, tuple[ParcelLine, ...]] = {}
    for row in rows:
        part = ParcelLine(line_id=row["line_id"], quantity=row["quantity"], sku=row["sku"])
        found[row["shipment_id"]] = (*found.get(row["shipment_id"], ()), part)
    return found


def surplus(parts: Iterable[ParcelLine], open_parts: Iterable[ParcelLine]) -> str:
    """Describe the units that exceed the open ones; empty if none."""
    left: Mapping[str, int] = {part.line_id: part.quantity for part in open_parts}
    for part in parts:
        if part.quantity > left.get(part.line_id, 0):
            return (
                f"has {left.get(part.line_id, 0)} of {part.sku or part.line_id} to ship, not"
                f" {part.quantity}"
            )
    return ""


def text(parts: Iterable[ParcelLine]) -> str:
    """Return units for the timeline, such as `2 CUP, 1 MUG`."""
    return ", ".join(f"{part.quantity} {part.sku}" for part in parts)
