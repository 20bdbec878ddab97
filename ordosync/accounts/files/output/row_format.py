"""Format of the rows that a partner reads: their columns, what a cell can hold, and the file."""

from collections.abc import Iterable
from dataclasses import dataclass

from ordosync.accounts.files.output.options import OutputFiles
from ordosync.accounts.files.output.tables import Row, content_of
from ordosync.accounts.workbooks.rows import LONGEST_TEXT
from ordosync.accounts.workbooks.writing import UnwritableError


@dataclass(frozen=True, kw_only=True)
class RowFormat:
    """The format of one subject, such as parcels."""

    options: OutputFiles
    numeric: frozenset[str]
    """The fields with numbers. The text of all others is neutralised."""

    def mapped(self, fields: Row) -> Row:
        """Return the fields with a column; a field that is not given is blank."""
        texts = {name: fields.get(name, "") for name in self.options.columns}
        if self.options.is_workbook:
            # The number of a cell has no zeros at its end.
            texts |= {name: self._as_number(texts[name]) for name in self.numeric & texts.keys()}
        return texts

    def refusal(self, fields: Row) -> str:
        """Return why these fields cannot be written, without their text; empty if they can."""
        for name, column in self.options.columns.items():
            text = fields.get(name, "")
            try:
                text.encode(self.options.encoding)
            except UnicodeError:
                return f"{name} ({column!a}) has text that is not {self.options.encoding}"
            if "\0" in text:
                return f"{name} ({column!a}) has a NUL byte"
            if self.options.is_workbook and len(text) > LONGEST_TEXT:
                return f"{name} ({column!a}) has more than {LONGEST_TEXT} characters"
        return ""

    def content(self, rows: Iterable[Row]) -> bytes:
        """Return the content of a file. Raises `UnwritableError`."""
        try:
            return content_of([*rows], self.options, self.numeric)
        except UnicodeError as error:
            raise UnwritableError(f"has text that is not {self.options.encoding}") from error

    def _as_number(self, text: str) -> str:
        mark = self.options.decimal
        return text.rstrip("0").removesuffix(mark) if mark in text else text
