"""Records of the orders that were written for a Supplier, in a private folder beside their files.

An order has a record, named by a digest of its reference, and a claim for its number, named by a
digest of that. They have no personal data. The files of an order have the digest in their names.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec

from ordosync.accounts.files.output.order_record import OrderRecord, WrittenLine
from ordosync.accounts.files.output.safe_output import digest, folder_lock, wait_for_lock
from ordosync.atomic_write import replace_file, sync_folder, temporary_path
from ordosync.clock import Clock
from ordosync.errors import RefusedError, UnavailableError
from ordosync.permissions import make_folder
from ordosync.regular_files import NotRegularError, read_regular

RECORDS = ".ordosync"
"""The private folder beside order files, with a record of each."""
_SUFFIXES = (".csv", ".xlsx")
"""Of the formats that order files can have."""


class OrderRecords:
    """The records of the orders in one folder."""

    def __init__(
        self,
        folder: Path,
        *,
        account: str,
        suffix: str = ".csv",
        clock: Clock | None = None,
        before_write: Callable[[], None] = lambda: None,
    ) -> None:
        self.folder = folder
        self._clock = clock
        """Of an outbox: ordosync creates the folder, and waits while another run hands over."""
        self._before_write = before_write
        self._suffix = suffix
        self._records = folder / RECORDS
        self._account = f"account {account}"

    @contextmanager
    def locked(self, action: str, *, only_records: bool = False) -> Iterator[None]:
        """Hold the lock of the folder, or only that of the records. Raises `UnavailableError`.

        A read of answers must not fail because another run writes orders.
        """
        try:
            if self._clock:
                make_folder(str(self._records), 0o700)
                wait_for_lock(self.folder, self._clock)
            folder = self._records if only_records else self.folder
            with folder_lock(folder, self._before_write):
                yield
        except BlockingIOError as error:
            reason = f"another run is writing in {self.folder}"
            raise UnavailableError(self._account, action, reason) from error
        except FileNotFoundError as error:
            reason = f"the folder {self.folder} does not exist; create it"
            raise UnavailableError(self._account, action, reason) from error
        except OSError as error:
            raise self.unavailable(action, error) from error

    def unavailable(self, action: str, error: OSError) -> UnavailableError:
        """Return the error for a file that cannot be used now."""
        reason = f"{self.folder}: {error.strerror or error}"
        return UnavailableError(self._account, action, reason)

    @property
    def exists(self) -> bool:
        """True if the private folder exists."""
        return self._records.is_dir()

    def make_folder(self) -> None:
        """Create the private folder. Raises `OSError`."""
        self._records.mkdir(mode=0o700, exist_ok=True)

    def of_reference(self, reference: str) -> OrderRecord | None:
        """Return the record of a reference. Raises `RefusedError` if it is damaged."""
        path = self.path(reference)
        try:
            return msgspec.json.decode(self._read(path), type=OrderRecord, strict=False)
        except FileNotFoundError:
            return None
        except (msgspec.MsgspecError, UnicodeError) as error:
            reason = f"{path} is damaged, so it is unknown if the order was written"
            raise RefusedError(self._account, "find orders", reason) from error

    def all(self) -> Iterator[OrderRecord]:
        """Yield the records of all orders that can be read and have a reference."""
        for path in self._records.glob("*.json"):
            with suppress(OSError, RefusedError, msgspec.MsgspecError, UnicodeError):
                record = msgspec.json.decode(self._read(path), type=OrderRecord, strict=False)
                if record.reference:
                    yield record

    def of_number(self, number: str) -> OrderRecord | None:
        """Return the record of an order; None if it was not written here, or cannot be read."""
        try:
            claimant = self._claimant(number)
            content = self._records.joinpath(f"{claimant}.json").read_bytes()
            return msgspec.json.decode(content, type=OrderRecord, strict=False)
        except (OSError, RefusedError, msgspec.MsgspecError, UnicodeError):
            return None

    def is_written(self, number: str) -> bool:
        """True if an order with this number was written here."""
        try:
            claimant = self._claimant(number)
        except (OSError, RefusedError):
            return False
        return self._records.joinpath(f"{claimant}.json").exists()

    def lines_of(self, number: str) -> Sequence[WrittenLine]:
        """Return the lines of a written order; none if it was not written here."""
        record = self.of_number(number)
        return record.written_lines() if record else ()

    def save(self, record: OrderRecord) -> None:
        """Write a record. Raises `OSError`."""
        replace_file(self.path(record.reference), msgspec.json.encode(record))

    def path(self, reference: str) -> Path:
        """Return the path of the record of a reference."""
        return self._records / f"{digest(reference)}.json"

    def kept_path(self, record: OrderRecord) -> Path:
        """Return the path of the fields in the newest whole file of an order."""
        return self._records / f"{digest(record.reference)}-v{record.whole}.fields"

    def kept_paths(self, record: OrderRecord) -> Sequence[Path]:
        """Return the paths of the fields in all whole files of an order, as far as they exist."""
        return [*self._records.glob(f"{digest(record.reference)}-v*.fields")]

    def answers_path(self, number: str) -> Path | None:
        """Return the path of the Supplier's answers to an order; None if it was not written."""
        record = self.of_number(number)
        if record is None or not record.reference:
            return None
        return self._records / f"{digest(record.reference)}.answers"

    def file_of(self, record: OrderRecord) -> Path:
        """Return the path of the newest file of an order."""
        version = f"-v{record.version}" if record.version > 1 else ""
        return self.folder / f"order-{digest(record.reference)}{version}{self._suffix}"

    def finish(self, record: OrderRecord) -> None:
        """Give the newest file of an order its final name, if it is recorded but has it not yet.

        The format may have changed since it was written. Raises `OSError`.
        """
        for suffix in _SUFFIXES:
            file = self.file_of(record).with_suffix(suffix)
            if temporary_path(file).exists():
                temporary_path(file).rename(file)
                sync_folder(self.folder)

    def claim_number(self, number: str, reference: str) -> str:
        """Claim a number for a reference; a number that is taken gets `~2`, `~3` added."""
        candidate, count = number, 1
        while not self._is_claimed(candidate, reference):
            count += 1
            candidate = f"{number}~{count}"
        return candidate

    def _is_claimed(self, number: str, reference: str) -> bool:
        """Claim a number; True if it belongs to this order now, or since an earlier attempt."""
        claim = self.claim_path(number)
        try:
            flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_NOFOLLOW
            with os.fdopen(os.open(claim, flags, 0o600), "w", encoding="ascii") as file:
                file.write(digest(reference))
        except FileExistsError:
            claimant = self._claimant(number)
            if not claimant:
                replace_file(claim, digest(reference).encode(), mode=0o600)
            return claimant in ("", digest(reference))
        return True

    def _claimant(self, number: str) -> str:
        """Return the digest of the reference that has a number; empty if the number is free.

        A crash may leave a claim empty. Then a record may have the number.
        """
        try:
            claimant = self._read(self.claim_path(number)).decode("ascii", "replace")
        except FileNotFoundError:
            return ""
        if claimant:
            return claimant
        records = self._records.glob("*.json")
        return next((path.stem for path in records if self._number_in(path) == number), "")

    def _number_in(self, record: Path) -> str:
        try:
            return msgspec.json.decode(self._read(record), type=OrderRecord, strict=False).number
        except (OSError, RefusedError, msgspec.MsgspecError, UnicodeError):
            return ""

    def _read(self, path: Path) -> bytes:
        try:
            return read_regular(path)
        except NotRegularError as error:
            reason = f"{path} is not a regular file, so ordosync did not write it; remove it"
            raise RefusedError(self._account, "find orders", reason) from error

    def claim_path(self, number: str) -> Path:
        """Return the path of the claim for a number."""
        return self._records / f"{digest(number)}.number"
