"""The words of a report: SKUs, units, days and reasons, never a name, an address or a price."""

import hashlib
from collections.abc import Iterator, Sequence

from ordosync.models import ParcelLine
from ordosync.shortages import REASONS, ReportedLine, ShortageReason, ShortageReport
from ordosync.tasks.shortages.changes import LineChange, OrderChange
from ordosync.tasks.sku_maps.packs import both_names, lost_packs, pack_of
from ordosync.text import printable

_LONGEST_WORD = 80
"""The longest own word of a Supplier that is repeated."""


def report_of(change: OrderChange) -> ShortageReport:
    """Return the report of a change to the Merchant."""
    return ShortageReport(
        order_id=change.link.merchant_id,
        key=_key(change),
        text=text_of(change),
        lines=tuple(_reported(change)),
        restored=tuple(
            ParcelLine(line_id=of.link.merchant_id, quantity=-of.cancelled, sku=of.sku)
            for of in change.lines
            if of.cancelled < 0
        ),
        is_whole=change.is_whole or change.is_rest,
    )


def text_of(change: OrderChange) -> str:
    """Return the text of a report; empty if there is nothing that the Merchant must know."""
    if change.is_whole:
        if change.shortage.is_deleted:
            return "The Supplier deleted this order, and sends nothing of it"
        reason = _reason(change.reason, change.shortage.word)
        return f"The Supplier cancelled this order, and sends nothing of it: {reason}"
    parts = [text for line in change.lines if (text := _line_text(line))]
    if change.is_restored:
        parts = ["opened this order again, and sends it", *parts]
    if not parts:
        return ""
    rest = "; nothing else of this order comes" if change.is_rest else ""
    return f"{_sentence(parts)}{rest}"


def with_standing(text: str, standing: Sequence[LineChange]) -> str:
    """Return the text of a report, with the lines that were reported before and are still open."""
    parts = [part for line in standing if (part := _line_text(line))]
    if not parts:
        return text
    return "; it ".join([text, *parts]) if text else _sentence(parts)


def _sentence(parts: Sequence[str]) -> str:
    return f"The Supplier {'; it '.join(parts)}"


def _line_text(line: LineChange) -> str:
    reason = _reason(line.after.reason, line.word)
    if line.cancelled > 0:
        return f"cannot send {_goods(line, line.cancelled, line.lost_packs)}: {reason}"
    if line.cancelled < 0 and not line.backordered:
        return f"sends {_goods(line, -line.cancelled, -line.lost_packs)} after all"
    if line.backordered:
        when = f", expected on {line.after.expected}" if line.after.expected else ""
        goods = _goods(line, line.backordered, lost_packs(line.link, line.backordered))
        return f"sends {goods} later{when}: {reason}"
    return ""


def _goods(line: LineChange, units: int, in_packs: int) -> str:
    """Return units of a line as text; both accounts read it."""
    link = line.link
    if not link.merchant_sku:
        return f"{units} of {printable(line.sku) or 'a line'}"
    sku = printable(link.supplier_sku or line.sku)
    if pack_of(link) > 1:
        return f"{units} of {sku} ({in_packs} of {printable(link.merchant_sku)})"
    return f"{units} of {printable(both_names(link.merchant_sku, sku))}"


def _reason(reason: ShortageReason, word: str) -> str:
    if reason == "other" and word:
        return f'other, "{printable(word)[:_LONGEST_WORD]}"'
    return REASONS[reason]


def _key(change: OrderChange) -> str:
    """Return the key of a report. It counts, so that the same shortage can come a second time."""
    name = "supplier-cancelled" if change.is_whole else "short"
    count = max((line.before.reports for line in change.lines), default=0) + 1
    digest = hashlib.blake2b(change.content.encode(), digest_size=4).hexdigest()
    return f"{name}:{change.link.generation}.{count}:{digest}"


def _reported(change: OrderChange) -> Iterator[ReportedLine]:
    for line in change.lines:
        sku = line.link.merchant_sku or line.sku
        if line.lost_packs > 0:
            yield ReportedLine(
                line_id=line.link.merchant_id,
                sku=sku,
                quantity=line.lost_packs,
                answer="cancelled",
                reason=line.after.reason,
            )
        if line.backordered:
            yield ReportedLine(
                line_id=line.link.merchant_id,
                sku=sku,
                quantity=lost_packs(line.link, line.backordered),
                answer="backordered",
                reason=line.after.reason,
                expected=line.after.expected,
            )
