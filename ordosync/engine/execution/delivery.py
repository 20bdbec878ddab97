"""Delivery of steps to the account that the task writes, batch by batch.

Each batch has three parts: the intent is committed (`sending`), the batch is written, the outcomes
are committed. If the process dies in between, the next run finds `sending` steps and looks them up
before it writes them again. A run stops only between two batches.
"""

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from ordosync.accounts.account import MAX_FAILURES_IN_A_ROW
from ordosync.clock import Clock
from ordosync.engine.execution.interruption import InterruptedRunError, Stop
from ordosync.engine.execution.line_claims import LineClaims
from ordosync.engine.execution.recorder import Recorder
from ordosync.engine.execution.step_changes import (
    counted_as,
    from_outcome,
    intent,
    values_written,
    with_digests,
)
from ordosync.errors import UnavailableError, UnknownOutcomeError
from ordosync.failpoints import fault
from ordosync.models import Outcome
from ordosync.store import Store
from ordosync.store.step_rows import StepChange, StepRow
from ordosync.tasks.base import Portal, Result, Step, Task


class Delivery:
    """Writes the steps of one run."""

    def __init__(
        self,
        task: Task,
        portal: Portal,
        store: Store,
        clock: Clock,
        stop: Stop,
        *,
        recorder: Recorder,
        claims: LineClaims | None,
        looks_first: bool,
    ) -> None:
        self._task = task
        self._portal = portal
        self._target = task.target(portal)
        self._store = store
        self._clock = clock
        self._stop = stop
        self._recorder = recorder
        self._claims = claims
        """None if the Merchant has no other portal that may send the same lines."""
        self._looks_first = looks_first
        """True if any write of this run may have been made before."""
        self._has_written = False
        self._failures_in_a_row = 0

    def check_stop(self) -> None:
        """Raise `InterruptedRunError` if the run must stop now."""
        # A deadline stops a run only after its first write. Otherwise a read that takes longer than
        # the deadline would start over each time.
        if self._stop.signals or (self._has_written and self._stop.reason):
            raise InterruptedRunError

    def send(self, steps: Sequence[Step], earlier: Mapping[str, StepRow] = {}) -> None:
        """Write steps in batches.

        `earlier` has the stored steps that may have been written before, by key; these are looked
        up first. Raise `InterruptedRunError` if the run must stop, and `UnavailableError` if the
        account seems to be down.
        """
        size = self._target.limits.batch_size
        for start in range(0, len(steps), size):
            self.check_stop()
            self._send_batch(steps[start : start + size], earlier)

    def _send_batch(self, batch: Sequence[Step], earlier: Mapping[str, StepRow]) -> None:
        fault("intent-before-commit")
        steps = self._commit_intent(batch, is_uncertain=bool(earlier))
        fault("intent-after-commit")
        if not steps:
            return
        look_first = bool(earlier) or self._looks_first
        results = self._task.apply(self._portal, steps, look_first=look_first)
        if self._looks_first and not earlier and self._task.writes_to == "supplier":
            results = [_without_units(result) for result in results]
        results = [
            with_digests(result, step, earlier.get(step.key))
            for step, result in zip(steps, results, strict=True)
        ]
        fault("result-before-commit")
        edits = self._edited_since(steps, results, earlier)
        self._commit_outcomes(steps, results, earlier, edits, is_uncertain=look_first)
        fault("result-after-commit")
        self._has_written = True
        if edits:
            self.send(self._recorder.unreported(list(edits.values())))
        self._stop_in_an_outage([result.outcome for result in results])

    def _commit_intent(self, batch: Sequence[Step], *, is_uncertain: bool) -> Sequence[Step]:
        """Commit steps as `sending`, and claim their lines; return the steps to write now.

        A step that may have been written before is looked up even if another portal sends its
        lines now.
        """
        if self._claims:
            self._claims.look_up_shared(batch)
        with self._recorder.transaction():
            batch = self._claims.take_added(batch) if self._claims else batch
            contested = self._contested(self._claims, batch) if self._claims else {}
            not_sent = {} if is_uncertain else contested
            ready = [step for step in batch if step.key not in not_sent]
            sending = (intent(step) for step in ready)
            self._recorder.save([*sending, *self._recorder.count_decisions(not_sent.values())])
        return ready

    def _contested(self, claims: LineClaims, batch: Sequence[Step]) -> dict[str, Step]:
        """Claim the lines of steps; return those that another portal sends, with their decisions.

        Leave out those that the operator wants to be sent in any case.
        """
        contested = {
            line_claim.step.key: replace(line_claim.step, decision=claims.decision(line_claim))
            for line_claim in claims.take(batch)
        }
        for row in self._recorder.rows(contested).values():
            if (row.state, row.code) == ("waiting", "by-hand"):
                del contested[row.key]
        return contested

    def _commit_outcomes(
        self,
        steps: Sequence[Step],
        results: Sequence[Result],
        earlier: Mapping[str, StepRow],
        edits: Mapping[str, Step],
        *,
        is_uncertain: bool,
    ) -> None:
        """Record the outcomes of a batch. A step with an edit keeps the content that arrived."""
        portal, task = self._portal.name, self._task.name
        changes = self._changes(steps, results, earlier, is_uncertain=is_uncertain)
        arrived = {key: (earlier[key].content, earlier[key].as_of) for key in edits}
        # If a power cut undoes this, the steps are `sending` again, and are looked up: the intent
        # is durable, and so is the account's write. The end of the run waits for the disk.
        with self._recorder.transaction(durable=False):
            self._store.steps.record_sent(
                portal, task, changes, clock=self._clock, looked=bool(earlier)
            )
            self._recorder.save_results(changes, results)
            if arrived:
                self._store.steps.reread(portal, task, arrived)
            self._recorder.save_known(steps, results)
            if not all(result.outcome.keeps_reference for result in results):
                self._store.references.missed(self._target.name, now=self._clock.now())

    def _changes(
        self,
        steps: Sequence[Step],
        results: Sequence[Result],
        earlier: Mapping[str, StepRow],
        *,
        is_uncertain: bool,
    ) -> list[StepChange]:
        """Count the outcomes of a batch and return the changes of its steps."""
        pairs, now = list(zip(steps, results, strict=True)), self._clock.now()
        open_keys = [
            step.key for step, result in pairs if result.outcome.state not in ("done", "unchanged")
        ]
        rows = self._recorder.rows(open_keys) if open_keys else {}
        changes = [
            from_outcome(
                step,
                result.outcome,
                rows.get(step.key),
                max_refusals=self._task.max_refusals,
                settle_s=self._target.limits.settle_s,
                now=now,
                uncertain=is_uncertain,
                written_json=values_written(step, result, earlier.get(step.key)),
                rest=result.rest,
            )
            for step, result in pairs
        ]
        for (step, result), change in zip(pairs, changes, strict=True):
            self._recorder.count_result(step, change, counted_as(change, result))
        return changes

    def _edited_since(
        self, steps: Sequence[Step], results: Sequence[Result], earlier: Mapping[str, StepRow]
    ) -> Mapping[str, Step]:
        """Return the edits of records that an earlier attempt wrote before they were edited."""
        edits: dict[str, Step] = {}
        for step, result in zip(steps, results, strict=True):
            had_arrived = result.outcome.state == "unchanged" and bool(result.outcome.id)
            if self._task.compare and step.key in earlier and had_arrived:
                arrived = replace(step, supplier_id=result.outcome.id)
                edit = self._task.compare(arrived, earlier[step.key], open_edit=None)
                if isinstance(edit, Step):
                    edits[step.key] = edit
        return edits

    def _stop_in_an_outage(self, outcomes: Sequence[Outcome]) -> None:
        has_failed = any(outcome.state in ("unavailable", "unknown") for outcome in outcomes)
        # After a signal, calls are not waited for, so their failures are not an outage.
        if has_failed and self._stop.signals:
            raise InterruptedRunError
        for outcome in outcomes:
            is_out = outcome.state == "unavailable" or outcome.code == UnknownOutcomeError.code
            self._failures_in_a_row = self._failures_in_a_row + 1 if is_out else 0
            if self._failures_in_a_row >= MAX_FAILURES_IN_A_ROW:
                raise UnavailableError(
                    f"account {self._target.name}",
                    self._task.name,
                    f"{MAX_FAILURES_IN_A_ROW} writes in a row failed: {outcome.reason}",
                )


def _without_units(result: Result) -> Result:
    """Return the result of an order that was missing in the store, without the units of lines.

    The Merchant may now have fewer open units than the Supplier's order was created with. Pieces
    that are found at the Merchant have the units of their order, by the links of its lines.
    """
    if result.outcome.state != "unchanged":
        return result
    links = (replace(link, ordered=None) if link.kind == "line" else link for link in result.links)
    return replace(result, links=tuple(links))
