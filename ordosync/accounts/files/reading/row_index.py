"""Rows of one read by their key, in a private temporary database, so that memory stays flat."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Generic, TypeVar

from msgspec.structs import replace

from ordosync import progress
from ordosync.accounts.files.formats.file_rows import has_records, read_rows
from ordosync.accounts.files.formats.rows import NO_LINES, FileRows, Row
from ordosync.accounts.files.parsing.converters import digest, key_problem
from ordosync.accounts.files.parsing.record_types import RecordType
from ordosync.accounts.files.parsing.row_keys import is_headless, keyed_rows
from ordosync.accounts.files.parsing.rules import skip_reason
from ordosync.accounts.files.reading.page_edges import HeadlessFiles, PageEdges
from ordosync.accounts.files.reading.rejections import WHOLE_EXPORT, id_of_row, place_of_row
from ordosync.accounts.files.reading.stored_rows import cells_of, stored_row
from ordosync.models import InvalidRecord
from ordosync.temporary_database import temporary_database

T = TypeVar("T")

_PAGE = 250
_SCHEMA = (
    "create table files (id integer primary key, name text, copy text, only_compared integer)",
    "create table rows (file integer, key text, above text, row integer, cells text, problem text)",
    "create index rows_key on rows (key)",
    "create index rows_above on rows (above) where above <> ''",
)


class RowIndex(Generic[T]):
    """The rows of some files, grouped by key."""

    def __init__(
        self,
        record_type: RecordType[T],
        *,
        whole_rows: bool = False,
        files: Callable[[], Mapping[str, Path]] | None = None,
    ) -> None:
        """`files` returns all files as they are now, also those that are not added."""
        self._record_type = record_type
        self._options = record_type.options
        has_all = whole_rows or self._options.has_numbered_columns
        self._columns = None if has_all else self._options.columns_read
        self._db = temporary_database()
        for statement in _SCHEMA:
            self._db.execute(statement)
        self._files: dict[int, tuple[str, str, PageEdges]] = {}
        """Name, age and edges of each file."""
        self._headless = HeadlessFiles(record_type, files)

    def add(
        self,
        name: str,
        path: Path,
        *,
        as_of: str,
        only: AbstractSet[str] | None = None,
        only_compared: bool = False,
    ) -> None:
        """Add the rows of a file, or none of them. Raises `InvalidFileError` and `OSError`.

        `only` adds only these keys, and ids of rows without a key. If a file and copies of it are
        added, the first counts. A file that is `only_compared` has been read before: its
        rows without a key are not reported again.
        """
        with progress.phase(f"read {name}", total=path.stat().st_size, unit="bytes"):
            self._add(name, path, as_of, only, only_compared=only_compared)

    def _add(
        self,
        name: str,
        path: Path,
        as_of: str,
        only: AbstractSet[str] | None,
        *,
        only_compared: bool,
    ) -> None:
        self._db.execute("begin")
        edges = PageEdges(self._record_type)
        file = self._db.execute(
            "insert into files (name, copy, only_compared) values (?, ?, ?)",
            (name, str(path), only_compared),
        ).lastrowid
        try:
            self._db.executemany(
                "insert into rows values (?, ?, ?, ?, ?, ?)",
                (
                    (file, key, above, row.number, cells_of(row, self._columns), row.problem)
                    for key, above, row in self._keyed_rows(path, edges)
                    if only is None or key in only or above in only or id_of_row(name, row) in only
                ),
            )
        except BaseException:
            self._db.execute("delete from rows where file = ?", (file,))
            raise
        finally:
            self._db.execute("commit")
        self._files[file or 0] = name, as_of, edges
        self._headless.note(name, edges)

    def pages(self) -> Iterator[dict[str, T | InvalidRecord]]:
        """Yield the records by key, in the order in which the keys first appear."""
        keys = self._db.execute(
            # Not a sort of all keys, which would grow with the file.
            "select key from rows where key <> '' and rowid ="
            " (select min(rowid) from rows as same where same.key = rows.key) order by rowid"
        )
        [total] = self._db.execute(
            "select count(distinct key) from rows where key <> ''"
        ).fetchone()
        with progress.phase(self._record_type.name, total=total):
            while page := [key for (key,) in keys.fetchmany(_PAGE)]:
                yield dict(self._items(page))
        yield from self._keyless()

    def some(self, keys: Iterable[str]) -> dict[str, T | InvalidRecord]:
        """Return the records with these keys, without missing keys."""
        return dict(self._items(sorted(set(keys))))

    def beginning(self, prefix: str) -> list[T | InvalidRecord]:
        """Return the records whose keys begin with a text, in the order of the files."""
        keys = self._db.execute(
            "select key from rows where key >= ? and key < ? group by key order by min(rowid)",
            (prefix, f"{prefix[:-1]}{chr(ord(prefix[-1]) + 1)}"),
        ).fetchall()
        items = self.some(key for (key,) in keys)
        return [items[key] for (key,) in keys if key in items]

    def keys(self) -> frozenset[str]:
        """Return all keys, and the ids of rows without a key."""
        keys = self._db.execute("select distinct key from rows where key <> ''")
        rows = self._db.execute(
            "select files.name, row from rows join files on files.id = rows.file where key = ''"
        )
        return frozenset(
            {
                *(key for (key,) in keys),
                *(id_of_row(name, stored_row(at, b"{}", "")) for name, at in rows),
            }
        )

    def rows(self) -> Iterator[Row]:
        """Yield all rows, in the order of the files."""
        for columns in self._db.execute("select row, cells, problem from rows order by rowid"):
            yield stored_row(*columns)

    def first_rows(self, keys: Iterable[str]) -> dict[str, int]:
        """Return the number of the first row of each of these keys."""
        rows = self._db.execute(
            "select key, min(row) from rows where key in (select value from json_each(?))"
            " group by key",
            (json.dumps(sorted(keys)),),
        )
        return dict(rows)

    def is_whole(self) -> bool:
        """True if every row has a key and can be read, or is left out by a rule."""
        rows = self._db.execute(
            "select row, cells, problem from rows where key = '' or problem not in ('', ?)",
            (NO_LINES,),
        )
        return all(skip_reason(stored_row(*columns), self._options) for columns in rows)

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
        for key, name, *columns in rows:
            row = stored_row(*columns)
            reason = reasons.get(key or id_of_row(name, row))
            if reason is not None:
                yield name, row, reason

    def close(self) -> None:
        """Delete the database."""
        self._db.close()

    def _keyed_rows(self, path: Path, edges: PageEdges) -> Iterator[tuple[str, str, Row]]:
        """Yield the rows of a file as `keyed_rows` does, and note its edges."""
        rows = self._record_type.split(read_rows(path, self._options))
        is_of_records = has_records(path, self._options)
        for key, above, row in keyed_rows(rows, self._record_type, has_records=is_of_records):
            if not is_of_records:
                edges.note(key, row)
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
        rows_by_key: dict[str, dict[int, list[Row]]] = {}
        for of, file, *columns in rows:
            rows_by_key.setdefault(of, {}).setdefault(file, []).append(stored_row(*columns))
        files_by_key = {key: self._by_age(key, files) for key, files in rows_by_key.items()}
        for key in keys:
            if key in files_by_key:
                item = self._with_advice(self._record_type.parse(key, files_by_key[key]))
                yield key, item
                if not isinstance(item, InvalidRecord):
                    yield from self._side_problems(files_by_key[key][-1])

    def _with_advice(self, item: T | InvalidRecord) -> T | InvalidRecord:
        """Name the option that gives a text its meaning, if the text has none there."""
        if not isinstance(item, InvalidRecord) or item.code != "invalid.value":
            return item
        option = f"accounts.{self._record_type.account}.{self._record_type.name}.values"
        reason = f"{item.reason}; add it under `{option}` in the configuration"
        return replace(item, reason=reason)

    def _side_problems(self, newest: FileRows) -> Iterator[tuple[str, InvalidRecord]]:
        """Yield the problem of a row that was used in spite of it, as a record of the row alone."""
        row = newest.rows[-1]
        if reason := self._record_type.side_problem(row):
            problem = InvalidRecord(
                id=id_of_row(newest.name, row),
                code="invalid.money",
                reason=f"{place_of_row(newest.name, row, self._options)}: {reason}",
                content=digest([row], self._options),
                is_whole_file=True,
            )
            yield problem.id, problem

    def _by_age(self, key: str, rows: Mapping[int, Sequence[Row]]) -> list[FileRows]:
        """Return the rows of a key by file, oldest file first."""
        files: dict[str, FileRows] = {}
        for file, of_file in rows.items():
            file_rows = self._in_file(key, file, of_file)
            # A further file of this name is a copy of an earlier state.
            files.setdefault(file_rows.name, file_rows)
        return sorted(files.values(), key=lambda item: item.as_of)

    def _in_file(self, key: str, file: int, rows: Sequence[Row]) -> FileRows:
        name, as_of, edges = self._files[file]
        return FileRows(
            name=name,
            rows=rows,
            as_of=as_of,
            starts_other_order=edges.starts_other(key),
            is_first=edges.first == key,
            next_page=self._headless.besides(name) if edges.last == key else "",
        )

    def _keyless(self) -> Iterator[dict[str, T | InvalidRecord]]:
        rows = self._db.execute(
            "select files.name, row, cells, problem from rows join files on files.id = rows.file"
            " where key = '' and not only_compared order by rows.rowid"
        )
        while page := rows.fetchmany(_PAGE):
            items = [self._without_key(name, stored_row(*columns)) for name, *columns in page]
            yield {item.id: item for item in items}

    def _without_key(self, name: str, row: Row) -> InvalidRecord:
        rule = skip_reason(row, self._options)
        field = self._record_type.blank(row)
        problem = key_problem(row, field, self._options)
        is_cut = is_headless(row, self._record_type)
        if is_cut:
            problem = f"{problem}, and its order is on another page; {WHOLE_EXPORT}"
        blank = f"{place_of_row(name, row, self._options)}: {problem}"
        return InvalidRecord(
            id=id_of_row(name, row),
            code="skip-rule" if rule else "cut" if is_cut else f"invalid.{field}",
            reason=rule or blank,
            content=digest([row], self._options),
            is_skipped=bool(rule),
            is_whole_file=True,
        )
