"""A state machine of orders that are sent, voided, cancelled and split in parts.

People work at random in both accounts, runs are killed at random writes, backups are restored, and
the clock jumps. After each step the ledger adds up. In the end all tasks run until they are quiet,
and both accounts show the same parcels.
"""

import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from ordosync.config import load_config
from ordosync.store import Store
from ordosync.store.backup import back_up
from ordosync.store.links import Link
from ordosync.tasks import TASKS
from tests.accounts.contract.examples import line, parcel, sold
from tests.accounts.contract.opening import PORTAL
from tests.accounts.sqlite.people import SqliteSupplierPeople
from tests.scenarios.pairs.kinds import Kinds
from tests.scenarios.pairs.pair import Pair
from tests.support.clock import START, VirtualClock
from tests.support.copies import go_back
from tests.support.kills import killed_at
from tests.support.stories import edit

SKUS = ("CUP", "MUG")
MEMORY = Path("/dev/shm")  # noqa: S108 - thousands of commits, and no power to lose
PICK = st.integers(0, 10_000)
POINTS = (
    "intent-before-commit",
    "intent-after-commit",
    "result-before-commit",
    "result-after-commit",
    "http-before-send",
    "http-after-answer",
)


@dataclass
class SoldOrder:
    """An order as the people remember it."""

    merchant_id: str
    units: Counter[str]
    parcels: dict[str, Counter[str]] = field(default_factory=dict)
    """Units of the live parcels, by number."""
    voided: set[str] = field(default_factory=set)
    pieces: dict[str, Counter[str]] = field(default_factory=dict)
    """Units of the Supplier's pieces by their ids; empty if the order is not split."""
    parcel_pieces: dict[str, str] = field(default_factory=dict)
    """The piece of each parcel that is not of the whole order, by number."""
    is_touched: bool = False
    """True if units were cancelled or removed, so that the accounts may differ permanently."""

    @property
    def open_units(self) -> Counter[str]:
        """The units that no live parcel holds."""
        left = Counter(self.units)
        for units in self.parcels.values():
            left.subtract(units)
        return left


