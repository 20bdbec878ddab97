"""A state machine of orders that are sent, voided, cancelled, edited and split in parts.

People work at random in both accounts, runs are killed at random places, two processes work at the
same time, backups are restored, and the clock jumps. After each step the ledger adds up. In the end
all tasks run until they are quiet, and both accounts show the same parcels.
"""

from contextlib import suppress
from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from ordosync.config import load_config
from ordosync.errors import LeaseLostError
from ordosync.store.backup import back_up
from ordosync.tasks import TASKS
from tests.accounts.woocommerce.people import AtShop
from tests.scenarios.pairs.ledger_people import MerchantRules, SupplierRules
from tests.support.copies import go_back
from tests.support.kills import killed_at, paused_at
from tests.support.stories import edit

TASK = st.sampled_from(sorted(TASKS))
WRITER = st.sampled_from(
    ["import-orders", "update-tracking", "cancel-orders", "split-order", "report-shortages"]
)
PASSAGE = st.integers(1, 3)
PAUSES = (
    "claim-after-commit",
    "intent-after-commit",
    "result-before-commit",
    "result-after-commit",
    "http-before-send",
    "http-after-answer",
    "cursor-after-commit",
    "finish-after-commit",
)
"""Failpoints at which no transaction is open, so that another process can write."""
POINTS = (
    *PAUSES,
    "intent-before-commit",
    "account-before-commit",
    "account-after-commit",
    "cursor-before-commit",
    "finish-before-commit",
    "shortage-reported",
    "order-file-half",
    "order-file-recorded",
)


class LedgerMachine(MerchantRules, SupplierRules):
    """Tasks that run, are killed, meet each other, and go on from a backup."""

    @initialize(cups=st.integers(0, 2), mugs=st.integers(0, 1))
    def begin(self, cups: int = 0, mugs: int = 0) -> None:
        """Begin with an order. Most examples begin with a parcel, too, or few would have one."""
        super().begin()
        self.send_parcel(pick=0, cups=cups, mugs=mugs)

    @rule(task=TASK)
    def run_task(self, task: str) -> None:
        """Run a task; a further run writes nothing."""
        if task not in self.tasks:
            return
        with self.watched():
            self.pair.run(task)
        before = self.pair.everything()
        self.pair.run(task)
        assert self.pair.everything() == before, task

    @rule(task=WRITER, point=st.sampled_from(POINTS), passage=PASSAGE)
    def kill_a_run(self, task: str, point: str, passage: int) -> None:
        if task not in self.tasks:
            return
        with self.watched(), killed_at(point, passage):
            self.pair.run(task)
        self._free_leases()

    @rule(
        task=WRITER,
        other=WRITER,
        point=st.sampled_from(PAUSES),
        passage=PASSAGE,
        takes_over=st.booleans(),
    )
    def run_two_processes(
        self, task: str, other: str, point: str, passage: int, *, takes_over: bool
    ) -> None:
        """Run a second process while the first one is slow, or frozen until its lease ends."""
        if {task, other} - {*self.tasks}:
            return

        def meanwhile() -> None:
            if takes_over:
                self._free_leases()
            self.pair.run_beside(other)

        with self.watched(), suppress(LeaseLostError), paused_at(point, passage, meanwhile):
            self.pair.run(task)

    @rule(hours=st.integers(-2, 48))
    def jump(self, hours: int) -> None:
        sides = (self.pair.merchant, self.pair.supplier)
        if hours < 0 and any(isinstance(side, AtShop) for side in sides):
            return  # A shop refuses requests that are signed with a wrong time.
        self.pair.merchant.clock.at += timedelta(hours=hours)

    @rule()
    def back_up(self) -> None:
        back_up(load_config(self.pair.path).database.path, self.folder / "backup.db", replace=True)

    @rule()
    @precondition(lambda self: (self.folder / "backup.db").exists())
    def restore(self) -> None:
        go_back(self.pair.path, self.folder / "backup.db", self.pair.merchant.clock)
        self.is_restored = True

    def _free_leases(self) -> None:
        """End all leases: only a process that has ended leaves them behind."""
        edit(self.folder, "ordosync.db", "update leases set owner = null, until = null")
