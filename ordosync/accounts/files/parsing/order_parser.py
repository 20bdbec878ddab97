"""Converts the rows of one order to an order, or to the reason why they cannot be used.

A reason names file and row. It quotes a cell only if the cell cannot have personal data.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC
from functools import partial

from msgspec.structs import replace

from ordosync.accounts.files.formats.rows import NO_LINES, FileRows, Row
from ordosync.accounts.files.input_options.fields import (
    ADDRESS_FIELDS,
    FACT_FIELDS,
    LINE_FIELDS,
    MONEY_FIELDS,
    ORDER_FIELDS,
    READ_FIELDS,
)
from ordosync.accounts.files.input_options.order_files import OrderFiles
from ordosync.accounts.files.parsing.converters import (
    InvalidRowError,
    amount,
    cell,
    flag,
    key_cell,
    key_problem,
    key_text,
    quantity,
    raw_texts,
    time,
    to_flag,
)
from ordosync.accounts.files.parsing.line_ids import content_of, lines_with_ids
from ordosync.accounts.files.parsing.rules import (
    conflicting_rule,
    has_order_fields,
    order_skip_reason,
    skip_reason,
)
from ordosync.accounts.files.reading.rejections import reason_of
from ordosync.hold_facts import HoldFacts
from ordosync.left_out import is_among
from ordosync.models import Address, InvalidRecord, Line, Order

_LONGEST_NUMBER = 100
_LINE_MONEY = tuple(name for name in MONEY_FIELDS if name in LINE_FIELDS)


def parse_order(number: str, file: FileRows, options: OrderFiles) -> Order | InvalidRecord:
    """Return the order in the rows of one file, or an `InvalidRecord`.

    A row without an order number may be a line of this order. Then the order is not sent.
    """
    own = [row for row in file.rows if _has_number(row, options)]
    content = content_of(file.rows, options)
    item = partial(InvalidRecord, id=number, content=content, as_of=file.as_of)
    try:
        if reason := _reason_to_skip(own, file, options):
            return item(code="skip-rule", reason=reason, is_skipped=True)
        order = _order(number, own, options)
        if len(own) < len(file.rows):
            _check_numbers(number, file.rows, options)
    except InvalidRowError as error:
        return item(code=error.code, reason=reason_of(file.name, error, options))
    except _NothingToShipError as empty:
        return item(code=empty.code, reason=str(empty), is_skipped=True)
    return replace(order, content=content, as_of=file.as_of)


def _reason_to_skip(rows: Sequence[Row], file: FileRows, options: OrderFiles) -> str:
    """Return why rules leave out the whole order; empty if they do not."""
    first = rows[0]
    if file.starts_other_order and not has_order_fields(first, options):
        problem = "the first row of the order is missing, and may be on the previous page"
        raise InvalidRowError("cut", first, f"{problem}; export the whole order")
    if reason := order_skip_reason(first, options):
        return reason
    if problem := conflicting_rule(rows, options):
        raise InvalidRowError("invalid.rule", first, problem)
    reasons = [skip_reason(row, options) for row in rows]
    return reasons[0] if all(reasons) else ""


def _check_numbers(number: str, rows: Sequence[Row], options: OrderFiles) -> None:
    """Raise `InvalidRowError` if a row has no number."""
    for row in rows:
        if not _has_number(row, options):
            reason = key_problem(row, "order_number", options)
            problem = f"{reason}; it may be a line of order {number}"
            raise InvalidRowError("invalid.order_number", row, problem)


def _has_number(row: Row, options: OrderFiles) -> bool:
    return bool(key_text(row, "order_number", options))


class _NothingToShipError(Exception):
    """All lines of an order are left out by `ignore_skus`."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code


def _order(number: str, rows: Sequence[Row], options: OrderFiles) -> Order:
    rows = [row for row in rows if row.problem != NO_LINES]
    if not rows:
        raise _NothingToShipError("nothing-to-ship", NO_LINES)
    kept = [row for row in rows if not skip_reason(row, options)]
    for row in kept:
        if row.problem:
            raise InvalidRowError("invalid.row", row, row.problem)
    first = rows[0]
    if len(number) > _LONGEST_NUMBER:
        raise InvalidRowError("invalid.order_number", first, "the order number is too long")
    fields = _order_fields(kept, rows, options)
    currency = _currency(first, fields, options)
    lines, not_shipped = _lines(number, kept, rows, options, currency)
    bill_to = _address("bill_to", fields)
    placed_at = time(first, "placed_at", fields.get("placed_at", ""), options)
    tags = tuple(tag.strip() for tag in fields.get("tags", "").split(",") if tag.strip())
    since = placed_at.astimezone(UTC) if placed_at else None
    is_paid = to_flag(first, "paid", fields.get("paid", ""))
    return Order(
        id=number,
        number=number,
        lines=lines,
        not_shipped=not_shipped,
        needs_shipping=len(not_shipped) < len(lines),
        currency=currency,
        ship_to=_address("ship_to", fields),
        bill_to=None if bill_to == Address() else bill_to,
        placed_at=since,
        shipping_method=fields.get("shipping_method", ""),
        customer_notes=fields.get("customer_notes", ""),
        internal_notes=fields.get("internal_notes", ""),
        discount=amount(
            first, "order_discount", fields.get("order_discount", ""), options, currency
        ),
        tags=tags,
        hold_facts=HoldFacts(is_paid=is_paid, since=since, tags=tags),
    )


