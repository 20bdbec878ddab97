"""Opens the files with rows: parcels, quantities and shortages."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Literal, TypeVar

from ordosync.accounts.files.input_options.fields import UNIT_FIELDS
from ordosync.accounts.files.outbox.batches import Batches
from ordosync.accounts.files.outbox.outboxes import Outboxes
from ordosync.accounts.files.outbox.whole_files import Numbered, Replaced, WholeFile
from ordosync.accounts.files.output.keyed_file import KeyedFile, RowFile
from ordosync.accounts.files.output.options import EventFile, InventoryFile, TrackingFile
from ordosync.accounts.files.output.order_records import RECORDS
from ordosync.accounts.files.output.row_format import RowFormat
from ordosync.accounts.option_types import text_of
from ordosync.permissions import make_folder

Subject = Literal["tracking", "inventory", "events"]
Options = TypeVar("Options", TrackingFile, InventoryFile, EventFile)
RowOptions = TrackingFile | InventoryFile | EventFile
ROWS = "rows.csv"
"""The private file with all rows of a subject that were handed over."""


@dataclass(frozen=True, kw_only=True)
class Fields:
    """The fields of a subject that have a meaning here."""

    key: str
    numeric: tuple[str, ...] = ("quantity",)
    may_lack: Sequence[str] = ()
    """Fields that earlier files may lack, if they were added to the configuration later."""


_FIELDS: dict[Subject, Fields] = {
    "tracking": Fields(key="order_number", numeric=("cost", "quantity"), may_lack=UNIT_FIELDS),
    "inventory": Fields(key="sku"),
    "events": Fields(key="event"),
}


class RowFiles:
    """The files of one subject."""

    def __init__(self, subject: Subject, options: RowOptions, outboxes: Outboxes) -> None:
        self._options = options
        self._outboxes = outboxes
        self._fields = _FIELDS[subject]
        self._place = outboxes.written.place_of(options)
        self._folder = outboxes.folder / subject
        self._records = self._folder / RECORDS

    def open(self) -> RowFile:
        """Return the file, or the files, that the rows are written to."""
        mode = getattr(self._options, "mode", None)
        if self._options.path and not self._place:
            return self._keyed(self._options, self._options.path)
        if mode in ("batch", "changes"):
            return self._batches()
        return WholeFile(
            rows=self._memory,
            row_format=self._format(self._options),
            hand_over=self._handing_over(),
            folder=self._folder,
            account=self._outboxes.account,
            clock=self._outboxes.clock,
            before_write=self._outboxes.before_write,
            is_deferred=mode == "full",
        )

    def take_over(self, path: Path) -> None:
        """Remember the rows of a file that was written before. Raises `OSError`, `AccountError`."""
        rows = self._keyed(self._options, path).read()
        make_folder(str(self._folder), 0o700)
        self._memory.write(rows)

    def _keyed(
        self, options: RowOptions, path: Path, *, may_lack: Sequence[str] = (), mode: int = 0o666
    ) -> KeyedFile:
        return KeyedFile(
            self._format(options),
            path,
            key=self._fields.key,
            account=self._outboxes.account,
            may_lack=may_lack or self._fields.may_lack,
            mode=mode,
            before_write=self._outboxes.before_write,
        )

    @property
    def _memory(self) -> KeyedFile:
        path = self._folder / ROWS
        options = _private(self._options, path)
        return self._keyed(options, path, may_lack=tuple(options.columns), mode=0o600)

    def _batches(self) -> Batches:
        name, remote = self._new_files()
        return Batches(
            row_format=self._format(self._options),
            folder=self._folder,
            rows=self._memory,
            outbox=self._outboxes.open(self._options, self._records, remote),
            names=self._outboxes.names(name, self._records),
            account=self._outboxes.account,
            clock=self._outboxes.clock,
            before_write=self._outboxes.before_write,
            is_state=isinstance(self._options, InventoryFile),
        )

    def _handing_over(self) -> Replaced | Numbered:
        name, remote = self._new_files()
        if self._options.path:
            remote, _, name = text_of(self._options.path).rpartition("/")
        if "{" in name:
            return Numbered(
                outbox=self._outboxes.open(self._options, self._records, remote),
                names=self._outboxes.names(name, self._records),
                clock=self._outboxes.clock,
            )
        return Replaced(
            place=partial(self._outboxes.place, self._options),
            route=self._options.publish.route(remote, name),
            copy=self._folder / "copy",
            account=self._outboxes.account,
            checks_size=self._outboxes.checks_size(self._options),
            handed_over=self._outboxes.handed_over,
            may_remove=self._place is not None and self._place.replace == "remove",
        )

    def _new_files(self) -> tuple[str, str]:
        """Return the names of new files, and their folder below the place."""
        options = self._options
        if isinstance(options, EventFile) or options.folder is None:
            return "", ""
        return options.name, text_of(options.folder) if self._place else ""

    def _format(self, options: RowOptions) -> RowFormat:
        return RowFormat(options=options, numeric=frozenset(self._fields.numeric))


def _private(options: RowOptions, path: Path) -> RowOptions:
    """Return the options of a private file with the same rows, by the names of the fields."""
    columns = {name: name for name in options.columns}
    if not isinstance(options, EventFile):
        options = replace(options, path=path, folder=None, name="", mode=None)
    return replace(
        options, path=path, columns=columns, format="csv", encoding="utf-8", delimiter=","
    )
