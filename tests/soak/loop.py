"""The loop: people, processes, kills and outages, then healing, then the invariants."""

import random
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ordosync.clock import Clock
from tests.fakes.ordoro import Exchange, FakeOrdoro, Fault, Switches
from tests.soak.invariants import broken
from tests.soak.people import Portal, something

_REQUEST = "process_request_thread"
"""Names of the threads that answer requests."""
_ROOT = Path(__file__).parents[2]
_MINUTE_S = 60
_KILLED, _FAULTY, _WRONG_CLOCK = 0.7, 0.4, 0.05
"""The probability of each in a round."""
_LOST = ("lost-reset", "lost-502", "cut", "reset", "unavailable")
_MANY = 100_000
_ALL = (
    "import-products",
    "cancel-orders",
    "import-orders",
    "split-order",
    "update-tracking",
    "report-shortages",
    "write-inventory-back",
)
EVERY_TASK = tuple(" -- ".join(_ALL).split())
_HEALING = 6


class _Ahead(Clock):
    """The clock of the accounts, as far ahead as that of the processes."""

    seconds = 0.0

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.seconds)


@dataclass(kw_only=True)
class Summary:
    """Counts of a soak, and the broken invariants."""

    seed: int
    rounds: int = 0
    killed: int = 0
    faults: int = 0
    steps_of_the_clock: int = 0
    effects: Counter[str] = field(default_factory=Counter)
    requests: int = 0
    look_ups: int = 0
    """Searches for the result of an earlier attempt."""
    retries: int = 0
    broken: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        effects = ", ".join(f"{count} x {kind}" for kind, count in sorted(self.effects.items()))
        totals = (
            f"{self.rounds} rounds, {self.killed} killed, {self.faults} faults,"
            f" {self.steps_of_the_clock} steps of the clock, {self.requests} requests"
        )
        twice = sum("have the reference" in problem for problem in self.broken)
        made_good = (
            f"{self.retries} retries, {self.look_ups} look-ups, {twice} duplicates,"
            f" {len(self.broken) - twice} losses and other faults"
        )
        holds = self.broken or ["all invariants hold: nothing lost, nothing twice"]
        lines = [f"seed {self.seed}: {totals}", f"effects: {effects}", made_good, *holds]
        return "\n".join(lines)


