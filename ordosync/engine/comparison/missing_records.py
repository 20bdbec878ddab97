"""Orders that the Supplier should have but does not, and products that differ."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from ordosync.engine.comparison.difference import Comparison, Difference
from ordosync.models import Order
from ordosync.store.links import Link
from ordosync.store.step_rows import StepRef
from ordosync.tasks import TASKS
from ordosync.tasks.base import PlanRequest, Step
from ordosync.tasks.import_products import NewProduct


def missing_orders(comparison: Comparison, ids: Sequence[str]) -> Iterator[Difference]:
    """Yield requested orders that the Supplier should have but does not."""
    portal = comparison.portal
    links = portal.links.of_merchant("order", ids)
    step_refs = [StepRef(key=id_, merchant_id=id_) for id_ in ids]
    for page in TASKS["import-orders"].replan(portal, step_refs):
        for step in page.items:
            difference = _of_missing(comparison, step, links.get(step.merchant_id or ""))
            if difference:
                yield difference


def _of_missing(comparison: Comparison, step: Step, link: Link | None) -> Difference | None:
    id_, is_hidden = step.merchant_id or step.key, bool(comparison.snapshot.unlisted["supplier"])
    if step.decision and step.decision.state in ("held", "skipped"):
        return None
    if isinstance(step.payload, Order):
        step_ref = StepRef(key=step.key, merchant_id=step.merchant_id)
        description = "is requested at the Merchant, but the Supplier does not have it"
        if is_hidden:
            # The Supplier may have it nevertheless, and would then get it twice.
            description, task = f"{description}, as far as the Supplier lists its orders", ""
        else:
            task = "import-orders"
        return comparison.differs(
            "no-supplier-order", description, (id_, ""), task=task, step_ref=step_ref
        )
    if step.decision and step.decision.state == "failed":
        description = f"cannot be imported: {step.decision.reason}"
        return comparison.differs("no-supplier-order", description, (id_, ""))
    if is_hidden or (step.decision and step.decision.state == "skipped"):
        return None
    supplier_id = link.supplier_id if link else ""
    description = f"was imported as order {supplier_id}, but the Supplier does not have it"
    return comparison.differs("supplier-order-gone", description, (id_, supplier_id))


def product_differences(comparison: Comparison, now: datetime) -> Iterator[Difference]:
    """Yield products without a link, and quantities that differ."""
    portal = comparison.portal
    request = PlanRequest(cursor=None, now=now)
    if "import-products" in comparison.able:
        for page in TASKS["import-products"].plan(portal, request):
            for step in page.items:
                if isinstance(step.payload, NewProduct):
                    step_ref = StepRef(key=step.key, merchant_id=step.merchant_id)
                    description = "is a product of this Supplier and was not imported"
                    yield comparison.differs(
                        "no-product-link",
                        description,
                        (step.key, ""),
                        task="import-products",
                        step_ref=step_ref,
                    )
    if "write-inventory-back" in comparison.able:
        for page in TASKS["write-inventory-back"].plan(portal, request):
            for step in page.items:
                if step.decision is None:
                    yield comparison.differs(
                        "quantity-differs",
                        f"has another quantity: {step.summary}",
                        (step.merchant_id or "", step.supplier_id or ""),
                        task="write-inventory-back",
                    )
