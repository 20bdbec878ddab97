"""The safety limit of a plan, which stops a run that would remove too much at once.

An empty product list or a truncated stock file would set most of the stock to 0. If only a few
steps are at risk, a large share of them is not unusual.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

from ordosync.errors import SafetyLimitError
from ordosync.tasks.base import Portal, Step, Task

_LEAST = 20
_SHARE = 0.3


_BY_SOURCE = "by the Supplier"


def causes(steps: Iterable[Step]) -> Counter[str]:
    """Return the number of destructive steps by their cause."""
    return Counter(step.cause or _BY_SOURCE for step in steps if step.is_destructive)


def causes_text(counts: Counter[str]) -> str:
    """Return how many destructive steps have each cause; empty if the Supplier is the only one."""
    if not counts.keys() - {_BY_SOURCE}:
        return ""
    return f" ({', '.join(f'{count} {cause}' for cause, count in counts.most_common())})"


class SafetyLimit:
    """Adds up the destructive writes of a plan, page by page."""

    def __init__(self, task: Task, portal: Portal) -> None:
        self._task = task
        self._portal = portal
        self._destructive = self._at_risk = 0
        self._causes: Counter[str] = Counter()
        self.planned = 0

    def weigh(self, steps: Sequence[Step], limited: Sequence[Step]) -> None:
        """Add a page: all its steps, and those that are written only if the limit allows them."""
        self._at_risk += sum(step.is_at_risk for step in steps)
        self._destructive += sum(step.is_destructive for step in limited)
        self._causes.update(causes(limited))
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
            f"would {action} {self._destructive} of {at_risk} at once{causes_text(self._causes)},"
            " so nothing was sent; if that is correct, run"
            f" `ordosync {self._task.name} {self._portal.name} --force`",
        )
