"""Differences between the quantities of an order and of its pieces, by SKU."""

from collections import Counter
from collections.abc import Iterator, Mapping

from ordosync.engine.comparison.difference import NOT_COMPARED, Comparison, Difference
from ordosync.engine.comparison.order_trees import (
    OrderTree,
    quantities_by_sku,
    same_quantities,
)
from ordosync.tasks.base import Portal


def quantity_differences(
    comparison: Comparison, merchant: OrderTree, supplier: OrderTree
) -> Iterator[Difference]:
    """Yield differences between the units that were ordered and those of both sides' pieces."""
    at_merchant, at_supplier = merchant.quantities(), supplier.quantities()
    ids = (merchant.id, supplier.id)
    for tree, quantities, side in (
        (merchant, at_merchant, "Merchant"),
        (supplier, at_supplier, "Supplier"),
    ):
        root = tree.member(tree.id)
        ordered = quantities_by_sku([root] if root else [])
        if root and root.order.is_split and not same_quantities(ordered, quantities):
            description = f"its pieces at the {side} are {_text(quantities)}, not {_text(ordered)}"
            yield comparison.differs("sum-broken", description, ids)
    are_open = not merchant.is_cancelled and not supplier.is_cancelled
    if are_open and not (at_merchant and at_supplier):
        yield from _not_compared(
            comparison, merchant, supplier, "Supplier" if at_merchant else "Merchant"
        )
    elif (
        are_open
        and not same_quantities(at_merchant, at_supplier)
        # A cancelled piece of one account may be reduced units of an order in the other.
        and not same_quantities(
            merchant.quantities(cancelled=False), supplier.quantities(cancelled=False)
        )
    ):
        yield _different_sums(comparison, merchant, at_merchant, at_supplier, ids)


def _different_sums(
    comparison: Comparison,
    merchant: OrderTree,
    at_merchant: Mapping[str, int],
    at_supplier: Mapping[str, int],
    ids: tuple[str, str],
) -> Difference:
    short = _reported_short(comparison.portal, merchant)
    with_short = dict(Counter(at_supplier) + short)
    if short and same_quantities(at_merchant, with_short):
        description = (
            f"is short of {_text(short)} at the Supplier, as it was reported; cancel these units at"
            " the Merchant, or request them from another supplier"
        )
        return comparison.differs("reported-short", description, ids)
    description = f"is {_text(at_merchant)} at the Merchant, {_text(at_supplier)} at the Supplier"
    return comparison.differs("sum-broken", description, ids)


def _reported_short(portal: Portal, merchant: OrderTree) -> Counter[str]:
    """Return the units by SKU that the Supplier does not send, and that were reported."""
    orders = [member.order for member in merchant.members]
    skus = {line.id: line.sku for order in orders for line in order.lines}
    units: Counter[str] = Counter()
    for lines in portal.links.lines_of([order.id for order in orders]).values():
        for line in lines:
            if line.short and line.merchant_id in skus:
                units[skus[line.merchant_id]] += line.short.reported
    return +units


def _not_compared(
    comparison: Comparison, merchant: OrderTree, supplier: OrderTree, side: str
) -> Iterator[Difference]:
    portal = comparison.portal
    is_ours = all(order.is_ours for order in merchant.members)
    if is_ours and all(account.lists_all for _, account in portal.sides):
        description = f"the {side} shows no SKU on its lines, as after its products were deleted"
        yield comparison.differs(NOT_COMPARED, description, (merchant.id, supplier.id))


def _text(quantities: Mapping[str, int]) -> str:
    return ", ".join(f"{sku}={count}" for sku, count in sorted(quantities.items()))
