"""Calls for products and their stock, suppliers, warehouses and sales channels."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from tests.fakes.ordoro import bodies, lists, products, shapes_catalogue, stock
from tests.fakes.ordoro.checks import Refused
from tests.fakes.ordoro.routes import Answer, Call, Route
from tests.fakes.ordoro.state import Json, Product

T = TypeVar("T")


def _authenticated(call: Call) -> Answer:
    del call
    return Answer(200, {"success": True})


def _list(call: Call) -> Answer:
    taken = stock.committed(call.shop)
    products = lists.products(call.shop, call.query)
    key = call.shop.switches.product_list_key or "product"
    return Answer(
        200,
        lists.page(
            key, products, call.query, lambda it: shapes_catalogue.product(call.shop, it, taken)
        ),
    )


def _get(call: Call, sku: str) -> Answer:
    return Answer(200, _show(call, call.shop.product(sku)))


def _create(call: Call) -> Answer:
    product = products.create(call.shop, call.body)
    call.shop.note("product created", product.sku)
    return Answer(201, _show(call, product))


def _edit(call: Call, sku: str) -> Answer:
    product = call.shop.product(sku)
    products.edit(call.shop, product, call.body)
    call.shop.note("product edited", sku, sorted(call.body))
    return Answer(200, _show(call, product))


def _count(call: Call, sku: str, warehouse_id: str) -> Answer:
    product = call.shop.product(sku)
    products.count(call.shop, product, _id(warehouse_id, "warehouse_id"), call.body)
    call.shop.note("stock set", sku, call.body.get("on_hand", call.body.get("adjustment")))
    return Answer(200, _show(call, product))


def _channel(call: Call, sku: str, cart_id: str) -> Answer:
    settings = call.shop.product(sku).channels.get(_id(cart_id, "cart_id"))
    if settings is None:
        raise Refused(f"product {sku} is not on sales channel {cart_id}", status=404)
    return Answer(200, settings)


def _supply(call: Call, sku: str, supplier_id: str) -> Answer:
    product = call.shop.product(sku)
    products.supply(call.shop, product, _id(supplier_id, "supplier_id"), call.body)
    call.shop.note("supplier set", sku, int(supplier_id))
    return Answer(200, _show(call, product))


def _show(call: Call, product: Product) -> Json:
    return shapes_catalogue.product(call.shop, product, stock.committed(call.shop))


def _suppliers(call: Call) -> Answer:
    shop = call.shop
    return _names(
        call,
        "supplier",
        shop.suppliers.values(),
        lambda it: it.company,
        lambda it: shapes_catalogue.supplier(shop, it),
    )


def _supplier(call: Call, supplier_id: str) -> Answer:
    supplier = call.shop.supplier(_id(supplier_id, "supplier_id"))
    return Answer(200, shapes_catalogue.supplier(call.shop, supplier))


def _warehouses(call: Call) -> Answer:
    shop = call.shop
    return _names(
        call,
        "warehouse",
        shop.warehouses.values(),
        lambda it: it.name,
        lambda it: shapes_catalogue.warehouse(shop, it),
    )


def _warehouse(call: Call, warehouse_id: str) -> Answer:
    warehouse = call.shop.warehouse(_id(warehouse_id, "warehouse_id"))
    return Answer(200, shapes_catalogue.warehouse(call.shop, warehouse))


def _carts(call: Call) -> Answer:
    shop = call.shop
    return _names(
        call,
        "cart",
        shop.carts.values(),
        lambda it: it.name,
        lambda it: shapes_catalogue.cart(shop, it.id),
    )


def _cart(call: Call, cart_id: str) -> Answer:
    cart = call.shop.cart(_id(cart_id, "cart_id"))
    return Answer(200, shapes_catalogue.cart(call.shop, cart.id))


def _names(
    call: Call,
    key: str,
    rows: Iterable[T],
    name: Callable[[T], str],
    show: Callable[[T], Json],
) -> Answer:
    """List objects that have little more than a name."""
    lists.only(call.query, "limit", "offset", "sort", "search", *(["all"] * (key == "cart")))
    words = call.query.get("search", [""])[0].casefold()
    sorts: dict[str, Callable[[T], Any]] = {"name": name}
    matches = lists.ordered(
        (it for it in rows if words in name(it).casefold()), call.query, sorts, "name"
    )
    return Answer(200, lists.page(key, matches, call.query, show))


def _id(text: str, param: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise Refused(f"{param} {text} not found", param, status=404)
    return int(text)


_PRODUCT = "/product/{sku}/"

ROUTES = (
    Route(method="GET", template="/authenticated/", act=_authenticated),
    Route(method="GET", template="/product/", act=_list, lists=True),
    Route(method="POST", template="/product/", act=_create, body=bodies.POST_PRODUCT),
    Route(method="GET", template=_PRODUCT, act=_get),
    Route(method="PUT", template=_PRODUCT, act=_edit, body=bodies.PUT_PRODUCT),
    Route(
        method="PUT",
        template=f"{_PRODUCT}warehouse/{{id}}/",
        act=_count,
        body=bodies.PRODUCT_WAREHOUSE,
    ),
    Route(
        method="PUT",
        template=f"{_PRODUCT}supplier/{{id}}/",
        act=_supply,
        body=bodies.PRODUCT_SUPPLIER,
    ),
    Route(method="GET", template=f"{_PRODUCT}cart/{{id}}/", act=_channel),
    Route(method="GET", template="/supplier/", act=_suppliers, lists=True),
    Route(method="GET", template="/supplier/{id}/", act=_supplier),
    Route(method="GET", template="/warehouse/", act=_warehouses, lists=True),
    Route(method="GET", template="/warehouse/{id}/", act=_warehouse),
    Route(method="GET", template="/cart/", act=_carts, lists=True),
    Route(method="GET", template="/cart/{id}/", act=_cart),
)
