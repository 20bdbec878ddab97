"""The files that an account writes: in local folders, or handed over to a place."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from ordosync.accounts.files.outbox.publishing import RENAME
from ordosync.accounts.files.output.options import (
    EventFile,
    InventoryFile,
    OrderFolder,
    OutputFiles,
    TrackingFile,
)
from ordosync.accounts.files.output.order_records import RECORDS
from ordosync.accounts.files.places.options import PlaceOptions
from ordosync.accounts.option_types import text_of


@dataclass(frozen=True, kw_only=True)
class WrittenFiles:
    """The files that an account writes, as far as it is configured for them."""

    inventory: InventoryFile | None
    tracking: TrackingFile | None
    events: EventFile | None
    orders: OrderFolder | None
    place: PlaceOptions | None = None
    """The place of all files that have none beside them; None if they are local."""

    def __post_init__(self) -> None:
        for name, files in self.named.items():
            place = self.place_of(files)
            if place and place.is_http:
                raise ValueError(f"{name}: cannot be written over {place.scheme}")
            if place:
                _check_below(name, text_of(_path_of(files)))
            elif isinstance(files, OrderFolder) and (files.name or files.publish != RENAME):
                raise ValueError(f"{name}: name and publish are only for files at a place")

    def place_of(self, files: OutputFiles | None) -> PlaceOptions | None:
        """Return the place of these files; None if they are local."""
        return (files.place or self.place) if files else None

    @property
    def orders_folder(self) -> str:
        """The folder of order files, for a message; empty if none are written."""
        if self.orders is None:
            return ""
        folder = self.orders.folder
        return f"{text_of(folder)} at its place" if self.place_of(self.orders) else str(folder)

    @property
    def places(self) -> Mapping[PlaceOptions, None]:
        """The places that are written to, each once."""
        places = map(self.place_of, self.named.values())
        return dict.fromkeys(place for place in places if place)

    @property
    def paths(self) -> tuple[Path, ...]:
        """The local paths, and the folders that are locked for a write."""
        return (*self._files, *self.folders)

    @property
    def folders(self) -> tuple[Path, ...]:
        """The local folders that files are written into."""
        files = (self.inventory, self.tracking, self.orders)
        folders = [file.folder for file in files if file and not self.place_of(file)]
        return (*(path.parent for path in self._files), *filter(None, folders))

    @property
    def named(self) -> Mapping[str, OutputFiles]:
        """The files by the option that has them."""
        named = {
            "inventory": self.inventory,
            "tracking": self.tracking,
            "events": self.events,
            "order_files": self.orders,
        }
        return {name: files for name, files in named.items() if files}

    @property
    def _files(self) -> list[Path]:
        files = (self.inventory, self.tracking, self.events)
        return [file.path for file in files if file and file.path and not self.place_of(file)]

    def copied(self, folder: Path) -> "WrittenFiles":
        """Return these files as copies in `folder`, without the orders that were written.

        Files at a place stay as they are: their outbox is copied when it is opened.
        """
        inventory, tracking, events = self.inventory, self.tracking, self.events
        orders = self.orders
        if inventory and inventory.path and not self.place_of(inventory):
            inventory = replace(inventory, path=_copy(inventory.path, folder / "inventory"))
        if tracking and tracking.path and not self.place_of(tracking):
            tracking = replace(tracking, path=_copy(tracking.path, folder / "tracking"))
        if events and not self.place_of(events):
            events = replace(events, path=_copy(events.path, folder / "events"))
        if orders and not self.place_of(orders):
            copy = folder / "orders"
            if orders.folder.is_dir():
                copy.mkdir()
            if (orders.folder / RECORDS).is_dir():
                shutil.copytree(orders.folder / RECORDS, copy / RECORDS)
            orders = replace(orders, folder=copy)
        return replace(self, inventory=inventory, tracking=tracking, events=events, orders=orders)


def _path_of(files: OutputFiles) -> Path:
    """Return the folder of files that are many, or the path of a single one."""
    path: Path = getattr(files, "folder", None) or files.path  # type: ignore[attr-defined]
    return path


def _check_below(name: str, text: str) -> None:
    """Raise `ValueError` if a path is not below its place."""
    if text.startswith("/") or ".." in text.split("/"):
        raise ValueError(f"{name}: {text!a} is not below the place; write it relative to `url`")


def _copy(path: Path, folder: Path) -> Path:
    """Copy a file into a new folder. What is missing is missing there, too."""
    if path.parent.is_dir():
        folder.mkdir()
    if path.is_file():
        shutil.copy2(path, folder / path.name)
    return folder / path.name
