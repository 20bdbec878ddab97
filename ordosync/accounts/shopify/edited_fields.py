"""Input of `orderUpdate`: edited fields that differ from those of the shop. Pure functions.

`orderUpdate` overwrites the whole Ship To address and all attributes, so fields and attributes that
were not edited are sent as the shop has them. It cannot change the Bill To address.
"""

from collections.abc import Mapping

from ordosync.accounts.shopify.editable_orders import EditedOrder
from ordosync.accounts.shopify.order_input import address_input
from ordosync.accounts.shopify.order_mapping import INTERNAL_NOTES
from ordosync.accounts.shopify.schema import MailingAddress
from ordosync.edits import OrderEdit
from ordosync.models import Address

SHIP_TO = "shippingAddress"


def changed_fields(edit: OrderEdit, order: EditedOrder) -> Mapping[str, object]:
    """Return the fields to set; empty if the order has these values already."""
    fields: dict[str, object] = {}
    place = {name: text for name, text in edit.ship_to_fields.items() if name != "email"}
    if any(getattr(order.ship_to, name) != text for name, text in place.items()):
        fields[SHIP_TO] = _address(order, place)
    email = _email(edit)
    if email is not None and email != order.ship_to.email:
        fields["email"] = email
    notes = edit.note_fields
    if notes.get("customer_notes", order.note or "") != (order.note or ""):
        fields["note"] = notes["customer_notes"]
    if notes.get("internal_notes", order.internal_notes) != order.internal_notes:
        fields["customAttributes"] = _attributes(order, notes["internal_notes"])
    return fields


def has_other_bill_to(edit: OrderEdit, order: EditedOrder) -> bool:
    """True if the Bill To address was edited; spelling and states may differ in the shop."""
    before = order.bill_to or Address()
    return any(
        _comparable(getattr(before, name)) != _comparable(text)
        for name, text in edit.bill_to_fields.items()
        if name not in ("email", "state")
    )


def _email(edit: OrderEdit) -> str | None:
    """Return the e-mail address as a new order would get it; None if it was not edited."""
    given = [it["email"] for it in (edit.ship_to_fields, edit.bill_to_fields) if "email" in it]
    return next((email for email in given if email), "") if given else None


def _address(order: EditedOrder, place: Mapping[str, str]) -> Mapping[str, str]:
    """Return the whole address, with these fields changed."""
    before = order.shipping_address or MailingAddress()
    known = {
        "firstName": before.first_name,
        "lastName": before.last_name,
        "company": before.company,
        "address1": before.address1,
        "address2": before.address2,
        "city": before.city,
        "provinceCode": before.province_code,
        "zip": before.zip,
        "countryCode": before.country_code_v2,
        "phone": before.phone,
    }
    merged = {**known, **address_input(place)}
    return {name: text for name, text in merged.items() if text}


def _attributes(order: EditedOrder, notes: str) -> list[Mapping[str, str]]:
    others = [
        {"key": attribute.key, "value": attribute.value or ""}
        for attribute in order.custom_attributes
        if attribute.key != INTERNAL_NOTES
    ]
    return [*others, {"key": INTERNAL_NOTES, "value": notes}] if notes else [*others]


def _comparable(text: str) -> str:
    return " ".join(text.casefold().split())
