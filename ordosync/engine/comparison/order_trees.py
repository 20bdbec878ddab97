"""Trees of orders and their pieces, as one account lists them."""

from collections import Counter
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

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

    def parcels(self, node: str) -> tuple[Shipment, ...]:
        """Return the parcels of an order and of its pieces."""
        return tuple(
            parcel
            for order in self.members
            if node in (order.order.id, *order.order.ancestors)
            for parcel in order.shipments
        )

    def quantities(self, *, cancelled: bool = True) -> dict[str, int]:
        """Return the quantity of each SKU on all pieces, and of what was sent before a split.

        If not `cancelled`, the cancelled pieces are left out.
        """
        leaves = self.leaves(self.id)
        quantities = Counter(quantities_by_sku(leaves))
        void: Counter[str] = Counter()
        for order in self.members:
            for parcel in order.shipments if order.order.is_split else ():
                (void if parcel.voided else quantities).update(quantities_of(parcel, order))
        # Units of a void parcel are open in the split order unless they are in a piece or sent.
        root = self.member(self.id)
        missing = Counter(quantities_by_sku([root] if root else []))
        missing.subtract(quantities)
        quantities.update(void & missing)
        if not cancelled:
            ended = (leaf for leaf in leaves if leaf.order.status == "cancelled")
            quantities.subtract(quantities_by_sku(ended))
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


def quantities_of(parcel: Shipment, order: OrderSnapshot) -> dict[str, int]:
    """Return the quantity of each SKU in a parcel of this order."""
    skus = {line.id: line.sku for line in order.order.lines}
    quantities: dict[str, int] = {}
    for part in parcel.lines or ():
        sku = skus.get(part.line_id, part.sku)
        quantities[sku] = quantities.get(sku, 0) + part.quantity
    return quantities
