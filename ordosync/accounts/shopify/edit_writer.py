"""Writes an edit of the Merchant to one order.

`orderUpdate` sets the address and the notes, and an edit of the order adds units. The requested
shipping method cannot be changed: a shipping line has a price. The edit of the lines is prepared
before the other fields are set, so that a refusal leaves the order as it was.
"""

from collections.abc import Mapping, Sequence

from ordosync.accounts.shopify.client import ShopifyClient
from ordosync.accounts.shopify.editable_orders import EditableOrders, EditedOrder, order_number
from ordosync.accounts.shopify.edited_fields import (
    SHIP_TO,
    changed_fields,
    has_other_bill_to,
)
from ordosync.accounts.shopify.line_edits import (
    NOT_EDITABLE,
    LineEdits,
    MissingUnits,
    missing_units,
)
from ordosync.accounts.shopify.order_units import SentPiece
from ordosync.accounts.shopify.queries.orders import CHANGE_ORDER
from ordosync.accounts.shopify.schema import UserError
from ordosync.accounts.shopify.supplier_products import SupplierProducts
from ordosync.edits import OrderEdit
from ordosync.models import Outcome, refused

_MAX_POLLS = 5
_BILL_TO = "has another Bill To address now, which apps cannot change at Shopify"


class EditWriter:
    """Writes edits to orders that were just read."""

    def __init__(
        self, client: ShopifyClient, orders: EditableOrders, products: SupplierProducts
    ) -> None:
        self._client = client
        self._orders = orders
        self._lines = LineEdits(client, products)

    def write(self, edit: OrderEdit, order: EditedOrder, piece: SentPiece) -> Outcome:
        """Set the edited fields and add the missing units of an order or a piece."""
        fields, missing = changed_fields(edit, order), missing_units(edit, order, piece)
        is_billed_elsewhere = has_other_bill_to(edit, order)
        if missing.are_none and not fields and not is_billed_elsewhere:
            return Outcome(state="unchanged", id=edit.order_id, line_ids=missing.ids)
        if refusal := closed(order, piece) or _not_editable(edit, order, piece):
            return refusal
        if is_billed_elsewhere:
            return refused(NOT_EDITABLE, _BILL_TO)
        return self._write(edit, order, fields, missing)

    def _write(
        self,
        edit: OrderEdit,
        order: EditedOrder,
        fields: Mapping[str, object],
        missing: MissingUnits,
    ) -> Outcome:
        session = None if missing.are_none else self._lines.stage(order, missing)
        if isinstance(session, Outcome):
            return session
        if fields and (errors := self._change(order, fields)):
            return self._client.denied(errors, fields)
        errors = self._lines.commit(session, order, missing) if session else []
        if not session and SHIP_TO not in fields:
            return Outcome(state="done", id=edit.order_id, line_ids=missing.ids)
        return self._written(edit, errors, has_moved=SHIP_TO in fields)

    def _change(self, order: EditedOrder, fields: Mapping[str, object]) -> list[UserError]:
        return self._client.mutate(
            CHANGE_ORDER,
            action=f"edit order {order.name}",
            idempotent=True,
            input={"id": order.id, **fields},
        )

    def _written(self, edit: OrderEdit, errors: Sequence[UserError], *, has_moved: bool) -> Outcome:
        """Return the outcome of an edit, by the order as it is after that."""
        with self._client.after_write(f"edit order {edit.order_id}"):
            order, piece = self._read_again(edit.order_id, has_moved=has_moved)
        missing = missing_units(edit, order, piece)
        if missing.are_none:
            # Also after errors: the request may have been delivered twice.
            return Outcome(state="done", id=edit.order_id, line_ids=missing.ids)
        if errors:
            return self._client.denied(errors, code=NOT_EDITABLE)
        return refused(NOT_EDITABLE, "was edited, but the shop has not added the units")

    def _read_again(self, id_: str, *, has_moved: bool) -> tuple[EditedOrder, SentPiece]:
        """Read an order after an edit. Its fulfillment orders may get the address a bit later."""
        order, piece = self._read(id_)
        for _ in range(_MAX_POLLS if has_moved else 0):
            if not order.elsewhere(piece):
                break
            self._client.service.clock.sleep(1)
            order, piece = self._read(id_)
        return order, piece

    def _read(self, id_: str) -> tuple[EditedOrder, SentPiece]:
        order = self._orders.read([id_]).get(order_number(id_))
        piece = order.piece(id_) if order else None
        if order is None or piece is None:
            raise self._client.graphql.unavailable(f"read order {id_}", "returned no order")
        return order, piece


def closed(order: EditedOrder, piece: SentPiece) -> Outcome | None:
    """Return the refusal for an order without open units; None if it is open."""
    if order.cancelled_at:
        return refused("cancelled", "is cancelled")
    if piece.status == "shipped":
        return refused("shipped", "is shipped")
    return None


def _not_editable(edit: OrderEdit, order: EditedOrder, piece: SentPiece) -> Outcome | None:
    groups = edit.groups - order.groups(piece)
    if not groups:
        return None
    why = "is split, or its lines cannot be edited"
    return refused(NOT_EDITABLE, f"{why}; these cannot be changed: {', '.join(sorted(groups))}")
