"""Links of the Merchant's order whose short units became a piece: that piece, and the rest."""

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from ordosync.models import Piece, PieceLine
from ordosync.store.links import Link, LinkState, ShortUnits
from ordosync.tasks.base import Portal
from ordosync.tasks.shortages.changes import LineChange, OrderChange
from ordosync.tasks.sku_maps.packs import pack_of, with_pack_of


def links(
    portal: Portal, change: OrderChange, lines: Sequence[Link], pieces: Sequence[Piece]
) -> Iterator[Link]:
    """Yield the links of the piece with the short units, and of the rest.

    The piece may keep the id of the order. `lines` are the links of its changed lines.
    """
    short, *rest = pieces
    link = change.link
    changes = {line.link.merchant_id: line for line in change.lines}
    known = {
        line.merchant_id: line
        for line in portal.links.lines_of([link.merchant_id]).get(link.merchant_id, ())
    }
    state: LinkState = "sent" if _comes_later(change) else "cancelled_by_supplier"
    if short.id == link.merchant_id:
        moved = {part.of_line: part.quantity for piece in rest for part in piece.lines}
        changed = {line.merchant_id: line for line in lines}
        for id_, line in known.items():
            stays = changed.get(id_, replace(line, ordered=None, cancelled=None))
            units = moved.get(id_, 0) * pack_of(line)
            yield replace(stays, moved=min(units, line.open_units or 0))
        yield replace(link, state=state)
    else:
        yield replace(link, state="split")
        for line in known.values():
            yield replace(line, state="split")
        yield replace(link, merchant_id=short.id, state=state, generation=1, digests=None)
        for part in short.lines:
            if part.of_line in changes:
                yield _short_line(short, part, changes[part.of_line])
    for piece in rest:
        yield replace(link, merchant_id=piece.id, state="live", generation=1, digests=None)
        for part in piece.lines:
            if part.of_line in known:
                yield _line(piece, part, known[part.of_line], _open(part, known, changes))


def _comes_later(change: OrderChange) -> bool:
    return any(line.backordered for line in change.lines)


def _open(part: PieceLine, known: dict[str, Link], changes: dict[str, LineChange]) -> int:
    """Return the units of a line of the rest that the Supplier has open."""
    change = changes.get(part.of_line)
    open_units = change.open_units if change else known[part.of_line].open_units or 0
    return min(part.quantity * pack_of(known[part.of_line]), open_units)


def _line(piece: Piece, part: PieceLine, line: Link, ordered: int) -> Link:
    link = Link(
        kind="line",
        merchant_id=part.id,
        supplier_id=line.supplier_id,
        order_id=piece.id,
        ordered=ordered,
    )
    return with_pack_of(link, line)


def _short_line(piece: Piece, part: PieceLine, change: LineChange) -> Link:
    """Return the link of a short line: its units are cancelled, or they come later."""
    units = part.quantity * pack_of(change.link)
    line, after = _line(piece, part, change.link, units), change.after
    if change.backordered:
        short = ShortUnits(
            backordered=units, expected=after.expected, reason=after.reason, reports=1
        )
        return replace(line, short=short)
    short = ShortUnits(cancelled=units, reported=units, reason=after.reason, reports=1)
    return replace(line, cancelled=units, short=short)
