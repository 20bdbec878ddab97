"""The rows of one reading by order number, in a private temporary database: memory stays flat."""

import json
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from itertools import groupby
from pathlib import Path

from ordosync.accounts.files.options import OrderFiles
from ordosync.accounts.files.parse import digest, parse_order
from ordosync.accounts.files.rows import Row, read_rows
from ordosync.database import sqlite3
from ordosync.models import Order, Unusable

_PAGE = 500
_SCHEMA = (
    "create table files (id integer primary key, name text, copy text)",
    "create table rows (file integer, number text, row integer, cells text, problem text)",
    "create index rows_number on rows (number)",
)


class Index:
    """Rows of one order number are gathered, wherever they stand."""

    def __init__(self, options: OrderFiles) -> None:
        self._options = options
        self._columns = frozenset(options.columns.values()) | {r.column for r in options.skip}
        self._db: sqlite3.Connection = sqlite3.connect("", isolation_level=None)
        self._db.execute("pragma synchronous = off")
        for statement in _SCHEMA:
            self._db.execute(statement)

    def add(self, name: str, path: Path, *, only: AbstractSet[str] | None = None) -> None:
        """Add the rows of a file, or none of them. Raises `RefusedFileError` and `OSError`.

        `only` leaves out all orders but these.
        """
        self._db.execute("begin")
        try:
            file = self._db.execute(
                "insert into files (name, copy) values (?, ?)", (name, str(path))
            ).lastrowid
            self._db.executemany(
                "insert into rows values (?, ?, ?, ?, ?)",
                (
                    (file, number, row.number, self._cells(row), row.problem)
                    for row in read_rows(path, self._options, json_lines=path.suffix == ".jsonl")
                    if ((number := self._number(row)) and (only is None or number in only))
                    or (not number and only is None)
                ),
            )
        except BaseException:
            self._db.execute("rollback")
            raise
        self._db.execute("commit")

    def pages(self) -> Iterator[tuple[Order | Unusable, ...]]:
        """Yield the orders in the order in which they first appear."""
        numbers = self._db.execute(
            "select number from rows where number <> '' group by number order by min(rowid)"
        )
        while page := [number for (number,) in numbers.fetchmany(_PAGE)]:
            yield tuple(self._orders(page))
        yield from self._nameless()

    def among(self, copy: Path, ids: AbstractSet[str]) -> frozenset[str]:
        """Return which of these orders stand in a file that was added."""
        rows = self._db.execute(
            "select distinct number from rows join files on files.id = rows.file"
            " where files.copy = ? and number in (select value from json_each(?))",
            (str(copy), json.dumps(sorted(ids))),
        )
        return frozenset(number for (number,) in rows)

    def close(self) -> None:
        """Forget everything."""
        self._db.close()

    def _orders(self, numbers: Sequence[str]) -> Iterator[Order | Unusable]:
        rows = self._db.execute(
            "select number, files.name, row, cells, problem from rows"
            " join files on files.id = rows.file"
            " where number in (select value from json_each(?)) order by number, rows.rowid",
            (json.dumps(numbers),),
        )
        found = {
            number: self._order(number, [(name, _row(*rest)) for _, name, *rest in group])
            for number, group in groupby(rows, key=lambda row: row[0])
        }
        for number in numbers:
            yield found[number]

    def _order(self, number: str, rows: Sequence[tuple[str, Row]]) -> Order | Unusable:
        by_file = {
            name: [row for _, row in group] for name, group in groupby(rows, key=lambda row: row[0])
        }
        names = list(by_file)
        contents = {digest(of_file, self._options) for of_file in by_file.values()}
        if len(contents) > 1:
            reason = f"stands in {names[0]} and in {names[1]} with different content"
            content = "-".join([self._options.fingerprint, *sorted(c[9:] for c in contents)])
            return Unusable(id=number, code="conflict", reason=reason, content=content)
        return parse_order(number, names[0], by_file[names[0]], self._options)

    def _nameless(self) -> Iterator[tuple[Unusable, ...]]:
        rows = self._db.execute(
            "select files.name, row, cells, problem from rows join files on files.id = rows.file"
            " where number = '' order by rows.rowid"
        )
        while page := rows.fetchmany(_PAGE):
            yield tuple(self._without_number(name, _row(*rest)) for name, *rest in page)

    def _without_number(self, name: str, row: Row) -> Unusable:
        order = parse_order("", name, [row], self._options)
        skip = isinstance(order, Unusable) and order.skip
        return Unusable(
            id=f"file:{name}:{row.number}",
            code="skip-rule" if skip else "invalid.order_number",
            reason=(
                order.reason
                if isinstance(order, Unusable) and order.skip
                else f"{name} row {row.number}: the order number is blank"
            ),
            content=digest([row], self._options),
            skip=skip,
            of_source=True,
        )

    def _number(self, row: Row) -> str:
        return row.cells.get(self._options.columns["order_number"], "")

    def _cells(self, row: Row) -> str:
        return json.dumps({k: v for k, v in row.cells.items() if k in self._columns})


def _row(number: int, cells: str, problem: str) -> Row:
    return Row(number, json.loads(cells), problem)
