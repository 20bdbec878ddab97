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

from collections.abc import Iterator, Sequence
from functools import cache, partial

from msgspec.structs import replace

from ordosync.accounts.account import ReadRequest, required
from ordosync.models import Outcome, Page
from ordosync.store.step_rows import StepRef
from ordosync.tasks.base import (
    PlanRequest,
    Portal,
    Result,
    Step,
    Task,
)
from ordosync.tasks.stock.sales import unimported_sales
from ordosync.tasks.stock.sku_links import settled
from ordosync.tasks.stock.steps import NOT_LINKED, OVERSOLD, STALE, STOPPED, product_steps
from ordosync.tasks.stock.target import Target
from ordosync.text import plural


def plan(portal: Portal, request: PlanRequest) -> Iterator[Page[Step]]:
    """Yield a step for each product of the Supplier; a write if the quantities differ."""
    # A wrong file of rules fails the run before anything is read.
    portal.stock.rules.read([])
    if portal.stock.pool:
        portal.stock.pool.begin_reading()
    sales = cache(partial(unimported_sales, portal, now=request.now))
    pages = required(portal.supplier.stock).all(
        ReadRequest(cursor=None, now=request.now, skip_recent=request.skip_recent)
    )
    for items in portal.stock.age.checked(pages, portal.links.live("product")):
        yield Page(items=product_steps(portal, items, sales))
    for stopped in portal.stock.stops.unreported(portal.links.live("product")):
        yield Page(items=product_steps(portal, stopped, sales))
    portal.stock.stops.note_unmatched()
    portal.stock.rules.note_unused()


def replan(portal: Portal, refs: Sequence[StepRef]) -> Iterator[Page[Step]]:
    """Yield the steps of these SKUs, as they are now."""
    portal.stock.rules.read([])
    if portal.stock.pool:
        portal.stock.pool.begin_reading()
    ids = dict.fromkeys(step.supplier_id or step.key for step in refs)
    stock = portal.stock.age.current(list(ids), required(portal.supplier.stock).of)
    missing = ids.keys() - {item.product_id for item in stock}
    if missing:
        links = portal.links.of_supplier("product", sorted(missing))
        stock += portal.stock.stops.stopped(links.values())
    sales = cache(partial(unimported_sales, portal, now=portal.clock.now()))
    among = {step.merchant_id for step in refs if step.merchant_id}
    yield Page(items=product_steps(portal, stock, sales, among=among))


def apply(
    portal: Portal,
    steps: Sequence[Step],
    *,
    look_first: bool,  # noqa: ARG001 - the same number may be written again
) -> list[Result]:
    """Set the quantities. An oversold product gets 0, and the log has its real quantity."""
    targets = [step.payload for step in steps if isinstance(step.payload, Target)]
    outcomes = required(portal.merchant.stock).write([target.stock for target in targets])
    return [
        Result(
            outcome=_noted(target, outcome),
            offer=target.offer if outcome.state in ("done", "unchanged") else None,
        )
        for target, outcome in zip(targets, outcomes, strict=True)
    ]


def _noted(target: Target, outcome: Outcome) -> Outcome:
    if outcome.state != "done":
        return outcome
    calculation = target.calculation
    if target.age:
        return replace(outcome, code=STALE, reason=calculation)
    if target.is_stopped:
        return replace(outcome, code=STOPPED, reason=calculation)
    if target.remaining < 0:
        explanation = f": {calculation}" if calculation else ""
        reason = f"was set to 0, but is {target.remaining}{explanation}"
        return replace(outcome, code=OVERSOLD, reason=reason)
    return replace(outcome, reason=calculation) if calculation else outcome


def _not_linked_note(portal: Portal, count: int) -> str:
    products = plural(count, "1 product", f"{count} products")
    missing = portal.config.unavailable.get("import-products")
    link = missing or f"`ordosync import-products {portal.name}` links those that both have"
    return f"{products} skipped, not linked with a product of the Merchant; {link}"


def _writes_plan(portal: Portal) -> bool:
    """True if no sale and no other portal changes the quantities of a recent plan.

    The units of a pool are taken when they are read again, just before they are shown.
    """
    return portal.stock.pool is None and not required(portal.merchant.stock).falls_with_sales


def _save(portal: Portal) -> None:
    portal.stock.stops.save()
    portal.stock.oversold.save()
    portal.stock.mapped_rows.save()
    if portal.stock.pool:
        portal.stock.pool.save()


TASK = Task(
    name="write-inventory-back",
    resource="stock",
    plan=plan,
    replan=replan,
    apply=apply,
    writes_to="merchant",
    safety_limit=lambda _, at_risk: at_risk,
    writes_plan=_writes_plan,
    limited="set to 0",
    is_state=True,
    skip_notes={NOT_LINKED: _not_linked_note},
    notes=lambda portal: (
        portal.stock.stops.note,
        portal.stock.oversold.note,
        portal.stock.age.note,
        portal.stock.rules.note,
        portal.stock.mapped_rows.text,
    ),
    save=_save,
    closes=OVERSOLD,
    settled=settled,
    max_refusals=3,  # then Ordoro's "Inventory Sync Suspended", until the quantity changes
)
