"""Changes of products and their variants, by the API or by people."""

import re
from collections.abc import Sequence
from decimal import Decimal

from tests.fakes.shopify import stock
from tests.fakes.shopify.shop import Shop
from tests.fakes.shopify.state import InventoryItem, Json, Product, ProductVariant

_PLAIN = {
    "title": "title",
    "handle": "handle",
    "status": "status",
    "vendor": "vendor",
    "productType": "product_type",
    "descriptionHtml": "description_html",
}


def create(shop: Shop, title: str, **fields: object) -> Product:
    """Return a new product without variants."""
    values = {name: value for name, value in fields.items() if value is not None}
    handle = str(values.pop("handle", None) or _free(shop, title))
    made = Product(
        **shop.stamp("Product"),
        title=title,
        handle=handle,
        **values,  # type: ignore[arg-type]
    )
    return shop.add(made)


def by_handle(shop: Shop, handle: str) -> Product | None:
    """Return the product with a handle, or None."""
    return next((it for it in shop.all(Product) if it.handle == handle), None)


def _free(shop: Shop, title: str) -> str:
    plain = re.sub(r"[^a-z0-9]+", "-", title.casefold()).strip("-") or "product"
    handle, count = plain, 0
    while by_handle(shop, handle):
        count += 1
        handle = f"{plain}-{count}"
    return handle


def change(shop: Shop, product: Product, product_input: Json) -> None:
    """Write the plain fields that are given."""
    for name, attribute in _PLAIN.items():
        if product_input.get(name) is not None:
            setattr(product, attribute, product_input[name])
    if product_input.get("tags") is not None:
        product.tags = sorted(set(product_input["tags"]))
    shop.touch(product)


def add_variant(
    shop: Shop, product: Product, *, sku: str | None, price: Decimal, options: Sequence[str] = ()
) -> ProductVariant:
    """Return a new variant, the last of its product."""
    stamp = shop.stamp("ProductVariant")
    item = shop.add(InventoryItem(**shop.stamp("InventoryItem"), variant_id=stamp["id"]))
    variant = shop.add(
        ProductVariant(
            **stamp,
            product_id=product.id,
            inventory_item_id=item.id,
            sku=sku,
            price=price,
            options=list(options) or ["Default Title"] * len(product.option_names),
        )
    )
    product.variant_ids.append(variant.id)
    shop.touch(product)
    return variant


def remove_variant(shop: Shop, product: Product, gid: str) -> None:
    """Delete a variant and its stock; lines of orders keep its title."""
    variant = shop.sure(ProductVariant, gid)
    product.variant_ids.remove(gid)
    for level in stock.levels_of(shop, variant.inventory_item_id):
        shop.drop(level)
    shop.drop(shop.sure(InventoryItem, variant.inventory_item_id))
    shop.drop(variant)
    shop.touch(product)


def change_variant(shop: Shop, variant: ProductVariant, variant_input: Json) -> None:
    """Write the given fields of a variant and its inventory item."""
    item = shop.sure(InventoryItem, variant.inventory_item_id)
    for name, attribute in (
        ("sku", "sku"),
        ("barcode", "barcode"),
        ("taxable", "taxable"),
        ("inventoryPolicy", "inventory_policy"),
    ):
        if name in variant_input:
            setattr(variant, attribute, variant_input[name])
    if variant_input.get("price") is not None:
        variant.price = Decimal(str(variant_input["price"]))
    if "compareAtPrice" in variant_input:
        compare = variant_input["compareAtPrice"]
        variant.compare_at_price = None if compare is None else Decimal(str(compare))
    _change_item(variant, item, variant_input.get("inventoryItem") or {})
    shop.touch(variant, item, shop.sure(Product, variant.product_id))


def _change_item(variant: ProductVariant, item: InventoryItem, item_input: Json) -> None:
    for name, attribute in (
        ("tracked", "tracked"),
        ("requiresShipping", "requires_shipping"),
        ("harmonizedSystemCode", "harmonized_system_code"),
        ("countryCodeOfOrigin", "country_code_of_origin"),
    ):
        if name in item_input:
            setattr(item, attribute, item_input[name])
    if "sku" in item_input:
        variant.sku = item_input["sku"]
    if "cost" in item_input:
        item.cost = None if item_input["cost"] is None else Decimal(str(item_input["cost"]))
    if item_input.get("measurement"):
        item.weight = item_input["measurement"].get("weight")
