"""Orders that are requested again although cancel-orders has cancelled their rest.

A part was sent before, so the Supplier's order is not cancelled, and has no open unit. A new order
for the rest could send units twice that are in a parcel which is not reported yet. So the order is
linked again, its parcels are reported, and a notice asks the operator for the rest.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet

from ordosync.models import Order
from ordosync.store.ledger import ENDED
from ordosync.store.links import Link
from ordosync.store.step_rows import StepRef
from ordosync.tasks.base import Decision, Portal, Step
from ordosync.tasks.cancellations import supplier_status
from ordosync.tasks.orders.existing import Existing
from ordosync.tasks.orders.notices import REST_CANCELLED


def is_missing(step: Step, restored: Mapping[str, str]) -> bool:
    """True if a step links an order again of which the Supplier has no open unit."""
    return isinstance(step.payload, Existing) and (
        restored.get(step.payload.link.supplier_id) == "shipped"
    )


def is_about(ref: StepRef) -> bool:
    """True if a step is such a notice."""
    return ref.key.endswith(f":{REST_CANCELLED}")


def settled(portal: Portal, refs: Sequence[StepRef]) -> Iterator[tuple[str, Decision]]:
    """Yield a decision for each of these notices that needs no action any more."""
    links = portal.links.of_merchant("order", [ref.merchant_id or "" for ref in refs])
    supplier_ids = sorted({ref.supplier_id or "" for ref in refs})
    families = portal.links.all_of_supplier("order", supplier_ids) if refs else {}
    requested = _requested(portal, links.values()) if refs else frozenset()
    statuses = portal.supplier.orders.statuses(supplier_ids) if refs else {}
    for ref in refs:
        link = links.get(ref.merchant_id or "")
        generation = int(ref.key.rpartition("#")[2].partition(":")[0])
        # Before the order is linked again, its units count as cancelled.
        if link is None or link.generation < generation:
            continue
        if link.generation > generation or link.state in ENDED:
            yield ref.key, _over("was cancelled again")
        elif link.state != "split" and link.merchant_id not in requested:
            yield ref.key, _over("is not requested any more")
        elif not _has_open_units(portal, families.get(link.supplier_id, ())):
            yield ref.key, _over("has no open unit any more")
        elif statuses.get(link.supplier_id) in supplier_status.OPEN:
            yield ref.key, _over("has open units at the Supplier again")


def _requested(portal: Portal, links: Iterable[Link]) -> AbstractSet[str]:
    """Return the orders that the Merchant requests. Of a split order, these are its pieces."""
    ids = sorted(link.merchant_id for link in links if link.state != "split")
    pages = portal.merchant.orders.by_id(ids) if ids else ()
    return {item.id for page in pages for item in page.items if isinstance(item, Order)}


def _has_open_units(portal: Portal, pieces: Sequence[Link]) -> bool:
    """True if units of an order are or may be open. Once a part is reported, it may have pieces."""
    lines = portal.links.lines_of([piece.merchant_id for piece in pieces])
    return not lines or any(line.open_units for of_piece in lines.values() for line in of_piece)


def _over(reason: str) -> Decision:
    return Decision(state="skipped", code="over", reason=reason)
