"""Trees of orders and their pieces, matched between both accounts.

If a Merchant ships orders only as a whole, each parcel with a part of an order becomes a piece.
These pieces, and the piece with the rest, belong to one order of the Supplier.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Literal

from ordosync.engine.comparison.line_units import without_parcels
from ordosync.models import OrderSnapshot, Shipment, normalized_sku

REQUESTED = ("dropshipment_requested", "partially_shipped")
"""Statuses of the Merchant's orders with units that the Supplier must send."""


@dataclass(frozen=True)
class OrderTree:
    """An order and its pieces, as far as its account lists them."""

    id: str
    members: tuple[OrderSnapshot, ...]

    def children(self, node: str) -> list[str]:
        """Return the pieces that this order was split into; empty if it was not split."""
        children: dict[str, None] = {}
        for order in self.members:
            chain = (order.order.id, *order.order.ancestors)
            if node in chain[1:]:
                children[chain[chain.index(node) - 1]] = None
        return list(children)

    def leaves(self, node: str) -> list[OrderSnapshot]:
        """Return the order itself or, if it was split, its pieces that were not split further."""
        return [
            order
            for order in self.members
            if node in (order.order.id, *order.order.ancestors) and not order.order.is_split
        ]

    def member(self, node: str) -> OrderSnapshot | None:
        """Return one order of the tree; None if it is not listed."""
        return next((order for order in self.members if order.order.id == node), None)

    def quantities(self, *, cancelled: bool = True) -> dict[str, int]:
        """Return the quantity of each SKU on all pieces, and of what was sent before a split.

        If not `cancelled`, the cancelled pieces are left out.
        """
        leaves = self.leaves(self.id)
        quantities = quantities_by_sku(
            leaf for leaf in leaves if cancelled or leaf.order.status != "cancelled"
        )
        for order in self.members:
            parcels = order.shipments if order.order.is_split else ()
            for parcel in parcels:
                for sku, count in _quantities_of(parcel, order).items():
                    if not parcel.voided:
                        quantities[sku] = quantities.get(sku, 0) + count
        return quantities

    @property
    def numbers_before_split(self) -> frozenset[str]:
        """The valid tracking numbers of what was sent before a split."""
        split = (order for order in self.members if order.order.is_split)
        return frozenset(number for order in split for number in valid_numbers(order))

    def without(self, numbers: AbstractSet[str]) -> "OrderTree":
        """Return the tree without the parcels that have these numbers, and without their units."""
        return OrderTree(self.id, tuple(without_parcels(it, numbers) for it in self.members))

    @property
    def is_cancelled(self) -> bool:
        """True if no part of it is open or shipped."""
        return all(order.order.status == "cancelled" for order in self.leaves(self.id))


@dataclass(frozen=True, kw_only=True)
class LinkedOrders:
    """An order of the Merchant, with the Supplier's orders for it, by generation."""

    merchant: OrderTree
    suppliers: tuple[tuple[int, OrderTree], ...]


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
        references = {f"{self.origin}:{piece}" for piece in supplier_pieces}
        members = [self.merchant.member(piece) for piece in merchant_pieces]
        if any(member and member.order.reference in references for member in members):
            return None
        contents = [_quantities_of(parcel, order) for parcel in order.shipments if parcel.lines]
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


def _quantities_of(parcel: Shipment, order: OrderSnapshot) -> dict[str, int]:
    """Return the quantity of each SKU in a parcel of this order."""
    skus = {line.id: line.sku for line in order.order.lines}
    quantities: dict[str, int] = {}
    for part in parcel.lines or ():
        sku = skus.get(part.line_id, part.sku)
        quantities[sku] = quantities.get(sku, 0) + part.quantity
    return quantities


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


def quantities_by_sku(orders: Iterable[OrderSnapshot]) -> dict[str, int]:
    """Return the quantity of each SKU on these orders."""
    quantities: dict[str, int] = {}
    for order in orders:
        for line in order.order.lines:
            quantities[line.sku] = quantities.get(line.sku, 0) + line.quantity
    return quantities


def same_quantities(first: Mapping[str, int], second: Mapping[str, int]) -> bool:
    """True if both have the same quantity of each SKU; quantity 0 equals a missing SKU."""
    counts: tuple[Counter[str], Counter[str]] = (Counter(), Counter())
    for count, quantities in zip(counts, (first, second), strict=True):
        for sku, quantity in quantities.items():
            count[normalized_sku(sku)] += quantity
    return +counts[0] == +counts[1]


def valid_numbers(order: OrderSnapshot) -> list[str]:
    """Return the valid tracking numbers of an order."""
    return [shipment.tracking_number for shipment in order.shipments if not shipment.voided]


def is_open(order: OrderSnapshot) -> bool:
    """True if the order is neither shipped nor cancelled."""
    return order.order.status not in ("shipped", "cancelled")


def _distinguishing(orders: Iterable[OrderSnapshot]) -> set[str]:
    """Return the tracking numbers and status by which two pieces with the same lines differ."""
    orders = list(orders)
    numbers = {number for order in orders for number in valid_numbers(order)}
    return numbers | {order.order.status for order in orders if order.order.status == "cancelled"}
