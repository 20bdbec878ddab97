"""Differences in tracking between an order of the Merchant and its order at the Supplier."""

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from ordosync.engine.comparison.difference import Comparison, Difference
from ordosync.engine.comparison.order_trees import Match, is_open, valid_numbers
from ordosync.models import OWN, OrderSnapshot, Shipment
from ordosync.store.step_rows import StepRef


def tracking_differences(
    comparison: Comparison, match: Match, ours: OrderSnapshot, theirs: OrderSnapshot
) -> Iterator[Difference]:
    """Yield the difference between the tracking number of an order and that of its parcel."""
    ids = (ours.order.id, match.supplier_id)
    numbers_at_merchant = valid_numbers(ours)
    label = next((shipment for shipment in reversed(theirs.shipments) if not shipment.voided), None)
    if label is None or not label.tracking_number:
        if theirs.order.status == "shipped" and not numbers_at_merchant:
            yield comparison.differs("no-tracking", _without_number(comparison), ids)
        elif numbers_at_merchant and is_open(theirs) and comparison.portal.supplier.lists_all:
            yield _void(comparison, match, ours, theirs)
    elif label.is_partial:
        yield comparison.differs(
            "partially-shipped", _partly_shipped(label, numbers_at_merchant), ids
        )
    elif ours.order.status == "cancelled":
        description = (
            f"is shipped at the Supplier with {label.tracking_number}, cancelled at the Merchant"
        )
        yield comparison.differs("shipped-though-cancelled", description, ids)
    elif not numbers_at_merchant:
        step_ref = StepRef(key=f"{label.id}:{label.tracking_number}", **_ids(match, label))
        description = (
            f"is shipped at the Supplier with {label.tracking_number}, not at the Merchant"
        )
        yield comparison.differs(
            "no-tracking", description, ids, task="update-tracking", step_ref=step_ref
        )
    elif label.tracking_number not in numbers_at_merchant:
        description = (
            f"has tracking {label.tracking_number} at the Supplier and"
            f" {', '.join(numbers_at_merchant)} at the Merchant, whose number is kept;"
            " correct it by hand"
        )
        yield comparison.differs("tracking-differs", description, ids)


def _partly_shipped(label: Shipment, at_merchant: Sequence[str]) -> str:
    numbers = ", ".join((*label.other_numbers, label.tracking_number))
    if at_merchant:
        return f"is sent in part at the Supplier with {numbers}, and shipped at the Merchant"
    return (
        f"is sent in part at the Supplier with {numbers}; it is reported when all units are shipped"
    )


def _without_number(comparison: Comparison) -> str:
    """Return the text for an order that is shipped without a tracking number."""
    if comparison.portal.supplier.lists_all:
        return "is shipped at the Supplier without a tracking number; add it there"
    return "is shipped at the Supplier, and the Merchant has no valid tracking number"


def _void(
    comparison: Comparison, match: Match, ours: OrderSnapshot, theirs: OrderSnapshot
) -> Difference:
    reported = next(shipment for shipment in reversed(ours.shipments) if not shipment.voided)
    number = reported.tracking_number
    deleted = next(
        (shipment for shipment in theirs.shipments if shipment.tracking_number in ("", number)),
        None,
    )
    if reported.id == OWN:
        deleted = None  # The valid number is another one.
    description = f"has tracking {number} at the Merchant, and is open at the Supplier"
    step_ref = None
    if deleted:
        deleted = replace(deleted, id=_reported_id(comparison, match, number) or deleted.id)
        step_ref = StepRef(key=f"{deleted.id}:{number}:void", **_ids(match, deleted))
    return comparison.differs(
        "tracking-void",
        description,
        (ours.order.id, match.supplier_id),
        task="update-tracking" if step_ref else "",
        step_ref=step_ref,
    )


def _reported_id(comparison: Comparison, match: Match, number: str) -> str:
    """Return the id of the parcel that was reported with a number that its account forgot."""
    parcels = comparison.portal.links.parcels_of([match.merchant_id]).get(match.merchant_id, ())
    return next((link.parcel_id for link in parcels if link.number == number), "")


def _ids(match: Match, label: Shipment) -> dict[str, str]:
    return {"merchant_id": match.merchant_id, "supplier_id": label.id}
