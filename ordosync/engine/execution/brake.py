"""The brake: a plan that would take away so much at once that it is probably a mistake.

A whole listing that is suddenly empty, or a stock file cut short, looks like this. Where few
things are at stake a large share of them is nothing strange.
"""

from collections.abc import Sequence

from ordosync.errors import BrakeError
from ordosync.tasks.base import Portal, Step, Task

_LEAST = 20
_SHARE = 0.3


class Brake:
    """Adds up a plan, page by page."""

    def __init__(self, task: Task, portal: Portal) -> None:
        self._task = task
        self._portal = portal
        self._destructive = self._at_risk = 0
        self.planned = 0

    def weigh(self, steps: Sequence[Step], owed: Sequence[Step]) -> None:
        """Add a page: what was read, and what of it would be written."""
        self._at_risk += sum(step.is_at_risk for step in steps)
        self._destructive += sum(step.is_destructive for step in owed)
        self.planned += len(owed)

    def check(self) -> None:
        """Raise `BrakeError` where the plan would take away too much."""
        if not self._task.brake or self._destructive < _LEAST:
            return
        at_risk = self._task.brake(self._portal, self._at_risk)
        if self._destructive <= _SHARE * at_risk:
            return
        what = "set to 0" if self._task.writes_to == "merchant" else "cancel"
        raise BrakeError(
            f"account {self._task.target(self._portal).name}",
            self._task.name,
            f"would {what} {self._destructive} of {at_risk} at once; nothing was sent. If that is"
            f" right: `ordosync {self._task.name} {self._portal.name} --force`",
        )
