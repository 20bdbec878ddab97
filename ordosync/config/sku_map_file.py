"""The file of a SKU map as a whole: valid rows in the order of the Merchant's SKU, or its problems.

The rows are kept in a private temporary database, so that a large file needs little memory.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path

from ordosync.config.csv_tables import TableProblems, table_text
from ordosync.config.sku_map_rows import MapRow, map_rows
from ordosync.store.sku_map import MappedSku
from ordosync.temporary_database import temporary_database
from ordosync.text import plural, printable

_PAGE = 500
_SCHEMA = """
create table map (merchant_sku text primary key, supplier_sku text, pack integer, row integer)
without rowid
"""


class SkuMapFile:
    """The rows of a map file."""

    def __init__(self, path: Path, *, read: bool = True) -> None:
        """Read the whole file, otherwise it has no row. Raise `TableProblemsError`."""
        self._path = path
        self._db = temporary_database()
        self._db.execute("pragma cache_size = -1000")
        self._db.execute(_SCHEMA)
        self._problems = TableProblems(path)
        self._repeated = ""
        """The first row that says the same as an earlier row."""
        self._repeated_count = 0
        self.is_empty = True
        try:
            if read:
                self._read()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Delete the rows."""
        self._db.close()

    def rows(self) -> Iterator[MappedSku]:
        """Yield the rows, by the Merchant's SKU, each SKU once."""
        rows = self._db.execute(
            "select merchant_sku, supplier_sku, pack from map order by merchant_sku"
        )
        return (MappedSku(*row) for row in rows)

    def of(self, merchant_sku: str) -> MappedSku | None:
        """Return the row of one of the Merchant's SKUs; None if there is none."""
        row = self._db.execute(
            "select merchant_sku, supplier_sku, pack from map where merchant_sku = ?",
            (merchant_sku,),
        ).fetchone()
        return MappedSku(*row) if row else None

    def warnings(self) -> Iterator[str]:
        """Yield remarks on the file: no row, or rows that say the same as an earlier row."""
        if self.is_empty:
            yield f"{self._path}: has no row, so no SKU is mapped"
        if self._repeated_count:
            more = self._repeated_count - 1
            others = plural(more, "; so does 1 more row", f"; so do {more} more rows")
            yield f"{self._path}: {self._repeated}{others if more else ''}"

    def _read(self) -> None:
        if_large = "leave out the SKUs that this portal does not sell"
        with table_text(self._path, if_large=if_large) as text:
            self._add(map_rows(text))
        self._problems.refuse()

    def _add(self, rows: Iterator[MapRow]) -> None:
        self._db.execute("begin")
        while page := list(islice(rows, _PAGE)):
            self.is_empty = False
            conflicts = self._insert([row for row in page if not row.problem])
            for row in page:
                if problem := row.problem or conflicts.get(row.number):
                    self._problems.note(row.number, row.merchant_sku, problem)
        self._db.execute("commit")

    def _insert(self, rows: Sequence[MapRow]) -> Mapping[int, str]:
        """Insert rows; return why some contradict earlier ones, by their numbers."""
        done = self._db.executemany(
            "insert or ignore into map values (?, ?, ?, ?)",
            [(row.merchant_sku, row.supplier_sku, row.pack, row.number) for row in rows],
        )
        conflicts: dict[int, str] = {}
        if done.rowcount == len(rows):
            return conflicts
        for row in rows:
            first = self._first(row.merchant_sku)
            if first.number == row.number:
                continue
            if why := conflict(first, row):
                conflicts[row.number] = why
            else:
                self._repeated_count += 1
                self._repeated = self._repeated or f"row {row.number} repeats row {first.number}"
        return conflicts

    def _first(self, merchant_sku: str) -> MapRow:
        rows = self._db.execute("select * from map where merchant_sku = ?", (merchant_sku,))
        return MapRow(*rows.fetchone())


def conflict(first: MapRow, row: MapRow) -> str:
    """Return why a row contradicts an earlier row of the same SKU; empty if both are equal."""
    if first.supplier_sku != row.supplier_sku:
        return (
            f"is also in row {first.number}, with supplier_sku"
            f" {printable(first.supplier_sku)}; kits are not supported: keep only one row"
        )
    if first.pack != row.pack:
        return f"is also in row {first.number}, with units {first.pack}; keep only one row"
    return ""
