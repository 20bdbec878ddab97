"""Record of the units that ordosync has added to a Supplier's order, as a metafield of the order.

Shopify puts an added line into a new fulfillment order, and may do so with units that are added to
a line. An order with several fulfillment orders counts as split. So the metafield has the
fulfillment orders from before the edit, and the added units. Another fulfillment order that holds
no more than these is an addition, and a part of the same piece. The record is written before the
edit, so that no process can end between them.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from ordosync.accounts.shopify.ids import number
from ordosync.accounts.shopify.schema import OrderedLine, Part

KEY = "added"


class AddedUnits(Struct, frozen=True, kw_only=True):
    """The units that were added to an order."""

    before: list[str] = []
    """The fulfillment orders that are no additions."""
    lines: dict[str, int] = {}
    """The units that were added to a line of the sale."""
    skus: dict[str, int] = {}
    """The units of added lines, whose ids are not known before the edit."""

    def additions(self, parts: Iterable[Part]) -> frozenset[str]:
        """Return the ids of the fulfillment orders that only hold added units."""
        if not self.before:
            return frozenset()
        return frozenset(
            part.id
            for part in parts
            if number(part.id) not in self.before
            if all(self._has(line) for line in part.line_items.nodes)
        )

    def with_more(
        self, parts: Sequence[Part], lines: Mapping[str, int], skus: Counter[str]
    ) -> "AddedUnits":
        """Return the record before these units are added to an order with these parts."""
        added = self.additions(parts)
        return AddedUnits(
            before=[number(part.id) for part in parts if part.id not in added],
            lines=_most(self.lines, {number(line): units for line, units in lines.items()}),
            skus=_most(self.skus, skus),
        )

    def _has(self, line: OrderedLine) -> bool:
        units = max(line.total_quantity, line.remaining_quantity)
        known = self.lines.get(number(line.line_item.id), 0)
        return units <= max(known, self.skus.get(line.sku or "", 0))


def _most(units: Mapping[str, int], more: Mapping[str, int]) -> dict[str, int]:
    return dict(Counter(units) | Counter(more))
