"""Rows of one read by their key, in a private temporary database, so that memory stays flat."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import groupby
from pathlib import Path
from typing import Any, Generic, TypeVar

from ordosync.accounts.files.formats.converters import digest, key_problem
from ordosync.accounts.files.formats.rows import FileRows, Row
from ordosync.accounts.files.formats.text_file import read_rows
from ordosync.accounts.files.record_types import RecordType, keyed_rows
from ordosync.accounts.files.rejections import id_of_row
from ordosync.accounts.files.rules import skip_reason
from ordosync.database import sqlite3
from ordosync.models import InvalidRecord

T = TypeVar("T")

_PAGE = 500
_ENOUGH = 2
"""With two keys in a file, there is another key beside any single key."""
_SCHEMA = (
    "create table files (id integer primary key, name text, copy text, is_beside integer)",
    "create table rows (file integer, key text, above text, row integer, cells text, problem text)",
    "create index rows_key on rows (key)",
    "create index rows_above on rows (above) where above <> ''",
)


class RowIndex(Generic[T]):
    """Gathers the rows of one key, wherever in the files they are."""

    def __init__(self, record_type: RecordType[T], *, whole_rows: bool = False) -> None:
        self._record_type = record_type
        self._options = record_type.options
        self._columns = None if whole_rows else frozenset(self._options.columns_read)
        self._db: sqlite3.Connection = sqlite3.connect("", isolation_level=None)
        self._db.execute("pragma synchronous = off")
        for statement in _SCHEMA:
            self._db.execute(statement)
        self._files: dict[int, tuple[str, str, frozenset[str]]] = {}
        """Name and age of each file, and some keys that start in it."""

    def add(
        self,
        name: str,
        path: Path,
        *,
        as_of: str,
        only: AbstractSet[str] | None = None,
        is_beside: bool = False,
    ) -> None:
        """Add the rows of a file, or none of them. Raises `InvalidFileError` and `OSError`.

        `only` adds only these keys, and ids of rows without a key. If a file and copies of it are
        added, the first counts. A file that `is_beside` is only compared with others: its rows
        without a key are no news.
        """
        self._db.execute("begin")
        begun: set[str] = set()
        try:
            file = self._db.execute(
                "insert into files (name, copy, is_beside) values (?, ?, ?)",
                (name, str(path), is_beside),
            ).lastrowid
            self._db.executemany(
                "insert into rows values (?, ?, ?, ?, ?, ?)",
                (
                    (file, key, above, row.number, self._cells(row), row.problem)
                    for key, above, row in self._keyed_rows(path, begun)
                    if only is None or key in only or above in only or id_of_row(name, row) in only
                ),
            )
        except BaseException:
            self._db.execute("rollback")
            raise
        self._db.execute("commit")
        self._files[file or 0] = name, as_of, frozenset(begun)

    def pages(self) -> Iterator[dict[str, T | InvalidRecord]]:
        """Yield the records by key, in the order in which the keys first appear."""
        keys = self._db.execute(
            "select key from rows where key <> '' group by key order by min(rowid)"
        )
        while page := [key for (key,) in keys.fetchmany(_PAGE)]:
            yield dict(self._items(page))
        yield from self._keyless()

    def some(self, keys: Iterable[str]) -> dict[str, T | InvalidRecord]:
        """Return the records with these keys that are there."""
        return dict(self._items(sorted(set(keys))))

    def keys(self) -> frozenset[str]:
        """Return all keys, and the ids of rows without a key."""
        keys = self._db.execute("select distinct key from rows where key <> ''")
        rows = self._db.execute(
            "select files.name, row from rows join files on files.id = rows.file where key = ''"
        )
        return frozenset(
            {*(key for (key,) in keys), *(id_of_row(name, _row(at, "{}", "")) for name, at in rows)}
        )

    def among(self, copy: Path, keys: AbstractSet[str]) -> frozenset[str]:
        """Return which of these keys a file that was added has."""
        rows = self._db.execute(
            "select distinct key from rows join files on files.id = rows.file"
            " where files.copy = ? and key in (select value from json_each(?))",
            (str(copy), json.dumps(sorted(keys))),
        )
        return frozenset(key for (key,) in rows)

    def rows_of(self, reasons: Mapping[str, str]) -> Iterator[tuple[str, Row, str]]:
        """Yield the rows with these keys, or ids of rows without a key, file by file.

        Each row comes with the name of its file and the reason.
        """
        rows = self._db.execute(
            "select key, files.name, row, cells, problem from rows"
            " join files on files.id = rows.file order by rows.rowid"
        )
        for key, name, *rest in rows:
            row = _row(*rest)
            reason = reasons.get(key or id_of_row(name, row))
            if reason is not None:
                yield name, row, reason

    def close(self) -> None:
        """Delete the database."""
        self._db.close()

    def _keyed_rows(self, path: Path, begun: set[str]) -> Iterator[tuple[str, str, Row]]:
        """Yield the rows of a file as `keyed_rows` does; collect two keys that start in it."""
        rows = read_rows(path, self._options)
        starts_record = self._record_type.starts_record
        for key, above, row in keyed_rows(rows, self._record_type):
            if key and len(begun) < _ENOUGH and key not in begun and starts_record(row):
                begun.add(key)
            yield key, above, row

    def _items(self, keys: Sequence[str]) -> Iterator[tuple[str, T | InvalidRecord]]:
        rows = self._db.execute(
            # Not `or`, which would scan all rows.
            "select of, file, row, cells, problem from (select key as of, rowid as at, * from"
            " rows where key in (select value from json_each(:keys)) union all"
            " select above, rowid, * from rows where above <> ''"
            " and above in (select value from json_each(:keys))) order by of, at",
            {"keys": json.dumps(keys)},
        )
        found = {
            key: self._by_file(key, group) for key, group in groupby(rows, key=lambda row: row[0])
        }
        for key in keys:
            if key in found:
                item = self._record_type.parse(key, found[key])
                yield key, item
                if not isinstance(item, InvalidRecord):
                    yield from self._side_problems(found[key][-1])

    def _side_problems(self, newest: FileRows) -> Iterator[tuple[str, InvalidRecord]]:
        """Yield what could not be read of a row that was used, as a problem of the row alone."""
        row = newest.rows[-1]
        if why := self._record_type.side_problem(row):
            problem = InvalidRecord(
                id=id_of_row(newest.name, row),
                code="invalid.money",
                reason=f"{newest.name} row {row.number}: {why}",
                content=digest([row], self._options),
                is_whole_file=True,
            )
            yield problem.id, problem

    def _by_file(self, key: str, rows: Iterable[Sequence[Any]]) -> list[FileRows]:
        found: dict[str, FileRows] = {}
        for file, group in groupby(rows, key=lambda row: row[1]):
            one = self._in_file(key, file, [_row(*rest) for _, _, *rest in group])
            # A second one is a copy of an earlier state of the same file.
            found.setdefault(one.name, one)
        return sorted(found.values(), key=lambda one: one.as_of)

    def _in_file(self, key: str, file: int, rows: Sequence[Row]) -> FileRows:
        name, as_of, begun = self._files[file]
        return FileRows(name=name, rows=rows, as_of=as_of, others_begin=bool(begun - {key}))

    def _keyless(self) -> Iterator[dict[str, T | InvalidRecord]]:
        rows = self._db.execute(
            "select files.name, row, cells, problem from rows join files on files.id = rows.file"
            " where key = '' and not is_beside order by rows.rowid"
        )
        while page := rows.fetchmany(_PAGE):
            items = [self._without_key(name, _row(*rest)) for name, *rest in page]
            yield {item.id: item for item in items}

    def _without_key(self, name: str, row: Row) -> InvalidRecord:
        rule = skip_reason(row, self._options)
        field = self._record_type.blank(row)
        blank = f"{name} row {row.number}: {key_problem(row, field, self._options)}"
        return InvalidRecord(
            id=id_of_row(name, row),
            code="skip-rule" if rule else f"invalid.{field}",
            reason=rule or blank,
            content=digest([row], self._options),
            is_skipped=bool(rule),
            is_whole_file=True,
        )

    def _cells(self, row: Row) -> str:
        columns = self._columns
        return json.dumps({k: v for k, v in row.cells.items() if columns is None or k in columns})


def _row(number: int, cells: str, problem: str) -> Row:
    return Row(number, json.loads(cells), problem)
