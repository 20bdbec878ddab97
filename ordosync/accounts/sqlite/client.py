"""The embedded file of one account, opened for both roles. It costs no requests."""

from ordosync.embedded.database import EmbeddedFile
from ordosync.errors import RefusedError


class SqliteClient:
    """The file of one account, as one portal opens it."""

    calls = 0
    cost = 0
    timezone = None

    def __init__(self, file: EmbeddedFile) -> None:
        self.file = file

    def close(self) -> None:
        """Do nothing: the file is closed after each piece of work."""

    def check_is_there(self, cursor: str | None, action: str) -> None:
        """Raise `RefusedError` if something was read before, and the file is gone.

        Before that, a file that its desk has not created yet reads as empty: it may be new.
        """
        if int(cursor or 0) and not self.file.is_there:
            raise RefusedError(
                f"account {self.file.name}",
                action,
                f"there is no file {self.file.path}; check `path:`",
            )
