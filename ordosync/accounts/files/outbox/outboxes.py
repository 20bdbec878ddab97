"""Opens the outboxes of one account: a private folder for each part, and the place of its files."""

import shutil
from functools import cached_property, partial
from pathlib import Path

from ordosync.accounts.connections import Connections
from ordosync.accounts.files.outbox.dry_place import DryPlace
from ordosync.accounts.files.outbox.handed_over import HandedOver
from ordosync.accounts.files.outbox.names import FileNames
from ordosync.accounts.files.outbox.outbox import Outbox
from ordosync.accounts.files.outbox.records import OutboxRecords
from ordosync.accounts.files.output.options import OutputFiles
from ordosync.accounts.files.output.written_files import WrittenFiles
from ordosync.accounts.files.places.local import LocalFolder
from ordosync.accounts.files.places.opening import place_of
from ordosync.accounts.files.places.place import Place


class Outboxes:
    """The outboxes of one account, opened for one portal."""

    def __init__(
        self,
        written: WrittenFiles,
        folder: Path,
        at: Connections,
        *,
        account: str,
        dry_folder: Path | None = None,
    ) -> None:
        self.written = written
        self.account = account
        self.clock = at.clock
        self.before_write = at.write_guard()
        self.handed_over = HandedOver()
        self._original = folder
        self._at = at
        self._dry_folder = dry_folder
        """For a dry run, the folder for a copy."""

    @cached_property
    def folder(self) -> Path:
        """The private folder, which may not exist yet; a copy of it in a dry run."""
        if self._dry_folder is None:
            return self._original
        copy = self._dry_folder / "out"
        if self._original.is_dir() and not copy.exists():
            shutil.copytree(self._original, copy)
        return copy

    def open(self, options: OutputFiles, records: Path, remote: str) -> Outbox:
        """Return the outbox with these records, for files in a folder of their place."""
        return Outbox(
            OutboxRecords(records, account=self.account),
            partial(self.place, options),
            remote,
            options.publish,
            account=self.account,
            clock=self.clock,
            checks_size=self.checks_size(options),
            handed_over=self.handed_over,
        )

    def names(self, template: str, records: Path) -> FileNames:
        """Return the names of the files of an outbox."""
        return FileNames(template, records, account=self.account)

    def checks_size(self, options: OutputFiles) -> bool:
        """True if the place is asked for the size of each file."""
        place = self.written.place_of(options)
        return place is None or place.check == "size"

    def place(self, options: OutputFiles) -> Place:
        """Return the place of these files; a local folder if they have no place."""
        place = self.written.place_of(options)
        if self._dry_folder:
            return DryPlace()
        if place is None:
            folder = getattr(options, "folder", None) or Path()
            return LocalFolder(folder, account=self.account)
        return place_of(place, self._at, account=self.account)
