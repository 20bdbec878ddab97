"""The queue of due portals of one call by cron.

If several hosts share the store, the queue is read again now and then: what another host has done
meanwhile is not due any more, and the portals of a host that died come first. Portals are taken as
threads become free, so no host keeps portals that another one could work on.
"""

from collections.abc import Callable, Sequence
from threading import Lock

from ordosync.clock import Clock
from ordosync.store import Store
from ordosync.store.schedule_row import ScheduleRow

_REFRESH_S = 2
_Rows = Sequence[ScheduleRow]


class DuePortals:
    """The due tasks, grouped by portal. Several threads may take portals, each at most once."""

    def __init__(
        self, read: Callable[[Store], Sequence[_Rows]], store: Store, clock: Clock
    ) -> None:
        self._read, self._store, self._clock = read, store, clock
        self._lock = Lock()
        self._taken: dict[str, None] = {}
        self._refresh()

    @property
    def taken(self) -> Sequence[str]:
        """The names of the portals, in the order in which they were taken."""
        return list(self._taken)

    def take(self) -> _Rows | None:
        """Return the due tasks of the next portal; None if there is none."""
        with self._lock:
            if self._is_old():
                self._refresh()
            while self._rows:
                rows = self._rows.pop(0)
                if rows[0].portal not in self._taken:
                    self._taken[rows[0].portal] = None
                    return rows
        return None

    def _is_old(self) -> bool:
        # Only the thread that opened a store in a file may use it.
        return bool(self._store.host) and self._clock.monotonic() - self._read_at_s > _REFRESH_S

    def _refresh(self) -> None:
        self._rows, self._read_at_s = list(self._read(self._store)), self._clock.monotonic()
        if self._store.host:
            abandoned = self._store.leases.abandoned()
            self._rows.sort(key=lambda rows: rows[0].portal not in abandoned)
