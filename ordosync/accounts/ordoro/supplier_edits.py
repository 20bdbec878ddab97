"""Edits of the Merchant, written to orders at the Supplier while these have no label.

Ordoro has separate calls for the addresses, the notes and each line of an order. The requested
shipping method cannot be changed. Ordoro cannot hold an order, so a hold is a tag: it tells users
not to ship the order, and does not prevent it.
"""

from collections.abc import Mapping, Sequence
from types import NoneType

from ordosync.accounts.ordoro.client import OPEN, OrdoroClient, path
from ordosync.accounts.ordoro.edited_lines import EditedLines, added_ids, parts_of
from ordosync.accounts.ordoro.order_listing import as_received
from ordosync.accounts.ordoro.order_tags import OrderTag
from ordosync.accounts.ordoro.schema import AddressShape, OrderShape, address_of, has_left
from ordosync.accounts.ordoro.supplier_products import SupplierProducts
from ordosync.accounts.service_client import recheck_refusals
from ordosync.accounts.supplier import HoldReason
from ordosync.edits import EditableOrder, EditGroup, OrderEdit
from ordosync.models import Address, InvalidRecord, Order, Outcome, Product, refused

_TAG = "merchant-edited"
_NOTES = {"customer_notes": "notes_from_customer", "internal_notes": "internal_notes"}


class SupplierEdits:
    """Edits of open orders."""

    groups: frozenset[EditGroup] = frozenset({"address", "contact", "lines", "notes"})
    can_hold = True

    def __init__(self, client: OrdoroClient, products: SupplierProducts) -> None:
        self._client = client
        self._products = products
        self._lines = EditedLines(client)
        self._tag = OrderTag(client, _TAG)

    def current(self, ids: Sequence[str]) -> Mapping[str, EditableOrder]:
        """Return these orders as they are now; only the pieces of a split order can be edited."""
        orders = self._client.service.map_concurrently(ids, self._current)
        return {order.order_id: order for order in orders if order}

    def write(self, edits: Sequence[OrderEdit]) -> list[Outcome]:
        """Set the edited fields of open orders; an order with a label counts as shipped."""
        return self._client.service.write_each(
            edits, recheck_refusals(self._write), key=lambda edit: edit.order_id
        )

    def hold(
        self,
        ids: Sequence[str],
        *,
        reason: HoldReason,  # noqa: ARG002 - the tag has no reason
    ) -> list[Outcome]:
        """Tag these orders, so that users do not ship them."""
        return self._client.service.write_each(ids, self._mark, key=str)

    def release(self, ids: Sequence[str]) -> list[Outcome]:
        """Remove the tag."""
        return self._client.service.write_each(ids, self._unmark, key=str)

    def _current(self, number: str) -> EditableOrder | None:
        shape = self._client.order_or_invalid(number, f"read order {number}")
        if shape is None:
            return _split(number) if self._client.parent(number) else None
        order = shape if isinstance(shape, InvalidRecord) else as_received(self._client, shape)
        if isinstance(shape, InvalidRecord) or isinstance(order, InvalidRecord):
            return EditableOrder(order_id=number, order=None, groups=frozenset())
        is_open = shape.status in OPEN and not has_left(shape)
        return EditableOrder(
            order_id=number,
            order=order,
            groups=self.groups if is_open else frozenset(),
            has_label=has_left(shape),
            is_held=self._tag.is_on(shape),
        )

    def _write(self, edit: OrderEdit) -> Outcome:
        number = edit.order_id
        order = self._client.order(number, f"read order {number}")
        if order is None:
            return self._missing(number)
        if refusal := _refusal(order) or self._create_products(order, edit):
            return refusal
        changes = [
            self._write_address(order, "shipping_address", edit.ship_to_fields),
            self._write_address(order, "billing_address", edit.bill_to_fields),
            self._write_notes(order, edit.note_fields),
        ]
        after, has_new_lines = self._lines.write(order, edit)
        return Outcome(
            state="done" if any(changes) or has_new_lines else "unchanged",
            id=number,
            line_ids=added_ids(after, edit),
        )

    def _create_products(self, order: OrderShape, edit: OrderEdit) -> Outcome | None:
        """Create the unknown products of lines to add; return the outcome if one fails."""
        products = [
            Product(id="", sku=line.line.sku, name=line.line.name or line.line.sku)
            for line in edit.lines
            if not parts_of(order, line, edit)
        ]
        outcomes = self._products.create(products)
        return next((item for item in outcomes if item.state not in ("done", "unchanged")), None)

    def _write_address(self, order: OrderShape, name: str, fields: Mapping[str, str]) -> bool:
        """Set fields of an address; return False if it has these values already."""
        shape: AddressShape | None = getattr(order, name)
        before = address_of(shape)
        if all(getattr(before, field) == value for field, value in fields.items()):
            return False
        body = {field: value or None for field, value in fields.items()}
        # Ordoro does not correct an address that it does not validate.
        self._put(order.order_number, name, {**body, "validate": False})
        return True

    def _write_notes(self, order: OrderShape, notes: Mapping[str, str]) -> bool:
        body = {_NOTES[name]: text for name, text in notes.items()}
        if all((getattr(order, name) or "") == text for name, text in body.items()):
            return False
        self._put(order.order_number, "", body)
        return True

    def _put(self, number: str, part: str, body: Mapping[str, object]) -> None:
        self._client.http.send(
            "PUT",
            path("order", number, part) if part else path("order", number),
            NoneType,
            action=f"edit the {part.replace('_', ' ') or 'notes'} of order {number}",
            json=body,
            idempotent=True,
        )

    def _mark(self, number: str) -> Outcome:
        order = self._client.order(number, f"read order {number}")
        if order is None:
            return self._missing(number)
        if refusal := _refusal(order):
            return refusal
        if self._tag.is_on(order):
            return Outcome(state="unchanged", id=number)
        self._tag.add(order)
        return Outcome(state="done", id=number)

    def _unmark(self, number: str) -> Outcome:
        order = self._client.order(number, f"read order {number}")
        if order is None or not self._tag.is_on(order):
            return Outcome(state="unchanged", id=number)
        self._tag.remove(order)
        return Outcome(state="done", id=number)

    def _missing(self, number: str) -> Outcome:
        if self._client.parent(number):
            return refused("not-editable", f"order {number} was split")
        return refused("not-found", f"order {number} does not exist")


def _split(number: str) -> EditableOrder:
    order = Order(id=number, number=number, lines=(), ship_to=Address(), is_split=True)
    return EditableOrder(order_id=number, order=order, groups=frozenset())


def _refusal(order: OrderShape) -> Outcome | None:
    """Return the refusal to edit an order; None if it is open."""
    number = order.order_number
    if order.status == "cancelled":
        return refused("cancelled", f"order {number} is cancelled")
    if has_left(order):
        return refused("shipped", f"order {number} is shipped or has a label")
    return None
