"""Edits of the Merchant, written to orders of the Supplier's shop in one call for each order.

Uses `/orders/<id>`. An order is held by the status `on-hold`, with its earlier status in a meta
field. At the end of a hold the shop mails "order received" to the billing address again, so an
order with a billing mail address cannot be held.
"""

from collections.abc import Mapping, Sequence
from typing import Any, get_args

from ordosync.accounts.supplier import HoldReason
from ordosync.accounts.woocommerce.catalogue import Catalogue
from ordosync.accounts.woocommerce.client import WooCommerceClient
from ordosync.accounts.woocommerce.edited_fields import changed_fields, shown_order
from ordosync.accounts.woocommerce.edited_lines import EditedLines
from ordosync.accounts.woocommerce.order_input import text_misfit
from ordosync.accounts.woocommerce.order_parcels import OrderParcels, SentParcels
from ordosync.accounts.woocommerce.order_statuses import NEW, ON_HOLD, PARTIAL, SHIPPED
from ordosync.accounts.woocommerce.schema import OrderShape
from ordosync.edits import EditableOrder, EditGroup, OrderEdit
from ordosync.models import InvalidRecord, Outcome, refused

_HELD_FROM = "_ordosync_held_from"
"""The field with the status to which an order returns at the end of its hold."""
_ALL: frozenset[EditGroup] = frozenset(get_args(EditGroup))
_AFTER_A_PARCEL: frozenset[EditGroup] = frozenset({"lines", "method", "notes"})
"""The groups that concern the open units of a partially sent order."""


