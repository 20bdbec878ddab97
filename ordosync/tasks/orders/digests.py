"""The content of an order's step: a digest of the order, its date, and the ids of its lines.

Its form is `<content>+<rules>-<date>-<lines>`. The first part is `Order.content`, which counts
until the order is sent: a step that was skipped or failed is decided again if it changes. After
that, the date and the lines show if the number was used for another order. The rules select the
lines, so two contents are comparable only under the same rules. Edits are noticed by other digests;
see `group_digests`. Both are keyed.
"""

import hashlib
from collections.abc import Iterable, Iterator
from typing import Literal
from zlib import crc32

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from ordosync.config.settings import PortalConfig
from ordosync.keyed_content import keyed
from ordosync.models import InvalidRecord, Line, Order, Page

_FORM = "o4"
"""Version of the digest; it changes with the fields that go into it."""
_TAG = 4
"""Number of characters for one line."""


class Sent(Struct, frozen=True, kw_only=True, gc=False):
    """The parsed content of an order that was sent."""

    how: str
    """The form of the source, and the rules: contents are comparable only if these are equal."""
    date: str
    lines: frozenset[str]


Reused = Literal["", "other-lines", "other-date"]


def with_keyed_contents(
    pages: Iterator[Page[Order | InvalidRecord]], key: bytes
) -> Iterator[Page[Order | InvalidRecord]]:
    """Return the orders with keyed contents; no other contents are stored."""

    def with_keyed_content(page: Page[Order | InvalidRecord]) -> Page[Order | InvalidRecord]:
        items = tuple([replace(item, content=keyed(item.content, key)) for item in page.items])
        return replace(page, items=items)

    return map(with_keyed_content, pages)


def decisive(content: str) -> str:
    """Return the part of a content that counts before an order is sent; otherwise all of it."""
    return content.partition("+")[0]


def of_order(order: Order, lines: Iterable[Line], portal_rules: str) -> str:
    """Return the content of an order, given its lines that are sent and the digest of the rules."""
    placed_at = order.placed_at
    date = f"{placed_at.year:04}{placed_at.month:02}{placed_at.day:02}" if placed_at else ""
    tags = _tags(line for line in lines if line.quantity)
    return f"{order.content}+{portal_rules}-{date}-{tags}"


def rules(config: PortalConfig) -> str:
    """Return a digest of the options that decide which part of an order is sent."""
    methods = config.shipping_methods
    fields = (
        _FORM,
        sorted(config.send),
        (methods.default, sorted(methods.map.items())),
        repr(config.products),
        repr(config.merchant.pair),
        # Older versions had no `ignore_skus`.
        *((sorted(config.ignore_skus),) if config.ignore_skus else ()),
    )
    return hashlib.blake2b(msgspec.json.encode(fields), digest_size=4).hexdigest()


def parse(content: str) -> Sent | None:
    """Parse a content; return None if it is not that of an order, or of an older version."""
    source, _, travel_part = content.partition("+")
    parts = travel_part.split("-")
    if len(parts) != 3:  # noqa: PLR2004 - the parts that `of_order` writes
        return None
    portal_rules, date, tags = parts
    return Sent(
        how=f"{source.partition('-')[0]}+{portal_rules}",
        date=date,
        lines=frozenset(tags[at : at + _TAG] for at in range(0, len(tags), _TAG)),
    )


def reused(before: Sent, after: Sent) -> Reused:
    """Return the sign that the number of an order was used again for another order."""
    if before.date and after.date and before.date != after.date:
        return "other-date"
    if before.lines and after.lines and not before.lines & after.lines:
        return "other-lines"
    return ""


def _tags(lines: Iterable[Line]) -> str:
    return "".join(sorted(_tag(line.id) for line in lines))


def _tag(line_id: str) -> str:
    return f"{crc32(line_id.encode()) & 0xFFFF:04x}"
