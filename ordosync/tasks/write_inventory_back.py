"""Write Inventory Back: the Supplier's available quantity becomes the Merchant's on hand.

375 available at the Supplier are 375 on hand at the Merchant
(https://support.ordoro.com/how-does-inventory-sync-between-vendor-portals/). All stock is read and
compared, because no service marks a product as changed when it is sold. Only differences are
written, as absolute numbers. Open orders count twice until they are shipped, since the Merchant
subtracts its own commitments. That is conservative, and ends with the shipment.

At some Merchants the quantity is not on hand but falls with each sale. There, sales that the
Supplier does not have yet are subtracted; otherwise they would be offered again until they are
imported. The sales are read last, so only those in the moment before the write are missed.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial

from msgspec.structs import replace

from ordosync.accounts.account import ReadRequest, required
from ordosync.models import InvalidRecord, Outcome, Page, Stock
from ordosync.store.links import Link
from ordosync.store.step_rows import StepRef
from ordosync.tasks.base import (
    Decision,
    PlanRequest,
    Portal,
    Result,
    Step,
    Task,
    step_of_source,
)

_FIXED = {
    "kit": "is a kit at the Merchant, whose quantity is calculated",
    "archived": "is archived at the Merchant",
    "unassigned": "is assigned to another supplier",
    "unmanaged": "does not have its stock managed at the Merchant",
    "shared": "shares one quantity with other products at the Merchant",
    "ambiguous": "has a SKU at the Merchant that other products have, too",
}
_OVERSOLD = "oversold"
UnimportedSales = Callable[[], Mapping[str, int]]
"""Returns how many of each SKU are sold in orders that the Supplier does not have; reads once."""


@dataclass(frozen=True, kw_only=True)
class _Target:
    """The quantity to write, and the unimported sales that were subtracted from it."""

    stock: Stock
    """Its quantity is negative if more is sold than there is."""
    sold: int

    @property
    def words(self) -> str:
        """Return how the quantity is computed from the Supplier's."""
        left = self.stock.quantity or 0
        return f"{left + self.sold} there less {self.sold} sold here and not imported yet"


def plan(portal: Portal, request: PlanRequest) -> Iterator[Page[Step]]:
    """Yield a step for each product of the Supplier; a write if the quantities differ."""
    sales = cache(partial(_unimported_sales, portal))
    for page in required(portal.supplier.stock).all(
        ReadRequest(cursor=None, now=request.now, skip_recent=request.skip_recent)
    ):
        yield Page(items=_steps(portal, page.items, sales))


def replan(portal: Portal, refs: Sequence[StepRef]) -> Iterator[Page[Step]]:
    """Yield the steps of these SKUs, as they are now."""
    ids = dict.fromkeys(step.supplier_id or step.key for step in refs)
    found = required(portal.supplier.stock).of(list(ids))
    yield Page(
        items=_steps(portal, list(found.values()), cache(partial(_unimported_sales, portal)))
    )


def apply(
    portal: Portal,
    steps: Sequence[Step],
    *,
    look_first: bool,  # noqa: ARG001 - the same number may be written again
) -> list[Result]:
    """Set the quantities. An oversold product gets 0, and the log has its real quantity."""
    targets = [step.payload for step in steps if isinstance(step.payload, _Target)]
    outcomes = required(portal.merchant.stock).write(
        [replace(one.stock, quantity=max(one.stock.quantity or 0, 0)) for one in targets]
    )
    return [
        Result(outcome=_noted(one, outcome)) for one, outcome in zip(targets, outcomes, strict=True)
    ]


def _noted(target: _Target, outcome: Outcome) -> Outcome:
    left = target.stock.quantity
    if outcome.state != "done" or left is None:
        return outcome
    because = f": {target.words}" if target.sold else ""
    if left < 0:
        return replace(outcome, code="oversold", reason=f"was set to 0, but is {left}{because}")
    return replace(outcome, reason=target.words) if target.sold else outcome


