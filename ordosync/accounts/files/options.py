"""What the configuration says about a folder of order files; nothing is guessed."""

import codecs
import difflib
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from ordosync.models import Address

ADDRESS_FIELDS = tuple(item.name for item in fields(Address))
LINE_FIELDS = (
    "sku",
    "name",
    "quantity",
    "unit_price",
    "details",
    "line_total",
    "line_discount",
    "supplier_sku",
    "supplier_unit_cost",
)
ORDER_FIELDS = (
    "order_number",
    "placed_at",
    "shipping_method",
    "customer_notes",
    "internal_notes",
    "tags",
    "order_discount",
    *(f"ship_to.{name}" for name in ADDRESS_FIELDS),
    *(f"bill_to.{name}" for name in ADDRESS_FIELDS),
)
MONEY_FIELDS = (
    "unit_price",
    "line_total",
    "line_discount",
    "order_discount",
    "supplier_unit_cost",
)
_REQUIRED = ("order_number", "sku", "quantity")


@dataclass(frozen=True, kw_only=True)
class SkipRule:
    """Rows that are left out before anything is validated."""

    column: str
    matches: str
    """A regular expression, searched in the cell."""
    reason: str

    def __post_init__(self) -> None:
        try:
            re.compile(self.matches)
        except re.error as error:
            raise ValueError(f"matches: is not a regular expression ({error})") from error


@dataclass(frozen=True, kw_only=True)
class OrderFiles:
    """Where a Merchant's order files are and how they are read; one row is one line item."""

    glob: Path
    columns: Mapping[str, str]
    """Our field to the column that holds it."""
    encoding: str = "utf-8"
    delimiter: str = ","
    decimal: Literal[".", ","] = "."
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """For a field, the text in the file to the value that is meant."""
    date_format: str | None = None
    timezone: str | None = None
    currency: str | None = None
    skip: tuple[SkipRule, ...] = ()
    ignore_skus: tuple[str, ...] = ()
    quiet_s: int = 10
    """Scheduled runs leave a file alone that changed less than this ago."""

    def __post_init__(self) -> None:
        known = [*ORDER_FIELDS, *LINE_FIELDS]
        for name in [*self.columns, *self.values]:
            if name not in known:
                close = difflib.get_close_matches(name, known, n=1)
                hint = f"; did you mean {close[0]}?" if close else ""
                raise ValueError(f"columns: {name!a} is not a field of an order{hint}")
        for name in _REQUIRED:
            if name not in self.columns:
                raise ValueError(f"columns: {name} is missing")
        for name in self.values:
            if name not in self.columns:
                raise ValueError(f"values: {name} has no column")
        self._check_text()
        self._check_dates_and_money()

    def _check_text(self) -> None:
        try:
            codecs.lookup(self.encoding)
        except LookupError as error:
            raise ValueError(f"encoding: {self.encoding!a} is not known") from error
        if len(self.delimiter) != 1 or self.delimiter in '\r\n"':
            raise ValueError("delimiter: must be one character")
        if self.quiet_s < 0:
            raise ValueError("quiet_s: must not be negative")

    def _check_dates_and_money(self) -> None:
        if "placed_at" in self.columns and not (self.date_format and self.timezone):
            raise ValueError("placed_at has a column, so date_format and timezone are needed")
        if self.timezone:
            try:
                ZoneInfo(self.timezone)
            except (OSError, ValueError) as error:
                raise ValueError(f"timezone: {self.timezone!a} is not known") from error
        if self.currency is None and any(name in self.columns for name in MONEY_FIELDS):
            raise ValueError("prices have a column, so currency is needed")
        if self.currency is not None and not re.fullmatch("[A-Z]{3}", self.currency):
            raise ValueError("currency: must be three capital letters such as GBP")

    @property
    def fingerprint(self) -> str:
        """Eight hex digits that change with anything that decides how a file is read."""
        how = {**asdict(self), "quiet_s": None, "glob": None}
        return hashlib.sha256(json.dumps(how, sort_keys=True).encode()).hexdigest()[:8]
