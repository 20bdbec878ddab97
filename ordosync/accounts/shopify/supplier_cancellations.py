"""Supplier cancellations: `orderCancel`, a job of the shop, or an edit of the open units.

Shopify does not cancel a partially sent order. An edit removes its open units instead, for which
the token needs an additional scope.
"""

from collections import Counter
from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from ordosync.accounts.shopify.client import ShopifyClient
from ordosync.accounts.shopify.ids import gid, line_item, number
from ordosync.accounts.shopify.order_edits import NOT_REDUCIBLE, OrderEdits
from ordosync.accounts.shopify.order_states import read_states
from ordosync.accounts.shopify.order_units import SentPiece, piece_id, pieces_of, whole
from ordosync.accounts.shopify.queries.orders import CANCEL_ORDER, JOB
from ordosync.accounts.shopify.schema import OrderState, ReducibleOrder, UserError
from ordosync.edits import Reduction
from ordosync.models import Outcome, refused

_MAX_POLLS = 10
_SENT = ("FULFILLED", "PARTIALLY_FULFILLED")


class _Job(Struct, frozen=True):
    done: bool
    id: str = ""


class _CancelAnswer(Struct, frozen=True, rename="camel"):
    order_cancel_user_errors: list[UserError]
    job: _Job | None = None


class SupplierCancellations:
    """Cancellations of orders, and of the open units of orders."""

    can_reduce = True

    def __init__(self, client: ShopifyClient) -> None:
        self._client = client
        self._edits = OrderEdits(client)

    def cancel(
        self,
        ids: Sequence[str],
        *,
        also_shipped: bool = False,  # noqa: ARG002 - Shopify cancels no shipped order
    ) -> list[Outcome]:
        """Cancel open orders, and the open units of partially sent orders and pieces."""
        states = read_states(self._client, [_order(id_) for id_ in ids])
        sent = [id_ for id_ in ids if "/" in id_ or _is_sent(states.get(_order(id_)))]
        orders = self._edits.orders([_order(id_) for id_ in sent])

        def cancel(id_: str) -> Outcome:
            state, order = states.get(_order(id_)), orders.get(id_.partition("/")[0])
            if state is None:
                return refused("not-found", "does not exist")
            if state.cancelled_at:
                return Outcome(state="unchanged", id=id_)
            return self._cancel_rest(id_, order) or self._cancel(state)

        return self._client.service.write_each(ids, cancel, key=_order)

    def reduce(self, reductions: Sequence[Reduction]) -> list[Outcome]:
        """Reduce the open units of lines by an edit of the order."""
        orders = self._edits.orders([_order(it.order_id) for it in reductions])

        def reduce(reduction: Reduction) -> Outcome:
            order = orders.get(reduction.order_id.partition("/")[0])
            piece = _piece(reduction.order_id, order) if order else None
            if order is None or piece is None:
                return refused("not-found", "does not exist")
            if order.cancelled_at:
                return Outcome(state="unchanged", id=reduction.order_id)
            return self._reduce(reduction, order, piece)

        return self._client.service.write_each(
            reductions, reduce, key=lambda reduction: _order(reduction.order_id)
        )

    def _reduce(self, reduction: Reduction, order: ReducibleOrder, piece: SentPiece) -> Outcome:
        less: Counter[str] = Counter()
        is_late = False
        for part in reduction.lines:
            line = gid("LineItem", line_item(part.line_id))
            wanted = max(part.quantity - piece.sent[line], 0)
            less[line] = piece.open[line] - wanted
            is_late = is_late or part.quantity < piece.sent[line]
        less = +less
        if not less and is_late:
            return refused("already-shipped", f"order {reduction.order_id} is shipped")
        if not less:
            return Outcome(state="unchanged", id=reduction.order_id)
        return self._take_off(reduction.order_id, order, piece, less)

    def _cancel_rest(self, id_: str, order: ReducibleOrder | None) -> Outcome | None:
        """Cancel the open units of an order or piece; None if it is an order without sent units."""
        piece = _piece(id_, order) if order else None
        is_piece = "/" in id_
        if order is None or piece is None:
            return refused("not-found", "does not exist") if is_piece else None
        if not piece.sent:
            why = "is a part of an order; Shopify cancels only whole orders; ask the Supplier"
            return refused("piece", why) if is_piece else None
        if piece.open:
            outcome = self._take_off(id_, order, piece, piece.open)
            if outcome.code == NOT_REDUCIBLE:
                return replace(outcome, code="partially-shipped")
            return outcome
        lines = () if is_piece else order.line_items.nodes
        if any(line.quantity > piece.units[line.id] for line in lines):
            return Outcome(state="unchanged", id=id_)  # Its other units were removed before.
        return refused("already-shipped", f"order {id_} is shipped")

    def _take_off(
        self, id_: str, order: ReducibleOrder, piece: SentPiece, less: Counter[str]
    ) -> Outcome:
        """Remove open units of an order, or of a piece if no other piece has these lines."""
        others = whole(pieces_of(order)).open - piece.open
        if any(others[line] for line in less):
            why = "shares a line with another part of its order; Shopify may remove units of that"
            return refused(NOT_REDUCIBLE, why)
        if "/" in id_ and less == piece.units:
            why = (
                "is a part of an order, and no unit of it would stay; ask the Supplier to cancel it"
            )
            return refused(NOT_REDUCIBLE, why)
        return replace(self._edits.take_off(order, less), id=id_)

    def _cancel(self, order: OrderState) -> Outcome:
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
        if now and (errors or _is_sent(now)):
            order = self._edits.orders([gid_]).get(id_)
            if outcome := self._cancel_rest(id_, order):
                return outcome
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


def _order(id_: str) -> str:
    """Return the Shopify id of an order, or of the order of a piece."""
    return gid("Order", id_.partition("/")[0])


def _is_sent(state: OrderState | None) -> bool:
    return state is not None and state.display_fulfillment_status in _SENT


def _piece(id_: str, order: ReducibleOrder) -> SentPiece | None:
    """Return the units of an order, or of one piece of it."""
    pieces = pieces_of(order)
    if "/" not in id_:
        return whole(pieces)
    return next((it for it in pieces if piece_id(number(order.id), it.id) == id_), None)
