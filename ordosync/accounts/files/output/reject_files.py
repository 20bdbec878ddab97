"""Writes rejected rows with the reason, so that users can fix them and drop them again."""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from pathlib import Path

from ordosync.accounts.files.formats.rows import Row
from ordosync.accounts.files.input_options.input_files import InputFiles
from ordosync.accounts.spreadsheets import csv_text, neutral, plain
from ordosync.atomic_write import replace_file
from ordosync.errors import UnavailableError
from ordosync.permissions import make_folder

_REASON = "ordosync_reason"
_NAME = "refused-"
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
_LONGEST_ORIGIN = 60


class RejectFolder:
    """The folder for rejected rows: one file for each file that has some.

    Its name has the name of that file, and a digest of the rows.
    """

    def __init__(self, folder: Path, *, account: str) -> None:
        self._folder = folder
        self._account = account

    def holds(self, path: Path) -> bool:
        """True if this is one of its files, which must not be read as input."""
        return path.parent == self._folder and path.name.startswith(_NAME)

    def write(self, rows: Iterable[tuple[str, Row, str]], options: InputFiles) -> None:
        """Write rows, each with the name of its file and the reason. Idempotent.

        Raises `UnavailableError`.
        """
        try:
            for name, group in groupby(rows, key=lambda row: row[0]):
                cells = [{**row.cells, _REASON: reason} for _, row, reason in group]
                self._write(name, cells, options)
        except OSError as error:
            problem = f"{self._folder}: {error.strerror or error}"
            raise UnavailableError(self._account, "write rejected rows", problem) from error

    def _write(self, name: str, rows: list[dict[str, str]], options: InputFiles) -> None:
        rows = [_neutral(row) for row in rows]
        columns = [column for row in rows for column in row if column != _REASON]
        text = _text([*dict.fromkeys(columns), _REASON], rows, options)
        content = text.encode(options.encoding, "backslashreplace")
        digest = hashlib.sha256(f"{name}\n".encode("utf-8", "surrogateescape") + content)
        origin = _UNSAFE.sub("_", Path(name).stem)[:_LONGEST_ORIGIN]
        path = self._folder / f"{_NAME}{origin}-{digest.hexdigest()[:16]}.csv"
        if not path.exists():
            make_folder(str(self._folder), 0o700)
            # Only the owner can read it, since it has names and addresses.
            replace_file(path, content, mode=0o600)


def _text(columns: Sequence[str], rows: list[dict[str, str]], options: InputFiles) -> str:
    """Return the rows as the options read them, so that the file can be dropped again."""
    header = options.header
    if not options.quotes:
        rows = [{**row, _REASON: row[_REASON].replace(options.delimiter, " ")} for row in rows]
    rows_before_header = "\r\n" * ((header.row or 1) - 1)
    return rows_before_header + csv_text(
        columns,
        rows,
        options.delimiter,
        quotes=options.quotes,
        has_header=not header.is_missing,
    )


def _neutral(row: Mapping[str, str]) -> dict[str, str]:
    return {neutral(column): neutral(plain(text)) for column, text in row.items()}
