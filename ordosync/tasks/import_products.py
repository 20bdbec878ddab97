"""Import Products: the Merchant's products are created at the Supplier, without a quantity.

If the Supplier already has the SKU, its product is only linked. The Merchant's quantity is never
sent: it would come back as if the Supplier had counted it
(https://support.ordoro.com/how-does-inventory-sync-between-vendor-portals/).
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet

from msgspec.structs import replace

from ordosync.accounts.account import required
from ordosync.models import InvalidRecord, Outcome, Page, Product
from ordosync.skus import exact
from ordosync.store.links import Link
from ordosync.store.step_rows import StepRef
from ordosync.store.written import Written
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

NOT_SHIPPED = "not-shipped"
"""Code of skipped products that need no shipping and that the Supplier does not have."""


def plan(portal: Portal, request: PlanRequest) -> Iterator[Page[Step]]:
    """Yield a step for each product of this Supplier that changed since the cursor."""
    return _steps(
        portal,
        required(portal.merchant.products).changed(request),
    )


def replan(portal: Portal, refs: Sequence[StepRef]) -> Iterator[Page[Step]]:
    """Yield the steps of these products, as they are now."""
    return _steps(portal, required(portal.merchant.products).by_id([step.key for step in refs]))


def apply(
    portal: Portal,
    steps: Sequence[Step],
    *,
    look_first: bool,  # noqa: ARG001 - a SKU exists only once
) -> list[Result]:
    """Create the new products, and link all of them; a first link counts as done."""
    products = [step.payload for step in steps if isinstance(step.payload, Product)]
    outcomes = required(portal.supplier.products).create(products)
    return [_result(step, outcome) for step, outcome in zip(steps, outcomes, strict=True)]


def _result(step: Step, outcome: Outcome) -> Result:
    if not outcome.id:
        return Result(outcome=outcome)
    was_there = outcome.state == "unchanged"
    return Result(
        outcome=outcome,
        links=(Link(kind="product", merchant_id=step.key, supplier_id=outcome.id),),
        written=Written(linked=outcome.id) if was_there else None,
        is_only_linked=was_there,
    )


def _steps(portal: Portal, pages: Iterator[Page[Product | InvalidRecord]]) -> Iterator[Page[Step]]:
    for page in pages:
        links = portal.links.of_merchant("product", [item.id for item in page.items])
        ours = [item for item in page.items if _is_ours(portal, item)]
        products = [_for_supplier(portal, item) for item in ours if isinstance(item, Product)]
        known = _known(portal, [product for product in ours if product.id not in links])
        claims = Counter(product.sku for product in products)
        taken = portal.links.of_supplier("product", list(claims))
        # Several products may have the same id: that is one step, always of the same product.
        once = {item.id: item for item in sorted(ours, key=lambda item: item.content)}
        yield Page(
            items=tuple(
                _step(portal, once[id_], links, claims, taken, known=known)
                for id_ in dict.fromkeys(item.id for item in ours)
            ),
            cursor=page.cursor,
        )


def _step(
    portal: Portal,
    item: Product | InvalidRecord,
    links: Mapping[str, Link],
    claims: Mapping[str, int],
    taken: Mapping[str, Link],
    *,
    known: AbstractSet[str],
) -> Step:
    if isinstance(item, InvalidRecord) and item.is_whole_file:
        return step_of_source(item)
    step = Step(key=item.id, merchant_id=item.id, content=item.content)
    if item.id in links:
        return replace(step, decision=Decision(state="unchanged"))
    if isinstance(item, InvalidRecord):
        return replace(step, decision=Decision.of(item))
    product = _for_supplier(portal, item)
    if claims[product.sku] > 1 or product.sku in taken:
        decision = Decision(
            state="failed",
            code="sku-claimed",
            reason=f"has the Supplier's SKU {product.sku}, which another product has, too",
        )
        return replace(step, decision=decision)
    if not product.needs_shipping and product.sku not in known:
        decision = Decision(
            state="skipped",
            code=NOT_SHIPPED,
            reason="needs no shipping, and is no product of the Supplier",
        )
        return replace(step, decision=decision)
    return replace(
        step,
        summary=f"create product {product.sku}",
        written=Written(product=product.sku),
        payload=product,
    )


def _known(portal: Portal, items: Sequence[Product | InvalidRecord]) -> AbstractSet[str]:
    """Return the Supplier's SKUs of products that need no shipping.

    Shops mark real goods so by mistake. A product that the Supplier has is surely goods.
    """
    products = [item for item in items if isinstance(item, Product) and not item.needs_shipping]
    skus = list(dict.fromkeys(_for_supplier(portal, product).sku for product in products))
    return exact(required(portal.supplier.products).similar(skus)) if skus else frozenset()


def _not_shipped_note(portal: Portal, count: int) -> str:
    products = plural(count, "1 product", f"{count} products")
    return f"{products} skipped, no shipping needed and not known to {portal.supplier.name}"


def _is_ours(portal: Portal, item: Product | InvalidRecord) -> bool:
    return isinstance(item, InvalidRecord) or portal.config.requests(item.sku)


def _for_supplier(portal: Portal, product: Product) -> Product:
    send = portal.config.send
    by_supplier_sku = "supplier_sku" in send
    return Product(
        id="",
        sku=(product.supplier_sku or product.sku) if by_supplier_sku else product.sku,
        name=product.name,
        # A Supplier that gets costs must not see the retail price, which orders would show.
        price=None if "supplier_unit_cost" in send else product.price,
        weight_g=product.weight_g,
        needs_shipping=product.needs_shipping,
    )


TASK = Task(
    name="import-products",
    resource="products",
    plan=plan,
    replan=replan,
    apply=apply,
    writes_to="supplier",
    skip_notes={NOT_SHIPPED: _not_shipped_note},
)
