"""Options of the files that ordosync writes; only mapped fields are written."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import ClassVar, Literal
from zoneinfo import ZoneInfo

from ordosync.accounts.files.input_options.column_map import (
    check_columns,
    check_date_format,
    check_encoding,
)
from ordosync.accounts.files.input_options.fields import (
    LINE_FIELDS,
    ORDER_FIELDS,
    SHIPMENT_FIELDS,
    UNIT_FIELDS,
)
from ordosync.accounts.files.outbox.names import check_name
from ordosync.accounts.files.outbox.publishing import RENAME, Publish
from ordosync.accounts.files.places.options import PlaceOptions
from ordosync.accounts.validation import check_timezone
from ordosync.accounts.workbooks.writing import MISSING, can_write


@dataclass(frozen=True, kw_only=True)
class OutputFiles:
    """The format of files that are written; subclasses add the content and the path."""

    record_name: ClassVar[str]
    known_fields: ClassVar[tuple[str, ...]]
    required_fields: ClassVar[tuple[str, ...]]
    newer_options: ClassVar[frozenset[str]] = frozenset(
        {"place", "publish", "folder", "name", "mode"}
    )
    """Options that `config show` shows only if they differ from their defaults."""

    columns: Mapping[str, str]
    """Columns by field, in the order of the columns."""
    format: Literal["csv", "xlsx"] | None = None
    """None: by the suffix of the path, otherwise CSV."""
    encoding: str = "utf-8"
    delimiter: str = ","
    decimal: Literal[".", ","] = "."
    place: PlaceOptions | None = None
    """The place of the files, if it is not that of the account."""
    publish: Publish = RENAME
    """The way in which files get their names at a place."""

    def __post_init__(self) -> None:
        check_columns(
            self.columns, self.known_fields, self.required_fields, record_name=self.record_name
        )
        check_encoding(self.encoding, self.delimiter)
        for column in self.columns.values():
            if list(self.columns.values()).count(column) > 1:
                raise ValueError(f"columns: {column!a} is mapped to two fields")
        if self.is_workbook and not can_write():
            raise ValueError(f"format: {MISSING}")

    @property
    def is_workbook(self) -> bool:
        """True if the files are workbooks."""
        return (self.format or self._format_of_path) == "xlsx"

    @property
    def _format_of_path(self) -> str:
        path = getattr(self, "path", None) or Path(getattr(self, "name", ""))
        return path.suffix.removeprefix(".").lower()


@dataclass(frozen=True, kw_only=True)
class InventoryFile(OutputFiles):
    """Quantities of products: one file that is rewritten, or a new file in each run."""

    record_name: ClassVar[str] = "a product's stock"
    known_fields: ClassVar[tuple[str, ...]] = ("sku", "quantity")
    required_fields: ClassVar[tuple[str, ...]] = ("sku", "quantity")

    path: Path | None = None
    """The file that is rewritten as a whole; None for new files."""
    folder: Path | None = None
    name: str = ""
    mode: Literal["full", "changes"] | None = None
    """The products in each new file: all that were ever written, or those that changed."""

    def __post_init__(self) -> None:
        super().__post_init__()
        # A file with all products may replace the one before it.
        check_new_files(self, unique_by=("seq",) if self.mode == "changes" else ())


@dataclass(frozen=True, kw_only=True)
class TrackingFile(OutputFiles):
    """Parcels of orders: one file that is rewritten, or a new file with what is new."""

    record_name: ClassVar[str] = "a shipment"
    known_fields: ClassVar[tuple[str, ...]] = (*SHIPMENT_FIELDS, "currency", *UNIT_FIELDS)
    required_fields: ClassVar[tuple[str, ...]] = ("order_number", "tracking_number", "voided")
    """`voided` is required, since without it a deleted label looks like a valid label."""

    path: Path | None = None
    """The file that is rewritten as a whole; None for new files."""
    folder: Path | None = None
    name: str = ""
    mode: Literal["batch"] | None = None
    """`batch`: each new file has the parcels that no file had before."""

    def __post_init__(self) -> None:
        super().__post_init__()
        check_new_files(self, unique_by=("seq",))

    @property
    def has_units(self) -> bool:
        """True if a parcel has a row for each of its lines."""
        return "quantity" in self.columns


def check_new_files(files: InventoryFile | TrackingFile, *, unique_by: tuple[str, ...]) -> None:
    """Raise `ValueError` if it is not clear which files are written, or how they are named."""
    if files.path and (files.folder or files.name or files.mode):
        raise ValueError("path: is not possible with folder, name and mode")
    if files.path:
        return
    for option in ("folder", "name", "mode"):
        if not getattr(files, option):
            raise ValueError(f"{option} is missing; give path, or folder, name and mode")
    check_name(files.name, unique_by=unique_by, fields=("time", "seq"))


EVENT_FIELDS = (
    *("event", "order_number", "line_id", "sku", "quantity"),
    *("answer", "reason", "expected", "at"),
)


@dataclass(frozen=True, kw_only=True)
class EventFile(OutputFiles):
    """One file with the shortages of orders, to which new rows are added."""

    record_name: ClassVar[str] = "an event"
    known_fields: ClassVar[tuple[str, ...]] = EVENT_FIELDS
    required_fields: ClassVar[tuple[str, ...]] = ("event", "order_number", "answer")
    """`event` is required, since it identifies the rows that were written."""

    path: Path
    columns: Mapping[str, str] = field(
        default_factory=lambda: {name: name for name in EVENT_FIELDS}
    )


@dataclass(frozen=True, kw_only=True)
class OrderFolder(OutputFiles):
    """A folder for order files, one file per order; one row is one line item."""

    record_name: ClassVar[str] = "an order"
    known_fields: ClassVar[tuple[str, ...]] = (
        *ORDER_FIELDS,
        *LINE_FIELDS,
        "line_id",
        "currency",
        "change",
        "version",
    )
    required_fields: ClassVar[tuple[str, ...]] = ("order_number", "sku", "quantity")

    folder: Path
    name: str = ""
    """The names of files at a place, such as `PO_{number}_{seq}.csv`; by default a digest."""
    preset: str = ""
    """The name of a known import; the options beside it replace the preset's, field by field."""
    date_format: str | None = None
    """The form of `placed_at`, in `timezone`; None: ISO 8601 with its offset."""
    timezone: str | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        check_date_format(self.date_format)
        if self.timezone:
            check_timezone(self.timezone)
        if bool(self.date_format) != bool(self.timezone):
            missing = "timezone" if self.date_format else "date_format"
            raise ValueError(f"{missing} is missing; a date has both")
        if self.date_format and "placed_at" not in self.columns:
            raise ValueError("date_format: placed_at has no column")
        if "version" in self.columns and not self.has_changes:
            raise ValueError("columns: change is missing; without it an order has one version")
        if self.name:
            unique_by = ("version", "seq") if self.has_changes else ("number", "seq", "digest")
            check_name(self.name, unique_by=unique_by)

    def time_text(self, at: datetime | None) -> str:
        """Return the text of a time."""
        if at is None:
            return ""
        if self.date_format is None or self.timezone is None:
            return at.isoformat()
        return at.astimezone(ZoneInfo(self.timezone)).strftime(self.date_format)

    @property
    def has_changes(self) -> bool:
        """True if an order may have further files, which say what they change."""
        return "change" in self.columns
