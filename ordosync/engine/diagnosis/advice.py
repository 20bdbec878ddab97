"""The next step for codes of steps that a retry alone does not settle, as text."""

import shlex
from collections.abc import Mapping

from ordosync.store.step_rows import StepRow
from ordosync.tasks.order_edits import is_edit
from ordosync.tasks.orders.notices import is_notice

ADVICE: Mapping[str, str] = {
    "more-than-ordered": "compare the parcel with the order, and agree on the surplus with the"
    " Supplier",
    "which-lines": "nothing, as it is reported when the order is complete; if the buyer should know"
    " earlier, ask the Supplier which units it has sent",
    "oversold": "ask the Supplier to count it again, or cancel orders; it is closed as soon as the"
    " quantity is 0 or more",
    "not-reducible": "ask the Supplier not to send these units",
    "partially-shipped": "ask the Supplier to keep the units that are not sent yet",
}
"""What an operator can do, by the code of a step that failed or waits."""

NOT_RETRYABLE = frozenset(
    {
        "already-shipped",
        "backordered",
        "below-sent",
        "cancelled",
        "cut",
        "edited",
        "further-parcel",
        "more-than-open",
        "more-than-ordered",
        "other-lines",
        "not-reducible",
        "oversold",
        "partially-shipped",
        "piece-cancelled",
        "product-gone",
        "reused-number",
        "short",
        "split-refused",
    }
)
"""Codes of failed steps that a retry cannot settle."""


def is_retryable(step: StepRow) -> bool:
    """True if a retry may settle a failed step; otherwise only its cause or a dismissal does."""
    return step.code not in NOT_RETRYABLE and not is_notice(step.key)


def close_command(step: StepRow) -> str:
    """Return the command that closes a failed step without a retry."""
    return f"ordosync {'edits keep' if is_edit(step) else 'dismiss'} {step.id}"


def release_command(step: StepRow) -> str:
    """Return the command that sends an order which a rule of its portal holds."""
    return f"ordosync orders release {shlex.quote(step.merchant_id or step.key)}"


def advice_for(step: StepRow) -> str:
    """Return the next step as text; empty if a retry may settle it."""
    if step.code == "partially-shipped" and step.task != "cancel-orders":
        return ""
    return ADVICE.get(step.code or "", "")


def reason_of(step: StepRow) -> str:
    """Return the reason of a step with the next action; a file must be corrected before a retry."""
    reason = step.reason or ""
    if step.code == "invalid.value":
        return f"{reason}, or correct the file, before you retry"
    if (step.code or "").startswith("invalid."):
        return f"{reason}; correct the file before you retry"
    advice = advice_for(step)
    return f"{reason}; {advice}" if advice else reason
