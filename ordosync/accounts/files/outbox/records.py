"""Records of files on their way to a place: one file for each, flushed to the disk at each step.

`made` (complete here) -> `uploading` -> `publishing` (complete at the place, under a temporary
name) -> `there`. They are never in the store: a store that is restored or lost must send nothing
again. They have no personal data; the made files beside them have.
"""

import hashlib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Raw, Struct

from ordosync.accounts.files.outbox.publishing import Route
from ordosync.atomic_write import replace_file, sync_folder
from ordosync.clock import to_text
from ordosync.errors import RefusedError
from ordosync.permissions import make_folder
from ordosync.regular_files import NotRegularError, read_regular

Step = Literal["made", "uploading", "publishing", "there"]
NOTHING = Raw(b"null")
_SUFFIX = ".out"
_MADE = ".made"


class Outgoing(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A file on its way, and its step."""

    key: str
    """Its name in the outbox: ASCII, and no foreign text."""
    name: str
    """Its name at the place, for messages."""
    step: Step
    route: Route
    size: int
    digest: str
    made_at: str
    note: Raw = NOTHING
    """JSON of the writer, without personal data: what is true once the file is there."""
    was_taken: bool = False
    """True if it was taken away before it was seen there."""


class OutboxRecords:
    """The records in one private folder, each beside the file that was made."""

    def __init__(self, folder: Path, *, account: str) -> None:
        self._folder = folder
        self._account = f"account {account}"

    def make_folder(self) -> None:
        """Create the folder, readable by its owner only. Raises `OSError`."""
        make_folder(str(self._folder), 0o700)

    def get(self, key: str) -> Outgoing | None:
        """Return the record with this key. Raises `RefusedError` if it is damaged."""
        return self._read(self._path(key))

    def all(self) -> Iterator[Outgoing]:
        """Yield all records, by their keys. Raises `RefusedError` if one is damaged."""
        for path in sorted(self._folder.glob(f"*{_SUFFIX}")):
            if record := self._read(path):
                yield record

    def make(
        self, key: str, content: bytes, *, name: str, route: Route, at: datetime, note: Raw
    ) -> Outgoing:
        """Write a file and its record, in place of an earlier attempt. Raises `OSError`."""
        self.make_folder()
        replace_file(self.made(key), content, mode=0o600)
        return self.save(
            Outgoing(
                key=key,
                name=name,
                step="made",
                route=route,
                size=len(content),
                digest=digest_of(content, note),
                made_at=to_text(at),
                note=note,
            )
        )

    def save(self, record: Outgoing) -> Outgoing:
        """Write a record, and return it. Raises `OSError`."""
        replace_file(self._path(record.key), msgspec.json.encode(record), mode=0o600)
        return record

    def made(self, key: str) -> Path:
        """Return the path of the file that was made."""
        return self._folder / f"{key}{_MADE}"

    def empty(self) -> Path:
        """Return the path of an empty file, for markers. Raises `OSError`."""
        path = self._folder / "empty"
        if not path.exists():
            replace_file(path, b"", mode=0o600)
        return path

    def remove(self, key: str) -> None:
        """Delete a record and its file. Raises `OSError`."""
        # The record first: without its file, it could not be handed over.
        self._path(key).unlink(missing_ok=True)
        self.made(key).unlink(missing_ok=True)
        sync_folder(self._folder)

    def remove_made(self, key: str) -> None:
        """Delete the file of a record. Raises `OSError`."""
        self.made(key).unlink(missing_ok=True)

    def _path(self, key: str) -> Path:
        return self._folder / f"{key}{_SUFFIX}"

    def _read(self, path: Path) -> Outgoing | None:
        try:
            return msgspec.json.decode(read_regular(path), type=Outgoing)
        except FileNotFoundError:
            return None
        except (OSError, NotRegularError, msgspec.MsgspecError, UnicodeError) as error:
            reason = f"{path} is damaged, so it is unknown if its file was handed over"
            raise RefusedError(self._account, "read the outbox", reason) from error


def digest_of(content: bytes, note: Raw) -> str:
    """Return a digest of a file and its note, to compare it with a later attempt."""
    return hashlib.sha256(bytes(note) + b"\n" + content).hexdigest()[:32]
