"""State of a Supplier's order: its status, as the contract names it, and how to read it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from ordosync.accounts.shopify.client import ShopifyClient
from ordosync.accounts.shopify.queries.orders import ORDER_STATUSES
from ordosync.accounts.shopify.schema import OrderState

_SHIPPED = ("FULFILLED", "PARTIALLY_FULFILLED")


class _State(Protocol):
    @property
    def cancelled_at(self) -> datetime | None: ...

    @property
    def display_fulfillment_status(self) -> str: ...


def read_states(client: ShopifyClient, ids: Sequence[str]) -> Mapping[str, OrderState]:
    """Return the states of these orders, by their Shopify ids; a missing order does not exist."""
    states = client.by_id(ORDER_STATUSES, OrderState, ids, action="read statuses")
    return {state.id: state for state in states}


def status_of(state: _State) -> str:
    """Return the status of an order."""
    if state.cancelled_at:
        return "cancelled"
    is_shipped = state.display_fulfillment_status in _SHIPPED
    return "shipped" if is_shipped else "awaiting_fulfillment"
