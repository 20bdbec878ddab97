"""Types of records in files: the key that groups rows, and the function that parses them.

The rows of one file with the same key must be equal. If several files have a key, the newest is
used: each state replaces the previous one. Orders follow `file_precedence`.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from msgspec.structs import replace as replaced

from ordosync.accounts.files.cancelled_units import Cancelled, joined
from ordosync.accounts.files.formats.rows import FileRows, Row
from ordosync.accounts.files.input_options.answer_files import AnswerFiles
from ordosync.accounts.files.input_options.cancellation_files import CancellationFiles
from ordosync.accounts.files.input_options.input_files import InputFiles
from ordosync.accounts.files.input_options.order_files import OrderFiles
from ordosync.accounts.files.input_options.product_files import ProductFiles
from ordosync.accounts.files.input_options.shipment_files import ShipmentFiles
from ordosync.accounts.files.input_options.stock_files import StockFiles
from ordosync.accounts.files.output.order_record import WrittenLine
from ordosync.accounts.files.parsing.answer_parser import OrderAnswers, answers_of
from ordosync.accounts.files.parsing.converters import (
    InvalidRowError,
    digest,
    key_cell,
    key_text,
)
from ordosync.accounts.files.parsing.file_precedence import preferred_order
from ordosync.accounts.files.parsing.parcel_parser import cost_of, parcel_of
from ordosync.accounts.files.parsing.product_parser import product_of, stock_of
from ordosync.accounts.files.parsing.rules import skip_reason, starts_order
from ordosync.accounts.files.parsing.tracking_numbers import one_number_each
from ordosync.accounts.files.parsing.unit_rows import cancelled_lines
from ordosync.accounts.files.reading.file_listing import time_of
from ordosync.accounts.files.reading.rejections import reason_of
from ordosync.models import InvalidRecord, Order, Product, Shipment, Stock

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class RecordType(Generic[T]):
    """The records in the files of one option."""

    name: str
    """The name of the option, such as `orders`."""
    options: InputFiles
    account: str = ""
    """The name of the account, for reasons."""
    key: Callable[[Row], str]
    """Returns the key of a row, which is the id of its record; empty if a part of it is blank."""
    needed: tuple[str, ...]
    """The fields that make the key. It is empty if one of them is blank."""
    parse: Callable[[str, Sequence[FileRows]], T | InvalidRecord]
    """Parses the rows of one key, by file, oldest file first."""
    split: Callable[[Iterable[Row]], Iterable[Row]] = lambda rows: rows
    """Returns the rows of a file, each with one record."""
    starts_record: Callable[[Row], bool] = lambda _: False
    """Returns True if a row has fields that only the first row of an order has."""
    side_problem: Callable[[Row], str] = lambda _: ""
    """Returns the problem of a row that can be used in spite of it; empty if there is none."""
    repeats_key: bool = False
    """True if a row with a blank key has the key of the row above it."""
    shows_owed: bool = False
    """True if quantities are the units that are still to be sent; they fall with each parcel."""
    has_lines: bool = False
    """True if several rows are one record. A row without a key may then belong to the row above."""

    def blank(self, row: Row) -> str:
        """Return the field that is missing for the key of a row."""
        return next(name for name in self.needed if not key_text(row, name, self.options))


def orders(options: OrderFiles) -> RecordType[Order]:
    """Return the type of orders; the id of an order is its number."""
    return RecordType(
        name="orders",
        options=options,
        key=lambda row: key_text(row, "order_number", options),
        needed=("order_number",),
        parse=lambda key, files: preferred_order(key, files, options),
        starts_record=lambda row: starts_order(row, options),
        repeats_key=options.blank_repeats,
        shows_owed=options.shows_owed_units,
        has_lines=True,
    )


def products(options: ProductFiles) -> RecordType[Product]:
    """Return the type of products; the id of a product is its SKU."""
    return _by_field("products", options, "sku", product_of)


def stock(options: StockFiles) -> RecordType[Stock]:
    """Return the type of quantities; the id of a product is its SKU."""

    def parse(key: str, files: Sequence[FileRows]) -> Stock | InvalidRecord:
        item = _state(key, files[-1], options, stock_of)
        if isinstance(item, InvalidRecord) or item.counted_at or options.max_age is None:
            return item
        return replaced(item, counted_at=time_of(files[-1].as_of))

    return replace(_by_field("stock", options, "sku", stock_of), parse=parse)


def cancellations(options: CancellationFiles) -> RecordType[Cancelled]:
    """Return the type of cancellations, by the numbers of orders.

    Rows of several files add up: the newest file with a line has its cancelled units.
    """

    def parse(key: str, rows: Sequence[Row], _: InputFiles, __: str) -> Cancelled:
        key_cell(rows[0], "order_number", options)
        return Cancelled(order_id=key, units=cancelled_lines(rows, options))

    return RecordType(
        name="cancellations",
        options=options,
        key=lambda row: key_text(row, "order_number", options),
        needed=("order_number",),
        parse=lambda key, files: joined(
            [_state(key, file, options, parse) for file in reversed(files)]
        ),
    )


def shipments(
    options: ShipmentFiles, lines_of: Callable[[str], Sequence[WrittenLine]]
) -> RecordType[Shipment]:
    """Return the type of shipments; a parcel's id is its order number and tracking number.

    `lines_of` returns the lines of an order that was written for this Supplier.
    """

    def key(row: Row) -> str:
        of = key_text(row, "order_number", options)
        number = key_text(row, "tracking_number", options)
        return f"{of}:{number}" if of and number else ""

    def parser(file: FileRows) -> _Parse[Shipment]:
        changed_at = time_of(file.as_of)
        return lambda key, rows, _, __: parcel_of(key, rows, options, lines_of, changed_at)

    return RecordType(
        name="shipments",
        options=options,
        key=key,
        needed=("order_number", "tracking_number"),
        parse=lambda key, files: _state(key, files[-1], options, parser(files[-1])),
        split=lambda rows: one_number_each(rows, options),
        side_problem=lambda row: cost_of(row, options)[1],
    )


def answers(
    options: AnswerFiles, lines_of: Callable[[str], Sequence[WrittenLine]]
) -> RecordType[OrderAnswers]:
    """Return the type of answers, by the numbers of orders; the rows of all files count.

    `lines_of` returns the lines of an order that was written for this Supplier.
    """

    def parse(key: str, files: Sequence[FileRows]) -> OrderAnswers | InvalidRecord:
        items = [_state(key, file, options, parser(file)) for file in files]
        problems = [item for item in items if isinstance(item, InvalidRecord)]
        if problem := next((item for item in reversed(problems) if not item.is_skipped), None):
            return problem
        found = [item for item in items if isinstance(item, OrderAnswers)]
        if not found:
            return problems[-1]
        return OrderAnswers(order_id=key, rows=tuple(row for item in found for row in item.rows))

    def parser(file: FileRows) -> _Parse[OrderAnswers]:
        return lambda key, rows, _, __: answers_of(key, rows, options, lines_of, file.as_of)

    return RecordType(
        name="answers",
        options=options,
        key=lambda row: key_text(row, "order_number", options),
        needed=("order_number",),
        parse=parse,
    )


_Parse = Callable[[str, Sequence[Row], InputFiles, str], T]


def _by_field(name: str, options: InputFiles, field: str, parse: _Parse[T]) -> RecordType[T]:
    return RecordType(
        name=name,
        options=options,
        key=lambda row: key_text(row, field, options),
        needed=(field,),
        parse=lambda key, files: _state(key, files[-1], options, parse),
    )


def _state(key: str, file: FileRows, options: InputFiles, parse: _Parse[T]) -> T | InvalidRecord:
    rows = file.rows
    content = digest(rows, options)
    kept = [row for row in rows if not skip_reason(row, options)]
    if not kept:
        reason = skip_reason(rows[0], options)
        return InvalidRecord(
            id=key, code="skip-rule", reason=reason, content=content, is_skipped=True
        )
    try:
        _check_same(kept, options)
        return parse(key, kept, options, digest(kept[:1], options))
    except InvalidRowError as error:
        reason = reason_of(file.name, error, options)
        return InvalidRecord(id=key, code=error.code, reason=reason, content=content)


def _check_same(rows: Sequence[Row], options: InputFiles) -> None:
    """Raise `InvalidRowError` if the rows of a record differ in more than units of lines."""
    first = digest(rows[:1], options, without=options.unit_columns)
    for row in rows:
        if row.problem:
            raise InvalidRowError("invalid.row", row, row.problem)
        if digest([row], options, without=options.unit_columns) != first:
            raise InvalidRowError("invalid.conflict", row, "differs from", other=rows[0])
