"""The tables `sku_map` and `sku_map_files`: the rows of a portal's SKU map, as last read.

The file is the source. The tables let a run look up a few SKUs of a large map quickly.
"""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from ordosync.sql import Connection

_PAGE = 500


class MappedSku(Struct, frozen=True, gc=False):
    """A row of a map. SKUs are compared exactly: case, spaces and leading zeros count."""

    merchant_sku: str
    supplier_sku: str
    pack: int
    """Units of the Supplier in one unit of the Merchant."""


Difference = tuple[MappedSku | None, MappedSku | None]
"""The old and the new row of one of the Merchant's SKUs; None if there is none."""


class SkuMap:
    """The map of one portal. Call `replace` in a transaction."""

    def __init__(self, connection: "Connection", portal: str) -> None:
        self._db = connection
        self._portal = portal

    @property
    def digest(self) -> str:
        """The digest of the file that the rows are from; empty if none was read."""
        row = self._db.execute(
            "select digest from sku_map_files where portal = ?", (self._portal,)
        ).fetchone()
        return str(row[0]) if row else ""

    @property
    def is_empty(self) -> bool:
        """True if the map has no row."""
        rows = self._db.execute("select 1 from sku_map where portal = ? limit 1", (self._portal,))
        return rows.fetchone() is None

    def of_merchant(self, skus: Collection[str]) -> Mapping[str, MappedSku]:
        """Return the row of each of the Merchant's SKUs that is in the map."""
        return {row.merchant_sku: row for row in self._rows("merchant_sku", skus)}

    def of_supplier(self, skus: Collection[str]) -> Mapping[str, Sequence[MappedSku]]:
        """Return the rows of each of the Supplier's SKUs in the map, by the Merchant's SKU.

        There are several if the Merchant sells one product in several packs.
        """
        found: dict[str, list[MappedSku]] = {}
        for row in self._rows("supplier_sku", skus):
            found.setdefault(row.supplier_sku, []).append(row)
        return found

    def all(self) -> Iterator[MappedSku]:
        """Yield all rows, by the Merchant's SKU."""
        last = ""
        while rows := self._db.execute(
            "select merchant_sku, supplier_sku, pack from sku_map"
            " where portal = ? and merchant_sku > ? order by merchant_sku limit ?",
            (self._portal, last, _PAGE),
        ).fetchall():
            yield from (MappedSku(*row) for row in rows)
            last = rows[-1][0]

    def replace(self, rows: Iterable[MappedSku], digest: str) -> None:
        """Replace all rows by those of the file with this digest; each Merchant's SKU is once.

        `rows` must be in the order of `all`. Only rows that differ are written.
        """
        # `all` reads pages by the SKU, so rows before the current one may be written meanwhile.
        changes = differences(self.all(), rows)
        while page := list(islice(changes, _PAGE)):
            self._delete([old.merchant_sku for old, new in page if old and not new])
            self._insert([new for _, new in page if new])
        self._db.execute(
            "insert into sku_map_files (portal, digest) values (?, ?)"
            " on conflict (portal) do update set digest = excluded.digest",
            (self._portal, digest),
        )

    def _delete(self, merchant_skus: Sequence[str]) -> None:
        self._db.executemany(
            "delete from sku_map where portal = ? and merchant_sku = ?",
            [(self._portal, sku) for sku in merchant_skus],
        )

    def _insert(self, rows: Sequence[MappedSku]) -> None:
        self._db.executemany(
            "insert into sku_map (portal, merchant_sku, supplier_sku, pack)"
            " values (?, ?, ?, ?) on conflict (portal, merchant_sku) do update"
            " set supplier_sku = excluded.supplier_sku, pack = excluded.pack",
            [(self._portal, row.merchant_sku, row.supplier_sku, row.pack) for row in rows],
        )

    def _rows(self, column: str, skus: Collection[str]) -> Iterator[MappedSku]:
        rows = self._db.execute(
            f"select merchant_sku, supplier_sku, pack from sku_map where portal = ? and {column}"  # noqa: S608
            " in (select value from json_each(?)) order by merchant_sku",
            (self._portal, json.dumps(list(skus))),
        )
        return (MappedSku(*row) for row in rows)


def differences(before: Iterator[MappedSku], after: Iterable[MappedSku]) -> Iterator[Difference]:
    """Yield the old and the new row of each SKU for which they differ.

    Both must be in the order of the Merchant's SKU, each once.
    """
    rows = iter(after)
    old, new = next(before, None), next(rows, None)
    while old or new:
        if new is None or (old and old.merchant_sku < new.merchant_sku):
            yield old, None
            old = next(before, None)
        elif old is None or new.merchant_sku < old.merchant_sku:
            yield None, new
            new = next(rows, None)
        else:
            if old != new:
                yield old, new
            old, new = next(before, None), next(rows, None)
