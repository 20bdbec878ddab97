"""Cancellations at the Supplier. An order that is shipped meanwhile is restored."""

from collections.abc import Sequence
from functools import partial
from types import NoneType

from ordosync.accounts.ordoro.client import OrdoroClient, path
from ordosync.accounts.ordoro.schema import OrderShape, has_left
from ordosync.accounts.service_client import recheck_refusals
from ordosync.models import Outcome, refused


class SupplierCancellations:
    """Cancels orders, and restores those that were shipped at the same time."""

    def __init__(self, client: OrdoroClient) -> None:
        self._client = client

    def cancel(self, ids: Sequence[str], *, also_shipped: bool = False) -> list[Outcome]:
        """Cancel open orders; a shipped one only with `also_shipped`."""
        write = recheck_refusals(partial(self._cancel, also_shipped=also_shipped))
        return self._client.service.write_each(ids, write, key=str)

    def _cancel(self, number: str, *, also_shipped: bool) -> Outcome:
        order = self._client.order(number, f"read order {number}")
        if order is None:
            split = self._client.parent(number)
            if split:
                return refused("already-split", "was split")
            return refused("not-found", "does not exist")
        if order.status == "cancelled":
            return Outcome(state="unchanged", id=number)
        if has_left(order) and not also_shipped:
            return refused("already-shipped", f"order {number} is shipped")
        after = self._client.http.send(
            "POST", path("order", number, "cancel"), OrderShape, action=f"cancel order {number}"
        )
        if after.tracking_number and not also_shipped:
            # The order was shipped after it was read and before the cancellation arrived.
            self._client.http.send(
                "POST", path("order", number, "uncancel"), NoneType, action=f"restore {number}"
            )
            return refused("already-shipped", f"order {number} is shipped")
        return Outcome(state="done", id=number)
