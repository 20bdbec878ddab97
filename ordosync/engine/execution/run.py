"""One run of a task for a portal, from its claim to its end.

A run first settles what earlier runs left. Then it reads, page by page, what changed since the
cursor; it decides what each record needs, and delivers the writes. A safety limit makes the whole
plan before the first write. The transaction that ends the run moves the cursor, so after a failed
run the same records are read again.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from ordosync import errors, progress
from ordosync.clock import Clock, StoppedError
from ordosync.database import sqlite3
from ordosync.engine.execution.claim import (
    AlreadyRunning,
    Claim,
    GaveUp,
    NotDue,
    claim,
    claim_if_due,
    released_after_error,
)
from ordosync.engine.execution.cursor import ReadCursor
from ordosync.engine.execution.decisions import Edited, Need, Unchanged, decide
from ordosync.engine.execution.delivery import Delivery
from ordosync.engine.execution.interruption import InterruptedRunError, Stop
from ordosync.engine.execution.line_claims import LineClaims
from ordosync.engine.execution.plan import LimitedPlan
from ordosync.engine.execution.recorder import Recorder
from ordosync.engine.execution.recovery import Recovery, lacks_steps
from ordosync.engine.execution.relinking import SplitLinks
from ordosync.engine.execution.reopening import reopen, reopenable
from ordosync.engine.execution.settlement import Settlement
from ordosync.engine.execution.sku_maps import read_sku_map
from ordosync.engine.scheduling.waking import wake_after
from ordosync.errors import AccountError, OrdosyncError, PartlyReadError, mistake
from ordosync.failpoints import fault
from ordosync.models import Page
from ordosync.store import Store
from ordosync.store.runs import Run, RunError, Status, Trigger
from ordosync.store.step_rows import StepRow
from ordosync.tasks.base import PlanRequest, Portal, Step, Task

_Edits = Mapping[str, StepRow]
_LEAST_DEADLINE_S = 60


def run_task(
    task: Task,
    portal: Portal,
    store: Store,
    clock: Clock,
    stop: Stop,
    *,
    trigger: Trigger,
    only: Sequence[StepRow] | None = None,
    force: bool = False,
) -> Run | AlreadyRunning:
    """Run a task now, or retry only the steps `only`; `force` overrides the safety limit.

    An error of an account is recorded in the run, never raised. Raise `LeaseLostError` if another
    process took over the run, and `DatabaseError` if the store cannot be written.
    """
    claimed = claim(task, portal, store, clock, trigger)
    if isinstance(claimed, AlreadyRunning):
        return claimed
    with released_after_error(claimed.lease, store, clock):
        return Execution(task, portal, store, clock, stop, claim=claimed).run(only, force=force)


def run_if_due(
    task: Task, portal: Portal, store: Store, clock: Clock, stop: Stop
) -> Run | AlreadyRunning | NotDue | GaveUp:
    """Run a task if it is due now. A run that takes too long ends as interrupted.

    Raises as `run_task` does.
    """
    claimed = claim_if_due(task, portal, store, clock)
    if not isinstance(claimed, Claim):
        return claimed
    with released_after_error(claimed.lease, store, clock):
        row = store.schedule.get(portal.name, task.name)
        interval_s = (row and row.interval_s) or 0
        deadline = stop.within(max(_LEAST_DEADLINE_S, 0.8 * interval_s))
        return Execution(task, portal, store, clock, deadline, claim=claimed).run()


class Execution:
    """One run: its collaborators, and the order in which they work."""

    def __init__(
        self, task: Task, portal: Portal, store: Store, clock: Clock, stop: Stop, *, claim: Claim
    ) -> None:
        self._task, self._portal, self._store, self._clock = task, portal, store, clock
        self._stop, self._claim, run = stop, claim, claim.run
        restored_at = store.schedule.restored_at(portal.name, task.name)
        may_lack_steps = lacks_steps(task, portal, store, restored_at=restored_at)
        claims = LineClaims(task, portal, store) if portal.rivals else None
        self._recorder = recorder = Recorder(
            task, portal, store, clock, lease=claim.lease, run=run, claims=claims
        )
        self._delivery = Delivery(
            task,
            portal,
            store,
            clock,
            stop,
            recorder=recorder,
            claims=claims,
            looks_first=may_lack_steps,
        )
        self._split_links = SplitLinks(portal, store, clock, recorder=recorder)
        self._recovery = Recovery(
            task,
            portal,
            store,
            clock,
            recorder=recorder,
            delivery=self._delivery,
            split_links=self._split_links,
            restored_at=restored_at,
            lacks_steps=may_lack_steps,
        )
        self._settlement = Settlement(task, portal, store, clock, recorder=recorder, run=run)
        self._cursor = ReadCursor(
            task, portal, store, clock, restored_at=restored_at, lacks_steps=may_lack_steps
        )

    def run(self, only: Sequence[StepRow] | None = None, *, force: bool = False) -> Run:
        """Do the work of the run and end it; return the run as it is logged."""
        try:
            try:
                with self._portal.in_use():
                    self._work(only, force=force)
                    self._task.target(self._portal).flush()
            except Exception as failure:
                errors.clear_frames(failure)
                raise
            status, error = self._completed(), None
        except (InterruptedRunError, StoppedError):
            status, error = self._interrupted()
        except AccountError as failure:
            # After a signal, calls are not waited for, so their errors mean nothing.
            if self._stop.signals:
                status, error = self._interrupted()
            else:
                status, error = "failed", RunError(code=failure.code, message=str(failure))
        # These are errors of the store, which cannot record the end of the run, either.
        except (OrdosyncError, sqlite3.Error):
            raise
        # A mistake of ordosync must not stop the other portals.
        except Exception as failure:
            status, error = "failed", RunError(code="unexpected", message=mistake(failure))
        finally:
            self._recorder.collect_notes()
            self._portal.close()
        return self._end(status, error)

    def _work(self, only: Sequence[StepRow] | None, *, force: bool) -> None:
        read_sku_map(self._portal, self._store, [self._claim.lease])
        if only is not None:
            self._recovery.retry(only)
            return
        self._recovery.run()
        self._settlement.settle_passed()
        if self._claim.run.trigger == "retry":
            return
        request = self._cursor.begin(skip_recent=self._claim.scheduled)
        with progress.phase(f"{self._portal.name}: {self._task.name}"):
            cursor = self._read(request, force=force)
        self._settlement.decide()
        self._cursor.reached(cursor, request)

    def _completed(self) -> Status:
        return "partial" if self._recorder.counts.has_problem else "ok"

    def _interrupted(self) -> tuple[Status, RunError]:
        code = self._stop.reason or "signal"
        return "interrupted", RunError(code=code, message=f"stopped by a {code}")

    def _read(self, request: PlanRequest, *, force: bool) -> str | None:
        """Read everything since the cursor, write what is needed, and return the new cursor.

        If a part of a source cannot be used, its error is raised after everything else is written.
        """
        cursor, unusable = None, None
        plan = self._begin_plan() if self._task.safety_limit else None
        open_edits = self._recorder.open_edits() if self._task.compare else {}
        fault("reading")
        try:
            for page in self._task.plan(self._portal, request):
                self._delivery.check_stop()
                self._take(page, plan, open_edits)
                progress.advance(len(page.items))
                cursor = page.cursor
                # Otherwise two pages would be in memory while the next one is read.
                del page
        except PartlyReadError as error:
            unusable = error
        if plan:
            plan.send(force=force)
        if unusable:
            raise unusable
        return cursor

    def _begin_plan(self) -> LimitedPlan:
        return LimitedPlan(
            self._task,
            self._portal,
            self._store,
            self._clock,
            recorder=self._recorder,
            delivery=self._delivery,
        )

    def _take(self, page: Page[Step], plan: LimitedPlan | None, edits: _Edits) -> None:
        """Decide about a page, and write it; with a safety limit, add it to the plan."""
        if not page.items and not self._recorder.is_quiet:
            return
        self._recorder.note_numbers(page.items)
        rows = self._recorder.deciding(page.items)
        self._reopen(page)
        self._settlement.note(page.items)
        run_id = self._claim.run.id
        steps = self._count(decide(self._task, page.items, rows, run_id=run_id, open_edits=edits))
        if split_ids := [step.merchant_id for step in steps if step.is_family]:
            self._split_links.restore(split_ids)
        steps = self._recovery.link_unsent(self._recovery.hold_back_unproven(steps))
        to_send = [step for step in steps if not step.decision]
        decided = self._recorder.count_decisions(steps)
        if decided or (not to_send and self._recorder.is_quiet):
            self._recorder.record(decided)
        if plan:
            plan.add(page.items, to_send)
        else:
            self._delivery.send(to_send)

    def _count(self, needs: Iterable[Need]) -> list[Step]:
        """Count the records that need nothing; return the steps to send or to record."""
        steps: list[Step] = []
        edits: list[Step] = []
        reread: list[Unchanged] = []
        for need in needs:
            if not isinstance(need, Unchanged):
                (edits if isinstance(need, Edited) else steps).append(need.step)
                continue
            self._recorder.count_unchanged(need.row)
            if need.content is not None:
                reread.append(need)
        if edits:
            steps += self._recorder.unreported(edits)
        if reread:
            self._recorder.reread(reread)
        return steps

    def _reopen(self, page: Page[Step]) -> None:
        """Retry steps that failed while the Merchant had cancelled these orders."""
        if not self._task.reopens:
            return
        merchant_ids = [step.merchant_id for step in page.items if step.merchant_id]
        if ids := reopenable(self._task, self._portal, self._store, merchant_ids):
            with self._recorder.transaction():
                reopen(self._task, self._portal, self._store, ids, now=self._clock.now())

    def _end(self, status: Status, error: RunError | None) -> Run:
        """Record the end of the run, its settlements and the cursor in one transaction."""
        store, run, portal, task = self._store, self._claim.run, self._portal.name, self._task.name
        fault("finish-before-commit")
        is_kept = not self._recorder.leaves_no_row(status, is_scheduled=self._claim.scheduled)
        with self._recorder.last_transaction():
            store.leases.release(self._claim.lease)
            self._settlement.save()
            self._task.save(self._portal)
            if self._portal.feeds:
                self._portal.feeds.save()
            self._cursor.save()
            if status in ("failed", "interrupted"):
                store.steps.rest(portal, task, clock=self._clock)
            fault("cursor-before-commit")
            now = self._clock.now()
            self._recorder.save_counts()
            if is_kept:
                store.runs.finish(run.id, status, now=now, error=error)
            else:
                store.runs.remove(run.id)
            store.schedule.ended(
                portal,
                task,
                status,
                now=now,
                scheduled=self._claim.scheduled,
                slot_of=run.started_at if run.trigger == "schedule" else None,
            )
        fault("cursor-after-commit")
        fault("finish-after-commit")
        wake_after(self._task, self._portal, store, self._clock, self._recorder)
        if is_kept:
            return store.runs.get(run.id) or run
        return replace(run, status=status, finished_at=now, is_kept=False)
