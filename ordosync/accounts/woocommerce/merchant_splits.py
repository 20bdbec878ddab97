"""Splits of a Merchant's orders: the shop cannot split, so the order's record has the pieces.

Uses a note and, if the shop has them, planned fulfillments to show the pieces.
"""

from collections.abc import Iterator, Mapping, Sequence

from ordosync.accounts.woocommerce.order_metadata import Part, line_number, order_id_of
from ordosync.accounts.woocommerce.order_share import OrderShare, SharePart
from ordosync.accounts.woocommerce.order_statuses import SHIPPED
from ordosync.accounts.woocommerce.timeline import add_note
from ordosync.models import Outcome, Piece, PieceLine, Split, refused

_FEWEST_PIECES = 2


class MerchantSplits(SharePart):
    """Orders that the Supplier sends in pieces."""

    def split(self, splits: Sequence[Split]) -> list[Outcome]:
        """Record the pieces of orders, and show them if the shop can."""
        return self._client.service.write_each(splits, self._split, key=_order_id)

    def _split(self, split: Split) -> Outcome:
        target = split.order_id
        share = self._shares.read(target)
        if share is None:
            return refused("not-found", "does not exist")
        before = share.record.parts_of(target)
        if before:
            pieces = _matched(split, before)
            if pieces is None:
                return refused("already-split", "is already split differently")
            return Outcome(state="unchanged", id=target, pieces=pieces)
        if self._statuses.is_dead(share.order):
            return refused("cancelled", f"is {share.order.status}")
        share = share.without_foreign(self._client.shown_parcels(share.order))
        if share.order.status == SHIPPED or share.is_shipped(target):
            return refused("already-shipped", "is shipped")
        if misfit := self._misfit(split, share):
            return refused("does-not-fit", f"does not fit: {misfit}")
        parts = _parts_for(split)
        self._client.tracking.plan(share.order, parts)
        add_note(self._client.http, share.order.id, "\n".join(_note(share, parts)))
        self._shares.save(share.order, share.record.with_parts(parts))
        return Outcome(state="done", id=target, pieces=_matched(split, parts) or ())

    def _misfit(self, split: Split, share: OrderShare) -> str | None:
        """Return why the pieces do not fit; lines that no Supplier sends need not be in one."""
        lines = share.open_lines(split.order_id)
        misfit = _misfit(split, lines)
        if not misfit:
            return None
        self._shares.needs.learn(share.order.line_items)
        named = {line_number(split.order_id, p.of_line) for it in split.pieces for p in it.lines}
        not_awaited = self._shares.needs.not_awaited(share.order) - named
        awaited = {line: count for line, count in lines.items() if line not in not_awaited}
        return _misfit(split, awaited)


def _note(share: OrderShare, parts: Sequence[Part]) -> Iterator[str]:
    names = {line.id: line.sku or line.name or "" for line in share.order.line_items}
    yield "The Supplier sends this order in pieces:"
    for part in parts:
        lines = ", ".join(f"{count} {names[line]}" for line, count in part.lines.items())
        yield f"{part.id}: {lines}"


def _order_id(split: Split) -> str:
    return order_id_of(split.order_id)


def _misfit(split: Split, lines: Mapping[int, int]) -> str | None:
    """Return why these pieces are empty or do not add up to the lines; None if they fit."""
    if len(split.pieces) < _FEWEST_PIECES:
        return "a split needs at least two pieces"
    remaining = dict(lines)
    for piece in split.pieces:
        if not any(part.quantity for part in piece.lines):
            return "a piece would be empty"
        for part in piece.lines:
            line = line_number(split.order_id, part.of_line)
            remaining[line] = remaining.get(line, 0) - part.quantity
    return "the pieces do not add up to the lines of the order" if any(remaining.values()) else None


def _parts_for(split: Split) -> list[Part]:
    """Return the pieces as they are recorded, numbered in the given order."""
    return [
        Part(
            id=f"{split.order_id}/{place}",
            reference=piece.reference,
            lines={
                line_number(split.order_id, part.of_line): part.quantity
                for part in piece.lines
                if part.quantity
            },
        )
        for place, piece in enumerate(split.pieces, 1)
    ]


def _matched(split: Split, parts: Sequence[Part]) -> tuple[Piece, ...] | None:
    """Return the recorded pieces in the given order; None if they differ."""
    recorded = {part.reference: part for part in parts}
    references = {piece.reference for piece in split.pieces}
    if recorded.keys() != references or len(recorded) != len(parts):
        return None
    pieces = []
    for piece, expected in zip(split.pieces, _parts_for(split), strict=True):
        part = recorded[piece.reference]
        if part.lines != expected.lines:
            return None
        lines = tuple(
            PieceLine(
                of_line=line.of_line,
                quantity=line.quantity,
                id=f"{part.id}:{line_number(split.order_id, line.of_line)}",
            )
            for line in piece.lines
            if line.quantity
        )
        pieces.append(Piece(id=part.id, reference=piece.reference, lines=lines))
    return tuple(pieces)
