"""Stock rules of single SKUs, from a CSV file that a user or another system writes.

The rows are kept in a private temporary database, so that a large file needs little memory.
"""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path

from ordosync.config.converters import shortened
from ordosync.config.csv_tables import (
    InvalidTableError,
    TableProblems,
    table_text,
)
from ordosync.config.sku_rule_rows import SkuRow, sku_rows
from ordosync.temporary_database import temporary_database
from ordosync.text import printable

_PAGE = 500
_SCHEMA = "create table rules (sku text primary key, row integer, words text) without rowid"
_RULES = "select sku, row, words from rules where sku in (select value from json_each(?))"


SkuRule = tuple[str, int, str]
"""A row that is about a SKU: the SKU as it is in the file, perhaps with `*` at the end; the line;
and the words, as in `SkuRow`."""


class SkuRules:
    """The rows of a file."""

    def __init__(self, path: Path) -> None:
        """Read the whole file. Raise `csv_tables.TableProblemsError`."""
        self._path = path
        self._db = temporary_database()
        self._db.execute("pragma cache_size = -2000")
        self._db.execute(_SCHEMA)
        self._lengths: set[int] = set()
        self._count = 0
        self._used = bytearray()
        """By row: 1 if it is about a product that was asked for."""
        self._problems = TableProblems(path)
        try:
            self._read()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Delete the rows."""
        self._db.close()

    def of(self, skus: Collection[str]) -> Mapping[str, list[SkuRule]]:
        """Return the rows about each SKU, the most special first.

        A SKU without a row is omitted.
        """
        if not self._lengths:
            rules = self._rules(skus)
            self._use(rules.values())
            return {sku: [rule] for sku, rule in rules.items()}
        names = {sku: [sku, *self._patterns(sku)] for sku in skus}
        rules = self._rules({name for each in names.values() for name in each})
        self._use(rules.values())
        return {
            sku: [rules[name] for name in each if name in rules]
            for sku, each in names.items()
            if not rules.keys().isdisjoint(each)
        }

    def _rules(self, names: Iterable[str]) -> Mapping[str, SkuRule]:
        rows = self._db.execute(_RULES, (json.dumps(list(names)),))
        return {row[0]: row for row in rows}

    def unused(self) -> tuple[int, str]:
        """Return the number of rows about no product so far, and the first of them as text."""
        count = self._count - sum(self._used)
        if not count:
            return 0, ""
        unused = (
            (row, sku)
            for sku, row in self._db.execute("select sku, row from rules")
            if not self._used[row]
        )
        row, sku = min(unused)
        return count, f"row {row} ({printable(shortened(sku))})"

    def _use(self, rules: Iterable[SkuRule]) -> None:
        for _, row, _ in rules:
            self._used[row] = 1

    def _patterns(self, sku: str) -> Iterator[str]:
        """Yield the patterns that may fit a SKU, longest first."""
        for length in sorted(self._lengths, reverse=True):
            if length <= len(sku) and sku[:length] + "*" != sku:
                yield f"{sku[:length]}*"

    def _read(self) -> None:
        with table_text(self._path, if_large="use patterns, such as NW-*") as text:
            self._add(sku_rows(text))
        self._problems.refuse()

    def _add(self, rows: Iterator[SkuRow]) -> None:
        last = 0
        self._db.execute("begin")
        while page := list(islice(rows, _PAGE)):
            self._count += len(page)
            last = page[-1][1]
            for row in page:
                if row[3]:
                    self._problems.note(row[1], row[0], row[3])
            self._insert([row[:3] for row in page if not row[3]])
        self._db.execute("commit")
        self._used = bytearray(last + 1)
        if not self._count:
            raise InvalidTableError(
                "has no row below its header; add one, or remove `skus:` if no SKU has a rule"
            )

    def _insert(self, rows: Sequence[SkuRule]) -> None:
        self._lengths |= {len(sku) - 1 for sku, *_ in rows if sku[-1] == "*"}
        done = self._db.executemany("insert or ignore into rules values (?, ?, ?)", rows)
        if done.rowcount == len(rows):
            return
        first = self._rules([sku for sku, *_ in rows])
        for sku, number, _ in rows:
            if first[sku][1] != number:
                problem = f"is also in row {first[sku][1]}; remove one of them"
                self._problems.note(number, sku, problem)
