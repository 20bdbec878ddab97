"""Recovery after earlier runs: due retries, uncertain writes, records that no longer exist.

An uncertain write may have arrived although its outcome is unknown. After the settle time of its
account, it is looked up there, and sent again only if it was not found. After a restore, or with a
new store, any write may have been made before.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from msgspec.structs import replace

from ordosync.clock import Clock
from ordosync.engine.execution.delivery import Delivery
from ordosync.engine.execution.recorder import Recorder
from ordosync.engine.execution.relinking import SplitLinks
from ordosync.engine.execution.step_changes import known_as, row_change, skip_gone
from ordosync.engine.execution.unproven import before_restore, is_inconclusive, is_uncertain, reason
from ordosync.models import Order
from ordosync.store import Store
from ordosync.store.step_rows import UNPROVEN, StepChange, StepRow
from ordosync.tasks.base import Decision, Portal, Result, Step, Task
from ordosync.tasks.edit_keys import edit_key, is_edit_key


def lacks_steps(task: Task, portal: Portal, store: Store, *, restored_at: datetime | None) -> bool:
    """True if writes may have been made of which this store has no step.

    The store was restored, or it is new and may take the place of one that was lost.
    """
    if restored_at:
        return True
    creates = not task.is_state and task.needs_links_from is None
    return creates and store.schedule.cursor(portal.name, task.name) is None


class Recovery:
    """Tries the open steps of earlier runs again."""

    def __init__(
        self,
        task: Task,
        portal: Portal,
        store: Store,
        clock: Clock,
        *,
        recorder: Recorder,
        delivery: Delivery,
        split_links: SplitLinks,
        restored_at: datetime | None,
        lacks_steps: bool,
    ) -> None:
        self._task = task
        self._portal = portal
        self._store = store
        self._clock = clock
        self._recorder = recorder
        self._delivery = delivery
        self._split_links = split_links
        self._lacks_steps = lacks_steps
        self._is_restored = restored_at is not None

    def run(self) -> None:
        """Look up uncertain steps, and retry the steps that are due."""
        if self._is_restored:
            self._adopt_failed()
        rows_before = self._recorder.failed(or_held=True) if self._task.due_again else ()
        # Held orders that may be sent before their time.
        if held := self._due_again([row for row in rows_before if row.is_held_by_rule]):
            self._try_again(held)
        portal, task, last_id = self._portal.name, self._task.name, 0
        while rows := self._store.steps.due(portal, task, now=self._clock.now(), after=last_id):
            last_id = rows[-1].id
            if any(row.state == "sending" and row.sent_boot_s is None for row in rows):
                with self._recorder.transaction():
                    self._store.steps.rest(portal, task, clock=self._clock)
            self._try_again([row for row in rows if self._has_rested(row)])
        self._apply_failed_edits([row for row in rows_before if row.state == "failed"])

    def retry(self, rows: Sequence[StepRow]) -> None:
        """Retry these steps now for the operator; uncertain ones only after their settle time."""
        rested = [row for row in rows if self._has_rested(row)]
        self._recorder.counts.waiting += len(rows) - len(rested)
        self._try_again(rested)

    def hold_back_unproven(self, steps: Sequence[Step]) -> list[Step]:
        """Fail new orders that may have been sent before a restore and cannot be looked up."""
        orders = [step for step in steps if isinstance(step.payload, Order)]
        if not (self._is_restored and orders and self._is_inconclusive()):
            return list(steps)
        arrived = self._task.look_up(self._portal, [step.key for step in orders])
        lost = {step.key for step in orders} - arrived.keys()
        explanation = before_restore(self._task.target(self._portal).name)
        decision = Decision(state="failed", code=UNPROVEN, reason=explanation)
        return [replace(step, decision=decision) if step.key in lost else step for step in steps]

    def link_unsent(self, steps: Sequence[Step]) -> list[Step]:
        """Return the steps; an order that is not to be sent is linked if it was sent before.

        Its step may be lost: only the Supplier knows that it has the order.
        """
        unsent = [step.key for step in steps if _is_unsent(step)] if self._lacks_steps else []
        sent = self._task.look_up(self._portal, unsent) if unsent else {}
        return [replace(step, decision=None) if step.key in sent else step for step in steps]

    def _try_again(self, rows: Sequence[StepRow]) -> None:
        """Read the records of these steps again, and write what they need now."""
        remaining = {row.key: row for row in rows}
        ruled_out: dict[str, Step] = {}
        for page in self._task.replan(self._portal, rows) if rows else ():
            steps = {step.key: step for step in page.items if step.key in remaining}
            steps |= {step.key: step for step in self._edits_of(page.items, remaining)}
            ruled_out |= self._write_again(list(steps.values()), remaining)
            for key in steps.keys() - ruled_out.keys():
                del remaining[key]
        self._settle_remaining(list(remaining.values()), ruled_out)

    def _write_again(
        self, steps: Sequence[Step], rows: Mapping[str, StepRow]
    ) -> Mapping[str, Step]:
        """Record or write steps; return those that are uncertain and need no write any more."""
        certain = self.link_unsent([step for step in steps if not is_uncertain(rows[step.key])])
        uncertain = [step for step in steps if is_uncertain(rows[step.key])]
        self._recorder.record(self._recorder.count_decisions(certain))
        self._delivery.send([step for step in certain if not step.decision])
        self._resend([step for step in uncertain if not step.decision], rows)
        return {step.key: step for step in uncertain if step.decision}

    def _edits_of(self, steps: Sequence[Step], remaining: Mapping[str, StepRow]) -> Iterator[Step]:
        """Yield the edits of these records that are to be tried again, as they are now."""
        edited = {step.key: step for step in steps if edit_key(step.key) in remaining}
        if not edited or not self._task.compare:
            return
        rows = self._recorder.rows(edited)
        for key, step in edited.items():
            edit = self._task.compare(step, rows.get(key), open_edit=remaining[edit_key(key)])
            if isinstance(edit, Step) and edit.key in remaining:
                yield edit

    def _due_again(self, rows: Sequence[StepRow]) -> Sequence[StepRow]:
        """Return those of these steps that are tried again, as the configuration changed."""
        return self._task.due_again(self._portal, rows) if self._task.due_again and rows else ()

    def _apply_failed_edits(self, failed: Sequence[StepRow]) -> None:
        """Try failed edits again that the configuration now writes; the others stay failed."""
        due = self._due_again(failed)
        rows = {row.key: row for row in due}
        for page in self._task.replan(self._portal, due) if due else ():
            self._write_again(list(self._edits_of(page.items, rows)), rows)

    def _resend(self, steps: Sequence[Step], rows: Mapping[str, StepRow]) -> None:
        """Look up and send uncertain steps; fail orders whose look-up is unreliable."""
        orders = [step.key for step in steps if isinstance(step.payload, Order)]
        if orders and self._is_inconclusive():
            arrived = self._task.look_up(self._portal, orders)
            lost = frozenset(orders) - arrived.keys()
            self._recorder.record(self._fail_unproven(rows[key] for key in orders if key in lost))
            steps = [step for step in steps if step.key not in lost]
        self._delivery.send(steps, earlier=rows)

    def _settle_remaining(self, rows: Sequence[StepRow], ruled_out: Mapping[str, Step]) -> None:
        """Settle steps that need no write any more, by the outcome of an earlier attempt."""
        uncertain = [row.key for row in rows if is_uncertain(row)]
        arrived = self._task.look_up(self._portal, uncertain) if uncertain else {}
        is_unproven = bool(uncertain) and self._is_inconclusive()
        # A record may not exist any more because it was split since.
        if self._lacks_steps:
            self._split_links.restore(row.merchant_id for row in rows if row.key in arrived)
        changes: list[StepChange] = []
        for row in rows:
            if _is_failed_edit(row):
                # An order that the Merchant does not request any more is never edited.
                self._recorder.counts.failed += 1
                changes.append(row_change(row, "failed", code=row.code, reason=row.reason))
            elif row.key in arrived:
                self._recorder.counts.unchanged += 1
                changes.append(row_change(row, "done", supplier_id=arrived[row.key].outcome.id))
            elif is_unproven and is_uncertain(row):
                changes += self._fail_unproven([row])
            elif row.key in ruled_out:
                changes += self._recorder.count_decisions([ruled_out[row.key]])
            else:
                self._recorder.counts.skipped += 1
                changes.append(skip_gone(row))
        self._record_arrived(changes, rows, arrived)

    def _adopt_failed(self) -> None:
        """Settle the failed steps of a backup that were sent before it was restored."""
        keys = self._store.concerns.dismissed_steps(self._portal.name, self._task.name)
        dismissed = self._recorder.rows(keys).values()
        rows = [*self._recorder.failed(), *(row for row in dismissed if row.state == "skipped")]
        arrived = self._task.look_up(self._portal, [row.key for row in rows]) if rows else {}
        sent = [row for row in rows if row.key in arrived]
        self._recorder.counts.unchanged += len(sent)
        self._split_links.restore(row.merchant_id for row in sent)
        self._record_arrived(
            [row_change(row, "done", supplier_id=arrived[row.key].outcome.id) for row in sent],
            rows,
            arrived,
        )

    def _record_arrived(
        self,
        changes: Sequence[StepChange],
        rows: Sequence[StepRow],
        arrived: Mapping[str, Result],
    ) -> None:
        """Record steps, and the links of those that had arrived."""
        digests = {row.key: row.digests for row in rows}
        results = [known_as(result, digests.get(key)) for key, result in arrived.items()]
        self._recorder.record(changes, results)

    def _fail_unproven(self, rows: Iterable[StepRow]) -> list[StepChange]:
        """Count the steps that only the operator can settle, and return their changes."""
        account = self._task.target(self._portal).name
        changes = [
            row_change(row, "failed", code=UNPROVEN, reason=reason(account, row)) for row in rows
        ]
        self._recorder.counts.failed += len(changes)
        return changes

    def _is_inconclusive(self) -> bool:
        return is_inconclusive(self._task, self._portal, self._store, now=self._clock.now())

    def _has_rested(self, row: StepRow) -> bool:
        """True if a step is certain, or was sent long enough ago for a look-up to be reliable."""
        if row.state not in ("sending", "unknown"):
            return True
        settle_s = self._task.target(self._portal).limits.settle_s
        # The store was restored, or an older version, which recorded no boot time, has sent it.
        if row.sent_boot_s is None:
            return row.state == "unknown" or settle_s <= 0
        now_s = self._clock.boot_s()
        # A later time than now means that the machine was restarted since.
        sent_s = row.sent_boot_s if row.sent_boot_s <= now_s else 0
        return now_s - sent_s >= settle_s


def _is_unsent(step: Step) -> bool:
    """True for an order that is held, or that was withdrawn."""
    is_unsent = step.decision is not None and step.decision.state in ("held", "skipped")
    return is_unsent and isinstance(step.payload, Order)


def _is_failed_edit(row: StepRow) -> bool:
    return row.state == "failed" and is_edit_key(row.key)
