"""Units that were sent to a Supplier since its stock of the product was last 0 or more."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from ordosync.clock import to_text

if TYPE_CHECKING:
    from ordosync.sql import Connection


class SentSku(NamedTuple):
    """The Supplier's SKU of sent units, and the Merchant's SKU that was sold."""

    supplier: str
    merchant: str


class SentUnits:
    """The table `sent_units`, for one Supplier account. Call its changes in a transaction.

    Portals change its rows in one order, so that none waits for one that waits for it.
    """

    def __init__(self, connection: "Connection", account: str) -> None:
        self._db = connection
        self._account = account

    def all(self) -> Mapping[str, int]:
        """Return the units by normalized SKU."""
        rows = self._db.execute(
            "select key, units from sent_units where account = ?", (self._account,)
        )
        return {row["key"]: row["units"] for row in rows}

    def add(self, units: Mapping[str, int], *, now: datetime) -> None:
        """Add units by normalized SKU."""
        self._db.executemany(
            "insert into sent_units (account, key, units, at) values (?, ?, ?, ?)"
            " on conflict (account, key) do update"
            " set units = sent_units.units + excluded.units, at = excluded.at",
            [(self._account, key, count, to_text(now)) for key, count in sorted(units.items())],
        )

    def remove(self, keys: Collection[str], *, before: datetime) -> None:
        """Forget the units of these products, unless more were sent at `before` or later."""
        self._db.executemany(
            "delete from sent_units where account = ? and key = ? and at < ?",
            [(self._account, key, to_text(before)) for key in sorted(keys)],
        )
