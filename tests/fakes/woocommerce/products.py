"""Changes of products and variations, by the API or by people."""

from typing import Any

from tests.fakes.woocommerce import stock
from tests.fakes.woocommerce.problems import Json, Refused
from tests.fakes.woocommerce.schema import integer
from tests.fakes.woocommerce.state import Product, Shop, Taxonomy

KEPT = (
    "regular_price",
    "sale_price",
    "description",
    "short_description",
    "weight",
    "dimensions",
    "shipping_class",
    "global_unique_id",
    "purchase_note",
    "tax_class",
    "virtual",
    "downloadable",
)
"""Fields that are stored and shown, without any effect."""
TAXONOMIES: tuple[Taxonomy, ...] = ("tags", "categories", "brands")


def create(shop: Shop, body: Json, *, parent: Product | None = None) -> Product:
    """Create a product, or a variation of one."""
    now = shop.now()
    product = Product(id=shop.next_id(), created_at=now, modified_at=now)
    if parent is not None:
        product.type, product.parent_id = "variation", parent.id
    _write(shop, product, body)
    shop.products[product.id] = product
    _tell_parent(shop, product)
    return product


def edit(shop: Shop, product: Product, body: Json) -> None:
    """Change a product."""
    _write(shop, product, body)
    product.modified_at = shop.now()
    _tell_parent(shop, product)


def delete(shop: Shop, product: Product, *, force: bool) -> None:
    """Move a product to the trash, or delete it permanently; orders keep its id."""
    if not force and product.status == "trash":
        raise Refused(
            "woocommerce_rest_already_trashed", "The product has already been deleted.", 410
        )
    product.status, product.modified_at = "trash", shop.now()
    if force:
        del shop.products[product.id]


def term(shop: Shop, taxonomy: Taxonomy, name: str) -> int:
    """Return the id of a tag, a category or a brand by its name; create it if it is new."""
    for term_id, called in shop.terms[taxonomy].items():
        if called.casefold() == name.casefold():
            return term_id
    new = shop.next_id("term")
    shop.terms[taxonomy][new] = name
    return new


def slug(name: str) -> str:
    """Return a name in the form of an address."""
    return "-".join(name.lower().split())


def _write(shop: Shop, product: Product, body: Json) -> None:
    if "sku" in body:
        _call(shop, product, str(body["sku"] or "").strip())
    for name in ("name", "type", "status", "backorders", "stock_status"):
        if body.get(name) and not (name == "type" and product.parent_id):
            setattr(product, name, body[name])
    product.fields |= {name: body[name] for name in KEPT if name in body}
    product.attributes = body.get("attributes", product.attributes)
    for taxonomy in TAXONOMIES:
        if taxonomy in body:
            product.terms[taxonomy] = [_known_term(shop, taxonomy, it) for it in body[taxonomy]]
    shop.set_meta(product.meta, body.get("meta_data", []))
    _count(shop, product, body)
    if product.parent_id:
        options = [str(it.get("option", "")) for it in product.attributes]
        product.name = f"{shop.products[product.parent_id].name} - {', '.join(options)}"


def _call(shop: Shop, product: Product, sku: str) -> None:
    same = shop.by_sku(sku) if sku and shop.switches.sku_unique else None
    if same is not None and same is not product:
        raise Refused(
            "product_invalid_sku",
            "Invalid or duplicated SKU.",
            resource_id=same.id,
            unique_sku=_free(shop, sku),
        )
    product.sku = sku


def _free(shop: Shop, sku: str) -> str:
    number = 1
    while shop.by_sku(f"{sku}-{number}"):
        number += 1
    return f"{sku}-{number}"


def _known_term(shop: Shop, taxonomy: Taxonomy, item: Any) -> int:
    term_id = item.get("id", 0)
    if term_id not in shop.terms[taxonomy] and taxonomy == "tags" and item.get("name"):
        return term(shop, taxonomy, item["name"])
    return int(term_id)


def _count(shop: Shop, product: Product, body: Json) -> None:
    """Set the quantity, which is silently ignored if the stock is not managed."""
    if body.get("manage_stock") is not None:
        product.manage_stock = body["manage_stock"] in (True, "true", 1, "1")
    if body.get("stock_quantity") is not None and product.manage_stock:
        product.quantity = integer(body["stock_quantity"])
    if not product.manage_stock:
        product.quantity = 0
        if stock.managed_by(shop, product) is None and not product.parent_id:
            product.backorders = "no"


def _tell_parent(shop: Shop, product: Product) -> None:
    if product.parent_id and shop.switches.variation_updates_parent:
        shop.products[product.parent_id].modified_at = shop.now()
