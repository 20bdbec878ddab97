"""A resident worker: plans which portals are due, and works on those that the queue gives to it.

It follows the file of the configuration, so an edit takes effect without a restart. While the file
is invalid, nothing begins.
"""

import signal
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from threading import Lock

from ordosync.accounts.connections import Connections
from ordosync.clock import StoppedError
from ordosync.config.hosts import host_of
from ordosync.config.settings import Config
from ordosync.engine.portals import connect
from ordosync.engine.scheduling.free_portals import FreePortal, free_portals
from ordosync.engine.scheduling.registration import register, resume_tasks
from ordosync.engine.scheduling.retention import prune_for_a_while
from ordosync.engine.scheduling.tick import PortalReport, Tick
from ordosync.errors import ConfigError, DatabaseError, OrdosyncError, mistake
from ordosync.idle import digest
from ordosync.postgres.jobs import RUN, Job, queue_of
from ordosync.store import Store
from ordosync.store.postgres_database import PostgresDatabase
from ordosync.store.postgres_queue import run_queue
from ordosync.tasks import TASKS
from ordosync.threads import block_signals

_WAITING_A_THREAD = 4
"""Jobs that wait for each thread of a queue. With fewer, threads with short runs would be idle
until the next plan; with many, they would wait in an order that was right long ago."""
_LEFT, _WOKEN, _SCHEDULED = 10, 5, 0
_UPKEEP_EVERY_S = 60
_MOST_FAILURES = 3


@dataclass(kw_only=True)
class Resident:
    """The work of one process. Several threads call its methods."""

    tick: Tick
    """Made with the configuration as it was last read."""
    location: PostgresDatabase
    load: Callable[[], Config]
    report: Callable[[Sequence[PortalReport]], None]
    send_alerts: Callable[[Config], None]
    error: DatabaseError | None = None
    """The error that ends the work."""
    _wrong: tuple[str, ConfigError] | None = None
    """The digest of an invalid file, and its error."""
    _failures: int = 0
    """Number of plans in a row that failed because of the database."""
    _users: Counter[Connections] = field(default_factory=Counter)
    """The number of threads that use the connections of each configuration."""
    _lock: Lock = field(default_factory=Lock)
    _upkeep: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(1, initializer=block_signals)
    )
    _upkeep_at_s: float = 0

    @property
    def is_stopped(self) -> bool:
        """True if a signal or an error ends the work."""
        return self.error is not None or self.tick.stop.reason is not None

    def run(self, *, jobs: int) -> None:
        """Work on `jobs` portals at a time until it is stopped. Raises `DatabaseError`."""
        config, clock = self.tick.config, self.tick.clock
        with Store.open(config.database, clock=clock) as store:
            register(config, store, clock)
        try:
            run_queue(
                self.location,
                jobs=jobs,
                plan=self.plan,
                work=self.work,
                is_stopped=lambda: self.is_stopped,
                stop=lambda: self.tick.stop.on_signal(signal.SIGTERM),
            )
        finally:
            self._upkeep.shutdown()
            self.tick.connections.close()
        if self.error:
            raise self.error

    def plan(self, waiting: Mapping[str, str]) -> Sequence[Job]:
        """Return the jobs that are needed, given the portals that wait with their queues."""
        try:
            with self._current() as tick:
                with Store.open(tick.config.database, clock=tick.clock) as store:
                    register(tick.config, store, tick.clock)
                    resume_tasks(store, tick.clock)
                    jobs = _needed(tick, store, waiting)
                self._start_upkeep(tick)
        # Such as a store of a newer version: the service manager starts the worker again.
        except DatabaseError as error:
            self._failures += 1
            if self._failures == _MOST_FAILURES:
                self.error = error
        except Exception as error:
            self._report_error(error)
        else:
            self._failures = 0
            return jobs
        return []

    def work(self, name: str) -> None:
        """Work on what is due in a portal."""
        try:
            with self._current() as tick, closing(tick.reusable_store()) as reusable:
                with reusable.use() as store:
                    # Refuses the configuration of a host that is behind.
                    register(tick.config, store, tick.clock)
                    rows = store.schedule.due_in([name], tick.clock.now())
                rows = [row for row in rows if row.task in TASKS]
                if rows and name in tick.config.portals:
                    self.report([tick.work_on(rows, reusable)])
        except Exception as error:
            self._report_error(error)

    @contextmanager
    def _current(self) -> Iterator[Tick]:
        """Use the tick of the file as it is now. Raises `ConfigError`."""
        with self._lock:
            self._follow_file()
            tick = self.tick
            self._users[tick.connections] += 1
        try:
            yield tick
        finally:
            with self._lock:
                self._users[tick.connections] -= 1
                self._close_unused(tick)

    def _follow_file(self) -> None:
        content = digest(self.tick.config.path.read_bytes())
        if self._wrong and self._wrong[0] == content:
            raise self._wrong[1]
        if content != self.tick.config.digest:
            try:
                config = self.load()
            except ConfigError as error:
                self._wrong = content, error
                raise
            old, connections = self.tick, connect(config, self.tick.clock)
            self.tick = replace(old, config=config, connections=connections)
            self._close_unused(old)
        if self.tick.config.database != self.location:
            why = "is not the `database:` of the configuration now; start the worker again"
            raise DatabaseError(self.location, why)

    def _close_unused(self, tick: Tick) -> None:
        """Close the connections of a configuration that was edited, after its last run."""
        if tick is not self.tick and not self._users[tick.connections]:
            del self._users[tick.connections]
            tick.connections.close()

    def _start_upkeep(self, tick: Tick) -> None:
        """Once a minute, start the other work of a call by cron, in a thread since it is slow."""
        now_s = tick.clock.monotonic()
        if now_s < self._upkeep_at_s:
            return
        self._upkeep_at_s = now_s + _UPKEEP_EVERY_S
        self._upkeep.submit(self._keep_up, tick)

    def _keep_up(self, tick: Tick) -> None:
        try:
            self.send_alerts(tick.config)
            with Store.open(tick.config.database, clock=tick.clock) as store:
                prunes = store.pruning.is_due(now=tick.clock.now())
            if prunes:
                prune_for_a_while(tick.config, tick.clock, tick.stop)
        except Exception as error:
            self._report_error(error)

    def _report_error(self, error: Exception) -> None:
        # A signal ended a wait; the next worker continues.
        if isinstance(error, StoppedError):
            return
        known = error if isinstance(error, OrdosyncError) else OrdosyncError(mistake(error))
        self.report([PortalReport(runs=[], alerts=[], error=known)])


