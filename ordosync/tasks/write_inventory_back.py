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
from ordosync.store.written import Change, Written
from ordosync.tasks.base import (
    Decision,
    PlanRequest,
    Portal,
    Result,
    Step,
    Task,
    step_of_source,
)
from ordosync.text import plural

_FIXED = {
    "kit": "is a kit at the Merchant, whose quantity is calculated",
    "archived": "is archived at the Merchant",
    "unassigned": "is assigned to another supplier",
    "unmanaged": "has no stock management at the Merchant",
    "shared": "shares its quantity with other products at the Merchant",
    "ambiguous": "has the same SKU as other products at the Merchant",
}
_OVERSOLD = "oversold"
NOT_LINKED = "not-imported"
"""Code of skipped products that import-products has not linked."""
UnimportedSales = Callable[[], Mapping[str, int]]
"""Returns the sold units of each SKU in orders that the Supplier does not have; reads once."""


@dataclass(frozen=True, kw_only=True)
class _Target:
    """The quantity to write, and the unimported sales that were subtracted from it."""

    stock: Stock
    """Its quantity is negative if more units are sold than available."""
    sold: int

    @property
    def calculation(self) -> str:
        """The calculation of the quantity from the Supplier's, as text."""
        quantity = self.stock.quantity or 0
        return f"{quantity + self.sold} at the Supplier minus {self.sold} sold but not imported yet"


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
    stock = required(portal.supplier.stock).of(list(ids))
    yield Page(
        items=_steps(portal, list(stock.values()), cache(partial(_unimported_sales, portal)))
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
        [replace(target.stock, quantity=max(target.stock.quantity or 0, 0)) for target in targets]
    )
    return [
        Result(outcome=_noted(target, outcome))
        for target, outcome in zip(targets, outcomes, strict=True)
    ]


def _noted(target: _Target, outcome: Outcome) -> Outcome:
    quantity = target.stock.quantity
    if outcome.state != "done" or quantity is None:
        return outcome
    explanation = f": {target.calculation}" if target.sold else ""
    if quantity < 0:
        return replace(
            outcome, code="oversold", reason=f"was set to 0, but is {quantity}{explanation}"
        )
    return replace(outcome, reason=target.calculation) if target.sold else outcome


def _unimported_sales(portal: Portal) -> Mapping[str, int]:
    units: Counter[str] = Counter()
    for page in required(portal.merchant.stock).unimported_sales():
        links = portal.links.of_merchant("order", [order.id for order in page.items])
        for order in page.items:
            link = links.get(order.id)
            if link is None or link.state == "cancelled_by_task":
                for line in order.lines:
                    # A line that is never imported would count until the Merchant ships it.
                    if not portal.config.ignores(line.sku):
                        units[line.sku] += line.quantity
    return units


def _steps(
    portal: Portal, items: Sequence[Stock | InvalidRecord], sales: UnimportedSales
) -> tuple[Step, ...]:
    links = portal.links.of_supplier(
        "product", [item.product_id for item in items if isinstance(item, Stock)]
    )
    at_merchant = required(portal.merchant.stock).current(
        [link.merchant_id for link in links.values()]
    )
    sold = sales() if at_merchant else {}
    pairs = [(item, _step(item, links, at_merchant, sold)) for item in items]
    return tuple(
        step for item, main in pairs for step in (main, _oversold(item, main)) if step is not None
    )


def _oversold(item: Stock | InvalidRecord, step: Step) -> Step | None:
    """Return a failed step for a product of which the Supplier has sold too many units."""
    if isinstance(item, InvalidRecord) or item.quantity is None or item.quantity >= 0:
        return None
    if step.decision and step.decision.state != "unchanged":
        # Its quantity is not written.
        return None
    return Step(
        key=f"{item.product_id}:{_OVERSOLD}",
        merchant_id=step.merchant_id,
        supplier_id=item.product_id,
        content=_OVERSOLD,
        decision=Decision(
            state="failed",
            code=_OVERSOLD,
            reason=f"is oversold: the available quantity at the Supplier is {item.quantity}",
        ),
    )


def _step(
    item: Stock | InvalidRecord,
    links: Mapping[str, Link],
    at_merchant: Mapping[str, Stock],
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
    current = at_merchant.get(link.merchant_id) if link else None
    remaining = item.quantity
    sales = sold.get(current.sku, 0) if current else 0
    if remaining is not None:
        remaining -= sales
    available = None if remaining is None else max(remaining, 0)
    step = Step(
        key=item.product_id,
        merchant_id=None,
        supplier_id=item.product_id,
        content=f"quantity-{available}",
    )
    if link is None:
        return _skipped(step, NOT_LINKED, "is not a product that was imported")
    step = replace(step, merchant_id=link.merchant_id)
    if current is None:
        return _skipped(step, "gone", "is not at the Merchant any more")
    if current.fixed:
        return _skipped(step, current.fixed, _FIXED[current.fixed])
    if available is None:
        return _skipped(
            step, "unset", "has no quantity at the Supplier, which is not the same as 0"
        )
    step = replace(step, is_at_risk=(current.quantity or 0) > 0)
    if current.quantity == available:
        return replace(step, decision=Decision(state="unchanged"))
    return _write(step, current, remaining or 0, sales)


def _write(step: Step, current: Stock, remaining: int, sales: int) -> Step:
    """Return the step that sets the quantity to `remaining`, or to 0 if it is negative."""
    available = max(remaining, 0)
    target = _Target(stock=replace(current, quantity=remaining), sold=sales)
    before = "not counted" if current.quantity is None else current.quantity
    notes = [f"oversold: {remaining}"] if remaining != available else []
    notes += [target.calculation] if sales else []
    return replace(
        step,
        is_destructive=step.is_at_risk and available == 0,
        summary=f"set {current.sku} from {before} to {available}"
        + (f" ({'; '.join(notes)})" if notes else ""),
        written=Written(quantity=Change(old=current.quantity, new=available)),
        payload=target,
    )


def _skipped(step: Step, code: str, reason: str) -> Step:
    return replace(step, decision=Decision(state="skipped", code=code, reason=reason))


def _not_linked_note(portal: Portal, count: int) -> str:
    products = plural(count, "1 product", f"{count} products")
    missing = portal.config.unavailable.get("import-products")
    link = missing or f"`ordosync import-products {portal.name}` links those that both have"
    return f"{products} skipped, not linked with a product of the Merchant; {link}"


TASK = Task(
    name="write-inventory-back",
    resource="stock",
    plan=plan,
    replan=replan,
    apply=apply,
    writes_to="merchant",
    safety_limit=lambda _, at_risk: at_risk,
    limited="set to 0",
    is_state=True,
    skip_notes={NOT_LINKED: _not_linked_note},
    closes=_OVERSOLD,
    max_refusals=3,  # then Ordoro's "Inventory Sync Suspended", until the quantity changes
)
