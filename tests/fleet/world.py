"""The portals of a fleet, and its hosts."""

import math
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from unittest.mock import patch

import psycopg

from ordosync.cli.desk.common import open_desk
from ordosync.clock import Clock, to_text
from ordosync.config import load_config
from ordosync.engine import register
from ordosync.models import Address, Line, Order
from ordosync.store import Store
from ordosync.store.postgres_database import PostgresDatabase
from tests.fleet import program

URL = "FLEET_URL"
HOST = "shared"
"""The name that all hosts have for accounts that are files, since all of them see these."""
_PAST = "2026-01-01T00:00:00.000Z"
_RUNNING = """
select leases.portal, leases.run_id, w.pid from leases join workers as w on w.id = owner
join runs on runs.id = run_id and status = 'running'
where leases.resource = 'orders' and w.pid = any(%s)
"""
_AT_WORK = """
select count(*) from schedule left join runs on runs.portal = schedule.portal
    and runs.task = schedule.task and runs.status = 'running'
where schedule.task = 'import-orders'
    and (runs.id is not null or next_at is null or next_at <= %s)
"""
_UNFINISHED = """
with waiting as (
    select schedule.portal from schedule
    left join steps on steps.portal = schedule.portal and state = 'done'
    where schedule.task = 'import-orders' group by 1 having count(steps.id) < %s
)
select portal, id::text, host, status, trigger, started_at, finished_at, error_code from runs
where task = 'import-orders' and portal in (select portal from waiting)
union all
select portal, 'schedule', tries::text, tried_at, next_at, last_started_at, done_at, woken_at
from schedule where task = 'import-orders' and portal in (select portal from waiting)
order by 1, 2
"""


class World:
    """Portals between embedded accounts, in one store."""

    def __init__(self, folder: Path, url: str, *, portals: int) -> None:
        self.folder, self.url = folder, url
        self.names = [f"p{number}" for number in range(portals)]
        self._last = 0
        accounts = [
            f"  {side}{number}: {{kind: sqlite, path: {side}{number}.db, host: {HOST}}}\n"
            for number in range(portals)
            for side in "ms"
        ]
        pairs = [
            f"  p{number}: {{merchant: m{number}, supplier: s{number}}}\n"
            for number in range(portals)
        ]
        self.path = folder / "config.yaml"
        text = "".join(["accounts:\n", *accounts, "portals:\n", *pairs])
        # All hosts have the same file, although one of them has another way to the server.
        self.path.write_text(f"database: ${{{URL}}}\n{text}")
        with patch.dict(os.environ, {URL: url}):
            config = load_config(self.path)
        assert isinstance(config.database, PostgresDatabase)
        self.config = replace(config, database=replace(config.database, name=HOST))
        with Store.open(self.config.database, clock=Clock()) as store:
            register(self.config, store, Clock())
        self.connect()

    def connect(self) -> None:
        """Connect to the store, for the questions of the test."""
        self.db = psycopg.connect(self.url, autocommit=True)

    def sell(self, orders: int) -> None:
        """Add orders to each Merchant, and make all imports due."""
        for number, _ in enumerate(self.names):
            shop = open_desk(self.config, f"m{number}")
            new = range(self._last + 1, self._last + orders + 1)
            shop.add_orders(list(map(_order, new)), supplier=f"s{number}")
        self._last += orders
        self.wake()

    def wake(self) -> None:
        """Make all imports due."""
        self.db.execute(
            "update schedule set next_at = %s, done_at = %s, tries = 0"
            " where task = 'import-orders' and interval_s is not null",
            (_PAST, _PAST),
        )

    def running(self, host: "Host") -> dict[str, int]:
        """Return the portals that a host works on, with their runs."""
        return {row[0]: row[1] for row in self.db.execute(_RUNNING, (host.pids,)).fetchall()}

    def are_running(self, runs: dict[str, int]) -> bool:
        """True if the store says that one of these runs has not ended."""
        row = self.db.execute(
            "select count(*) from runs where id = any(%s) and status = 'running'",
            (list(runs.values()),),
        ).fetchone()
        return row != (0,)

    def workers(self) -> int:
        """Return the number of live resident workers."""
        with Store.open(self.config.database) as store:
            return sum(worker.is_alive for worker in store.residents.all())

    def is_idle(self) -> bool:
        """True if no import runs or is due."""
        row = self.db.execute(_AT_WORK, (to_text(self.now()),)).fetchone()
        return row == (0,)

    def is_done(self) -> bool:
        """True if the store says that all orders have arrived."""
        row = self.db.execute("select count(*) from steps where state = 'done'").fetchone()
        return row == (self._last * len(self.names),)

    def unfinished(self) -> list[tuple[Any, ...]]:
        """Return the runs of the portals whose orders have not all arrived, and their schedule."""
        return self.db.execute(_UNFINISHED, (self._last,)).fetchall()

    def recovered_s(self, runs: dict[str, int], since: datetime) -> dict[str, float]:
        """Return for each portal the time until a later run began, in seconds."""
        times = {}
        for portal, run in runs.items():
            own = self.db.execute("select status from runs where id = %s", (run,)).fetchone()
            # The run ended just before the fault.
            if own != ("interrupted",):
                continue
            row: Any = self.db.execute(
                "select min(started_at) from runs"
                " where portal = %s and id > %s and task = 'import-orders'",
                (portal, run),
            ).fetchone()
            begun = datetime.fromisoformat(row[0]) if row[0] else None
            times[portal] = (begun - since).total_seconds() if begun else math.inf
        return times

    def now(self) -> datetime:
        """Return the time of the database."""
        row: Any = self.db.execute("select clock_timestamp()").fetchone()
        at: datetime = row[0]
        return at

    def count(self) -> tuple[int, int, int]:
        """Return the orders at the Suppliers, those that are there twice, and repeated creates."""
        found = doubled = 0
        for number, _ in enumerate(self.names):
            with closing(sqlite3.connect(self.folder / f"s{number}.db")) as db:
                row = db.execute("select count(*), count(distinct reference) from orders")
                count, distinct = row.fetchone()
            found, doubled = found + distinct, doubled + count - distinct
        repeated = self.folder / "repeated"
        again = repeated.read_text("utf-8").splitlines() if repeated.exists() else []
        return found, doubled, len(again)

    @property
    def expected(self) -> tuple[int, int, int]:
        """The counts of a fleet that has lost and doubled nothing."""
        return self._last * len(self.names), 0, 0

    def wait(self, condition: Callable[[], Any], *, at_most_s: float = 60) -> Any:
        """Return what the condition returns, once it is true."""
        end = time.monotonic() + at_most_s
        while not (value := condition()):
            assert time.monotonic() < end, "nothing happened for too long"
            time.sleep(0.05)
        return value

    def close(self) -> None:
        """Close the connection."""
        self.db.close()


