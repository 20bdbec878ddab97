"""Stock rules of single SKUs, from a CSV file that a user or another system writes.

The rows are kept in a private temporary database, so that a large file needs little memory.
"""

import io
import json
import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path

from ordosync.config.converters import shortened
from ordosync.config.sku_rule_rows import InvalidRulesError, SkuRow, sku_rows
from ordosync.errors import ConfigError
from ordosync.regular_files import open_regular
from ordosync.temporary_database import temporary_database
from ordosync.text import plural, printable

LARGEST_FILE = 16 * 1024 * 1024
MOST_PROBLEMS = 10
_PAGE = 500
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
"""The first bytes of .xlsx and .ods files, and of .xls files."""
_SCHEMA = "create table rules (sku text primary key, row integer, words text) without rowid"
_RULES = "select sku, row, words from rules where sku in (select value from json_each(?))"


SkuRule = tuple[str, int, str]
"""A row that is about a SKU: the SKU as it is in the file, perhaps with `*` at the end; the line;
and the words, as in `SkuRow`."""


class RulesProblemsError(Exception):
    """The file cannot be used, with its first problems: file, row and what to do."""

    def __init__(self, problems: Iterable[str], count: int) -> None:
        self.problems = [printable(problem) for problem in problems]
        self.count = count
        """The number of all its problems."""
        super().__init__(self.problems[0])


class SkuRules:
    """The rows of a file."""

    def __init__(self, path: Path) -> None:
        """Read the whole file. Raise `RulesProblemsError`."""
        self._path = path
        self._db = temporary_database()
        self._db.execute("pragma cache_size = -1000")
        self._db.execute(_SCHEMA)
        self._lengths: set[int] = set()
        self._count = 0
        self._used = bytearray()
        """By row: 1 if it is about a product that was asked for."""
        self._problems: list[str] = []
        self._problem_count = 0
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
        try:
            with (
                open_regular(self._path) as file,
                io.TextIOWrapper(file, encoding="utf-8-sig", newline="") as text,
            ):
                before = os.fstat(file.fileno())
                self._refuse_kind(before.st_size, file.peek(4)[:4])
                self._add(sku_rows(text))
                after = self._path.stat()
        except OSError as error:
            raise self._whole(f"{error.strerror}; correct the path or the file") from error
        except UnicodeError as error:
            raise self._whole("is not UTF-8 text; save it as CSV UTF-8") from error
        except InvalidRulesError as error:
            raise self._whole(str(error)) from error
        if _state(before) != _state(after):
            raise self._whole("was changed while it was read; replace it as a whole, by a rename")
        if self._problem_count:
            raise RulesProblemsError(self._problems, self._problem_count)

    def _refuse_kind(self, size: int, first: bytes) -> None:
        if size > LARGEST_FILE:
            limit = LARGEST_FILE // 2**20
            raise InvalidRulesError(f"is larger than {limit} MB; use patterns, such as NW-*")
        if first.startswith(_WORKBOOKS):
            raise InvalidRulesError("is a workbook of a spreadsheet; save its sheet as CSV UTF-8")

    def _add(self, rows: Iterator[SkuRow]) -> None:
        last = 0
        self._db.execute("begin")
        while page := list(islice(rows, _PAGE)):
            self._count += len(page)
            last = page[-1][1]
            for row in page:
                if row[3]:
                    self._note(row)
            self._insert([row[:3] for row in page if not row[3]])
        self._db.execute("commit")
        self._used = bytearray(last + 1)
        if not self._count:
            raise InvalidRulesError(
                "has no row below its header; add one, or remove `skus:` if no SKU has a rule"
            )

    def _insert(self, rows: Sequence[SkuRule]) -> None:
        self._lengths |= {len(sku) - 1 for sku, *_ in rows if sku[-1] == "*"}
        done = self._db.executemany("insert or ignore into rules values (?, ?, ?)", rows)
        if done.rowcount == len(rows):
            return
        first = self._rules([sku for sku, *_ in rows])
        for sku, number, words in rows:
            if first[sku][1] != number:
                problem = f"is also in row {first[sku][1]}; remove one of them"
                self._note((sku, number, words, problem))

    def _note(self, row: SkuRow) -> None:
        sku, number, _, problem = row
        self._problem_count += 1
        if len(self._problems) < MOST_PROBLEMS:
            named = f" ({shortened(sku)})" if sku else ""
            self._problems.append(f"{self._path}: row {number}{named}: {problem}")

    def _whole(self, problem: str) -> RulesProblemsError:
        return RulesProblemsError([f"{self._path}: {problem}"], 1)


def _state(file: os.stat_result) -> tuple[int, ...]:
    return file.st_ino, file.st_size, file.st_mtime_ns


def check_rules(files: Mapping[str, Path]) -> None:
    """Raise `ConfigError` with the problems of these files, by the option that names each."""
    problems: list[str] = []
    for option, path in files.items():
        try:
            SkuRules(path).close()
        except RulesProblemsError as error:
            problems += [f"{option}: {problem}" for problem in error.problems]
            if more := error.count - len(error.problems):
                problems.append(f"{option}: {path}: {plural(more, '1 more', f'{more} more')}")
    if problems:
        raise ConfigError(problems)
