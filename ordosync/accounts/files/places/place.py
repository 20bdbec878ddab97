"""The contract of a place: a folder of files on another machine.

A path is relative to the folder of the place, with `/` between its parts. Names are bytes, since a
place may have names of any encoding; `shown` returns a name for messages.

Each method raises only these errors, never those of a library:

- `NotFoundError`: the file or folder does not exist.
- `RefusedError`: the place denies the request, such as by its permissions.
- `SignInError`: the credentials are rejected, or the place shows another key or certificate.
- `UnavailableError`: no connection, a timeout, or an answer that cannot be used; try again later.
- `UnknownOutcomeError`: only from `publish`, `rename` and `remove`: the request was sent, and the
  connection ended before the answer.

A message names the account and the file, but no address. A place opens its connection at the first
request and again after an error. Its methods may be called from any thread, and exclude each other.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import BinaryIO, Protocol

from msgspec import Struct

from ordosync.errors import SignInError


class Mark(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The state of a file, as far as the place tells; a file that changed has another mark.

    SFTP has times in whole seconds, so a file that was written twice in a second may keep its mark.
    """

    size: int | None = None
    changed: float | None = None
    """Seconds since 1970 by the clock of the place, which is never compared with ours."""
    etag: str = ""


class Entry(Struct, frozen=True, kw_only=True):
    """A name in a folder of the place."""

    name: bytes
    """Without its folder; never `.` or `..`, and without `/`."""
    mark: Mark
    is_file: bool = True
    """False for a folder, or for anything else that is not a regular file."""


class Fetched(Struct, frozen=True, kw_only=True):
    """A file that was read to its end, with its mark while it was open."""

    before: Mark
    after: Mark
    """A mark that differs from `before` means that the file changed while it was read."""


class UntrustedKeyError(SignInError):
    """The server shows a key that is not configured. `line` is its line for `host_key`."""

    def __init__(self, account: str, action: str, answer: str, *, line: str = "") -> None:
        super().__init__(account, action, answer)
        self.line = line


class Place(Protocol):
    """A folder on another machine. It makes no folders."""

    @property
    def can_list(self) -> bool:
        """False if only a file whose whole path is known can be fetched, as over HTTPS."""

    def connect(self) -> None:
        """Connect and sign in, if that was not done yet."""

    def list(
        self, folder: bytes, *, needs: Callable[[bytes], bool] | None = None
    ) -> Sequence[Entry]:
        """Return everything in a folder; `b""` is the folder of the place.

        `needs` tells of which names the marks are needed: some servers must be asked for each.
        """

    def fetch(
        self, path: bytes, to: BinaryIO, *, most_bytes: int, known: Mark | None = None
    ) -> Fetched | None:
        """Write the content of a file to `to`; None if it certainly still has the `known` mark.

        Raises `RefusedError` if it has more than `most_bytes`, and `UnavailableError` if the length
        that was read is not the length that the place reports.
        """

    def store(self, file: Path, path: bytes) -> int:
        """Write a local file to this path, in place of a file there; return the bytes sent.

        After an error, a part of the file may be there. Raises `OSError` for the local file.
        """

    def size(self, path: bytes) -> int | None:
        """Return the size of a file; None if the place does not allow to ask for it."""

    def publish(self, source: bytes, target: bytes, *, may_remove: bool = False) -> None:
        """Rename a file to its final name, in place of a file there, in one step if possible.

        If the place cannot replace a file by a rename, an existing target is removed first, but
        only with `may_remove`; without it, `ExistsError`. `NotFoundError` is about the source.
        """

    def rename(self, source: bytes, target: bytes) -> None:
        """Rename a file to a new name; `ExistsError` if the name is taken.

        Some places replace the target without a question. There, its existence is asked first.
        """

    def remove(self, path: bytes) -> None:
        """Remove a file."""

    def close(self) -> None:
        """Close the connection. Idempotent; a later request opens a new one."""


def shown(name: bytes) -> str:
    """Return a name for messages and ids: ASCII, with an escape for each other byte."""
    return "".join(chr(each) if _is_plain(each) else f"\\x{each:02x}" for each in name)


def _is_plain(byte: int) -> bool:
    # A backslash is escaped, too, so that two names never look the same.
    return 0x20 <= byte < 0x7F and byte != ord("\\")  # noqa: PLR2004 - printable ASCII
