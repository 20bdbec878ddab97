"""Which fulfillment order came of which: what ordosync keeps with an order, and reads from it.

Shopify splits a fulfillment order and says nothing of it afterwards: two of them are simply there.
So an order carries, in metafields of the location that it is sent from, which fulfillment orders
the Supplier was sent with which lines (`sent`), and what was split into what (`split`). One that
is in neither and shares a line with one that was sent is a part of that one, split off by the
merchant since. Written by one task at a time each, since nothing guards them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

import msgspec
from msgspec import Struct

from ordosync.accounts.shopify.ids import first_piece, number
from ordosync.accounts.shopify.schema import At, OrderedLine, Valued

T = TypeVar("T")


class SentPart(Struct, frozen=True):
    """A fulfillment order that the Supplier has."""

    at: At
    lines: list[str] = msgspec.field(default_factory=list)


Sent = dict[str, SentPart]
Splits = dict[str, dict[str, str]]
"""Of each order that was split the pieces, each with the reference that it was given."""


@dataclass(frozen=True, kw_only=True)
class Lineage:
    """What is known of the fulfillment orders of one order at one location."""

    sent: Sent = field(default_factory=dict)
    splits: Splits = field(default_factory=dict)

    @classmethod
    def of(cls, sent: Valued | None, split: Valued | None) -> "Lineage":
        """Read what was kept; what others may have written in its place is as good as nothing."""
        return cls(sent=_read(sent, Sent), splits=_read(split, Splits))

    def order_id(self, fulfillment_order: str) -> str:
        """Return what a fulfillment order is now: itself, or what stayed when it was split."""
        found = fulfillment_order
        while found in self.splits:
            found = first_piece(found)
        return found

    def ancestors(self, order_id: str, lines: Sequence[OrderedLine]) -> tuple[str, ...]:
        """Return what an order or piece was split from, nearest first."""
        found: list[str] = []
        above = self._parent(order_id)
        while above and above not in found:
            found.append(above)
            above = self._parent(above)
        if found or order_id in self.sent:
            return tuple(found)
        shared = self._sharing(lines)
        return (shared,) if shared and shared != order_id else ()

    def sent_at(self, order_id: str, lines: Sequence[OrderedLine]) -> datetime | None:
        """Return when the Supplier was sent an order, or what it is a piece of, if it was."""
        family = (order_id, *self.ancestors(order_id, lines))
        return next((self.sent[one].at for one in family if one in self.sent), None)

    def leaves(self, order_id: str, *above: str) -> Iterator[str]:
        """Yield what an order was split into by us, down to what is not split itself."""
        above = (*above, order_id)
        for piece in self.splits.get(order_id, ()):
            if piece in self.splits and piece not in above:  # or others have written there
                yield from self.leaves(piece, *above)
            else:
                yield piece

    def is_known(self, fulfillment_order: str) -> bool:
        """Whether it was sent, or is a part or a piece of something that was split by us."""
        if fulfillment_order in self.sent or fulfillment_order in self.splits:
            return True
        return bool(self._parent(fulfillment_order))

    def _parent(self, order_id: str) -> str:
        return next((one for one, pieces in self.splits.items() if order_id in pieces), "")

    def _sharing(self, lines: Sequence[OrderedLine]) -> str:
        ours = {number(line.line_item.id) for line in lines}
        return next((one for one, part in self.sent.items() if ours & {*part.lines}), "")


def _read(kept: Valued | None, shape: type[dict[str, T]]) -> dict[str, T]:
    if kept is None:
        return {}
    try:
        return msgspec.json.decode(kept.value.encode(), type=shape)
    except msgspec.MsgspecError:
        return {}
