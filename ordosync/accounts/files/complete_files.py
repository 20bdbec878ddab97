"""The newest order file that is complete: an order that it does not have any more is withdrawn.

A file does not count as complete while it may still be written, if it or one of its rows cannot be
read, or if it has too few orders: then the next older file counts. An order that was read from a
newer file than the complete one is not withdrawn.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path

from ordosync.accounts.files.formats.rows import InvalidFileError
from ordosync.accounts.files.input_options.order_files import OrderFiles
from ordosync.accounts.files.reading.file_listing import as_of
from ordosync.accounts.files.reading.file_reader import FileReader
from ordosync.accounts.files.reading.rejections import place_of
from ordosync.accounts.files.reading.row_index import RowIndex
from ordosync.clock import Clock
from ordosync.models import Order


class CompleteFiles:
    """The order files of a Merchant whose files each have all open orders."""

    def __init__(self, reader: FileReader[Order], options: OrderFiles, clock: Clock) -> None:
        self._reader = reader
        self._options = options
        self._clock = clock
        self._known: dict[str, tuple[list[int], bool]] = {}
        """For each file that was read, its mark, and True if it is complete."""

    def withdrawn(self, states: Iterable[str]) -> Mapping[str, str]:
        """Return the reasons why orders are not requested any more; see `Merchant.withdrawn`."""
        files, now = self._reader.files(), self._clock.now()
        ages = {as_of(name, path): name for name, path in reversed(files.items())}
        reasons = {}
        for state in filter(None, states):
            newer = (name for age, name in ages.items() if age > state)
            name = next((each for each in newer if self._is_complete(each, files[each], now)), "")
            if name:
                place = place_of(name, self._options)
                reasons[state] = f"is not in {place}, the newest complete file"
        return reasons

    def _is_complete(self, name: str, path: Path, now: datetime) -> bool:
        mark, age_s = self._reader.source.state_of(path, now)
        if mark is None or 0 <= age_s < self._options.quiet_s:
            return False
        if name not in self._known or self._known[name][0] != mark:
            is_whole = self._is_whole(name, path)
            is_same = self._reader.source.state_of(path, now)[0] == mark
            self._known[name] = mark, is_whole and is_same
        return self._known[name][1]

    def _is_whole(self, name: str, path: Path) -> bool:
        """True if each row of a file can be read, and it has enough orders."""
        index = RowIndex(self._reader.record_type)
        try:
            index.add(name, path, as_of=as_of(name, path))
            return index.is_whole() and len(index.keys()) >= (self._options.min_rows or 1)
        except (InvalidFileError, OSError):
            return False
        finally:
            index.close()
