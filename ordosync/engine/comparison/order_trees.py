"""Trees of orders and their pieces, matched between both accounts."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from ordosync.models import OrderSnapshot, normalized_sku


@dataclass(frozen=True)
class OrderTree:
    """An order and its pieces, as far as its account lists them."""

    id: str
    members: tuple[OrderSnapshot, ...]

    def children(self, node: str) -> list[str]:
        """Return the pieces that this order was split into; empty if it was not split."""
        found: dict[str, None] = {}
        for one in self.members:
            chain = (one.order.id, *one.order.ancestors)
            if node in chain[1:]:
                found[chain[chain.index(node) - 1]] = None
        return list(found)

    def leaves(self, node: str) -> list[OrderSnapshot]:
        """Return the order itself or, if it was split, its pieces that were not split further."""
        return [
            one
            for one in self.members
            if node in (one.order.id, *one.order.ancestors) and not one.order.is_split
        ]

    def member(self, node: str) -> OrderSnapshot | None:
        """Return one order of the tree; None if it is not listed."""
        return next((one for one in self.members if one.order.id == node), None)

    @property
    def is_cancelled(self) -> bool:
        """True if nothing of it is open or shipped."""
        return all(one.order.status == "cancelled" for one in self.leaves(self.id))


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
    how: Literal["unsplit", "split", "only-merchant", "only-supplier", "split-differently"]
    """Both unsplit; both split the same way; split on one side only; split differently."""


def matches(merchant: OrderTree, supplier: OrderTree, *, origin: str) -> Iterator[Match]:
    """Yield matching pieces, from the root down; references begin with `origin`."""
    return _matches(merchant, merchant.id, supplier, supplier.id, origin)


def _matches(
    merchant: OrderTree, here: str, supplier: OrderTree, there: str, origin: str
) -> Iterator[Match]:
    ours, theirs = merchant.children(here), supplier.children(there)
    if not ours and not theirs:
        yield Match(here, there, "unsplit")
    elif not ours:
        yield Match(here, there, "only-supplier")
    elif not theirs:
        yield Match(here, there, "only-merchant")
    else:
        pieces = _alike(merchant, ours, supplier, theirs, origin)
        yield Match(here, there, "split-differently" if pieces is None else "split")
        for our, their in pieces or ():
            yield from _matches(merchant, our, supplier, their, origin)


def _alike(
    merchant: OrderTree,
    ours: Sequence[str],
    supplier: OrderTree,
    theirs: Sequence[str],
    origin: str,
) -> list[tuple[str, str]] | None:
    """Pair pieces by reference, else by their lines and status."""
    if len(ours) != len(theirs):
        return None
    left = list(ours)
    found: list[tuple[str, str]] = []
    for their in theirs:
        candidates = [
            our
            for our in left
            if (one := merchant.member(our)) and one.order.reference == f"{origin}:{their}"
        ] or [
            our
            for our in left
            if same_quantities(
                quantities_by_sku(merchant.leaves(our)), quantities_by_sku(supplier.leaves(their))
            )
        ]
        if not candidates:
            return None
        signs = _signs(supplier.leaves(their))
        best = max(candidates, key=lambda our: len(_signs(merchant.leaves(our)) & signs))
        left.remove(best)
        found.append((best, their))
    return found


def quantities_by_sku(orders: Iterable[OrderSnapshot]) -> dict[str, int]:
    """Return the quantity of each SKU on these orders."""
    found: dict[str, int] = {}
    for one in orders:
        for line in one.order.lines:
            found[line.sku] = found.get(line.sku, 0) + line.quantity
    return found


def same_quantities(some: Mapping[str, int], others: Mapping[str, int]) -> bool:
    """True if both have the same quantity of each SKU; quantity 0 equals a missing SKU."""
    counts: tuple[Counter[str], Counter[str]] = (Counter(), Counter())
    for count, quantities in zip(counts, (some, others), strict=True):
        for sku, quantity in quantities.items():
            count[normalized_sku(sku)] += quantity
    return +counts[0] == +counts[1]


def valid_numbers(one: OrderSnapshot) -> list[str]:
    """Return the valid tracking numbers of an order."""
    return [each.tracking_number for each in one.shipments if not each.voided]


def is_open(one: OrderSnapshot) -> bool:
    """True if the order is neither shipped nor cancelled."""
    return one.order.status not in ("shipped", "cancelled")


def _signs(orders: Iterable[OrderSnapshot]) -> set[str]:
    """Return what distinguishes two pieces with the same lines."""
    orders = list(orders)
    numbers = {number for one in orders for number in valid_numbers(one)}
    return numbers | {one.order.status for one in orders if one.order.status == "cancelled"}
