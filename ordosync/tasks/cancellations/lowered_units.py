"""Orders with fewer wanted units at the Merchant than open units in the ledger."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from ordosync.models import Cancellation, Order, ParcelLine
from ordosync.store.links import Link
from ordosync.store.written import Change, Written
from ordosync.tasks.base import Portal
from ordosync.tasks.edits.edit import BELOW_SENT
from ordosync.tasks.orders.open_units import sent_units, with_open_units
from ordosync.tasks.remarks import Remark


class Lowered(Struct, frozen=True, kw_only=True):
    """An order with fewer wanted units at the Merchant than open units at the Supplier."""

    link: Link
    lines: tuple[tuple[Link, int], ...]
    """The lines to reduce, with the units that are still wanted; these may be fewer than were
    sent."""
    is_rest: bool = False
    """True if no unit of the order stays open."""
    is_all: bool = False
    """True if no unit of the order stays, so it is cancelled."""
    is_complete: bool = False
    """True if no unit of the order is open, so nothing can be removed."""

    @property
    def content(self) -> str:
        """The wanted units of each line: if they are reduced again, the step's content differs."""
        return ",".join(_part(line, units) for line, units in self.lines)

    @property
    def stays(self) -> tuple[tuple[Link, int], ...]:
        """The lines with open units to remove, and the units that stay, sent ones included."""
        kept = ((line, max(units, line.sent or 0)) for line, units in self.lines)
        return tuple((line, units) for line, units in kept if units < _units_of(line))

    @property
    def written(self) -> Written:
        """The units of each line, before and after."""
        return Written(
            changed_units={
                line.supplier_id: Change(old=_units_of(line), new=units)
                for line, units in self.stays
            }
        )

    @property
    def less(self) -> int:
        """The number of units to remove."""
        return sum(_units_of(line) - units for line, units in self.stays)

    @property
    def late(self) -> int:
        """The number of cancelled units that were sent."""
        return sum(max((line.sent or 0) - units, 0) for line, units in self.lines)

    def remark(self, kind: str, *, at_merchant: str, at_supplier: str) -> Remark:
        """Return comments on the order; there is one of a kind for each content."""
        digest = hashlib.blake2b(self.content.encode(), digest_size=4).hexdigest()
        return Remark(
            key=f"{kind}:{digest}",
            merchant_id=self.link.merchant_id,
            supplier_id=self.link.supplier_id,
            at_merchant=at_merchant,
            at_supplier=at_supplier,
        )


def wanted_units(portal: Portal, ids: Sequence[str]) -> Mapping[str, Mapping[str, int]]:
    """Return the open units by line of orders that the Merchant still requests.

    They are negative if it wants fewer units than were sent.
    """
    found = {
        item.id: {line.id: line.quantity for line in item.lines}
        for page in with_open_units(portal, portal.merchant.orders.by_id(ids))
        for item in page.items
        if isinstance(item, Order)
    }
    missing = [id_ for id_ in ids if id_ not in found]
    merged = wanted_in(portal, list(portal.merchant.merged(missing))) if missing else {}
    return found | {id_: units for id_, units in merged.items() if id_ in missing}


def wanted_in(
    portal: Portal, cancellations: Sequence[Cancellation]
) -> Mapping[str, Mapping[str, int]]:
    """Return the open units by line of orders of which some units are cancelled."""
    items = {item.order_id: item.lines for item in cancellations if item.lines is not None}
    sent = sent_units(portal, list(items))
    units = {
        part.line_id: part.quantity - sent.get(part.line_id, 0)
        for lines in items.values()
        for part in lines
    }
    others = sorted({id_ for lines in items.values() for part in lines for id_ in part.other_lines})
    links = portal.links.of_merchant("line", others) if others else {}
    return {
        order_id: {
            part.line_id: units[part.line_id] + _merged_units(part, units, links) for part in lines
        }
        for order_id, lines in items.items()
    }


def _merged_units(part: ParcelLine, units: Mapping[str, int], links: Mapping[str, Link]) -> int:
    """Return the units of a line that are in other lines now: more than the ledger has of them."""
    shown = sum(units.get(id_, 0) for id_ in part.other_lines)
    own = sum(links[id_].open_units or 0 for id_ in part.other_lines if id_ in links)
    return max(0, shown - own)


def lowered_orders(portal: Portal, wanted: Mapping[str, Mapping[str, int]]) -> Iterator[Lowered]:
    """Yield the orders with fewer open units at the Merchant than in the ledger."""
    links = portal.links.of_merchant("order", sorted(wanted))
    lines = portal.links.lines_of(sorted(wanted))
    for id_, units in wanted.items():
        link = links.get(id_)
        if link is None or link.has_ended:
            continue
        less = tuple(
            (line, (line.sent or 0) + units[line.merchant_id])
            for line in lines.get(id_, ())
            if line.merchant_id in units and units[line.merchant_id] < (line.open_units or 0)
        )
        if less:
            of_order = lines.get(id_, ())
            is_rest = not any(_stays_open(line, units) for line in of_order)
            yield Lowered(
                link=link,
                lines=less,
                is_rest=is_rest,
                is_all=is_rest and not any(line.sent for line in of_order),
                is_complete=not any(line.open_units for line in of_order),
            )


def _stays_open(line: Link, wanted: Mapping[str, int]) -> bool:
    """True if units of a line are still to be sent."""
    units = wanted.get(line.merchant_id, line.open_units)
    return units is None or units > 0


def is_in_ledger(content: str, lines: Sequence[Link]) -> bool:
    """True if each line has the units of the content of a reduction."""
    return {_part(line, _units_of(line)) for line in lines}.issuperset(content.split(","))


def _part(line: Link, units: int) -> str:
    return f"{line.merchant_id}={units}"


def _units_of(line: Link) -> int:
    """Return the units of a line that the Supplier's order has, by the ledger."""
    return (line.open_units or 0) + (line.sent or 0)


def not_removed(lowered: Lowered) -> Remark:
    """Return the comments that open units were not removed."""
    units = units_text(lowered.less)
    return lowered.remark(
        "less",
        at_supplier=f"The Merchant cancelled {units} of this order; nothing was changed here: do"
        " not send them",
        at_merchant=f"Not removed from the Supplier's order: {units}; ask the Supplier not to send"
        " them",
    )


def sent_already(lowered: Lowered) -> Remark:
    """Return the comments that sent units were cancelled."""
    units = units_text(lowered.late)
    return lowered.remark(
        BELOW_SENT,
        at_supplier=f"The Merchant cancelled {units} of this order after they were sent",
        at_merchant=f"Not cancelled at the Supplier: {units} of this order were sent already",
    )


def units_text(count: int) -> str:
    """Return a number of units as text."""
    return f"{count} unit{'s' * (count != 1)}"


def late_reason(lowered: Lowered) -> str:
    """Return the reason why the step of an order with cancelled sent units fails."""
    return sent_reason(lowered.late)


def sent_reason(units: int) -> str:
    """Return the reason of a step whose cancelled units were sent."""
    return f"{units_text(units)} that the Merchant cancelled were sent before; ask for a return"
