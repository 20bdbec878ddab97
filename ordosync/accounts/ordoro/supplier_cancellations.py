"""Cancellations at the Supplier. An order that is shipped meanwhile is restored.

Units are removed by a lower quantity, or by deleting the line. An order has one parcel, so its
units are all sent or all open.
"""

from collections.abc import Iterator, Sequence
from functools import partial
from types import NoneType

from msgspec.structs import replace

from ordosync.accounts.ordoro.client import OrdoroClient, path
from ordosync.accounts.ordoro.schema import LineShape, OrderShape, has_left
from ordosync.accounts.ordoro.supplier_orders import line_id
from ordosync.accounts.service_client import recheck_refusals
from ordosync.edits import Reduction
from ordosync.errors import RefusedError
from ordosync.models import Outcome, refused


class SupplierCancellations:
    """Cancels orders and units of them; restores orders that were shipped at the same time."""

    can_reduce = True

    def __init__(self, client: OrdoroClient) -> None:
        self._client = client

    def cancel(self, ids: Sequence[str], *, also_shipped: bool = False) -> list[Outcome]:
        """Cancel open orders; a shipped one only with `also_shipped`."""
        write = recheck_refusals(partial(self._cancel, also_shipped=also_shipped))
        return self._client.service.write_each(ids, write, key=str)

    def reduce(self, reductions: Sequence[Reduction]) -> list[Outcome]:
        """Reduce the lines of open orders; an order with a label may refuse it."""
        outcomes = self._client.service.write_each(
            reductions, recheck_refusals(self._reduce), key=lambda reduction: reduction.order_id
        )
        return [
            replace(outcome, code="not-reducible") if outcome.code == RefusedError.code else outcome
            for outcome in outcomes
        ]

    def _cancel(self, number: str, *, also_shipped: bool) -> Outcome:
        order = self._client.order(number, f"read order {number}")
        if order is None:
            return self._missing(number)
        if order.status == "cancelled":
            return Outcome(state="unchanged", id=number)
        if has_left(order) and not also_shipped:
            return refused("already-shipped", f"order {number} is shipped")
        after = self._client.http.send(
            "POST", path("order", number, "cancel"), OrderShape, action=f"cancel order {number}"
        )
        if has_left(after) and not also_shipped:
            # The order was shipped after it was read and before the cancellation arrived.
            self._client.http.send(
                "POST", path("order", number, "uncancel"), NoneType, action=f"restore {number}"
            )
            return refused("already-shipped", f"order {number} is shipped")
        return Outcome(state="done", id=number)

    def _reduce(self, reduction: Reduction) -> Outcome:
        number = reduction.order_id
        order = self._client.order(number, f"read order {number}")
        if order is None:
            return self._missing(number)
        lowered = list(_lowered(order, reduction))
        if not lowered or order.status == "cancelled":
            return Outcome(state="unchanged", id=number)
        if has_left(order):
            return refused("already-shipped", f"order {number} is shipped")
        if sum(units for _, units in lowered) == 0 and len(lowered) == len(order.lines):
            return self._cancel(number, also_shipped=False)
        for line, units in lowered:
            order = self._lower(number, line, units)
        if any(_lowered(order, reduction)):
            return refused("not-reducible", f"order {number} kept the units of its lines")
        return Outcome(state="done", id=number)

    def _lower(self, number: str, line: LineShape, units: int) -> OrderShape:
        """Reduce a line to these units; return the order after it."""
        action = f"reduce line {line.id} of order {number} to {units}"
        where = path("order", number, "line", str(line.id))
        if units:
            body = {"quantity": units}
            return self._client.http.send("PUT", where, OrderShape, action=action, json=body)
        return self._client.http.send("DELETE", where, OrderShape, action=action)

    def _missing(self, number: str) -> Outcome:
        if self._client.parent(number):
            return refused("already-split", "was split")
        return refused("not-found", "does not exist")


def _lowered(order: OrderShape, reduction: Reduction) -> Iterator[tuple[LineShape, int]]:
    """Yield the lines to reduce, each with the units that stay.

    Several lines with one name are parts of one line; their units are added up.
    """
    left = {part.line_id: part.quantity for part in reduction.lines}
    for line in order.lines:
        id_ = line_id(order.order_number, line.key)
        if id_ not in left:
            continue
        stays = min(line.quantity, left[id_])
        left[id_] -= stays
        if stays < line.quantity:
            yield line, stays
