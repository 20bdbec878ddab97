"""Calls for the shop itself: its index, its version and its settings."""

from datetime import timedelta

from tests.fakes.woocommerce.problems import Json, Refused
from tests.fakes.woocommerce.routes import Answer, Call, Route
from tests.fakes.woocommerce.state import Shop


def index(shop: Shop, home: str, templates: list[str]) -> Json:
    """Return the index, which needs no sign-in."""
    offset = shop.now().astimezone(shop.switches.zone).utcoffset() or timedelta()
    return {
        "name": "A shop",
        "description": "",
        "url": home,
        "home": home,
        "gmt_offset": str(offset.total_seconds() / 3600).removesuffix(".0"),
        "timezone_string": getattr(shop.switches.zone, "key", ""),
        "namespaces": namespaces(shop),
        "authentication": [],
        "routes": routes(templates),
    }


def routes(templates: list[str]) -> Json:
    """Return the routes as WordPress writes them, with patterns for ids."""
    return {_pattern(template): {} for template in templates}


def _pattern(template: str) -> str:
    for before, name in (("orders", "order_id"), ("products", "product_id")):
        template = template.replace(f"/{before}/{{id}}/", rf"/{before}/(?P<{name}>[\d]+)/")
    template = template.replace("/fulfillments/{id}", r"/fulfillments/(?P<fulfillment_id>[\d]+)")
    return template.replace("{id}", r"(?P<id>[\d]+)").replace("{word}", r"(?P<id>[\w-]+)")


def namespaces(shop: Shop) -> list[str]:
    """Return the prefixes of paths, which show the active plug-ins."""
    switches = shop.switches
    rival = switches.advanced_shipment_tracking
    available = {
        "wp/v2": True,
        "wc/v1": switches.active,
        "wc/v2": switches.active,
        "wc/v3": switches.active,
        "wc/v4": switches.active and not switches.old,
        "wc-shipment-tracking/v3": switches.shipment_tracking or rival,
        "wc-ast/v3": rival,
    }
    return [name for name, is_available in available.items() if is_available]


def _status(call: Call) -> Answer:
    switches = call.shop.switches
    return Answer(
        200,
        {
            "environment": {
                "version": switches.version,
                "wp_version": "6.2.2" if switches.old else "7.0",
                "hide_errors": True,
            },
            "settings": {
                "api_enabled": True,
                "currency": switches.currency,
                "number_of_decimals": switches.decimals,
            },
        },
    )


def _currency(call: Call) -> Answer:
    code = call.shop.switches.currency
    return Answer(200, {"code": code, "name": code, "symbol": "$"})


def _setting(call: Call, group: str, name: str) -> Answer:
    values = {
        ("general", "woocommerce_currency"): call.shop.switches.currency,
        ("products", "woocommerce_weight_unit"): call.shop.switches.weight_unit,
        ("products", "woocommerce_manage_stock"): "yes",
    }
    if (group, name) not in values:
        raise Refused("rest_setting_setting_invalid", "Invalid setting.", 404)
    return Answer(200, {"id": name, "group_id": group, "value": values[group, name]})


ROUTES = (
    Route(method="GET", template="/wc/v3/system_status", act=_status),
    Route(method="GET", template="/wc/v3/data/currencies/current", act=_currency),
    Route(method="GET", template="/wc/v3/settings/{word}/{word}", act=_setting),
)
