"""Orders in families, an order and its pieces, and which two of both sides are the same."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from ordosync.models import Standing, normalized_sku


@dataclass(frozen=True)
class Family:
    """An order and what it was split into, as far as its account lists them."""

    id: str
    members: tuple[Standing, ...]

    def children(self, node: str) -> list[str]:
        """Return the pieces that this order was split into, if it was."""
        found: dict[str, None] = {}
        for one in self.members:
            chain = (one.order.id, *one.order.ancestors)
            if node in chain[1:]:
                found[chain[chain.index(node) - 1]] = None
        return list(found)

    def leaves(self, node: str) -> list[Standing]:
        """Return what this order is now: itself, or the pieces of it that are not split."""
        return [
            one
            for one in self.members
            if node in (one.order.id, *one.order.ancestors) and not one.order.is_split
        ]

    def member(self, node: str) -> Standing | None:
        """Return one of them as it is listed, if it is."""
        return next((one for one in self.members if one.order.id == node), None)

    @property
    def is_cancelled(self) -> bool:
        """Whether nothing of it is open or shipped."""
        return all(one.order.status == "cancelled" for one in self.leaves(self.id))


@dataclass(frozen=True, kw_only=True)
class Twins:
    """An order of the Merchant, and all that it became at the Supplier, by generation."""

    merchant: Family
    suppliers: tuple[tuple[int, Family], ...]


@dataclass(frozen=True)
class Match:
    """Two orders or pieces that are the same, and in what they are not."""

    merchant_id: str
    supplier_id: str
    how: Literal["leaves", "split", "only-merchant", "only-supplier", "otherwise"]
    """Both whole; both split alike; split on one side alone; split on both, not alike."""


def matches(merchant: Family, supplier: Family, *, origin: str) -> Iterator[Match]:
    """Yield which pieces are the same, from the whole down; `origin` begins our references."""
    return _matches(merchant, merchant.id, supplier, supplier.id, origin)


def _matches(
    merchant: Family, here: str, supplier: Family, there: str, origin: str
) -> Iterator[Match]:
    ours, theirs = merchant.children(here), supplier.children(there)
    if not ours and not theirs:
        yield Match(here, there, "leaves")
    elif not ours:
        yield Match(here, there, "only-supplier")
    elif not theirs:
        yield Match(here, there, "only-merchant")
    else:
        pieces = _alike(merchant, ours, supplier, theirs, origin)
        yield Match(here, there, "otherwise" if pieces is None else "split")
        for our, their in pieces or ():
            yield from _matches(merchant, our, supplier, their, origin)


def _alike(
    merchant: Family,
    ours: Sequence[str],
    supplier: Family,
    theirs: Sequence[str],
    origin: str,
) -> list[tuple[str, str]] | None:
    """Pair pieces by our reference, else by what is in them and how far they have come."""
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
            if alike(contents(merchant.leaves(our)), contents(supplier.leaves(their)))
        ]
        if not candidates:
            return None
        signs = _signs(supplier.leaves(their))
        best = max(candidates, key=lambda our: len(_signs(merchant.leaves(our)) & signs))
        left.remove(best)
        found.append((best, their))
    return found


def contents(orders: Iterable[Standing]) -> dict[str, int]:
    """Return how many of each SKU are on these orders."""
    found: dict[str, int] = {}
    for one in orders:
        for line in one.order.lines:
            found[line.sku] = found.get(line.sku, 0) + line.quantity
    return found


def alike(some: Mapping[str, int], others: Mapping[str, int]) -> bool:
    """Whether there is as much of each SKU in both; nothing of one is as good as not there."""
    counts: tuple[Counter[str], Counter[str]] = (Counter(), Counter())
    for count, quantities in zip(counts, (some, others), strict=True):
        for sku, quantity in quantities.items():
            count[normalized_sku(sku)] += quantity
    return +counts[0] == +counts[1]


def valid_numbers(one: Standing) -> list[str]:
    """Return the tracking numbers of an order that hold."""
    return [each.tracking_number for each in one.shipments if not each.voided]


def _signs(orders: Iterable[Standing]) -> set[str]:
    """Return by what two pieces with the same contents may be told apart."""
    orders = list(orders)
    numbers = {number for one in orders for number in valid_numbers(one)}
    return numbers | {one.order.status for one in orders if one.order.status == "cancelled"}
