"""Stops: products that a Merchant does not sell for a while, although the Supplier has some."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from msgspec import Struct

from ordosync.clock import from_nullable, from_text, to_nullable, to_text

if TYPE_CHECKING:
    from ordosync.sql import Connection

OPERATOR = "operator"
"""The reason of a stop that a user set."""
_LASTING = (OPERATOR, "discontinued")
"""Reasons that only a user ends."""


class Stop(Struct, frozen=True, kw_only=True):
    """A product that is shown as 0 in one portal."""

    key: str
    """The Supplier's SKU, normalized."""
    sku: str
    """The SKU as it was given."""
    reason: str
    """`operator`, or the reason of the Supplier's answer."""
    since: datetime
    note: str = ""
    """The text of the user, or the order of the answer."""
    until: datetime | None = None
    """When it ends; None if it does not end by itself."""
    quantity: int | None = None
    """The Supplier's quantity as it was read first after the stop; None: not read yet."""

    @property
    def is_lasting(self) -> bool:
        """True if only a user ends it, or its time."""
        return self.reason in _LASTING


class StockStops:
    """The table `stock_stops`, for one portal. Call methods that change it in a transaction."""

    def __init__(self, connection: "Connection", portal: str) -> None:
        self._db = connection
        self._portal = portal

    def all(self) -> Mapping[str, Stop]:
        """Return all stops by their keys, ordered by SKU."""
        rows = self._db.execute(
            "select * from stock_stops where portal = ? order by sku", (self._portal,)
        )
        return {
            row["key"]: Stop(
                key=row["key"],
                sku=row["sku"],
                reason=row["reason"],
                note=row["note"],
                since=from_text(row["since"]),
                until=from_nullable(row["until"]),
                quantity=row["quantity"],
            )
            for row in rows
        }

    def add(self, stops: Iterable[Stop]) -> None:
        """Add stops. A stop of the same product is replaced, but not one that only a user ends."""
        existing = self.all()
        for stop in stops:
            known = existing.get(stop.key)
            if known and known.is_lasting and not stop.is_lasting:
                continue
            self._db.execute(
                "insert into stock_stops"
                " (portal, key, sku, reason, note, since, until, quantity)"
                " values (?, ?, ?, ?, ?, ?, ?, ?) on conflict (portal, key) do update set"
                " sku = excluded.sku, reason = excluded.reason, note = excluded.note,"
                " since = excluded.since, until = excluded.until, quantity = excluded.quantity",
                (
                    *(self._portal, stop.key, stop.sku, stop.reason, stop.note),
                    *(to_text(stop.since), to_nullable(stop.until), stop.quantity),
                ),
            )

    def note_quantities(self, quantities: Mapping[str, int]) -> None:
        """Record the Supplier's quantities of stopped products, unless they are known."""
        self._db.executemany(
            "update stock_stops set quantity = ? where portal = ? and key = ? and quantity is null",
            [(quantity, self._portal, key) for key, quantity in quantities.items()],
        )

    def remove(self, keys: Collection[str], *, before: datetime | None = None) -> None:
        """End the stops of these products; with `before`, only those that were set until then."""
        end = to_text(before) if before else "9"
        self._db.executemany(
            "delete from stock_stops where portal = ? and key = ? and since <= ?",
            [(self._portal, key, end) for key in keys],
        )
