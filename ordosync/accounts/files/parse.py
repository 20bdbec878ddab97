"""The rows of one order to an order, or the reason why they are none.

A reason names file and row. It echoes a cell only where that cannot be personal data.
"""

from collections.abc import Sequence
from datetime import UTC

from ordosync.accounts.files.cells import (
    InvalidError,
    amount,
    cell,
    digest,
    quantity,
    skip_reason,
    time,
)
from ordosync.accounts.files.options import (
    ADDRESS_FIELDS,
    LINE_FIELDS,
    MONEY_FIELDS,
    ORDER_FIELDS,
    OrderFiles,
)
from ordosync.accounts.files.rows import Row
from ordosync.models import Address, Line, Order, Unusable

_LONGEST_NUMBER = 100


def parse_order(
    number: str, file: str, rows: Sequence[Row], options: OrderFiles
) -> Order | Unusable:
    """Return the order that these rows of one file are, in the order of the file.

    A row among them that has no order number may be a line of it, so that it is not sent in part.
    """
    content = digest(rows, options)
    own = [row for row in rows if _has_number(row, options)]
    kept = [(position, row) for position, row in enumerate(own, 1) if not skip_reason(row, options)]
    if not kept:
        reason = skip_reason(rows[0], options)
        return Unusable(id=number, code="skip-rule", reason=reason, content=content, skip=True)
    try:
        order = _order(number, kept, options, content)
        _check_numbers(number, rows, options)
    except InvalidError as error:
        reason = f"{file} row {error.row.number}: {error}"
        return Unusable(id=number, code=error.code, reason=reason, content=content)
    except _NothingToShipError as nothing:
        return Unusable(
            id=number, code=nothing.code, reason=str(nothing), content=content, skip=True
        )
    return order


def _check_numbers(number: str, rows: Sequence[Row], options: OrderFiles) -> None:
    """Raise `InvalidError` for a row without a number."""
    for row in rows:
        if not _has_number(row, options):
            what = f"the order number is blank, so this may be a line of order {number}"
            raise InvalidError("invalid.order_number", row, what)


def _has_number(row: Row, options: OrderFiles) -> bool:
    return bool(row.cells.get(options.columns["order_number"]))


class _NothingToShipError(Exception):
    """A rule of ours leaves this order out."""

    def __init__(self, code: str, what: str) -> None:
        super().__init__(what)
        self.code = code


def _order(
    number: str, rows: Sequence[tuple[int, Row]], options: OrderFiles, content: str
) -> Order:
    for _, row in rows:
        if row.problem:
            raise InvalidError("invalid.row", row, row.problem)
    if len(number) > _LONGEST_NUMBER:
        raise InvalidError("invalid.order_number", rows[0][1], "the order number is too long")
    fields = _order_fields([row for _, row in rows], options)
    lines = [
        line
        for position, row in rows
        if (line := _line(f"{number}/{position}", row, options)).sku not in options.ignore_skus
    ]
    if not lines:
        raise _NothingToShipError("no-lines", "has no line left after ignore_skus")
    first = rows[0][1]
    bill_to = _address("bill_to", fields)
    placed_at = time(first, "placed_at", fields.get("placed_at", ""), options)
    return Order(
        id=number,
        number=number,
        lines=tuple(lines),
        currency=options.currency or "",
        ship_to=_address("ship_to", fields),
        bill_to=None if bill_to == Address() else bill_to,
        placed_at=placed_at.astimezone(UTC) if placed_at else None,
        shipping_method=fields.get("shipping_method", ""),
        customer_notes=fields.get("customer_notes", ""),
        internal_notes=fields.get("internal_notes", ""),
        discount=amount(first, "order_discount", fields.get("order_discount", ""), options),
        tags=tuple(tag.strip() for tag in fields.get("tags", "").split(",") if tag.strip()),
        content=content,
    )


def _order_fields(rows: Sequence[Row], options: OrderFiles) -> dict[str, str]:
    """Return what is said of the order as a whole; each of its rows must say the same."""
    fields = {}
    for name in ORDER_FIELDS:
        if name not in options.columns:
            continue
        texts = [cell(row, name, options) for row in rows]
        for row, text in zip(rows, texts, strict=True):
            if text != texts[0]:
                first = rows[0].number
                raise InvalidError("invalid.conflict", row, f"{name} is not what row {first} says")
        fields[name] = texts[0]
    return fields


def _line(line_id: str, row: Row, options: OrderFiles) -> Line:
    text = {name: cell(row, name, options) for name in LINE_FIELDS}
    if not text["sku"]:
        raise InvalidError("invalid.sku", row, "the SKU is blank")
    money = {
        name: amount(row, name, text[name], options)
        for name in MONEY_FIELDS
        if name != "order_discount"
    }
    return Line(
        id=line_id,
        sku=text["sku"],
        name=text["name"] or text["sku"],
        quantity=quantity(row, text["quantity"]),
        unit_price=money["unit_price"],
        details=text["details"],
        total=money["line_total"],
        discount=money["line_discount"],
        supplier_sku=text["supplier_sku"],
        supplier_unit_cost=money["supplier_unit_cost"],
    )


def _address(kind: str, fields: dict[str, str]) -> Address:
    return Address(**{name: fields.get(f"{kind}.{name}", "") for name in ADDRESS_FIELDS})
