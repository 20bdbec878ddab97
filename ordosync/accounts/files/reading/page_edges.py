"""Orders at the beginning and at the end of a file, where an export is cut into pages."""

from collections.abc import Callable, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

from ordosync.accounts.files.formats.file_rows import read_rows
from ordosync.accounts.files.formats.rows import InvalidFileError, Row
from ordosync.accounts.files.parsing.record_types import RecordType
from ordosync.accounts.files.parsing.row_keys import is_headless

_ENOUGH = 2
"""Two keys of a file are enough to find one that differs from any single key."""


class PageEdges:
    """The first and the last order of a file, noted row by row."""

    def __init__(self, record_type: RecordType[Any]) -> None:
        self._record_type = record_type
        self._started: set[str] = set()
        self.first = ""
        self.last = ""
        self.is_headless = False
        """True if the file begins with lines of an order that is on another page."""

    def note(self, key: str, row: Row) -> None:
        """Note the next row of the file."""
        if not key:
            if not self.last and is_headless(row, self._record_type):
                self.is_headless = True
            return
        self.first = self.first or key
        self.last = key
        is_new = len(self._started) < _ENOUGH and key not in self._started
        if is_new and self._record_type.starts_record(row):
            self._started.add(key)

    def starts_other(self, key: str) -> bool:
        """True if the file has the first row of another order."""
        return bool(self._started - {key})


class HeadlessFiles:
    """The files that begin within an order whose first rows are on another page."""

    def __init__(
        self, record_type: RecordType[Any], files: Callable[[], Mapping[str, Path]] | None
    ) -> None:
        self._record_type = record_type
        self._files = files
        self._names: dict[str, bool] = {}

    def note(self, name: str, edges: PageEdges) -> None:
        """Note a file that was read."""
        self._names.setdefault(name, edges.is_headless)

    def besides(self, name: str) -> str:
        """Return the name of another of these files; empty if there is none."""
        if not self._record_type.repeats_key:
            return ""
        self._look_at_others()
        return next((each for each, is_one in self._names.items() if is_one and each != name), "")

    def _look_at_others(self) -> None:
        """Look at the first row of each file that was not read."""
        files = self._files() if self._files else {}
        self._files = None
        for name, path in files.items():
            if name not in self._names:
                self._names[name] = self._begins_headless(path)

    def _begins_headless(self, path: Path) -> bool:
        record_type = self._record_type
        try:
            rows = [*islice(read_rows(path, record_type.options), 1)]
        except (InvalidFileError, OSError):
            return False
        return any(not record_type.key(row) and is_headless(row, record_type) for row in rows)
