"""The readings of an account, and the places of their files."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from ordosync.accounts.files.input_options.answer_files import AnswerFiles
from ordosync.accounts.files.input_options.cancellation_files import CancellationFiles
from ordosync.accounts.files.input_options.input_files import InputFiles
from ordosync.accounts.files.input_options.order_files import OrderFiles
from ordosync.accounts.files.input_options.product_files import ProductFiles
from ordosync.accounts.files.input_options.shipment_files import ShipmentFiles
from ordosync.accounts.files.input_options.stock_files import StockFiles
from ordosync.accounts.files.places.options import PlaceOptions
from ordosync.accounts.files.places.patterns import NamePattern
from ordosync.accounts.files.reading.file_listing import folder_of
from ordosync.accounts.option_types import ConfiguredPath, text_of

Files = TypeVar("Files", bound=InputFiles)


@dataclass(frozen=True, kw_only=True)
class ReadFiles:
    """The files that an account reads, as far as it is configured for them."""

    orders: OrderFiles | None = None
    products: ProductFiles | None = None
    cancellations: CancellationFiles | None = None
    shipments: ShipmentFiles | None = None
    stock: StockFiles | None = None
    answers: AnswerFiles | None = None

    def at(self, place: PlaceOptions | None) -> "ReadFiles":
        """Return these readings, each with its place; `place` is that of the account.

        Raises `ValueError`.
        """
        return ReadFiles(
            orders=_placed("orders", self.orders, place),
            products=_placed("products", self.products, place),
            cancellations=_placed("cancellations", self.cancellations, place),
            shipments=_placed("shipments", self.shipments, place),
            stock=_placed("stock", self.stock, place),
            answers=_placed("answers", self.answers, place),
        )

    @cached_property
    def by_name(self) -> Mapping[str, InputFiles]:
        """The readings that are configured, by their names."""
        readings = {each.name: getattr(self, each.name) for each in fields(self)}
        return {name: options for name, options in readings.items() if options}

    @property
    def folders(self) -> Iterator[Path]:
        """The local folders that are read."""
        return (folder_of(each.glob) for each in self.by_name.values() if each.place is None)

    @property
    def places(self) -> Mapping[PlaceOptions, None]:
        """The places that are read, each once."""
        return {each.place: None for each in self.by_name.values() if each.place}


def _placed(name: str, options: Files | None, place: PlaceOptions | None) -> Files | None:
    """Return a reading with its place. Below a place, its `glob` is not a local path."""
    if options is None:
        return None
    place = options.place or place
    try:
        if place is None:
            _check_local(options)
            return options
        glob = ConfiguredPath.of(Path(), text_of(options.glob))
        placed = replace(options, place=place, glob=glob)
        _check_placed(placed, place)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from error
    return placed


def _check_local(options: InputFiles) -> None:
    for name in ("after", "ready"):
        if getattr(options, name):
            raise ValueError(f"{name}: is only for files at a `place`")


def _check_placed(options: InputFiles, place: PlaceOptions) -> None:
    pattern = NamePattern.of(options.glob, options.format)
    if place.is_http and not pattern.is_one_name:
        raise ValueError("glob: files over HTTPS cannot be listed, so it must be a single name")
    if place.is_http and (options.after or options.ready):
        raise ValueError("after and ready: are not possible over HTTPS")
    if options.ready and ("{name}" not in options.ready or "/" in options.ready):
        raise ValueError("ready: must be a name with {name}, as in `{name}.done`")
    if options.after and options.after.archive.strip("/").encode() == pattern.folder:
        raise ValueError("after: the archive must be another folder than that of `glob`")
    if isinstance(options, StockFiles) and options.max_age is None:
        raise ValueError(
            "max_age: is needed for stock at a place, since an old file may be shown for long"
        )
