"""What an order is now: the fulfillment orders that it was split into, by us or by its merchant."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

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
    all_parts: Mapping[str, Part]
    """All fulfillment orders of the whole order, by their ids."""
    lineage: Lineage
    void: Sequence[str]
    """Numbers that were told and are void."""

    def of(self, order_id: str) -> "Members":
        """Return the same of another order or piece that is a part of the whole order."""
        return replace(self, parts=_parts(self.all_parts, order_id, self.lineage))


class Families(WrittenStock):
    """Who sells."""

    def members(self, order_id: str) -> Members | None:
        """Return what an order is now; None where it is not there."""
        return self.members_of([order_id]).get(order_id)

    def members_of(self, order_ids: Sequence[str]) -> Mapping[str, Members]:
        """Return what each of these orders is now; one that is not there is left out."""
        kept, wanted = self.kept_as, {id_: fulfillment_order(id_) for id_ in order_ids}
        which = ", ".join(dict.fromkeys(number(one) for one in wanted.values()))
        action = f"read the parts of fulfillment order {which}"
        answered = self.by_id(
            FAMILY,
            Family,
            [*wanted.values()],
            action=action,
            lines=_LINES,
            sent=kept["sent"],
            split=kept["split"],
            void=kept["void"],
        )
        orders = {one.id: self._with_all_parts(one.order, action) for one in answered}
        return {
            id_: found.of(id_)
            for id_, one in wanted.items()
            if (found := orders.get(one)) and number(one) in found.all_parts
        }

    def _with_all_parts(self, order: FamilyOrder, action: str) -> Members:
        begun = order.fulfillment_orders
        parts = [
            self._whole(part, order)
            for part in whole(
                self.shopify, begun, MORE_PARTS, Part, of=order.id, action=action, lines=_LINES
            )
        ]
        return Members(
            order=order.id,
            parts=(),
            all_parts={number(part.id): part for part in parts},
            lineage=Lineage.of(order.sent, order.split),
            void=texts(order.void),
        )

    def _whole(self, part: Part, order: FamilyOrder) -> Part:
        """Return a part with all its lines, and with what its order says of it."""
        return msgspec.structs.replace(
            part,
            order=OrderOf(
                cancelled_at=order.cancelled_at,
                current_subtotal_line_items_quantity=order.current_subtotal_line_items_quantity,
            ),
            line_items=Connection(nodes=self.lines(part)),
        )


def _parts(everything: Mapping[str, Part], order_id: str, lineage: Lineage) -> list[Part]:
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
