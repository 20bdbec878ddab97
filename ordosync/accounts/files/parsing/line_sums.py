"""Rows of one line that add up, such as refunds in negative rows."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from msgspec.structs import replace

from ordosync.accounts.files.formats.rows import Row
from ordosync.accounts.files.input_options.order_files import OrderFiles
from ordosync.accounts.files.parsing.converters import InvalidRowError
from ordosync.models import Line


def added(line: Line, other: Line, row: Row, options: OrderFiles) -> Line:
    """Return the line of two rows. Raise `InvalidRowError` if they cannot add up."""
    if options.rows == "each":
        raise InvalidRowError("invalid.line_id", row, "another row has the same line_id")
    first, second = (line, other) if line.quantity > 0 else (other, line)
    # The price of a refund may be negative, or missing.
    if second.quantity > 0 and _kind(first) != _kind(second):
        problem = "differs from another row of its line in more than its quantity and total"
        raise InvalidRowError("invalid.conflict", row, problem)
    return replace(
        first,
        quantity=line.quantity + other.quantity,
        total=None if None in (line.total, other.total) else _sum(line.total, other.total),
        discount=_sum(line.discount, other.discount),
    )


def check_sums(lines: Mapping[str, Line], rows: Sequence[tuple[str, Row]]) -> None:
    """Raise `InvalidRowError` if the rows of a line add up to less than 0."""
    for line_id, row in rows:
        if line_id in lines and (units := lines[line_id].quantity) < 0:
            name = f"{lines[line_id].sku[:40]!a}"
            problem = f"the rows of {name} add up to {units} units, which is less than 0"
            raise InvalidRowError("invalid.quantity", row, problem)


def _kind(line: Line) -> tuple[object, ...]:
    return (
        line.sku,
        line.details,
        line.unit_price,
        line.supplier_sku,
        line.supplier_unit_cost,
    )


def _sum(first: Decimal | None, second: Decimal | None) -> Decimal | None:
    if first is None or second is None:
        return first if second is None else second
    return first + second
