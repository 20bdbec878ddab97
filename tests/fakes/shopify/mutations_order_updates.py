"""The mutation that changes fields of an order, and its checks of an address."""

import re
from datetime import timedelta

from tests.fakes.shopify import orders
from tests.fakes.shopify.refusals import UserError
from tests.fakes.shopify.registry import Call, mutation
from tests.fakes.shopify.shop import Shop
from tests.fakes.shopify.state import Json, OldDestination, Order

_PHONE = re.compile(r"\+?[\d\s().-]{7,}")
_STATES = frozenset(
    re.findall(
        "..",
        "ALAKAZARCACOCTDEDCFLGAHIIDILINIAKSKYLAMEMDMAMIMNMSMOMTNENVNHNJNMNYNCNDOHOKORPARISCSDTNTX"
        "UTVTVAWAWVWIWY",
    )
)
"""The states of the United States; the fake does not know the provinces of other countries."""


@mutation("orderUpdate")
def _update(call: Call, *, input: Json) -> Json:  # noqa: A002 - the API's name
    shop = call.shop
    order = shop.get(Order, input["id"])
    if order is None:
        raise UserError("Order does not exist", "id")
    fields = {name: value for name, value in input.items() if name != "id"}
    wrong = _wrong(fields)
    if wrong:
        return {"order": order, "userErrors": [error.row for error in wrong]}
    for name in ("email", "phone", "note"):
        if name in fields:
            setattr(order, name, fields[name])
    if "poNumber" in fields:
        order.po_number = fields["poNumber"]
    if "tags" in fields:
        order.tags = sorted(set(fields["tags"]))
    if "customAttributes" in fields:
        order.custom_attributes = fields["customAttributes"]
    if "shippingAddress" in fields:
        _keep_destinations(shop, order)
        order.shipping_address = orders.address(shop, fields["shippingAddress"])
    orders.metafields(shop, order.metafields, fields.get("metafields") or [])
    shop.touch(order)
    shop.note("order updated", order.id, fields)
    return {"order": order}


def _wrong(fields: Json) -> list[UserError]:
    if not fields:
        return [UserError("No valid update parameters have been provided")]
    if fields.get("phone") and not _PHONE.fullmatch(fields["phone"]):
        return [UserError("Phone is invalid", "phone")]
    address = fields.get("shippingAddress")
    if address is None:
        return []
    return _wrong_address(address)


def _wrong_address(address: Json) -> list[UserError]:
    """Return the errors of an address.

    Recorded are those of the last name, and of the ZIP code and state in the United States.
    """
    required = {"lastName": "Enter a last name", "address1": "Enter an address"}
    required |= {"city": "Enter a city", "countryCode": "Select a country"}
    is_american = address.get("countryCode") == "US"
    if is_american:
        required["zip"] = "Enter a ZIP code"
    wrong = [
        UserError(message, "shippingAddress", name)
        for name, message in required.items()
        if not address.get(name)
    ]
    if is_american and address.get("provinceCode") not in _STATES:
        message = "State is not a valid state in United States"
        wrong.append(UserError(message, "shippingAddress", "province"))
    return wrong


def _keep_destinations(shop: Shop, order: Order) -> None:
    """Keep the address of the fulfillment orders for a while."""
    lag_s = shop.switches.destination_lag_s
    for piece in order.pieces if lag_s else ():
        until = shop.now() + timedelta(seconds=lag_s)
        piece.old_destination = OldDestination(address=order.shipping_address, until=until)
