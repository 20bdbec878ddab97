"""Responses about products, variations and terms."""

from tests.fakes.woocommerce import stock
from tests.fakes.woocommerce.problems import Json
from tests.fakes.woocommerce.products import slug
from tests.fakes.woocommerce.shapes_orders import meta
from tests.fakes.woocommerce.state import Product, Shop, Taxonomy
from tests.fakes.woocommerce.times import both

_NO_SIZE = {"length": "", "width": "", "height": ""}


def product(shop: Shop, it: Product) -> Json:
    """Return a product, or a variation in the same form."""
    shown = {
        **_both(shop, it),
        "name": it.name,
        "slug": slug(it.name),
        "type": it.type,
        "featured": False,
        "catalog_visibility": "visible",
        "short_description": it.fields.get("short_description", ""),
        "total_sales": 0,
        "sold_individually": False,
        "parent_id": it.parent_id,
        "categories": terms(shop, it, "categories"),
        "tags": terms(shop, it, "tags"),
        "images": [],
        "attributes": it.attributes,
        "default_attributes": [],
        "variations": [variation.id for variation in shop.variations(it)],
        "grouped_products": [],
    }
    if not shop.switches.old:
        shown["brands"] = terms(shop, it, "brands")
    return shown


def variation(shop: Shop, it: Product) -> Json:
    """Return a variation; old shops do not name its parent."""
    shown = {**_both(shop, it), "image": None, "attributes": it.attributes}
    if not shop.switches.old:
        shown |= {"type": it.type, "name": it.name, "parent_id": it.parent_id}
    return shown


def terms(shop: Shop, it: Product, taxonomy: Taxonomy) -> list[Json]:
    """Return the tags, categories or brands of a product; a variation has none."""
    return [
        {"id": term_id, "name": name, "slug": slug(name)}
        for term_id in it.terms.get(taxonomy, [])
        if (name := shop.terms[taxonomy].get(term_id))
    ]


def _both(shop: Shop, it: Product) -> Json:
    units, status = stock.quantity(shop, it), stock.status(shop, it)
    whose = stock.managed_by(shop, it)
    shown = {
        "id": it.id,
        **both("date_created", it.created_at, shop.switches.zone),
        **both("date_modified", it.modified_at, shop.switches.zone),
        "description": it.fields.get("description", ""),
        "permalink": f"https://shop.example/product/{it.id}/",
        "sku": it.sku,
        "price": it.price,
        "regular_price": it.fields.get("regular_price", ""),
        "sale_price": it.fields.get("sale_price", ""),
        "on_sale": bool(it.fields.get("sale_price")),
        "status": it.status,
        "purchasable": it.price != "",
        "virtual": it.fields.get("virtual", False),
        "downloadable": it.fields.get("downloadable", False),
        "tax_status": "taxable",
        "tax_class": it.fields.get("tax_class", ""),
        "manage_stock": "parent" if whose not in (it, None) else it.manage_stock,
        "stock_quantity": units,
        "stock_status": status,
        "backorders": it.backorders,
        "backorders_allowed": it.backorders != "no",
        "backordered": status == "onbackorder",
        "weight": it.fields.get("weight", ""),
        "dimensions": it.fields.get("dimensions", _NO_SIZE),
        "shipping_class": it.fields.get("shipping_class", ""),
        "shipping_class_id": 0,
        "menu_order": 0,
        "meta_data": meta(it.meta),
    }
    if not shop.switches.old:
        shown["global_unique_id"] = it.fields.get("global_unique_id", "")
    return shown