def _unimported_sales(portal: Portal) -> Mapping[str, int]:
    found: Counter[str] = Counter()
    for page in required(portal.merchant.stock).unimported_sales():
        links = portal.links.of_merchant("order", [order.id for order in page.items])
        for order in page.items:
            link = links.get(order.id)
            if link is None or link.state == "cancelled_by_task":
                for line in order.lines:
                    found[line.sku] += line.quantity
    return found


def _steps(
    portal: Portal, items: Sequence[Stock | InvalidRecord], sales: UnimportedSales
) -> tuple[Step, ...]:
    links = portal.links.of_supplier(
        "product", [item.product_id for item in items if isinstance(item, Stock)]
    )
    there = required(portal.merchant.stock).current([link.merchant_id for link in links.values()])
    sold = sales() if there else {}
    found = [(item, _step(item, links, there, sold)) for item in items]
    return tuple(step for item, one in found for step in (one, _oversold(item, one)) if step)


def _oversold(item: Stock | InvalidRecord, step: Step) -> Step | None:
    """Return a failed step for a product of which the Supplier has sold too much."""
    if isinstance(item, InvalidRecord) or item.quantity is None or item.quantity >= 0:
        return None
    if step.decision and step.decision.state != "unchanged":
        return None  # Its quantity is not written.
    return Step(
        key=f"{item.product_id}:{_OVERSOLD}",
        merchant_id=step.merchant_id,
        supplier_id=item.product_id,
        content=_OVERSOLD,
        decision=Decision(
            state="failed",
            code=_OVERSOLD,
            reason=f"is oversold: the Supplier has {item.quantity} of it to sell",
        ),
    )


def _step(
    item: Stock | InvalidRecord,
    links: Mapping[str, Link],
    there: Mapping[str, Stock],
    sold: Mapping[str, int],
) -> Step:
    if isinstance(item, InvalidRecord) and item.is_whole_file:
        return step_of_source(item)
    if isinstance(item, InvalidRecord):
        return Step(
            key=item.id,
            merchant_id=None,
            supplier_id=item.id,
            content=item.content,
            decision=Decision.of(item),
        )
    link = links.get(item.product_id)
    known = there.get(link.merchant_id) if link else None
    left = item.quantity
    unsent = sold.get(known.sku, 0) if known else 0
    if left is not None:
        left -= unsent
    quantity = None if left is None else max(left, 0)
    step = Step(
        key=item.product_id,
        merchant_id=None,
        supplier_id=item.product_id,
        content=f"quantity-{quantity}",
    )
    if link is None:
        return _skipped(step, "not-imported", "is not a product that was imported")
    step = replace(step, merchant_id=link.merchant_id)
    if known is None:
        return _skipped(step, "gone", "is not at the Merchant any more")
    if known.fixed:
        return _skipped(step, known.fixed, _FIXED[known.fixed])
    if quantity is None:
        return _skipped(step, "unset", "was never counted at the Supplier; that is not 0")
    step = replace(step, is_at_risk=(known.quantity or 0) > 0)
    if known.quantity == quantity:
        return replace(step, decision=Decision(state="unchanged"))
    target = _Target(stock=replace(known, quantity=left), sold=unsent)
    notes = [f"oversold: {left}"] if left != quantity else []
    notes += [target.words] if unsent else []
    return replace(
        step,
        is_destructive=step.is_at_risk and quantity == 0,
        summary=f"set {known.sku} from {known.quantity} to {quantity}"
        + (f" ({'; '.join(notes)})" if notes else ""),
        payload=target,
    )


def _skipped(step: Step, code: str, reason: str) -> Step:
    return replace(step, decision=Decision(state="skipped", code=code, reason=reason))


TASK = Task(
    name="write-inventory-back",
    resource="stock",
    plan=plan,
    replan=replan,
    apply=apply,
    writes_to="merchant",
    brake=lambda _, at_risk: at_risk,
    is_state=True,
    closes=_OVERSOLD,
    max_refusals=3,  # then Ordoro's "Inventory Sync Suspended", until the quantity changes
)
