"""A CSV file whose rows have a key, which is rewritten as a whole.

There is no other record of the rows that were written, so the two cannot differ.
"""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Literal, TypeVar

from ordosync.accounts.files.output.options import OutputFiles
from ordosync.accounts.files.output.safe_output import folder_lock, unavailable
from ordosync.accounts.files.reading.file_listing import mark_of
from ordosync.accounts.spreadsheets import csv_text, neutral, plain
from ordosync.atomic_write import replace_file
from ordosync.errors import RefusedError, UnavailableError
from ordosync.models import Outcome
from ordosync.regular_files import read_regular

Item = TypeVar("Item")
Row = Mapping[str, str]
"""The texts of the fields."""
Rows = dict[str, Sequence[Row]]
"""The rows by their key."""


class KeyedCsv:
    """A file with rows by key. Text in all but `numeric` fields is neutralised."""

    def __init__(
        self,
        options: OutputFiles,
        path: Path,
        *,
        key: str,
        numeric: Sequence[str],
        account: str,
        may_lack: Sequence[str] = (),
    ) -> None:
        self._options = options
        self._path = path
        self._key = key
        self._numeric = frozenset(numeric)
        self._may_lack = may_lack
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
            text = read_regular(self._path).decode(self._options.encoding)
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise UnavailableError(self._account, action, error.strerror or str(error)) from error
        except UnicodeError as error:
            raise self._refused(f"is not {self._options.encoding} text") from error
        self._cached = mark, self._parse(text)
        return dict(self._cached[1])

    def change(
        self, items: Sequence[Item], change: Callable[[Rows, Item], Outcome]
    ) -> list[Outcome]:
        """Change the rows with `change`, item by item, and write the file if a row has changed."""
        try:
            with folder_lock(self._path.parent):
                rows = self.read()
                outcomes = [change(rows, item) for item in items]
                if any(outcome.state == "done" for outcome in outcomes):
                    replace_file(self._path, self._text(rows))
                    self._cached = mark_of(self._path), rows
        except BlockingIOError:
            return [unavailable("another run is writing in its folder") for _ in items]
        except OSError as error:
            return [unavailable(f"{self._path}: {error.strerror or error}") for _ in items]
        return outcomes

    def mapped(self, fields: Row) -> Row:
        """Return the fields with a column; a field that is not given is blank."""
        return {name: fields.get(name, "") for name in self._options.columns}

    def refusal(self, fields: Row) -> str:
        """Return why these fields cannot be written, without their text; empty if they can."""
        for name, column in self._options.columns.items():
            try:
                fields.get(name, "").encode(self._options.encoding)
            except UnicodeError:
                return f"{name} ({column!a}) has text that is not {self._options.encoding}"
            if "\0" in fields.get(name, ""):
                return f"{name} ({column!a}) has a NUL byte"
        return ""

    def _text(self, rows: Rows) -> bytes:
        columns = self._options.columns
        cells = [
            {
                columns[name]: text if name in self._numeric else neutral(text)
                for name, text in row.items()
            }
            for of_key in rows.values()
            for row in of_key
        ]
        text = csv_text(list(columns.values()), cells, self._options.delimiter)
        return text.encode(self._options.encoding)

    def _parse(self, text: str) -> Rows:
        fields = {column: name for name, column in self._options.columns.items()}
        reader = csv.reader(
            io.StringIO(text, newline=""), delimiter=self._options.delimiter, strict=True
        )
        rows: dict[str, list[Row]] = {}
        try:
            header = next(reader, None)
            lacked = {fields[column] for column in fields.keys() - {*(header or ())}}
            if header is None or {*header} - fields.keys() or lacked - {*self._may_lack}:
                raise self._refused("its columns differ from the configuration")
            for cells in reader:
                if len(cells) != len(header):
                    raise self._refused(f"row {reader.line_num} was not written by ordosync")
                row = {fields[column]: cell for column, cell in zip(header, cells, strict=True)}
                row = {
                    name: value if name in self._numeric else plain(value)
                    for name, value in row.items()
                }
                row |= dict.fromkeys(lacked, "")
                rows.setdefault(row[self._key], []).append(row)
        except csv.Error as error:
            raise self._refused(f"row {reader.line_num} is not valid CSV ({error})") from error
        return {**rows}

    def _refused(self, reason: str) -> RefusedError:
        answer = f"{reason}; move the file away, and ordosync creates a new one"
        return RefusedError(self._account, f"write {self._path}", answer)


def put(rows: Rows, key: str, of_key: Sequence[Row]) -> Literal["done", "unchanged"]:
    """Set the rows of a key; return the state of the outcome."""
    if rows.get(key) == of_key:
        return "unchanged"
    rows[key] = of_key
    return "done"
