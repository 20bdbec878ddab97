"""Responses about orders; they have other fields than the requests.

An unknown value is null if the schema allows null; otherwise its key is missing. Without a parcel,
`shipping_info` is an empty object.
"""

from tests.fakes.ordoro.shapes import address, date, link, path
from tests.fakes.ordoro.state import Json, Line, Number, Order, Shop

_OUNCES = 16


def order(shop: Shop, order: Order) -> Json:
    """Return an order."""
    return {
        **_order_common(shop, order),
        "id": order.id,
        "barcode": f"{order.id:014}",
        "cancelled_date": order.cancelled_at and date(shop, order.cancelled_at),
        "obscured_date": None,
        "alternate_ship_from_address": None,
        "label_infos": [],
        "lines": [_line(shop, order, line) for line in order.lines],
        "weight": _ounces(shop, order),
        "deliver_by_date": order.deliver_by,
        "ship_by_date": order.ship_by,
        "warehouse": link("warehouse", order.warehouse_id),
        "shipping_info": shipping_info(shop, order),
        "return_shipping_info": {},
        "dropshipping_info": _dropshipping_info(shop, order),
        "is_order_parent": False,
        "parent_order_number": order.parent,
        "sibling_order_numbers": order.siblings,
        "audit_label": [],
        "return_order_reference_ids": [],
        "similar_open_addresses_count": 0,
        "allocation_status": "unallocated",
        "batch_reference_id": order.batch_reference_id,
        "has_revision": False,
        "revision_locked_fields": [],
    }


def parent(shop: Shop, order: Order) -> Json:
    """Return a split order: fewer fields than an order, and its pieces."""
    return {
        **_order_common(shop, order),
        "lines": [_bare_line(shop, order, line) for line in order.lines],
        "child_order_numbers": order.children,
        "ready": shop.visible(order),
    }


def _order_common(shop: Shop, order: Order) -> Json:
    channel = {} if order.cart_id is None else {"sales_channel": link("cart", order.cart_id)}
    return {
        "order_number": order.number,
        "order_placed_date": date(shop, order.placed_at),
        "created_date": date(shop, order.created_at),
        "updated_date": date(shop, order.updated_at),
        "status": order.status,
        "shippability": "shippable",
        "shipping_address": order_address(order.shipping_address),
        "billing_address": order_address(order.billing_address),
        "notes_from_customer": order.notes_from_customer,
        "internal_notes": order.internal_notes,
        "requested_shipping_method": order.requested_shipping_method,
        **channel,
        "comments": comments(shop, order),
        "tags": tags(shop, order),
        "financial": order.financial,
        "link": path("order", order.number),
    }


def _bare_line(shop: Shop, order: Order, line: Line) -> Json:
    product = shop.products[line.sku]
    terms = product.suppliers.get(order.supplier_id or 0)
    return {
        "quantity": line.quantity,
        "item_price": line.item_price,
        "supplier_price": terms.supplier_price if terms else None,
        "sku": line.sku,
        "product_name": product.fields["name"],
        "order_line_product_name": line.name,
        "product_link": path("product", line.sku),
        "shippability": {
            "shippability": "shippable",
            "supplier_id": order.supplier_id,
            "is_dropship": bool(order.dropshipping),
        },
        "details": line.details,
    }


def _line(shop: Shop, order: Order, line: Line) -> Json:
    product = shop.products[line.sku]
    return {
        **_bare_line(shop, order, line),
        "link": f"{path('order', order.number)}/line/{line.id}",
        "id": line.id,
        "product_is_kit_parent": bool(product.components),
        "product_serial_numbers": [],
        "product_category": product.fields.get("category"),
        "cart_order_id": order.cart_order_id,
        "cart_orderitem_id": line.cart_orderitem_id,
        "cart_shipment_id": order.cart_shipment_id,
        "cogs": product.fields.get("cost", 0),
        "upc": product.fields.get("upc"),
        "sales_channel_location_id": None,
        "is_allocated": False,
    }


def _ounces(shop: Shop, order: Order) -> Number:
    """Weigh an order: products are weighed in pounds, orders in ounces."""
    pounds: Number = sum(
        shop.products[line.sku].fields.get("weight", 0) * line.quantity for line in order.lines
    )
    ounces: Number = round(pounds * _OUNCES, 4)
    return ounces


def shipping_info(shop: Shop, order: Order) -> Json:
    """Return the parcel of an order; empty if it was only marked as shipped."""
    if order.shipping is None or not order.shipping.body:
        return {}
    body = order.shipping.body
    return {
        **dict.fromkeys(("package_tracking", "tracking_url", "shipping_method", "zone")),
        "display_shipping_method": None,
        "insured_value": None,
        **{key: value for key, value in body.items() if not key.startswith("notify_")},
        "cost": body.get("cost", 0),
        "link": f"{path('order', order.number)}/shipping_info",
        "has_label": order.shipping.has_label,
        "created_date": date(shop, order.shipping.created_at),
        "carrier": None,
        "estimated_delivery_date": None,
        "status": None,
        "void": order.shipping.is_void,
    }


def _dropshipping_info(shop: Shop, order: Order) -> Json:
    if order.supplier_id is None or order.dropshipped_at is None:
        return {}
    request = order.dropshipping
    return {
        "supplier": link("supplier", order.supplier_id),
        "requested_date": date(shop, order.dropshipped_at),
        "show_ship_to_email": request.get("show_ship_to_email", False),
        "show_price": request.get("show_price", False),
        "requested_shipping_method": request.get("shipping_method"),
        "requested_shipping_carrier": request.get("shipping_carrier"),
        "requested_shipping_account": request.get("shipping_account"),
        "instructions": request.get("instructions"),
    }


def comment(shop: Shop, made: Json) -> Json:
    """Return a comment."""
    return {**made, "date": date(shop, made["date"])}


def comments(shop: Shop, order: Order) -> list[Json]:
    """Return the timeline of an order, the oldest comment first."""
    return [comment(shop, made) for made in order.comments]


def tags(shop: Shop, order: Order) -> list[Json]:
    """Return the tags of an order."""
    return [tag(shop, tag_id) for tag_id in order.tag_ids]


def tag(shop: Shop, tag_id: int) -> Json:
    """Return a tag."""
    stored = shop.tags[tag_id]
    return {**stored, "name": stored["text"], "link": f"/tag/{tag_id}", "id": tag_id}


def order_address(fields: Json) -> Json:
    """Return the address of an order, with its validation."""
    validation: Json = {"status": "unvalidated", "suggested": [], "additional_text": None}
    return {**address(fields), "validation": validation}
