"""Access scopes that an app needs for each field."""

from tests.fakes.shopify.refusals import Refusal
from tests.fakes.shopify.shop import Shop
from tests.fakes.shopify.state import FulfillmentOrder, FulfillmentService, Location

FAMILIES = ("assigned", "merchant_managed", "third_party")
_DOCUMENTATION = "https://shopify.dev/api/usage/access-scopes"

_NEEDED: dict[tuple[str, str], str] = {
    **{("QueryRoot", name): "read_orders" for name in ("order", "orders", "fulfillment")},
    **{
        ("QueryRoot", name): "read_products"
        for name in (
            "product",
            "productByIdentifier",
            "products",
            "productVariant",
            "productVariants",
        )
    },
    **{
        ("QueryRoot", name): "read_inventory"
        for name in ("inventoryItem", "inventoryItems", "inventoryLevel")
    },
    **{("QueryRoot", name): "read_locations" for name in ("location", "locations")},
    ("Location", "inventoryLevels"): "read_inventory",
    ("Location", "inventoryLevel"): "read_inventory",
    **{
        ("Mutation", name): "write_orders"
        for name in ("orderCreate", "orderUpdate", "orderCancel", "tagsAdd", "tagsRemove")
    },
    **{
        ("Mutation", f"orderEdit{name}"): "write_order_edits"
        for name in ("Begin", "SetQuantity", "AddVariant", "Commit")
    },
    **{
        ("Mutation", name): "write_products"
        for name in (
            "productCreate",
            "productSet",
            "productVariantsBulkCreate",
            "productVariantsBulkUpdate",
        )
    },
    **{
        ("Mutation", name): "write_inventory"
        for name in ("inventoryActivate", "inventorySetQuantities")
    },
}


def check(shop: Shop, kind: str, name: str) -> None:
    """Refuse a field for which the app lacks the scope."""
    needed = _NEEDED.get((kind, name))
    if needed is not None and needed not in shop.scopes:
        raise _denied(name, f"`{needed}` access scope")
    if kind == "Mutation" and name.startswith("fulfillment"):
        _check_family(shop, "write", name)
    if kind in ("QueryRoot", "Order") and name in (
        "fulfillmentOrder",
        "fulfillmentOrders",
        "manualHoldsFulfillmentOrders",
    ):
        _check_family(shop, "read", name)
    if (
        name == "assignedFulfillmentOrders"
        and "read_assigned_fulfillment_orders" not in shop.scopes
    ):
        raise _denied(name, "`read_assigned_fulfillment_orders` access scope")


def family(shop: Shop, order: FulfillmentOrder) -> str:
    """Return the family of scopes of a fulfillment order, by its location."""
    place = shop.sure(Location, order.location_id)
    service = shop.get(FulfillmentService, place.service_id)
    if service is None:
        return "merchant_managed"
    return "assigned" if service.ours else "third_party"


def visible(shop: Shop, order: FulfillmentOrder) -> bool:
    """True if the app can read a fulfillment order."""
    return f"read_{family(shop, order)}_fulfillment_orders" in shop.scopes


def writable(shop: Shop, order: FulfillmentOrder) -> bool:
    """True if the app can change a fulfillment order."""
    return f"write_{family(shop, order)}_fulfillment_orders" in shop.scopes


def _check_family(shop: Shop, may: str, name: str) -> None:
    scopes = [f"{may}_{family_name}_fulfillment_orders" for family_name in FAMILIES]
    if not shop.scopes.intersection(scopes):
        raise _denied(name, "one of the following access scopes: " + ", ".join(scopes))


def _denied(name: str, needed: str) -> Refusal:
    return Refusal(
        f"Access denied for {name} field. Required access: {needed}.",
        "ACCESS_DENIED",
        documentation=_DOCUMENTATION,
        requiredAccess=f"{needed}.",
    )
