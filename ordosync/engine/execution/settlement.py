"""Settlement of failed steps whose cause no longer exists, without a write.

A run detects this in four ways: the task reports it (`Task.settled`), the file or row
was replaced, a complete read does not report the problem again (`Task.closes`), or the accounts
show that it passed (`Task.passing`). Each way returns decisions, which are recorded unchanged.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

from ordosync.clock import Clock
from ordosync.engine.execution.recorder import Recorder
from ordosync.engine.execution.step_changes import from_settlement
from ordosync.errors import AccountError
from ordosync.store import Store
from ordosync.store.concerns import step_key
from ordosync.store.runs import Run
from ordosync.store.step_rows import StepRow
from ordosync.tasks.base import Decision, Portal, Step, Task

_ASK_AGAIN_AFTER = timedelta(hours=1)
"""The time after which a remote account is asked again if a problem has passed."""
_PASSED = Decision(state="unchanged")
_REPLACED = Decision(state="skipped", code="mended", reason="was corrected since")


class Settlement:
    """Settles the failed steps of one task."""

    def __init__(
        self,
        task: Task,
        portal: Portal,
        store: Store,
        clock: Clock,
        *,
        recorder: Recorder,
        run: Run,
    ) -> None:
        self._task = task
        self._portal = portal
        self._store = store
        self._clock = clock
        self._recorder = recorder
        self._run = run
        self._decisions: dict[str, Decision] = {}
        self._reported: set[str] = set()
        """Keys of the problems that this run has read again."""
        self._is_complete = False

    def settle_passed(self) -> None:
        """Ask the accounts about problems that may pass, and settle those that have."""
        if not self._task.passing:
            return
        rows = [row for row in self._recorder.failed() if self._may_have_passed(row)]
        if not rows:
            return
        pages = self._task.replan(self._portal, rows)
        open_ = {step.key: step.decision for page in pages for step in page.items}
        # A step without a decision has changed, so the read of this run writes it.
        decisions = {row.key: open_.get(row.key, _PASSED) for row in rows}
        changed = [row for row in rows if _has_changed(row, decisions[row.key])]
        self._recorder.counts.unchanged += len(changed)
        with self._recorder.transaction():
            self._store.steps.touch([row.id for row in rows], now=self._clock.now())
            self._save(changed, {key: to for key, to in decisions.items() if to})

    def note(self, steps: Iterable[Step]) -> None:
        """Record the problems that were read again."""
        if self._task.closes:
            self._reported |= {step.key for step in steps if step.content == self._task.closes}

    def decide(self) -> None:
        """Find the steps whose cause does not exist after a complete read; `save` settles them."""
        rows = self._recorder.failed(or_held=True)
        failed = [row for row in rows if row.state == "failed"]
        if rows:
            self._decisions |= self._settled_by_task(rows)
        self._is_complete = True
        unsettled = self._store.steps.unsettled_ids(self._portal.name)
        sources = frozenset(row.key for row in failed if row.is_of_source)
        replaced = {
            *self._portal.merchant.finish_reading(unsettled, sources=sources),
            *self._portal.supplier.finish_reading(unsettled, sources=sources),
        }
        # An order may have the same id as a file.
        self._decisions |= {
            row.key: _REPLACED for row in failed if row.is_of_source and row.key in replaced
        }

    def save(self) -> None:
        """Settle in the open transaction what `decide` has found."""
        if self._decisions:
            self._save(self._recorder.failed(or_held=True), self._decisions)
        if self._task.closes and self._is_complete:
            self._close_unreported()

    def _close_unreported(self) -> None:
        """Settle the problems that a complete read has not reported, also dismissed ones."""
        portal, task = self._portal.name, self._task.name
        dismissed = self._recorder.rows(self._store.concerns.dismissed_steps(portal, task))
        candidates = {row.key: row for row in (*self._recorder.failed(), *dismissed.values())}
        rows = [
            row
            for row in candidates.values()
            if row.content == self._task.closes and row.key not in self._reported
        ]
        self._save(rows, {row.key: _PASSED for row in rows})
        self._store.concerns.take_back(step_key(portal, task, row.key) for row in rows)

    def _save(self, rows: Iterable[StepRow], decisions: Mapping[str, Decision]) -> None:
        settled = [row for row in rows if row.key in decisions]
        if settled:
            self._recorder.save([from_settlement(row, decisions[row.key]) for row in settled])

    def _settled_by_task(self, rows: Sequence[StepRow]) -> Mapping[str, Decision]:
        """Return a decision for each step that the task settles; none if an account fails."""
        try:
            decisions = self._task.settled(self._portal, rows)
            if decisions:
                self._task.announce(self._portal, rows, decisions)
        except AccountError:
            return {}
        return decisions

    def _may_have_passed(self, row: StepRow) -> bool:
        """True if the accounts are asked now: a scheduled run asks remote ones once an hour."""
        if row.code not in self._task.passing:
            return False
        is_cheap = all(account.desk is not None for _, account in self._portal.sides)
        is_asked = self._run.trigger not in ("schedule", "woken")
        return is_cheap or is_asked or self._clock.now() - row.updated_at >= _ASK_AGAIN_AFTER


def _has_changed(row: StepRow, decision: Decision | None) -> bool:
    return decision is not None and (decision is _PASSED or decision.reason != row.reason)
