"""Orders, and units of orders, in a Merchant's cancellation files as they are now."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from ordosync.accounts.files.parsing.line_ids import own_id
from ordosync.left_out import NOT_OWED
from ordosync.models import InvalidRecord, Order, ParcelLine, normalized_sku

if TYPE_CHECKING:
    from ordosync.accounts.files.reading.file_reader import FileReader


class Cancelled(Struct, frozen=True, kw_only=True):
    """A cancelled order, or cancelled units of it, as in the files."""

    order_id: str
    units: tuple[ParcelLine, ...] | None = None
    """The cancelled units, with the texts that name their lines; None: the whole order."""


class CancelledOrders:
    """Orders in the cancellation files; none without such files.

    A file that cannot be read is skipped: `MerchantCancellations.changed` reports it.
    """

    def __init__(self, reader: "FileReader[Cancelled] | None") -> None:
        self._reader = reader

    def all(self) -> Mapping[str, Cancelled]:
        """Return the cancellations, by order."""
        if self._reader is None:
            return {}
        pages = self._reader.current()
        items = (item for page in pages for item in page.items if isinstance(item, Cancelled))
        return {item.order_id: item for item in items}

    def of(self, ids: Sequence[str]) -> Mapping[str, Cancelled]:
        """Return the cancellations of these orders."""
        if self._reader is None:
            return {}
        items = self._reader.current_of(ids).values()
        return {item.order_id: item for item in items if isinstance(item, Cancelled)}


def joined(items: Sequence[Cancelled | InvalidRecord]) -> Cancelled | InvalidRecord:
    """Merge the cancellations of one order in several files, the newest first.

    An older file adds its lines. If a rule skips the rows of the newest file, all are skipped.
    """
    newest = items[0]
    if isinstance(newest, InvalidRecord):
        return newest
    for item in items[1:]:
        if isinstance(item, InvalidRecord):
            if not item.is_skipped:
                return item
        elif newest.units is None or item.units is None:
            newest = replace(newest, units=None)
        else:
            names = {_name(part) for part in newest.units}
            older = (part for part in item.units if _name(part) not in names)
            newest = replace(newest, units=(*newest.units, *older))
    return newest


def _name(part: ParcelLine) -> tuple[str, str]:
    return part.line_id, normalized_sku(part.sku)


def remaining(order: Order, cancelled: Cancelled | None) -> Order | None:
    """Return an order without its cancelled units; None if no unit is left."""
    if cancelled is None:
        return order
    if cancelled.units is None:
        return None
    left = _by_line(order, cancelled.units)
    if not any(left.values()):
        return None
    lines = tuple(replace(line, quantity=left[line.id]) for line in order.lines)
    if lines == order.lines:
        return order
    # The order is compared with its earlier state only if the content differs.
    form, _, digest = order.content.partition("-")
    of_units = hashlib.sha256(f"{digest} {sorted(left.items())}".encode()).hexdigest()[:32]
    return replace(order, lines=lines, content=f"{form}-{of_units}")


def unknown_line(order: Order, units: Sequence[ParcelLine]) -> str:
    """Return the name of a line that is cancelled and not in the order; empty if there is none."""
    names = {own_id(line.id) for line in order.lines}
    skus = {normalized_sku(line.sku) for line in order.lines}
    return next(
        (
            part.line_id or part.sku
            for part in units
            if (part.line_id not in names if part.line_id else normalized_sku(part.sku) not in skus)
        ),
        "",
    )


def _by_line(order: Order, units: Sequence[ParcelLine]) -> Counter[str]:
    """Return the uncancelled units of each line; lines that share a SKU lose them from the last.

    Lines that are not owed any more lose them after the others.
    """
    left = Counter({line.id: line.quantity for line in order.lines})
    not_owed = {id_ for id_, product in order.not_shipped.items() if product == NOT_OWED}
    lines = [*reversed(order.lines)]
    lines.sort(key=lambda line: line.id in not_owed)
    for part in units:
        rest = part.quantity
        for line in lines:
            is_named = (
                own_id(line.id) == part.line_id
                if part.line_id
                else normalized_sku(line.sku) == normalized_sku(part.sku)
            )
            if is_named:
                count = min(rest, left[line.id])
                left[line.id] -= count
                rest -= count
    return left
