"""Splits of a Merchant's orders: the shop cannot split, so the order's record has the pieces.

Uses planned fulfillments, if the shop has them, to show pieces, and a note.
"""

from collections.abc import Iterator, Mapping, Sequence

from ordosync.accounts.woocommerce.client import WooCommerceClient
from ordosync.accounts.woocommerce.order_metadata import Part, order_id_of
from ordosync.accounts.woocommerce.order_share import OrderShare, OrderShares
from ordosync.accounts.woocommerce.order_statuses import SHIPPED, OrderStatuses
from ordosync.accounts.woocommerce.timeline import add_note
from ordosync.models import Outcome, Piece, PieceLine, Split, refused

_FEWEST_PIECES = 2


class MerchantSplits:
    """Orders that the Supplier sends in pieces."""

    def __init__(
        self, client: WooCommerceClient, shares: OrderShares, statuses: OrderStatuses
    ) -> None:
        self._client = client
        self._shares = shares
        self._statuses = statuses

    def split(self, splits: Sequence[Split]) -> list[Outcome]:
        """Record the pieces of orders, and show them if the shop can."""
        return self._client.service.write_each(splits, self._split, key=_order_id)

    def _split(self, split: Split) -> Outcome:
        target = split.order_id
        share = self._shares.read(target)
        if share is None:
            return refused("not-found", "is not there")
        before = share.record.parts_of(target)
        if before:
            pieces = _matched(split, before)
            if pieces is None:
                return refused("already-split", "is split otherwise already")
            return Outcome(state="unchanged", id=target, pieces=pieces)
        if self._statuses.is_dead(share.order):
            return refused("cancelled", f"is {share.order.status}")
        if share.order.status == SHIPPED or share.record.parcel(target):
            return refused("already-shipped", "is shipped")
        share = share.apart_from(self._client.shown_parcels(share.order))
        wrong = _misfit(split, share.lines_of(target))
        if wrong:
            return refused("does-not-fit", f"does not fit: {wrong}")
        parts = _parts_for(split)
        self._client.tracking.plan(share.order, parts)
        add_note(self._client.http, share.order.id, "\n".join(_note(share, parts)))
        self._shares.save(share.order, share.record.with_parts(parts))
        return Outcome(state="done", id=target, pieces=_matched(split, parts) or ())


def _note(share: OrderShare, parts: Sequence[Part]) -> Iterator[str]:
    names = {line.id: line.sku or line.name or "" for line in share.order.line_items}
    yield "The Supplier sends this order in pieces:"
    for part in parts:
        lines = ", ".join(f"{count} {names[line]}" for line, count in part.lines.items())
        yield f"{part.id}: {lines}"


def _order_id(split: Split) -> str:
    return order_id_of(split.order_id)


def _misfit(split: Split, lines: Mapping[int, int]) -> str | None:
    """Return why these pieces, each with at least one unit, are not the whole; None if they are."""
    if len(split.pieces) < _FEWEST_PIECES:
        return "one piece is no split"
    remaining = dict(lines)
    for piece in split.pieces:
        if not any(part.quantity for part in piece.lines):
            return "a piece would be empty"
        for part in piece.lines:
            line = _line_of(split.order_id, part.of_line)
            remaining[line] = remaining.get(line, 0) - part.quantity
    return "the pieces do not add up to its lines" if any(remaining.values()) else None


def _parts_for(split: Split) -> list[Part]:
    """Return the pieces as they are recorded, numbered in the given order."""
    return [
        Part(
            id=f"{split.order_id}/{place}",
            reference=piece.reference,
            lines={
                _line_of(split.order_id, part.of_line): part.quantity
                for part in piece.lines
                if part.quantity
            },
        )
        for place, piece in enumerate(split.pieces, 1)
    ]


def _matched(split: Split, parts: Sequence[Part]) -> tuple[Piece, ...] | None:
    """Return the recorded pieces in the given order; None if they are other pieces."""
    kept = {part.reference: part for part in parts}
    if kept.keys() != {piece.reference for piece in split.pieces} or len(kept) != len(parts):
        return None
    pieces = []
    for piece, wanted in zip(split.pieces, _parts_for(split), strict=True):
        part = kept[piece.reference]
        if part.lines != wanted.lines:
            return None
        lines = tuple(
            PieceLine(
                of_line=line.of_line,
                quantity=line.quantity,
                id=f"{part.id}:{_line_of(split.order_id, line.of_line)}",
            )
            for line in piece.lines
            if line.quantity
        )
        pieces.append(Piece(id=part.id, reference=piece.reference, lines=lines))
    return tuple(pieces)


def _line_of(target: str, line_id: str) -> int:
    """Return the number of a line of an order, `<line>`, or of a piece, `<piece>:<line>`.

    Returns 0, which no line has, for a line of another order or piece.
    """
    of, _, line = line_id.rpartition(":")
    is_here = of == target if "/" in target else not of
    return int(line) if is_here and line.isdecimal() else 0
