"""Finds failed parcels of before the ledger that have steps of their own by now.

Some accounts showed an order as one parcel, with the order's id. Now each parcel has an id that
begins with that of its order, and a step with that id.
"""

from collections.abc import Iterable, Mapping, Sequence

from ordosync.store.step_rows import StepRef
from ordosync.tasks.base import Decision, Portal

_SUPERSEDED = Decision(
    state="skipped", code="over", reason="the parcel is reported by its own id now"
)


def superseded(portal: Portal, refs: Sequence[StepRef]) -> Mapping[str, Decision]:
    """Return a decision for each failed step of an order whose parcel has a step of its own."""
    of_orders = [step for step in refs if step.key == f"{step.supplier_id}:{_number(step)}"]
    if not of_orders:
        return {}
    order_ids = sorted({step.merchant_id for step in of_orders if step.merchant_id})
    reported = portal.links.parcels_of(order_ids).values()
    labels = [link.supplier_id for links in reported for link in links if link.state == "live"]
    labels += [step.key for step in refs]
    return {step.key: _SUPERSEDED for step in of_orders if _has_own(step, labels)}


def _has_own(step: StepRef, labels: Iterable[str]) -> bool:
    """True if one of these labels is the same number, of a parcel with an id of its own."""
    start, end = f"{step.supplier_id}:", f":{_number(step)}"
    return any(
        label != step.key and label.startswith(start) and label.endswith(end) for label in labels
    )


def _number(step: StepRef) -> str:
    return step.key.rpartition(":")[2]
