"""Edits of a Supplier's order: open units are removed, and sent units stay sent.

An edit is a session of three steps. Only the last one changes the order, and no e-mail is sent. The
quantity of a line includes its sent units, and may lack refunded ones that are still to be sent. So
a line is reduced by a number of units, and the open units are read again after that.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

from msgspec import Struct

from ordosync.accounts.shopify.client import ShopifyClient
from ordosync.accounts.shopify.ids import number
from ordosync.accounts.shopify.order_units import pieces_of, whole
from ordosync.accounts.shopify.queries.orders import (
    BEGIN_EDIT,
    COMMIT_EDIT,
    SET_QUANTITY,
    UNITS_BY_ID,
)
from ordosync.accounts.shopify.received_orders import complete
from ordosync.accounts.shopify.schema import CalculatedOrder, ReducibleOrder, SentOrder, UserError
from ordosync.models import Outcome, refused

SCOPE = "write_order_edits"
NOT_REDUCIBLE = "not-reducible"
_NOTE = "The Merchant cancelled these units"


class _BeginAnswer(Struct, frozen=True, rename="camel"):
    user_errors: list[UserError]
    calculated_order: CalculatedOrder | None = None


class OrderEdits:
    """Edits of orders, if the token may make them."""

    def __init__(self, client: ShopifyClient) -> None:
        self._client = client

    def missing_scope(self) -> str:
        """Describe the scope that the token lacks; empty if it has the scope."""
        if SCOPE in self._client.shop().scopes:
            return ""
        return f"the token lacks the scope {SCOPE}: grant it to the app, or ask the Supplier"

    def orders(self, ids: Sequence[str]) -> Mapping[str, ReducibleOrder]:
        """Return these orders with their units, by id; a missing order does not exist."""
        action = "read the units of orders"
        orders = self._client.by_id(UNITS_BY_ID, ReducibleOrder, ids, action=action) if ids else []
        return {
            number(order.id): complete(self._client, order, with_lines=True) for order in orders
        }

    def take_off(self, order: SentOrder, less: Counter[str]) -> Outcome:
        """Remove these numbers of open units, by line of the sale."""
        if reason := self.missing_scope():
            return refused(NOT_REDUCIBLE, f"has units that the Merchant cancelled, and {reason}")
        action = f"remove units of order {number(order.id)}"
        answer = self._client.graphql.write(
            BEGIN_EDIT, dict[str, _BeginAnswer], action=action, idempotent=True, id=order.id
        )["orderEditBegin"]
        if answer.user_errors or answer.calculated_order is None:
            return self._client.denied(answer.user_errors, code=NOT_REDUCIBLE)
        if refusal := self._stage(answer.calculated_order, less, action):
            return refusal
        edit = answer.calculated_order.id
        errors = self._client.mutate(COMMIT_EDIT, action=action, id=edit, note=_NOTE)
        with self._client.after_write(action):
            now = self.orders([order.id]).get(number(order.id))
        # Also after errors: the request may have been delivered twice.
        if now and _is_lowered(order, now, less):
            return Outcome(state="done", id=number(order.id))
        if errors:
            return self._client.denied(errors, code=NOT_REDUCIBLE)
        return refused(NOT_REDUCIBLE, "was edited, but its units are still to be shipped")

    def _stage(self, edit: CalculatedOrder, less: Counter[str], action: str) -> Outcome | None:
        """Reduce the lines of an edit that is not committed; return the refusal if it fails."""
        lines = {number(line.id): line for line in edit.line_items.nodes}
        for line_item, units in less.items():
            line = lines.get(number(line_item))
            if line is None or line.editable_quantity < units:
                return refused(NOT_REDUCIBLE, "has units that the shop does not let an app edit")
            errors = self._client.mutate(
                SET_QUANTITY,
                action=action,
                idempotent=True,
                id=edit.id,
                line=line.id,
                quantity=line.quantity - units,
            )
            if errors:
                return self._client.denied(errors, code=NOT_REDUCIBLE)
        return None


def _is_lowered(order: SentOrder, now: SentOrder, less: Counter[str]) -> bool:
    """True if the order now has fewer units, by exactly these, sent ones included."""
    before, after = whole(pieces_of(order)).units, whole(pieces_of(now)).units
    return all(after[line] <= before[line] - units for line, units in less.items())
