"""Write Inventory Back: what the Supplier can sell becomes physical on hand at the Merchant.

375 available there are 375 physical here
(https://support.ordoro.com/how-does-inventory-sync-between-vendor-portals/). All stock is read and
compared, and only differences are written, as absolute numbers: no service is known to say of a
product that it changed when something was sold. Open orders count twice until they are shipped,
since the Merchant subtracts its own commitments; that is conservative, and it heals by itself.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from ordosync.models import Outcome, Page, Stock, Unusable
from ordosync.store.links import Link
from ordosync.tasks.base import Owed, Portal, Reading, Result, Step, Task, Verdict

_FIXED = {
    "kit": "is a kit at the Merchant, whose quantity is calculated",
    "archived": "is archived at the Merchant",
    "unassigned": "is assigned to another supplier",
    "unmanaged": "does not have its stock managed at the Merchant",
}


def plan(portal: Portal, reading: Reading) -> Iterator[Page[Step]]:
    """Yield a step for each product of the Supplier; owed where the quantities differ."""
    for page in portal.supplier.stock(now=reading.now, patient=reading.patient):
        yield Page(items=_steps(portal, page.items))


def replan(portal: Portal, owed: Sequence[Owed]) -> Iterator[Page[Step]]:
    """Yield the same for these SKUs, as they are now."""
    found = portal.supplier.stock_of([step.key for step in owed])
    yield Page(items=_steps(portal, list(found.values())))


def apply(
    portal: Portal,
    steps: Sequence[Step],
    *,
    look_first: bool,  # noqa: ARG001 - the same number may be written again
) -> list[Result]:
    """Set the quantities; what is oversold is 0 there, and the run says how much it is really."""
    stock = [step.payload for step in steps if isinstance(step.payload, Stock)]
    outcomes = portal.merchant.write_stock(
        [replace(one, quantity=max(one.quantity or 0, 0)) for one in stock]
    )
    return [
        Result(outcome=_noted(one, outcome)) for one, outcome in zip(stock, outcomes, strict=True)
    ]


def _noted(stock: Stock, outcome: Outcome) -> Outcome:
    if outcome.state != "done" or stock.quantity is None or stock.quantity >= 0:
        return outcome
    return replace(outcome, code="oversold", reason=f"was set to 0, but is {stock.quantity}")


def _steps(portal: Portal, items: Sequence[Stock | Unusable]) -> tuple[Step, ...]:
    links = portal.links.of_supplier(
        "product", [item.product_id for item in items if isinstance(item, Stock)]
    )
    there = portal.merchant.stock_to_write([link.merchant_id for link in links.values()])
    return tuple(_step(item, links, there) for item in items)


def _step(item: Stock | Unusable, links: Mapping[str, Link], there: Mapping[str, Stock]) -> Step:
    if isinstance(item, Unusable):
        return Step(
            key=item.id,
            merchant_id=None,
            supplier_id=item.id,
            content=item.content,
            verdict=Verdict.of(item),
        )
    quantity = None if item.quantity is None else max(item.quantity, 0)
    step = Step(
        key=item.product_id,
        merchant_id=None,
        supplier_id=item.product_id,
        content=f"quantity-{quantity}",
    )
    link = links.get(item.product_id)
    if link is None:
        return _skipped(step, "not-imported", "is not a product that was imported")
    step = replace(step, merchant_id=link.merchant_id)
    known = there.get(link.merchant_id)
    if known is None:
        return _skipped(step, "gone", "is not at the Merchant any more")
    if known.fixed:
        return _skipped(step, known.fixed, _FIXED[known.fixed])
    if quantity is None:
        return _skipped(step, "unset", "was never counted at the Supplier; that is not 0")
    step = replace(step, at_stake=(known.quantity or 0) > 0)
    if known.quantity == quantity:
        return replace(step, verdict=Verdict(state="unchanged"))
    oversold = f" (oversold: {item.quantity})" if item.quantity != quantity else ""
    return replace(
        step,
        drastic=step.at_stake and quantity == 0,
        summary=f"set {known.sku} from {known.quantity} to {quantity}{oversold}",
        payload=replace(known, quantity=item.quantity),
    )


def _skipped(step: Step, code: str, reason: str) -> Step:
    return replace(step, verdict=Verdict(state="skipped", code=code, reason=reason))


TASK = Task(
    name="write-inventory-back",
    resource="stock",
    plan=plan,
    replan=replan,
    apply=apply,
    writes_to="merchant",
    brake=lambda _, at_stake: at_stake,
    is_state=True,
    tries=3,  # then Ordoro's "Inventory Sync Suspended", until the quantity changes
)
