"""What cron calls: whatever is due, portals side by side, none of them another's trouble."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property

from ordosync.accounts.connections import Connections
from ordosync.clock import Clock, StoppedError
from ordosync.config.settings import Config, PortalConfig
from ordosync.engine import open_portal, register, run_if_due
from ordosync.engine.execution.claim import GaveUp
from ordosync.engine.execution.interruption import Stop
from ordosync.engine.scheduling.outages import Alert, alerts_of
from ordosync.engine.scheduling.retention import prune_for_a_while
from ordosync.errors import OrdosyncError, mistake
from ordosync.slots import is_from_the_future
from ordosync.store import Store
from ordosync.store.runs import Run
from ordosync.store.schedule import ScheduleRow
from ordosync.tasks import TASKS

_ORDER = list(TASKS)


@dataclass(frozen=True, kw_only=True)
class PortalReport:
    """What was done for one portal."""

    runs: Sequence[Run]
    alerts: Sequence[Alert]
    error: OrdosyncError | None = None
    """What kept the portal from being worked on."""


@dataclass(frozen=True, kw_only=True)
class Tick:
    """How one call by cron works."""

    config: Config
    clock: Clock
    stop: Stop
    deliver_alerts: bool
    """True if the alerts reach the operator; the store then notes them, so that each comes once."""
    ping: Callable[[PortalConfig, str], None]
    """Told `start`, `success` or `failure` of each portal that is worked on."""

    @cached_property
    def _connections(self) -> Connections:
        return Connections(self.clock)

    def run(self, *, jobs: int) -> list[PortalReport]:
        """Run what is due and send what waits; a report for each portal that had any.

        Raises `DatabaseError` and `ConfigError` where nothing can be done at all.
        """
        with Store.open(self.config.database, clock=self.clock) as store:
            register(self.config, store, self.clock)
            due: dict[str, list[ScheduleRow]] = {}
            for row in store.schedule.due(self.clock.now()):
                if row.portal in self.config.portals and row.task in TASKS:
                    due.setdefault(row.portal, []).append(row)
            prunes = store.pruning.is_due(now=self.clock.now())
            # Still open, or whoever closes it last would tidy up the file each time.
            with closing(self._connections), ThreadPoolExecutor(max_workers=jobs) as pool:
                reports = list(pool.map(self._portal, due.values()))
        if prunes:
            prune_for_a_while(self.config, self.clock, self.stop)
        return reports

    def _portal(self, rows: Sequence[ScheduleRow]) -> PortalReport:
        config = self.config.portals[rows[0].portal]
        runs: list[Run] = []
        alerts = list(self._wrong_clock(rows))
        try:
            with Store.open(self.config.database, clock=self.clock) as store:
                for name in sorted((row.task for row in rows), key=_ORDER.index):
                    if self.stop.reason:
                        break
                    self._task(config, name, store, runs, alerts)
        except StoppedError:  # while the store was locked; the next tick goes on
            return PortalReport(runs=runs, alerts=alerts)
        except OrdosyncError as error:
            return PortalReport(runs=runs, alerts=alerts, error=error)
        except Exception as error:  # our own mistake, which must not stop other portals
            told = OrdosyncError(f"portal {config.name}: {mistake(error)}")
            return PortalReport(runs=runs, alerts=alerts, error=told)
        finally:
            if runs:
                good = all(run.status in ("ok", "partial") for run in runs)
                self.ping(config, "success" if good else "failure")
        return PortalReport(runs=runs, alerts=alerts)

    def _task(
        self, config: PortalConfig, name: str, store: Store, runs: list[Run], alerts: list[Alert]
    ) -> None:
        portal = open_portal(self.config, config, store, self._connections)
        if not runs:
            self.ping(config, "start")
        done = run_if_due(TASKS[name], portal, store, self.clock, self.stop)
        if isinstance(done, Run):
            if done.is_kept:
                runs.append(done)
            alerts += alerts_of(done, store, now=self.clock.now(), deliver=self.deliver_alerts)
        elif isinstance(done, GaveUp):
            runs.append(done.run)
            alerts.append(Alert(kind="gave-up", portal=portal.name, task=name, run=done.run))

    def _wrong_clock(self, rows: Sequence[ScheduleRow]) -> Sequence[Alert]:
        now = self.clock.now()
        return [
            Alert(kind="clock", portal=row.portal, task=row.task, since=row.last_started_at)
            for row in rows
            if is_from_the_future(row.last_started_at, now)
        ]
