"""Import Products: the Merchant's products are created at the Supplier, without a quantity.

If the Supplier already has the SKU, its product is only linked. The Merchant's quantity is never
sent: it would come back as if the Supplier had counted it
(https://support.ordoro.com/how-does-inventory-sync-between-vendor-portals/).
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from ordosync.accounts.account import required
from ordosync.models import InvalidRecord, Outcome, Page, Product
from ordosync.store.links import Link
from ordosync.store.sku_map import MappedSku
from ordosync.store.step_rows import StepRef
from ordosync.store.written import Written
from ordosync.tasks.base import (
    Decision,
    PlanRequest,
    Portal,
    Result,
    Step,
    Task,
)
from ordosync.tasks.invalid_records import step_of_source
from ordosync.tasks.orders.fields import of_unit
from ordosync.tasks.sku_maps.matching import NEARLY, SentSku, SkuMatching
from ordosync.text import plural

NOT_SHIPPED = "not-shipped"
"""Code of skipped products that need no shipping and that the Supplier does not have."""
UNKNOWN = "unknown-sku"
"""Code of skipped products that are neither mapped nor known, with `unknown_sku: hold`."""


class NewProduct(Struct, frozen=True, kw_only=True):
    """A product to be linked to one of the Supplier, which is created if it does not exist."""

    product: Product
    """As the Supplier gets it."""
    row: MappedSku | None = None
    """Its row in the SKU map."""
    former: Link | None = None
    """Its link to another product, from which the map has moved it."""


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
    wanted = [step.payload for step in steps if isinstance(step.payload, NewProduct)]
    # The map may give several of the Merchant's products one SKU. Its name is that of the smallest.
    by_sku = {of.product.sku: of.product for of in sorted(wanted, key=_pack, reverse=True)}
    created = required(portal.supplier.products).create(list(by_sku.values()))
    outcomes = dict(zip(by_sku, created, strict=True))
    return [
        _result(step.key, of, outcomes[of.product.sku])
        for step, of in zip(steps, wanted, strict=True)
    ]


def _pack(wanted: NewProduct) -> int:
    return wanted.row.pack if wanted.row else 1


def _result(merchant_id: str, wanted: NewProduct, outcome: Outcome) -> Result:
    if not outcome.id:
        return Result(outcome=outcome)
    was_there = outcome.state == "unchanged"
    return Result(
        outcome=outcome,
        links=tuple(product_links(merchant_id, wanted, outcome.id)),
        written=Written(linked=outcome.id) if was_there else None,
        is_only_linked=was_there,
    )


def product_links(merchant_id: str, wanted: NewProduct, supplier_id: str) -> Iterator[Link]:
    """Yield the link of a product, and the end of its former link."""
    link = Link(kind="product", merchant_id=merchant_id, supplier_id=supplier_id)
    if former := wanted.former:
        yield replace(former, state="remapped")
        link = replace(link, generation=former.generation + 1)
    if row := wanted.row:
        link = replace(
            link, pack=row.pack, merchant_sku=row.merchant_sku, supplier_sku=row.supplier_sku
        )
    yield link


def _steps(portal: Portal, pages: Iterator[Page[Product | InvalidRecord]]) -> Iterator[Page[Step]]:
    for page in pages:
        links = portal.links.of_merchant("product", [item.id for item in page.items])
        ours = [item for item in page.items if _is_ours(portal, item)]
        products = [item for item in ours if isinstance(item, Product)]
        rows = _rows(portal, products)
        wanted = [_wanted(portal, item, rows.get(item.sku), links) for item in products]
        # Several products may have the same id: that is one step, always of the same product.
        once = {item.id: item for item in sorted(ours, key=lambda item: item.content)}
        facts = _Facts(
            links=links,
            wanted={id(item): of for item, of in zip(products, wanted, strict=True)},
            claims=Counter(of.product.sku for of in wanted),
            taken=portal.links.of_supplier("product", [of.product.sku for of in wanted]),
            matching=SkuMatching(
                portal,
                [
                    _sent(of, item)
                    for item, of in zip(products, wanted, strict=True)
                    if item.id not in links or of.former
                ],
            ),
            holds_unknown=portal.config.unknown_sku == "hold",
        )
        yield Page(
            items=tuple(_step(once[id_], facts) for id_ in dict.fromkeys(item.id for item in ours)),
            cursor=page.cursor,
        )


class _Facts(NamedTuple):
    """The links and SKUs that decide about the products of a page."""

    links: Mapping[str, Link]
    wanted: Mapping[int, NewProduct]
    """By the identity of the Merchant's product: several may have one id."""
    claims: Mapping[str, int]
    taken: Mapping[str, Link]
    matching: SkuMatching
    """What the Supplier has of the SKUs of new products."""
    holds_unknown: bool

    def is_moved(self, item: Product | InvalidRecord) -> bool:
        """True if the map gave a linked product another one of the Supplier."""
        wanted = self.wanted.get(id(item))
        return wanted is not None and wanted.former is not None


