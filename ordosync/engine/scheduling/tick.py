"""One call by cron: runs all due tasks, portals in parallel.

A tick has two halves: `due_portals` asks the store what is due, and `work_on` does the work of one
portal. A portal that fails does not affect the others.
"""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass

from ordosync.accounts.connections import Connections
from ordosync.clock import Clock, StoppedError
from ordosync.config.hosts import other_host_reason
from ordosync.config.settings import Config, PortalConfig
from ordosync.engine import open_portal, register, run_if_due
from ordosync.engine.execution.claim import GaveUp
from ordosync.engine.execution.interruption import Stop
from ordosync.engine.scheduling.due_portals import DuePortals
from ordosync.engine.scheduling.outages import Alert, alerts_of, alerts_of_crashes
from ordosync.engine.scheduling.registration import resume_tasks
from ordosync.engine.scheduling.retention import prune_for_a_while
from ordosync.errors import OrdosyncError, mistake
from ordosync.slots import is_from_the_future
from ordosync.store import Store
from ordosync.store.reusable import ReusableStore
from ordosync.store.runs import Run
from ordosync.store.schedule_row import ScheduleRow
from ordosync.tasks import TASKS
from ordosync.threads import block_signals

_ORDER = list(TASKS)


@dataclass(frozen=True, kw_only=True)
class PortalReport:
    """The result for one portal."""

    runs: Sequence[Run]
    alerts: Sequence[Alert]
    error: OrdosyncError | None = None
    """The error that stopped the work on the portal."""


@dataclass(frozen=True, kw_only=True)
class Tick:
    """One call by cron."""

    config: Config
    connections: Connections
    """Those of the configuration. `run` closes them."""
    clock: Clock
    stop: Stop
    deliver_alerts: bool
    """True if the alerts reach the operator; the store then records them, so each is sent once."""
    ping: Callable[[PortalConfig, str], None]
    """Called with `start`, `success` or `failure` for each portal with a run."""

    def run(self, *, jobs: int) -> list[PortalReport]:
        """Work on all due portals, `jobs` at a time; return a report for each of them.

        Raises `DatabaseError` or `ConfigError` if no portal can be worked on.
        """
        with Store.open(self.config.database, clock=self.clock) as store:
            register(self.config, store, self.clock)
            resume_tasks(store, self.clock)
            if self.config.database.is_shared:
                store.schedule.note_call(self.clock.now())
            prunes = store.pruning.is_due(now=self.clock.now())
            queue = DuePortals(self.due_portals, store, self.clock)
            # The store stays open meanwhile. Otherwise each portal would be the last to close it,
            # and would clean up its side files.
            workers = ThreadPoolExecutor(max_workers=jobs, initializer=block_signals)
            with closing(self.connections), workers as pool:
                done = [pool.submit(self._work_off, queue) for _ in range(jobs)]
        if prunes:
            prune_for_a_while(self.config, self.clock, self.stop)
        reports = {name: report for each in done for name, report in each.result().items()}
        return [reports[name] for name in queue.taken]

    def _work_off(self, queue: DuePortals) -> Mapping[str, PortalReport]:
        """Work on portals in one thread until none is due; return their reports by name."""
        reports: dict[str, PortalReport] = {}
        with closing(self.reusable_store()) as store:
            while rows := queue.take():
                reports[rows[0].portal] = self.work_on(rows, store)
        return reports

    def reusable_store(self) -> ReusableStore:
        """Return the store for one thread, which opens it when it uses it."""
        return ReusableStore(self.config.database, self.clock)

    def due_portals(self, store: Store) -> list[list[ScheduleRow]]:
        """Return what is due here, grouped by portal; the portal that is due first comes first."""
        due: dict[str, list[ScheduleRow]] = {}
        for row in store.schedule.due(self.clock.now()):
            portal = self.config.portals.get(row.portal)
            if portal and row.task in TASKS and not other_host_reason(self.config, portal):
                due.setdefault(row.portal, []).append(row)
        return list(due.values())

    def work_on(self, rows: Sequence[ScheduleRow], reusable: ReusableStore) -> PortalReport:
        """Run the due tasks of one portal, in the order of `TASKS`."""
        config = self.config.portals[rows[0].portal]
        runs: list[Run] = []
        alerts = list(self._wrong_clock(rows))
        try:
            with reusable.use() as store:
                for name in sorted((row.task for row in rows), key=_ORDER.index):
                    if self.stop.reason:
                        break
                    self._task(config, name, store, runs, alerts)
        # The store was locked when the signal came; the next tick continues.
        except StoppedError:
            return PortalReport(runs=runs, alerts=alerts)
        except OrdosyncError as error:
            return PortalReport(runs=runs, alerts=alerts, error=error)
        # A mistake of ordosync must not stop the other portals.
        except Exception as error:
            unexpected = OrdosyncError(f"portal {config.name}: {mistake(error)}")
            return PortalReport(runs=runs, alerts=alerts, error=unexpected)
        finally:
            if runs:
                all_succeeded = all(run.status in ("ok", "partial") for run in runs)
                self.ping(config, "success" if all_succeeded else "failure")
        return PortalReport(runs=runs, alerts=alerts)

    def _task(
        self, config: PortalConfig, name: str, store: Store, runs: list[Run], alerts: list[Alert]
    ) -> None:
        portal = open_portal(self.config, config, store, self.connections)
        if not runs:
            self.ping(config, "start")
        result = run_if_due(TASKS[name], portal, store, self.clock, self.stop)
        now, deliver = self.clock.now(), self.deliver_alerts
        if isinstance(result, Run):
            if result.is_kept:
                runs.append(result)
            alerts += alerts_of(result, store, now=now, deliver=deliver)
        elif isinstance(result, GaveUp):
            runs.append(result.run)
            alerts += alerts_of_crashes(result.run, store, now=now, deliver=deliver)

    def _wrong_clock(self, rows: Sequence[ScheduleRow]) -> Sequence[Alert]:
        now = self.clock.now()
        return [
            Alert(kind="clock", portal=row.portal, task=row.task, since=row.last_started_at)
            for row in rows
            if is_from_the_future(row.last_started_at, now)
        ]
