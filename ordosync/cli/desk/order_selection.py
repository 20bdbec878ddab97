"""Options that select orders, for every command that works on a selection of them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, ClassVar

import typer

from ordosync.cli import completion, periods
from ordosync.embedded.desk import Desk
from ordosync.embedded.order_filter import OrderFilter
from ordosync.engine.order_owners import Owners
from ordosync.errors import UsageError

STATUSES = (
    "awaiting_fulfillment",
    "dropshipment_requested",
    "partially_shipped",
    "shipped",
    "cancelled",
)


def _statuses(incomplete: str) -> list[str]:
    return [status for status in STATUSES if status.startswith(incomplete)]


def _status(typed: str) -> str:
    """Return a status, which may be typed in any case and with spaces. Raises `UsageError`."""
    status = re.sub("[ _-]+", "_", typed.strip().lower())
    if status not in STATUSES:
        raise UsageError(f"there is no status {typed!r}; known: {', '.join(STATUSES)}")
    return status


Status = Annotated[
    list[str] | None,
    typer.Option("--status", help="Filter by status; repeatable.", autocompletion=_statuses),
]
Since = Annotated[
    str | None,
    typer.Option("--since", metavar=periods.SINCE, help="Placed on this day or later."),
]
Until = Annotated[
    str | None,
    typer.Option("--until", metavar=periods.SINCE, help="Placed on this day or earlier."),
]
ShippedSince = Annotated[
    str | None,
    typer.Option(
        "--shipped-since", metavar=periods.SINCE, help="With a parcel of this day or later."
    ),
]
ShippedUntil = Annotated[
    str | None,
    typer.Option(
        "--shipped-until", metavar=periods.SINCE, help="With a parcel of this day or earlier."
    ),
]
Portal = Annotated[
    str | None,
    typer.Option("--portal", help="Filter by portal.", autocompletion=completion.portal),
]
Sku = Annotated[
    list[str] | None,
    typer.Option("--sku", help="With this SKU; repeatable.", autocompletion=completion.sku),
]
Customer = Annotated[
    str, typer.Option("--customer", help="Part of the name, company, email address or phone.")
]
Tracking = Annotated[str, typer.Option("--tracking", help="With this tracking number.")]
Warehouse = Annotated[
    str, typer.Option("--warehouse", help="Filter by the warehouse that sends the order.")
]
Late = Annotated[
    str | None, typer.Option("--late", metavar="AGE", help="Open for longer than 2d, 36h or 1w.")
]


@dataclass(frozen=True, kw_only=True)
class OrderSelection:
    """The values of these options, as they were typed. See `OptionGroup`."""

    options: ClassVar[Mapping[str, tuple[object, object]]] = {
        "statuses": (Status, None),
        "since": (Since, None),
        "until": (Until, None),
        "shipped_since": (ShippedSince, None),
        "shipped_until": (ShippedUntil, None),
        "portal": (Portal, None),
        "skus": (Sku, None),
        "customer": (Customer, ""),
        "tracking": (Tracking, ""),
        "warehouse": (Warehouse, ""),
        "late": (Late, None),
    }
    statuses: Sequence[str] = ()
    since: str | None = None
    until: str | None = None
    shipped_since: str | None = None
    shipped_until: str | None = None
    portal: str | None = None
    skus: Sequence[str] = ()
    customer: str = ""
    tracking: str = ""
    warehouse: str = ""
    late: str | None = None

    @classmethod
    def of(cls, typed: Mapping[str, Any]) -> "OrderSelection":
        """Return the value of the options that were typed."""
        return cls(**{**typed, "statuses": typed["statuses"] or (), "skus": typed["skus"] or ()})

    def check_found(self, found: object, desks: Sequence[Desk]) -> None:
        """Raise `UsageError` if nothing was found since these accounts have no such warehouse."""
        wanted = self.warehouse.strip()
        if found or not wanted:
            return
        known = {name: None for desk in desks if desk.exists for name in desk.warehouses()}
        if wanted.casefold() not in map(str.casefold, known):
            raise UsageError(f"there is no warehouse {wanted!r}; known: {', '.join(known)}")

    def to_filter(
        self, owners: Owners, now: datetime, *, numbers: Sequence[str] = ()
    ) -> OrderFilter:
        """Return the filter of an account's orders, or of these ones. Raises `UsageError`."""
        origins, suppliers = owners.selected(self.portal) if self.portal else ((), ())
        return OrderFilter(
            statuses=tuple(map(_status, self.statuses)),
            since=periods.first_day(self.since, now) if self.since is not None else None,
            until=periods.end_of_day(self.until, now) if self.until is not None else None,
            shipped_since=_first_day(self.shipped_since, now),
            shipped_until=_end_of_day(self.shipped_until, now),
            open_since=periods.before(self.late, now, "--late") if self.late is not None else None,
            origins=origins,
            suppliers=suppliers,
            skus=tuple(sku.strip() for sku in self.skus),
            customer=self.customer.strip(),
            tracking=self.tracking.strip(),
            warehouse=self.warehouse.strip(),
            numbers=tuple(numbers),
        )


def _first_day(day: str | None, now: datetime) -> datetime | None:
    return None if day is None else periods.first_day(day, now, "--shipped-since")


def _end_of_day(day: str | None, now: datetime) -> datetime | None:
    return None if day is None else periods.end_of_day(day, now, "--shipped-until")
