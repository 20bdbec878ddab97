"""The files of one reading: those of a local folder, or those of a place by way of its mirror."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from pathlib import Path
from typing import Protocol

from ordosync.accounts.files.input_options.input_files import InputFiles
from ordosync.accounts.files.output.reject_files import RejectFolder
from ordosync.accounts.files.reading.file_listing import (
    files_of,
    no_file_text,
    oldest_first,
    state_of,
)


class FileSource(Protocol):
    """The files that a reader reads, by their names, and marks by which it recognises them."""

    @property
    def notes(self) -> Sequence[str]:
        """Remarks for the log since the last `close`."""

    @property
    def problems(self) -> Mapping[str, str]:
        """The reasons why files cannot be read at all, by the names of the files."""

    @property
    def waiting(self) -> Sequence[str]:
        """The names of files that a later run reads."""

    @property
    def owned(self) -> Sequence[Path]:
        """The files that ordosync owns, and that may have personal data. Asks no place."""

    def files(self) -> dict[str, Path]:
        """Return the files as they are now, oldest first. Raises `AccountError`.

        Until `close`, a place is asked only once.
        """

    def state_of(self, path: Path, now: datetime) -> tuple[list[int] | None, float]:
        """Return the mark of a file and its age in seconds; None and 0 if there is no file.

        The mark changes whenever the content does.
        """

    def finish(self, names: AbstractSet[str], *, clean: AbstractSet[str]) -> None:
        """Called after a complete read of these files, when their records are stored.

        `clean` are those that were read just now, and of which every row could be used.
        """

    def close(self) -> None:
        """End a run."""


class LocalFiles:
    """The files in a local folder."""

    notes: Sequence[str] = ()
    problems: Mapping[str, str] = {}
    waiting: Sequence[str] = ()
    owned: Sequence[Path] = ()

    def __init__(
        self, options: InputFiles, *, account: str, action: str, rejects: RejectFolder | None
    ) -> None:
        self._options = options
        self._account = account
        self._action = action
        self._rejects = rejects

    def files(self) -> dict[str, Path]:
        """Return the files without those that ordosync has rejected."""
        files = files_of(
            self._options.glob,
            account=self._account,
            action=self._action,
            form=self._options.format,
        )
        if self._rejects:
            files = {name: path for name, path in files.items() if not self._rejects.holds(path)}
        return oldest_first(files)

    def state_of(self, path: Path, now: datetime) -> tuple[list[int] | None, float]:
        """Return the mark and the age that the file system has."""
        return state_of(path, now)

    def finish(self, names: AbstractSet[str], *, clean: AbstractSet[str]) -> None:
        """Do nothing: the files belong to the partner."""

    def close(self) -> None:
        """Do nothing."""


def missing_text(options: InputFiles) -> str:
    """Return that no file matches the pattern of a reading."""
    if options.place:
        return f"no file at the place matches {options.glob}"
    return no_file_text(options.glob)
