"""Nothing is lost or doubled, in any order of changes by people, tasks and outages.

Random work on both accounts; then all is healed, and after two quiet rounds everything agrees, and
one more writes nothing. After a restore it takes three: cancel-orders is complete only after
import-orders, and then report-shortages reports what the Supplier cancelled.
"""

import shutil
import tempfile
from collections.abc import Sequence
from contextlib import closing
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from ordosync.accounts.connections import Connections
from ordosync.config import load_config
from ordosync.database import sqlite3
from ordosync.embedded.desk import Desk
from ordosync.engine import Stop, open_portal, register, run_task
from ordosync.models import Address, Line, Order, Piece, PieceLine, Shipment, Split
from ordosync.store import Store
from ordosync.store.backup import back_up
from ordosync.store.runs import Run
from ordosync.tasks import TASKS
from tests.support.clock import START, VirtualClock
from tests.support.copies import go_back
from tests.support.desk import CONFIG

SKUS = ("MUG", "CUP", "HAT")
TABLES = ("orders", "order_lines", "products", "stock", "shipments", "timeline", "changes")
MEMORY = Path("/dev/shm")  # noqa: S108 - thousands of commits, and no power to lose
PICK = st.integers(0, 10_000)


class TwoAccountsMachine(RuleBasedStateMachine):
    """A state machine of a shop and its supplier."""

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp(dir=MEMORY if MEMORY.is_dir() else None))
        (self.folder / "config.yaml").write_text(CONFIG)
        self.config = load_config(self.folder / "config.yaml")
        self.clock = VirtualClock(START)
        self.shop, self.northwind = (
            Desk(name=name, path=self.folder / f"{name}.db") for name in ("shop", "northwind")
        )
        self.numbers = 0
        self.away = False
        self.quiet_rounds = 2
        for skus in (["MUG"], ["MUG", "CUP"], ["HAT"]):
            self.place(skus, 2)
        self.run_all()

    def teardown(self) -> None:
        if not hasattr(self, "folder"):
            return
        try:
            self._agree()
        finally:
            shutil.rmtree(self.folder)

    @rule(skus=st.lists(st.sampled_from(SKUS), min_size=1, max_size=2), quantity=st.integers(1, 3))
    @precondition(lambda self: not self.away)
    def place(self, skus: Sequence[str], quantity: int) -> None:
        self.numbers += 1
        number = str(1000 + self.numbers)
        lines = tuple(
            Line(id=f"{number}/{place}", sku=sku, name=sku, quantity=quantity)
            for place, sku in enumerate(skus, 1)
        )
        order = Order(id="", number=number, lines=lines, ship_to=Address(name="Ann"))
        self.shop.add_orders([order], supplier="northwind")

    @rule(pick=PICK, change=st.sampled_from(["cancel", "restore", "request", "reassign"]))
    @precondition(lambda self: not self.away)
    def change_at_the_merchant(self, pick: int, change: str) -> None:
        number = self._any(self.shop, pick)
        if number is None:
            return
        if change == "cancel":
            self.shop.cancel(number)
        elif change == "restore":
            self.shop.restore(number)
        else:
            self.shop.request(number, "northwind" if change == "request" else "elsewhere")

    @rule(pick=PICK)
    def cancel_at_the_supplier(self, pick: int) -> None:
        if number := self._any(self.northwind, pick):
            self.northwind.cancel(number)

    @rule(pick=PICK)
    def restore_at_the_supplier(self, pick: int) -> None:
        if number := self._any(self.northwind, pick):
            self.northwind.restore(number)

    @rule(pick=PICK, parcel=st.integers(1, 999))
    def ship(self, pick: int, parcel: int) -> None:
        if number := self._any(self.northwind, pick):
            self.northwind.ship(
                [
                    Shipment(
                        id="",
                        order_id=number,
                        tracking_number=f"1Z{parcel}",
                        carrier="UPS",
                        shipped_at=self.clock.now(),
                        warehouse="main",
                    )
                ]
            )

    @rule(pick=PICK)
    def void(self, pick: int) -> None:
        if number := self._any(self.northwind, pick):
            self.northwind.void(number)

    @rule(pick=PICK, at_the_merchant=st.booleans())
    def split(self, pick: int, at_the_merchant: bool) -> None:
        if at_the_merchant and self.away:
            return
        account = self.shop if at_the_merchant else self.northwind
        number = self._any(account, pick)
        order = number and account.read_order(number)
        if order:
            first, *rest = order.lines
            first_piece = [PieceLine(of_line=first.id, quantity=1)]
            second_piece = [PieceLine(of_line=first.id, quantity=first.quantity - 1)]
            second_piece += [PieceLine(of_line=line.id, quantity=line.quantity) for line in rest]
            pieces = (Piece(lines=tuple(first_piece)), Piece(lines=tuple(second_piece)))
            account.split(Split(order_id=order.number, pieces=pieces))

    @rule(sku=st.sampled_from(SKUS), count=st.integers(0, 50))
    def recount(self, sku: str, count: int) -> None:
        self.northwind.set_stock(sku, "main", count)

    @rule(task=st.sampled_from(sorted(TASKS)))
    def run(self, task: str) -> None:
        self._run(task)

    @rule()
    def run_all(self) -> None:
        for task in TASKS:
            self._run(task)

    @rule()
    def lose_or_find_the_merchant(self) -> None:
        path, hidden = self.folder / "shop.db", self.folder / "hidden"
        if self.away:
            path.rmdir()
            hidden.rename(path)
            self.away = False
        elif path.exists():
            path.rename(hidden)
            path.mkdir()
            self.away = True

    @rule()
    def back_up(self) -> None:
        back_up(self.config.database.path, self.folder / "backup.db", replace=True)

    @rule()
    @precondition(lambda self: (self.folder / "backup.db").exists())
    def restore(self) -> None:
        go_back(self.folder / "config.yaml", self.folder / "backup.db", self.clock)
        self.quiet_rounds = 3

    def _any(self, account: Desk, pick: int) -> str | None:
        numbers = [] if account is self.shop and self.away else account.order_numbers("")
        return numbers[pick % len(numbers)] if numbers else None

    def _run(self, task: str) -> Run:
        self.clock.sleep(60)
        with Store.open(self.config.database) as store:
            register(self.config, store, self.clock)
            portal = open_portal(
                self.config, self.config.portals["shop-northwind"], store, Connections(self.clock)
            )
            result = run_task(
                TASKS[task], portal, store, self.clock, Stop(self.clock), trigger="manual"
            )
        assert isinstance(result, Run)
        assert not (result.error and result.error.code == "unexpected"), result.error
        return result

    def _agree(self) -> None:
        if self.away:
            self.lose_or_find_the_merchant()
        for _ in range(self.quiet_rounds):
            for task in TASKS:
                assert self._run(task).status in ("ok", "partial")
            # Waiting steps may be retried.
            self.clock.at += timedelta(hours=7)
        before = [self._content("shop"), self._content("northwind")]
        last = [self._run(task) for task in TASKS]

        assert [self._content("shop"), self._content("northwind")] == before
        assert [run.counts.done for run in last] == [0] * len(TASKS)
        self._stock_agrees()
        self._orders_agree()

    def _content(self, name: str) -> dict[str, list[tuple[object, ...]]]:
        if not (self.folder / f"{name}.db").exists():
            return {}
        with closing(sqlite3.connect(self.folder / f"{name}.db")) as db:
            tables = [row[0] for row in db.execute("select name from sqlite_schema where sql > ''")]
            return {
                table: list(db.execute(f"select * from {table}"))  # noqa: S608 - our own tables
                for table in tables
                if table in TABLES
            }

    def _stock_agrees(self) -> None:
        quantities = {
            product.sku: sum((level.physical or Decimal() for level in levels), Decimal())
            for product, levels, _ in self.shop.stock_levels()
            if any(level.physical is not None for level in levels)
        }
        can_be_sold = {
            product.sku: max(available, 0)
            for product, _, available in self.northwind.stock_levels()
            if available is not None
        }
        imported = {product.sku for product in self.shop.list_products()}
        assert quantities == {sku: n for sku, n in can_be_sold.items() if sku in imported}

    def _orders_agree(self) -> None:
        links = self._links()
        linked = {theirs for _, theirs in links}
        # No order is linked twice.
        assert len(linked) == len(links)
        reported = self._troubles()
        for (ours, theirs), state in links.items():
            merchant, supplier = self.shop.read_order(ours), self.northwind.read_order(theirs)
            assert merchant
            assert supplier
            assert sum(line.quantity for line in merchant.lines) == sum(
                line.quantity for line in supplier.lines
            )
            for parcel in self.northwind.shipments_of(theirs):
                if not parcel.voided:
                    self._parcel_is_known(merchant, parcel, reported)
            if supplier.is_split and theirs not in reported:
                pieces = self.northwind.pieces_of(theirs)
                assert linked >= set(pieces)
                assert len(self.shop.pieces_of(ours)) == len(pieces)
            # The Supplier may restore an order that the task cancelled: that is its own decision.
            if state.startswith("cancelled"):
                assert "Cancelled" in [entry.text for entry in self.northwind.timeline(theirs)]
            if merchant.status == "cancelled" and not merchant.is_split and state == "live":
                assert supplier.status == "cancelled" or supplier.is_split or theirs in reported, (
                    merchant,
                    supplier,
                )

    def _parcel_is_known(self, merchant: Order, parcel: Shipment, reported: frozenset[str]) -> None:
        at = [merchant.number, *self._below(merchant.number)]
        numbers = {
            shipment.tracking_number for number in at for shipment in self.shop.shipments_of(number)
        }
        assert parcel.tracking_number in numbers or parcel.id in reported, parcel

    def _below(self, number: str) -> list[str]:
        pieces = self.shop.pieces_of(number)
        return pieces + [below for piece in pieces for below in self._below(piece)]

    def _links(self) -> dict[tuple[str, str], str]:
        with closing(sqlite3.connect(self.folder / "ordosync.db")) as db:
            newest = db.execute(
                "select merchant_id, supplier_id, state, max(generation) from links"
                " where kind = 'order' group by merchant_id"
            )
            return {(ours, theirs): state for ours, theirs, state, _ in newest}

    def _troubles(self) -> frozenset[str]:
        """Return the Supplier's ids of failed steps, which the operator sees."""
        with closing(sqlite3.connect(self.folder / "ordosync.db")) as db:
            rows = db.execute("select supplier_id from steps where state = 'failed'")
            return frozenset(row[0] for row in rows)


def _check(examples: int) -> None:
    run_state_machine_as_test(
        TwoAccountsMachine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=20,
            deadline=None,
            print_blob=True,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_whatever_happens_both_accounts_agree_in_the_end() -> None:
    _check(10)


@pytest.mark.matrix
def test_whatever_happens_both_accounts_agree_in_the_end_for_longer() -> None:
    _check(50)
