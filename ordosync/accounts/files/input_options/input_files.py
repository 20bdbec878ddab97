"""Options of the files that are read: what all of them share."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import ClassVar, Literal

from ordosync.accounts.files.input_options.column_map import (
    check_columns,
    check_date_format,
    check_encoding,
    check_field,
    check_values,
)
from ordosync.accounts.files.input_options.fields import PRODUCT_FIELDS, UNIT_FIELDS
from ordosync.accounts.files.input_options.fingerprints import NEWER, fingerprinted
from ordosync.accounts.files.input_options.rules import RowRule
from ordosync.accounts.files.input_options.table_options import EndOfData, Header
from ordosync.accounts.files.input_options.transforms import Transform
from ordosync.accounts.option_types import FirstOf, names_of
from ordosync.accounts.validation import check_timezone
from ordosync.max_age import MaxAge, Weekday, max_age_of

Format = Literal["csv", "jsonl", "json", "xml", "xlsx", "xls"]
Dialect = Literal["exact", "spreadsheet"]


@dataclass(frozen=True, kw_only=True)
class InputFiles:
    """The place and format of the files of one record type and how they are read."""

    record_name: ClassVar[str]
    """The record type in messages, such as `an order`."""
    known_fields: ClassVar[tuple[str, ...]]
    required_fields: ClassVar[tuple[str, ...]]
    money: ClassVar[tuple[str, ...]] = ()
    """Fields that need a currency."""
    times: ClassVar[tuple[str, ...]] = ()
    unit_fields: ClassVar[tuple[str, ...]] = ()
    """Fields in which the rows of a record may differ, since each row is the units of one line."""

    newer_options: ClassVar[frozenset[str]] = NEWER
    """Options that `config show` shows only if they differ from their defaults."""

    glob: Path
    preset: str = ""
    """The name of a known export; the options beside it replace the preset's, field by field."""
    columns: Mapping[str, FirstOf]
    """Columns by field: the first of these names that a file has."""
    format: Format | None = None
    """The format of the files; None: by the suffix of each."""
    sheet: str = ""
    """The name of the sheet in a workbook; empty: the only visible one."""
    record: str = ""
    """The path of a record in an XML or JSON document, such as `orders/order` or `orders[]`."""
    lines: str = ""
    """The path of a line in a record; empty: a record is one row."""
    header: Header = Header(row=1)  # noqa: RUF009 - it is frozen
    until: EndOfData | None = None
    optional: tuple[str, ...] = ()
    """Columns that a file may lack."""
    encoding: FirstOf = "utf-8"
    """Encodings, tried in this order."""
    delimiter: str = ","
    quotes: bool = True
    """False if a quotation mark is a character like any other."""
    dialect: Dialect = "exact"
    """`spreadsheet`: `="0012"` and `'0012` mean 0012, and a header may differ in case."""
    whole: Literal["newline"] | None = None
    """`newline`: a file whose last row has no line end is refused, since it was cut."""
    decimal: Literal[".", ","] = "."
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """By field, the value for each text in the file."""
    date_format: str | None = None
    timezone: str | None = None
    currency: str | None = None
    skip: tuple[RowRule, ...] = ()
    """Rows that match one of these are left out."""
    only_rows: tuple[RowRule, ...] = ()
    """Rows that do not match all of these are left out."""
    transform: Mapping[str, tuple[Transform, ...]] = field(default_factory=dict)
    """By field, the steps from the text of its cell to its own text."""
    constants: Mapping[str, str] = field(default_factory=dict)
    """Texts of fields that have no column."""
    defaults: Mapping[str, str] = field(default_factory=dict)
    """Texts of fields whose cell is blank."""
    quiet_s: int = 10
    """Scheduled runs leave out a file that changed less than this many seconds ago."""

    def __post_init__(self) -> None:
        check_columns(
            self.columns, self.known_fields, self.required_fields, record_name=self.record_name
        )
        for name in self.values:
            check_field("values", name, self.known_fields, record_name=self.record_name)
            if name not in self.columns:
                raise ValueError(f"values: {name} has no column")
        check_values(self.values)
        for encoding in names_of(self.encoding):
            check_encoding(encoding, self.delimiter)
        check_date_format(self.date_format)
        if self.timezone:
            check_timezone(self.timezone)
        if self.currency is not None and not re.fullmatch("[A-Z]{3}", self.currency):
            raise ValueError("currency: must be three capital letters such as GBP")
        if self.quiet_s < 0:
            raise ValueError("quiet_s: must not be negative")
        self._check_dates_and_money()
        max_age_of(self, self.timezone)

    def _check_dates_and_money(self) -> None:
        for name in self.times:
            if name in self.columns and not (self.date_format and self.timezone):
                raise ValueError(f"{name} has a column, so date_format and timezone are needed")
        if self.currency is None and any(name in self.columns for name in self.money):
            raise ValueError("prices have a column, so currency is needed")

    @property
    def age_limit(self) -> MaxAge | None:
        """The maximum age of these files; None if there is none."""
        return max_age_of(self, self.timezone)

    @property
    def columns_read(self) -> tuple[str, ...]:
        """Every column that a file must have."""
        rules = (*self.skip, *self.only_rows)
        return tuple(dict.fromkeys([*self.columns.values(), *(rule.column for rule in rules)]))

    @cached_property
    def unit_columns(self) -> frozenset[str]:
        """The columns of the fields of units; none if a record has one row."""
        return frozenset(self.columns[name] for name in self.unit_fields if name in self.columns)

    # Cached, since every row needs it.
    @cached_property
    def fingerprint(self) -> str:
        """Eight hex digits that change with every option that decides how a file is read."""
        options = {**fingerprinted(self), "quiet_s": None, "glob": None}
        return hashlib.sha256(json.dumps(options, sort_keys=True).encode()).hexdigest()[:8]


@dataclass(frozen=True, kw_only=True)
class ProductFiles(InputFiles):
    """A Merchant's product files; the newest file with a SKU is used."""

    record_name: ClassVar[str] = "a product"
    known_fields: ClassVar[tuple[str, ...]] = PRODUCT_FIELDS
    required_fields: ClassVar[tuple[str, ...]] = ("sku",)

    max_age: timedelta | None = None
    """Age of the newest file at which it is reported as too old; None: at no age."""
    but: tuple[Weekday, ...] = ()
    """Days that do not count for `max_age`."""


@dataclass(frozen=True, kw_only=True)
class CancellationFiles(InputFiles):
    """The numbers of orders that a Merchant has cancelled, or of which it cancelled units."""

    record_name: ClassVar[str] = "a cancellation"
    known_fields: ClassVar[tuple[str, ...]] = ("order_number", *UNIT_FIELDS)
    required_fields: ClassVar[tuple[str, ...]] = ("order_number",)
    unit_fields: ClassVar[tuple[str, ...]] = UNIT_FIELDS