class SupplierEdits:
    """Edits and holds of open orders."""

    groups = _ALL
    can_hold = True

    def __init__(
        self, client: WooCommerceClient, catalogue: Catalogue, parcels: OrderParcels
    ) -> None:
        self._client = client
        self._parcels = parcels
        self._lines = EditedLines(client, catalogue)

    def current(self, ids: Sequence[str]) -> Mapping[str, EditableOrder]:
        """Return these orders as they are now: one call for each, since a list may be older."""
        orders = self._client.service.map_concurrently(ids, self._current)
        return {order.order_id: order for order in orders if order}

    def write(self, edits: Sequence[OrderEdit]) -> list[Outcome]:
        """Set the edited fields of open orders."""
        return self._client.service.write_each(edits, self._write, key=lambda edit: edit.order_id)

    def hold(
        self,
        ids: Sequence[str],
        *,
        reason: HoldReason,  # noqa: ARG002 - the status has no reason
    ) -> list[Outcome]:
        """Set orders on hold whose release mails no buyer."""
        return self._client.service.write_each(ids, self._hold, key=str)

    def release(self, ids: Sequence[str]) -> list[Outcome]:
        """Set held orders back to their earlier status, unless a user has changed it."""
        return self._client.service.write_each(ids, self._release, key=str)

    def _current(self, order_id: str) -> EditableOrder | None:
        order = self._client.order_or_invalid(order_id, f"read order {order_id}")
        if order is None:
            return None
        if isinstance(order, InvalidRecord):
            return EditableOrder(order_id=order_id, order=None, groups=frozenset())
        sent = self._parcels.sent(order)
        status = self._parcels.status_of(order, sent)
        return EditableOrder(
            order_id=order_id,
            order=shown_order(order, status, self._client.remaining(order)),
            groups=self._editable(order, sent, status),
            has_label=status == "shipped" or bool(sent.parcels),
            is_held=_is_held(order),
            sent={str(line): units for line, units in sent.units.items()},
        )

    def _write(self, edit: OrderEdit) -> Outcome:
        order_id = edit.order_id
        order = self._client.order(order_id, f"read order {order_id}")
        if order is None:
            return refused("not-found", f"order {order_id} does not exist")
        if refusal := self._refusal(order, edit):
            return refusal
        fields = changed_fields(order, edit)
        if items := self._lines.items(order, edit):
            fields["line_items"] = items
        if not fields:
            line_ids = self._lines.added_ids(order, edit)
            return Outcome(state="unchanged", id=order_id, line_ids=line_ids)
        after = self._client.save(
            order, fields, f"edit order {order_id}", idempotent=not _adds_line(fields)
        )
        return self._lines.outcome(order, after, edit)

    def _refusal(self, order: OrderShape, edit: OrderEdit) -> Outcome | None:
        """Return the refusal of an edit; None if its groups can be written."""
        sent = self._parcels.sent(order)
        status = self._parcels.status_of(order, sent)
        if status in ("shipped", "cancelled"):
            return refused(status, f"order {order.id} is {status}")
        if forbidden := edit.groups - self._editable(order, sent, status):
            named = ", ".join(sorted(forbidden))
            reason = f"{named} of order {order.id} cannot be edited in the status {order.status}"
            suffix = " with a parcel" if sent.parcels else ""
            return refused("not-editable", f"{reason}{suffix}")
        if misfit := text_misfit(edit.order):
            return refused("invalid-order", misfit)
        return self._lines.refusal(order, edit)

    def _editable(self, order: OrderShape, sent: SentParcels, status: str) -> frozenset[EditGroup]:
        """Return the groups that can be edited now.

        The order has one address, which is printed on its parcels. An order in a plug-in's status
        may be shipped. If a number has no units, the open units are unknown.
        """
        if status in ("shipped", "cancelled") or sent.has_bare_number:
            return frozenset()
        is_unsent = self._parcels.is_unsent(order.status)
        if not is_unsent and not (order.status in PARTIAL and sent.numbered):
            return frozenset()
        return _AFTER_A_PARCEL if sent.parcels else _ALL

    def _hold(self, order_id: str) -> Outcome:
        order = self._client.order(order_id, f"read order {order_id}")
        if order is None:
            return refused("not-found", f"order {order_id} does not exist")
        if _is_held(order):
            return Outcome(state="unchanged", id=order_id)
        if refusal := self._hold_refusal(order):
            return refusal
        after = self._set(order, ON_HOLD, order.status)
        if after.date_completed_gmt == order.date_completed_gmt:
            return Outcome(state="done", id=order_id)
        # The order was completed after it was read.
        self._set(order, SHIPPED, None)
        return refused("shipped", f"order {order_id} is shipped")

    def _hold_refusal(self, order: OrderShape) -> Outcome | None:
        status = self._parcels.status(order)
        if status in ("shipped", "cancelled"):
            return refused(status, f"order {order.id} is {status}")
        if order.status not in (NEW, ON_HOLD):
            return refused("not-held", f"order {order.id} has the status {order.status}")
        if self._parcels.is_answer(ON_HOLD):
            return refused("not-held", f"the status {ON_HOLD} reports a shortage, by `answers:`")
        if order.billing.email and order.status != ON_HOLD:
            reason = "at the end of the hold the shop would mail the buyer, whose address it has"
            return refused("not-held", reason)
        return None

    def _release(self, order_id: str) -> Outcome:
        order = self._client.order(order_id, f"read order {order_id}")
        if order is None or not order.meta(_HELD_FROM):
            return Outcome(state="unchanged", id=order_id)
        was_held = order.status == ON_HOLD
        self._set(order, str(order.meta(_HELD_FROM)) if was_held else order.status, None)
        return Outcome(state="done", id=order_id)

    def _set(self, order: OrderShape, status: str, held_from: str | None) -> OrderShape:
        """Set the status of an order, and the field that marks its hold; None deletes it."""
        fields: dict[str, object] = {
            "status": status,
            "meta_data": [{"key": _HELD_FROM, "value": held_from}],
        }
        return self._client.save(order, fields, f"set order {order.id} {status}")


def _is_held(order: OrderShape) -> bool:
    return order.status == ON_HOLD and bool(order.meta(_HELD_FROM))


def _adds_line(fields: Mapping[str, Any]) -> bool:
    """True if a line is added, so that a repetition would add it again."""
    items = (*fields.get("line_items", ()), *fields.get("shipping_lines", ()))
    return any("id" not in item for item in items)
