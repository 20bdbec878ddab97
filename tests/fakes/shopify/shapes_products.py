"""Computed fields of products, variants, stock and locations."""

from typing import Any

from tests.fakes.shopify import connections, searched, stock, words
from tests.fakes.shopify.registry import Call, resolver
from tests.fakes.shopify.shop import Shop
from tests.fakes.shopify.state import (
    FulfillmentService,
    InventoryItem,
    InventoryLevel,
    Json,
    Location,
    Product,
    ProductVariant,
)


def variants_of(shop: Shop, product: Product) -> list[ProductVariant]:
    """Return the variants of a product, in their sequence."""
    return [shop.sure(ProductVariant, gid) for gid in product.variant_ids]


def _item(call: Call, variant: ProductVariant) -> InventoryItem:
    return call.shop.sure(InventoryItem, variant.inventory_item_id)


def _product(call: Call, variant: ProductVariant) -> Product:
    return call.shop.sure(Product, variant.product_id)


@resolver("Product.variants")
def _variants(call: Call, product: Product, **paging: Any) -> Json:
    order = {gid: place for place, gid in enumerate(product.variant_ids)}
    rows = variants_of(call.shop, product)
    return connections.page(call.shop, rows, lambda row: order[row.id], **paging)


@resolver("Product.variantsCount")
def _variants_count(_call: Call, product: Product) -> Json:
    return {"count": len(product.variant_ids)}


@resolver("Product.hasOnlyDefaultVariant")
def _only_default(_call: Call, product: Product) -> bool:
    return product.option_names == ["Title"] and len(product.variant_ids) == 1


@resolver("Product.options")
def _options(call: Call, product: Product, *, first: int | None = None) -> list[Json]:
    rows = variants_of(call.shop, product)
    return [
        {
            "id": f"gid://shopify/ProductOption/{words.number(product.id) * 10 + place}",
            "name": name,
            "position": place + 1,
            "values": list(dict.fromkeys(row.options[place] for row in rows)),
        }
        for place, name in enumerate(product.option_names)
    ][:first]


@resolver("Product.tracksInventory")
def _tracks(call: Call, product: Product) -> bool:
    return any(_item(call, row).tracked for row in variants_of(call.shop, product))


@resolver("Product.totalInventory")
def _total(call: Call, product: Product) -> int:
    return sum(_quantity(call, row) or 0 for row in variants_of(call.shop, product))


@resolver("ProductVariant.inventoryQuantity")
def _quantity(call: Call, variant: ProductVariant) -> int | None:
    return sum(level.available for level in stock.levels_of(call.shop, variant.inventory_item_id))


@resolver("ProductVariant.title")
def _title(_call: Call, variant: ProductVariant) -> str:
    return " / ".join(variant.options)


@resolver("ProductVariant.displayName")
def _display_name(call: Call, variant: ProductVariant) -> str:
    return f"{_product(call, variant).title} - {' / '.join(variant.options)}"


@resolver("ProductVariant.position")
def _position(call: Call, variant: ProductVariant) -> int:
    return _product(call, variant).variant_ids.index(variant.id) + 1


@resolver("ProductVariant.price")
def _price(_call: Call, variant: ProductVariant) -> str:
    return words.price(variant.price)


@resolver("ProductVariant.compareAtPrice")
def _compare_at(_call: Call, variant: ProductVariant) -> str | None:
    return None if variant.compare_at_price is None else words.price(variant.compare_at_price)


@resolver("ProductVariant.selectedOptions")
def _selected(call: Call, variant: ProductVariant) -> list[Json]:
    names = _product(call, variant).option_names
    return [
        {"name": name, "value": value} for name, value in zip(names, variant.options, strict=True)
    ]


@resolver("ProductVariant.inventoryItem")
def _inventory_item(call: Call, variant: ProductVariant) -> InventoryItem:
    return _item(call, variant)


@resolver("ProductVariant.product")
def _variant_product(call: Call, variant: ProductVariant) -> Product:
    return _product(call, variant)


