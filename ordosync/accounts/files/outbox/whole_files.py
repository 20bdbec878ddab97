"""Files at a place that have all rows, from a local copy of what was written.

A file is owed from before its rows change until it is there. A crash or an outage in between costs
another upload of the same rows.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from msgspec.structs import replace

from ordosync import progress
from ordosync.accounts.files.outbox.handed_over import HandedOver
from ordosync.accounts.files.outbox.names import FileNames
from ordosync.accounts.files.outbox.outbox import Outbox
from ordosync.accounts.files.outbox.publishing import Route
from ordosync.accounts.files.outbox.records import NOTHING, digest_of
from ordosync.accounts.files.output.keyed_file import Item, KeyedFile, Rows, all_rows
from ordosync.accounts.files.output.row_format import RowFormat
from ordosync.accounts.files.output.safe_output import folder_lock, wait_for_lock
from ordosync.accounts.files.places.place import Place
from ordosync.accounts.workbooks.writing import UnwritableError
from ordosync.atomic_write import replace_file, sync_folder
from ordosync.clock import Clock
from ordosync.errors import AccountError, NotShownError, RefusedError, UnavailableError
from ordosync.failpoints import fault
from ordosync.models import Outcome
from ordosync.permissions import make_folder


@dataclass(frozen=True, kw_only=True)
class WholeFile:
    """All rows of one subject, and the local copy of them."""

    rows: KeyedFile
    """The local copy."""
    row_format: RowFormat
    hand_over: Callable[[bytes], None]
    folder: Path
    """The private folder of the subject."""
    account: str
    clock: Clock
    before_write: Callable[[], None]
    is_deferred: bool = False
    """True to hand over one file at the end of a run, with the rows of the whole run."""

    def read(self) -> Rows:
        """Return the rows of the local copy. Raises `AccountError`."""
        return self.rows.read()

    def change(
        self, items: Sequence[Item], change: Callable[[Rows, Item], Outcome]
    ) -> list[Outcome]:
        """Change the local copy, and hand it over unless that is deferred."""
        was_owed = self._owe()
        outcomes = self.rows.change(items, change)
        if not was_owed and not any(outcome.state == "done" for outcome in outcomes):
            self._settle()
            return outcomes
        fault("outbox-owed")
        if self.is_deferred:
            return outcomes
        try:
            self.flush()
        except AccountError as error:
            return [_waiting(outcome, error) for outcome in outcomes]
        return outcomes

    def flush(self) -> None:
        """Hand the file over if it is owed. Raises `AccountError`."""
        if not self._owed.exists():
            return
        try:
            wait_for_lock(self.folder, self.clock)
            with folder_lock(self.folder, self.before_write):
                self.hand_over(self.row_format.content(all_rows(self.rows.read())))
                self._settle()
        except BlockingIOError as error:
            raise self._unavailable("another run is writing in its folder") from error
        except UnwritableError as error:
            raise self._unavailable(str(error)) from error
        except OSError as error:
            raise self._unavailable(f"{self.folder}: {error.strerror or error}") from error

    @property
    def _owed(self) -> Path:
        return self.folder / "owed"

    def _owe(self) -> bool:
        """Record that the file is owed; return True if it was before. Raises `AccountError`."""
        if self._owed.exists():
            return True
        try:
            make_folder(str(self.folder), 0o700)
            replace_file(self._owed, b"", mode=0o600)
        except OSError as error:
            raise self._unavailable(f"{self.folder}: {error.strerror or error}") from error
        return False

    def _settle(self) -> None:
        self._owed.unlink(missing_ok=True)
        sync_folder(self.folder)

    def _unavailable(self, reason: str) -> UnavailableError:
        return UnavailableError(f"account {self.account}", "hand over a file", reason)


@dataclass(frozen=True, kw_only=True)
class Replaced:
    """Hands over a file that replaces the one before it."""

    place: Callable[[], Place]
    route: Route
    copy: Path
    """The local file that is uploaded."""
    account: str
    handed_over: HandedOver
    checks_size: bool = True
    may_remove: bool = False

    def __call__(self, content: bytes) -> None:
        """Upload the content and publish it. Raises `OSError` and `AccountError`."""
        try:
            self._upload(content)
            if self.route.source:
                source, target = self.route.source.encode(), self.route.target.encode()
                self.place().publish(source, target, may_remove=self.may_remove)
        except RefusedError as error:
            raise self._unavailable(error.answer) from error
        self.handed_over.add(len(content))
        fault("outbox-published")

    def _upload(self, content: bytes) -> None:
        place, upload = self.place(), self.route.upload.encode()
        replace_file(self.copy, content, mode=0o600)
        with progress.transfer(f"hand over {self.route.target}", size=len(content)):
            place.store(self.copy, upload)
        size = None
        if self.checks_size:
            with suppress(RefusedError):
                size = place.size(upload)
        if size not in (None, len(content)):
            raise self._unavailable(f"the place has {size} bytes of {len(content)}")
        if self.route.has_marker:
            replace_file(self.copy, b"", mode=0o600)
            place.store(self.copy, self.route.source.encode())
        fault("outbox-uploaded")

    def _unavailable(self, reason: str) -> UnavailableError:
        reason = f"{self.route.target}: {reason}"
        return UnavailableError(f"account {self.account}", "hand over a file", reason)


@dataclass(frozen=True, kw_only=True)
class Numbered:
    """Hands over each content in a new file, once."""

    outbox: Outbox
    names: FileNames
    clock: Clock

    def __call__(self, content: bytes) -> None:
        """Hand the content over, unless it was just handed over. Raises `AccountError`."""
        records, key = self.outbox.records, "full"
        earlier = records.get(key)
        if earlier and earlier.step == "publishing":
            # A list of all rows may be sent again.
            with suppress(NotShownError):
                earlier = self.outbox.resume(earlier)
        if earlier and earlier.step in ("publishing", "there"):
            is_same = earlier.step == "there" and earlier.digest == digest_of(content, NOTHING)
            records.remove(key)
            if is_same:
                return
        self.outbox.send(key, content, name=lambda: self.names.make(at=self.clock.now()))
        fault("outbox-recorded")
        records.remove(key)


def _waiting(outcome: Outcome, error: AccountError) -> Outcome:
    """Return the outcome of a row that is not at the place yet, though it is in the local copy."""
    if outcome.state not in ("done", "unchanged"):
        return outcome
    return replace(outcome, state="unavailable", code=UnavailableError.code, reason=error.answer)
