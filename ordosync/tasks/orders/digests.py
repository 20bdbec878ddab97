"""The content of an order's step: digests of the order, and of the fields that are sent.

Its form is `<content>+<rules>-<travel>-<date>-<lines>`. The first part is `Order.content`, which
counts until the order is sent: a step that was skipped or failed is decided again if it changes.
The other parts are compared after the order was sent: only a change of the fields that are sent
is an edit. The rules select these fields, so two contents are comparable only under the same rules.

Where totals or discounts of lines are sent, `-<amounts>` follows: the amounts of each line. Once
units of a line are sent, or cancelled in both accounts, its amounts are not compared.
"""

import hashlib
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from decimal import Decimal
from typing import Literal
from zlib import crc32

import msgspec
from msgspec import Struct

from ordosync.config.settings import PortalConfig
from ordosync.models import Line, Order

_FORM = "o2"
"""Version of the digest; it changes with the fields that go into it."""
_AMOUNTS_FORM = "o3"
"""The version in which the amounts of lines, where they travel, are a separate part."""
_TAG = 4
"""Number of characters for one line."""
_NOT_COMPARED = "x" * _TAG
"""Replaces amounts that may have changed with the units of their line."""


class Sent(Struct, frozen=True, kw_only=True, gc=False):
    """The parsed content of an order that was sent."""

    how: str
    """The form of the source, and the rules: contents are comparable only if these are equal."""
    travel: str
    date: str
    lines: frozenset[str]
    amounts: frozenset[str] = frozenset()


Change = Literal["", "edited", "lines-missing", "other-lines", "other-date"]


def decisive(content: str) -> str:
    """Return the part of a content that counts before an order is sent; otherwise all of it."""
    return content.partition("+")[0]


def of_order(
    order: Order,
    created: Order,
    portal_rules: str,
    *,
    config: PortalConfig,
    settled: AbstractSet[str] = frozenset(),
) -> str:
    """Return the content of an order, given `for_supplier` of it and the digest of the rules.

    `settled`: the lines of which units were sent, or cancelled in both accounts.
    """
    placed_at = order.placed_at
    date = f"{placed_at.year:04}{placed_at.month:02}{placed_at.day:02}" if placed_at else ""
    lines = [line for line in created.lines if line.quantity]
    amounts = [_amounts(lines, settled)] if _sends_amounts(config) else []
    return "-".join(
        (f"{order.content}+{portal_rules}", _travel(created, lines), date, _tags(lines), *amounts)
    )


def rules(config: PortalConfig) -> str:
    """Return a digest of the options that decide which part of an order is sent."""
    methods = config.shipping_methods
    fields = (
        _AMOUNTS_FORM if _sends_amounts(config) else _FORM,
        sorted(config.send),
        (methods.default, sorted(methods.map.items())),
        repr(config.products),
        repr(config.merchant.pair),
    )
    return _digest(fields, 4)


def parse(content: str) -> Sent | None:
    """Parse a content; return None if an older version wrote it, without these digests."""
    source, _, travel_part = content.partition("+")
    parts = travel_part.split("-")
    if len(parts) not in (4, 5):  # The parts that `of_order` writes.
        return None
    portal_rules, travel, date, tags, *amounts = parts
    return Sent(
        how=f"{source.partition('-')[0]}+{portal_rules}",
        travel=travel,
        date=date,
        lines=_cut(tags, _TAG),
        amounts=_cut(amounts[0], 2 * _TAG) if amounts else frozenset(),
    )


def changed(before: Sent, after: Sent) -> Change:
    """Return how an order differs from its state when it was sent."""
    if before.date and after.date and before.date != after.date:
        return "other-date"
    if before.lines and after.lines and not before.lines & after.lines:
        return "other-lines"
    if before.travel == after.travel and not _differ(before.amounts, after.amounts):
        return ""
    return "lines-missing" if before.lines - after.lines else "edited"


def _travel(created: Order, lines: Iterable[Line]) -> str:
    """Return a digest of the fields that are sent, without the ids and the order of the lines."""
    fields = (
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
    return _digest(fields, 8)


def _sends_amounts(config: PortalConfig) -> bool:
    return not {"line_total", "line_discount"}.isdisjoint(config.send)


def _amounts(lines: Iterable[Line], settled: AbstractSet[str]) -> str:
    """Return a tag of each line, and one of its amounts."""
    return "".join(
        f"{_tag(line.id)}{_NOT_COMPARED if line.id in settled else _amounts_of(line)}"
        for line in sorted(lines, key=lambda line: line.id)
    )


def _amounts_of(line: Line) -> str:
    return _tag(f"{_plain(line.total)}/{_plain(line.discount)}")


def _differ(before: AbstractSet[str], after: AbstractSet[str]) -> bool:
    """True if the amounts of a line differ that are compared."""
    ignored = {tag[:_TAG] for tag in before | after if tag.endswith(_NOT_COMPARED)}
    return any(tag[:_TAG] not in ignored for tag in before ^ after)


def _cut(text: str, size: int) -> frozenset[str]:
    return frozenset(text[at : at + size] for at in range(0, len(text), size))


def _line(line: Line) -> tuple[str, ...]:
    # The amounts of a line are a separate part.
    money = (line.unit_price, None, None)
    return (
        line.sku,
        line.name,
        str(line.quantity),
        line.details,
        *(_plain(amount) for amount in money),
    )


def _plain(amount: Decimal | None) -> str:
    """Return an amount as text, so that 9.5 and 9.50 are equal."""
    return "" if amount is None else str(amount.normalize())


def _tags(lines: Iterable[Line]) -> str:
    return "".join(sorted(_tag(line.id) for line in lines))


def _tag(line_id: str) -> str:
    return f"{crc32(line_id.encode()) & 0xFFFF:04x}"


def _digest(fields: object, size: int) -> str:
    return hashlib.blake2b(msgspec.json.encode(fields), digest_size=size).hexdigest()
