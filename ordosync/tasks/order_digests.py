"""The content of an order's step: what decides whether it is sent, and what of it travels.

Its form: `<what was read>+<rules>-<travel>-<date>-<lines>`. The first part is `Order.content`: it
decides until the order is sent, so a step that was skipped or has failed is judged again when it
changes. What follows `+` is compared after the order was sent, and only what travels makes an
edit. It is comparable only under the same rules: the options that decide what travels.
"""

import hashlib
from collections.abc import Iterable
from decimal import Decimal
from typing import Literal
from zlib import crc32

import msgspec
from msgspec import Struct

from ordosync.config.settings import PortalConfig
from ordosync.models import Line, Order

_FORM = "o2"
"""Changes with the fields that the digest of what travels is made of."""
_TAG = 4
"""So many characters of the content stand for one line."""


class Sent(Struct, frozen=True, kw_only=True, gc=False):
    """What a content says of an order that was sent."""

    how: str
    """Two contents are comparable only if both were read in the same way, by the same rules."""
    travel: str
    date: str
    lines: frozenset[str]


Change = Literal["", "edited", "lines-missing", "other-lines", "other-date"]


def decisive(content: str) -> str:
    """Return the part that decides whether an order is sent; of other things all of it."""
    return content.partition("+")[0]


def of_order(order: Order, created: Order, own: str) -> str:
    """Return the content of an order: as it was read, as `for_supplier` makes it, by `rules`."""
    at = order.placed_at
    date = f"{at.year:04}{at.month:02}{at.day:02}" if at else ""
    lines = [line for line in created.lines if line.quantity]
    return "-".join((f"{order.content}+{own}", _travel(created, lines), date, _tags(lines)))


def rules(config: PortalConfig) -> str:
    """Return a digest of the options that decide which part of an order travels."""
    methods = config.shipping_methods
    told = (
        _FORM,
        sorted(config.send),
        (methods.default, sorted(methods.map.items())),
        repr(config.products),
        repr(config.merchant.pair),
    )
    return _digest(told, 4)


def sent(content: str) -> Sent | None:
    """Read a content; None if it says nothing of what travelled, as those of before."""
    read, _, rest = content.partition("+")
    parts = rest.split("-")
    if len(parts) != 4:  # noqa: PLR2004 - the parts that `of_order` writes
        return None
    own, travel, date, tags = parts
    lines = frozenset(tags[at : at + _TAG] for at in range(0, len(tags), _TAG))
    how = f"{read.partition('-')[0]}+{own}"
    return Sent(how=how, travel=travel, date=date, lines=lines)


def changed(before: Sent, after: Sent) -> Change:
    """Return how an order differs from the one that was sent."""
    if before.date and after.date and before.date != after.date:
        return "other-date"
    if before.lines and after.lines and not before.lines & after.lines:
        return "other-lines"
    if before.travel == after.travel:
        return ""
    return "lines-missing" if before.lines - after.lines else "edited"


def _travel(created: Order, lines: Iterable[Line]) -> str:
    """Return a digest of what the Supplier is sent, whatever the order and the ids of its lines."""
    told = (
        created.number,
        created.ship_to,
        created.bill_to,
        created.shipping_method,
        created.customer_notes,
        created.internal_notes,
        _plain(created.discount),
        sorted(created.tags),
        sorted(_line(line) for line in lines),
    )
    return _digest(told, 8)


def _line(line: Line) -> tuple[str, ...]:
    money = (line.unit_price, line.total, line.discount)
    return (line.sku, line.name, str(line.quantity), line.details, *(_plain(one) for one in money))


def _plain(amount: Decimal | None) -> str:
    """Return an amount so that 9.5 and 9.50 are the same."""
    return "" if amount is None else str(amount.normalize())


def _tags(lines: Iterable[Line]) -> str:
    return "".join(sorted(_tag(line.id) for line in lines))


def _tag(line_id: str) -> str:
    return f"{crc32(line_id.encode()) & 0xFFFF:04x}"


def _digest(told: object, size: int) -> str:
    return hashlib.blake2b(msgspec.json.encode(told), digest_size=size).hexdigest()
