"""Ids, money and times in the format of the API."""

import re
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache

GID = re.compile(r"gid://shopify/(\w+)/([\w-]+)(\?.*)?")


def number(gid: str) -> int:
    """Return the number of an id, which search uses; 0 if it has none."""
    match = GID.fullmatch(gid)
    return int(match[2]) if match and match[2].isdigit() else 0


@cache
def snake(name: str) -> str:
    """Return the Python name of an API name: `current_quantity` for `currentQuantity`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def moment(at: datetime) -> str:
    """Return a time as text, in whole seconds."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def amount(value: Decimal) -> str:
    """Return a `Decimal` as text: 10.00 is 10.0."""
    units, _, cents = f"{value:.2f}".partition(".")
    return f"{units}.{cents.rstrip('0') or '0'}"


def price(value: Decimal) -> str:
    """Return an amount as `Money`, the older form: 10.0 is 10.00."""
    return f"{value:.2f}"
