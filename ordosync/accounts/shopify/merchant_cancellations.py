"""A shop as the Merchant: orders that are cancelled, or that their service is asked not to send.

The Supplier has an order whole that its merchant split after the import, and the first piece keeps
the fulfillment order of it. So one that is cancelled by itself is only a piece as long as others
are still wanted; then it is named as a first piece is. An order is cancelled once nothing of it is
wanted. Of one that its shop cancelled or took all units off nothing is, so its other pieces are
not asked for.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from ordosync.accounts.shopify.fulfillment_orders import Families, Members
from ordosync.accounts.shopify.ids import first_piece, fulfillment_order, number
from ordosync.accounts.shopify.merchant_orders import is_cancelled
from ordosync.accounts.shopify.queries.fulfillment import (
    ACCEPT_CANCELLATION,
    CHANGED_ORDERS,
    REJECT_CANCELLATION,
)
from ordosync.accounts.shopify.schema import Part, Standing, Told
from ordosync.accounts.shopify.split_history import Lineage
from ordosync.errors import RefusedError
from ordosync.models import Page


class Cancellations(Families):
    """Who sells."""

    def __init__(self, *, name: str, spool: Path, concurrency: int) -> None:
        super().__init__(name=name, spool=spool, concurrency=concurrency)
        self._ancestors: dict[str, Sequence[str]] = {}

    def close(self) -> None:
        """Forget what was read for one run."""
        super().close()
        self._ancestors = {}

    def cancelled_orders(self, cursor: str | None, *, now: datetime) -> Iterator[Page[str]]:
        """Read which orders were cancelled since `cursor`, or are asked to be, and never sent."""
        where, action = (f"assigned_location_id:{self.place}",), "read cancelled orders"
        pages = self.changed(
            CHANGED_ORDERS,
            cursor,
            where,
            now=now,
            action=action,
            first=50,
            split=self.kept_as["split"],
        )
        for found, after in pages:
            read = [self.read(raw, Standing, action=action) for raw in found]
            names = self._cancelled([one for one in read if self.is_off(one)])
            yield Page(items=tuple(dict.fromkeys(names.values())), cursor=after)

    def cancelled_among(self, ids: Sequence[str]) -> frozenset[str]:
        """Return which of these orders are cancelled, or asked to be, unsent, at this moment."""
        found = self.standings(ids)
        # One that is closed unsent may be merged into another one, which is cancelled.
        ended = [one for one in found.values() if self.is_off(one) or _is_closed_unsent(one)]
        whole = {one.id for one in ended if one.order.is_cancelled}
        names = self._cancelled([one for one in ended if one.id not in whole])
        return frozenset(
            id_ for id_ in ids if (one := fulfillment_order(id_)) in whole or names.get(one) == id_
        )

    def ancestors_of(self, ids: Sequence[str]) -> Mapping[str, Sequence[str]]:
        """Return what each of these cancelled pieces was split from; known since it was read."""
        return {id_: self._ancestors[id_] for id_ in ids if id_ in self._ancestors}

    def answer_cancellations(self, cancelled: Mapping[str, bool]) -> None:
        """Accept or reject what was asked, and keep that the Supplier has it no more.

        What is requested again after that is an order of its own, and no piece of this one.
        """
        for id_, accepted in cancelled.items():
            found = self.members(id_)
            if found is None:
                continue
            for part in found.parts:
                if part.asks_cancellation:
                    self.answer(part, accepted=accepted)
            if accepted and id_ in found.lineage.sent:
                left = {one: part for one, part in found.lineage.sent.items() if one != id_}
                action = f"keep that the Supplier does not have {id_}"
                self.keep([self.kept(found.order, "sent", left)], action=action)

    def answer(self, one: Standing, *, accepted: bool) -> None:
        """Accept or reject what a merchant asked for."""
        action = f"answer the cancellation of fulfillment order {number(one.id)}"
        document = ACCEPT_CANCELLATION if accepted else REJECT_CANCELLATION
        answer = self.shopify.write(document, dict[str, Told], action=action, id=one.id)
        errors = [error for told in answer.values() for error in told.user_errors]
        now = self.standings([number(one.id)]).get(one.id) if errors else None
        if now and now.asks_cancellation:
            raise RefusedError(f"account {self.name}", action, self.said(errors))

    def is_off(self, one: Standing) -> bool:
        """Return True if it is cancelled, or was taken back before its service accepted it."""
        is_taken_back = self.is_service and one.is_open and one.request_status == "UNSUBMITTED"
        return is_cancelled(one) or (is_taken_back and not one.sent)

    def _cancelled(self, ended: Sequence[Standing]) -> Mapping[str, str]:
        """Return, by fulfillment order, the order or the piece that is cancelled by its end."""
        alone = [number(one.id) for one in ended if not one.order.is_cancelled]
        families = self.members_of(alone) if alone else {}
        names = {
            one.id: Lineage.of(None, one.order.split).order_id(number(one.id))
            for one in ended
            if one.order.is_cancelled
        }
        for id_, family in families.items():
            if name := self._order_or_piece(id_, family):
                names[fulfillment_order(id_)] = name
        return names

    def _order_or_piece(self, id_: str, family: Members) -> str | None:
        """Return the order if nothing of it is wanted, else the piece if that is cancelled."""
        order_id, own_id = _order_of(id_, family), family.lineage.order_id(id_)
        part, parts = family.all_parts[id_], _parts_of(order_id, family)
        # What stands beside an order may be what its service was never asked to send.
        is_gone = self.is_off(part) if own_id == order_id else is_cancelled(part)
        if not any(self._is_wanted(one) for one in parts):
            return order_id if is_gone or any(is_cancelled(one) for one in parts) else None
        if not is_gone:
            return None
        piece = first_piece(order_id) if own_id == order_id else own_id
        self._ancestors[piece] = (order_id, *family.lineage.ancestors(order_id, ()))
        return piece

    def _is_wanted(self, part: Standing) -> bool:
        """Return True if it is to be sent, or was."""
        return not self.is_off(part) and not _is_closed_unsent(part)


def _order_of(id_: str, family: Members) -> str:
    """Return the order or piece of ours that a fulfillment order is a part of."""
    lineage = family.lineage
    if lineage.is_known(id_):
        return lineage.order_id(id_)
    above = lineage.ancestors(id_, family.all_parts[id_].line_items.nodes)
    if not above or number(fulfillment_order(above[0])) not in family.all_parts:
        return id_
    leaves = [*lineage.leaves(above[0])]
    lines = _lines(family.all_parts[id_])
    sharing = [leaf for leaf in leaves if lines & _lines(_part(leaf, family))]
    return next(iter((*sharing, *leaves)), above[0])


def _parts_of(order_id: str, family: Members) -> Sequence[Part]:
    """Return the parts of an order; those that are surely of no other, and those that may be its.

    Which piece of ours the merchant has split once more is not told.
    """
    parts, above = family.of(order_id).parts, family.lineage.ancestors(order_id, ())
    if not above:
        return parts
    beside = family.of(above[-1]).parts
    return [*parts, *(one for one in beside if not family.lineage.is_known(number(one.id)))]


def _part(order_id: str, family: Members) -> Part:
    return family.all_parts[number(fulfillment_order(order_id))]


def _lines(part: Part) -> frozenset[str]:
    return frozenset(line.line_item.id for line in part.line_items.nodes)


def _is_closed_unsent(one: Standing) -> bool:
    return one.status in ("CLOSED", "CANCELLED") and not one.sent
