"""Units of an order by line: the sent units, and the lines that match in both accounts.

Pure functions on listed orders, whose lines have the sent and the open units.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet

from msgspec.structs import replace

from ordosync.models import Line, OrderSnapshot, ParcelLine, Shipment, normalized_sku


def numbers_of(parcel: Shipment) -> tuple[str, ...]:
    """Return all tracking numbers of a parcel."""
    return tuple(dict.fromkeys((parcel.tracking_number, *parcel.more_numbers)))


def valid_parcels(order: OrderSnapshot) -> list[Shipment]:
    """Return the parcels with a valid label, the newest last."""
    return [item for item in order.shipments if not item.voided and item.tracking_number]


def without_parcels(order: OrderSnapshot, numbers: AbstractSet[str]) -> OrderSnapshot:
    """Return an order without the valid parcels that have these numbers, and their units."""
    parcels = [parcel for parcel in valid_parcels(order) if numbers & {*numbers_of(parcel)}]
    if not parcels:
        return order
    units: Counter[str] = Counter()
    for parcel in parcels:
        for part in parcel.lines or ():
            units[part.line_id] += part.quantity
    lines = (
        replace(line, quantity=max(0, line.quantity - units[line.id])) for line in order.order.lines
    )
    return replace(
        order,
        order=replace(order.order, lines=tuple(lines)),
        shipments=tuple(parcel for parcel in order.shipments if parcel not in parcels),
    )


def paired_lines(
    at_merchant: Sequence[Line], at_supplier: Sequence[Line], known: Mapping[str, str]
) -> list[tuple[Line, Line]]:
    """Return the lines that match: linked ones, then equal ones, then those with the same SKU.

    `known` has the Supplier's line of each linked line of the Merchant.
    """
    pairs: list[tuple[Line, Line]] = []
    merchant_left, supplier_left = list(at_merchant), list(at_supplier)
    rules: tuple[Callable[[Line, Line], bool], ...] = (
        lambda merchant_line, supplier_line: known.get(merchant_line.id) == supplier_line.id,
        lambda merchant_line, supplier_line: (
            merchant_line.id not in known and _form(merchant_line) == _form(supplier_line)
        ),
        lambda merchant_line, supplier_line: (
            merchant_line.id not in known and _form(merchant_line)[0] == _form(supplier_line)[0]
        ),
    )
    for is_same in rules:
        for merchant_line in list(merchant_left):
            match = next(
                (
                    supplier_line
                    for supplier_line in supplier_left
                    if is_same(merchant_line, supplier_line)
                ),
                None,
            )
            if match is not None:
                merchant_left.remove(merchant_line)
                supplier_left.remove(match)
                pairs.append((merchant_line, match))
    return pairs


def _form(line: Line) -> tuple[str, int]:
    return normalized_sku(line.sku), line.quantity


def units_of_parcels(order: OrderSnapshot) -> Mapping[str, Mapping[str, int]]:
    """Return the units by line of each valid parcel, by `<id>:<number>`.

    A parcel without known lines has all remaining units if it completes the order; otherwise it has
    none. Together, parcels never hold more units than the order has.
    """
    left = Counter({line.id: line.quantity for line in order.order.lines})
    parcels = valid_parcels(order)
    found: dict[str, Counter[str]] = {}
    for parcel in parcels:
        units = _named_units(parcel.lines or (), left)
        left.subtract(units)
        # A parcel may be shown in several fulfillments.
        found.setdefault(f"{parcel.id}:{parcel.tracking_number}", Counter()).update(units)
    if parcels and parcels[-1].lines is None and order.order.status == "shipped":
        newest = f"{parcels[-1].id}:{parcels[-1].tracking_number}"
        found[newest] = +left
    return found


def _named_units(lines: Iterable[ParcelLine], left: Mapping[str, int]) -> dict[str, int]:
    wanted: Counter[str] = Counter()
    for line in lines:
        wanted[line.line_id] += line.quantity
    return {id_: min(units, left[id_]) for id_, units in wanted.items() if left.get(id_, 0) > 0}


def sent_units(order: OrderSnapshot) -> Mapping[str, int] | None:
    """Return the units of each line in valid parcels; None if unknown.

    An order may stay shipped after its label was voided, so its status alone proves nothing.
    """
    parcels = valid_parcels(order)
    if all(parcel.lines is not None for parcel in parcels):
        if not parcels and order.order.status == "shipped":
            return None
        sent: Counter[str] = Counter()
        for units in units_of_parcels(order).values():
            sent.update(units)
        return {line.id: sent[line.id] for line in order.order.lines}
    if order.order.status == "shipped" and len(parcels) == len(order.shipments):
        return {line.id: line.quantity for line in order.order.lines}
    return None