class Host:
    """A host that runs a command until it is stopped; like systemd, it starts it again."""

    def __init__(
        self,
        world: World,
        words: Sequence[str],
        *,
        name: str,
        delay_s: float,
        url: str | None = None,
        skew_s: float = 0,
    ) -> None:
        self._world, self._words, self.name = world, words, name
        self._environment = {
            **os.environ,
            URL: url or world.url,
            program.DELAY_S: str(delay_s),
            program.SKEW_S: str(skew_s),
            program.REPEATED: str(world.folder / "repeated"),
            program.HOST: HOST,
        }
        self.log = world.folder / f"{name}.log"
        self.processes: list[subprocess.Popen[bytes]] = []
        self.start()

    @property
    def pids(self) -> list[int]:
        """The ids of all its processes until now."""
        return [process.pid for process in self.processes]

    def start(self) -> None:
        """Start the command."""
        path = str(self._world.path)
        with self.log.open("ab") as log:
            self.processes.append(
                subprocess.Popen(
                    [sys.executable, "-m", program.__name__, *self._words, "--config", path],
                    env=self._environment,
                    stdout=log,
                    stderr=log,
                )
            )

    def start_again(self) -> None:
        """Start the command again if it has ended, as a service manager does."""
        if self.processes[-1].poll() is not None:
            self.start()

    def send(self, number: signal.Signals) -> None:
        """Send a signal to its process."""
        self.processes[-1].send_signal(number)

    def wait(self) -> int:
        """Wait for the end of its process, and return the exit code."""
        return self.processes[-1].wait(60)

    def end(self) -> None:
        """Kill its processes."""
        for process in self.processes:
            if process.poll() is None:
                process.kill()
                process.wait()


def _order(number: int) -> Order:
    ship_to = Address(name="A", street1="1 High St", city="Leeds", zip="LS1", country="GB")
    line = Line(id=f"{number}/1", sku="X", name="x", quantity=1, unit_price=Decimal(1))
    return Order(id="", number=str(number), currency="EUR", ship_to=ship_to, lines=(line,))
