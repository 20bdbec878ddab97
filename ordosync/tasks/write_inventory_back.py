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
from collections.abc import Set as AbstractSet
from functools import cache, partial

from msgspec.structs import replace

from ordosync.accounts.account import ReadRequest, required
from ordosync.models import InvalidRecord, Outcome, Page, Stock
from ordosync.store.step_rows import StepRef
from ordosync.store.written import Change, Written
from ordosync.tasks.base import (
    Decision,
    PlanRequest,
    Portal,
    Result,
    Step,
    Task,
)
from ordosync.tasks.invalid_records import step_of_supplier
from ordosync.tasks.stock.mapped_rows import LinkedProduct
from ordosync.tasks.stock.oversold import Oversold
from ordosync.tasks.stock.sales import unimported_sales
from ordosync.tasks.stock.sku_links import misfit_reason, settled
from ordosync.tasks.stock.target import Target
from ordosync.tasks.stock.targets import Targets, UnimportedSales
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
STOPPED = "stock-stopped"
"""Code of products that are shown as 0 because of a stop."""
STALE = "stale"
"""Code of products with a quantity at the Supplier that is too old, skipped or shown as 0."""


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
        yield Page(items=_steps(portal, items, sales))
    for stopped in portal.stock.stops.unreported(portal.links.live("product")):
        yield Page(items=_steps(portal, stopped, sales))
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
    yield Page(items=_steps(portal, stock, sales, among=among))


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
        return replace(outcome, code=_OVERSOLD, reason=reason)
    return replace(outcome, reason=calculation) if calculation else outcome


def _steps(
    portal: Portal,
    items: Sequence[Stock | InvalidRecord],
    sales: UnimportedSales,
    *,
    among: AbstractSet[str] | None = None,
) -> tuple[Step, ...]:
    """Return the steps of these products; with `among`, they are written next."""
    targets = Targets.read(portal, items, sales, take=among is not None, among=among)
    found: list[Step] = []
    for item in items:
        own = [*_steps_of(portal, item, targets)]
        written = [step for step in own if not step.decision or step.decision.state == "unchanged"]
        oversold = _oversold(portal.stock.oversold, item, (written or own)[0])
        found += [*own, oversold] if oversold else own
    return tuple(found)


def _steps_of(portal: Portal, item: Stock | InvalidRecord, targets: Targets) -> Iterator[Step]:
    """Yield the steps of a product of the Supplier: one for each product that is linked to it."""
    if isinstance(item, InvalidRecord):
        yield step_of_supplier(item)
        return
    linked = targets.linked.get(item.product_id, ())
    if not linked:
        yield _skipped(_stays(item), NOT_LINKED, "is not a product that was imported")
    for product in linked:
        if product.misfit:
            yield _misfit(portal, item, product)
        else:
            yield _step(item, product, targets)


def _oversold(oversold: Oversold, item: Stock | InvalidRecord, step: Step) -> Step | None:
    """Return a failed step for a product of which more units are sold than the Supplier has."""
    if isinstance(item, InvalidRecord):
        return None
    is_ours = oversold.is_ours(item)
    if (item.quantity or 0) >= 0 or (step.decision and step.decision.state != "unchanged"):
        # It is not negative, or its quantity is not written.
        return None
    if not is_ours:
        oversold.count_other()
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


def _stays(item: Stock) -> Step:
    """Return the step of a product whose quantity is not written."""
    return Step(
        key=item.product_id,
        merchant_id=None,
        supplier_id=item.product_id,
        content=f"quantity-{item.quantity}",
    )


def _misfit(portal: Portal, item: Stock, product: LinkedProduct) -> Step:
    reason = misfit_reason(portal, product)
    return replace(
        _stays(item),
        key=product.step_key,
        merchant_id=product.link.merchant_id,
        content=product.misfit,
        decision=Decision(state="failed", code=product.misfit, reason=reason),
    )


def _step(item: Stock, product: LinkedProduct, targets: Targets) -> Step:
    merchant_id = product.link.merchant_id
    current, target = targets.at_merchant.get(merchant_id), targets.found.get(merchant_id)
    step = replace(_stays(item), key=product.step_key, merchant_id=merchant_id)
    if current is None:
        return _skipped(step, "gone", "is not at the Merchant any more")
    if target:
        step = replace(step, content=f"quantity-{target.quantity}")
    if current.fixed:
        return _skipped(step, current.fixed, _FIXED[current.fixed])
    if target is None:
        return _skipped(
            step, "unset", "has no quantity at the Supplier, which is not the same as 0"
        )
    if target.keeps_quantity:
        return _skipped(step, STALE, f"has a quantity {target.rule.stop}")
    is_exempt = target.is_stopped or bool(target.age and target.age.is_exempt)
    is_at_risk = (current.quantity or 0) > 0 and not is_exempt
    step = replace(step, is_at_risk=is_at_risk, is_exempt=is_exempt)
    if target.is_shown:
        return replace(step, decision=Decision(state="unchanged"))
    return _write(step, target)


def _write(step: Step, target: Target) -> Step:
    """Return the step that sets the quantity."""
    before = "not counted" if target.current.quantity is None else target.current.quantity
    notes = [f"oversold: {target.remaining}"] if target.remaining < 0 else []
    notes += [target.calculation] if target.calculation else []
    return replace(
        step,
        is_destructive=step.is_at_risk and target.quantity == 0,
        cause=target.cause,
        summary=f"set {target.current.sku} from {before} to {target.quantity}"
        + (f" ({'; '.join(notes)})" if notes else ""),
        written=Written(quantity=Change(old=target.current.quantity, new=target.quantity)),
        payload=target,
    )


def _skipped(step: Step, code: str, reason: str) -> Step:
    return replace(step, decision=Decision(state="skipped", code=code, reason=reason))


def _not_linked_note(portal: Portal, count: int) -> str:
    products = plural(count, "1 product", f"{count} products")
    missing = portal.config.unavailable.get("import-products")
    link = missing or f"`ordosync import-products {portal.name}` links those that both have"
    return f"{products} skipped, not linked with a product of the Merchant; {link}"


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
    closes=_OVERSOLD,
    settled=settled,
    max_refusals=3,  # then Ordoro's "Inventory Sync Suspended", until the quantity changes
)
