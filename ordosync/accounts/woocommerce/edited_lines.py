"""Lines of a Supplier's order that get more units, and lines that are added to it.

The quantity of a line includes its refunded units. Shops before the releases of 2024 do not change
the stock with a line. An added line is found by its SKU, so it is not added again if the response
was lost.
"""

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from ordosync.accounts.woocommerce.catalogue import Catalogue
from ordosync.accounts.woocommerce.client import WooCommerceClient
from ordosync.accounts.woocommerce.order_input import POSITION, line_body, next_position
from ordosync.accounts.woocommerce.order_reductions import line_items
from ordosync.accounts.woocommerce.order_statuses import NEW, ON_HOLD
from ordosync.accounts.woocommerce.schema import (
    LineShape,
    OrderShape,
    ProductShape,
    whole,
)
from ordosync.edits import LineEdit, OrderEdit
from ordosync.models import Outcome, normalized_sku, refused

_STOCK = "_reduced_stock"
"""The field of a line with the units by which the shop has reduced the stock."""
_REDUCES_STOCK = (NEW, ON_HOLD)


class EditedLines:
    """The lines of an edit as the shop accepts them, and as it has written them."""

    def __init__(self, client: WooCommerceClient, catalogue: Catalogue) -> None:
        self._client = client
        self._catalogue = catalogue

    def refusal(self, order: OrderShape, edit: OrderEdit) -> Outcome | None:
        """Return the refusal of a line that the order does not have any more."""
        ids = {str(line.id) for line in order.line_items}
        for line in edit.lines:
            if line.line_id and line.line_id not in ids:
                return refused("not-editable", f"line {line.line_id} was removed at the shop")
        return None

    def items(self, order: OrderShape, edit: OrderEdit) -> list[Mapping[str, object]]:
        """Return the lines that differ from the order, each as the shop accepts it."""
        known = _lines_of(order, edit)
        remaining = self._client.remaining(order) if known else {}
        new = [line for line, shape in zip(edit.lines, known, strict=True) if shape is None]
        products = self._products(new)
        items = [
            item
            for line, shape in zip(edit.lines, known, strict=True)
            if shape and (item := _changed_line(order, shape, line, remaining[shape.id]))
        ]
        for position, line in enumerate(new, next_position(order)):
            product = products[normalized_sku(line.line.sku)]
            items.append(line_body(position, replace(line.line, quantity=line.quantity), product))
        return items

    def added_ids(self, order: OrderShape, edit: OrderEdit) -> tuple[str, ...]:
        """Return the ids of the added lines of an edit that was written to an order."""
        pairs = zip(edit.lines, _lines_of(order, edit), strict=True)
        return tuple(str(shape.id) for line, shape in pairs if not line.line_id and shape)

    def outcome(self, before: OrderShape, after: OrderShape, edit: OrderEdit) -> Outcome:
        """Return the outcome of an edit, by the order before and after it."""
        lines = [line for line in _lines_of(after, edit) if line]
        self._remove_doubles(before, after, lines)
        outcome = Outcome(state="done", id=edit.order_id, line_ids=self.added_ids(after, edit))
        if skus := self._unmoved(before, lines):
            reason = f"the shop did not change the stock of {', '.join(skus)}; correct it there"
            return replace(outcome, code="stock-not-moved", reason=reason)
        return outcome

    def _remove_doubles(
        self, before: OrderShape, after: OrderShape, lines: Sequence[LineShape]
    ) -> None:
        """Remove lines that were added twice, because the request was delivered twice."""
        kept = {line.id for line in (*before.line_items, *lines)}
        # A line that a user added has no position.
        positions = {line.meta(POSITION) for line in lines} - {None}
        doubles = [
            {"id": line.id, "quantity": 0}
            for line in after.line_items
            if line.id not in kept and line.meta(POSITION) in positions
        ]
        if doubles:
            action = f"remove doubled lines of order {after.id}"
            self._client.save(after, {"line_items": doubles}, action, idempotent=False)

    def _unmoved(self, before: OrderShape, lines: Sequence[LineShape]) -> list[str]:
        """Return the SKUs whose counted stock did not change with their lines."""
        old = {line.id: line for line in before.line_items}
        skus = [
            line.sku or ""
            for line in lines
            if line.id in old and _is_stock_unmoved(old[line.id], line)
        ]
        if before.status not in _REDUCES_STOCK:
            return skus
        added = [line.sku or "" for line in lines if line.id not in old and not line.meta(_STOCK)]
        products = self._catalogue.by_sku(added, "read the stock of added lines")
        return skus + [sku for sku in added if sku in products and products[sku][0].manage_stock]

    def _products(self, lines: Sequence[LineEdit]) -> Mapping[str, ProductShape]:
        """Return the products of lines by their normalized SKUs; create the missing ones."""
        skus = {line.line.sku: line.line.name for line in lines}
        found = self._catalogue.by_sku(list(skus), "search the products of an edit")
        return {
            normalized_sku(sku): found[sku][0]
            if sku in found
            else self._catalogue.create(sku, name, None)
            for sku, name in skus.items()
        }


def _lines_of(order: OrderShape, edit: OrderEdit) -> list[LineShape | None]:
    """Return each line of an edit as the order has it; None if it is still to be added.

    Added lines with one SKU are matched in the order in which they were added.
    """
    by_id = {str(line.id): line for line in order.line_items}
    unknown = [line for id_, line in by_id.items() if id_ not in edit.known_lines]
    lines: list[LineShape | None] = []
    for line in edit.lines:
        sku = normalized_sku(line.line.sku)
        same = [shape for shape in unknown if normalized_sku(shape.sku or "") == sku]
        found = by_id.get(line.line_id) if line.line_id else next(iter(same), None)
        if found in same:
            unknown.remove(found)
        lines.append(found)
    return lines


def _changed_line(
    order: OrderShape, shape: LineShape, line: LineEdit, remaining: float
) -> Mapping[str, object] | None:
    """Return the fields of a line that gets more units; None if it has them."""
    quantity = line.quantity + (whole(shape.quantity - remaining) or 0)
    if quantity <= shape.quantity:
        return None
    if shape.quantity <= 0:
        return {"id": shape.id, "quantity": quantity}
    return line_items(order, {shape.id: quantity})[0]


def _is_stock_unmoved(before: LineShape, after: LineShape) -> bool:
    """True if the stock of a line's product is counted and did not change with the line."""
    reduced = before.meta(_STOCK)
    return bool(reduced) and before.quantity != after.quantity and after.meta(_STOCK) == reduced
