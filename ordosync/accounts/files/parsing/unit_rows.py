"""Units of lines, from rows that name a line by its SKU or its id."""

from collections import Counter
from collections.abc import Iterable, Sequence

from ordosync.accounts.files.formats.rows import Row
from ordosync.accounts.files.input_options.fields import UNIT_FIELDS
from ordosync.accounts.files.input_options.input_files import InputFiles
from ordosync.accounts.files.output.order_record import WrittenLine
from ordosync.accounts.files.parsing.converters import InvalidRowError, cell, quantity
from ordosync.models import ParcelLine, normalized_sku


def has_units(rows: Sequence[Row], options: InputFiles) -> bool:
    """True if rows name units of lines; False if all these cells are blank, or have no columns."""
    return any(row.cells.get(column) for row in rows for column in options.unit_columns)


def count_lines(rows: Sequence[Row], options: InputFiles) -> int:
    """Return the number of different lines in these rows."""
    parts = [units_of(row, options) for row in rows]
    return len({(part.line_id, normalized_sku(part.sku)) for part in parts})


def units_of(row: Row, options: InputFiles) -> ParcelLine:
    """Return the units of a row, and the texts that identify its line."""
    texts = {name: cell(row, name, options) for name in UNIT_FIELDS if name in options.sources}
    count = quantity(row, texts["quantity"])
    if count == 0:
        raise InvalidRowError("invalid.quantity", row, "quantity is 0")
    part = ParcelLine(line_id=texts.get("line_id", ""), sku=texts.get("sku", ""), quantity=count)
    if not part.line_id and not part.sku:
        raise InvalidRowError("invalid.sku", row, "the row names no line")
    return part


def parcel_lines(
    rows: Sequence[Row], options: InputFiles, order: Sequence[WrittenLine]
) -> tuple[ParcelLine, ...] | None:
    """Return the units of a parcel by the lines of the written order.

    None if the rows have no units, or if an earlier release has not recorded the SKUs. If several
    lines have the SKU, any of them may have the units.
    """
    if not order or not has_units(rows, options):
        return None
    units: Counter[tuple[str, ...]] = Counter()
    skus: dict[tuple[str, ...], str] = {}
    is_unknown = False
    for row in rows:
        part = units_of(row, options)
        lines = lines_named(part.line_id, part.sku, order)
        is_unknown = is_unknown or not lines
        if not lines and all(line.sku for line in order):
            name = f"id {part.line_id[:40]!a}" if part.line_id else f"SKU {part.sku[:40]!a}"
            raise InvalidRowError("unknown-line", row, f"the order has no line of {name}")
        units[lines] += part.quantity
        skus[lines] = next((line.sku for line in order if line.id in lines), "")
    if is_unknown:
        return None
    return tuple(
        ParcelLine(line_id=lines[0], other_lines=lines[1:], quantity=count, sku=skus[lines])
        for lines, count in units.items()
    )


def cancelled_lines(rows: Sequence[Row], options: InputFiles) -> tuple[ParcelLine, ...] | None:
    """Return the cancelled units of an order, by the texts that identify its lines.

    None if the whole order is cancelled: then the rows have no line.
    """
    if not has_units(rows, options):
        return None
    units: Counter[tuple[str, str]] = Counter()
    for row in rows:
        part = units_of(row, options)
        units[part.line_id, part.sku] += part.quantity
    return tuple(
        ParcelLine(line_id=line_id, sku=sku, quantity=count)
        for (line_id, sku), count in units.items()
    )


def lines_named(line_id: str, sku: str, order: Sequence[WrittenLine]) -> tuple[str, ...]:
    """Return the ids of the lines that a row may refer to."""
    if line_id:
        return tuple(line.id for line in order if line.id == line_id)
    if len(order) == 1 and not order[0].sku:
        return (order[0].id,)
    return tuple(line.id for line in order if normalized_sku(line.sku) == normalized_sku(sku))


def covers(parcels: Iterable[Sequence[ParcelLine]], order: Sequence[WrittenLine]) -> bool:
    """True if parcels hold all units of a written order. An unknown quantity is 1."""
    sent: Counter[str] = Counter()
    ordered: Counter[str] = Counter()
    for line in order:
        ordered[normalized_sku(line.sku) or line.id] += line.quantity if line.sku else 1
    skus = {line.id: normalized_sku(line.sku) or line.id for line in order}
    for parcel in parcels:
        for part in parcel:
            sent[skus.get(part.line_id, "")] += part.quantity
    return all(sent[name] >= count for name, count in ordered.items())
