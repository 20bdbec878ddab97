"""Converts the rows of one order to an order, or to the reason why they cannot be used.

A reason names file and row. It quotes a cell only if the cell cannot have personal data.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC
from functools import partial

from msgspec.structs import replace

from ordosync.accounts.files.formats.rows import NO_LINES, FileRows, Row, repeated_texts
from ordosync.accounts.files.input_options.fields import (
    ADDRESS_FIELDS,
    MONEY_FIELDS,
)
from ordosync.accounts.files.input_options.order_files import OrderFiles
from ordosync.accounts.files.parsing.amounts import amount, currency_of
from ordosync.accounts.files.parsing.converters import (
    InvalidRowError,
    cell,
    key_problem,
    key_text,
    raw_texts,
    time,
    to_flag,
)
from ordosync.accounts.files.parsing.cut_orders import check_end, check_head
from ordosync.accounts.files.parsing.line_ids import content_of
from ordosync.accounts.files.parsing.one_row import line_rows
from ordosync.accounts.files.parsing.order_lines import NothingToShipError, lines_of
from ordosync.accounts.files.parsing.rules import (
    conflicting_rule,
    order_skip_reason,
)
from ordosync.accounts.files.parsing.statuses import (
    StatusReason,
    facts_with_status,
    left_out_reason,
    order_status,
)
from ordosync.accounts.files.reading.rejections import reason_of
from ordosync.accounts.spreadsheets import looks_like_date
from ordosync.hold_facts import HoldFacts
from ordosync.models import Address, InvalidRecord, Order

_LONGEST_NUMBER = 100


def parse_order(number: str, file: FileRows, options: OrderFiles) -> Order | InvalidRecord:
    """Return the order in the rows of one file, or an `InvalidRecord`.

    A row without an order number may be a line of this order. Then the order is not sent.
    """
    numbered = [row for row in file.rows if _has_number(row, options)]
    own = _with_lines(numbered)
    content = content_of(file.rows, options)
    item = partial(InvalidRecord, id=number, content=content, as_of=file.as_of)
    try:
        status = order_status(own, options)
        if reason := _reason_to_skip(own, file, options, status):
            return item(code="skip-rule", reason=reason, is_skipped=True)
        check_end(own, file)
        order = _order(number, own, options)
        facts = facts_with_status(order.hold_facts, status, own, options, name=file.name)
        if len(numbered) < len(file.rows):
            _check_numbers(number, file.rows, options)
    except InvalidRowError as error:
        return item(code=error.code, reason=reason_of(file.name, error, options))
    except NothingToShipError as empty:
        return item(code=empty.code, reason=str(empty), is_skipped=True)
    return replace(order, hold_facts=facts, content=content, as_of=file.as_of)


def _with_lines(rows: Sequence[Row]) -> Sequence[Row]:
    """Leave out records without lines if another record of the order has some."""
    return [row for row in rows if row.problem != NO_LINES] or rows


def _reason_to_skip(
    rows: Sequence[Row], file: FileRows, options: OrderFiles, status: StatusReason | None
) -> str:
    """Return why rules or its status leave out the whole order; empty if they do not."""
    first = rows[0]
    check_head(rows, file, options)
    if reason := order_skip_reason(first, options):
        return reason
    if problem := conflicting_rule(rows, options):
        raise InvalidRowError("invalid.rule", first, problem)
    if status and status.verdict == "skipped" and not _has_problem(rows, options):
        return status.reason
    reasons = [left_out_reason(row, options) for row in rows]
    return reasons[0] if all(reasons) else ""


def _has_problem(rows: Sequence[Row], options: OrderFiles) -> bool:
    """True if a row is damaged, so that its status may be the text of another column."""
    return any(
        row.problem not in ("", NO_LINES) and not left_out_reason(row, options) for row in rows
    )


def _check_numbers(number: str, rows: Sequence[Row], options: OrderFiles) -> None:
    """Raise `InvalidRowError` if a row has no number."""
    for row in rows:
        if not _has_number(row, options):
            reason = key_problem(row, "order_number", options)
            problem = f"{reason}; it may be a line of order {number}"
            if not options.blank_repeats and not any(raw_texts(row, "order_number", options)):
                problem += ": then set `blank_repeats: true`"
            raise InvalidRowError("invalid.order_number", row, problem)


def _has_number(row: Row, options: OrderFiles) -> bool:
    """True if a row has the number of its order, or repeats that of the row above."""
    if key_text(row, "order_number", options):
        return True
    return options.blank_repeats and not any(raw_texts(row, "order_number", options))


def _order(number: str, rows: Sequence[Row], options: OrderFiles) -> Order:
    rows, options = _with_lines(line_rows(rows, options)), options.line_options
    if rows[0].problem == NO_LINES:
        raise NothingToShipError("nothing-to-ship", NO_LINES)
    kept = [row for row in rows if not left_out_reason(row, options)]
    for row in kept:
        if row.problem:
            raise InvalidRowError("invalid.row", row, row.problem)
    first = rows[0]
    if len(number) > _LONGEST_NUMBER:
        raise InvalidRowError("invalid.order_number", first, "the order number is too long")
    fields = _order_fields(kept, rows, options)
    currency = _currency(first, fields, options)
    lines, not_shipped = lines_of(number, kept, rows, options, currency)
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
        ship_to=_address("ship_to", fields) or Address(),
        bill_to=_address("bill_to", fields),
        placed_at=since,
        shipping_method=fields.get("shipping_method", ""),
        customer_notes=fields.get("customer_notes", ""),
        internal_notes=fields.get("internal_notes", ""),
        discount=amount(
            first, "order_discount", fields.get("order_discount", ""), options, currency
        ),
        tags=tags,
        hold_facts=HoldFacts(
            is_paid=is_paid,
            since=since,
            tags=tags,
            date_skus=tuple(line.sku for line in lines if looks_like_date(line.sku)),
        ),
    )


def _order_fields(kept: Sequence[Row], rows: Sequence[Row], options: OrderFiles) -> dict[str, str]:
    """Return the fields of the order as a whole.

    Many exports fill them on the first row only, so a blank cell does not contradict another row.
    A field that is blank on the kept rows may be on a row that a rule leaves out.
    """
    first = (kept or rows)[0]
    repeated = repeated_texts([first, *rows], options.whole_columns)
    if repeated is not None and not any(row.problem for row in rows):
        return {name: cell(first, name, options) for name, _ in options.order_sources}
    fields = {}
    for name, columns in options.order_sources:
        filled = _filled(kept, columns) or _filled(rows, columns) or [kept[0]]
        fields[name] = _agreed(name, filled, options)
    return fields


def _filled(rows: Sequence[Row], columns: Sequence[str]) -> list[Row]:
    """Return the rows in which one of these columns has a text."""
    if len(columns) == 1:
        [column] = columns
        return [row for row in rows if row.cells.get(column)]
    return [row for row in rows if any(map(row.cells.get, columns))]


def _agreed(name: str, rows: Sequence[Row], options: OrderFiles) -> str:
    first = rows[0]
    for row in rows:
        if row.problem:
            raise InvalidRowError("invalid.row", row, row.problem)
    text = cell(first, name, options)
    for row in rows[1:]:
        if cell(row, name, options) != text:
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
    return currency_of(first, currency)


def _address(kind: str, fields: dict[str, str]) -> Address | None:
    """Return an address; None if all its fields are blank."""
    texts = {name: text for name in ADDRESS_FIELDS if (text := fields.get(f"{kind}.{name}"))}
    if further := fields.get(f"{kind}.street3"):
        texts["street2"] = ", ".join(filter(None, (texts.get("street2"), further)))
    return Address(**texts) if texts else None
