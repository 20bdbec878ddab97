"""Something that is not the same on both sides, and what repairs it."""

from dataclasses import dataclass

from ordosync.engine.comparison.snapshot import Snapshot
from ordosync.store.steps import StepRef
from ordosync.tasks.base import Portal

NOT_COMPARED = "not-compared"
"""The kind of what is no difference as far as anybody can tell, nor the same."""


@dataclass(frozen=True, kw_only=True)
class Difference:
    """Something that is not the same on both sides."""

    portal: str
    kind: str
    merchant: str = ""
    supplier: str = ""
    what: str
    task: str = ""
    """What repairs it; empty: people."""
    step_ref: StepRef | None = None


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """Two accounts that are being compared."""

    snapshot: Snapshot
    able: frozenset[str]
    """The tasks that the portal can run."""

    @property
    def portal(self) -> Portal:
        """Whose accounts they are."""
        return self.snapshot.portal

    def differs(
        self,
        kind: str,
        what: str,
        about: tuple[str, str],
        *,
        task: str = "",
        step_ref: StepRef | None = None,
    ) -> Difference:
        """Return a difference; a task that the portal cannot run repairs nothing."""
        can = task in self.able
        return Difference(
            portal=self.portal.name,
            kind=kind,
            merchant=about[0],
            supplier=about[1],
            what=what,
            task=task if can else "",
            step_ref=step_ref if can else None,
        )
