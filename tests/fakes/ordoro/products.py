"""Changes of a product, by the API or by people."""

from tests.fakes.ordoro import stock
from tests.fakes.ordoro.checks import Refused
from tests.fakes.ordoro.state import Json, Product, Shop, Terms

_SHELF = ("low_stock_threshold", "out_of_stock_threshold", "location_in_warehouse")
_NOT_KEPT = ("sku", "physical_on_hand", *_SHELF)


def create(shop: Shop, body: Json) -> Product:
    """Create a product; without a quantity it was never counted."""
    sku = body["sku"]
    if sku in shop.products:
        raise Refused(f"product {sku} exists already", "sku")
    now = shop.now()
    fields = {name: value for name, value in body.items() if name not in _NOT_KEPT}
    product = Product(id=shop.next_id(), sku=sku, created_at=now, updated_at=now, fields=fields)
    warehouse_id = shop.default_warehouse_id()
    if "physical_on_hand" in body:
        product.on_hand[warehouse_id] = body["physical_on_hand"]
    product.shelf[warehouse_id] = {name: body[name] for name in _SHELF if name in body}
    shop.products[sku] = product
    return product


def edit(shop: Shop, product: Product, body: Json) -> None:
    """Overwrite the given fields."""
    product.fields.update(body)
    product.updated_at = shop.now()


def count(shop: Shop, product: Product, warehouse_id: int, body: Json) -> None:
    """Set or adjust the quantity on hand; there is no compare-and-set."""
    shop.warehouse(warehouse_id)
    if "on_hand" in body and "adjustment" in body:
        raise Refused("either on_hand or adjustment", "adjustment")
    if "on_hand" in body:
        stock.set_on_hand(shop, product, warehouse_id, body["on_hand"])
    if "adjustment" in body:
        before = product.on_hand.get(warehouse_id, 0)
        stock.set_on_hand(shop, product, warehouse_id, before + body["adjustment"])
    shelf = {name: body[name] for name in _SHELF if name in body}
    product.shelf.setdefault(warehouse_id, {}).update(shelf)
    product.updated_at = shop.now()


def supply(shop: Shop, product: Product, supplier_id: int, body: Json) -> None:
    """Set the terms of a supplier for a product; only one supplier is the default."""
    shop.supplier(supplier_id)
    if body["is_default"]:
        for terms in product.suppliers.values():
            terms.is_default = False
    product.suppliers[supplier_id] = Terms(**body)
    product.updated_at = shop.now()
