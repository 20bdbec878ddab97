"""Money as the shop writes it: text with its decimals, but the price of a unit as a number."""

from decimal import Decimal, InvalidOperation

_MOST = Decimal(10) ** 15


def amount(value: object) -> Decimal:
    """Read an amount; what is none is 0, as in PHP."""
    try:
        read = Decimal(str(value).strip() or "0")
    except InvalidOperation:
        return Decimal(0)
    return read if read.is_finite() and abs(read) < _MOST else Decimal(0)


def text(value: Decimal, decimals: int) -> str:
    """Write an amount."""
    return f"{value:.{decimals}f}"


def number(total: Decimal, quantity: int) -> int | float:
    """Write what one unit costs: a float that has lost its digits, or an integer."""
    unit_price = float(total) / quantity if quantity else 0.0
    return int(unit_price) if unit_price.is_integer() else unit_price