def _order_fields(kept: Sequence[Row], rows: Sequence[Row], options: OrderFiles) -> dict[str, str]:
    """Return the fields of the order as a whole.

    Many exports fill them on the first row only, so a blank cell does not contradict another row.
    A field that is blank on the kept rows may be on a row that a rule leaves out.
    """
    fields = {}
    for name in (*ORDER_FIELDS, *READ_FIELDS, *FACT_FIELDS):
        if (columns := options.sources.get(name)) is None:
            continue
        filled = [row for row in kept if any(map(row.cells.get, columns))]
        filled = filled or [row for row in rows if any(map(row.cells.get, columns))] or [kept[0]]
        fields[name] = _agreed(name, filled, options)
    return fields


def _agreed(name: str, rows: Sequence[Row], options: OrderFiles) -> str:
    first = rows[0]
    for row in rows:
        if row.problem:
            raise InvalidRowError("invalid.row", row, row.problem)
    text = cell(first, name, options)
    for row in rows[1:]:
        is_same = raw_texts(row, name, options) == raw_texts(first, name, options)
        if not is_same and cell(row, name, options) != text:
            problem = f"{name} differs from"
            raise InvalidRowError("invalid.conflict", row, problem, other=first)
    return text


def _currency(first: Row, fields: Mapping[str, str], options: OrderFiles) -> str:
    """Return the currency of an order; blank only if the order has no amounts."""
    if "currency" not in fields:
        return options.currency or ""
    currency = fields["currency"]
    if not currency and not any(name in options.sources for name in MONEY_FIELDS):
        return ""
    if not re.fullmatch("[A-Z]{3}", currency):
        problem = f"currency {currency[:40]!a} is not a code such as USD"
        raise InvalidRowError("invalid.currency", first, problem)
    return currency


def _lines(
    number: str, kept: Sequence[Row], rows: Sequence[Row], options: OrderFiles, currency: str
) -> tuple[tuple[Line, ...], Mapping[str, str]]:
    """Return the lines of an order, and those that need no shipping with their SKUs."""
    lines: dict[str, Line] = {}
    not_shipped: dict[str, str] = {}
    # The rows of one record have the same number.
    kept_rows = {id(row) for row in kept}
    for line_id, row in lines_with_ids(number, rows, options):
        if id(row) not in kept_rows:
            continue
        line = _line(line_id, row, options, currency)
        if "line_id" in options.sources:
            key_cell(row, "line_id", options)
        if line_id in lines:
            raise InvalidRowError("invalid.line_id", row, "another row has the same line_id")
        if is_among(line.sku, options.ignore_skus):
            continue
        lines[line_id] = line
        if not flag(row, "requires_shipping", options, blank=True):
            not_shipped[line_id] = line.sku
    if not lines:
        raise _NothingToShipError("nothing-to-ship", "has only lines of SKUs in ignore_skus")
    return tuple(lines.values()), not_shipped


def _line(line_id: str, row: Row, options: OrderFiles, currency: str) -> Line:
    text = {name: cell(row, name, options) for name in LINE_FIELDS if name in options.sources}
    if not text["sku"]:
        raise InvalidRowError("invalid.sku", row, "the SKU is blank")
    money = {
        name: amount(row, name, text[name], options, currency)
        for name in _LINE_MONEY
        if name in text
    }
    return Line(
        id=line_id,
        sku=text["sku"],
        name=text.get("name") or text["sku"],
        quantity=quantity(row, text["quantity"]),
        unit_price=money.get("unit_price"),
        details=text.get("details", ""),
        total=money.get("line_total"),
        discount=money.get("line_discount"),
        supplier_sku=text.get("supplier_sku", ""),
        supplier_unit_cost=money.get("supplier_unit_cost"),
    )


def _address(kind: str, fields: dict[str, str]) -> Address:
    texts = {name: fields.get(f"{kind}.{name}", "") for name in (*ADDRESS_FIELDS, "street3")}
    further = texts.pop("street3")
    texts["street2"] = ", ".join(filter(None, (texts["street2"], further)))
    return Address(**texts)
