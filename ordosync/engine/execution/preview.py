"""Preview of a run (`--dry-run`): the run itself, with copies of the store and of the accounts.

So it decides by the same code as the run that follows. What a service alone can refuse is not
known, since no write reaches it.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from msgspec.structs import replace as replaced

from ordosync.clock import Clock
from ordosync.engine.execution.claim import AlreadyRunning
from ordosync.engine.execution.interruption import Stop
from ordosync.engine.execution.planned_steps import PlannedStep, PlannedSteps, PlannedWrites
from ordosync.engine.execution.run import run_task
from ordosync.engine.execution.safety_limit import causes_text
from ordosync.errors import SafetyLimitError
from ordosync.store import Store
from ordosync.store.runs import Run, Trigger
from ordosync.store.step_rows import StepRow
from ordosync.tasks.base import Portal, Result, Step, Task


@dataclass(frozen=True, kw_only=True)
class Preview:
    """The run that would be made, and its steps."""

    run: Run
    steps: PlannedSteps
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
        change = _CHANGES[self.task.limited]
        by_cause = causes_text(written.causes)
        return Preview(
            run=run,
            steps=self._steps(forced, written, is_stopped=True),
            stopped_by=f"{written.destructive} of {at_risk[0]} would {change}{by_cause}",
        )

    def _run(self, at_risk: list[int], *, force: bool) -> tuple[Run, PlannedWrites]:
        """Run the task; add the number at risk to `at_risk`."""
        written = PlannedWrites(self.task.summarize)
        safety_limit = self.task.safety_limit

        def apply(portal: Portal, steps: Sequence[Step], *, look_first: bool) -> list[Result]:
            results = self.task.apply(portal, steps, look_first=look_first)
            written.add(steps, results)
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

    def _steps(self, run: Run, written: PlannedWrites, *, is_stopped: bool = False) -> PlannedSteps:
        """Return the steps of a run; `is_stopped`: the safety limit allows only exempt ones."""
        return PlannedSteps(_planned(self.store.steps.each_of_run(run.id), written, is_stopped))


def _planned(
    rows: Iterable[StepRow], written: PlannedWrites, is_stopped: bool
) -> Iterator[PlannedStep]:
    """Yield the steps that the run changes, without those for which nothing is to do."""
    for row in rows:
        write = written.of(row.key)
        if row.state == "done" and (write is None or write.outcome == "unchanged"):
            continue
        step = PlannedStep(
            key=row.key,
            state=row.state,
            code=row.code,
            reason=row.reason,
            summary=write.summary if write else "",
            not_before=row.not_before if row.state == "held" else None,
        )
        is_exempt = write is not None and write.is_exempt
        yield _stopped(step) if is_stopped and step.is_written and not is_exempt else step


_CHANGES = {
    "set to 0": "become 0",
    "cancel": "be cancelled",
    "report as cancelled": "be reported as cancelled",
}


def _stopped(step: PlannedStep) -> PlannedStep:
    return replaced(
        step, state="failed", code=SafetyLimitError.code, reason="the safety limit stops the run"
    )
