"""Converts the rows of one parcel in a Supplier's tracking file to a shipment."""

from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal

from ordosync.accounts.files.formats.rows import Row
from ordosync.accounts.files.input_options.shipment_files import ShipmentFiles
from ordosync.accounts.files.output.order_record import WrittenLine
from ordosync.accounts.files.parsing.amounts import amount, row_currency
from ordosync.accounts.files.parsing.converters import (
    InvalidRowError,
    cell,
    flag,
    key_cell,
    time,
)
from ordosync.accounts.files.parsing.unit_rows import count_lines, has_units, parcel_lines
from ordosync.models import Shipment


def parcel_of(
    key: str,
    rows: Sequence[Row],
    options: ShipmentFiles,
    lines_of: Callable[[str], Sequence[WrittenLine]],
    changed_at: datetime,
) -> Shipment:
    """Return the parcel of these rows, which differ only in the units of lines.

    If no column says when it was sent, it is the time of the last change of the file.
    """
    row = rows[0]
    shipped_at: datetime | None = changed_at
    if "shipped_at" in options.sources:
        shipped_at = time(row, "shipped_at", cell(row, "shipped_at", options), options)
    if shipped_at is None:
        raise InvalidRowError("invalid.date", row, "shipped_at is blank")
    cost, _ = cost_of(row, options)
    order_id = key_cell(row, "order_number", options)
    order = lines_of(order_id) if options.unit_columns else ()
    return Shipment(
        id=key,
        order_id=order_id,
        tracking_number=key_cell(row, "tracking_number", options),
        carrier=key_cell(row, "carrier", options),
        shipped_at=shipped_at,
        method=cell(row, "method", options),
        cost=cost,
        currency=row_currency(row, options) if cost is not None else "",
        warehouse=cell(row, "warehouse", options),
        voided=flag(row, "voided", options),
        lines=parcel_lines(rows, options, order),
        is_last=_is_last(rows, options, order),
    )


def _is_last(rows: Sequence[Row], options: ShipmentFiles, order: Sequence[WrittenLine]) -> bool:
    """True if the order is complete as far as the rows say. Parcels with lines are added up later.

    A file without columns for units has a row for each order that is sent.
    """
    if "complete" in options.sources and flag(rows[0], "complete", options):
        return True
    if not options.unit_columns:
        return "complete" not in options.sources
    if not order:
        return True
    # Of an order of an earlier release only the number of lines is known.
    is_old = not any(line.sku for line in order)
    return is_old and has_units(rows, options) and count_lines(rows, options) >= len(order)


def cost_of(row: Row, options: ShipmentFiles) -> tuple[Decimal | None, str]:
    """Return the cost of a label, or the reason why it cannot be read: it is left out then."""
    try:
        text = cell(row, "cost", options)
        currency = row_currency(row, options) if text else ""
        return amount(row, "cost", text, options, currency), ""
    except InvalidRowError as error:
        return None, f"{error}; the tracking number is used without it"
