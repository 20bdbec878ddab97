"""New files with the rows that no file had before, for partners who take files away.

The rows that were handed over are remembered in a private file, and count from the moment at which
their file is there. A file has the rows of one call, so a run writes few files.
"""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
from msgspec.structs import replace

from ordosync.accounts.files.outbox.names import FileNames
from ordosync.accounts.files.outbox.outbox import Outbox
from ordosync.accounts.files.outbox.records import Outgoing
from ordosync.accounts.files.output.keyed_file import Item, KeyedFile, Rows
from ordosync.accounts.files.output.row_format import RowFormat
from ordosync.accounts.files.output.safe_output import folder_lock, unavailable, wait_for_lock
from ordosync.accounts.workbooks.writing import UnwritableError
from ordosync.clock import Clock
from ordosync.errors import (
    AccountError,
    NotShownError,
    RefusedError,
    UnavailableError,
    UnknownOutcomeError,
)
from ordosync.failpoints import fault
from ordosync.models import Outcome
from ordosync.permissions import make_folder


@dataclass(frozen=True, kw_only=True)
class Batches:
    """The files of one subject, such as parcels."""

    row_format: RowFormat
    folder: Path
    """The private folder of the subject."""
    rows: KeyedFile
    """The rows that were handed over."""
    outbox: Outbox
    names: FileNames
    account: str
    clock: Clock
    before_write: Callable[[], None]
    is_state: bool = False
    """True if a row replaces the earlier one of its key, so that it may be sent again."""

    def read(self) -> Rows:
        """Return the rows that were handed over. Raises `AccountError`."""
        return self.rows.read()

    def change(
        self, items: Sequence[Item], change: Callable[[Rows, Item], Outcome]
    ) -> list[Outcome]:
        """Hand over a file with the rows that `change` adds or changes."""
        try:
            make_folder(str(self.folder), 0o700)
            wait_for_lock(self.folder, self.clock)
            with folder_lock(self.folder, self.before_write):
                return self._change(items, change)
        except BlockingIOError:
            return [unavailable("another run is writing in its folder") for _ in items]
        except UnwritableError as error:
            raise RefusedError(f"account {self.account}", "write a file", str(error)) from error
        except OSError as error:
            return [unavailable(f"{self.folder}: {error.strerror or error}") for _ in items]

    def settle(self, subject: str, *, sent: bool) -> bool:
        """Settle the files of unknown outcome that have rows of this key; True if there are some.

        Raises `UnavailableError`.
        """
        if not self.folder.is_dir():
            return False
        try:
            with folder_lock(self.folder):
                return self._settle(subject, sent=sent)
        except OSError as error:
            reason = f"{self.folder}: {error.strerror or error}; try again later"
            raise UnavailableError(f"account {self.account}", "settle a file", reason) from error

    def _settle(self, subject: str, *, sent: bool) -> bool:
        records = [
            record
            for record in self.outbox.records.all()
            if record.step == "publishing" and subject in _rows_of(record)
        ]
        for record in records:
            self.outbox.settle(record.key, sent=sent)
        return bool(records)

    def _change(
        self, items: Sequence[Item], change: Callable[[Rows, Item], Outcome]
    ) -> list[Outcome]:
        unknown = self._settle_open()
        written = self.rows.read()
        rows = {**written, **unknown}
        outcomes = [change(rows, item) for item in items]
        if unknown:
            others = [change({**written}, item) for item in items]
            pairs = zip(outcomes, others, strict=True)
            outcomes = [_not_shown(found) if _differs(found, it) else found for found, it in pairs]
        before = {**written, **unknown}
        changed = {key: of_key for key, of_key in rows.items() if before.get(key) != of_key}
        if not changed:
            return outcomes
        try:
            self._send(changed, before)
        except AccountError as error:
            return [_failed(found, error) if found.state == "done" else found for found in outcomes]
        return outcomes

    def _send(self, changed: Rows, before: Rows) -> None:
        new_rows = [
            row
            for key, of_key in changed.items()
            for row in of_key
            if self.is_state or row not in before.get(key, ())
        ]
        content = self.row_format.content(new_rows)
        outgoing = self.outbox.send(
            self._key(),
            content,
            name=lambda: self.names.make(at=self.clock.now()),
            note=msgspec.Raw(msgspec.json.encode(changed)),
        )
        self._record(outgoing)

    def _key(self) -> str:
        """Return the key of a file that certainly did not arrive, or a new one."""
        records = self.outbox.records.all()
        unsent = (record.key for record in records if record.step in ("made", "uploading"))
        return next(unsent, f"batch-{os.urandom(8).hex()}")

    def _settle_open(self) -> Rows:
        """Record the files that are there; return the rows of those of unknown outcome."""
        unknown: Rows = {}
        for record in [*self.outbox.records.all()]:
            if record.step in ("made", "uploading"):
                continue
            try:
                self._record(self.outbox.resume(record))
            except NotShownError:
                if self.is_state:
                    self.outbox.records.remove(record.key)
                else:
                    unknown |= _rows_of(record)
        return unknown

    def _record(self, outgoing: Outgoing) -> None:
        self.rows.write({**self.rows.read(), **_rows_of(outgoing)})
        fault("outbox-recorded")
        self.outbox.records.remove(outgoing.key)


def _rows_of(record: Outgoing) -> Rows:
    rows: Rows = msgspec.json.decode(record.note)
    return rows


def _differs(with_unknown: Outcome, without: Outcome) -> bool:
    """True if an item was written only in a file of unknown outcome."""
    return with_unknown.state == "unchanged" and without.state == "done"


def _not_shown(outcome: Outcome) -> Outcome:
    reason = "its file may have arrived, and the place does not show it; ask the partner"
    return replace(outcome, state="unknown", code=NotShownError.code, reason=reason)


def _failed(outcome: Outcome, error: AccountError) -> Outcome:
    state = "unavailable"
    if isinstance(error, UnknownOutcomeError):
        state = "unknown"
    elif isinstance(error, RefusedError):
        state = "refused"
    return replace(outcome, state=state, code=error.code, reason=error.answer)
