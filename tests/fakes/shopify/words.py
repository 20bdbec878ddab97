"""Ids, money and times as the API writes them."""

import re
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache

GID = re.compile(r"gid://shopify/(\w+)/([\w-]+)(\?.*)?")


def number(gid: str) -> int:
    """Return the bare number of an id, which search goes by; 0 where it has none."""
    match = GID.fullmatch(gid)
    return int(match[2]) if match and match[2].isdigit() else 0


@cache
def snake(name: str) -> str:
    """Return a name of the API as one of Python: `currentQuantity` as `current_quantity`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def moment(at: datetime) -> str:
    """Write a time; the service knows whole seconds only."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def amount(value: Decimal) -> str:
    """Write an amount as a `Decimal`: 10.00 is 10.0."""
    units, _, cents = f"{value:.2f}".partition(".")
    return f"{units}.{cents.rstrip('0') or '0'}"


def price(value: Decimal) -> str:
    """Write an amount as `Money`, the older form: 10.0 is 10.00."""
    return f"{value:.2f}"
