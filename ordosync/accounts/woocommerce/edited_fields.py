"""The fields of an order that an edit changes, and an order as it is compared before an edit."""

from collections.abc import Mapping

from msgspec.structs import replace

from ordosync.accounts.woocommerce.client import Quantities
from ordosync.accounts.woocommerce.order_input import INTERNAL_NOTES, REFERENCE, SHIP_TO_EMAIL
from ordosync.accounts.woocommerce.order_mapping import address_of, place_fields
from ordosync.accounts.woocommerce.schema import (
    DETAILS,
    ExtraShape,
    OrderShape,
    PlaceShape,
    whole,
)
from ordosync.edits import OrderEdit
from ordosync.models import Address, Line, Order


def changed_fields(order: OrderShape, edit: OrderEdit) -> dict[str, object]:
    """Return the fields of an edit, without its lines and without what the order has already."""
    ship_to = {name: text for name, text in edit.ship_to_fields.items() if name != "email"}
    fields = {
        "shipping": _changed_place(order.shipping, ship_to),
        "billing": _changed_place(order.billing, edit.bill_to_fields),
        "customer_note": _changed_note(order, edit),
        "shipping_lines": _changed_method(order, edit),
        "meta_data": _changed_meta(order, edit),
    }
    return {name: value for name, value in fields.items() if value is not None}


def shown_order(order: OrderShape, status: str, remaining: Quantities) -> Order:
    """Return an order of the Supplier with the sent and the open units of its lines."""
    billing = address_of(order.billing)
    method = _method_line(order)
    return Order(
        id=str(order.id),
        number=order.number,
        status=status,
        reference=str(order.meta(REFERENCE) or ""),
        lines=tuple(
            Line(
                id=str(line.id),
                sku=line.sku or "",
                name=line.name or "",
                quantity=whole(remaining[line.id]) or 0,
                details=str(line.meta(DETAILS) or ""),
            )
            for line in order.line_items
        ),
        ship_to=replace(address_of(order.shipping), email=_text(order, SHIP_TO_EMAIL)),
        bill_to=billing if billing != Address() else None,
        shipping_method=(method and method.method_title) or "",
        customer_notes=order.customer_note or "",
        internal_notes=_text(order, INTERNAL_NOTES),
    )


def _changed_place(shape: PlaceShape, fields: Mapping[str, str]) -> Mapping[str, str] | None:
    place = place_fields(fields)
    is_same = all((getattr(shape, name) or "") == text for name, text in place.items())
    return None if is_same else place


def _changed_note(order: OrderShape, edit: OrderEdit) -> str | None:
    note = edit.note_fields.get("customer_notes")
    return None if note == (order.customer_note or "") else note


def _changed_method(order: OrderShape, edit: OrderEdit) -> list[Mapping[str, object]] | None:
    """Return the line with the shipping method; one that the order has keeps its cost."""
    line, method = _method_line(order), edit.order.shipping_method
    if "method" not in edit.groups or method == ((line and line.method_title) or ""):
        return None
    if line:
        return [{"id": line.id, "method_title": method}]
    return [{"method_id": "other", "method_title": method, "total": "0"}]


def _method_line(order: OrderShape) -> ExtraShape | None:
    lines = order.shipping_lines
    return next((line for line in lines if line.method_title), lines[0] if lines else None)


def _changed_meta(order: OrderShape, edit: OrderEdit) -> list[Mapping[str, object]] | None:
    """Return the fields of the order for which the shop has no own ones; null deletes a field."""
    wanted = {
        SHIP_TO_EMAIL: edit.ship_to_fields.get("email"),
        INTERNAL_NOTES: edit.note_fields.get("internal_notes"),
    }
    fields: list[Mapping[str, object]] = [
        {"key": key, "value": text or None}
        for key, text in wanted.items()
        if text is not None and text != _text(order, key)
    ]
    return fields or None


def _text(order: OrderShape, key: str) -> str:
    return str(order.meta(key) or "")
