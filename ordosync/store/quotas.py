"""Quotas: the units of a Supplier's product that each portal may sell. None is given away twice.

The row of a portal's product exists once the portal knows what its Merchant shows. A missing row of
a linked product means that the Merchant may show any quantity.
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from msgspec import Struct

from ordosync.clock import to_text

if TYPE_CHECKING:
    from ordosync.sql import Connection


class Quota(Struct, frozen=True, kw_only=True):
    """The units of a Supplier's product that one product of a portal's Merchant may sell."""

    key: str
    """The Supplier's SKU, as `models.normalized_sku` returns it."""
    merchant_id: str
    """The product of the Merchant."""
    sku: str
    """The SKU of the Merchant."""
    units: int
    """Units of the Supplier: what the Merchant shows, and what it has sold and not sent."""
    rule: str = ""
    """The stock rule of the product as JSON; empty: all units are shown."""
    pack: int = 1
    portal: str = ""
    """Its name in the store."""


class Quotas:
    """The tables `quotas` and `pool_imports`, for one Supplier account.

    Call methods that change them in a transaction.
    """

    def __init__(self, connection: "Connection", account: str) -> None:
        self._db = connection
        self._account = account

    def of(self, keys: Collection[str]) -> Mapping[str, Sequence[Quota]]:
        """Return the quotas of all portals in these products; a product without one is omitted."""
        rows = self._db.execute(
            "select * from quotas where account = ? and key in (select value from json_each(?))"
            " order by key, portal, merchant_id",
            (self._account, json.dumps(list(keys))),
        )
        found: dict[str, list[Quota]] = {}
        for row in rows:
            values = {name: row[name] for name in Quota.__struct_fields__}
            found.setdefault(row["key"], []).append(Quota(**values))
        return found

    def add(self, portal: str, quotas: Iterable[Quota]) -> None:
        """Add rows of a portal, and set rule and pack of those that exist; their units stay."""
        self._db.executemany(
            "insert into quotas (account, key, portal, merchant_id, sku, units, rule, pack)"
            " values (?, ?, ?, ?, ?, ?, ?, ?)"
            " on conflict (account, key, portal, merchant_id) do update"
            " set sku = excluded.sku, rule = excluded.rule, pack = excluded.pack",
            [
                (
                    *(self._account, quota.key, portal, quota.merchant_id),
                    *(quota.sku, quota.units, quota.rule, quota.pack),
                )
                for quota in quotas
            ],
        )

    def change(self, portal: str, units: Mapping[tuple[str, str], int]) -> None:
        """Add units to quotas of a portal, by product key and the Merchant's id; never below 0."""
        self._db.executemany(
            "update quotas set units = case when units + ? > 0 then units + ? else 0 end"
            " where account = ? and key = ? and portal = ? and merchant_id = ?",
            [
                (count, count, self._account, key, portal, merchant_id)
                for (key, merchant_id), count in units.items()
            ],
        )

    def keep_only(self, portal: str, merchant_id: str, key: str) -> None:
        """Give up the quotas of a Merchant's product, but for the one in this product."""
        self._db.execute(
            "delete from quotas where account = ? and portal = ? and merchant_id = ? and key <> ?",
            (self._account, portal, merchant_id, key),
        )

    def imported(self, portal: str, units: Mapping[tuple[str, str], int], *, now: datetime) -> None:
        """Note units that arrived at the Supplier, by its product key and the Merchant's SKU."""
        of_products = self.of({key for key, _ in units})
        for (key, sku), count in units.items():
            self._db.execute(
                "insert into pool_imports (account, key, units, at) values (?, ?, ?, ?)",
                (self._account, key, count, to_text(now)),
            )
            own = [quota for quota in of_products.get(key, ()) if quota.portal == portal]
            named = [quota for quota in own if quota.sku == sku] or (own if len(own) == 1 else [])
            if named:
                self.change(portal, {(key, named[0].merchant_id): -count})

    def last_import(self) -> int:
        """Return the number of the last import; 0 if there is none."""
        row = self._db.execute("select max(id) from pool_imports").fetchone()
        return row[0] or 0

    def imported_since(self, number: int, keys: Collection[str]) -> Mapping[str, int]:
        """Return the units of these products that arrived after the import with this number."""
        rows = self._db.execute(
            "select key, sum(units) as units from pool_imports where account = ? and id > ?"
            " and key in (select value from json_each(?)) group by key",
            (self._account, number, json.dumps(list(keys))),
        )
        return {row["key"]: row["units"] for row in rows}

    def portals(self) -> Mapping[str, int]:
        """Return the units of each portal that has any."""
        rows = self._db.execute(
            "select portal, sum(units) as units from quotas where account = ? group by portal"
            " having sum(units) > 0 order by portal",
            (self._account,),
        )
        return {row["portal"]: row["units"] for row in rows}

    def release(self, portal: str) -> int:
        """Give up all quotas of a portal, and return their units."""
        units = self.portals().get(portal, 0)
        self._db.execute(
            "delete from quotas where account = ? and portal = ?", (self._account, portal)
        )
        return units

    def prune(self, *, before: datetime) -> None:
        """Delete imports that are older than any reading of a run can be."""
        self._db.execute(
            "delete from pool_imports where account = ? and at < ?",
            (self._account, to_text(before)),
        )
