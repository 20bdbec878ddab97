"""Lines of an order: products, shipping and fees."""

from decimal import Decimal
from typing import TypeVar

from tests.fakes.woocommerce import stock
from tests.fakes.woocommerce.money import amount
from tests.fakes.woocommerce.problems import Json, Refused
from tests.fakes.woocommerce.schema import integer
from tests.fakes.woocommerce.state import Extra, Line, Order, Product, Shop

L = TypeVar("L", Line, Extra)


def write(shop: Shop, order: Order, items: list[Json]) -> None:
    """Write lines: with an id, change or remove one; without an id, add one.

    Shops from before 2024 do not move the stock with any of it.
    """
    for item in items:
        line = _known(order.lines, item) if item.get("id") else None
        if _gone(item):
            _take_off(shop, order, line)
        elif line is None:
            order.lines.append(_new(shop, item))
            if not shop.switches.old:
                stock.adjust(shop, order, order.lines[-1])
        else:
            _fill(shop, line, item)
            if not shop.switches.old:
                stock.adjust(shop, order, line)


def write_extras(shop: Shop, extras: list[Extra], items: list[Json], *, fee: bool = False) -> None:
    """Write lines for shipping or fees, in the same way."""
    for item in items:
        extra = _known(extras, item) if item.get("id") else None
        if extra is None:
            _check_new(item, fee=fee)
            extra = Extra(id=shop.next_id("item"))
            extras.append(extra)
        extra.name = str(item.get("method_title", item.get("name", extra.name)))
        extra.method_id = item.get("method_id", extra.method_id)
        extra.total = amount(item.get("total", extra.total))
        shop.set_meta(extra.meta, item.get("meta_data", []))


def price(product: Product, units: int) -> Decimal:
    """Return the price of units of a product."""
    return amount(product.price) * units


def _known(lines: list[L], item: Json) -> L:
    for line in lines:
        if line.id == item["id"]:
            return line
    raise Refused(
        "woocommerce_rest_invalid_item_id", "Order item ID provided is not associated with order."
    )


def _check_new(item: Json, *, fee: bool) -> None:
    if fee and not item.get("name"):
        raise Refused("woocommerce_rest_invalid_fee_item", "Fee name is required.")
    if not fee and not item.get("method_id"):
        raise Refused("woocommerce_rest_invalid_shipping_item", "Shipping method ID is required.")


def _gone(item: Json) -> bool:
    nothing = "quantity" in item and integer(item["quantity"]) == 0
    return nothing or any(name in item and item[name] is None for name in ("name", "product_id"))


def _take_off(shop: Shop, order: Order, line: Line | None) -> None:
    if line is not None:
        if not shop.switches.old:
            stock.put_back(shop, line, line.reduced)
        order.lines.remove(line)
    elif not shop.switches.old:
        message = (
            "Uncaught TypeError: WC_REST_Orders_Controller::remove_item(): "
            "Argument #3 ($item_id) must be of type int, null given, "
            "called in wp-content/plugins/… ('line_items')"
        )
        words = "<p>There has been a critical error on this website.</p>"
        raise Refused(
            "internal_server_error", words, 500, error={"type": 1, "message": message, "line": 1}
        )


def _new(shop: Shop, item: Json) -> Line:
    if not (item.get("sku") or item.get("product_id") or item.get("variation_id")):
        raise Refused(
            "woocommerce_rest_required_product_reference", "Product ID or SKU is required."
        )
    line = Line(id=shop.next_id("item"))
    product = _product(shop, item)
    if product is not None:
        parent = shop.products.get(product.parent_id)
        line.product_id = parent.id if parent else product.id
        line.variation_id = product.id if parent else 0
        line.name = product.name
        line.total = line.subtotal = price(product, integer(item.get("quantity", 1)))
    _fill(shop, line, item)
    return line


def _product(shop: Shop, item: Json) -> Product | None:
    """Return the product of a line; documents call the SKU read-only, but it comes first."""
    if item.get("sku"):
        return shop.by_sku(item["sku"])
    return shop.products.get(integer(item.get("variation_id") or item.get("product_id")))


def _fill(shop: Shop, line: Line, item: Json) -> None:
    line.name = str(item.get("name", line.name))
    line.quantity = integer(item.get("quantity", line.quantity))
    line.tax_class = item.get("tax_class", line.tax_class)
    line.subtotal = amount(item.get("subtotal", line.subtotal))
    line.total = amount(item.get("total", line.total))
    line.subtotal = max(line.subtotal, line.total)
    shop.set_meta(line.meta, item.get("meta_data", []))
