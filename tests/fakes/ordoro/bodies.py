"""Request bodies that the API accepts, after the schemas of its OpenAPI documents."""

from tests.fakes.ordoro.checks import (
    Rule,
    anything,
    array,
    at_least,
    boolean,
    integer,
    moment,
    name,
    nullable,
    number,
    one_of,
    shape,
    string,
)


def _each(rule: Rule, names: str) -> dict[str, Rule]:
    return dict.fromkeys(names.split(), rule)


_ADDRESS = shape(
    {
        **_each(nullable(string), "name company street1 street2 city state zip country"),
        **_each(nullable(string), "email phone fax reference_number cart_address_id"),
        "id": number,
        "validation": nullable(shape({}, closed=False)),
    },
    closed=False,
)
ADDRESS_UPDATE = shape(
    {
        **_each(nullable(string), "name company street1 street2 city state zip country"),
        **_each(nullable(string), "email phone"),
        **_each(boolean, "validate set_revision_lock"),
        "validation": nullable(shape({}, closed=False)),
    }
)
_LINE_AMOUNTS = {
    "quantity": at_least(1, integer),  # no document says that 0 is valid: a line is deleted
    **_each(number, "item_price total_price discount_amount"),
    "product_serial_numbers": array(string),
}
PUT_LINE = shape({**_LINE_AMOUNTS, "details": nullable(string)})
POST_LINE = shape(
    {
        **_LINE_AMOUNTS,
        **_each(string, "product_name details cart_orderitem_id cart_order_id cart_shipment_id"),
        "sku": name,
        "sales_channel_location_id": nullable(integer),
    },
    required=("sku",),
)
DELETE_LABEL = shape({"return": boolean, "notify_cart": boolean})
_LINE_PRODUCT = shape(
    {
        "sku": name,
        **_each(string, "original_sku variant_sku name category"),
        **_each(number, "weight price cost"),
        **_each(integer, "cart physical_on_hand low_stock_threshold out_of_stock_threshold"),
    },
    required=("sku", "name"),
    closed=False,
)
_LINE = shape(
    {
        **_each(string, "cart_orderitem_id product_name selected_option"),
        **_each(number, "item_price total_price"),
        "quantity": at_least(1, integer),  # the contract does not say whether 0 is valid
        "tax_lines": array(shape({"name": string, "amount": number, "rate": number}, closed=False)),
        "product": _LINE_PRODUCT,
    },
    required=("quantity", "product"),  # a line needs both; the contract does not mention it
    closed=False,
)
POST_ORDER = shape(
    {
        "cart": nullable(integer),
        "warehouse_id": integer,
        "order_id": name,
        **_each(string, "cart_order_id shipping_type notes_from_customer"),
        **_each(string, "internal_notes cart_shipment_id credit_card_issuer"),
        **_each(moment, "order_date deliver_by_date ship_by_date"),
        **_each(number, "product_amount shipping_amount tax_amount grand_total discount_amount"),
        **_each(_ADDRESS, "billing_address shipping_address alternate_ship_from_address"),
        "status": one_of("awaiting_fulfillment", "shipped"),
        "tags": array(shape({"text": string, "color": string}, closed=False)),
        "lines": array(_LINE, least=1),
        "additional_cart_info": shape({"is_prime": boolean}, closed=False),
    },
    required=("billing_address", "shipping_address", "order_id", "lines"),
)
PUT_ORDER = shape(
    {
        **_each(string, "notes_from_customer internal_notes batch_reference_id"),
        **_each(nullable(moment), "ship_by_date deliver_by_date"),
    }
)
SPLIT = shape(
    {
        "split_orders": array(
            shape(
                {
                    "lines": array(
                        shape(
                            {"line_id": integer, "quantity": at_least(0, number)},
                            required=("line_id", "quantity"),
                        ),
                        least=1,
                    )
                },
                required=("lines",),
                closed=False,
            ),
            least=2,
        )
    },
    required=("split_orders",),
)
SHIPPING = shape(
    {
        **_each(string, "tracking_number package_tracking display_shipping_method"),
        **_each(string, "shipping_method carrier_name tracking_url"),
        **_each(number, "cost shipping_cost insured_value"),
        **_each(boolean, "notify_bill_to notify_ship_to notify_cart"),
        "ship_date": moment,
        "zone": nullable(string),
    },
    required=("tracking_number", "ship_date", "carrier_name"),
)
DROPSHIP = shape(
    {
        **_each(integer, "supplier_id packing_list_id"),
        **_each(string, "shipping_account shipping_carrier instructions"),
        **_each(boolean, "show_images_email show_images_packing_list show_price"),
        **_each(boolean, "show_ship_to_email override_shipping_mappings"),
        "shipping_method": nullable(string),
    },
    required=("supplier_id",),
    closed=False,
)
COMMENT = shape({"comment": string}, required=("comment",))
ORDER_WAREHOUSE = shape(
    {"warehouse_id": integer, "skip_cache": boolean}, required=("warehouse_id",)
)
TAG = shape({"color": string, "text": string}, required=("color", "text"))

_PRODUCT: dict[str, Rule] = {
    **_each(string, "name category hs_code country_of_origin customs_description taxable"),
    **_each(string, "type upc asin internal_notes original_sku variant_sku"),
    **_each(number, "declared_value price weight cost"),
    **_each(integer, "length width height cart max_export_qty"),
    **_each(boolean, "sync inventory_changed"),
    **_each(anything, "images tags"),
}
POST_PRODUCT = shape(
    {
        **_PRODUCT,
        "sku": name,
        "location_in_warehouse": string,
        **_each(number, "physical_on_hand low_stock_threshold out_of_stock_threshold"),
    },
    required=("sku", "name"),
)
PUT_PRODUCT = shape(_PRODUCT)
PRODUCT_WAREHOUSE = shape(
    {
        **_each(number, "on_hand adjustment"),
        **_each(nullable(number), "low_stock_threshold out_of_stock_threshold"),
        "location_in_warehouse": string,
    }
)
PRODUCT_SUPPLIER = shape(
    {
        "supplier_price": number,
        "is_default": boolean,
        "supplier_sku": string,
        "min_order_qty": integer,
    },
    required=("supplier_price", "is_default"),
)
