"""Stock: quantities, and how orders reduce and restore them.

There is one quantity for each product or variation, without locations. A variation without a
separate quantity uses that of its parent.
"""

from tests.fakes.woocommerce.state import Line, Order, Product, Shop

_TAKES = ("processing", "completed", "on-hold")
_PUTS_BACK = ("cancelled", "pending")


def managed_by(shop: Shop, product: Product) -> Product | None:
    """Return the product whose quantity counts: itself, its parent, or None."""
    if product.manage_stock:
        return product
    parent = shop.products.get(product.parent_id)
    return parent if parent is not None and parent.manage_stock else None


def quantity(shop: Shop, product: Product) -> int | None:
    """Return the quantity, or None if the stock is not managed."""
    counted = managed_by(shop, product)
    return None if counted is None else counted.quantity


def status(shop: Shop, product: Product) -> str:
    """Return the stock status."""
    units = quantity(shop, product)
    if units is None:
        variations = shop.variations(product)
        if not variations:
            return product.stock_status
        in_stock = any(status(shop, it) == "instock" for it in variations)
        return "instock" if in_stock else "outofstock"
    if units > 0:
        return "instock"
    return "outofstock" if product.backorders == "no" else "onbackorder"


def follow(shop: Shop, order: Order) -> None:
    """Reduce or restore the stock as the order's new status demands."""
    if order.status in _TAKES and not order.stock_reduced:
        order.stock_reduced = True
        for line in order.lines:
            _take(shop, line, line.quantity)
    elif order.status in _PUTS_BACK and order.stock_reduced:
        order.stock_reduced = False
        for line in order.lines:
            put_back(shop, line, line.reduced)


def adjust(shop: Shop, order: Order, line: Line) -> None:
    """Adjust the stock to the new quantity of an existing line."""
    if order.status in _TAKES and order.stock_reduced:
        _take(shop, line, line.quantity - line.reduced)


def put_back(shop: Shop, line: Line, units: int) -> None:
    """Restore units of a line, but not more than were taken."""
    _take(shop, line, -min(units, line.reduced))


def _take(shop: Shop, line: Line, units: int) -> None:
    product = shop.products.get(line.sold_id)
    counted = managed_by(shop, product) if product else None
    if counted is None:
        return
    counted.quantity -= units
    line.reduced += units
    if shop.switches.sale_updates_product:
        counted.modified_at = shop.now()
