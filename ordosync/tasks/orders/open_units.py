"""The open units of the Merchant's orders, if its account does not know what was sent.

Each read of such an account has the ordered units. The ledger has the sent ones.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import partial

from msgspec import Struct
from msgspec.structs import replace

from ordosync.models import InvalidRecord, Line, Order, Page
from ordosync.store.links import Link
from ordosync.tasks.base import Portal
from ordosync.tasks.sku_maps.packs import lost_packs, pack_of


def with_open_units(
    portal: Portal, pages: Iterator[Page[Order | InvalidRecord]]
) -> Iterator[Page[Order | InvalidRecord]]:
    """Yield the orders with the units of each line that are still to be sent.

    The units of a line are negative if the order has fewer than were sent.
    """
    if portal.merchant.shows_owed_units:
        yield from _with_units_of_ledger(portal, pages)
        return
    yield from map(partial(_with_open_units, portal), pages)


def _with_open_units(
    portal: Portal, page: Page[Order | InvalidRecord]
) -> Page[Order | InvalidRecord]:
    sent = sent_units(portal, [item.id for item in page.items])
    return replace(page, items=tuple(_open(item, sent) for item in page.items)) if sent else page


def _with_units_of_ledger(
    portal: Portal, pages: Iterator[Page[Order | InvalidRecord]]
) -> Iterator[Page[Order | InvalidRecord]]:
    """Yield the orders; what the Merchant shows of an order counts only until it is sent."""
    for page in pages:
        orders = portal.links.of_merchant("order", [item.id for item in page.items])
        sent = [id_ for id_, link in orders.items() if link.state != "cancelled_by_task"]
        ledger = portal.links.lines_of(sent)
        links = (line for lines in ledger.values() for line in lines)
        units = {line.merchant_id: line.open_units or 0 for line in links}
        items = (_with_units(item, units) if item.id in ledger else item for item in page.items)
        yield replace(page, items=tuple(items))


def _with_units(item: Order | InvalidRecord, units: Mapping[str, int]) -> Order | InvalidRecord:
    if isinstance(item, InvalidRecord):
        return item
    lines = (replace(line, quantity=units.get(line.id, line.quantity)) for line in item.lines)
    return replace(item, lines=tuple(lines))


def sent_units(portal: Portal, order_ids: Sequence[str]) -> Mapping[str, int]:
    """Return the sent units that the quantity of each line includes."""
    sent: Counter[str] = Counter()
    if portal.merchant.includes_sent_units:
        for line in portal.links.line_history(order_ids):
            sent[line.merchant_id] += line.sent or 0
    return +sent


def _open(item: Order | InvalidRecord, sent: Mapping[str, int]) -> Order | InvalidRecord:
    if isinstance(item, InvalidRecord):
        return item
    lines = tuple(
        replace(line, quantity=line.quantity - sent.get(line.id, 0)) for line in item.lines
    )
    return replace(item, lines=lines)


def without_surplus(lines: tuple[Line, ...]) -> tuple[Line, ...]:
    """Return lines without negative units, for an order that is sent again."""
    return tuple(replace(line, quantity=max(line.quantity, 0)) for line in lines)


class SettledUnits(Struct, frozen=True):
    """The units of a line that are not open any more."""

    units: int
    """Sent, or cancelled in both accounts."""
    short: int
    """Cancelled by the Supplier; the Merchant may have cancelled them, too."""
    ordered: int

    def as_ordered(self, quantity: int) -> int:
        """Return the ordered units, given the open ones of the Merchant."""
        found = quantity + self.units
        return max(found, min(found + self.short, self.ordered))


def settled_units(ledger: Mapping[str, Sequence[Link]]) -> Mapping[str, SettledUnits]:
    """Return the units of each line that are settled, by the Merchant's lines."""
    settled = {}
    for line in (line for lines in ledger.values() for line in lines):
        short = line.short.cancelled if line.short else 0
        units = (line.sent or 0) + (line.cancelled or 0) - short
        if units or short:
            # The Merchant cancels whole packs.
            most = lost_packs(line, short) * pack_of(line)
            settled[line.merchant_id] = SettledUnits(units, most, line.ordered or 0)
    return settled


def ordered_units(portal: Portal, ledger: Mapping[str, Sequence[Link]]) -> Mapping[str, int]:
    """Return the units of each line that the Supplier was sent, if cancel-orders removes some.

    Then fewer units are no edit, but a cancellation.
    """
    if not (portal.merchant.reports_removed_units and portal.links.carries_cancellations()):
        return {}
    return {line.merchant_id: line.ordered or 0 for lines in ledger.values() for line in lines}


def not_comparable(
    portal: Portal,
    items: Sequence[Order | InvalidRecord],
    ledger: Mapping[str, Sequence[Link]],
    links: Mapping[str, Link],
) -> AbstractSet[str]:
    """Return the orders with fewer units than the ledger has open, if one of them may be behind.

    Parcels that are not linked yet would look like an edit. So would parcels that were voided and
    are still at the Merchant, if an order without digests got them now.
    """
    may_lack_parcels = portal.links.may_lack_parcels()
    candidates = [
        item
        for item in items
        if isinstance(item, Order) and item.id in links
        if may_lack_parcels or links[item.id].digests is None
    ]
    if not candidates:
        return frozenset()
    open_units = {
        line.merchant_id: line.open_units or 0 for lines in ledger.values() for line in lines
    }
    return {
        item.id
        for item in candidates
        if any(max(line.quantity, 0) < open_units.get(line.id, 0) for line in item.lines)
    }


def as_ordered(
    item: Order | InvalidRecord, settled: Mapping[str, SettledUnits]
) -> Order | InvalidRecord:
    """Return an order with the ordered units: changes by the tasks are not edits."""
    if isinstance(item, InvalidRecord) or not settled:
        return item
    if not any(line.id in settled for line in item.lines):
        return item
    lines = [
        replace(line, quantity=settled[line.id].as_ordered(line.quantity))
        if line.id in settled
        else line
        for line in item.lines
    ]
    return replace(item, lines=tuple(lines))
