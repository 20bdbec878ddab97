"""Texts that cells refer to by number. The first ones are in memory, the others in a private file.

A spreadsheet numbers a text when it first meets it, so the first ones are those that repeat. The
others would need 100 MB for 100,000 orders.
"""

import os
import tempfile
from array import array
from typing import IO

from ordosync.accounts.workbooks.rows import LONGEST_TEXT

_MEMORY = 4 * 1024 * 1024
_OVERHEAD = 60
"""Bytes of memory for a text beside its characters."""


class SharedTexts:
    """Texts by their number, from 0."""

    def __init__(self) -> None:
        self._first: list[str] = []
        self._free = _MEMORY
        self._file: IO[bytes] | None = None
        self._ends = array("I", [0])
        """The position in the file after each text."""

    def close(self) -> None:
        """Delete the file."""
        if self._file:
            self._file.close()

    def add(self, text: str) -> None:
        """Add the next text. Of one that is longer than a cell can be, only the beginning."""
        text = text[: LONGEST_TEXT + 1]
        if self._free > 0:
            self._first.append(text)
            self._free -= len(text) + _OVERHEAD
            return
        if self._file is None:
            # Without a name: no other process sees it, and it goes with this process.
            self._file = tempfile.TemporaryFile()  # noqa: SIM115 - `close` closes it
        size = self._file.write(text.encode("utf-8", "surrogatepass"))
        self._ends.append(self._ends[-1] + size)

    def complete(self) -> None:
        """Make the texts readable after the last one is added."""
        if self._file:
            self._file.flush()

    def __getitem__(self, number: int) -> str:
        """Return a text. Raises `IndexError`."""
        at = number - len(self._first)
        if at < 0 <= number:
            return self._first[number]
        if self._file is None or number < 0:
            raise IndexError(number)
        start, end = self._ends[at], self._ends[at + 1]
        data = os.pread(self._file.fileno(), end - start, start)
        return data.decode("utf-8", "surrogatepass")
