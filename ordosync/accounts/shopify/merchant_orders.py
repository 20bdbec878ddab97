"""A shop as the Merchant: the fulfillment orders that are this portal's Supplier's to send."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from msgspec import Raw

from ordosync.accounts.pagination import since_cursor
from ordosync.accounts.shopify.ids import fulfillment_order, line_item, number
from ordosync.accounts.shopify.order_mapping import digest, order_of
from ordosync.accounts.shopify.pagination import Changes, Listed, at_of
from ordosync.accounts.shopify.queries.fulfillment import (
    ACCEPT_REQUEST,
    REQUESTED_ORDERS,
    REQUESTED_ORDERS_BY_ID,
    STANDINGS,
)
from ordosync.accounts.shopify.schema import Requested, Standing, Told
from ordosync.accounts.shopify.split_history import Lineage, Sent, SentPart
from ordosync.accounts.shopify.supplier_location import Placed
from ordosync.models import Comment, Order, Page, Unusable

_LINES = 10
"""So many lines of an order come with it; the rest of a longer one is asked for."""
_KEPT = 1500
"""Of so many orders what was read is kept until the Supplier has them: more than a batch."""
_MOST = 2**31 - 1
ASKED = ("SUBMITTED", "ACCEPTED", "CANCELLATION_REJECTED")


class _Read(NamedTuple):
    """What is to be known of an order that was read, once the Supplier has it."""

    id: str
    of: str
    """The whole order."""
    is_asked: bool
    lines: list[str]


class RequestedOrders(Placed):
    """Who requests."""

    def __init__(self, *, name: str, spool: Path = Path(), concurrency: int) -> None:
        super().__init__(name=name, spool=spool, concurrency=concurrency)
        self._read: dict[str, _Read] = {}
        self._sent: dict[str, Sent] = {}

    def close(self) -> None:
        """Forget what was read for one run."""
        super().close()
        self._read = {}
        self._sent = {}

    def orders(
        self,
        cursor: str | None,
        *,
        now: datetime,
        patient: bool = False,  # noqa: ARG002 - nothing is half written
    ) -> Iterator[Page[Order | Unusable]]:
        """Read the fulfillment orders that are to be sent and changed since `cursor`.

        From the second reading on those of other locations are read as well, and said to be
        `reassigned`: which of them were this one's once is not told.
        """
        where = () if cursor else (f"assigned_location_id:{self.place}",)
        pages = self.changed(
            REQUESTED_ORDERS, cursor, where, now=now, action="read orders", first=15, **self._with
        )
        for found, after in pages:
            self._forget_oldest()
            yield Page(items=tuple(self._usable(found)), cursor=after)

    def orders_by_id(self, ids: Sequence[str]) -> Iterator[Page[Order | Unusable]]:
        """Read these orders as they are now."""
        known = frozenset(ids)
        for page in self._open_by_id(ids):
            items = (
                item
                for item in page
                if item.id in known and getattr(item, "code", "") != "reassigned"
            )
            yield Page(items=tuple(items))

    def _open_by_id(self, ids: Sequence[str]) -> Iterator[Iterator[Order | Unusable]]:
        """Read what is still to be sent of these, also from another location."""
        wanted = [fulfillment_order(id_) for id_ in ids]
        pages = self.raw_by_id(
            REQUESTED_ORDERS_BY_ID, wanted, action="read orders again", **self._with
        )
        for page in pages:
            yield self._usable(page)

    def acknowledge(self, ids: Sequence[str]) -> None:
        """Keep with the orders that the Supplier has them, and accept what was requested.

        What was split off later is known by that, and what was sold and not sent yet is, too.
        """
        now = self.needed_connections.clock.now()
        read = self._as_read(ids)
        sent: dict[str, Sent] = {}
        for id_, one in read.items():
            known = sent.get(one.of) or self._sent[one.of]
            sent[one.of] = {**known, id_: SentPart(at=now, lines=one.lines)}
        self.keep(
            [self.kept(order, "sent", value) for order, value in sent.items()],
            action="keep which orders the Supplier has",
        )
        self._sent |= sent
        self._forget_oldest()
        self.side_by_side([one.id for one in read.values() if one.is_asked], self.accept)

    def lines_claimed(self, order: Order) -> Sequence[str]:
        """Return the line items: one may be moved to another fulfillment order."""
        return [line_item(line.id) for line in order.lines]

    def is_beside(self, order_id: str, others: str) -> bool:
        """Return True if the other order is still to be sent, from another location.

        Then each of the two has units of its own of a line item that was ordered several times.
        """
        if fulfillment_order(order_id) == fulfillment_order(others):
            return False
        return any(
            isinstance(item, Unusable) and item.code == "reassigned"
            for page in self._open_by_id([others])
            for item in page
        )

    def remark_on_request(self, comment: Comment) -> None:
        """Put a remark beside the order that a fulfillment order is a part of."""
        found = self.standings([comment.order_id])
        for one in found.values():
            self.remark(one.order_id, comment)

    def _as_read(self, ids: Sequence[str]) -> Mapping[str, _Read]:
        """Return what these orders were when they were read; one that is sent since is not."""
        missing = [id_ for id_ in ids if not self._is_kept(id_)]
        for _ in self.orders_by_id(missing) if missing else ():
            pass
        return {id_: self._read[id_] for id_ in ids if self._is_kept(id_)}

    def _is_kept(self, id_: str) -> bool:
        return id_ in self._read and self._read[id_].of in self._sent

    def _forget_oldest(self) -> None:
        """Forget what is read anew should it be needed; never between looking and writing."""
        while len(self._read) > _KEPT:
            oldest = self._read.pop(next(iter(self._read)))
            self._sent.pop(oldest.of, None)

    def _keep_in_mind(self, order: Order, found: Requested, sent: Sent) -> None:
        self._sent[found.order_id] = sent
        self._read[order.id] = _Read(
            id=found.id,
            of=found.order_id,
            is_asked=self.is_service and found.request_status == "SUBMITTED",
            lines=[line_item(one.id) for one in order.lines],
        )

    def accept(self, id_: str) -> None:
        """Accept a request; one that was taken back meanwhile is left to `cancel-orders`."""
        action = f"accept fulfillment order {number(id_)}"
        self.shopify.write(ACCEPT_REQUEST, dict[str, Told], action=action, id=id_)

    def standings(self, ids: Sequence[str]) -> Mapping[str, Standing]:
        """Return where these fulfillment orders stand at this moment, by Shopify's ids."""
        wanted = [fulfillment_order(id_) for id_ in ids]
        action, split = "see where orders stand", self.kept_as["split"]
        found = self.by_id(STANDINGS, Standing, wanted, action=action, split=split)
        return {one.id: one for one in found}

    @property
    def _with(self) -> dict[str, Any]:
        kept = self.kept_as
        return {"lines": _LINES, "sent": kept["sent"], "split": kept["split"]}

    def changed(
        self,
        document: str,
        cursor: str | None,
        where: Sequence[str],
        *,
        now: datetime,
        action: str,
        **variables: Any,
    ) -> Iterator[tuple[list[Raw], str | None]]:
        """Yield pages of what changed since the cursor, and the next one."""
        changes = Changes(self.shopify, document, action=action, **variables)
        pages = since_cursor(cursor, partial(changes.since, where=where), at_of, now=now)
        for page, after in pages:
            yield [raw for _, raw in page], after

    def _usable(self, page: Sequence[Raw]) -> Iterator[Order | Unusable]:
        for raw in page:
            item = self._order(raw)
            if item is not None:
                yield item

    def _order(self, raw: Raw) -> Order | Unusable | None:
        """Return what is to be sent; None for what is not, or not yet."""
        from ordosync.http import decode  # noqa: PLC0415 - slow to import

        try:
            found = decode(raw, Requested)
        except ValueError as error:
            return _odd(raw, error)
        if not found.is_open or found.order.cancelled_at:
            return None
        lineage = Lineage.of(found.order.sent, found.order.split)
        if not self.is_here(found.location):
            return Unusable(
                id=lineage.order_id(number(found.id)),
                code="reassigned",
                reason="was given to another location",
                content=digest("elsewhere"),
                skip=True,
            )
        if self.is_service and (found.request_status not in ASKED or found.asks_cancellation):
            return None
        lines = [one for one in self.lines(found) if one.remaining_quantity != 0]
        if not lines:
            return None
        if not all(0 < one.remaining_quantity <= _MOST for one in lines):
            return _unusable(raw, "invalid.quantity", "has a quantity that cannot be")
        order = order_of(found, lineage, lines)
        self._keep_in_mind(order, found, lineage.sent)
        return order


def is_cancelled(one: Standing) -> bool:
    """Whether it is cancelled, or asked to be, and nothing of it was sent."""
    if one.sent:
        return False
    if one.status == "CANCELLED" or one.request_status == "CANCELLATION_ACCEPTED":
        return True
    return one.order.is_cancelled or one.asks_cancellation


def _odd(raw: Raw, error: ValueError) -> Unusable:
    return _unusable(raw, "invalid", f"is not as Shopify's orders are: it has {error}")


def _unusable(raw: Raw, code: str, reason: str) -> Unusable:
    from ordosync.http import decode  # noqa: PLC0415 - slow to import

    listed = decode(raw, Listed)
    return Unusable(
        id=number(listed.id),
        code=code,
        reason=reason,
        content=digest(bytes(raw).decode()),
    )
