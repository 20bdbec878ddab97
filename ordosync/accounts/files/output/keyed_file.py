"""A file whose rows have a key, which is rewritten as a whole.

There is no other record of the rows that were written, so the two cannot differ.
"""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Literal, Protocol, TypeVar

from ordosync.accounts.files.output.row_format import RowFormat
from ordosync.accounts.files.output.safe_output import folder_lock, unavailable
from ordosync.accounts.files.output.tables import InvalidTableError, Row, table_of
from ordosync.accounts.files.reading.file_listing import mark_of
from ordosync.accounts.workbooks.writing import UnwritableError
from ordosync.atomic_write import replace_file
from ordosync.errors import RefusedError, UnavailableError
from ordosync.models import Outcome
from ordosync.regular_files import read_regular

Item = TypeVar("Item")
Rows = dict[str, Sequence[Row]]
"""The rows by their key."""


class RowFile(Protocol):
    """Rows by key that are written for a partner, in one file or in several."""

    @property
    def row_format(self) -> RowFormat:
        """The format of the rows that the partner reads."""

    def read(self) -> Rows:
        """Return all rows that were written. Raises `AccountError`."""

    def change(
        self, items: Sequence[Item], change: Callable[[Rows, Item], Outcome]
    ) -> list[Outcome]:
        """Change the rows with `change`, item by item, and write what has changed.

        Raises `AccountError`.
        """


class KeyedFile:
    """A file with rows by key."""

    def __init__(
        self,
        row_format: RowFormat,
        path: Path,
        *,
        key: str,
        account: str,
        may_lack: Sequence[str] = (),
        mode: int = 0o666,
        before_write: Callable[[], None] = lambda: None,
    ) -> None:
        self.row_format = row_format
        self._path = path
        self._key = key
        self._may_lack = may_lack
        self._mode = mode
        self._before_write = before_write
        self._account = f"account {account}"
        self._cached: tuple[list[int] | None, Rows] | None = None
        """The mark of the file when it was last read or written, and its rows."""

    def read(self) -> Rows:
        """Return the rows of the file; none if it is missing. Raises `AccountError`."""
        action = f"read {self._path}"
        try:
            mark = mark_of(self._path)
            if self._cached and mark and self._cached[0] == mark:
                return dict(self._cached[1])
            content = read_regular(self._path)
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise UnavailableError(self._account, action, error.strerror or str(error)) from error
        self._cached = mark, self._parse(content)
        return dict(self._cached[1])

    def change(
        self, items: Sequence[Item], change: Callable[[Rows, Item], Outcome]
    ) -> list[Outcome]:
        """Change the rows with `change`, item by item, and write the file if a row has changed.

        Raises `AccountError`.
        """
        try:
            with folder_lock(self._path.parent, self._before_write):
                rows = self.read()
                outcomes = [change(rows, item) for item in items]
                if any(outcome.state == "done" for outcome in outcomes):
                    self.write(rows)
        except BlockingIOError:
            return [unavailable("another run is writing in its folder") for _ in items]
        except UnwritableError as error:
            raise self._refused(str(error)) from error
        except OSError as error:
            return [unavailable(f"{self._path}: {error.strerror or error}") for _ in items]
        return outcomes

    def write(self, rows: Rows) -> None:
        """Replace the file. Raises `OSError` and `UnwritableError`."""
        replace_file(self._path, self.row_format.content(all_rows(rows)), mode=self._mode)
        self._cached = mark_of(self._path), rows

    def _parse(self, content: bytes) -> Rows:
        options = self.row_format.options
        fields = {column: name for name, column in options.columns.items()}
        rows: dict[str, list[Row]] = {}
        try:
            table = table_of(content, options, self.row_format.numeric)
            _, header = next(table, (0, None))
            lacked = {fields[column] for column in fields.keys() - {*(header or ())}}
            if header is None or {*header} - fields.keys() or lacked - {*self._may_lack}:
                raise self._refused("its columns differ from the configuration")
            for number, cells in table:
                if len(cells) != len(header):
                    raise self._refused(f"row {number} was not written by ordosync")
                row = {fields[column]: cell for column, cell in zip(header, cells, strict=True)}
                row |= dict.fromkeys(lacked, "")
                rows.setdefault(row[self._key], []).append(row)
        except InvalidTableError as error:
            raise self._refused(str(error)) from error
        return {**rows}

    def _refused(self, reason: str) -> RefusedError:
        answer = f"{reason}; move the file away, and ordosync creates a new one"
        return RefusedError(self._account, f"write {self._path}", answer)


def all_rows(rows: Rows) -> Iterator[Row]:
    """Yield the rows of all keys."""
    return (row for of_key in rows.values() for row in of_key)


def put(rows: Rows, key: str, of_key: Sequence[Row]) -> Literal["done", "unchanged"]:
    """Set the rows of a key; return the state of the outcome."""
    if rows.get(key) == of_key:
        return "unchanged"
    rows[key] = of_key
    return "done"
