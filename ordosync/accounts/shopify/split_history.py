"""History of splits: the fulfillment orders that the Supplier has, and the pieces of split orders.

Shopify does not record the split of a fulfillment order. So ordosync keeps two metafields with an
order, for each location. `sent` has the fulfillment orders that were sent to the Supplier, with
their lines, and `split` has the pieces of each split order. A fulfillment order that is in neither,
and shares a line with a sent one, is a part of the sent one: users of the shop have split it. Only
one task writes each of the metafields, since no lock protects them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

import msgspec
from msgspec import Struct

from ordosync.accounts.shopify.bundle_lines import is_bundle
from ordosync.accounts.shopify.ids import first_piece, number
from ordosync.accounts.shopify.schema import At, Metafield, OrderedLine, recorded

T = TypeVar("T")


class SentPart(Struct, frozen=True, omit_defaults=True):
    """A fulfillment order that the Supplier has."""

    at: At
    lines: list[str] = msgspec.field(default_factory=list)
    bundles: list[str] = msgspec.field(default_factory=list)
    """The bundles that were sent as lines; see `bundle_lines`."""


Sent = dict[str, SentPart]
Splits = dict[str, dict[str, str]]
"""The pieces of each split order, each with its reference."""


@dataclass(frozen=True, kw_only=True)
class SplitHistory:
    """The history of the fulfillment orders of one order at one location."""

    sent: Sent = field(default_factory=dict)
    splits: Splits = field(default_factory=dict)

    @classmethod
    def of(cls, sent: Metafield | None, split: Metafield | None) -> "SplitHistory":
        """Parse the metafields. An invalid metafield, overwritten by users, counts as empty."""
        return cls(sent=recorded(sent, Sent), splits=recorded(split, Splits))

    def order_id(self, fulfillment_order: str) -> str:
        """Return the order of a fulfillment order; its first piece if it was split."""
        order_id = fulfillment_order
        while order_id in self.splits:
            order_id = first_piece(order_id)
        return order_id

    def ancestors(self, order_id: str, lines: Sequence[OrderedLine]) -> tuple[str, ...]:
        """Return the ancestors of an order or piece, nearest first."""
        ancestors: list[str] = []
        parent = self._parent(order_id)
        while parent and parent not in ancestors:
            ancestors.append(parent)
            parent = self._parent(parent)
        if ancestors or order_id in self.sent:
            return tuple(ancestors)
        shared = self._with_shared_line(lines)
        return (shared,) if shared and shared != order_id else ()

    def sent_at(self, order_id: str, lines: Sequence[OrderedLine]) -> datetime | None:
        """Return when an order or an ancestor was sent to the Supplier; None if never."""
        ids = (order_id, *self.ancestors(order_id, lines))
        return next((self.sent[id_].at for id_ in ids if id_ in self.sent), None)

    def items(self, order_id: str, lines: Sequence[OrderedLine]) -> frozenset[str] | None:
        """Return the line items with which an order or an ancestor was sent; None if never."""
        ids = (order_id, *self.ancestors(order_id, lines))
        sent = next((self.sent[id_].lines for id_ in ids if id_ in self.sent), None)
        return None if sent is None else frozenset(sent)

    def bundles(self, order_id: str, lines: Sequence[OrderedLine]) -> Sequence[str]:
        """Return the bundles with which an order or an ancestor was sent."""
        ids = (order_id, *self.ancestors(order_id, lines))
        bundles = next((self.sent[id_].bundles for id_ in ids if id_ in self.sent), ())
        return [bundle for bundle in bundles if is_bundle(bundle)]

    def leaves(self, order_id: str, *above: str) -> Iterator[str]:
        """Yield the unsplit pieces into which ordosync has split an order, in several steps."""
        above = (*above, order_id)
        for piece in self.splits.get(order_id, ()):
            # A metafield that was overwritten by users may contain a cycle.
            if piece in self.splits and piece not in above:
                yield from self.leaves(piece, *above)
            else:
                yield piece

    def is_recorded(self, fulfillment_order: str) -> bool:
        """True if it is a sent or split order, or a piece of a split order."""
        if fulfillment_order in self.sent or fulfillment_order in self.splits:
            return True
        return bool(self._parent(fulfillment_order))

    def _parent(self, order_id: str) -> str:
        return next((id_ for id_, pieces in self.splits.items() if order_id in pieces), "")

    def _with_shared_line(self, lines: Sequence[OrderedLine]) -> str:
        ids = {number(line.line_item.id) for line in lines}
        return next((id_ for id_, part in self.sent.items() if ids & {*part.lines}), "")