class LedgerMachine(RuleBasedStateMachine):
    """Orders between two accounts of any kinds."""

    kinds: ClassVar[Kinds]

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp(dir=MEMORY if MEMORY.is_dir() else None))
        clock = VirtualClock(START)
        merchant, supplier = self.kinds
        self.pair = Pair(self.folder, merchant(self.folder, clock), supplier(self.folder, clock))
        self.orders: list[SoldOrder] = []
        self.numbers = 0
        self.place()
        self.run_task("import-orders")

    def teardown(self) -> None:
        if not hasattr(self, "pair"):
            return
        try:
            self.agree()
        finally:
            with closing(self.pair.merchant), closing(self.pair.supplier):
                shutil.rmtree(self.folder)

    @rule()
    @precondition(lambda self: len(self.orders) < 3)
    def place(self) -> None:
        number = str(1001 + len(self.orders))
        merchant_id = self.pair.merchant.request(sold(number, line("CUP", 2), line("MUG", 1)))
        self.orders.append(SoldOrder(merchant_id=merchant_id, units=Counter(CUP=2, MUG=1)))

    @rule(pick=PICK, cups=st.integers(0, 2), mugs=st.integers(0, 1))
    def send_parcel(self, pick: int, cups: int, mugs: int) -> None:
        order = self._any(pick)
        supplier_id = self._supplier_id(order)
        if supplier_id is None:
            return
        if order.pieces:
            supplier_id = sorted(order.pieces)[pick % len(order.pieces)]
        open_units = self.pair.supplier.open_units(supplier_id)
        units = Counter({"CUP": min(cups, open_units.get("CUP", 0))})
        units["MUG"] = min(mugs, open_units.get("MUG", 0))
        if not +units:
            return
        self.numbers += 1
        number = f"1Z{self.numbers}"
        lines = [sku for sku in SKUS if sku in order.pieces.get(supplier_id, SKUS)]
        self.pair.supplier.ship_part(
            supplier_id, parcel(number=number, id=""), *(units[sku] for sku in lines)
        )
        order.parcels[number] = +units
        if order.pieces:
            order.parcel_pieces[number] = supplier_id

    @rule(pick=PICK)
    def void_parcel(self, pick: int) -> None:
        order = self._any(pick)
        supplier_id = self._supplier_id(order)
        if supplier_id is None or not order.parcels:
            return
        number = sorted(order.parcels)[pick % len(order.parcels)]
        self.pair.supplier.recall(order.parcel_pieces.get(number, supplier_id), number)
        del order.parcels[number]
        order.voided.add(number)

    @rule(pick=PICK, cups=st.integers(0, 1), mugs=st.integers(0, 1))
    @precondition(lambda self: "cancelled-units" not in self.pair.merchant.lacks)
    def cancel_units(self, pick: int, cups: int, mugs: int) -> None:
        order = self._any(pick)
        left = order.open_units
        units = [min(cups, left["CUP"]), min(mugs, left["MUG"])]
        # The Merchant can cancel only what it does not show as sent.
        if order.is_touched or order.pieces or not any(units) or self._is_behind(order):
            return
        self.pair.merchant.cancel_units(order.merchant_id, *units)
        order.is_touched = True

    @rule(pick=PICK, cups=st.integers(0, 1), mugs=st.integers(0, 1))
    @precondition(lambda self: "reductions" not in self.pair.supplier.lacks)
    def take_off(self, pick: int, cups: int, mugs: int) -> None:
        order = self._any(pick)
        supplier_id = self._supplier_id(order)
        if supplier_id is None or order.is_touched or order.pieces:
            return
        open_units = self.pair.supplier.open_units(supplier_id)
        units = [min(cups, open_units.get("CUP", 0)), min(mugs, open_units.get("MUG", 0))]
        if any(units):
            self.pair.supplier.take_off(supplier_id, *units)
            order.is_touched = True

    @rule(pick=PICK)
    @precondition(
        lambda self: (
            isinstance(self.pair.supplier, SqliteSupplierPeople)
            and "split-order" not in self.pair.merchant.lacks
        )
    )
    def split_at_the_supplier(self, pick: int) -> None:
        """Split an order, or the open rest of one, into a CUP and the other units."""
        order = self._any(pick)
        supplier_id = self._supplier_id(order)
        if supplier_id is None or order.is_touched or order.pieces:
            return
        units = self.pair.supplier.open_units(supplier_id)
        rest = Counter(units) - Counter(CUP=1)
        if not units.get("CUP") or not rest:
            return
        first, second = self.pair.supplier.split(supplier_id, (1, 0), (rest["CUP"], rest["MUG"]))
        order.pieces = {first: Counter(CUP=1), second: rest}

    @rule(task=st.sampled_from(sorted(TASKS)))
    def run_task(self, task: str) -> None:
        if self.pair.can_run(task):
            self.pair.run(task)
        self.adds_up()

    @rule(
        task=st.sampled_from(["import-orders", "update-tracking", "cancel-orders"]),
        point=st.sampled_from(POINTS),
        passage=st.integers(1, 3),
    )
    def kill_a_run(self, task: str, point: str, passage: int) -> None:
        if self.pair.can_run(task):
            with killed_at(point, passage):
                self.pair.run(task)
            # Only a process that has ended leaves its lease behind.
            edit(self.folder, "ordosync.db", "update leases set owner = null, until = null")
        self.adds_up()

    @rule(hours=st.integers(-2, 48))
    def jump(self, hours: int) -> None:
        self.pair.merchant.clock.at += timedelta(hours=hours)

    @rule()
    def back_up(self) -> None:
        back_up(load_config(self.pair.path).database, self.folder / "backup.db", replace=True)

    @rule()
    @precondition(lambda self: (self.folder / "backup.db").exists())
    def restore(self) -> None:
        go_back(self.pair.path, self.folder / "backup.db", self.pair.merchant.clock)
        self.adds_up()

    def adds_up(self) -> None:
        """Check that no line has more units than were ordered, and no live number is void."""
        for link in self._lines():
            assert link.ordered is not None
            assert link.sent is not None
            assert link.cancelled is not None
            assert min(link.sent, link.cancelled, link.open_units or 0) >= 0, link
        for order in self.orders:
            shown = self.pair.merchant.tracking(order.merchant_id)
            void = {each.number for each in shown if each.voided}
            assert not void & {*order.parcels}, (void, order)

    def agree(self) -> None:
        """Run all tasks until they are quiet; check that the accounts show the same parcels."""
        for _ in range(3):
            for task in TASKS:
                if self.pair.can_run(task):
                    self.pair.run(task)
            # Waiting steps may be retried.
            self.pair.merchant.clock.at += timedelta(hours=25)
        self.pair.stays_quiet(*(task for task in TASKS if self.pair.can_run(task)))
        self.adds_up()
        for order in self.orders:
            self._agrees(order)

    def _agrees(self, order: SoldOrder) -> None:
        merchant = self.pair.merchant
        valid = sorted(merchant.all_numbers(order.merchant_id))
        assert {*valid} <= {*order.parcels}, order
        missing = {*order.parcels} - {*valid} - self._reported_problems()
        assert not missing or "more-numbers" in merchant.lacks, (missing, order)
        sent = Counter[str]()
        for units in order.parcels.values():
            sent.update(units)
        # A piece whose label is void stays shipped, or it would be sent twice.
        if not {"parcel-lines", *(["more-numbers"] if order.voided else [])} & merchant.lacks:
            shown = Counter(merchant.sent_units(order.merchant_id))
            # What was cancelled before its parcel was reported is a surplus there.
            assert shown <= sent if order.is_touched else shown == sent, (shown, order)
        is_all = sent == order.units or order.pieces
        assert is_all or order.is_touched or merchant.status(order.merchant_id) != "shipped", order

    def _reported_problems(self) -> frozenset[str]:
        """Return the numbers of parcels with a failed step, which the operator sees."""
        with self._store() as store:
            return frozenset(step.key.split(":")[-1] for step in store.steps.open())

    def _any(self, pick: int) -> SoldOrder:
        return self.orders[pick % len(self.orders)]

    def _is_behind(self, order: SoldOrder) -> bool:
        """True if the Merchant does not show each parcel yet, or shows a void one as valid."""
        return sorted(self.pair.merchant.all_numbers(order.merchant_id)) != sorted(order.parcels)

    def _supplier_id(self, order: SoldOrder) -> str | None:
        with self._store() as store:
            links = store.links(PORTAL).of_either("merchant", order.merchant_id)
        return links[-1].supplier_id if links else None

    def _lines(self) -> Sequence[Link]:
        with self._store() as store:
            links = store.links(PORTAL)
            ids = [link.merchant_id for page in links.live("order") for link in page]
            found: Mapping[str, Sequence[Link]] = links.lines_of(ids)
        return [line for lines in found.values() for line in lines]

    @contextmanager
    def _store(self) -> Iterator[Store]:
        with Store.open(load_config(self.pair.path).database) as store:
            yield store
