"""Fields of an order after an edit of some of its groups; all other fields stay."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet

from ordosync.accounts.files.input_options.fields import ADDRESS_FIELDS
from ordosync.accounts.files.output.order_rows import line_fields, line_id
from ordosync.edits import EditGroup, LineEdit, OrderEdit
from ordosync.models import normalized_sku

_CONTACT = ("ship_to.email", "ship_to.phone")
GROUP_FIELDS: Mapping[EditGroup, frozenset[str]] = {
    "address": frozenset(f"ship_to.{name}" for name in ADDRESS_FIELDS).difference(_CONTACT),
    "contact": frozenset({*_CONTACT, *(f"bill_to.{name}" for name in ADDRESS_FIELDS)}),
    "lines": frozenset({"sku", "quantity"}),
    "method": frozenset({"shipping_method"}),
    "notes": frozenset({"customer_notes", "internal_notes"}),
}
"""The fields of each group. A line has more fields, but these two always have columns."""

_TOTALS = ("line_total", "line_discount")


class EditedFields:
    """The fields of each line of an order, which an edit changes."""

    def __init__(
        self, fields: Sequence[Mapping[str, str]], number: str, decimal_point: str
    ) -> None:
        self.lines = [dict(line) for line in fields]
        self._number = number
        self._decimal_point = decimal_point

    @property
    def units(self) -> tuple[tuple[str, int], ...]:
        """SKU and quantity of each line."""
        return tuple((line["sku"], int(line["quantity"])) for line in self.lines)

    def edit(self, edit: OrderEdit) -> tuple[str, ...]:
        """Set the edited groups; return the ids of the added lines."""
        for line in self.lines:
            line.update({name: text for name, text in _texts(edit).items() if name in line})
        if "lines" not in edit.groups:
            return ()
        used_ids = {*edit.known_lines, *(item.line_id for item in edit.lines)}
        added_ids = []
        for item in edit.lines:
            id_ = item.line_id or self._added_before(item, used_ids) or self._add()
            used_ids.add(id_)
            self._raise(id_, item)
            if not item.line_id:
                added_ids.append(id_)
        return tuple(added_ids)

    def lower(self, units: Mapping[str, int]) -> None:
        """Lower lines to these units; the totals of such a line are not known then."""
        for line in self.lines:
            count = units.get(line["line_id"])
            if count is not None and count < int(line["quantity"]):
                line["quantity"] = str(count)
                line.update({name: "" for name in _TOTALS if name in line})

    def _added_before(self, item: LineEdit, used_ids: AbstractSet[str]) -> str:
        """Return the id that an added line got in an attempt whose outcome was lost."""
        sku = normalized_sku(item.line.sku)
        candidates = (line for line in self.lines if normalized_sku(line["sku"]) == sku)
        return next((line["line_id"] for line in candidates if line["line_id"] not in used_ids), "")

    def _add(self) -> str:
        """Add a line without units; return its id."""
        id_ = line_id(self._number, len(self.lines) + 1)
        self.lines.append({**self.lines[0], "line_id": id_, "sku": "", "quantity": "0"})
        return id_

    def _raise(self, id_: str, item: LineEdit) -> None:
        """Set the fields of a line, unless it has more units already."""
        for line in self.lines:
            if line["line_id"] == id_ and int(line["quantity"]) <= item.quantity:
                texts = {**line_fields(item.line, self._decimal_point)}
                texts["quantity"] = str(item.quantity)
                line.update({name: text for name, text in texts.items() if name in line})


def _texts(edit: OrderEdit) -> Mapping[str, str]:
    """Return the edited fields of the order as a whole."""
    method = {"shipping_method": edit.order.shipping_method} if "method" in edit.groups else {}
    return {
        **{f"ship_to.{name}": text for name, text in edit.ship_to_fields.items()},
        **{f"bill_to.{name}": text for name, text in edit.bill_to_fields.items()},
        **edit.note_fields,
        **method,
    }
