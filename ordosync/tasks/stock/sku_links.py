"""Products of the Merchant that are linked to a product of the Supplier, by the SKU map of now.

Without a map each product of the Supplier has one. With a map it may have several, in packs of
different sizes, and each gets its quantity from the same units.
"""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet

from ordosync.models import Stock
from ordosync.store.links import Link
from ordosync.store.sku_map import MappedSku
from ordosync.store.step_rows import StepRow
from ordosync.tasks.base import Decision, Portal
from ordosync.tasks.stock.mapped_rows import LinkedProduct

REMAPPED = "remapped"
"""Code of products that the map has given another product of the Supplier."""
UNMAPPED = "unmapped"
"""Code of products whose row is not in the map any more."""
_OTHER_STEP = Decision(
    state="skipped", code="over", reason="its quantities are written by the SKU map now"
)


def product_links(
    portal: Portal, ids: Sequence[str], among: AbstractSet[str] | None = None
) -> Mapping[str, Sequence[Link]]:
    """Return the links of each of the Supplier's products that has one.

    With `among`, only those mapped products of the Merchant.
    """
    if portal.sku_map is None:
        links = portal.links.products(ids)
        if not any(link.merchant_sku for link in links.values()):
            return {id_: [link] for id_, link in links.items()}
    found = portal.links.all_of_supplier("product", ids)
    own = {id_: [*_written(links, among)] for id_, links in found.items()}
    return {id_: links for id_, links in own.items() if links}


def _written(links: Sequence[Link], among: AbstractSet[str] | None) -> Sequence[Link]:
    live = [link for link in links if link.state == "live"]
    # Without a map, only the newest product is written.
    unmapped = [link for link in live if link.merchant_sku is None]
    mapped = [link for link in live if link.merchant_sku is not None]
    if among is not None:
        mapped = [link for link in mapped if link.merchant_id in among]
    return [*unmapped[:1], *mapped]


def linked_products(
    portal: Portal,
    items: Sequence[Stock],
    links: Mapping[str, Sequence[Link]],
    at_merchant: Mapping[str, Stock],
) -> Mapping[str, Sequence[LinkedProduct]]:
    """Return the linked products of each of these products, by the map of now."""
    rows: Mapping[str, MappedSku] = {}
    if portal.sku_map is not None and at_merchant:
        rows = portal.sku_map.of_merchant({stock.sku for stock in at_merchant.values()})
    return {
        item.product_id: [
            _linked(item, link, at_merchant.get(link.merchant_id), rows)
            for link in links[item.product_id]
        ]
        for item in items
        if item.product_id in links
    }


def linked_product(portal: Portal, item: Stock, link: Link, current: Stock) -> LinkedProduct:
    """Return one linked product, by the map of now."""
    rows = portal.sku_map.of_merchant([current.sku]) if portal.sku_map else {}
    return _linked(item, link, current, rows)


def _linked(
    item: Stock, link: Link, current: Stock | None, rows: Mapping[str, MappedSku]
) -> LinkedProduct:
    row = rows.get(current.sku) if current else None
    if row is None:
        is_gone = current is not None and link.merchant_sku is not None
        return LinkedProduct(link=link, misfit=UNMAPPED if is_gone else "")
    # The SKU of a product that the Supplier did not report is not known.
    is_other = row.supplier_sku not in (item.sku, link.supplier_sku) and item.sku != ""
    return LinkedProduct(link=link, row=row, misfit=REMAPPED if is_other else "")


def settled(portal: Portal, rows: Sequence[StepRow]) -> Mapping[str, Decision]:
    """Return a decision for each failed step of a product that has another step by the map now."""
    products = [row for row in rows if row.key == row.supplier_id]
    if portal.sku_map is None or not products:
        return {}
    links = portal.links.all_of_supplier("product", [row.key for row in products])
    return {
        row.key: _OTHER_STEP
        for row in products
        if (live := [link for link in links.get(row.key, ()) if link.state == "live"])
        and all(link.merchant_sku is not None for link in live)
    }


def misfit_reason(portal: Portal, product: LinkedProduct) -> str:
    """Return why a product gets no quantity, and what to do."""
    if product.row and product.misfit == REMAPPED:
        import_products = f"`ordosync import-products {portal.name}`"
        return (
            f"is {product.row.supplier_sku} of the Supplier by the map, and linked to another"
            f" product, so its quantity stays; {import_products} links it"
        )
    sku = product.link.merchant_sku
    return (
        f"has no row in the map any more, so its quantity stays; add it with"
        f" `ordosync sku set {portal.name} {sku} SUPPLIER_SKU`"
    )
