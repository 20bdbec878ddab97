"""Money in the shop's format: text with decimals, but a number for the price of a unit."""

from decimal import Decimal, InvalidOperation

_MOST = Decimal(10) ** 15


def amount(value: object) -> Decimal:
    """Parse an amount; invalid text is 0, as in PHP."""
    try:
        read = Decimal(str(value).strip() or "0")
    except InvalidOperation:
        return Decimal(0)
    return read if read.is_finite() and abs(read) < _MOST else Decimal(0)


def text(value: Decimal, decimals: int) -> str:
    """Return an amount as text."""
    return f"{value:.{decimals}f}"


def number(total: Decimal, quantity: int) -> int | float:
    """Return the price of a unit: a float that has lost digits, or an integer."""
    unit_price = float(total) / quantity if quantity else 0.0
    return int(unit_price) if unit_price.is_integer() else unit_price
