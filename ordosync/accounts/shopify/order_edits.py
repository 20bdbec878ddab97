"""Reductions of a Supplier's order by an edit: open units are removed, and sent units stay sent."""

from collections import Counter
from collections.abc import Mapping, Sequence

from ordosync.accounts.shopify.client import ShopifyClient
from ordosync.accounts.shopify.edit_session import EditSession
from ordosync.accounts.shopify.ids import number
from ordosync.accounts.shopify.order_units import pieces_of, whole
from ordosync.accounts.shopify.queries.orders import UNITS_BY_ID
from ordosync.accounts.shopify.received_orders import complete
from ordosync.accounts.shopify.schema import ReducibleOrder, SentOrder
from ordosync.models import Outcome, refused

NOT_REDUCIBLE = "not-reducible"
_NOTE = "The Merchant cancelled these units"


class OrderEdits:
    """Edits of orders that remove units, if the token may make them."""

    def __init__(self, client: ShopifyClient) -> None:
        self._client = client

    def orders(self, ids: Sequence[str]) -> Mapping[str, ReducibleOrder]:
        """Return these orders with their units, by id; a missing order does not exist."""
        action = "read the units of orders"
        orders = self._client.by_id(UNITS_BY_ID, ReducibleOrder, ids, action=action) if ids else []
        return {
            number(order.id): complete(self._client, order, with_lines=True) for order in orders
        }

    def take_off(self, order: SentOrder, less: Counter[str]) -> Outcome:
        """Remove these numbers of open units, by line of the sale."""
        action = f"remove units of order {number(order.id)}"
        edit = EditSession(self._client, order.id, action=action, code=NOT_REDUCIBLE)
        if refusal := edit.begin() or edit.change({line: -units for line, units in less.items()}):
            return refusal
        errors = edit.commit(_NOTE)
        with self._client.after_write(action):
            now = self.orders([order.id]).get(number(order.id))
        # Also after errors: the request may have been delivered twice.
        if now and _is_lowered(order, now, less):
            return Outcome(state="done", id=number(order.id))
        if errors:
            return self._client.denied(errors, code=NOT_REDUCIBLE)
        return refused(NOT_REDUCIBLE, "was edited, but its units are still to be shipped")


def _is_lowered(order: SentOrder, now: SentOrder, less: Counter[str]) -> bool:
    """True if the order now has fewer units, by exactly these, sent ones included."""
    before, after = whole(pieces_of(order)).units, whole(pieces_of(now)).units
    return all(after[line] <= before[line] - units for line, units in less.items())
