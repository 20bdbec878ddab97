"""One run while it lasts: what is owed from before, then page by page what is new.

A batch is committed as `sending` before it is written and settled after it, each time in one
short transaction that also asks for the fence. So whatever dies in between, the next run finds
out what may have been written, and looks before it writes again.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from msgspec.structs import replace

from ordosync.accounts.account import MAX_FAILURES_IN_A_ROW
from ordosync.clock import Clock
from ordosync.engine.execution.brake import Brake
from ordosync.engine.execution.decisions import owed
from ordosync.engine.execution.interruption import Stop
from ordosync.engine.execution.line_claims import LineClaims
from ordosync.engine.execution.relinking import Families
from ordosync.engine.execution.reopening import reopen, reopenable
from ordosync.engine.execution.step_changes import change, counted_as, decided, restate, settled
from ordosync.engine.execution.unproven import before_restore, is_uncertain, reason
from ordosync.errors import (
    AccountError,
    BrakeError,
    PartlyReadError,
    UnavailableError,
    UnknownOutcomeError,
)
from ordosync.failpoints import fault
from ordosync.models import Order, Outcome, Page
from ordosync.store import Store
from ordosync.store.concerns import step_key
from ordosync.store.leases import LEASE, Lease
from ordosync.store.runs import Counts, Run
from ordosync.store.steps import PLANNED, UNPROVEN, StepChange, StepRow
from ordosync.tasks import TASKS, waiting_for
from ordosync.tasks.base import Decision, PlanRequest, Portal, Result, Step, Task, edit_key

_CATCHES_UP = timedelta(hours=1)
"""Later than this after a restore, whatever was there before it is not news to any read."""
_PASSES_IN = timedelta(hours=1)
"""After so long it is worth a call to see whether something has settled itself."""
_QUIET_S = LEASE.total_seconds() / 20
"""So long a reading goes on in which nothing is owed before it is recorded that it does."""


class InterruptedRunError(Exception):
    """The run was asked to stop and has done so between two writes."""


def is_behind(task: Task, portal: Portal, store: Store) -> bool:
    """Whether writes may have been made of which this store has no step, so that each looks first.

    It was restored, or it is new, and perhaps in the place of one that was lost.
    """
    if store.schedule.restored_at(portal.name, task.name):
        return True
    creates = not task.is_state and task.needs_links_from is None
    return creates and store.schedule.cursor(portal.name, task.name) is None


@dataclass(kw_only=True)
class Execution:
    """The work of one run, and its counts so far."""

    task: Task
    portal: Portal
    store: Store
    clock: Clock
    stop: Stop
    lease: Lease
    run: Run

    def __post_init__(self) -> None:
        self.counts = Counts()
        self._unavailable = 0
        self.not_due = 0
        """How many of those that wait were met before their time."""
        self._recorded_at_s = self.clock.boot_s()
        self._mended: AbstractSet[str] = frozenset()
        self._over: Mapping[str, Decision] = {}
        self._told: AbstractSet[str] = frozenset()
        self._sent_as: dict[str, tuple[str, str]] = {}
        self._standing: set[str] = set()
        self._is_complete = False
        self._read_to_end: tuple[str | None, datetime] | None = None
        self._has_written = False
        self._restored_at = self.store.schedule.restored_at(self.portal.name, self.task.name)
        self._families = Families(self.portal)
        self._claims = LineClaims(self.task, self.portal, self.store)
        self._is_behind = is_behind(self.task, self.portal, self.store)

    def settle_owed(self) -> None:
        """Look up what is uncertain and try again what waits, as far as its time has come."""
        if self._restored_at:
            self._adopt_failed()
        last = 0
        while rows := self.store.steps.due(
            self.portal.name, self.task.name, now=self.clock.now(), after=last
        ):
            last = rows[-1].id
            if any(row.state == "sending" and row.sent_boot_s is None for row in rows):
                with self._recording():
                    self.store.steps.rest(self.portal.name, self.task.name, clock=self.clock)
            self.try_again([row for row in rows if self._has_rested(row)])
        if self.task.passing:
            self._settle_passed()

    def _settle_passed(self) -> None:
        """Look at failed steps again that settle themselves, and settle those that have."""
        rows = [
            row
            for row in self._failed()
            if row.code in self.task.passing and self._may_have_passed(row)
        ]
        if not rows:
            return
        still = {
            s.key: s.decision for page in self.task.replan(self.portal, rows) for s in page.items
        }
        changes = [
            restate(
                row,
                "failed" if decision else "done",
                supplier_id=row.supplier_id,
                code=decision.code if decision else None,
                reason=decision.reason if decision else None,
            )
            for row in rows
            if not (decision := still.get(row.key)) or decision.reason != row.reason
        ]
        self.counts.unchanged += len(changes)
        with self._recording():
            self.store.steps.touch([row.id for row in rows], now=self.clock.now())
            self._save(changes)

    def _may_have_passed(self, row: StepRow) -> bool:
        """Whether to ask again: a foreign account by itself only now and then."""
        is_cheap = all(account.desk is not None for _, account in self.portal.sides)
        is_asked = self.run.trigger != "schedule"
        return is_cheap or is_asked or self.clock.now() - row.updated_at >= _PASSES_IN

    def sync(self, *, patient: bool, force: bool = False) -> None:
        """Read everything since the cursor and write what is owed; `conclude` moves the cursor.

        Raises `BrakeError` where too much would change at once, unless it is to be forced.
        """
        row = self.store.schedule.get(self.portal.name, self.task.name)
        linked_by = self._linked_by()
        request = PlanRequest(
            cursor=self.store.schedule.cursor(self.portal.name, self.task.name),
            now=self.clock.now(),
            skip_recent=patient,
            last_at=row.last_ok_at if row else None,
            after_restore=self._is_behind,
            lacks_links=linked_by is None,
        )
        cursor = self._read(request, force=force)
        failed = self._failed()
        self._over = self._without_cause(failed)
        self._is_complete = True
        unsettled = self.store.steps.unsettled_ids(self.portal.name)
        sources = frozenset(row.key for row in failed if row.of_source)
        self._mended = {
            *self.portal.merchant.finish_reading(unsettled, sources=sources),
            *self.portal.supplier.finish_reading(unsettled, sources=sources),
        }
        if linked_by is not None and self._linked_by() == linked_by:
            self._read_to_end = cursor, request.now

    def _read(self, request: PlanRequest, *, force: bool) -> str | None:
        """Read everything since the cursor and write what is owed; return where it ends.

        Raises what makes a part of it unusable after all the rest was written.
        """
        cursor, unusable = None, None
        if self.task.brake:
            with self._recording():
                self.store.steps.forget_planned(self.portal.name, self.task.name)
        brake = Brake(self.task, self.portal)
        self._told = frozenset(row.key for row in self._failed())
        fault("reading")
        try:
            for page in self.task.plan(self.portal, request):
                self._check_stop()
                self._page(page, brake)
                cursor = page.cursor
        except PartlyReadError as error:
            unusable = error
        if self.task.brake:
            if not force:
                self._check_brake(brake)
            self._send_planned()
        if unusable:
            raise unusable
        return cursor

    def conclude(self) -> None:
        """Note, in the transaction that ends the run, what a complete reading has come to."""
        self._settle_mended(self._mended)
        self._settle_over(self._over)
        if self.task.closes and self._is_complete:
            self._close_what_stands_no_more()
        if self._read_to_end:
            cursor, began = self._read_to_end
            self._read_up_to(cursor, began=began)

    def _linked_by(self) -> int | None:
        """Return the last run that linked what this task reads, 0 where no task does.

        None while links may be missing. If it is the same one before and after a read, what was
        passed over for want of a link can be passed over for good.
        """
        before, portal = self.task.needs_links_from, self.portal.name
        if before is None:
            return 0
        resource = TASKS[before].resource
        is_apart = resource != self.task.resource  # else its lease is ours
        if is_apart and self.store.leases.is_held(portal, resource, clock=self.clock):
            return None
        if self.store.schedule.restored_at(portal, before):
            return None
        if self.store.steps.are_uncertain(portal, before):
            return None
        newest = self.store.runs.newest(1, portal=portal, task=before)
        return newest[0].id if newest else 0

    def _read_up_to(self, cursor: str | None, *, began: datetime) -> None:
        """Note, inside a transaction, how far a reading that began then has come."""
        if cursor is not None:
            if self.store.schedule.cursor(self.portal.name, self.task.name) is None:
                # What was passed over before the first reading had linked anything has links now.
                self.store.schedule.reread(self.portal.name, waiting_for(self.task.name))
            self.store.schedule.move(self.portal.name, self.task.name, cursor)
        if self._restored_at and began >= self._restored_at + _CATCHES_UP:
            self.store.schedule.caught_up(self.portal.name, self.task.name)

    def retry(self, rows: Sequence[StepRow]) -> None:
        """Try these steps now, as a person asked for; what was just sent rests first."""
        rested = [row for row in rows if self._has_rested(row)]
        self.counts.waiting += len(rows) - len(rested)
        self.try_again(rested)

    def try_again(self, rows: Sequence[StepRow]) -> None:
        """Try these steps now, reading their objects anew; what may have arrived is looked for."""
        left = {row.key: row for row in rows}
        ruled_out: dict[str, Step] = {}
        for page in self.task.replan(self.portal, rows) if rows else ():
            steps = (*page.items, *self._edits_of(page.items, left))
            again = list({step.key: step for step in steps if step.key in left}.values())
            uncertain = {step.key for step in again if is_uncertain(left[step.key])}
            self._record(self._decided([s for s in again if s.decision and s.key not in uncertain]))
            self._send([s for s in again if not s.decision and s.key not in uncertain])
            self._resend([s for s in again if not s.decision and s.key in uncertain], left)
            # What is ruled out now may have been sent before the rule came.
            ruled_out |= {s.key: s for s in again if s.decision and s.key in uncertain}
            for step in again:
                if step.key not in ruled_out:
                    del left[step.key]
        self._settle_gone(list(left.values()), ruled_out)

    def _resend(self, steps: Sequence[Step], rows: Mapping[str, StepRow]) -> None:
        """Look for what may have arrived, then send it; not where a look-up proves nothing."""
        orders = [step.key for step in steps if isinstance(step.payload, Order)]
        if orders and self._proves_nothing():
            found = self.task.look_up(self.portal, orders)
            lost = frozenset(orders) - found.keys()
            self._record(self._unproven([rows[key] for key in orders if key in lost]))
            steps = [step for step in steps if step.key not in lost]
        self._sent_as |= {
            step.key: (rows[step.key].content, rows[step.key].as_of) for step in steps
        }
        self._send(steps, look_first=True)

    def _proves_nothing(self) -> bool:
        """Return True if orders that arrived may not be found by their references."""
        if not self.task.claims_lines:
            return False
        account, now = self.task.target(self.portal).name, self.clock.now()
        return self.store.references.missing_since(account, now=now) is not None

    def _unproven(self, rows: Sequence[StepRow]) -> list[StepChange]:
        """Count what only a person can settle, and say what to record of it."""
        self.counts.failed += len(rows)
        account = self.task.target(self.portal).name
        return [restate(row, "failed", code=UNPROVEN, reason=reason(account, row)) for row in rows]

    def _unless_sent_before(self, steps: Sequence[Step]) -> list[Step]:
        """Leave to a person what may have been sent before a restore and cannot be looked up."""
        orders = [step for step in steps if isinstance(step.payload, Order)]
        if not (self._restored_at and orders and self._proves_nothing()):
            return list(steps)
        found = self.task.look_up(self.portal, [step.key for step in orders])
        why = before_restore(self.task.target(self.portal).name)
        decision = Decision(state="failed", code=UNPROVEN, reason=why)
        lost = {step.key for step in orders} - found.keys()
        return [replace(one, decision=decision) if one.key in lost else one for one in steps]

    def _has_rested(self, row: StepRow) -> bool:
        """Whether an uncertain write is old enough for a look-up to be believed."""
        if row.state not in ("sending", "unknown"):
            return True
        settle_s = self.task.target(self.portal).limits.settle_s
        if row.sent_boot_s is None:  # restored, or written by a version that knew no boot time
            return row.state == "unknown" or settle_s <= 0
        now_s = self.clock.boot_s()
        # What seems to be still to come was before the machine was started.
        sent_s = row.sent_boot_s if row.sent_boot_s <= now_s else 0
        return now_s - sent_s >= settle_s

    def _page(self, page: Page[Step], brake: Brake) -> None:
        known = self._known(step.key for step in page.items)
        if self.task.reopens:
            read = [step.merchant_id for step in page.items if step.merchant_id]
            if ids := reopenable(self.task, self.portal, self.store, read):
                with self._recording():
                    reopen(self.task, self.portal, self.store, ids, now=self.clock.now())
        fresh: list[Step] = []
        edits: list[Step] = []
        reread: dict[str, tuple[str, str]] = {}
        for step in page.items:
            if self.task.closes and step.content == self.task.closes:
                self._standing.add(step.key)
            row = known.get(step.key)
            if row and row.last_run_id == self.run.id:
                continue  # counted already, and read once more
            found = owed(self.task, step, row, is_told=edit_key(step.key) in self._told)
            if isinstance(found, Step):
                (fresh if found.key == step.key else edits).append(found)
            else:
                self._count_settled(row)
                if found:
                    reread[step.key] = found.content, found.as_of
        fresh += self._untold(edits)
        if reread:
            with self._recording():
                self.store.steps.reread(self.portal.name, self.task.name, reread)
        self._link_families([step.merchant_id for step in fresh if step.is_family])
        fresh = self._unless_sent_before(fresh)
        to_write = [step for step in fresh if not step.decision]
        ruled_out = self._decided([step for step in fresh if step.decision])
        if ruled_out or (not to_write and self._is_quiet()):
            self._record(ruled_out)
        if self.task.brake:
            brake.weigh(page.items, to_write)
            self._record([change(step, "waiting", code=PLANNED) for step in to_write])
        else:
            self._send(to_write)

    def _count_settled(self, row: StepRow | None) -> None:
        """Count an object of which nothing is owed now: its step may still wait for its time."""
        if row and row.state in ("sending", "unknown", "waiting"):
            self.counts.waiting += 1
            self.not_due += 1
        else:
            self.counts.unchanged += 1

    def _link_families(self, merchant_ids: Iterable[str | None]) -> None:
        """Link the families that were found again, before anything says that they are known."""
        ids = frozenset(id_ for id_ in merchant_ids if id_)
        if ids:
            links = tuple(self._families.links(ids, now=self.clock.now()))
            with self._recording():
                self.store.links(self.portal.name).add(links, now=self.clock.now())

    def _is_quiet(self) -> bool:
        """Whether nothing was recorded for a while, so that the lease is to be renewed."""
        return self.clock.boot_s() - self._recorded_at_s >= _QUIET_S

    def _check_brake(self, brake: Brake) -> None:
        try:
            brake.check()
        except BrakeError:
            self.counts = Counts(failed=brake.planned)
            with self._recording():
                self.store.steps.forget_planned(self.portal.name, self.task.name)
            raise

    def _send_planned(self) -> None:
        last = 0
        while rows := self.store.steps.planned(self.portal.name, self.task.name, after=last):
            last = rows[-1].id
            self.try_again(rows)

    def _untold(self, edits: Sequence[Step]) -> list[Step]:
        """Return the edits that were not reported before; the others are counted."""
        if not edits:
            return []
        known = self._known(step.key for step in edits)
        told = {
            key
            for step in edits
            if (row := known.get(key := step.key))
            and (row.content == step.content or row.state in ("sending", "unknown"))
        }
        for key in told:
            self._count_settled(known[key])
        return [step for step in edits if step.key not in told]

    def _edits_of(self, steps: Sequence[Step], wanted: Mapping[str, StepRow]) -> Iterator[Step]:
        """Yield the edits of these orders that are wanted, as the orders are now."""
        edited = {step.key: step for step in steps if edit_key(step.key) in wanted}
        if not edited or not self.task.compare:
            return
        for key, row in self._known(edited).items():
            found = self.task.compare(edited[key], row.content, told=True)
            if isinstance(found, Step):
                yield found

    def _decided(self, steps: Sequence[Step]) -> list[StepChange]:
        """Count what needs no write, and say what to record of it."""
        changes = [
            decided(step, step.decision, now=self.clock.now()) for step in steps if step.decision
        ]
        for step in steps:
            if step.decision:
                self.counts.add(step.decision.state)
        return changes

    def _send(self, steps: Sequence[Step], *, look_first: bool = False) -> None:
        size = self.task.target(self.portal).limits.batch_size
        for start in range(0, len(steps), size):
            self._check_stop()
            self._send_batch(steps[start : start + size], look_first=look_first)

    def _check_stop(self) -> None:
        # A deadline ends only a run that has got further: else a reading that is longer than it
        # would be begun again for ever.
        if self.stop.signal is not None or (self._has_written and self.stop.reason):
            raise InterruptedRunError

    def _send_batch(self, steps: Sequence[Step], *, look_first: bool) -> None:
        fault("intent-before-commit")
        steps = self._begin(steps, is_uncertain=look_first)
        fault("intent-after-commit")
        if not steps:
            return
        looked, look_first = look_first, look_first or self._is_behind
        results = self.task.apply(self.portal, steps, look_first=look_first)
        fault("result-before-commit")
        known = self._known(
            step.key
            for step, result in zip(steps, results, strict=True)
            if result.outcome.state not in ("done", "unchanged")
        )
        changes = [
            settled(
                step,
                result.outcome,
                known.get(step.key),
                max_refusals=self.task.max_refusals,
                settle_s=self.task.target(self.portal).limits.settle_s,
                now=self.clock.now(),
                uncertain=look_first,
            )
            for step, result in zip(steps, results, strict=True)
        ]
        for one, result in zip(changes, results, strict=True):
            self.counts.add(counted_as(one, result.outcome))
        late = self._edited_since(steps, results)
        with self._recording():
            self.store.steps.record_sent(
                self.portal.name, self.task.name, changes, clock=self.clock, looked=looked
            )
            self._link(results)
            self._claims.settle(changes, results)
            if late:
                sent_as = {key: self._sent_as[key] for key in late}
                self.store.steps.reread(self.portal.name, self.task.name, sent_as)
            if not all(result.outcome.keeps_reference for result in results):
                self.store.references.missed(
                    self.task.target(self.portal).name, now=self.clock.now()
                )
        fault("result-after-commit")
        self._has_written = True
        self._send(self._untold(list(late.values())))
        self._give_up_in_an_outage([result.outcome for result in results])

    def _edited_since(self, steps: Sequence[Step], results: Sequence[Result]) -> Mapping[str, Step]:
        """Return the edits of what an earlier attempt had sent before it was edited."""
        found: dict[str, Step] = {}
        for step, result in zip(steps, results, strict=True):
            if self.task.compare and step.key in self._sent_as and result.outcome.id:
                if result.outcome.state != "unchanged":
                    continue
                arrived = replace(step, supplier_id=result.outcome.id)
                edit = self.task.compare(arrived, self._sent_as[step.key][0], told=False)
                if isinstance(edit, Step):
                    found[step.key] = edit
        return found

    def _begin(self, steps: Sequence[Step], *, is_uncertain: bool) -> Sequence[Step]:
        """Commit steps as sending, their lines claimed; return those that are to be written.

        What may have been sent already is looked up in any case, whoever sends its lines now.
        """
        self._claims.look_beside(steps)
        with self._recording():
            elsewhere = self._claims.take(steps)
            held = {
                one.step.key: replace(one.step, decision=self._claims.decision(one))
                for one in ([] if is_uncertain else elsewhere)
            }
            if held:
                for key in self._sent_all_the_same(list(held)):
                    del held[key]
            ready = [step for step in steps if step.key not in held]
            sending = (change(step, "sending") for step in ready)
            self._save([*sending, *self._decided([*held.values()])])
        return ready

    def _sent_all_the_same(self, keys: Sequence[str]) -> list[str]:
        """Return the steps of which a person has said that they are to be sent."""
        rows = self._known(keys).values()
        return [row.key for row in rows if (row.state, row.code) == ("waiting", "by-hand")]

    def _give_up_in_an_outage(self, outcomes: Sequence[Outcome]) -> None:
        is_signalled = self.stop.signal is not None
        if is_signalled and any(one.state in ("unavailable", "unknown") for one in outcomes):
            raise InterruptedRunError  # no outage: they were not waited for
        for outcome in outcomes:
            is_out = outcome.state == "unavailable" or outcome.code == UnknownOutcomeError.code
            self._unavailable = self._unavailable + 1 if is_out else 0
            if self._unavailable >= MAX_FAILURES_IN_A_ROW:
                raise UnavailableError(
                    f"account {self.task.target(self.portal).name}",
                    self.task.name,
                    f"{MAX_FAILURES_IN_A_ROW} writes in a row did not pass: {outcome.reason}",
                )

    def _adopt_failed(self) -> None:
        """Find what had failed when the backup was made and was sent before it was restored."""
        dismissed = (row for row in self._dismissed() if row.state == "skipped")
        rows = [*self._failed(), *dismissed]
        found = self.task.look_up(self.portal, [row.key for row in rows]) if rows else {}
        sent = [row for row in rows if row.key in found]
        self.counts.unchanged += len(sent)
        self._link_families(row.merchant_id for row in sent)
        self._record(
            [restate(row, "done", supplier_id=found[row.key].outcome.id) for row in sent],
            found.values(),
        )

    def _settle_gone(self, rows: Sequence[StepRow], ruled_out: Mapping[str, Step]) -> None:
        """Settle steps that are not to be written any more, by what an earlier attempt did."""
        uncertain = [row.key for row in rows if is_uncertain(row)]
        found = self.task.look_up(self.portal, uncertain) if uncertain else {}
        proves_nothing = bool(uncertain) and self._proves_nothing()
        if self._is_behind:  # it may be gone because it was split since
            self._link_families(row.merchant_id for row in rows if row.key in found)
        changes = []
        for row in rows:
            if row.key in found:
                self.counts.unchanged += 1
                changes.append(restate(row, "done", supplier_id=found[row.key].outcome.id))
            elif proves_nothing and is_uncertain(row):
                changes += self._unproven([row])
            elif row.key in ruled_out:
                changes += self._decided([ruled_out[row.key]])
            else:
                self.counts.skipped += 1
                changes.append(
                    restate(row, "skipped", code="gone", reason="is not wanted any more")
                )
        self._record(changes, found.values())

    def _failed(self) -> Sequence[StepRow]:
        return self.store.steps.failed(self.portal.name, self.task.name)

    def _dismissed(self) -> Iterable[StepRow]:
        """Return the steps that an operator has dismissed, in whatever state they are now."""
        keys = self.store.concerns.dismissed_steps(self.portal.name, self.task.name)
        return self._known(keys).values()

    def _known(self, keys: Iterable[str]) -> Mapping[str, StepRow]:
        return self.store.steps.by_key(self.portal.name, self.task.name, list(keys))

    def _without_cause(self, failed: Sequence[StepRow]) -> Mapping[str, Decision]:
        """Return why failed steps need no action any more; empty if an account cannot tell."""
        try:
            return self.task.over(self.portal, failed)
        except AccountError:
            return {}

    def _settle_over(self, over: Mapping[str, Decision]) -> None:
        """Close failed steps whose cause is over; nothing is counted."""
        self._save(
            [
                restate(
                    row,
                    "skipped",
                    supplier_id=row.supplier_id,
                    code=over[row.key].code,
                    reason=over[row.key].reason,
                )
                for row in (self._failed() if over else ())
                if row.key in over
            ]
        )

    def _settle_mended(self, ids: Iterable[str]) -> None:
        """Close failed steps of files and rows that have changed since; nothing is counted."""
        wanted = frozenset(ids)
        self._save(
            [
                restate(row, "skipped", code="mended", reason="has been mended since")
                for row in (self._failed() if wanted else ())
                if row.of_source and row.key in wanted
            ]
        )

    def _close_what_stands_no_more(self) -> None:
        """Settle what a complete reading has not said again, also what was dismissed."""
        failed = {row.key: row for row in (*self._failed(), *self._dismissed())}
        rows = [
            row
            for row in failed.values()
            if row.content == self.task.closes and row.key not in self._standing
        ]
        self._save([restate(row, "done", supplier_id=row.supplier_id) for row in rows])
        self.store.concerns.take_back(
            step_key(self.portal.name, self.task.name, row.key) for row in rows
        )

    def _record(self, changes: Sequence[StepChange], results: Iterable[Result] = ()) -> None:
        with self._recording():
            self._save(changes)
            self._link(results)
            self._claims.settle(changes, results)

    def _save(self, changes: Sequence[StepChange]) -> None:
        """Record steps, in the transaction that is open."""
        self.store.steps.record(
            self.portal.name, self.task.name, changes, run_id=self.run.id, clock=self.clock
        )

    def _link(self, results: Iterable[Result]) -> None:
        links = (link for result in results for link in result.links)
        self.store.links(self.portal.name).add(links, now=self.clock.now())

    @contextmanager
    def _recording(self) -> Iterator[None]:
        """Change the store in one transaction, under the fence, and keep the counts with it."""
        with self.store.transaction():
            self.store.leases.renew(self.lease, self.run.id, clock=self.clock)
            yield
            self.store.runs.update(self.run.id, self.counts, calls=self.calls, cost=self.cost)
        self._recorded_at_s = self.clock.boot_s()

    @property
    def calls(self) -> int:
        """Calls to foreign services so far."""
        return self.portal.merchant.client.calls + self.portal.supplier.client.calls

    @property
    def cost(self) -> int:
        """What they have charged for them so far, where they count in points."""
        return self.portal.merchant.client.cost + self.portal.supplier.client.cost
