"""Rows of the tracking file for the parcels of one order.

A parcel has one row, or one for each line if the file has columns for units. A row with blank cells
there adds only its number.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime

from msgspec.structs import replace

from ordosync.accounts.files.output.options import TrackingFile
from ordosync.accounts.files.output.safe_output import decimal_text
from ordosync.accounts.files.output.tables import Row
from ordosync.accounts.files.parsing.line_ids import own_id
from ordosync.added_units import requested_lines, with_ignored_lines, without_added_units
from ordosync.models import Line, ParcelLine, Shipment

Units = tuple[tuple[str, str, int], ...]
"""The line id, SKU and quantity of each line in a parcel, as they are written."""


class TrackingRows:
    """The rows of one order, and its lines as the order files have them."""

    def __init__(
        self,
        rows: Sequence[Row],
        lines: Sequence[Line],
        options: TrackingFile,
        *,
        not_awaited: AbstractSet[str] = frozenset(),
    ) -> None:
        self._rows = rows
        self._lines = lines
        self._options = options
        self._not_awaited = not_awaited
        """The lines that no Supplier sends."""

    @property
    def status(self) -> str:
        """The status of the order. Units of a void label count: an order that is shipped stays so.

        Without columns for units, each number is that of a shipped order.
        """
        if not self._options.has_units:
            return "shipped"
        sent: Counter[tuple[str, str]] = Counter()
        for id_, sku, count in self._units_in(self._rows):
            sent[id_, sku] += count
        ordered = self._ordered([it for it in self._lines if it.id not in self._not_awaited])
        if all(sent[name] >= count for name, count in ordered.items()):
            return "shipped"
        return "partially_shipped" if sent else "dropshipment_requested"

    def shipments(self, order_id: str) -> Iterator[Shipment]:
        """Yield a shipment for each number."""
        for number in dict.fromkeys(row["tracking_number"] for row in self._rows):
            rows = [row for row in self._rows if row["tracking_number"] == number]
            lines = tuple(self._lines_in(rows))
            yield Shipment(
                id="",
                order_id=order_id,
                tracking_number=number,
                carrier="",
                shipped_at=datetime.min.replace(tzinfo=UTC),
                voided=rows[0]["voided"] == "true",
                lines=lines or None,
                is_last=not self._options.has_units,
            )

    def of_number(self, number: str) -> Sequence[Row]:
        """Return the valid rows with a tracking number."""
        return [row for row in self._valid() if row["tracking_number"] == number]

    def units_of(self, shipment: Shipment) -> Units:
        """Return the units of a parcel; none if only its number is added, or if they are known."""
        if not self._options.has_units:
            return ()
        parts = shipment.lines or ()
        skus = {line.id: line.sku for line in self._lines}
        if shipment.is_last:
            open_parts = tuple(self._open(shipment.tracking_number))
            open_units = {part.line_id: part.quantity for part in open_parts}
            requested = requested_lines(shipment, skus)
            shipment = without_added_units(shipment, open_units, requested)
            shipment = with_ignored_lines(shipment, open_units, skus)
            parts = shipment.lines or open_parts
        units: Counter[tuple[str, str]] = Counter()
        for part in parts:
            units[self._named(part.line_id, skus.get(part.line_id, part.sku))] += part.quantity
        return tuple((id_, sku, count) for (id_, sku), count in units.items())

    def has_too_many(self, shipment: Shipment, ordered: Sequence[Line]) -> bool:
        """True if a parcel holds more units than the other parcels leave of the ordered ones."""
        if not self._options.has_units or not ordered or shipment.lines is None:
            return False
        left = self._left(ordered, shipment.tracking_number)
        return any(left[id_, sku] < count for id_, sku, count in self.units_of(shipment))

    def with_parcel(self, shipment: Shipment, units: Units) -> list[Row]:
        """Return the rows of the order with those of a parcel; each of its numbers has rows."""
        rows = list(self._rows)
        known = self.of_number(shipment.tracking_number)
        if not known or (units and sorted(self._units_in(known)) != sorted(units)):
            rows = [row for row in rows if row["tracking_number"] != shipment.tracking_number]
            rows += self._rows_of(shipment, shipment.tracking_number, units)
        for number in shipment.more_numbers:
            if not self.of_number(number):
                rows = [row for row in rows if row["tracking_number"] != number]
                rows += self._rows_of(replace(shipment, cost=None, currency=""), number, ())
        return rows

    def _valid(self) -> Iterator[Row]:
        return (row for row in self._rows if row["voided"] != "true")

    def _open(self, number: str) -> Iterator[ParcelLine]:
        """Yield the open units of each line, unless the number has its units already."""
        if self._units_in(self.of_number(number)):
            return
        yield from self._by_line(self._left(self._lines, number))

    def _left(self, lines: Sequence[Line], number: str) -> Counter[tuple[str, str]]:
        """Return the units of lines that are in no valid parcel, or in the one of this number."""
        left = self._ordered(lines)
        sent = (row for row in self._valid() if row["tracking_number"] != number)
        for id_, sku, count in self._units_in([*sent]):
            left[id_, sku] -= count
        return left

    def _ordered(self, lines: Sequence[Line]) -> Counter[tuple[str, str]]:
        """Return the units of lines by their names in the file."""
        ordered: Counter[tuple[str, str]] = Counter()
        for line in lines:
            ordered[self._named(line.id, line.sku)] += line.quantity
        return ordered

    def _lines_in(self, rows: Sequence[Row]) -> Iterator[ParcelLine]:
        """Yield the units of rows by the lines of the order."""
        units = self._units_in(rows)
        return self._by_line(Counter({(id_, sku): count for id_, sku, count in units}))

    def _by_line(self, left: Counter[tuple[str, str]]) -> Iterator[ParcelLine]:
        """Yield units by the lines of the order; of equal SKUs, the first line is filled first."""
        for line in self._lines:
            name = self._named(line.id, line.sku)
            if (count := min(line.quantity, left[name])) > 0:
                left[name] -= count
                yield ParcelLine(line_id=line.id, quantity=count, sku=line.sku)

    def _units_in(self, rows: Sequence[Row]) -> Units:
        """Return the units of rows; rows that only add a number have none."""
        return tuple(
            (row.get("line_id", ""), row.get("sku", ""), int(row["quantity"]))
            for row in rows
            if row.get("quantity", "").isdecimal()
        )

    def _named(self, line_id: str, sku: str) -> tuple[str, str]:
        columns = self._options.columns
        return own_id(line_id) if "line_id" in columns else "", sku if "sku" in columns else ""

    def _rows_of(self, shipment: Shipment, number: str, units: Units) -> Iterator[Row]:
        fields = {
            "order_number": shipment.order_id,
            "tracking_number": number,
            "carrier": shipment.carrier,
            "shipped_at": shipment.shipped_at.isoformat(),
            "method": shipment.method,
            "cost": decimal_text(shipment.cost, self._options.decimal),
            "currency": shipment.currency,
            "warehouse": shipment.warehouse,
            "voided": "true" if shipment.voided else "false",
        }
        for id_, sku, count in units or [("", "", "")]:
            texts = {**fields, "line_id": id_, "sku": sku, "quantity": str(count)}
            yield {name: texts[name] for name in self._options.columns}
            # Once for each parcel, so that sums stay true.
            fields |= {"cost": "", "currency": ""}
