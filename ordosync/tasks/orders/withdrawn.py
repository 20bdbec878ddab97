"""Orders that are not sent, as the newest complete source does not have them any more.

Such an order is skipped before its import; an order that was sent is not touched. It is sent if a
newer source has it again.
"""

from collections.abc import Sequence

from msgspec.structs import replace

from ordosync.models import InvalidRecord, Order
from ordosync.store.step_rows import StepRow
from ordosync.tasks.base import Decision, Portal, Step

WITHDRAWN = "withdrawn"


def without_withdrawn(
    portal: Portal, items: Sequence[Order | InvalidRecord], steps: Sequence[Step]
) -> tuple[Step, ...]:
    """Return the steps of a page with the decision not to send orders that were withdrawn."""
    if portal.merchant.withdrawn is None:
        return tuple(steps)
    states = {item.id: item.as_of for item in items if isinstance(item, Order)}
    reasons = portal.merchant.withdrawn({*states.values()})
    return tuple(
        _decided(step, reasons.get(states.get(step.merchant_id or "", ""))) for step in steps
    )


def withdrawn_rows(portal: Portal, rows: Sequence[StepRow]) -> list[StepRow]:
    """Return the orders that a rule holds and that may have been withdrawn, to be read again."""
    held = [row for row in rows if row.is_held_by_rule and row.not_before]
    if portal.merchant.withdrawn is None or not held:
        return []
    reasons = portal.merchant.withdrawn({row.as_of for row in held})
    return [row for row in held if row.as_of in reasons]


def _decided(step: Step, reason: str | None) -> Step:
    # Only an order that was not sent has itself as the payload. It keeps it: a run that may lack
    # steps links the order instead if the Supplier has it.
    if not reason or not isinstance(step.payload, Order):
        return step
    decision = Decision(state="skipped", code=WITHDRAWN, reason=reason)
    return replace(step, decision=decision)
