"""Simulated time: a clock that a test sets, and ticks of cron in this process."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from math import ceil
from pathlib import Path

from ordosync.clock import Clock
from ordosync.config import load_config
from ordosync.config.settings import PortalConfig
from ordosync.engine import Stop
from ordosync.engine.portals import connect
from ordosync.engine.scheduling.outages import Alert
from ordosync.engine.scheduling.tick import PortalReport, Tick
from ordosync.store import Store
from ordosync.store.runs import Run

START = datetime(2026, 11, 2, tzinfo=UTC)


class VirtualClock(Clock):
    """A clock that stands still until it is set."""

    def __init__(self, now: datetime = START) -> None:
        self._at, self._boot_s = now, 1_000_000.0

    @property
    def at(self) -> datetime:
        """The wall time. Set forward, time passes; set back, only the wall time changes."""
        return self._at

    @at.setter
    def at(self, at: datetime) -> None:
        self._boot_s += max((at - self._at).total_seconds(), 0)
        self._at = at

    def jump(self, by: timedelta) -> None:
        """Set the wall time forward without letting time pass."""
        self._at += by

    def now(self) -> datetime:
        return self.at

    def restart(self) -> None:
        """Reboot the machine."""
        self._boot_s = 60.0

    def monotonic(self) -> float:
        return self._boot_s

    def boot_s(self) -> float:
        return self._boot_s

    def sleep(self, seconds: float) -> None:
        # Rounded up, since a wait of less than a microsecond would never end.
        self.at += timedelta(microseconds=ceil(seconds * 1_000_000))


def never_back(clock: Clock) -> Callable[[], datetime]:
    """Return the time by a clock; it stands still while the clock is set back."""
    latest = clock.now()

    def now() -> datetime:
        nonlocal latest
        latest = max(latest, clock.now())
        return latest

    return now


class CrowdClock(Clock):
    """A clock shared by threads: when all of them sleep, it moves to the first wake-up.

    Each thread calls `leave` when it ends.
    """

    def __init__(self, threads: int) -> None:
        self._at_s = 0.0
        self._awake = threads
        self._wakes: list[float] = []
        self._turn = threading.Condition()

    def now(self) -> datetime:
        return START + timedelta(seconds=self._at_s)

    def monotonic(self) -> float:
        return self._at_s

    def boot_s(self) -> float:
        return self._at_s

    def sleep(self, seconds: float) -> None:
        with self._turn:
            until = self._at_s + seconds
            if until <= self._at_s:
                return
            self._wakes.append(until)
            self.leave()
            while self._at_s < until:
                self._turn.wait()

    def leave(self) -> None:
        with self._turn:
            self._awake -= 1
            if self._awake == 0 and self._wakes:
                self._at_s = min(self._wakes)
                self._awake = self._wakes.count(self._at_s)
                self._wakes = [wake for wake in self._wakes if wake > self._at_s]
                self._turn.notify_all()


class Cron:
    """Runs the ticks of cron for the configuration in a folder."""

    def __init__(self, folder: Path, clock: VirtualClock) -> None:
        self.folder, self.clock = folder, clock
        self.alerts: list[Alert] = []
        self.runs: list[Run] = []
        self.pings: list[tuple[str, str]] = []

    def tick(self, now: datetime | None = None) -> list[PortalReport]:
        """Run a tick, at this time."""
        if now is not None:
            self.clock.at = now
        config = load_config(self.folder / "config.yaml")
        tick = Tick(
            config=config,
            connections=connect(config, self.clock),
            clock=self.clock,
            stop=Stop(self.clock),
            deliver_alerts=True,
            ping=self._ping,
        )
        reports = tick.run(jobs=1)
        self.alerts += [alert for report in reports for alert in report.alerts]
        self.runs += [run for report in reports for run in report.runs]
        assert [report.error for report in reports if report.error] == []
        return reports

    def tick_if_due(self, now: datetime, store: Store) -> None:
        """Run a tick if an open store says that a task is due, like the idle tick."""
        if store.schedule.due(now):
            self.tick(now)

    def _ping(self, portal: PortalConfig, event: str) -> None:
        self.pings.append((portal.name, event))
