"""Responses about products, suppliers, warehouses and sales channels."""

from tests.fakes.ordoro import stock
from tests.fakes.ordoro.shapes import address, date, path
from tests.fakes.ordoro.state import Json, Product, Shop, Supplier, Warehouse

_COMPANY_ID = 1
_WRITE_ONLY = {
    "cart",
    "sync",
    "original_sku",
    "variant_sku",
    "inventory_changed",
    "max_export_qty",
    "images",
    "tags",
    "declared_value",
}


def product(shop: Shop, product: Product, taken: stock.Quantities) -> Json:
    """Return a product; `taken` is the committed stock of the shop, added up once a request."""
    levels = stock.levels(shop, product, taken)
    on_hand = sum(level.on_hand for level in levels.values())
    committed = stock.total_committed(shop, product, taken)
    if product.components:
        committed = sum(level.committed for level in levels.values())
    unset = None if shop.switches.string_nulls else ""
    return {
        **dict.fromkeys(("category", "type", "taxable"), unset),
        **dict.fromkeys(("cost", "price", "weight", "length", "width", "height"), 0),
        **dict.fromkeys(("hs_code", "country_of_origin", "customs_description", "upc", "asin")),
        **dict.fromkeys(("customer_text", "internal_notes", "image_url", "default_image_id")),
        **{key: value for key, value in product.fields.items() if key not in _WRITE_ONLY},
        "id": product.id,
        "company_id": _COMPANY_ID,
        "sku": product.sku,
        "_link": path("product", product.sku) + "/",
        "created": date(shop, product.created_at),
        "updated": date(shop, product.updated_at),
        "archive_date": product.archived_at and date(shop, product.archived_at),
        "is_kit_parent": bool(product.components),
        "kit_components": [
            {"sku": sku, "quantity": ratio} for sku, ratio in product.components.items()
        ],
        "fulfillment_type": "dropshippable" if product.suppliers else None,
        "tags": [],
        "carts": [],
        "total_on_hand": on_hand,
        "total_committed": committed,
        "total_available": on_hand - committed,
        "available_on_hand": on_hand - committed,
        "total_allocated": 0,
        "total_unallocated": committed,
        "po_total_committed": 0,
        "to_be_shipped": committed,
        "on_pos": 0,
        "warehouses": [
            _place(shop, product, warehouse_id, level) for warehouse_id, level in levels.items()
        ],
        "suppliers": [
            _supplied_by(shop, product, supplier_id) for supplier_id in product.suppliers
        ],
    }


def _place(shop: Shop, product: Product, warehouse_id: int, level: stock.Level) -> Json:
    shelf = product.shelf.get(warehouse_id, {})
    return {
        **{key: value for key, value in shelf.items() if value is not None},
        "id": warehouse_id,
        "address": address({"name": shop.warehouses[warehouse_id].name}),
        "is_configured_for_shipping": True,
        "is_default_location": warehouse_id == shop.default_warehouse_id(),
        "always_dropship": False,
        "created": date(shop, product.created_at),
        "updated": date(shop, product.updated_at),
        "on_hand": level.on_hand,
        "physical_on_hand": level.on_hand,
        "committed": level.committed,
        "available": level.available,
        "allocated": 0,
        "unallocated": level.committed,
        "po_committed": 0,
    }


def _supplied_by(shop: Shop, product: Product, supplier_id: int) -> Json:
    shown = supplier(shop, shop.suppliers[supplier_id])
    terms = vars(product.suppliers[supplier_id]) if shop.switches.supplier_terms else {}
    return {**shown, **terms}


def supplier(shop: Shop, supplier: Supplier) -> Json:
    """Return a supplier."""
    created = date(shop, supplier.created_at)
    return {
        "_link": f"/supplier/{supplier.id}/",
        "id": supplier.id,
        "company_id": _COMPANY_ID,
        "warehouse_id": supplier.warehouse_id,
        "created": created,
        "updated": created,
        "archive_date": None,
        "automatically_show_ship_to_email": False,
        "automatically_show_supplier_price": False,
        "dropship_prefer_cart_order_line_names": 1,
        "dropshipment_routing_channel": "no_communication",
        "shipping_method_maps": [],
        "address": address({"company": supplier.company}),
        "vendor_config": {},
    }


def warehouse(shop: Shop, warehouse: Warehouse) -> Json:
    """Return a warehouse."""
    return {
        "_link": f"/warehouse/{warehouse.id}/",
        "id": warehouse.id,
        "address": address({"name": warehouse.name}),
        "cart": None,
        "is_configured_for_shipping": True,
        "is_default_location": warehouse.id == shop.default_warehouse_id(),
    }


def cart(shop: Shop, cart_id: int) -> Json:
    """Return a sales channel."""
    cart = shop.carts[cart_id]
    return {
        "_link": f"/cart/{cart_id}/",
        "id": cart_id,
        "index": cart.index,
        "name": cart.name,
        "vendor": "custom_integration",
        "vendor_display": "Custom Integration",
        "is_demo": False,
        "worker_machinga": None,
        "archived_date": None,
        "gdpr_pii_removal_requested_date": None,
        "import_min_order_placed_date": None,
        "default_packing_list_id": 1,
        "prevent_write_back_settings_adjustment": False,
        "vendor_config": {},
        "proxy_requests": False,
        "cart_download_order_statuses": [],
        "autosync_activities": [],
        "autosync_enabled": False,
    }
