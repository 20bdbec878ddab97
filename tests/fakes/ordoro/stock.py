"""Stock: units on hand are counted, open orders commit units, and the difference is available.

A kit commits its components; its quantity is the number of complete kits in each warehouse, rounded
down once. Shipping reduces the units on hand, unless a supplier ships for the account.
"""

import math
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from tests.fakes.ordoro.checks import Refused
from tests.fakes.ordoro.state import OPEN, Number, Order, Product, Shop

Quantities = Counter[tuple[str, int]]
"""Quantities by SKU and warehouse."""


class Level(NamedTuple):
    """The stock of a product in one warehouse."""

    on_hand: Number
    committed: Number

    @property
    def available(self) -> Number:
        """Return the sellable quantity; negative when oversold."""
        return self.on_hand - self.committed


def committed(shop: Shop) -> Quantities:
    """Return the committed stock of open orders; split orders count by their pieces."""
    total: Quantities = Counter()
    for order in shop.orders.values():
        if order.status in OPEN and not order.children:
            _add_needed(shop, order, total)
    return total


def needed(shop: Shop, order: Order) -> Quantities:
    """Return what an order takes from its warehouse, kits by their components."""
    total: Quantities = Counter()
    _add_needed(shop, order, total)
    return total


def _add_needed(shop: Shop, order: Order, total: Quantities) -> None:
    warehouse_id = order.warehouse_id
    for line in order.lines:
        # The common case is fast, since there are many lines.
        if not shop.products[line.sku].components:
            total[line.sku, warehouse_id] += line.quantity
            continue
        for sku, quantity in _parts(shop, line.sku, line.quantity):
            total[sku, warehouse_id] += quantity  # type: ignore[assignment] # ratios may be fractions


def levels(shop: Shop, product: Product, taken: Quantities) -> dict[int, Level]:
    """Return the stock of a product in each warehouse where it was counted."""
    if product.components:
        return _kit_levels(shop, product, taken)
    counted = dict(product.on_hand)
    if not counted and shop.switches.uncounted == "zero":
        counted = {shop.default_warehouse_id(): 0}
    return {
        warehouse_id: Level(count, taken[product.sku, warehouse_id])
        for warehouse_id, count in counted.items()
    }


def total_committed(shop: Shop, product: Product, taken: Quantities) -> Number:
    """Return the committed stock of a product, also where it was never counted."""
    return sum(taken[product.sku, warehouse_id] for warehouse_id in shop.warehouses)


def take(shop: Shop, order: Order) -> Quantities:
    """Take the shipped units from the warehouse; return them for a later void."""
    if order.dropshipping:
        # The supplier ships from its own warehouse.
        return Counter()
    leaving = needed(shop, order)
    counted = {key: n for key, n in leaving.items() if key[1] in shop.products[key[0]].on_hand}
    _move(shop, Counter(counted), -1)
    return Counter(counted)


def put_back(shop: Shop, taken: Quantities) -> None:
    """Return units to their warehouse."""
    _move(shop, taken, 1)


def set_on_hand(shop: Shop, product: Product, warehouse_id: int, count: Number) -> None:
    """Set the quantity on hand in a warehouse; a kit cannot be counted."""
    if product.components:
        raise Refused(f"{product.sku} is a kit: its quantity is calculated", "on_hand")
    product.on_hand[warehouse_id] = count
    product.updated_at = shop.now()


def sold(shop: Shop, order: Order) -> None:
    """Mark products as updated when orders take or release them, if the account does so."""
    if shop.switches.sold_stock_updates_product:
        for sku, _ in needed(shop, order):
            shop.products[sku].updated_at = shop.now()


def _parts(shop: Shop, sku: str, quantity: Number) -> Iterator[tuple[str, Number]]:
    components = shop.products[sku].components
    if not components:
        yield sku, quantity
    for component, ratio in components.items():
        yield from _parts(shop, component, quantity * ratio)


def _kit_levels(shop: Shop, kit: Product, taken: Quantities) -> dict[int, Level]:
    parts = [
        (ratio, levels(shop, shop.products[sku], taken)) for sku, ratio in kit.components.items()
    ]
    everywhere = {warehouse_id for _, stock in parts for warehouse_id in stock}
    kit_levels = {}
    for warehouse_id in sorted(everywhere):
        at = [(ratio, stock.get(warehouse_id, Level(0, 0))) for ratio, stock in parts]
        on_hand = math.floor(min(level.on_hand / ratio for ratio, level in at))
        available = math.floor(min(level.available / ratio for ratio, level in at))
        kit_levels[warehouse_id] = Level(on_hand, on_hand - available)
    return kit_levels


def _move(shop: Shop, quantities: Quantities, sign: int) -> None:
    for (sku, warehouse_id), count in quantities.items():
        shop.products[sku].on_hand[warehouse_id] += sign * count
