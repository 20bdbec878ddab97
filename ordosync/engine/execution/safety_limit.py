"""The safety limit of a plan, which stops a run that would remove too much at once.

An empty product list or a truncated stock file would set most of the stock to 0. If only a few
steps are at risk, a large share of them is not unusual.
"""

from collections.abc import Sequence

from ordosync.errors import SafetyLimitError
from ordosync.tasks.base import Portal, Step, Task

_LEAST = 20
_SHARE = 0.3


class SafetyLimit:
    """Adds up the destructive writes of a plan, page by page."""

    def __init__(self, task: Task, portal: Portal) -> None:
        self._task = task
        self._portal = portal
        self._destructive = self._at_risk = 0
        self.planned = 0

    def weigh(self, steps: Sequence[Step], limited: Sequence[Step]) -> None:
        """Add a page: all its steps, and those that are written only if the limit allows them."""
        self._at_risk += sum(step.is_at_risk for step in steps)
        self._destructive += sum(step.is_destructive for step in limited)
        self.planned += len(limited)

    def check(self) -> None:
        """Raise `SafetyLimitError` if the plan would remove too much."""
        if not self._task.safety_limit or self._destructive < _LEAST:
            return
        at_risk = self._task.safety_limit(self._portal, self._at_risk)
        if self._destructive <= _SHARE * at_risk:
            return
        action = self._task.limited
        raise SafetyLimitError(
            f"account {self._task.target(self._portal).name}",
            self._task.name,
            f"would {action} {self._destructive} of {at_risk} at once, so nothing was sent; if that"
            f" is correct, run `ordosync {self._task.name} {self._portal.name} --force`",
        )
