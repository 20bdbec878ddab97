"""Records in the store what one run does, one short transaction at a time.

Each transaction renews the lease first, so a run that lost its lease commits nothing. It saves the
counts last, so a crash loses no count of a committed step.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import cached_property

from ordosync.clock import Clock
from ordosync.engine.execution.decisions import Unchanged, is_reported
from ordosync.engine.execution.left_out_notes import left_out_notes
from ordosync.engine.execution.line_claims import LineClaims
from ordosync.engine.execution.step_changes import from_decision
from ordosync.left_out import LeftOut
from ordosync.models import normalized_sku
from ordosync.store import Store
from ordosync.store.leases import LEASE, Lease
from ordosync.store.runs import Counted, Counts, Run, Status
from ordosync.store.step_rows import StepChange, StepRow
from ordosync.tasks.base import Portal, Result, Step, Task
from ordosync.tasks.edit_keys import edited_key, is_edit_key
from ordosync.tasks.stock.pool import give_up

_QUIET_S = LEASE.total_seconds() / 20
"""The time without a transaction after which the lease is renewed."""


class Recorder:
    """The counts of one run, and its changes of the store."""

    def __init__(
        self,
        task: Task,
        portal: Portal,
        store: Store,
        clock: Clock,
        *,
        lease: Lease,
        run: Run,
        claims: LineClaims | None,
    ) -> None:
        self._task = task
        self._portal = portal
        self._store = store
        self._clock = clock
        self._lease = lease
        self._run = run
        self._claims = claims
        self._renewed_at_s = clock.boot_s()
        self.counts = Counts()
        self._had_failed = True
        """False if no step had failed when they were last read; `counts` has those of this run."""
        self._notes: list[str] = []
        self._skipped: Counter[str] = Counter()
        self._left_out: list[LeftOut] = []
        self.not_due = 0
        """Number of waiting steps among the counted ones whose time has not come."""
        self.has_sent = False
        """True if the Supplier has units of orders that it did not have before."""
        self.has_stopped = False
        """True if a product is shown as 0 from now on."""
        self.is_woken = run.trigger == "woken"
        """True if another portal's run has caused this one."""
        self.has_freed = False
        """True if units were given up that other portals can show."""

    @contextmanager
    def transaction(self, *, durable: bool = True) -> Iterator[None]:
        """Run a transaction under the lease. Raises `LeaseLostError` if another process has it.

        `durable` as in `write_transaction`.
        """
        leases = self._store.leases
        with self._transaction(durable=durable):
            self._renewed_at_s = leases.renew(self._lease, self._run.id, clock=self._clock)
            yield
            self.save_counts()

    def last_transaction(self) -> AbstractContextManager[None]:
        """Return the transaction that ends the run; after one that saw nothing, it may be lost."""
        return self._transaction(durable=bool(self.counts.seen))

    def _transaction(self, *, durable: bool) -> AbstractContextManager[None]:
        name, accounts = self._portal.name, self._portal.shared_accounts
        return self._store.transaction(portal=name, accounts=accounts, durable=durable)

    @property
    def is_quiet(self) -> bool:
        """True if the last transaction was long ago, so that the lease should be renewed."""
        return self._clock.boot_s() - self._renewed_at_s >= _QUIET_S

    def record(self, changes: Sequence[StepChange], results: Sequence[Result] = ()) -> None:
        """Record steps, links and claims in one transaction."""
        with self.transaction():
            self.save(changes)
            self.save_results(changes, results)

    def save(self, changes: Sequence[StepChange]) -> None:
        """Record steps in the open transaction."""
        self._store.steps.record(
            self._portal.name, self._task.name, changes, run_id=self._run.id, clock=self._clock
        )

    def reread(self, records: Sequence[Unchanged]) -> None:
        """Record the new contents of stored steps, and the digests of their orders."""
        rows = [(record, record.row) for record in records if record.row]
        contents = {row.key: (record.content or "", record.as_of) for record, row in rows}
        digests = {record.key: record.digests for record in records if record.digests}
        with self.transaction():
            self._store.steps.reread(self._portal.name, self._task.name, contents)
            self._store.links(self._portal.name).know(digests)

    def save_results(self, changes: Sequence[StepChange], results: Sequence[Result]) -> None:
        """Record the links of results in the open transaction, and free the claims that ended."""
        if links := [link for result in results for link in result.links]:
            now = self._clock.now()
            self._store.links(self._portal.name).add(links, now=now)
        if stops := [stop for result in results for stop in result.stops]:
            self._store.stock_stops(self._portal.name).add(stops)
            self.has_stopped = True
        self._save_sent_units(results)
        self._give_up(results)
        if self._claims:
            self._claims.settle(changes, results)

    def _save_sent_units(self, results: Iterable[Result]) -> None:
        """Add the units of this batch to those that the Supplier's account was sent.

        All its portals send units, also one that does not write its stock back. An order that is
        found now had arrived before.
        """
        units = [result.sent_units for result in results if result.sent_units]
        self.has_sent |= any(count > 0 for counts in units for count in counts.values())
        if not (units and (self._is_stock_written or self._portal.is_pooled)):
            return
        sent: Counter[str] = Counter()
        arrived: Counter[tuple[str, str]] = Counter()
        for sku, count in (item for counts in units for item in counts.items()):
            key = normalized_sku(sku.supplier)
            arrived[key, sku.merchant] += count
            sent[key] += count
        account, now = self._portal.config.supplier.account, self._clock.now()
        if +sent and self._is_stock_written:
            self._store.sent_units(account).add(+sent, now=now)
        # Another portal of the account may be reading the Supplier's quantities now.
        if arrived and self._portal.is_pooled:
            self._store.quotas(account).imported(self._portal.name, arrived, now=now)

    def _give_up(self, results: Iterable[Result]) -> None:
        """Give up the units that the Merchant does not show any more."""
        offers = [result.offer for result in results if result.offer]
        if offers:
            quotas = self._store.quotas(self._portal.config.supplier.account)
            self.has_freed |= give_up(quotas, self._portal.name, offers)

    @cached_property
    def _is_stock_written(self) -> bool:
        """True if a portal writes the Supplier's stock back."""
        return bool(self._portal.stock_portals())

    def save_known(self, steps: Sequence[Step], results: Sequence[Result]) -> None:
        """Record in the open transaction the states with which edited orders are compared now."""
        contents: dict[str, tuple[str, str]] = {}
        digests: dict[str, str | None] = {}
        versions: dict[str, int] = {}
        for step, result in zip(steps, results, strict=True):
            if result.content:
                contents[step.key] = result.content, step.as_of
            if result.known and (key := edited_key(step.key)):
                digests[key] = result.known.digests
                versions |= {key: result.known.version} if result.known.version else {}
                if result.known.content:
                    contents[key] = result.known.content, step.as_of
        if contents:
            self._store.steps.reread(self._portal.name, self._task.name, contents)
        if digests:
            links = self._store.links(self._portal.name)
            links.know(digests)
            links.written(versions)

    def save_counts(self) -> None:
        """Record the counts in the open transaction."""
        merchant, supplier = self._portal.merchant.client, self._portal.supplier.client
        self._store.runs.update(
            self._run.id,
            self.counts,
            calls=merchant.calls + supplier.calls,
            cost=merchant.cost + supplier.cost,
            note="; ".join(self._notes),
        )

    def collect_notes(self) -> None:
        """Collect the remarks about the run. The accounts forget theirs when they are closed."""
        for code, text in self._task.skip_notes.items():
            if count := self._skipped[code]:
                self._notes.append(text(self._portal, count))
        if self._left_out:
            self._notes += left_out_notes(self._left_out)
        self._notes += filter(None, self._task.notes(self._portal))
        self._portal.collect_feeds()
        for account in (self._portal.merchant, self._portal.supplier):
            self._notes += account.client.notes

    def rows(self, keys: Iterable[str]) -> Mapping[str, StepRow]:
        """Return the stored steps of this task among these keys."""
        wanted = list(keys)
        if not wanted:
            return {}
        return self._store.steps.by_key(self._portal.name, self._task.name, wanted)

    def deciding(self, steps: Iterable[Step]) -> Mapping[str, StepRow]:
        """Return the stored steps of these records that the decisions about them depend on.

        A state that is shown needs nothing, if an earlier run has done its step.
        """
        shown: list[str] = []
        others: list[str] = []
        for step in steps:
            is_unchanged = step.decision is not None and step.decision.state == "unchanged"
            (shown if self._task.is_state and is_unchanged else others).append(step.key)
        if not shown:
            return self.rows(others)
        portal, task, run_id = self._portal.name, self._task.name, self._run.id
        open_rows = self._store.steps.not_done(portal, task, shown, run_id=run_id)
        return {**open_rows, **self.rows(others)}

    def note_numbers(self, steps: Iterable[Step]) -> None:
        """Record the numbers of the Merchant's orders that are new, or were changed."""
        read = {step.merchant_id: step.number for step in steps if step.merchant_id and step.number}
        if not read:
            return
        numbers = self._store.order_numbers(self._portal.name)
        stored = numbers.of(list(read))
        if new := {id_: number for id_, number in read.items() if stored.get(id_) != number}:
            with self.transaction():
                numbers.add(new)

    def failed(self, *, or_held: bool = False) -> Sequence[StepRow]:
        """Return the failed steps of this task, oldest first; if asked for, the held ones, too."""
        rows = self._store.steps.failed(self._portal.name, self._task.name, or_held=or_held)
        self._had_failed = any(row.state == "failed" for row in rows)
        return rows

    def count_result(self, step: Step, change: StepChange, counted: Counted) -> None:
        """Count a step that was written, and the lines that its order was sent without."""
        self.counts.add(counted)
        if step.written and step.written.left_out and change.state == "done":
            self._left_out.append(step.written.left_out)

    def open_edits(self) -> Mapping[str, StepRow]:
        """Return the edits that are not settled, by the key of the step that was edited."""
        if not (self._had_failed or self.counts.failed):
            return {}
        return {edited_key(row.key): row for row in self.failed() if is_edit_key(row.key)}

    def count_decisions(self, steps: Iterable[Step]) -> list[StepChange]:
        """Count the steps that need no write, and return their changes; leave out the others."""
        changes = []
        for step in steps:
            if step.decision:
                self.counts.add(step.decision.state)
                is_skipped = step.decision.state in ("skipped", "held")
                self._skipped[step.decision.code] += is_skipped
                changes.append(from_decision(step, step.decision, now=self._clock.now()))
        return changes

    def count_unchanged(self, row: StepRow | None) -> None:
        """Count a record that needs nothing now; its step may wait until it is due."""
        if row and row.state in ("sending", "unknown", "waiting", "held"):
            self.counts.add("held" if row.state == "held" else "waiting")
            self._skipped[row.code or ""] += row.state == "held"
            self.not_due += 1
        else:
            self.counts.unchanged += 1
            if row and row.state == "skipped":
                self._skipped[row.code or ""] += 1

    def leaves_no_row(self, status: Status, *, is_scheduled: bool) -> bool:
        """True if the run found nothing but steps whose time has not come.

        One such row a minute would fill the log. A run that a user started is always kept, since
        its number was shown.
        """
        if status not in ("ok", "partial") or self.counts.seen != self.not_due:
            return False
        trigger, is_immediate = self._run.trigger, self._task.runs_immediately
        if is_scheduled:
            return is_immediate or trigger == "retry"
        return is_immediate and trigger == "instant" and not self.not_due

    def unreported(self, edits: Sequence[Step]) -> list[Step]:
        """Return the edits that were not reported before; count the others."""
        rows = self.rows(step.key for step in edits)
        reported = {step.key for step in edits if is_reported(step, rows.get(step.key))}
        for key in reported:
            self.count_unchanged(rows[key])
        return [step for step in edits if step.key not in reported]
