"""Finds failed steps from before the ledger whose parcels have other steps now.

Some accounts showed an order as one parcel, with the order's id. Now each parcel has an id that
begins with the order's id, and a step with that id.
"""

from collections.abc import Iterable, Mapping, Sequence

from ordosync.store.step_rows import StepRef
from ordosync.tasks.base import Decision, Portal

_SUPERSEDED = Decision(
    state="skipped", code="over", reason="the parcel is now reported with its own id"
)


def superseded(portal: Portal, refs: Sequence[StepRef]) -> Mapping[str, Decision]:
    """Return a decision for each failed step of an order whose parcel has another step."""
    of_orders = [step for step in refs if step.key == f"{step.supplier_id}:{_number(step)}"]
    if not of_orders:
        return {}
    order_ids = sorted({step.merchant_id for step in of_orders if step.merchant_id})
    reported = portal.links.parcels_of(order_ids).values()
    labels = [link.supplier_id for links in reported for link in links if link.state == "live"]
    labels += [step.key for step in refs]
    return {step.key: _SUPERSEDED for step in of_orders if _has_own(step, labels)}


def _has_own(step: StepRef, labels: Iterable[str]) -> bool:
    """True if one of these labels has the same number, and its parcel has its own id."""
    start, end = f"{step.supplier_id}:", f":{_number(step)}"
    return any(
        label != step.key and label.startswith(start) and label.endswith(end) for label in labels
    )


def _number(step: StepRef) -> str:
    return step.key.rpartition(":")[2]
