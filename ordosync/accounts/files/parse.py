"""The rows of one order to an order, or the reason why they are none.

A reason names file and row. It echoes a cell only where that cannot be personal data.
"""

import hashlib
import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from ordosync.accounts.files.options import (
    ADDRESS_FIELDS,
    LINE_FIELDS,
    MONEY_FIELDS,
    ORDER_FIELDS,
    OrderFiles,
)
from ordosync.accounts.files.rows import Row
from ordosync.models import Address, Line, Order, Unusable

_ECHOED = ("ship_to.country", "bill_to.country", "shipping_method", "placed_at", *LINE_FIELDS)
_LONGEST_NUMBER = 100


class _InvalidError(Exception):
    """A row makes its order unusable."""

    def __init__(self, code: str, row: Row, what: str) -> None:
        super().__init__(what)
        self.code = code
        self.row = row


def digest(rows: Sequence[Row], options: OrderFiles) -> str:
    """Return the content of an order: how it was read, and a digest of its mapped cells."""
    columns = sorted(set(options.columns.values()))
    cells = [[row.cells.get(column, "") for column in columns] + [row.problem] for row in rows]
    text = json.dumps(cells)
    return f"{options.fingerprint}-{hashlib.sha256(text.encode()).hexdigest()[:32]}"


def parse_order(
    number: str, file: str, rows: Sequence[Row], options: OrderFiles
) -> Order | Unusable:
    """Return the order that these rows of one file are, in the order of the file."""
    content = digest(rows, options)
    kept = [(position, row) for position, row in enumerate(rows, 1) if not _rule(row, options)]
    if not kept:
        reason = _rule(rows[0], options)
        return Unusable(id=number, code="skip-rule", reason=reason, content=content, skip=True)
    try:
        return _order(number, kept, options, content)
    except _InvalidError as error:
        reason = f"{file} row {error.row.number}: {error}"
        return Unusable(id=number, code=error.code, reason=reason, content=content)
    except _NothingToShipError as nothing:
        return Unusable(
            id=number, code=nothing.code, reason=str(nothing), content=content, skip=True
        )


class _NothingToShipError(Exception):
    """A rule of ours leaves this order out."""

    def __init__(self, code: str, what: str) -> None:
        super().__init__(what)
        self.code = code


def _rule(row: Row, options: OrderFiles) -> str:
    for rule in options.skip:
        if re.search(rule.matches, row.cells.get(rule.column, "")):
            return rule.reason
    return ""


def _order(
    number: str, rows: Sequence[tuple[int, Row]], options: OrderFiles, content: str
) -> Order:
    for _, row in rows:
        if row.problem:
            raise _InvalidError("invalid.row", row, row.problem)
    if len(number) > _LONGEST_NUMBER:
        raise _InvalidError("invalid.order_number", rows[0][1], "the order number is too long")
    fields = _order_fields([row for _, row in rows], options)
    lines = [
        line
        for position, row in rows
        if (line := _line(f"{number}/{position}", row, options)).sku not in options.ignore_skus
    ]
    if not lines:
        raise _NothingToShipError("no-lines", "has no line left after ignore_skus")
    if any(line.quantity == 0 for line in lines):
        raise _NothingToShipError("zero-quantity", "has a line of quantity 0")
    first = rows[0][1]
    bill_to = _address("bill_to", fields)
    return Order(
        id=number,
        number=number,
        lines=tuple(lines),
        currency=options.currency or "",
        ship_to=_address("ship_to", fields),
        bill_to=None if bill_to == Address() else bill_to,
        placed_at=_time(first, fields.get("placed_at", ""), options),
        shipping_method=fields.get("shipping_method", ""),
        customer_notes=fields.get("customer_notes", ""),
        internal_notes=fields.get("internal_notes", ""),
        discount=_money(first, "order_discount", fields.get("order_discount", ""), options),
        tags=tuple(tag.strip() for tag in fields.get("tags", "").split(",") if tag.strip()),
        content=content,
    )


def _order_fields(rows: Sequence[Row], options: OrderFiles) -> dict[str, str]:
    """Return what is said of the order as a whole; each of its rows must say the same."""
    fields = {}
    for name in ORDER_FIELDS:
        if name not in options.columns:
            continue
        texts = [_cell(row, name, options) for row in rows]
        for row, text in zip(rows, texts, strict=True):
            if text != texts[0]:
                first = rows[0].number
                raise _InvalidError("invalid.conflict", row, f"{name} is not what row {first} says")
        fields[name] = texts[0]
    return fields


def _cell(row: Row, name: str, options: OrderFiles) -> str:
    column = options.columns.get(name)
    text = row.cells.get(column, "") if column else ""
    meanings = options.values.get(name)
    if meanings is None or text in meanings.values():
        return text
    if text not in meanings:
        found = f"{text[:40]!a}" if name in _ECHOED else "the text"
        raise _InvalidError("invalid.value", row, f"{name}: {found} is not in `values`")
    return meanings[text]


def _line(line_id: str, row: Row, options: OrderFiles) -> Line:
    cell = {name: _cell(row, name, options) for name in LINE_FIELDS}
    if not cell["sku"]:
        raise _InvalidError("invalid.sku", row, "the SKU is blank")
    money = {
        name: _money(row, name, cell[name], options)
        for name in MONEY_FIELDS
        if name != "order_discount"
    }
    return Line(
        id=line_id,
        sku=cell["sku"],
        name=cell["name"] or cell["sku"],
        quantity=_quantity(row, cell["quantity"]),
        unit_price=money["unit_price"],
        details=cell["details"],
        total=money["line_total"],
        discount=money["line_discount"],
        supplier_sku=cell["supplier_sku"],
        supplier_unit_cost=money["supplier_unit_cost"],
    )


def _quantity(row: Row, text: str) -> int:
    if not re.fullmatch("[0-9]{1,9}", text):
        what = f"quantity {text[:40]!a} is not a whole number from 0 to 999999999"
        raise _InvalidError("invalid.quantity", row, what)
    return int(text)


def _money(row: Row, name: str, text: str, options: OrderFiles) -> Decimal | None:
    if not text:
        return None
    if not re.fullmatch(rf"-?[0-9]{{1,15}}({re.escape(options.decimal)}[0-9]{{1,6}})?", text):
        what = f"{name} {text[:40]!a} is not an amount such as 12{options.decimal}50"
        raise _InvalidError("invalid.money", row, what)
    return Decimal(text.replace(options.decimal, "."))


def _time(row: Row, text: str, options: OrderFiles) -> datetime | None:
    if not text or options.date_format is None or options.timezone is None:
        return None
    try:
        local = datetime.strptime(text, options.date_format)  # noqa: DTZ007 - its zone comes next
        if local.tzinfo is None:
            local = local.replace(tzinfo=ZoneInfo(options.timezone))
        return local.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        what = f"placed_at {text[:40]!a} is not of the form {options.date_format}"
        raise _InvalidError("invalid.date", row, what) from error


def _address(kind: str, fields: dict[str, str]) -> Address:
    return Address(**{name: fields.get(f"{kind}.{name}", "") for name in ADDRESS_FIELDS})