def _variant_of(call: Call, item: InventoryItem) -> ProductVariant:
    return call.shop.sure(ProductVariant, item.variant_id)


@resolver("InventoryItem.sku")
def _sku(call: Call, item: InventoryItem) -> str | None:
    return _variant_of(call, item).sku


@resolver("InventoryItem.duplicateSkuCount")
def _duplicates(call: Call, item: InventoryItem) -> int:
    sku = _variant_of(call, item).sku
    return sum(row.sku == sku for row in call.shop.all(ProductVariant)) - 1 if sku else 0


@resolver("InventoryItem.unitCost")
def _cost(call: Call, item: InventoryItem) -> Json | None:
    if item.cost is None:
        return None
    return {"amount": words.amount(item.cost), "currencyCode": call.shop.currency_code}


@resolver("InventoryItem.measurement")
def _measurement(_call: Call, item: InventoryItem) -> Json:
    gid = item.id.replace("InventoryItem", "InventoryItemMeasurement")
    return {"id": gid, "weight": item.weight}


@resolver("InventoryItem.variants")
def _item_variants(call: Call, item: InventoryItem, **paging: Any) -> Json:
    return connections.page(call.shop, [_variant_of(call, item)], None, **paging)


@resolver("InventoryItem.inventoryLevel")
def _level_there(call: Call, item: InventoryItem, *, location_id: str) -> InventoryLevel | None:
    return stock.level(call.shop, item.id, location_id)


@resolver("InventoryItem.inventoryLevels")
def _levels(call: Call, item: InventoryItem, *, query: str | None = None, **paging: Any) -> Json:
    rows = searched.matching(call, stock.levels_of(call.shop, item.id), query, searched.levels)
    return connections.page(call.shop, rows, None, **paging)


@resolver("Location.inventoryLevel")
def _level_here(call: Call, location: Location, *, inventory_item_id: str) -> InventoryLevel | None:
    return stock.level(call.shop, inventory_item_id, location.id)


@resolver("Location.inventoryLevels")
def _levels_here(
    call: Call, location: Location, *, query: str | None = None, **paging: Any
) -> Json:
    levels = [it for it in call.shop.all(InventoryLevel) if it.location_id == location.id]
    rows = searched.matching(call, levels, query, searched.levels)
    return connections.page(
        call.shop, rows, None, id_of=lambda row: words.number(row.item_id), **paging
    )


@resolver("InventoryLevel.isActive")
def _active(_call: Call, _level: InventoryLevel) -> bool:
    return True


@resolver("InventoryLevel.item")
def _level_item(call: Call, level: InventoryLevel) -> InventoryItem:
    return call.shop.sure(InventoryItem, level.item_id)


@resolver("InventoryLevel.location")
def _level_location(call: Call, level: InventoryLevel) -> Location:
    return call.shop.sure(Location, level.location_id)


@resolver("InventoryLevel.quantities")
def _quantities(_call: Call, level: InventoryLevel, *, names: list[str]) -> list[Json]:
    numbers = stock.quantities(level)
    return [
        {
            "id": f"gid://shopify/InventoryQuantity/{words.number(level.id)}?name={name}",
            "name": name,
            "quantity": numbers[name],
            # A computed quantity has no time.
            "updatedAt": None if name == "on_hand" else words.moment(level.updated_at),
        }
        for name in names
        if name in numbers
    ]


@resolver("Location.isFulfillmentService")
def _is_service(_call: Call, location: Location) -> bool:
    return location.service_id is not None


@resolver("Location.fulfillsOnlineOrders")
@resolver("Location.shipsInventory")
def _ships(_call: Call, location: Location) -> bool:
    return location.is_active and location.service_id is None


@resolver("Location.fulfillmentService")
def _service(call: Call, location: Location) -> FulfillmentService | None:
    return call.shop.get(FulfillmentService, location.service_id)


@resolver("FulfillmentService.location")
def _service_location(call: Call, service: FulfillmentService) -> Location:
    return call.shop.sure(Location, service.location_id)
