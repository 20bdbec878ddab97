"""Rows of an order file: one row per line item, with the fields of its order."""

from collections.abc import Iterator, Mapping

from ordosync.accounts.files.input_options.fields import ADDRESS_FIELDS, MONEY_FIELDS
from ordosync.accounts.files.output.safe_output import decimal_text
from ordosync.models import Address, Line, Order

NUMERIC_FIELDS = (*MONEY_FIELDS, "quantity")
"""Fields that are written as they are; all other fields are neutralised."""
_LARGEST_QUANTITY = 999_999_999


def order_rows(order: Order, number: str, decimal_point: str) -> Iterator[Mapping[str, str]]:
    """Yield the texts of the fields for each line of an order, without the time of the order."""
    fields = order_fields(order, number, decimal_point)
    for position, line in enumerate(order.lines, 1):
        line_id_ = {"line_id": line_id(number, position)}
        yield {**fields, **line_id_, **line_fields(line, decimal_point)}


def order_fields(order: Order, number: str, decimal_point: str) -> Mapping[str, str]:
    """Return the texts of the fields of an order as a whole."""
    return {
        "order_number": number,
        "shipping_method": order.shipping_method,
        "customer_notes": order.customer_notes,
        "internal_notes": order.internal_notes,
        "tags": ", ".join(order.tags),
        "order_discount": decimal_text(order.discount, decimal_point),
        "currency": order.currency,
        **_address("ship_to", order.ship_to),
        **_address("bill_to", order.bill_to or Address()),
    }


def line_fields(line: Line, decimal_point: str) -> Mapping[str, str]:
    """Return the texts of the fields of a line."""
    return {
        "sku": line.sku,
        "name": line.name,
        "quantity": str(line.quantity),
        "unit_price": decimal_text(line.unit_price, decimal_point),
        "details": line.details,
        "line_total": decimal_text(line.total, decimal_point),
        "line_discount": decimal_text(line.discount, decimal_point),
        "supplier_sku": line.supplier_sku,
        "supplier_unit_cost": decimal_text(line.supplier_unit_cost, decimal_point),
    }


def _address(kind: str, address: Address) -> dict[str, str]:
    return {f"{kind}.{name}": getattr(address, name) for name in ADDRESS_FIELDS}


def order_problem(order: Order) -> str:
    """Return why an order cannot be written, without personal data; empty if it can."""
    if not order.reference or not order.number or not order.lines:
        return "has no reference, no number or no lines"
    for position, line in enumerate(order.lines, 1):
        if not line.sku:
            return f"line {position} has no SKU"
        if not 1 <= line.quantity <= _LARGEST_QUANTITY:
            return f"line {position}: quantity {line.quantity} is not 1 to {_LARGEST_QUANTITY}"
        amounts = (line.unit_price, line.total, line.discount, line.supplier_unit_cost)
        if not all(amount is None or amount.is_finite() for amount in (*amounts, order.discount)):
            return f"line {position} has an amount that is not a number"
    texts = (text for fields in order_rows(order, order.number, ".") for text in fields.values())
    return "has a NUL byte in one of its texts" if any("\0" in text for text in texts) else ""


def line_problem(fields: Mapping[str, str]) -> str:
    """Return why the fields of a line cannot be written, without personal data; empty if they can.

    A line without units is one that was removed.
    """
    if any("\0" in text for text in fields.values()):
        return "has a NUL byte in one of its texts"
    if not fields["sku"]:
        return f"line {fields['line_id']} has no SKU"
    if not 0 <= int(fields["quantity"]) <= _LARGEST_QUANTITY:
        return f"line {fields['line_id']}: quantity is not 0 to {_LARGEST_QUANTITY}"
    amounts = (fields.get(name, "").removeprefix("-") for name in MONEY_FIELDS)
    if not all(text[:1].isdigit() for text in amounts if text):
        return f"line {fields['line_id']} has an amount that is not a number"
    return ""


def line_id(number: str, position: int) -> str:
    """Return the id of a line of a written order."""
    return f"{number}/{position}"
