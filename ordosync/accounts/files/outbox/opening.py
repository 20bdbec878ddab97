"""Opens what an account writes: files in local folders, or the outbox of a place."""

import shutil
from dataclasses import replace
from functools import partial
from pathlib import Path

from ordosync.accounts.connections import Connections
from ordosync.accounts.files.outbox.dry_place import DryPlace
from ordosync.accounts.files.outbox.names import FileNames
from ordosync.accounts.files.outbox.orders import OrderOutbox
from ordosync.accounts.files.outbox.outbox import Outbox
from ordosync.accounts.files.outbox.records import OutboxRecords
from ordosync.accounts.files.output.options import OrderFolder, OutputFiles
from ordosync.accounts.files.output.order_files import OrderFileWriter
from ordosync.accounts.files.output.order_records import RECORDS, OrderRecords
from ordosync.accounts.files.output.written_files import WrittenFiles
from ordosync.accounts.files.places.opening import place_of
from ordosync.accounts.files.places.options import PlaceOptions
from ordosync.accounts.files.places.place import Place
from ordosync.accounts.option_types import text_of

_NAME, _NAME_OF_CHANGES = "order-{digest}", "order-{digest}-v{version}"


class Writers:
    """Opens the writers of one account, for one portal."""

    def __init__(
        self,
        written: WrittenFiles,
        folder: Path,
        at: Connections,
        *,
        account: str,
        dry_folder: Path | None = None,
    ) -> None:
        self._written = written
        self._folder = folder
        """The outbox of the account; it may not exist yet."""
        self._at = at
        self._account = account
        self._dry_folder = dry_folder
        """For a dry run, the folder for a copy of the outbox."""

    def orders(self, options: OrderFolder) -> OrderFileWriter:
        """Return the writer of order files."""
        suffix = ".xlsx" if options.is_workbook else ".csv"
        place = self._written.place_of(options)
        if place is None:
            records = OrderRecords(options.folder, account=self._account, suffix=suffix)
            return OrderFileWriter(options, records)
        folder = self._outbox_folder()
        records = OrderRecords(folder, account=self._account, suffix=suffix, is_private=True)
        template = options.name or (_NAME_OF_CHANGES if options.has_changes else _NAME) + suffix
        outbox = OrderOutbox(
            self._outbox(options, place, folder / RECORDS, text_of(options.folder)),
            records,
            FileNames(template, folder / RECORDS, account=self._account),
            account=self._account,
            clock=self._at.clock,
        )
        return OrderFileWriter(replace(options, folder=folder), records, outbox=outbox)

    def _outbox(
        self, options: OutputFiles, place: PlaceOptions, records: Path, folder: str
    ) -> Outbox:
        return Outbox(
            OutboxRecords(records, account=self._account),
            partial(self._place, place),
            folder,
            options.publish,
            account=self._account,
            clock=self._at.clock,
            checks_size=place.check == "size",
        )

    def _place(self, options: PlaceOptions) -> Place:
        if self._dry_folder:
            return DryPlace()
        return place_of(options, self._at, account=self._account)

    def _outbox_folder(self) -> Path:
        """Return the outbox, or its copy in a dry run."""
        if self._dry_folder is None:
            return self._folder
        copy = self._dry_folder / "out"
        if self._folder.is_dir() and not copy.exists():
            shutil.copytree(self._folder, copy)
        return copy
