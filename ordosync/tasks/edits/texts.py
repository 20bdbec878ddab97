"""Sentences of an edit, for the log and for both timelines. They name groups, and never a value."""

import hashlib
from collections.abc import Sequence

from ordosync.models import Address, Order
from ordosync.tasks.base import Step
from ordosync.tasks.remarks import Remark

_SHORTEST = 3
"""The length of a text of which its place in a sentence says something."""


def listed(groups: Sequence[str]) -> str:
    """Return groups as text."""
    return ", ".join(dict.fromkeys(groups))


def remark(step: Step, kind: str, at_merchant: str, at_supplier: str) -> Remark:
    """Return the comments on both timelines; an order has one of a kind for each edit."""
    return Remark(
        key=f"{kind}:{short(step.key, step.content)}",
        merchant_id=step.merchant_id or "",
        supplier_id=step.supplier_id or "",
        at_merchant=at_merchant,
        at_supplier=at_supplier,
    )


def short(*parts: str) -> str:
    """Return a short digest of texts."""
    return hashlib.blake2b("\0".join(parts).encode(), digest_size=4).hexdigest()


def without_values(text: str, order: Order) -> str:
    """Return the words of a service without the values of an order, which it may have repeated."""
    for value in sorted(_values(order), key=len, reverse=True):
        text = text.replace(value, "…")
    return text


def _values(order: Order) -> set[str]:
    addresses = (order.ship_to, order.bill_to or Address())
    texts = {getattr(address, name) for address in addresses for name in Address.__struct_fields__}
    texts |= {order.customer_notes, order.internal_notes}
    return {text for text in texts if len(text) >= _SHORTEST}
