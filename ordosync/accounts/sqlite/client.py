"""The file of one local account, opened for both roles. It needs no requests."""

from collections.abc import Sequence

from ordosync.accounts.connections import Connections
from ordosync.embedded.database import EmbeddedFile
from ordosync.errors import RefusedError


class SqliteClient:
    """The file of one account, as one portal opens it."""

    calls = 0
    cost = 0
    notes: Sequence[str] = ()
    timezone = None

    def __init__(self, file: EmbeddedFile, at: Connections) -> None:
        self.file = file
        file.before_write = at.write_guard()
        file.keep()

    def close(self) -> None:
        """Close the file at the end of a run. Idempotent."""
        self.file.close()

    def check_exists(self, cursor: str | None, action: str) -> None:
        """Raise `RefusedError` if the file was read before and does not exist any more.

        A file that was never read may be new: it reads as empty until the desk creates it.
        """
        if int(cursor or 0) and not self.file.exists:
            raise RefusedError(
                f"account {self.file.name}",
                action,
                f"there is no file {self.file.path}; check `path:`",
            )


class FilePart:
    """A part of the contract that needs nothing but the file."""

    def __init__(self, client: SqliteClient) -> None:
        self._client = client
        self._file = client.file


class AssignedPart:
    """A part of a Merchant with only what is assigned to the portal's Supplier."""

    def __init__(self, client: SqliteClient, *, supplier: str) -> None:
        self._client = client
        self._file = client.file
        self._supplier = supplier
