"""Parcels to ship, parsed from the options of `orders ship` or from the rows of its file.

Rows with a SKU, the same number and the same tracking number are one parcel.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from ordosync.cli.desk import account_choice, common, input_rows, order_lines
from ordosync.cli.desk.input_files import Layout
from ordosync.cli.desk.input_rows import InputRow
from ordosync.embedded.desk import Desk
from ordosync.errors import UsageError
from ordosync.models import Order, Shipment

NEEDED = ("number", "carrier", "tracking")
OPTIONS = (*NEEDED, "method", "cost", "warehouse", "shipped-at")
FOR_ALL = ("carrier", "method", "warehouse")
"""Options that may stand beside a file: the values of rows without their own."""
LAYOUT = Layout(
    needed=NEEDED, optional=(*OPTIONS[len(NEEDED) :], "sku", "quantity"), for_all=FOR_ALL
)
_TOLERANCE = timedelta(days=1)
"""Maximum time by which a shipment may lie in the future, for clocks that differ."""
_FIRST_YEAR = 1970


@dataclass(frozen=True, kw_only=True)
class ParcelRequest:
    """A parcel to ship, with the rows that it was read from."""

    rows: Sequence[InputRow]
    order: Order
    shipment: Shipment


@dataclass(frozen=True, kw_only=True)
class RequestParser:
    """Parses rows with the orders and warehouses of one account."""

    desk: Desk
    now: datetime
    only_own: bool = False
    """Refuses orders that are a supplier's to ship."""

    @cached_property
    def warehouses(self) -> Sequence[str]:
        """The warehouses of the account, read when the first row names one."""
        return self.desk.warehouses()

    def parse(
        self, row: InputRow, *, lines: Sequence[str] = (), more_numbers: Sequence[str] = ()
    ) -> ParcelRequest:
        """Parse one parcel, with lines as `SKU=QTY`. Raises `UsageError`."""
        _check_values(row)
        order = common.order_to_change(self.desk, row.id("number"))
        if self.only_own:
            account_choice.check_own(self.desk, order.number)
        cost, tracking = row.amount("cost"), row.tracking()
        shipment = Shipment(
            id="",
            order_id=order.number,
            tracking_number=tracking,
            more_numbers=_further(tracking, more_numbers),
            carrier=row.get("carrier"),
            method=row.get("method"),
            cost=cost,
            currency="" if cost is None else order.currency,
            warehouse=self._warehouse(row),
            shipped_at=_shipped_at(row.get("shipped-at"), self.now),
            lines=order_lines.units_of(self.desk, order, lines) or None,
        )
        return ParcelRequest(rows=(row,), order=order, shipment=shipment)

    def parse_rows(self, rows: Sequence[InputRow]) -> ParcelRequest:
        """Parse the rows of one parcel. Raises `UsageError`."""
        lines = [line for row in rows if (line := row.line())]
        request = self.parse(input_rows.merged(rows, OPTIONS, "parcel"), lines=lines)
        return ParcelRequest(rows=rows, order=request.order, shipment=request.shipment)

    def _warehouse(self, row: InputRow) -> str:
        """Return the warehouse of a row; empty: that of its order."""
        warehouse = row.get("warehouse")
        if warehouse:
            common.check_warehouse(self.desk, warehouse, self.warehouses)
        return warehouse


def parcels(rows: Sequence[InputRow]) -> Iterator[Sequence[InputRow]]:
    """Yield the rows of each parcel, in the order of their first rows."""
    by_parcel: dict[tuple[str, ...], list[InputRow]] = {}
    for row in rows:
        key = (row.get("number"), "".join(row.get("tracking").split()))
        is_line = bool(row.get("sku") and all(key))
        by_parcel.setdefault(key if is_line else (str(row.number),), []).append(row)
    return iter(by_parcel.values())


def _check_values(row: InputRow) -> None:
    missing = [name for name in NEEDED if not row.get(name)]
    if missing and row.number:
        raise UsageError(f"has no {' and no '.join(missing)}")
    if missing:
        raise UsageError(f"add {', '.join(f'--{name}' for name in missing)}")


def _further(first: str, more: Sequence[str]) -> tuple[str, ...]:
    numbers = [input_rows.tracking_number(number) for number in more]
    if not all(numbers) or len({first, *numbers}) <= len(numbers):
        raise UsageError("each --tracking needs a different number")
    return tuple(numbers)


def _shipped_at(text: str, now: datetime) -> datetime:
    now = now.astimezone()
    at = input_rows.parse_time(text) if text else now
    if at.year < _FIRST_YEAR:
        raise UsageError(f"{text!r} is before {_FIRST_YEAR}; use the time when it was shipped")
    if at > now + _TOLERANCE:
        raise UsageError(
            f"{text!r} is more than a day in the future; use the time when it was shipped"
        )
    return at
