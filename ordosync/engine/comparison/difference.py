"""A difference between both accounts, and the task that repairs it."""

from dataclasses import dataclass, field

from ordosync.engine.comparison.snapshot import Snapshot
from ordosync.store.links import Link
from ordosync.store.step_rows import StepRef
from ordosync.tasks.base import Portal

NOT_COMPARED = "not-compared"
"""The kind of a pair of orders that cannot be compared."""


@dataclass(frozen=True, kw_only=True)
class Difference:
    """A difference between both accounts."""

    portal: str
    kind: str
    merchant: str = ""
    supplier: str = ""
    description: str
    task: str = ""
    """The task that repairs it; empty if an operator must repair it."""
    step_ref: StepRef | None = None
    corrections: tuple[Link, ...] = ()
    """Links that repair it: both accounts agree, and only the ledger differs."""

    @property
    def fix(self) -> str:
        """The task that repairs it, or `ledger`; empty if an operator must repair it."""
        return self.task or ("ledger" if self.corrections else "")


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """A comparison of two accounts."""

    snapshot: Snapshot
    able: frozenset[str]
    """The tasks that the portal can run."""
    numbers: list[tuple[Link, ...]] = field(default_factory=list)
    """The links of each order that was linked before the ledger, with their units."""

    @property
    def portal(self) -> Portal:
        """The portal of both accounts."""
        return self.snapshot.portal

    def differs(
        self,
        kind: str,
        description: str,
        ids: tuple[str, str],
        *,
        task: str = "",
        step_ref: StepRef | None = None,
        corrections: tuple[Link, ...] = (),
    ) -> Difference:
        """Return a difference, without a task if the portal cannot run that task."""
        is_able = task in self.able
        return Difference(
            portal=self.portal.name,
            kind=kind,
            merchant=ids[0],
            supplier=ids[1],
            description=description,
            task=task if is_able else "",
            step_ref=step_ref if is_able else None,
            corrections=corrections,
        )
