"""The plan of a task with a safety limit, which is complete before its first write.

A small and recent plan waits in memory, and is written as it was read. Otherwise it waits in the
store, without payloads: these may be personal data, and may not fit in memory. Then each record is
read again just before its write.
"""

from collections.abc import Iterator, Sequence

from ordosync import progress
from ordosync.clock import Clock
from ordosync.engine.execution.delivery import Delivery
from ordosync.engine.execution.recorder import Recorder
from ordosync.engine.execution.safety_limit import SafetyLimit
from ordosync.engine.execution.step_changes import skip_gone, step_change
from ordosync.errors import SafetyLimitError
from ordosync.store import Store
from ordosync.store.runs import Counts
from ordosync.store.step_rows import PLANNED, StepRow
from ordosync.tasks.base import Portal, Step, Task

_RECENT_S = 10
"""The age up to which a plan is written as it was read; a large batch takes longer to write."""
_SMALL = 5000
"""The number of steps that are kept in memory, about as many MiB as thousands."""


class LimitedPlan:
    """The plan of one run."""

    def __init__(
        self,
        task: Task,
        portal: Portal,
        store: Store,
        clock: Clock,
        *,
        recorder: Recorder,
        delivery: Delivery,
    ) -> None:
        self._task = task
        self._portal = portal
        self._store = store
        self._clock = clock
        self._recorder = recorder
        self._delivery = delivery
        self._limit = SafetyLimit(task, portal)
        self._began_at_s = clock.monotonic()
        self._is_kept = task.writes_plan(portal)
        self._kept: list[Step] = []
        """The steps that wait in memory."""
        self._forget()

    def add(self, records: Sequence[Step], to_send: Sequence[Step]) -> None:
        """Add the records of a page, some of which are written; write those without a limit."""
        self._delivery.send([step for step in to_send if step.is_exempt])
        limited = [step for step in to_send if not step.is_exempt]
        self._limit.weigh(records, limited)
        self._kept += limited
        if not self._is_kept or len(self._kept) > _SMALL:
            self._store_kept()

    def send(self, *, force: bool) -> None:
        """Write the plan. Unless `force`, raise `SafetyLimitError` if it changes too much."""
        if not force:
            self._check()
        with progress.phase(f"{self._portal.name}: write", total=self._limit.planned):
            self._send_kept()
            self._send_stored()

    def _check(self) -> None:
        try:
            self._limit.check()
        except SafetyLimitError:
            done = self._recorder.counts.done
            self._recorder.counts = Counts(done=done, failed=self._limit.planned)
            self._forget()
            raise

    def _forget(self) -> None:
        with self._recorder.transaction():
            self._store.steps.forget_planned(self._portal.name, self._task.name)

    def _send_kept(self) -> None:
        size = self._task.target(self._portal).limits.batch_size
        while self._kept and self._clock.monotonic() - self._began_at_s <= _RECENT_S:
            batch, self._kept = self._kept[:size], self._kept[size:]
            self._delivery.send(batch)
            progress.advance(len(batch))
        self._store_kept()

    def _store_kept(self) -> None:
        if self._kept:
            changes = [step_change(step, "waiting", code=PLANNED) for step in self._kept]
            self._recorder.record(changes)
        self._kept = []

    def _send_stored(self) -> None:
        for rows in self._stored():
            remaining = {row.key: row for row in rows}
            for page in self._task.replan(self._portal, rows):
                steps = {step.key: step for step in page.items if step.key in remaining}
                self._recorder.record(self._recorder.count_decisions(steps.values()))
                self._delivery.send([step for step in steps.values() if not step.decision])
                for key in steps:
                    del remaining[key]
            self._recorder.counts.skipped += len(remaining)
            self._recorder.record([skip_gone(row) for row in remaining.values()])
            progress.advance(len(rows))

    def _stored(self) -> Iterator[Sequence[StepRow]]:
        portal, task, last = self._portal.name, self._task.name, 0
        while rows := self._store.steps.planned(portal, task, after=last):
            last = rows[-1].id
            yield rows