def _needed(tick: Tick, store: Store, waiting: Mapping[str, str]) -> list[Job]:
    """Return a job for each portal for which there is room; those of a dead worker come first."""
    rooms = _rooms(store, waiting)
    pinned = {
        name: queue_of(host)
        for name, portal in tick.config.portals.items()
        if (host := host_of(tick.config, portal))
    }
    full = {name for name, queue in pinned.items() if rooms[queue] <= 0}
    if pinned and rooms[RUN] <= 0:
        full |= tick.config.portals.keys() - pinned.keys()
    room = sum(max(free, 0) for free in rooms.values()) + len(waiting)
    jobs = []
    for portal in free_portals(tick.config, store, tick.clock, room=room, without=full):
        queue = pinned.get(portal.name, RUN)
        if not portal.is_left and (portal.name in waiting or rooms[queue] <= 0):
            continue
        rooms[queue] -= 1
        jobs.append(Job(portal=portal.name, queue=queue, priority=_priority(portal)))
    return jobs


def _rooms(store: Store, waiting: Mapping[str, str]) -> Counter[str]:
    """Return how many more jobs may wait in each queue."""
    threads: Counter[str] = Counter()
    for worker in store.residents.all():
        if worker.state == "working":
            threads[RUN] += worker.jobs
            threads[queue_of(worker.name)] += worker.jobs
    rooms = Counter({queue: _WAITING_A_THREAD * count for queue, count in threads.items()})
    rooms.subtract(Counter(waiting.values()))
    return rooms


def _priority(portal: FreePortal) -> int:
    if portal.is_left:
        return _LEFT
    return _WOKEN if portal.is_woken else _SCHEDULED
