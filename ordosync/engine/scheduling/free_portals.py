"""Portals with work that is due and that no process works on, for the queue of `ordosync work`.

Portals that a dead process has left come first, since their runs are late already.
"""

from collections.abc import Collection
from dataclasses import dataclass, field

from ordosync.clock import Clock
from ordosync.config.settings import Config
from ordosync.store import Store
from ordosync.store.schedule_row import ScheduleRow
from ordosync.tasks import TASKS


@dataclass(frozen=True, kw_only=True)
class FreePortal:
    """A portal, and its tasks that are due and that no process works on."""

    name: str
    is_left: bool
    """True if the process that worked on it has died."""
    rows: list[ScheduleRow] = field(default_factory=list)

    @property
    def is_woken(self) -> bool:
        """True if a change made one of the tasks due."""
        return any(row.woken_start is not None for row in self.rows)


def free_portals(
    config: Config, store: Store, clock: Clock, *, room: int, without: Collection[str] = ()
) -> list[FreePortal]:
    """Return all portals that were left, and then at most `room` others, as they became due."""
    now, held, left = clock.now(), store.leases.held(clock=clock), store.leases.abandoned()
    # All tasks of these portals may have to be passed over.
    at_most = len(TASKS) * (room + len(without) + len(held))
    first = store.schedule.due(now, at_most=at_most)
    names = dict.fromkeys([*sorted(left), *(row.portal for row in first)])
    free = {
        name: FreePortal(name=name, is_left=name in left)
        for name in names
        if name in config.portals and name not in without
    }
    # The limit may have cut off tasks of the last portal.
    rows = [*first, *store.schedule.due_in(free, now)]
    for row in {(row.portal, row.task): row for row in rows}.values():
        is_known = row.portal in free and row.task in TASKS
        if is_known and (row.portal, TASKS[row.task].resource) not in held:
            free[row.portal].rows.append(row)
    ready = [portal for portal in free.values() if portal.rows]
    return ready[: sum(portal.is_left for portal in ready) + room]
