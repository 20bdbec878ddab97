"""A place for a dry run: it accepts each file, and shows nothing. It never connects."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import BinaryIO

from ordosync.accounts.files.places.place import Entry, Fetched, Mark, shown
from ordosync.errors import RefusedError


class DryPlace:
    """Answers writes as if they were carried out."""

    can_list = False

    def connect(self) -> None:
        """Connect to nothing."""

    def list(
        self,
        folder: bytes,
        *,
        needs: Callable[[bytes], bool] | None = None,  # noqa: ARG002
    ) -> Sequence[Entry]:
        """Refuse, so that nothing is concluded from a missing file."""
        raise RefusedError("dry run", f"list {shown(folder)}", "is not connected")

    def fetch(
        self,
        path: bytes,
        to: BinaryIO,  # noqa: ARG002
        *,
        most_bytes: int,  # noqa: ARG002
        known: Mark | None = None,  # noqa: ARG002
    ) -> Fetched | None:
        """Refuse: the outbox reads no files."""
        raise RefusedError("dry run", f"fetch {shown(path)}", "is not connected")

    def store(self, file: Path, path: bytes) -> int:  # noqa: ARG002
        """Write nothing; return the size of the file."""
        return file.stat().st_size

    def size(self, path: bytes) -> int | None:  # noqa: ARG002
        """Return None, as a place that does not allow to ask."""
        return None

    def publish(self, source: bytes, target: bytes, *, may_remove: bool = False) -> None:
        """Rename nothing."""

    def rename(self, source: bytes, target: bytes) -> None:
        """Rename nothing."""

    def remove(self, path: bytes) -> None:
        """Remove nothing."""

    def close(self) -> None:
        """Close nothing."""
