"""Differences in tracking between an order of the Merchant and its order at the Supplier."""

from collections.abc import Iterator, Sequence

from ordosync.engine.comparison.difference import Comparison, Difference
from ordosync.engine.comparison.order_trees import Match, is_open, valid_numbers
from ordosync.models import OWN, OrderSnapshot, Shipment
from ordosync.store.step_rows import StepRef


def tracking_differences(
    comparison: Comparison, match: Match, ours: OrderSnapshot, theirs: OrderSnapshot
) -> Iterator[Difference]:
    """Yield the difference between the tracking number of an order and that of its parcel."""
    about = (ours.order.id, match.supplier_id)
    here = valid_numbers(ours)
    label = next((one for one in reversed(theirs.shipments) if not one.voided), None)
    if label is None or not label.tracking_number:
        if theirs.order.status == "shipped" and not here:
            yield comparison.differs("no-tracking", _without_number(comparison), about)
        elif here and is_open(theirs) and comparison.portal.supplier.lists_all:
            yield _void(comparison, match, ours, theirs)
    elif label.is_partial:
        yield comparison.differs("partially-shipped", _in_part(label, here), about)
    elif ours.order.status == "cancelled":
        what = f"is shipped at the Supplier with {label.tracking_number}, cancelled at the Merchant"
        yield comparison.differs("shipped-though-cancelled", what, about)
    elif not here:
        step_ref = StepRef(key=f"{label.id}:{label.tracking_number}", **_of_label(match, label))
        what = f"is shipped at the Supplier with {label.tracking_number}, not at the Merchant"
        yield comparison.differs(
            "no-tracking", what, about, task="update-tracking", step_ref=step_ref
        )
    elif label.tracking_number not in here:
        what = (
            f"has tracking {label.tracking_number} at the Supplier, {', '.join(here)} at the"
            " Merchant, which keeps its own; correct it by hand"
        )
        yield comparison.differs("tracking-differs", what, about)


def _in_part(label: Shipment, here: Sequence[str]) -> str:
    numbers = ", ".join((*label.other_numbers, label.tracking_number))
    if here:
        return f"is sent in part at the Supplier with {numbers}, and shipped at the Merchant"
    return f"is sent in part at the Supplier with {numbers}; the Merchant waits for the rest"


def _without_number(comparison: Comparison) -> str:
    """Return the text for an order that is shipped without a tracking number."""
    if comparison.portal.supplier.lists_all:
        return "is shipped at the Supplier without a tracking number; add it there"
    return "is shipped at the Supplier, and the Merchant has no valid tracking number"


def _void(
    comparison: Comparison, match: Match, ours: OrderSnapshot, theirs: OrderSnapshot
) -> Difference:
    told = next(one for one in reversed(ours.shipments) if not one.voided)
    number = told.tracking_number
    deleted = next((one for one in theirs.shipments if one.tracking_number in ("", number)), None)
    if told.id == OWN:
        deleted = None  # The valid number is another one.
    what = f"has tracking {number} at the Merchant, and is open at the Supplier"
    step_ref = None
    if deleted:
        step_ref = StepRef(key=f"{deleted.id}:{number}:void", **_of_label(match, deleted))
    return comparison.differs(
        "tracking-void",
        what,
        (ours.order.id, match.supplier_id),
        task="update-tracking" if step_ref else "",
        step_ref=step_ref,
    )


def _of_label(match: Match, label: Shipment) -> dict[str, str]:
    return {"merchant_id": match.merchant_id, "supplier_id": label.id}
