"""Preview of a run (`--dry-run`): the run itself, with copies of the store and of the accounts.

So it decides by the same code as the run that follows. What a service alone can refuse is not
known, since no write reaches it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace as replaced

from ordosync.clock import Clock
from ordosync.engine.execution.claim import AlreadyRunning
from ordosync.engine.execution.interruption import Stop
from ordosync.engine.execution.run import run_task
from ordosync.engine.execution.safety_limit import causes, causes_text
from ordosync.errors import SafetyLimitError
from ordosync.models import Outcome
from ordosync.store import Store
from ordosync.store.runs import Run, Trigger
from ordosync.store.step_rows import State, StepRow
from ordosync.tasks.base import Portal, Result, Step, Task

_Written = Mapping[str, tuple[Step, Outcome]]
"""The steps that were written, by key, with their outcomes."""


class PlannedStep(Struct, frozen=True, kw_only=True):
    """A step as the run would leave it."""

    key: str
    state: State
    code: str | None = None
    reason: str | None = None
    summary: str = ""
    """The write; empty if none is made."""
    not_before: datetime | None = None
    """When a held step is read again; None: by the next run."""

    @property
    def is_written(self) -> bool:
        """True if the run would write it successfully."""
        return self.state == "done"

    @property
    def is_stopped(self) -> bool:
        """True if only the safety limit keeps it from being written."""
        return self.code == SafetyLimitError.code


@dataclass(frozen=True, kw_only=True)
class Preview:
    """The run that would be made, and its steps."""

    run: Run
    steps: Sequence[PlannedStep]
    stopped_by: str = ""
    """What the safety limit would not let happen, such as `96 of 100 would become 0`."""

    @property
    def writes(self) -> Sequence[PlannedStep]:
        """The steps that would be written."""
        return [step for step in self.steps if step.is_written]


@dataclass(frozen=True, kw_only=True)
class Rehearsal:
    """A run of a task in a sandbox; `open_portal` and `store` must be of one."""

    task: Task
    open_portal: Callable[[], Portal]
    store: Store
    clock: Clock
    stop: Stop
    trigger: Trigger = "manual"
    only: Sequence[StepRow] | None = None

    def preview(self, *, force: bool = False) -> Preview:
        """Return what the run does. If the safety limit stops it: what that keeps from it."""
        at_risk: list[int] = []
        run, written = self._run(at_risk, force=force)
        if run.error is None or run.error.code != SafetyLimitError.code:
            return Preview(run=run, steps=self._steps(run, written))
        forced, written = self._run([], force=True)
        destructive = sum(step.is_destructive for step, _ in written.values())
        exempt = {key for key, (step, _) in written.items() if step.is_exempt}
        change = _CHANGES[self.task.limited]
        by_cause = causes_text(causes(step for step, _ in written.values()))
        return Preview(
            run=run,
            steps=[
                step if step.key in exempt else _stopped(step)
                for step in self._steps(forced, written)
            ],
            stopped_by=f"{destructive} of {at_risk[0]} would {change}{by_cause}",
        )

    def _run(self, at_risk: list[int], *, force: bool) -> tuple[Run, _Written]:
        """Run the task; add the number at risk to `at_risk`."""
        written: dict[str, tuple[Step, Outcome]] = {}
        safety_limit = self.task.safety_limit

        def apply(portal: Portal, steps: Sequence[Step], *, look_first: bool) -> list[Result]:
            results = self.task.apply(portal, steps, look_first=look_first)
            for step, result in zip(steps, results, strict=True):
                written[step.key] = step, result.outcome
            return results

        def noted(portal: Portal, steps_at_risk: int) -> int:
            at_risk.append(safety_limit(portal, steps_at_risk) if safety_limit else 0)
            return at_risk[-1]

        run = run_task(
            replace(self.task, apply=apply, safety_limit=noted if safety_limit else None),
            self.open_portal(),
            self.store,
            self.clock,
            self.stop,
            trigger=self.trigger,
            only=self.only,
            force=force,
        )
        if isinstance(run, AlreadyRunning):
            raise RuntimeError(  # noqa: TRY004 - it is a state, no wrong type
                "another process uses the sandbox of this dry run"
            )
        return run, written

    def _steps(self, run: Run, written: _Written) -> list[PlannedStep]:
        steps = (self._planned(row, written) for row in self.store.steps.of_run(run.id))
        return [step for step in steps if step]

    def _planned(self, row: StepRow, written: _Written) -> PlannedStep | None:
        """Return a step that the run changes; None if it finds that nothing is to do."""
        step, outcome = written.get(row.key, (None, None))
        summary = self.task.summarize(step) if step else ""
        return _planned(row, outcome, summary)


def _planned(row: StepRow, outcome: Outcome | None, summary: str) -> PlannedStep | None:
    if row.state == "done" and (outcome is None or outcome.state == "unchanged"):
        return None
    return PlannedStep(
        key=row.key,
        state=row.state,
        code=row.code,
        reason=row.reason,
        summary=summary,
        not_before=row.not_before if row.state == "held" else None,
    )


_CHANGES = {
    "set to 0": "become 0",
    "cancel": "be cancelled",
    "report as cancelled": "be reported as cancelled",
}


def _stopped(step: PlannedStep) -> PlannedStep:
    if not step.is_written:
        return step
    return replaced(
        step, state="failed", code=SafetyLimitError.code, reason="the safety limit stops the run"
    )
