"""Quantities of items at locations, and how orders change them."""

from tests.fakes.shopify.shop import Shop
from tests.fakes.shopify.state import (
    InventoryItem,
    InventoryLevel,
    LineItem,
    ProductVariant,
)


def levels_of(shop: Shop, item_id: str) -> list[InventoryLevel]:
    """Return the inventory levels of an item."""
    return list(shop.sure(InventoryItem, item_id).levels.values())


def level(shop: Shop, item_id: str, location_id: str) -> InventoryLevel | None:
    """Return the inventory level of an item at a location; None if it is not stocked there."""
    item = shop.get(InventoryItem, item_id)
    return item.levels.get(location_id) if item else None


def activate(shop: Shop, item_id: str, location_id: str) -> InventoryLevel:
    """Stock an item at a location."""
    existing = level(shop, item_id, location_id)
    if existing is not None:
        return existing
    stamp = shop.stamp("InventoryLevel", f"?inventory_item_id={item_id.rpartition('/')[2]}")
    return shop.add(InventoryLevel(**stamp, item_id=item_id, location_id=location_id))


def quantities(level: InventoryLevel) -> dict[str, int]:
    """Return all quantities of a level, by name."""
    return {
        "available": level.available,
        "committed": level.committed,
        "on_hand": level.available + level.committed,
        "incoming": 0,
        "reserved": 0,
        "damaged": 0,
        "safety_stock": 0,
        "quality_control": 0,
    }


def set_quantity(shop: Shop, level: InventoryLevel, name: str, quantity: int) -> int:
    """Set a quantity; return its change."""
    delta = quantity - quantities(level)[name]
    level.available += delta
    shop.touch(level)
    return delta


def tracked_level(shop: Shop, line: LineItem, location_id: str) -> InventoryLevel | None:
    """Return the level that supplies a line; None if the item is not tracked."""
    variant = shop.get(ProductVariant, line.variant_id)
    if variant is None or not shop.sure(InventoryItem, variant.inventory_item_id).tracked:
        return None
    return level(shop, variant.inventory_item_id, location_id)


def commit(shop: Shop, line: LineItem, location_id: str, quantity: int) -> None:
    """Commit units to an order; a negative number releases them."""
    level = tracked_level(shop, line, location_id)
    if level is not None and quantity:
        level.available -= quantity
        level.committed += quantity
        shop.touch(level)


def take(shop: Shop, line: LineItem, location_id: str, quantity: int) -> None:
    """Remove committed units; a negative number returns them, still committed."""
    level = tracked_level(shop, line, location_id)
    if level is not None and quantity:
        level.committed -= quantity
        shop.touch(level)


def put_back(shop: Shop, line: LineItem, location_id: str, quantity: int) -> None:
    """Restock units that are not committed any more."""
    level = tracked_level(shop, line, location_id)
    if level is not None and quantity:
        level.available += quantity
        shop.touch(level)
