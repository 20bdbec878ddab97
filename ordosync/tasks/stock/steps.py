"""Steps of products: the quantity that is written, or the reason why it stays."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from msgspec.structs import replace

from ordosync.models import InvalidRecord, Stock
from ordosync.store.written import Change, Written
from ordosync.tasks.base import Decision, Portal, Step
from ordosync.tasks.invalid_records import step_of_supplier
from ordosync.tasks.stock.mapped_rows import LinkedProduct
from ordosync.tasks.stock.oversold import Oversold
from ordosync.tasks.stock.sku_links import misfit_reason
from ordosync.tasks.stock.target import Target
from ordosync.tasks.stock.targets import Targets, UnimportedSales

_FIXED = {
    "kit": "is a kit at the Merchant, whose quantity is calculated",
    "archived": "is archived at the Merchant",
    "unassigned": "is assigned to another supplier",
    "unmanaged": "has no stock management at the Merchant",
    "shared": "shares its quantity with other products at the Merchant",
    "ambiguous": "has the same SKU as other products at the Merchant",
}
_SHOWN = Decision(state="unchanged")
OVERSOLD = "oversold"
"""Code of products of which more units are sold than the Supplier has."""
NOT_LINKED = "not-imported"
"""Code of skipped products that import-products has not linked."""
STOPPED = "stock-stopped"
"""Code of products that are shown as 0 because of a stop."""
STALE = "stale"
"""Code of products with a quantity at the Supplier that is too old, skipped or shown as 0."""


def product_steps(
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
        if isinstance(item, InvalidRecord):
            found.append(step_of_supplier(item))
            continue
        own = _steps_of(portal, item, targets)
        oversold = _oversold(portal.stock.oversold, item, own)
        found += [*own, oversold] if oversold else own
    return tuple(found)


def _steps_of(portal: Portal, item: Stock, targets: Targets) -> list[Step]:
    """Return the steps of a product of the Supplier: one for each product that is linked to it."""
    linked = targets.linked.get(item.product_id)
    if not linked:
        return [_skipped(_stays(item), NOT_LINKED, "is not a product that was imported")]
    return [
        _misfit(portal, item, product) if product.misfit else _step(item, product, targets)
        for product in linked
    ]


def _oversold(oversold: Oversold, item: Stock, steps: Sequence[Step]) -> Step | None:
    """Return a failed step for a product of which more units are sold than the Supplier has."""
    is_ours = oversold.is_ours(item)
    if (item.quantity or 0) >= 0:
        return None
    written = [step for step in steps if not step.decision or step.decision.state == "unchanged"]
    if not written:
        return None
    if not is_ours:
        oversold.count_other()
        return None
    return Step(
        key=f"{item.product_id}:{OVERSOLD}",
        merchant_id=written[0].merchant_id,
        supplier_id=item.product_id,
        content=OVERSOLD,
        decision=Decision(
            state="failed",
            code=OVERSOLD,
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
    quantity = target.quantity if target else item.quantity
    step = Step(
        key=product.step_key,
        merchant_id=merchant_id,
        supplier_id=item.product_id,
        content=f"quantity-{quantity}",
    )
    if current is None:
        return _skipped(step, "gone", "is not at the Merchant any more")
    if current.fixed:
        return _skipped(step, current.fixed, _FIXED[current.fixed])
    if target is None:
        return _skipped(
            step, "unset", "has no quantity at the Supplier, which is not the same as 0"
        )
    if target.keeps_quantity:
        return _skipped(step, STALE, f"has a quantity {target.rule.stop}")
    is_exempt = target.is_stopped or bool(target.age and target.age.is_exempt)
    step = replace(
        step,
        is_at_risk=(current.quantity or 0) > 0 and not is_exempt,
        is_exempt=is_exempt,
        decision=_SHOWN if current.quantity == quantity and target.is_settled else None,
    )
    return step if step.decision else _write(step, target)


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
