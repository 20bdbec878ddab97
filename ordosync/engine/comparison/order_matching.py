"""Matches of the orders and pieces of both accounts.

If a Merchant ships orders only as a whole, each parcel with a part of an order becomes a piece.
These pieces, and the piece with the rest, belong to one order of the Supplier.
"""

from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Literal

from ordosync.engine.comparison.order_trees import (
    OrderTree,
    quantities_by_sku,
    quantities_of,
    same_quantities,
    valid_numbers,
)
from ordosync.models import OrderSnapshot


@dataclass(frozen=True)
class Match:
    """Two orders or pieces that match, and how they were split."""

    merchant_id: str
    supplier_id: str
    how: Literal[
        "unsplit",
        "split",
        "only-merchant",
        "only-supplier",
        "split-differently",
        "parcels",
        "parcel",
    ]
    """Both unsplit; both split the same way; split on one side only; split differently; split at
    the Merchant for the Supplier's parcels; a piece that is one of these parcels."""


def matches(
    merchant: OrderTree, supplier: OrderTree, *, origin: str, sent: AbstractSet[str] = frozenset()
) -> Iterator[Match]:
    """Yield matching pieces, from the root down; references begin with `origin`.

    `sent` are the Merchant's pieces that are linked as parcels.
    """
    return _Matching(merchant, supplier, origin, sent).of(merchant.id, supplier.id)


@dataclass(frozen=True)
class _Matching:
    merchant: OrderTree
    supplier: OrderTree
    origin: str
    sent: AbstractSet[str]

    def of(self, merchant_id: str, supplier_id: str) -> Iterator[Match]:
        """Yield the matches of these two orders and of their pieces."""
        merchant_pieces = self.merchant.children(merchant_id)
        supplier_pieces = self.supplier.children(supplier_id)
        if parcel := self._parcel(merchant_pieces, supplier_id, supplier_pieces):
            yield Match(merchant_id, supplier_id, "parcels")
            yield Match(parcel, supplier_id, "parcel")
            leaves = self.merchant.leaves(parcel)
            numbers = frozenset(number for leaf in leaves for number in valid_numbers(leaf))
            left = _Matching(self.merchant, self.supplier.without(numbers), self.origin, self.sent)
            for rest in merchant_pieces:
                if rest != parcel:
                    yield from left.of(rest, supplier_id)
        else:
            yield from self._compared(merchant_id, merchant_pieces, supplier_id, supplier_pieces)

    def _compared(
        self,
        merchant_id: str,
        merchant_pieces: Sequence[str],
        supplier_id: str,
        supplier_pieces: Sequence[str],
    ) -> Iterator[Match]:
        if not merchant_pieces and not supplier_pieces:
            yield Match(merchant_id, supplier_id, "unsplit")
        elif not merchant_pieces:
            yield Match(merchant_id, supplier_id, "only-supplier")
        elif not supplier_pieces:
            yield Match(merchant_id, supplier_id, "only-merchant")
        else:
            pieces = _pairs(
                self.merchant, merchant_pieces, self.supplier, supplier_pieces, self.origin
            )
            how: Literal["split", "split-differently"] = (
                "split-differently" if pieces is None else "split"
            )
            yield Match(merchant_id, supplier_id, how)
            for merchant_piece, supplier_piece in pieces or ():
                yield from self.of(merchant_piece, supplier_piece)

    def _parcel(
        self, merchant_pieces: Sequence[str], supplier_id: str, supplier_pieces: Sequence[str]
    ) -> str | None:
        """Return which of two pieces is a parcel of this order; None if neither is."""
        if len(merchant_pieces) != 2:  # noqa: PLR2004 - a parcel and the rest
            return None
        linked = [piece for piece in merchant_pieces if piece in self.sent]
        order = self.supplier.member(supplier_id)
        if linked or order is None:
            return next(iter(linked), None)
        if before := self._before_split(merchant_pieces, supplier_pieces):
            return before
        references = {f"{self.origin}:{piece}" for piece in supplier_pieces}
        members = [self.merchant.member(piece) for piece in merchant_pieces]
        if any(member and member.order.reference in references for member in members):
            return None
        contents = [quantities_of(parcel, order) for parcel in order.shipments if parcel.lines]
        alike = [
            piece
            for piece in merchant_pieces
            if (leaf := self.merchant.member(piece)) and not leaf.order.is_split
            if any(same_quantities(quantities_by_sku([leaf]), units) for units in contents)
        ]
        whole = quantities_by_sku([order])
        of_alike = [quantities_by_sku(self.merchant.leaves(piece)) for piece in alike]
        # After the rest was cancelled, the parcel has all units of the Supplier's order.
        if any(same_quantities(units, whole) for units in contents) and not any(
            same_quantities(units, whole) for units in of_alike
        ):
            return None
        numbered = [id_ for id_ in alike if (m := self.merchant.member(id_)) and valid_numbers(m)]
        return next(iter([*numbered, *alike]), None)

    def _before_split(
        self, merchant_pieces: Sequence[str], supplier_pieces: Sequence[str]
    ) -> str | None:
        """Return which piece is a parcel that was sent before the Supplier split the rest.

        Some accounts count it in one of their pieces, which then has more units than the parcel.
        """
        orders = [order for order in map(self.supplier.member, supplier_pieces) if order]
        for merchant_piece in merchant_pieces:
            leaf = self.merchant.member(merchant_piece)
            if leaf and not leaf.order.is_split and any(_holds(order, leaf) for order in orders):
                return merchant_piece
        return None


def _holds(order: OrderSnapshot, leaf: OrderSnapshot) -> bool:
    """True if a piece of the Supplier has a parcel that is this piece, and other units."""
    numbers, whole = valid_numbers(leaf), quantities_by_sku([leaf])
    return not same_quantities(whole, quantities_by_sku([order])) and any(
        parcel.tracking_number in numbers and same_quantities(quantities_of(parcel, order), whole)
        for parcel in order.shipments
    )


def _pairs(
    merchant: OrderTree,
    merchant_pieces: Sequence[str],
    supplier: OrderTree,
    supplier_pieces: Sequence[str],
    origin: str,
) -> list[tuple[str, str]] | None:
    """Pair pieces by reference; pair the others by their lines and status."""
    if len(merchant_pieces) != len(supplier_pieces):
        return None
    remaining = list(merchant_pieces)
    pairs: list[tuple[str, str]] = []
    for supplier_piece in supplier_pieces:
        candidates = [
            merchant_piece
            for merchant_piece in remaining
            if (piece := merchant.member(merchant_piece))
            and piece.order.reference == f"{origin}:{supplier_piece}"
        ] or [
            merchant_piece
            for merchant_piece in remaining
            if same_quantities(
                quantities_by_sku(merchant.leaves(merchant_piece)),
                quantities_by_sku(supplier.leaves(supplier_piece)),
            )
        ]
        if not candidates:
            return None
        marks = _distinguishing(supplier.leaves(supplier_piece))
        best = max(
            candidates,
            key=lambda merchant_piece: len(
                _distinguishing(merchant.leaves(merchant_piece)) & marks
            ),
        )
        remaining.remove(best)
        pairs.append((best, supplier_piece))
    return pairs


def _distinguishing(orders: Iterable[OrderSnapshot]) -> set[str]:
    """Return the tracking numbers and status by which two pieces with the same lines differ."""
    orders = list(orders)
    numbers = {number for order in orders for number in valid_numbers(order)}
    return numbers | {order.order.status for order in orders if order.order.status == "cancelled"}
