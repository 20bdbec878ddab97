"""Options of the files that are read: what all of them share."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import ClassVar, Literal

from ordosync.accounts.files.input_options.after_reading import After
from ordosync.accounts.files.input_options.column_map import (
    check_columns,
    check_date_format,
    check_encoding,
    check_field,
    check_values,
)
from ordosync.accounts.files.input_options.fields import ID_FIELDS
from ordosync.accounts.files.input_options.file_formats import Format, format_by_suffix
from ordosync.accounts.files.input_options.fingerprints import NEWER, fingerprinted
from ordosync.accounts.files.input_options.record_paths import check_paths
from ordosync.accounts.files.input_options.rules import RowRule
from ordosync.accounts.files.input_options.table_checks import check_tables
from ordosync.accounts.files.input_options.table_options import EndOfData, Header
from ordosync.accounts.files.input_options.transform_checks import (
    check_codes,
    check_currency,
    check_date_format_used,
    check_signs,
    check_steps,
    check_texts,
)
from ordosync.accounts.files.input_options.transforms import Transform, joined_columns, last_parts
from ordosync.accounts.files.places.options import PlaceOptions
from ordosync.accounts.option_types import FirstOf, merged, names_of
from ordosync.accounts.validation import check_timezone
from ordosync.max_age import MaxAge, max_age_of

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
    own_fields: ClassVar[tuple[str, ...]] = ID_FIELDS
    """Fields that have neither a constant nor a default, since each record has its own text."""
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
    dialect: Dialect | None = None
    """`spreadsheet`: `="0012"` and `'0012` mean 0012, and a header may differ in case.

    None: as a spreadsheet writes it if the header stands below titles, otherwise exact.
    """
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
    """Scheduled runs leave out a file that changed less than this many seconds ago.

    At a place, every run waits until two listings this far apart show the same file.
    """
    place: PlaceOptions | None = None
    """The place of these files, if it is not that of the account."""
    after: After | None = None
    """The fate of a file at a place, once it was read; None: it is kept."""
    ready: str = ""
    """The name of a marker beside a complete file at a place, such as `{name}.done`."""

    def __post_init__(self) -> None:
        self._check_fields()
        self._check_transforms()
        for name in self.values:
            if not self.sources.get(name) and name not in self.line_fields:
                raise ValueError(f"values: {name} has no column")
        check_values(self.values)
        for encoding in names_of(self.encoding):
            check_encoding(encoding, self.delimiter)
        check_date_format(self.date_format)
        if self.timezone:
            check_timezone(self.timezone)
        if self.currency is not None:
            check_currency("currency", self.currency)
        if self.sheet and self._is_text:
            raise ValueError("sheet: is only for workbooks; leave it out")
        if self.quiet_s < 0:
            raise ValueError("quiet_s: must not be negative")
        self._check_dates_and_money()
        check_tables(self)
        max_age_of(self, self.timezone)
        check_paths(self)

    def _check_fields(self) -> None:
        options = ("values", "transform", "constants", "defaults")
        for option, name in ((each, name) for each in options for name in getattr(self, each)):
            check_field(option, name, self.known_fields, record_name=self.record_name)
        check_columns(
            self.sources, self.known_fields, self.required_fields, record_name=self.record_name
        )

    def _check_transforms(self) -> None:
        mapped = {*self.columns, *joined_columns(self.transform), *self.line_fields}
        check_texts(self.constants, self.defaults, with_column=mapped, own_fields=self.own_fields)
        for name, steps in self.transform.items():
            if name not in self.sources:
                raise ValueError(f"transform: {name} has no column")
            check_steps(
                name,
                steps,
                has_column=name in self.columns or name in self.line_fields,
                dates=self.dates,
                decimal=self.decimal,
            )
        for option in ("constants", "defaults"):
            check_codes(option, getattr(self, option), self.transform)

    @property
    def _is_text(self) -> bool:
        """True if no file can be a workbook."""
        form = self.format or format_by_suffix(self.glob)
        return form is not None and form not in ("xlsx", "xls")

    def _check_date(self, name: str) -> None:
        given = {"date_format": self.date_formats(name), "timezone": self.timezone}
        missing = [option for option, value in given.items() if not value]
        if missing:
            verb = "is" if len(missing) == 1 else "are"
            raise ValueError(f"{name} has a column, so {' and '.join(missing)} {verb} needed")

    def _check_dates_and_money(self) -> None:
        for name in self.times:
            if name in self.sources:
                self._check_date(name)
        if self.date_format:
            mapped = [name for name in self.dates if name in self.sources]
            check_date_format_used(mapped, self.transform)
        if self._is_text and "excel" in (
            format_ for name in self.dates for format_ in self.date_formats(name)
        ):
            raise ValueError("date_format: `excel` is for workbooks; write a format")
        has_money = any(name in self.sources for name in self.money)
        if self.currency is not None:
            check_signs(self.transform, self.currency)
            if "currency" in self.sources:
                raise ValueError("currency: has a column or constant, too; use `defaults`")
        elif has_money and "currency" not in self.sources:
            raise ValueError("prices have a column, so currency is needed")

    @property
    def line_fields(self) -> tuple[str, ...]:
        """The fields that are in the texts of lines, so they have no column."""
        return ()

    @property
    def has_numbered_columns(self) -> bool:
        """True if it is not known which columns a file has."""
        return False

    @property
    def dates(self) -> tuple[str, ...]:
        """The fields that are dates or times."""
        return self.times

    @property
    def has_text_marks(self) -> bool:
        """True if the marks of a spreadsheet around a text are removed."""
        is_of_spreadsheet = bool(self.preset or self.header.contains)
        return self.dialect == "spreadsheet" or (self.dialect is None and is_of_spreadsheet)

    @property
    def age_limit(self) -> MaxAge | None:
        """The maximum age of these files; None if there is none."""
        return max_age_of(self, self.timezone)

    @property
    def columns_read(self) -> tuple[str, ...]:
        """Every column that a file must have."""
        rules = (*self.skip, *self.only_rows)
        until = [self.until.column] if self.until and self.until.column else []
        return merged([*self.field_columns, *(rule.column for rule in rules), *until])

    @cached_property
    def sources(self) -> Mapping[str, tuple[str, ...]]:
        """The columns of each field, by field. A constant has no column."""
        columns = {name: (column,) for name, column in self.columns.items()}
        without = dict.fromkeys((*self.constants, *self.line_fields), ())
        return {**without, **joined_columns(self.transform), **columns}

    @cached_property
    def field_columns(self) -> tuple[str, ...]:
        """The columns of all fields, each once."""
        columns = (column for columns in self.sources.values() for column in columns)
        return merged([*self.columns.values(), *columns])

    @cached_property
    def unit_columns(self) -> frozenset[str]:
        """The columns of the fields of units; none if a record has one row."""
        return frozenset(self.columns_of(*self.unit_fields))

    @cached_property
    def derived_fields(self) -> frozenset[str]:
        """The fields whose text is not just that of their cell."""
        return frozenset([*self.transform, *self.constants, *self.defaults])

    @cached_property
    def plain_columns(self) -> Mapping[str, str]:
        """The columns of the fields whose text is just that of their cell."""
        changed = self.derived_fields.union(self.values)
        return {name: column for name, column in self.columns.items() if name not in changed}

    @cached_property
    def last_parts(self) -> Mapping[tuple[str, str], int]:
        """The last part of each column that is split, by the column and the text between parts."""
        return last_parts(self.transform)

    def date_formats(self, name: str) -> tuple[str, ...]:
        """Return the formats of a date: those of its transform, otherwise `date_format`."""
        steps = self.transform.get(name, ())
        own = steps[-1].date if steps else ()
        return own or ((self.date_format,) if self.date_format else ())

    def columns_of(self, *names: str) -> tuple[str, ...]:
        """Return the columns of these fields, each once, without those of unmapped fields."""
        columns = (column for name in names for column in self.sources.get(name, ()))
        return tuple(dict.fromkeys(columns))

    # Cached, since every row needs it.
    @cached_property
    def fingerprint(self) -> str:
        """Eight hex digits that change with every option that decides how a file is read."""
        options = {**fingerprinted(self), "quiet_s": None, "glob": None}
        return hashlib.sha256(json.dumps(options, sort_keys=True).encode()).hexdigest()[:8]
