"""Finds partially sent orders whose rest the Supplier cancelled without a task. Writes nothing.

The Supplier has no open unit any more, although the links have, and the Merchant still requests
them. Such an order is a failed step. It is settled once the Merchant cancels the units, or once the
Supplier restores or sends them.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from ordosync.models import InvalidRecord, Shipment
from ordosync.store.ledger import ENDED
from ordosync.store.links import Link
from ordosync.store.step_rows import StepRef
from ordosync.tasks.base import Decision, Portal, Step
from ordosync.tasks.cancellations.lowered_units import wanted_units
from ordosync.tasks.parcels.units import Family

CANCELLED_REST = "supplier-cancelled-rest"
_COMPLETE = ("shipped", "cancelled")
"""Statuses of partially sent orders without open units."""
_REASON = (
    "was sent in part, and the Supplier cancelled the other units; cancel them at the Merchant, or"
    " ask the Supplier to restore them"
)


def is_about(ref: StepRef) -> bool:
    """True if a step is one of this module."""
    return ref.key.endswith(f":{CANCELLED_REST}")


def cancelled_rests(
    portal: Portal,
    items: Iterable[Shipment | InvalidRecord],
    families: Mapping[str, Family],
    steps: Sequence[Step],
) -> Iterator[Step]:
    """Yield a step for each of these orders that stays open after the parcels on this page."""
    unreported = {
        step.merchant_id for step in steps if step.decision and step.decision.state != "unchanged"
    }
    complete = {
        item.order_id: families[item.order_id]
        for item in items
        if isinstance(item, Shipment) and _is_complete(item) and item.order_id in families
    }
    candidates = {
        id_: family
        for id_, family in complete.items()
        if family.pieces[0].state == "live"
        and family.pieces[0].merchant_id not in unreported
        and any((family.open_units(line) or 0) > 0 for line in _open_lines(family))
    }
    links = [family.pieces[0] for family in candidates.values()]
    late = portal.links.with_unreported_parcels([link.merchant_id for link in links])
    history = portal.links.all_of_supplier("order", list(candidates))
    yield from _failed(
        portal,
        {
            family.pieces[0]: (_open_lines(family), family.planned)
            for id_, family in candidates.items()
            if family.pieces[0].merchant_id not in late
            # If a task cancelled the rest, and the Merchant requests it again, a notice reports it.
            if not any(link.state in ENDED for link in history[id_])
        },
    )


def recheck(portal: Portal, refs: Sequence[StepRef]) -> Iterator[Step]:
    """Yield those of these steps whose problem still exists."""
    links = portal.links.of_supplier("order", [ref.supplier_id or "" for ref in refs])
    lines = portal.links.lines_of([link.merchant_id for link in links.values()])
    yield from _failed(
        portal,
        {
            link: (lines.get(link.merchant_id, ()), Counter())
            for link in links.values()
            if link.state == "live"
        },
    )


def _is_complete(item: Shipment) -> bool:
    """True if a valid parcel with known units is the last one of its order."""
    return not item.voided and item.is_last and item.lines is not None


def _open_lines(family: Family) -> Sequence[Link]:
    return family.lines.get(family.pieces[0].merchant_id, ())


def _failed(
    portal: Portal, orders: Mapping[Link, tuple[Sequence[Link], Mapping[str, int]]]
) -> Iterator[Step]:
    """Yield a step for each order with units that only the Merchant and the links have open.

    Each order comes with its lines, and with the units in parcels that are not reported yet.
    """
    # If report-shortages can run, it reports these units.
    if not orders or "report-shortages" not in portal.config.unavailable:
        return
    statuses = portal.supplier.orders.statuses([link.supplier_id for link in orders])
    complete = [link for link in orders if statuses.get(link.supplier_id) in _COMPLETE]
    wanted = wanted_units(portal, [link.merchant_id for link in complete]) if complete else {}
    for link in complete:
        lines, in_parcels = orders[link]
        units = wanted.get(link.merchant_id, {})
        if any(
            min(line.open_units or 0, units.get(line.merchant_id, 0))
            > in_parcels.get(line.merchant_id, 0)
            for line in lines
        ):
            yield _step(link)


def _step(link: Link) -> Step:
    return Step(
        key=f"{link.supplier_id}:{CANCELLED_REST}",
        merchant_id=link.merchant_id,
        supplier_id=link.supplier_id,
        content=CANCELLED_REST,
        # If it happens again, it is reported again.
        needs_redo=True,
        decision=Decision(state="failed", code=CANCELLED_REST, reason=_REASON),
    )
