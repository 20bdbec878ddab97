"""The steps of one run: grouped by state, failures first, with what the run has written."""

import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ordosync.cli.output.render import local
from ordosync.cli.output.tables import table
from ordosync.clock import to_nullable, to_text
from ordosync.store.concerns import Concern
from ordosync.store.step_rows import State, StepRow
from ordosync.store.written import Written

STATES: tuple[State, ...] = (
    *("failed", "unknown", "sending", "waiting", "held", "skipped", "done"),
)
"""Every state, in the order in which steps are shown: first what may need the operator."""
_LONG_KEY, _KEY_START, _KEY_END = 28, 18, 8


@dataclass(frozen=True, kw_only=True)
class RunSteps:
    """The steps of one run."""

    run: int
    steps: Sequence[StepRow]
    """As they stand now."""
    past: Mapping[str, Written]
    """What the run has written of steps that later runs have written again, by key."""
    numbers: Mapping[str, str] = field(default_factory=dict)
    """The numbers of orders that the Merchant shows with another number than its id, by id."""
    are_of_orders: bool = True
    dismissals: Mapping[str, Concern] = field(default_factory=dict)
    """The problems that the operator has dismissed, by the key of their step."""

    def of_states(self, states: Sequence[str]) -> "RunSteps":
        """Return the steps in these states, grouped; all of them if `states` is empty."""
        chosen = [step for step in self.steps if not states or step.state in states]
        chosen.sort(key=lambda step: STATES.index(step.state))
        return replace(self, steps=chosen)

    def dismissal(self, step: StepRow) -> Concern | None:
        """Return the dismissal of a step; None if its content has changed since."""
        concern = self.dismissals.get(step.key)
        return concern if concern and concern.content == step.content else None

    def number(self, step: StepRow) -> str:
        """Return the number that the Merchant shows, if it is not the id; otherwise empty."""
        return self.numbers.get(step.merchant_id or "", "")

    def order(self, step: StepRow) -> str:
        """Return the Merchant's number of an order that the key does not begin with."""
        id_ = step.merchant_id or ""
        begins = step.key.startswith(id_) and step.key[len(id_) :][:1] in ("", "#", ":")
        is_in_key = not self.are_of_orders or begins
        return self.number(step) or ("" if is_in_key else id_)

    def written(self, step: StepRow) -> Written | None:
        """Return what this run has written, although a later run may have tried the step again."""
        return step.written if step.last_run_id == self.run else self.past.get(step.key)

    @property
    def summary(self) -> str:
        """The number of steps in each state."""
        counts = Counter(step.state for step in self.steps)
        return ", ".join(f"{counts[state]} {state}" for state in STATES if counts[state])


def show_steps(shown: RunSteps) -> None:
    """Show steps, one per row, grouped by state."""
    columns = (
        *("step", "key", "state", "code", "reason", "supplier", "not before"),
        *("written", "order"),
    )
    orders = [shown.order(step) for step in shown.steps]
    table(
        columns,
        [
            (
                step.id,
                _key(step.key),
                step.state,
                step.code or "",
                _reason(shown, step),
                step.supplier_id or "",
                step.not_before or "",
                _written(shown, step),
                order,
            )
            for step, order in zip(shown.steps, orders, strict=True)
        ],
        # The key of a parcel has the Supplier's number and the tracking number.
        less=("supplier", "code", *(["key"] if all(orders) else [])),
        if_any=("code", "reason", "supplier", "not before", "written", "order"),
    )


def step_json(shown: RunSteps, step: StepRow) -> dict[str, Any]:
    """Return a step as `show --json` prints it."""
    written, closed = shown.written(step), shown.dismissal(step)
    return {
        "id": step.id,
        "key": step.key,
        "state": step.state,
        "code": step.code,
        "reason": step.reason,
        "merchant": step.merchant_id,
        "merchant_number": shown.number(step) or step.merchant_id,
        "supplier": step.supplier_id,
        "attempts": step.attempts,
        "not_before": to_nullable(step.not_before),
        "last_run": step.last_run_id,
        "written": written.fields if written else None,
        "dismissed_at": to_text(closed.dismissed_at) if closed else None,
        "note": (closed.note or None) if closed else None,
    }


def _written(shown: RunSteps, step: StepRow) -> str:
    written = shown.written(step)
    text = written.text if written else ""
    if step.last_run_id == shown.run:
        return text
    return f"{text} (later: run {step.last_run_id})".lstrip()


def _reason(shown: RunSteps, step: StepRow) -> str:
    """Return the reason of a step, and when and why the operator dismissed it."""
    if not (closed := shown.dismissal(step)):
        return step.reason or ""
    note = f": {closed.note}" if closed.note else ""
    return "; ".join(filter(None, (step.reason, f"dismissed {local(closed.dismissed_at)}{note}")))


def _key(key: str) -> str:
    """Return a key; on a terminal, the middle of a long one is left out."""
    if len(key) <= _LONG_KEY or not sys.stdout.isatty():
        return key
    return f"{key[:_KEY_START]}…{key[-_KEY_END:]}"
