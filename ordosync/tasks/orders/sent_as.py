"""Facts about an order that was sent, for its comparison with the Merchant's order now."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet

from msgspec import Struct

from ordosync.models import InvalidRecord, Order
from ordosync.store.links import Link
from ordosync.tasks.base import Portal
from ordosync.tasks.orders.open_units import ordered_units


class SentAs(Struct, frozen=True, kw_only=True):
    """An order that was sent."""

    is_split: bool = False
    """True if the Merchant split it after the import, so that only a piece still has its id."""
    keeps_lines: bool = False
    """True if its lines count as they were sent, whatever units the Merchant shows now."""
    is_reduced: bool = False
    """True if units of it were removed at the Supplier. If it is read as it was sent, they are
    wanted again."""
    is_empty: bool = False
    """True if all of its lines were removed, and nothing else of it is known."""
    ordered: Mapping[str, int] = {}
    """If cancel-orders removes units that are cancelled: the units of each line by the ledger."""
    lines: Sequence[Link] = ()
    """If import-orders removes them, as cancel-orders does not see them: its lines."""

    def removes_units(self, order: Order) -> bool:
        """True if an order only lacks units or lines, which are to be removed at the Supplier."""
        units = {line.id: line.quantity for line in order.lines}
        sent = {link.merchant_id: link for link in self.lines}
        wanted = [
            (units.get(id_, _not_open(link)), link.ordered or 0) for id_, link in sent.items()
        ]
        has_more = any(n > ordered for n, ordered in wanted) or any(
            n for id_, n in units.items() if id_ not in sent
        )
        return not has_more and any(n < ordered for n, ordered in wanted)


def sent_as(
    portal: Portal,
    items: Sequence[Order | InvalidRecord],
    requested: Sequence[Order | InvalidRecord],
    ledger: Mapping[str, Sequence[Link]],
) -> Mapping[str, SentAs]:
    """Return how these orders are compared; `requested` are they without lines left out."""
    ordered, split = ordered_units(portal, ledger), _split(items)
    keeping = _without_new_lines(portal, requested, ledger)
    lines = ledger if _removes_units(portal) else {}
    return {
        item.id: SentAs(
            is_split=item.id in split,
            keeps_lines=item.id in keeping,
            is_reduced=any(map(_is_reduced, ledger.get(item.id, ()))),
            ordered=ordered,
            lines=lines.get(item.id, ()),
        )
        for item in requested
    }


def _removes_units(portal: Portal) -> bool:
    """True if import-orders removes units at the Supplier in place of cancel-orders."""
    if portal.merchant.reports_removed_units or portal.supplier.edits is None:
        return False
    cancellations = portal.supplier.cancellations
    return bool(cancellations and cancellations.can_reduce) and portal.links.runs_cancellations()


def _is_reduced(link: Link) -> bool:
    """True if units of a line were cancelled, and not by the Supplier itself."""
    return (link.cancelled or 0) > (link.short.cancelled if link.short else 0)


def _not_open(link: Link) -> int:
    return (link.ordered or 0) - (link.open_units or 0)


def _split(items: Sequence[Order | InvalidRecord]) -> frozenset[str]:
    """Return the ids of the orders from which other orders of this page were split.

    Some services keep the id of an order for its first piece, which then has fewer units.
    """
    return frozenset(id_ for item in items if isinstance(item, Order) for id_ in item.ancestors)


def _without_new_lines(
    portal: Portal,
    items: Sequence[Order | InvalidRecord],
    ledger: Mapping[str, Sequence[Link]],
) -> AbstractSet[str]:
    """Return the sent orders whose lines cannot be compared, as the Merchant shows owed units.

    A line that was sent may be missing meanwhile. A line that was not sent is an edit.
    """
    if not portal.merchant.shows_owed_units:
        return frozenset()
    sent = {line.merchant_id for lines in ledger.values() for line in lines}
    return frozenset(
        item.id
        for item in items
        if isinstance(item, InvalidRecord)
        or not any(line.quantity and line.id not in sent for line in item.lines)
    )
