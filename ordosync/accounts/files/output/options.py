"""Options of the files that ordosync writes; only mapped fields are written."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal

from ordosync.accounts.files.column_map import check_columns, check_encoding
from ordosync.accounts.files.options import (
    LINE_FIELDS,
    ORDER_FIELDS,
    SHIPMENT_FIELDS,
    UNIT_FIELDS,
)


@dataclass(frozen=True, kw_only=True)
class OutputFiles:
    """The format of files that are written; subclasses add the content and the path."""

    record_name: ClassVar[str]
    known_fields: ClassVar[tuple[str, ...]]
    required_fields: ClassVar[tuple[str, ...]]

    columns: Mapping[str, str]
    """Columns by field, in the order of the columns."""
    encoding: str = "utf-8"
    delimiter: str = ","
    decimal: Literal[".", ","] = "."

    def __post_init__(self) -> None:
        check_columns(
            self.columns, self.known_fields, self.required_fields, record_name=self.record_name
        )
        check_encoding(self.encoding, self.delimiter)
        for column in self.columns.values():
            if list(self.columns.values()).count(column) > 1:
                raise ValueError(f"columns: {column!a} is mapped to two fields")


@dataclass(frozen=True, kw_only=True)
class InventoryFile(OutputFiles):
    """One file with the quantity of each product, rewritten as a whole when one changes."""

    record_name: ClassVar[str] = "a product's stock"
    known_fields: ClassVar[tuple[str, ...]] = ("sku", "quantity")
    required_fields: ClassVar[tuple[str, ...]] = ("sku", "quantity")

    path: Path


@dataclass(frozen=True, kw_only=True)
class TrackingFile(OutputFiles):
    """One file with the parcels of each order, rewritten as a whole when one changes."""

    record_name: ClassVar[str] = "a shipment"
    known_fields: ClassVar[tuple[str, ...]] = (*SHIPMENT_FIELDS, "currency", *UNIT_FIELDS)
    required_fields: ClassVar[tuple[str, ...]] = ("order_number", "tracking_number", "voided")
    """`voided` is required, since without it a deleted label looks like a valid label."""

    path: Path

    @property
    def has_units(self) -> bool:
        """True if a parcel has a row for each of its lines."""
        return "quantity" in self.columns


@dataclass(frozen=True, kw_only=True)
class OrderFolder(OutputFiles):
    """A folder for order files, one file per order; one row is one line item."""

    record_name: ClassVar[str] = "an order"
    known_fields: ClassVar[tuple[str, ...]] = (*ORDER_FIELDS, *LINE_FIELDS, "line_id", "currency")
    required_fields: ClassVar[tuple[str, ...]] = ("order_number", "sku", "quantity")

    folder: Path
