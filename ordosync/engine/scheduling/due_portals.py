"""The queue of due portals of one call by cron.

If several hosts share the store, the queue is read again now and then: what another host has done
meanwhile is not due any more, and the portals of a host that died come first. Portals are taken as
threads become free, so no host keeps portals that another one could work on.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from typing import TypeVar

from ordosync.clock import Clock
from ordosync.store import Store
from ordosync.store.schedule_row import ScheduleRow

_REFRESH_S = 2
_Rows = Sequence[ScheduleRow]
_Report = TypeVar("_Report")


class DuePortals:
    """The due tasks, grouped by portal. Each portal is taken at most once."""

    def __init__(
        self, read: Callable[[Store], Sequence[_Rows]], store: Store, clock: Clock
    ) -> None:
        self._read, self._store, self._clock = read, store, clock
        self._taken: set[str] = set()
        self._rows: list[_Rows] = []
        self._read_at_s: float | None = None

    def take(self) -> _Rows | None:
        """Return the due tasks of the next portal; None if there is none."""
        if self._read_at_s is None or (self._store.host and self._is_old(self._read_at_s)):
            self._refresh()
        while self._rows:
            rows = self._rows.pop(0)
            if rows[0].portal not in self._taken:
                self._taken.add(rows[0].portal)
                return rows
        return None

    def _is_old(self, read_at_s: float) -> bool:
        return self._clock.monotonic() - read_at_s > _REFRESH_S

    def _refresh(self) -> None:
        self._rows, self._read_at_s = list(self._read(self._store)), self._clock.monotonic()
        if self._store.host:
            abandoned = self._store.leases.abandoned()
            self._rows.sort(key=lambda rows: rows[0].portal not in abandoned)


def worked_off(
    queue: DuePortals, work: Callable[[_Rows], _Report], pool: Executor, *, jobs: int
) -> list[_Report]:
    """Work on each portal of the queue, `jobs` at a time; return the results in its order."""
    all_work: list[Future[_Report]] = []
    running: set[Future[_Report]] = set()
    while True:
        while len(running) < jobs and (rows := queue.take()) is not None:
            all_work.append(pool.submit(work, rows))
            running.add(all_work[-1])
        if not running:
            return [future.result() for future in all_work]
        _, running = wait(running, return_when=FIRST_COMPLETED)
