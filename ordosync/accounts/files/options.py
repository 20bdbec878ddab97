"""Options of the files that are read, and of a portal's Supplier."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, Literal

from ordosync.accounts.files.column_map import (
    check_columns,
    check_date_format,
    check_encoding,
    check_field,
    check_values,
)
from ordosync.accounts.files.rule_options import RowRule, Rule
from ordosync.accounts.validation import check_timezone
from ordosync.max_age import MaxAge, Weekday, max_age_of
from ordosync.models import Address

ADDRESS_FIELDS = Address.__struct_fields__
PLACE_FIELDS = ("street1", "street2", "city", "state", "zip")
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
    "requires_shipping",
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
FACT_FIELDS = ("paid",)
"""Fields of the whole order by which a portal may hold it; they are not sent."""
HEAD_FIELDS = ("placed_at", *(f"ship_to.{name}" for name in ("name", "street1", "city", "zip")))
"""Fields that every order has, if they are mapped."""
MONEY_FIELDS = (
    "unit_price",
    "line_total",
    "line_discount",
    "order_discount",
    "supplier_unit_cost",
)
PRODUCT_FIELDS = ("sku", "name", "price", "weight_g", "supplier_sku", "kit", "requires_shipping")
SHIPMENT_FIELDS = (
    "order_number",
    "tracking_number",
    "carrier",
    "shipped_at",
    "method",
    "cost",
    "warehouse",
    "voided",
)
UNIT_FIELDS = ("sku", "line_id", "quantity")
"""The fields of the units of a line that are in a parcel, or were cancelled."""
_NEWER = frozenset({"only_rows", "skip_orders", "only_orders", "text_cells"})
"""Options that earlier releases did not have."""
_NOT_READ = frozenset(
    {"glob", "quiet_s", "max_age", "but", "when_stale", "absent", "min_rows", "complete"}
)
"""Options that do not decide how a file is read."""


@dataclass(frozen=True, kw_only=True)
class SupplierOptions:
    """Options that a portal adds for its Supplier."""

    prefix: str = ""
    """Prefix of the Merchant's order number, so that the Supplier sees whose order it is."""


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

    glob: Path
    columns: Mapping[str, str]
    """Columns by field."""
    encoding: str = "utf-8"
    delimiter: str = ","
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
    text_cells: bool = False
    """True if `="0012"` and `'0012` mean 0012, as spreadsheets mark text."""
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
        check_encoding(self.encoding, self.delimiter)
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
        options = {**_used(asdict(self)), "quiet_s": None, "glob": None}
        return hashlib.sha256(json.dumps(options, sort_keys=True).encode()).hexdigest()[:8]


@dataclass(frozen=True, kw_only=True)
class OrderFiles(InputFiles):
    """A Merchant's order files; one row is one line item."""

    record_name: ClassVar[str] = "an order"
    known_fields: ClassVar[tuple[str, ...]] = (*ORDER_FIELDS, *FACT_FIELDS, *LINE_FIELDS, "line_id")
    required_fields: ClassVar[tuple[str, ...]] = ("order_number", "sku", "quantity")
    money: ClassVar[tuple[str, ...]] = MONEY_FIELDS
    times: ClassVar[tuple[str, ...]] = ("placed_at",)

    max_age: timedelta | None = None
    """Age of the newest file at which it is reported as too old; None: at no age."""
    but: tuple[Weekday, ...] = ()
    """Days that do not count for `max_age`."""
    ignore_skus: tuple[str, ...] = ()
    skip_orders: tuple[Rule, ...] = ()
    """Orders whose first row matches one of these are left out."""
    only_orders: tuple[Rule, ...] = ()
    """Orders whose first row does not match all of these are left out."""
    complete: bool = False
    """True if each file has all open orders, so an order that the newest lacks is not sent."""
    min_rows: int | None = None
    """For `complete`: orders that a file must have to count as complete; None: 1."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.min_rows is not None and self.min_rows < 1:
            raise ValueError("min_rows: must be 1 or more")
        if self.min_rows is not None and not self.complete:
            raise ValueError("min_rows: is only for `complete: true`")

    @property
    def columns_read(self) -> tuple[str, ...]:
        """Every column that a file must have."""
        rules = (*self.skip_orders, *self.only_orders)
        return tuple(dict.fromkeys([*super().columns_read, *(rule.column for rule in rules)]))

    # Cached, since every row needs it.
    @cached_property
    def order_columns(self) -> tuple[str, ...]:
        """The columns with fields of an order as a whole, besides its number."""
        lines = {self.columns[name] for name in (*LINE_FIELDS, "line_id") if name in self.columns}
        names = (*ORDER_FIELDS, *FACT_FIELDS)
        mapped = [self.columns[name] for name in names if name in self.columns]
        rules = [rule.column for rule in (*self.skip_orders, *self.only_orders)]
        number = self.columns["order_number"]
        return tuple(sorted({*mapped, *rules} - lines - {number}))

    @cached_property
    def head_columns(self) -> tuple[str, ...]:
        """The order columns that are blank only on rows that are not the first of their order."""
        mapped = {self.columns[name] for name in HEAD_FIELDS if name in self.columns}
        return tuple(sorted(mapped.intersection(self.order_columns)))

    @cached_property
    def line_columns(self) -> tuple[str, ...]:
        """The columns with fields of a single line."""
        mapped = [self.columns[name] for name in (*LINE_FIELDS, "line_id") if name in self.columns]
        return tuple(sorted(set(mapped)))

    @cached_property
    def row_columns(self) -> tuple[str, ...]:
        """The columns that decide about a row: those of its line, those of rules, and the number.

        The number is blank on a row that may be a line of the order above it.
        """
        rules = [rule.column for rule in (*self.skip, *self.only_rows)]
        return tuple(dict.fromkeys([*self.line_columns, *rules, self.columns["order_number"]]))

    @property
    def has_place_columns(self) -> bool:
        """True if an address has more than a name and a country."""
        return any(f"ship_to.{name}" in self.columns for name in PLACE_FIELDS)


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


def _used(options: dict[str, Any]) -> dict[str, Any]:
    """Return the options without newer options that are not used.

    So an unchanged configuration keeps its fingerprint, and no file is read again.
    """
    kept = {
        name: value
        for name, value in options.items()
        if name not in _NOT_READ and (value or name not in _NEWER)
    }
    for rule in (*options["skip"], *options["only_rows"]):
        if not rule["rows"]:
            del rule["rows"]
    return kept
