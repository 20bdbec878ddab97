"""Supplier cancellations: `orderCancel`, a job that the shop runs in the background."""

from collections.abc import Sequence

from msgspec import Struct

from ordosync.accounts.shopify.client import ShopifyClient
from ordosync.accounts.shopify.ids import gid, number
from ordosync.accounts.shopify.order_states import read_states, status_of
from ordosync.accounts.shopify.queries.orders import CANCEL_ORDER, JOB
from ordosync.accounts.shopify.schema import OrderState, UserError
from ordosync.models import Outcome, refused

_MAX_POLLS = 10


class _Job(Struct, frozen=True):
    done: bool
    id: str = ""


class _CancelAnswer(Struct, frozen=True, rename="camel"):
    order_cancel_user_errors: list[UserError]
    job: _Job | None = None


class SupplierCancellations:
    """Cancellations of unshipped orders. A part of an order cannot be cancelled."""

    def __init__(self, client: ShopifyClient) -> None:
        self._client = client

    def cancel(
        self,
        ids: Sequence[str],
        *,
        also_shipped: bool = False,  # noqa: ARG002 - Shopify cancels no shipped order
    ) -> list[Outcome]:
        """Cancel open orders; neither a piece of an order nor a shipped order can be cancelled."""
        states = read_states(self._client, [gid("Order", id_) for id_ in ids])

        def cancel(id_: str) -> Outcome:
            if "/" in id_:
                why = "is a part of an order; Shopify cancels only whole orders"
                return refused("piece", why)
            return self._cancel(states.get(gid("Order", id_)))

        return self._client.service.write_each(ids, cancel, key=str)

    def _cancel(self, order: OrderState | None) -> Outcome:
        if order is None:
            return refused("not-found", "does not exist")
        if order.cancelled_at:
            return Outcome(state="unchanged", id=number(order.id))
        if status_of(order) == "shipped":
            return refused("already-shipped", f"order {number(order.id)} is shipped")
        action = f"cancel order {number(order.id)}"
        answer = self._client.graphql.write(
            CANCEL_ORDER,
            dict[str, _CancelAnswer],
            action=action,
            id=order.id,
            note="The Merchant cancelled it",
        )["orderCancel"]
        with self._client.after_write(action):
            has_ended = answer.job is None or self._has_ended(answer.job)
            now = read_states(self._client, [order.id]).get(order.id)
        return self._outcome(order.id, now, answer.order_cancel_user_errors, has_ended=has_ended)

    def _outcome(
        self, gid_: str, now: OrderState | None, errors: Sequence[UserError], *, has_ended: bool
    ) -> Outcome:
        """Return the outcome of a cancellation, given the state of the order after it."""
        id_ = number(gid_)
        if now and now.cancelled_at:
            return Outcome(state="unchanged" if errors else "done", id=id_)
        # It was shipped after it was read and before the cancellation arrived.
        if now and status_of(now) == "shipped":
            return refused("already-shipped", f"order {id_} is shipped")
        if errors:
            return self._client.denied(errors)
        if has_ended:
            return refused("refused", "the shop did not cancel it")
        return Outcome(
            state="unknown", code="not-ready", reason="the shop has not cancelled it yet"
        )

    def _has_ended(self, job: _Job) -> bool:
        """Wait for a background job; return False if it takes too long."""
        for _ in range(_MAX_POLLS):
            if job.done:
                return True
            self._client.service.clock.sleep(1)
            answer = self._client.graphql.ask(
                JOB, dict[str, _Job | None], action="wait for a cancellation", id=job.id
            )
            job = answer["job"] or job
        return job.done
