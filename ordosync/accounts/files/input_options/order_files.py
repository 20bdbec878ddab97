"""Options of a Merchant's order files."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cached_property
from typing import ClassVar, Literal

from ordosync.accounts.files.input_options.fields import (
    FACT_FIELDS,
    HEAD_FIELDS,
    LINE_FIELDS,
    MONEY_FIELDS,
    ORDER_FIELDS,
    PLACE_FIELDS,
    READ_FIELDS,
)
from ordosync.accounts.files.input_options.input_files import InputFiles
from ordosync.accounts.files.input_options.record_paths import check_is_of_record
from ordosync.accounts.files.input_options.rules import Rule
from ordosync.accounts.files.input_options.statuses import StatusColumn
from ordosync.accounts.files.input_options.table_options import OneRow, line_column, numbered
from ordosync.accounts.option_types import merged
from ordosync.max_age import Weekday


@dataclass(frozen=True, kw_only=True)
class OrderFiles(InputFiles):
    """A Merchant's order files; one row is one line item."""

    record_name: ClassVar[str] = "an order"
    known_fields: ClassVar[tuple[str, ...]] = (
        *ORDER_FIELDS,
        *READ_FIELDS,
        *FACT_FIELDS,
        *LINE_FIELDS,
        "line_id",
    )
    required_fields: ClassVar[tuple[str, ...]] = ("order_number", "sku", "quantity")
    money: ClassVar[tuple[str, ...]] = MONEY_FIELDS
    times: ClassVar[tuple[str, ...]] = ("placed_at",)

    max_age: timedelta | None = None
    """Age of the newest file at which it is reported as too old; None: at no age."""
    but: tuple[Weekday, ...] = ()
    """Days that do not count for `max_age`."""
    ignore_skus: tuple[str, ...] = ()
    statuses: tuple[StatusColumn, ...] = ()
    """Columns whose words decide what happens to an order or to a line."""
    blank_repeats: bool = False
    """True if a blank cell of an order's field repeats the row above, the number included."""
    one_row: OneRow | None = None
    """The lines of an order that is one row."""
    rows: Literal["each", "sum"] = "each"
    """`sum`: rows of one line add up, such as refunds in negative rows."""
    quantity_is: Literal["ordered", "owed"] = "ordered"
    """`owed`: a quantity counts until its order is sent, and never afterwards."""
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
        for column in self.columns_of("order_number"):
            check_is_of_record(column, self.lines)
        if self.min_rows is not None and self.min_rows < 1:
            raise ValueError("min_rows: must be 1 or more")
        if self.min_rows is not None and not self.complete:
            raise ValueError("min_rows: is only for `complete: true`")
        if self.blank_repeats and (self.record or self.lines):
            raise ValueError("blank_repeats: is not possible together with `record` and `lines`")
        self._check_one_row()
        if self.rows == "sum" and any(column.rows for column in self.statuses):
            raise ValueError("rows: sum is not possible together with `rows: true` in `statuses`")

    @property
    def shows_owed_units(self) -> bool:
        """True if quantities are the units that are still to be sent."""
        return self.quantity_is == "owed"

    def _check_one_row(self) -> None:
        if self.one_row is None:
            return
        if self.record or self.lines:
            raise ValueError("one_row: is not possible together with `record` and `lines`")
        for name in self.line_fields:
            if name in self.columns or name in self.constants:
                raise ValueError(f"one_row: {name} is in `each`, so it has no column or constant")
        if self.has_numbered_columns and not self.one_row.each and not self.numbered_columns:
            raise ValueError("one_row: without `each`, columns of fields must have {n}, too")

    @property
    def line_fields(self) -> tuple[str, ...]:
        """The fields that are in the texts of lines, so they have no column."""
        return self.one_row.fields if self.one_row else ()

    @property
    def numbered_columns(self) -> tuple[str, ...]:
        """The columns of fields that are numbered, with {n} for the number."""
        is_numbered = self.one_row and self.one_row.columns and not self.one_row.each
        return tuple(each for each in self.field_columns if "{n}" in each) if is_numbered else ()

    @property
    def has_numbered_columns(self) -> bool:
        """True if it is not known which columns a file has."""
        return bool(self.one_row and self.one_row.columns)

    @cached_property
    def line_options(self) -> "OrderFiles":
        """The options of rows that are single lines; see `one_row`."""
        if self.one_row is None:
            return self
        texts = {name: line_column(name) for name in self.line_fields}
        return replace(self, columns={**self.columns, **texts}, one_row=None)

    def line_cells(self, cells: Mapping[str, str]) -> list[str]:
        """Return the cells of a row that have all its lines."""
        one_row, columns = self.one_row, self.numbered_columns
        if one_row is None:
            return []
        if one_row.items:
            return [cells.get(one_row.items, "")]
        patterns = [one_row.numbered, *(numbered(column) for column in columns)]
        return [text for name, text in cells.items() if any(p.fullmatch(name) for p in patterns)]

    @property
    def columns_read(self) -> tuple[str, ...]:
        """Every column that a file must have."""
        rules = [rule.column for rule in (*self.skip_orders, *self.only_orders)]
        statuses = [each.column for each in self.statuses]
        columns = merged([*super().columns_read, *rules, *statuses])
        if self.one_row is None:
            return columns
        of_lines = self.one_row.items or self.one_row.columns
        return merged(
            [each.replace("{n}", "1") if "{n}" in each else each for each in (*columns, of_lines)]
        )

    # Cached, since every order needs it.
    @cached_property
    def order_sources(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """The mapped fields of an order as a whole, each with its columns."""
        names = (*ORDER_FIELDS, *READ_FIELDS, *FACT_FIELDS)
        return tuple((name, self.sources[name]) for name in names if name in self.sources)

    @cached_property
    def mapped_line_fields(self) -> tuple[str, ...]:
        """The fields of a line that have a column or a constant."""
        return tuple(name for name in LINE_FIELDS if name in self.sources)

    @cached_property
    def mapped_line_money(self) -> tuple[str, ...]:
        """Those of them that are amounts."""
        return tuple(name for name in MONEY_FIELDS if name in self.mapped_line_fields)

    @cached_property
    def whole_columns(self) -> tuple[str, ...]:
        """The columns of `order_sources`, each once."""
        columns = (column for _, columns in self.order_sources for column in columns)
        return tuple(dict.fromkeys(columns))

    # Cached, since every row needs it.
    @cached_property
    def order_columns(self) -> tuple[str, ...]:
        """The columns with fields of an order as a whole, besides its number."""
        mapped = [column for _, columns in self.order_sources for column in columns]
        rules = [rule.column for rule in (*self.skip_orders, *self.only_orders)]
        rules += [each.column for each in self.statuses if not each.rows]
        number = self.columns_of("order_number")
        return tuple(sorted({*mapped, *rules}.difference(self.line_columns, number)))

    @cached_property
    def head_columns(self) -> tuple[str, ...]:
        """The order columns that are blank only on rows that are not the first of their order."""
        mapped = self.columns_of(*HEAD_FIELDS)
        return tuple(sorted({*mapped}.intersection(self.order_columns)))

    @cached_property
    def line_columns(self) -> tuple[str, ...]:
        """The columns with fields of a single line."""
        return tuple(sorted(self.columns_of(*LINE_FIELDS, "line_id")))

    @cached_property
    def row_columns(self) -> tuple[str, ...]:
        """The columns that decide about a row: those of its line, those of rules, and the number.

        The number is blank on a row that may be a line of the order above it.
        """
        rules = [rule.column for rule in (*self.skip, *self.only_rows)]
        rules += [each.column for each in self.statuses if each.rows]
        number = self.columns_of("order_number")
        return tuple(dict.fromkeys([*self.line_columns, *rules, *number]))

    @property
    def has_place_columns(self) -> bool:
        """True if an address has more than a name and a country."""
        return bool(self.columns_of(*(f"ship_to.{name}" for name in PLACE_FIELDS)))