def _rows(portal: Portal, products: Sequence[Product]) -> Mapping[str, MappedSku]:
    if portal.sku_map is None:
        return {}
    return portal.sku_map.of_merchant({product.sku for product in products})


def _wanted(
    portal: Portal, item: Product, row: MappedSku | None, links: Mapping[str, Link]
) -> NewProduct:
    unmapped = _for_supplier(portal, item)
    if row is None:
        return NewProduct(product=unmapped)
    product = replace(
        unmapped,
        sku=row.supplier_sku,
        price=unmapped.price and of_unit(unmapped.price, row.pack),
        weight_g=unmapped.weight_g and of_unit(unmapped.weight_g, row.pack),
    )
    link = links.get(item.id)
    # A product that was linked without a map has the SKU that it has without one.
    linked_sku = (link.supplier_sku or unmapped.sku) if link else row.supplier_sku
    former = link if linked_sku != row.supplier_sku else None
    return NewProduct(product=product, row=row, former=former)


def _step(item: Product | InvalidRecord, facts: _Facts) -> Step:
    if isinstance(item, InvalidRecord) and item.is_whole_file:
        return step_of_source(item)
    step = Step(key=item.id, merchant_id=item.id, content=item.content)
    if item.id in facts.links and not facts.is_moved(item):
        return replace(step, decision=Decision(state="unchanged"))
    if isinstance(item, InvalidRecord):
        return replace(step, decision=Decision.of(item))
    wanted = facts.wanted[id(item)]
    sku = wanted.product.sku
    is_mapped = wanted.row is not None
    if not is_mapped and (facts.claims[sku] > 1 or sku in facts.taken):
        decision = Decision(
            state="failed",
            code="sku-claimed",
            reason=f"has the Supplier's SKU {sku}, which another product has, too",
        )
        return replace(step, decision=decision)
    # Shops mark real goods so by mistake. A product that the Supplier has is surely goods.
    if not wanted.product.needs_shipping and not facts.matching.is_known(sku):
        decision = Decision(
            state="skipped",
            code=NOT_SHIPPED,
            reason="needs no shipping, and is no product of the Supplier",
        )
        return replace(step, decision=decision)
    if decision_of_sku := _sku_decision(_sent(wanted, item), facts):
        return replace(step, decision=decision_of_sku)
    return replace(
        step,
        cured=NEARLY,
        summary=f"{'link to' if wanted.former else 'create'} product {sku}",
        written=Written(product=sku),
        needs_redo=wanted.former is not None,
        payload=wanted,
    )


def _sku_decision(sent: SentSku, facts: _Facts) -> Decision | None:
    """Return the decision not to create a product of a SKU that the Supplier lacks."""
    if problem := facts.matching.problem([sent]):
        return Decision(state="failed", code=NEARLY, reason=problem)
    if facts.holds_unknown and facts.matching.unknown([sent]):
        return Decision(
            state="skipped",
            code=UNKNOWN,
            reason="is not in the SKU map, and is no product of the Supplier",
        )
    return None


def _sent(wanted: NewProduct, item: Product) -> SentSku:
    return SentSku(item.sku, wanted.product.sku, wanted.row is not None)


def _not_shipped_note(portal: Portal, count: int) -> str:
    products = plural(count, "1 product", f"{count} products")
    return f"{products} skipped, no shipping needed and not known to {portal.supplier.name}"


def _unknown_note(portal: Portal, count: int) -> str:
    products = plural(count, "1 product", f"{count} products")
    command = f"`ordosync sku list {portal.config.name} --unmapped`"
    return f"{products} skipped, neither mapped nor known to {portal.supplier.name}: {command}"


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
    skip_notes={NOT_SHIPPED: _not_shipped_note, UNKNOWN: _unknown_note},
)
