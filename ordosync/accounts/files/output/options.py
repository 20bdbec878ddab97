"""Options of the files that ordosync writes; only mapped fields are written."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal

from ordosync.accounts.files.column_map import check_columns, check_encoding
from ordosync.accounts.files.options import LINE_FIELDS, ORDER_FIELDS, SHIPMENT_FIELDS


@dataclass(frozen=True, kw_only=True)
class OutputFiles:
    """The format of files that are written; a subclass knows the content and the place."""

    what: ClassVar[str]
    known: ClassVar[tuple[str, ...]]
    required: ClassVar[tuple[str, ...]]

    columns: Mapping[str, str]
    """Our field to its column, in the order of the columns."""
    encoding: str = "utf-8"
    delimiter: str = ","
    decimal: Literal[".", ","] = "."

    def __post_init__(self) -> None:
        check_columns(self.columns, self.known, self.required, what=self.what)
        check_encoding(self.encoding, self.delimiter)
        for column in self.columns.values():
            if list(self.columns.values()).count(column) > 1:
                raise ValueError(f"columns: {column!a} is given to two fields")


@dataclass(frozen=True, kw_only=True)
class InventoryFile(OutputFiles):
    """One file with the quantity of each product, rewritten as a whole when one changes."""

    what: ClassVar[str] = "a product's stock"
    known: ClassVar[tuple[str, ...]] = ("sku", "quantity")
    required: ClassVar[tuple[str, ...]] = ("sku", "quantity")

    path: Path


@dataclass(frozen=True, kw_only=True)
class TrackingFile(OutputFiles):
    """One file with the parcel of each order, rewritten as a whole when one changes."""

    what: ClassVar[str] = "a shipment"
    known: ClassVar[tuple[str, ...]] = (*SHIPMENT_FIELDS, "currency")
    required: ClassVar[tuple[str, ...]] = ("order_number", "tracking_number", "voided")
    """Without `voided`, a label that was deleted looks like a valid label."""

    path: Path


@dataclass(frozen=True, kw_only=True)
class OrderFolder(OutputFiles):
    """A folder for order files, one file per order; one row is one line item."""

    what: ClassVar[str] = "an order"
    known: ClassVar[tuple[str, ...]] = (*ORDER_FIELDS, *LINE_FIELDS, "line_id", "currency")
    required: ClassVar[tuple[str, ...]] = ("order_number", "sku", "quantity")

    folder: Path
