"""Matches of the orders and pieces of both accounts.

If a Merchant ships orders only as a whole, each parcel with a part of an order becomes a piece.
These pieces, and the piece with the rest, belong to one order of the Supplier.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from ordosync.engine.comparison.order_trees import (
    OrderTree,
    quantities_by_sku,
    quantities_of,
    same_quantities,
    valid_numbers,
)
from ordosync.models import OrderSnapshot, Shipment
from ordosync.store.links import Link


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
    merchant: OrderTree, supplier: OrderTree, *, origin: str, links: Mapping[str, Link] = {}
) -> Iterator[Match]:
    """Yield matching pieces, from the root down; references begin with `origin`.

    `links` are those of the Merchant's pieces, by their ids.
    """
    return _Matching(merchant, supplier, origin, links).of(merchant.id, supplier.id)


@dataclass(frozen=True)
class _Matching:
    merchant: OrderTree
    supplier: OrderTree
    origin: str
    links: Mapping[str, Link]

    def of(self, merchant_id: str, supplier_id: str) -> Iterator[Match]:
        """Yield the matches of these two orders and of their pieces."""
        merchant_pieces = self.merchant.children(merchant_id)
        supplier_pieces = self.supplier.children(supplier_id)
        if parcel := self._parcel(merchant_pieces, supplier_id, supplier_pieces):
            yield Match(merchant_id, supplier_id, "parcels")
            yield Match(parcel, supplier_id, "parcel")
            leaves = self.merchant.leaves(parcel)
            numbers = frozenset(number for leaf in leaves for number in valid_numbers(leaf))
            left = _Matching(self.merchant, self.supplier.without(numbers), self.origin, self.links)
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
            pieces = self._pairs(merchant_pieces, supplier_pieces)
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
        links = [self.links[piece] for piece in merchant_pieces if piece in self.links]
        linked = [link.merchant_id for link in links if link.state == "sent"]
        order = self.supplier.member(supplier_id)
        if linked or order is None:
            return next(iter(linked), None)
        if before := self._before_split(merchant_pieces, supplier_pieces):
            return before
        references = {f"{self.origin}:{piece}" for piece in supplier_pieces}
        members = [self.merchant.member(piece) for piece in merchant_pieces]
        if any(member and member.order.reference in references for member in members):
            return None
        alike = [
            piece
            for piece in merchant_pieces
            if (leaf := self.merchant.member(piece)) and not leaf.order.is_split
            if any(_may_be(leaf, parcel, order) for parcel in order.shipments)
        ]
        contents = [quantities_of(parcel, order) for parcel in order.shipments if parcel.lines]
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

    def _pairs(
        self, merchant_pieces: Sequence[str], supplier_pieces: Sequence[str]
    ) -> list[tuple[str, str]] | None:
        """Pair pieces by link or reference; pair the others by their lines and status."""
        if len(merchant_pieces) != len(supplier_pieces):
            return None
        remaining = list(merchant_pieces)
        pairs: list[tuple[str, str]] = []
        for supplier_piece in supplier_pieces:
            leaves = self.supplier.leaves(supplier_piece)
            candidates = [id_ for id_ in remaining if self._is_linked(id_, supplier_piece)] or [
                id_
                for id_ in remaining
                if same_quantities(
                    quantities_by_sku(self.merchant.leaves(id_)), quantities_by_sku(leaves)
                )
            ]
            if not candidates:
                return None
            marks = _distinguishing(leaves)
            best = max(
                candidates,
                key=lambda id_: len(_distinguishing(self.merchant.leaves(id_)) & marks),
            )
            remaining.remove(best)
            pairs.append((best, supplier_piece))
        return pairs

    def _is_linked(self, merchant_piece: str, supplier_piece: str) -> bool:
        """True if the Merchant's piece is linked to this one, or has its reference."""
        link, piece = self.links.get(merchant_piece), self.merchant.member(merchant_piece)
        if link and link.supplier_id == supplier_piece:
            return True
        return piece is not None and piece.order.reference == f"{self.origin}:{supplier_piece}"


def _may_be(leaf: OrderSnapshot, parcel: Shipment, order: OrderSnapshot) -> bool:
    """True if a piece of the Merchant may be this parcel, which stays shipped if its label is void.

    An open piece is not: the label was void before it was reported, and its units are sent again.
    """
    if not parcel.lines or (parcel.voided and leaf.order.status != "shipped"):
        return False
    return same_quantities(quantities_by_sku([leaf]), quantities_of(parcel, order))


def _holds(order: OrderSnapshot, leaf: OrderSnapshot) -> bool:
    """True if a piece of the Supplier has a parcel that is this piece, and other units."""
    numbers, whole = valid_numbers(leaf), quantities_by_sku([leaf])
    return not same_quantities(whole, quantities_by_sku([order])) and any(
        parcel.tracking_number in numbers and same_quantities(quantities_of(parcel, order), whole)
        for parcel in order.shipments
    )


def _distinguishing(orders: Iterable[OrderSnapshot]) -> set[str]:
    """Return the tracking numbers and status by which two pieces with the same lines differ."""
    orders = list(orders)
    numbers = {number for order in orders for number in valid_numbers(order)}
    return numbers | {order.order.status for order in orders if order.order.status == "cancelled"}
