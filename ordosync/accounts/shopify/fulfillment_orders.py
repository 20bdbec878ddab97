"""What an order is now: the fulfillment orders that it was split into, by us or by its merchant."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec

from ordosync.accounts.shopify.ids import fulfillment_order, number
from ordosync.accounts.shopify.merchant_stock import WrittenStock
from ordosync.accounts.shopify.pagination import whole
from ordosync.accounts.shopify.queries.fulfillment import FAMILY, MORE_PARTS
from ordosync.accounts.shopify.schema import Connection, Family, FamilyOrder, OrderOf, Part, Valued
from ordosync.accounts.shopify.split_history import Lineage

_LINES = 10


@dataclass(frozen=True, kw_only=True)
class Members:
    """The parts of an order at the Supplier's location."""

    order: str
    """What Shopify calls the whole order."""
    parts: Sequence[Part]
    lineage: Lineage
    void: Sequence[str]
    """Numbers that were told and are void."""


class Families(WrittenStock):
    """Who sells."""

    def members(self, order_id: str) -> Members | None:
        """Return what an order is now; None where it is not there."""
        kept, id_ = self.kept_as, fulfillment_order(order_id)
        action = f"read the parts of fulfillment order {number(id_)}"
        answer = self.shopify.ask(
            FAMILY,
            dict[str, Family | None],
            action=action,
            id=id_,
            lines=_LINES,
            sent=kept["sent"],
            split=kept["split"],
            void=kept["void"],
        )
        if (found := answer["fulfillmentOrder"]) is None:
            return None
        order, begun = found.order, found.order.fulfillment_orders
        parts = [
            self._whole(part, order)
            for part in whole(
                self.shopify, begun, MORE_PARTS, Part, of=order.id, action=action, lines=_LINES
            )
        ]
        if id_ not in {part.id for part in parts}:
            return None
        lineage = Lineage.of(order.sent, order.split)
        return Members(
            order=order.id,
            parts=_parts(parts, order_id, lineage),
            lineage=lineage,
            void=texts(order.void),
        )

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

    def _whole(self, part: Part, order: FamilyOrder) -> Part:
        """Return a part with all its lines, and with what its order says of it."""
        return msgspec.structs.replace(
            part,
            order=OrderOf(cancelled_at=order.cancelled_at),
            line_items=Connection(nodes=self.lines(part)),
        )


def _parts(all_parts: Sequence[Part], order_id: str, lineage: Lineage) -> list[Part]:
    everything = {number(part.id): part for part in all_parts}
    root = number(fulfillment_order(order_id))
    wanted = {number(fulfillment_order(leaf)) for leaf in lineage.leaves(order_id)} or {root}
    place = everything[root].location
    for id_, part in everything.items():
        if part.location != place or part.status == "CANCELLED" or lineage.is_known(id_):
            continue
        if order_id in lineage.sent:
            is_piece = lineage.ancestors(id_, part.line_items.nodes)[:1] == (order_id,)
        else:  # nobody knows what it was, so all that came after it counts
            is_whole = order_id == root and not lineage.ancestors(order_id, ())
            is_piece = is_whole and int(id_) > int(root)
        if is_piece:
            wanted.add(id_)
    return [part for id_, part in everything.items() if id_ in wanted]


def texts(kept: Valued | None) -> Sequence[str]:
    """Return the words that are kept in a metafield; none where people have spoilt it."""
    try:
        return msgspec.json.decode(kept.value.encode(), type=list[str]) if kept else []
    except msgspec.MsgspecError:
        return []