class Soak:
    """Two accounts at a fake Ordoro, and a folder with a configuration of some portals."""

    def __init__(self, folder: Path, *, seed: int, portals: int) -> None:
        self.folder = folder
        self.dice = random.Random(seed)  # noqa: S311 - the same week again for the same seed
        self.clock = _Ahead()
        self.summary = Summary(seed=seed)
        self._open = ExitStack()
        self._usual_s: float | None = None
        """Duration of a process that is not killed; None until one has ended."""
        self._wrong_by_s = 0.0
        self.merchant, self.supplier = (self._fake(f"fake-secret-{side}") for side in "ms")
        self.portals = [
            Portal(f"p{place}", self.merchant, self.supplier) for place in range(portals)
        ]
        self._configure()

    def close(self) -> None:
        """Stop the accounts."""
        self._open.close()

    def round(self, *words: str) -> None:
        """Let people work for a while, and a process run that may be killed."""
        for _ in range(self.dice.randint(0, 6)):
            something(self.dice.choice(self.portals), self.dice)
        self._maybe_fault()
        self._maybe_wrong_clock()
        kills = self._usual_s is not None and self.dice.random() < _KILLED
        killed_after_s = self.dice.uniform(0.2, 1.1) * (self._usual_s or 0) if kills else None
        self._process(words or ("run-due",), killed_after_s)
        self.summary.rounds += 1
        self.clock.seconds += self.dice.choice((1, 5, 20)) * _MINUTE_S

    def heal(self) -> Summary:
        """End all faults, let the tasks repair everything, and check the invariants."""
        self._wrong_by_s = 0
        for fake in (self.merchant, self.supplier):
            fake.faults.clear()
        for _ in range(_HEALING):
            # The total is longer than any clock was wrong.
            self.clock.seconds += 8 * 60 * _MINUTE_S
            self._process(EVERY_TASK, None)
        before = len(self.merchant.ledger) + len(self.supplier.ledger)
        self._process(EVERY_TASK, None)
        problems = broken(self.folder, self.portals, self.merchant, self.supplier)
        if len(self.merchant.ledger) + len(self.supplier.ledger) != before:
            problems.append("I3: a further run wrote something")
        for fake in (self.merchant, self.supplier):
            self.summary.effects.update(effect.kind for effect in fake.ledger)
            self.summary.requests += sum(fake.requests.values())
        with closing(sqlite3.connect(self.folder / "ordosync.db")) as db:
            [again] = db.execute("select sum(max(attempts - 1, 0)) from steps").fetchone()
        self.summary.retries = again or 0
        self.summary.broken = problems
        return self.summary

    def _fake(self, secret: str) -> FakeOrdoro:
        fake = FakeOrdoro(clock=self.clock, secret=secret, switches=Switches(rate_limit=_MANY))
        fake.on_exchange = self._watch
        self._open.enter_context(fake)
        return fake

    def _watch(self, exchange: Exchange) -> None:
        self.summary.look_ups += "cart_order_id=" in exchange.request.query

    def _configure(self) -> None:
        sides = {"shop": self.merchant, "depot": self.supplier}
        accounts = "".join(
            f"  {name}: {{kind: ordoro, base_url: {fake.url!r}, key: {fake.key},"
            f" secret: {fake.secret}, currency: USD}}\n"
            for name, fake in sides.items()
        )
        portals = "".join(
            f"  {portal.name}:\n"
            f"    merchant: {{account: shop, supplier: {portal.supplier_id}}}\n"
            f"    supplier: {{account: depot, sales_channel: {portal.channel}}}\n"
            "    manage_inventory: true\n"
            f"    products: {{skus: ['{portal.name}-*']}}\n"
            "    tasks: {import-orders: 10-minutes, import-products: 10-minutes,"
            " cancel-orders: 10-minutes, write-inventory-back: 10-minutes}\n"
            for portal in self.portals
        )
        path = self.folder / "config.yaml"
        path.touch(0o600)
        path.write_text(f"accounts:\n{accounts}portals:\n{portals}")

    def _process(self, words: Sequence[str], killed_after_s: float | None) -> None:
        passed_s = self.clock.seconds
        ahead_s = passed_s + self._wrong_by_s
        worker = subprocess.Popen(
            [sys.executable, "-m", "tests.soak.worker", f"{ahead_s}", f"{passed_s}", *words],
            cwd=self.folder,
            env={"PYTHONPATH": str(_ROOT), "PATH": "/usr/bin:/bin"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        began = time.monotonic()
        try:
            _, output = worker.communicate(timeout=killed_after_s)
            self._usual_s = time.monotonic() - began
        except subprocess.TimeoutExpired:
            worker.kill()
            _, output = worker.communicate()
            self.summary.killed += 1
        if b"Traceback" in output:
            self.summary.broken.append(output.decode())
        self._let_requests_end()

    def _let_requests_end(self) -> None:
        """Wait until the requests of a killed process are done."""
        while requests := [thread for thread in threading.enumerate() if _REQUEST in thread.name]:
            for thread in requests:
                # Otherwise it is being started, and cannot be joined yet.
                if thread.is_alive():
                    thread.join()

    def _maybe_fault(self) -> None:
        if self.dice.random() < _FAULTY:
            fake = self.dice.choice((self.merchant, self.supplier))
            kind = self.dice.choice(_LOST)
            fake.faults.add(
                Fault(kind=kind, times=self.dice.randint(1, 3), after=self.dice.randint(0, 5))  # type: ignore[arg-type]
            )
            self.summary.faults += 1

    def _maybe_wrong_clock(self) -> None:
        """Set the machine's clock; the service's, on which cursors depend, stays right."""
        if self.dice.random() < _WRONG_CLOCK:
            self._wrong_by_s = self.dice.choice((-2, 0, 2, 26)) * 60 * _MINUTE_S
            self.summary.steps_of_the_clock += 1
