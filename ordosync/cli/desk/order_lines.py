"""Lines of an order in options: `SKU=QTY`, or `#LINEID=QTY` if a SKU repeats."""

from collections.abc import Iterable
from math import ceil

from ordosync.cli.desk import input_rows
from ordosync.embedded.desk import Desk
from ordosync.errors import UsageError
from ordosync.models import Line, Order, ParcelLine


def pair_of(opened: Desk, order: Order, text: str) -> tuple[str, str]:
    """Parse `SKU=QTY`. Raises `UsageError`, with the open lines of the order."""
    try:
        return input_rows.parse_pair(text)
    except UsageError as error:
        raise UsageError(
            f"{error}; order {order.number} has {_open_lines(opened, order)}"
        ) from None


def line_of(opened: Desk, order: Order, name: str) -> Line:
    """Return the line with this SKU or `#LINEID`. Raises `UsageError` if it is not exactly one."""
    key = name.removeprefix("#")
    by_id = name.startswith("#")
    lines = [line for line in order.lines if (line.id if by_id else line.sku) == key]
    if not lines:
        known = _open_lines(opened, order)
        raise UsageError(f"order {order.number} has no line {name}; it has {known}")
    if len(lines) > 1:
        ids = ", ".join(f"#{line.id}" for line in lines)
        raise UsageError(f"{name} is on several lines of order {order.number}; use {ids}")
    return lines[0]


def _open_lines(opened: Desk, order: Order) -> str:
    """Return the open units of each line as they are typed, such as `MUG=2 (#1001/1)`."""
    lines = opened.units_of(order.number)
    texts = [f"{line.sku}={line.open} (#{line.line_id})" for line in lines if line.open > 0]
    return ", ".join(texts) or "no open units"


def units_of(opened: Desk, order: Order, texts: Iterable[str]) -> tuple[ParcelLine, ...]:
    """Return the units in these texts; the units of a repeated line add up. Raises `UsageError`."""
    units: dict[str, ParcelLine] = {}
    for text in texts:
        name, quantity = pair_of(opened, order, text)
        line, count = line_of(opened, order, name), input_rows.quantity(quantity, least=1)
        count += units[line.id].quantity if line.id in units else 0
        units[line.id] = ParcelLine(line_id=line.id, quantity=count, sku=line.sku)
    return tuple(units.values())


def short_units_of(opened: Desk, order: Order, texts: Iterable[str]) -> tuple[ParcelLine, ...]:
    """Return the units that cannot be sent without these: a missing component is that of a kit."""
    return units_of(opened, order, [_as_kit(opened, order, text) for text in texts])


def _as_kit(opened: Desk, order: Order, text: str) -> str:
    """Return the text of the kit that has a component, unless the component is a line itself."""
    name, quantity = pair_of(opened, order, text)
    if name.startswith("#") or any(line.sku == name for line in order.lines):
        return text
    components = [(line, opened.components(line.sku).get(name)) for line in order.lines]
    kits = [(line, in_each) for line, in_each in components if in_each]
    if len(kits) != 1:
        return text
    [(kit, in_each)] = kits
    return f"#{kit.id}={ceil(input_rows.quantity(quantity, least=1) / in_each)}"


def as_text(units: Iterable[ParcelLine]) -> str:
    """Return units for a message, such as `2 CUP, 1 MUG`."""
    return ", ".join(f"{part.quantity} {part.sku}" for part in units)
