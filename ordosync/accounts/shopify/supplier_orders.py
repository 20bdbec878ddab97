"""A shop as the Supplier: orders that are created there, looked for and cancelled.

Shopify knows nothing that makes it refuse a second order, so each carries our reference as its
`sourceIdentifier` and is looked for by that. An order is made of variants where their SKU is known;
where it is not, a product is made first, which nobody has counted.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from msgspec import Struct
from msgspec.structs import replace

from ordosync.accounts.service_client import unless_it_exists
from ordosync.accounts.shopify.ids import gid, number
from ordosync.accounts.shopify.order_input import input_of, problem
from ordosync.accounts.shopify.pagination import Pages, quoted, whole
from ordosync.accounts.shopify.queries.orders import (
    CANCEL_ORDER,
    CREATE_ORDER,
    FIND_NAMES,
    FIND_ORDERS,
    JOB,
    MORE_ORDER_LINES,
    ORDER_STATUSES,
    PIECE_STATUSES,
)
from ordosync.accounts.shopify.schema import CreatedOrder, Id, OrderStanding, Standing, UserError
from ordosync.accounts.shopify.supplier_products import LONGEST_TAG, MadeProducts
from ordosync.errors import RefusedError, UnavailableError, UnknownOutcomeError
from ordosync.models import Comment, Order, Outcome, OutcomeState, Product, refusal, refused

_AT_ONCE = 20
_MOST_NAMESAKES = 9
_JOB_TRIES = 10
_NOT_COUNTED = {"inventoryBehaviour": "DECREMENT_IGNORING_POLICY"}
_SHIPPED = ("FULFILLED", "PARTIALLY_FULFILLED")


class _CreateAnswer(Struct, frozen=True, rename="camel"):
    user_errors: list[UserError]
    order: CreatedOrder | None = None


class _Job(Struct, frozen=True):
    done: bool
    id: str = ""


class _CancelAnswer(Struct, frozen=True, rename="camel"):
    order_cancel_user_errors: list[UserError]
    job: _Job | None = None


class MadeOrders(MadeProducts):
    """Who ships."""

    @property
    def tag(self) -> str:
        """What marks the portal's orders."""
        return self.channel.tag or f"ordosync-{self.partner}"[:LONGEST_TAG]

    def create_orders(self, orders: Sequence[Order], *, look_first: bool = False) -> list[Outcome]:
        """Create the orders side by side, each reference once."""
        made = dict(self.find_orders([one.reference for one in orders])) if look_first else {}
        fresh = [one for one in orders if one.reference not in made and not refusal(one)]
        lines = [line for order in fresh for line in order.lines]
        self.look_for_skus([line.sku for line in lines])
        unmade = self.make_products(
            [
                Product(id="", sku=line.sku, name=line.name)
                for line in {line.sku: line for line in lines}.values()
            ]
        )
        names = self._free_names(fresh)

        def create(order: Order) -> Outcome:
            known = made.get(order.reference)
            if known is None:
                made[order.reference] = self._create_order(order, unmade, names)
                return made[order.reference]
            if known.state != "done":
                return known
            return Outcome(state="unchanged", id=known.id, line_ids=known.line_ids)

        return self.each(orders, unless_it_exists(create), about=lambda order: order.reference)

    def find_orders(self, references: Sequence[str]) -> Mapping[str, Outcome]:
        """Look up the orders that carry these references; of several the oldest."""
        found: dict[str, Outcome] = {}
        for part in _parts(references):
            pages = Pages(
                self.shopify,
                FIND_ORDERS,
                CreatedOrder,
                action="look for orders by our references",
                first=_AT_ONCE,
            )
            for page in pages.all(" OR ".join(f"source_identifier:{quoted(one)}" for one in part)):
                for one in page:
                    reference = one.source_identifier or ""
                    if reference in part and reference not in found:
                        found[reference] = self._outcome("unchanged", one)
        return found

    def cancel_orders(
        self,
        ids: Sequence[str],
        *,
        also_shipped: bool = False,  # noqa: ARG002 - Shopify cancels nothing that is shipped
    ) -> list[Outcome]:
        """Cancel open orders; a piece of an order cannot be, and a shipped one neither."""
        wanted = [gid("Order", id_) for id_ in ids]
        found = self._order_standings(wanted)

        def cancel(id_: str) -> Outcome:
            if "/" in id_:
                why = "is a part of an order, which Shopify cannot cancel alone"
                return refused("piece", why)
            return self._cancel(found.get(gid("Order", id_)))

        return self.each(ids, cancel, about=str)

    def statuses(self, ids: Sequence[str]) -> Mapping[str, str]:
        """Return the status of each of these orders and pieces that is here."""
        found = self._order_standings([gid("Order", id_) for id_ in ids if "/" not in id_])
        known = {number(one.id): status_of(one) for one in found.values()}
        pieces = {gid("FulfillmentOrder", id_.partition("/")[2]): id_ for id_ in ids if "/" in id_}
        if pieces:
            parts = self.by_id(PIECE_STATUSES, Standing, [*pieces], action="read statuses")
            known |= {pieces[one.id]: _piece_status(one) for one in parts}
        return known

    def remark_on_order(self, comment: Comment) -> None:
        """Put a remark beside an order."""
        self.remark(gid("Order", comment.order_id.partition("/")[0]), comment)

    def _order_standings(self, ids: Sequence[str]) -> Mapping[str, OrderStanding]:
        found = self.by_id(ORDER_STATUSES, OrderStanding, ids, action="read statuses")
        return {one.id: one for one in found}

    def _free_names(self, orders: Sequence[Order]) -> Mapping[str, str]:
        """Return for each reference a name that no other order has, as far as the list knows."""
        wanted = {one.reference: f"{self.channel.prefix}{one.number}" for one in orders}
        taken: set[str] = set()
        for part in _parts(list(wanted.values())):
            pages = Pages(
                self.shopify, FIND_NAMES, CreatedOrder, action="look for names", first=_AT_ONCE
            )
            for page in pages.all(" OR ".join(f"name:{quoted(one)}" for one in part)):
                taken.update(one.name.removeprefix("#") for one in page)
        names: dict[str, str] = {}
        for reference, name in wanted.items():
            suffixes = ("", *(f"~{one}" for one in range(2, _MOST_NAMESAKES + 1)))
            free = next((name + one for one in suffixes if name + one not in taken), "")
            taken.add(free)
            names[reference] = free
        return names

    def _create_order(
        self, order: Order, unmade: Mapping[str, Outcome], names: Mapping[str, str]
    ) -> Outcome:
        reason = refusal(order) or problem(order, self.currency)
        if reason:
            return refused("invalid-order", reason)
        for line in order.lines:
            made = unmade.get(line.sku)
            if made and made.state not in ("done", "unchanged"):
                return made
        if not names[order.reference]:
            return refused("taken", f"{_MOST_NAMESAKES} orders have its number already")
        asked = input_of(
            order,
            name=names[order.reference],
            tag=self.tag,
            currency=self.currency,
            variant=lambda sku: found.id if (found := self.known_variant(sku)) else None,
        )
        action = f"create order {order.number}"
        answer = self.shopify.write(
            CREATE_ORDER,
            dict[str, _CreateAnswer],
            action=action,
            order=asked,
            options=_NOT_COUNTED,
        )["orderCreate"]
        if answer.user_errors or answer.order is None:
            return self.denied(answer.user_errors, asked)
        with self._written(action):
            keeps_reference = answer.order.source_identifier == order.reference
            return replace(self._outcome("done", answer.order), keeps_reference=keeps_reference)

    def _outcome(self, state: OutcomeState, order: CreatedOrder) -> Outcome:
        action = "read the lines of an order"
        lines = whole(
            self.shopify, order.line_items, MORE_ORDER_LINES, Id, of=order.id, action=action
        )
        return Outcome(
            state=state,
            id=number(order.id),
            line_ids=tuple(number(one.id) for one in lines),
        )

    def _cancel(self, found: OrderStanding | None) -> Outcome:
        if found is None:
            return refused("not-found", "is not here")
        if found.cancelled_at:
            return Outcome(state="unchanged", id=number(found.id))
        if status_of(found) == "shipped":
            return refused("already-shipped", f"order {number(found.id)} is shipped")
        action = f"cancel order {number(found.id)}"
        answer = self.shopify.write(
            CANCEL_ORDER,
            dict[str, _CancelAnswer],
            action=action,
            id=found.id,
            note="The Merchant cancelled it",
        )["orderCancel"]
        errors = answer.order_cancel_user_errors
        with self._written(action):
            has_ended = answer.job is None or self._has_ended(answer.job)
            now = self._order_standings([found.id]).get(found.id)
        if now and now.cancelled_at:
            return Outcome(state="unchanged" if errors else "done", id=number(found.id))
        if now and status_of(now) == "shipped":  # between our look and our word
            return refused("already-shipped", f"order {number(found.id)} is shipped")
        if errors:
            return self.denied(errors)
        if has_ended:
            return refused("refused", "the shop did not cancel it")
        return Outcome(state="unknown", code="not-ready", reason="it is not cancelled there yet")

    @contextmanager
    def _written(self, action: str) -> Iterator[None]:
        """Let no question after a write that fails pass for the write: that may have been done."""
        try:
            yield
        except (UnavailableError, RefusedError) as error:
            raise UnknownOutcomeError(f"account {self.name}", action, error.answer) from error

    def _has_ended(self, job: _Job) -> bool:
        """Wait for what the shop does by and by."""
        for _ in range(_JOB_TRIES):
            if job.done:
                return True
            self.needed_connections.clock.sleep(1)
            asked = self.shopify.ask(
                JOB, dict[str, _Job | None], action="wait for a cancellation", id=job.id
            )
            job = asked["job"] or job
        return job.done


def _parts(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(texts), _AT_ONCE):
        yield texts[start : start + _AT_ONCE]


def status_of(one: OrderStanding) -> str:
    """Return the status of an order as it stands."""
    if one.cancelled_at:
        return "cancelled"
    is_shipped = one.display_fulfillment_status in _SHIPPED
    return "shipped" if is_shipped else "awaiting_fulfillment"


def _piece_status(one: Standing) -> str:
    if one.sent:
        return "shipped"
    is_cancelled = one.status == "CANCELLED" or one.order.cancelled_at is not None
    return "cancelled" if is_cancelled else "awaiting_fulfillment"
