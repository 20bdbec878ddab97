"""Lines of a Supplier's order that get more units, and lines that are added to it.

An added line gets a name, which is its `cart_orderitem_id`; see `supplier_orders`. If the response
to the request was lost, the line is found by it and is not added again.
"""

from collections.abc import Mapping, Sequence

from ordosync.accounts.ordoro.client import OrdoroClient, path
from ordosync.accounts.ordoro.schema import LineShape, OrderShape
from ordosync.accounts.ordoro.supplier_orders import line_id, position
from ordosync.accounts.ordoro.supplier_shipments import reference_of
from ordosync.edits import LineEdit, OrderEdit
from ordosync.errors import RefusedError


class EditedLines:
    """Writes the lines of an edit, one call for each line that differs."""

    def __init__(self, client: OrdoroClient) -> None:
        self._client = client

    def write(self, order: OrderShape, edit: OrderEdit) -> tuple[OrderShape, bool]:
        """Write the lines to an order; return the order after it, and True if it was changed."""
        is_changed = False
        for line in edit.lines:
            parts = parts_of(order, line, edit)
            missing = line.quantity - sum(part.quantity for part in parts)
            if not parts:
                order = self._add(order, line, edit)
            elif missing > 0:
                order = self._raise(order, parts[0], missing, line)
            is_changed |= missing > 0
        return order, is_changed

    def _raise(
        self, order: OrderShape, part: LineShape, missing: int, line: LineEdit
    ) -> OrderShape:
        number = order.order_number
        return self._client.http.send(
            "PUT",
            path("order", number, "line", str(part.id)),
            OrderShape,
            action=f"edit line {part.id} of order {number}",
            json={"quantity": part.quantity + missing, **_total(line)},
            idempotent=True,
        )

    def _add(self, order: OrderShape, line: LineEdit, edit: OrderEdit) -> OrderShape:
        number = order.order_number
        action = f"add a line with {line.line.sku} to order {number}"
        after = self._client.http.send(
            "POST",
            path("order", number, "line"),
            OrderShape,
            action=action,
            json=_added(order, line),
        )
        parts = parts_of(after, line, edit)
        if not parts:
            reason = "the response does not have the line"
            raise RefusedError(self._client.service.account, action, reason)
        for surplus in parts[1:]:
            # The request was delivered twice.
            where = path("order", number, "line", str(surplus.id))
            after = self._client.http.send("DELETE", where, OrderShape, action=f"undo: {action}")
        return after


def parts_of(order: OrderShape, line: LineEdit, edit: OrderEdit) -> Sequence[LineShape]:
    """Return a line of an edit as the order has it; empty if it is still to be added.

    Several lines with one name are parts of one line. A line without a name is an added line if its
    SKU is the same.
    """
    ids = [(line_id(order.order_number, known.key), known) for known in order.lines]
    if line.line_id:
        return [known for id_, known in ids if id_ == line.line_id]
    same = [
        known for id_, known in ids if known.sku == line.line.sku and id_ not in edit.known_lines
    ]
    named = [known for known in same if known.key.partition(":")[2] == line.line.id]
    return named or [known for known in same if not known.cart_orderitem_id]


def added_ids(order: OrderShape, edit: OrderEdit) -> tuple[str, ...]:
    """Return the ids of the added lines of an edit that was written to the order."""
    added = [parts_of(order, line, edit) for line in edit.lines if not line.line_id]
    return tuple(line_id(order.order_number, parts[0].key) for parts in added)


def _added(order: OrderShape, line: LineEdit) -> Mapping[str, object]:
    last = max((position(known.key)[0] for known in order.lines), default=0)
    name = line.line_id.removeprefix(line_id(order.order_number, ""))
    body: dict[str, object] = {
        "sku": line.line.sku,
        "quantity": line.quantity,
        "product_name": line.line.name or line.line.sku,
        "cart_orderitem_id": name or f"{last + 1}:{line.line.id}",
        "cart_order_id": reference_of(order) or None,
        "item_price": line.line.unit_price,
        "details": line.line.details or None,
    }
    return {name: value for name, value in (body | _total(line)).items() if value is not None}


def _total(line: LineEdit) -> dict[str, object]:
    """Return the amount of all units of a line, if it is known and sent."""
    if line.line.total is None or line.line.quantity != line.quantity:
        return {}
    return {"total_price": line.line.total}
