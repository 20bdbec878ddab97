"""Digests of addressees: two orders are compared by them without a name in the snapshot."""

import hashlib
from collections.abc import Sequence

from msgspec.structs import replace

from ordosync.models import Address, Line, OrderSnapshot


def digest_of(name: str) -> str:
    """Return a digest that distinguishes addressees without storing their names."""
    normalized = " ".join(name.split()).casefold()
    return hashlib.blake2b(normalized.encode("utf-8", "replace"), digest_size=16).hexdigest()


def anonymous(item: OrderSnapshot, lines: Sequence[Line]) -> OrderSnapshot:
    """Return an order without personal data, with these lines."""
    order = replace(
        item.order,
        ship_to=Address(),
        bill_to=None,
        customer_notes="",
        internal_notes="",
        tags=(),
        lines=tuple(replace(line, details="", name="") for line in lines),
    )
    return replace(item, order=order)
