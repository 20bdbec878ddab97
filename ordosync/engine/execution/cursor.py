"""The start of a run's read, and the new cursor after a complete read.

The cursor moves only in the transaction that ends the run, and only after a complete read. It does
not move past records that were left out because their links may still be added.
"""

from datetime import datetime, timedelta

from ordosync.clock import Clock
from ordosync.store import Store
from ordosync.tasks import TASKS, waiting_for
from ordosync.tasks.base import PlanRequest, Portal, Task

_CATCHES_UP = timedelta(hours=1)
"""The time after a restore when a complete read includes everything that was missing."""


class ReadCursor:
    """The cursor of a task in a portal, during one run."""

    def __init__(
        self,
        task: Task,
        portal: Portal,
        store: Store,
        clock: Clock,
        *,
        restored_at: datetime | None,
        lacks_steps: bool,
    ) -> None:
        self._task = task
        self._portal = portal
        self._store = store
        self._clock = clock
        self._lacks_steps = lacks_steps
        self._restored_at = restored_at
        self._linked_by: int | None = None
        self._map_digest = ""
        self._end: tuple[str | None, datetime] | None = None

    def begin(self, *, skip_recent: bool) -> PlanRequest:
        """Return the request to read in this run."""
        # A run that links records now resets the cursor, so this is read before the cursor.
        self._linked_by = self._last_linking_run()
        self._map_digest = self._current_map()
        row = self._store.schedule.get(self._portal.name, self._task.name)
        return PlanRequest(
            cursor=row.cursor if row else None,
            now=self._clock.now(),
            skip_recent=skip_recent,
            last_at=row.last_ok_at if row else None,
            after_restore=self._lacks_steps,
            lacks_links=self._linked_by is None,
        )

    def reached(self, cursor: str | None, request: PlanRequest) -> None:
        """Record that everything up to this cursor was read; `save` moves it."""
        # If links were added meanwhile, the records that had none are read again.
        is_linked = self._linked_by is not None and self._last_linking_run() == self._linked_by
        if is_linked and self._current_map() == self._map_digest:
            self._end = cursor, request.now

    def save(self) -> None:
        """Move the cursor in the open transaction, if the read was complete."""
        if self._end is None:
            return
        portal, task, schedule = self._portal.name, self._task.name, self._store.schedule
        cursor, began_at = self._end
        if cursor is not None:
            if schedule.cursor(portal, task) is None:
                # The first read has linked what other tasks have left out so far.
                schedule.reread(portal, waiting_for(task))
            schedule.move(portal, task, cursor)
        if self._restored_at and began_at >= self._restored_at + _CATCHES_UP:
            schedule.caught_up(portal, task)

    def _last_linking_run(self) -> int | None:
        """Return the last run that linked this task's records; 0 if the task needs no links.

        None if links may be missing.
        """
        linking_task, portal = self._task.needs_links_from, self._portal.name
        if linking_task is None:
            return 0
        resource = TASKS[linking_task].resource
        # If both tasks share a resource, this run holds its lease.
        is_other = resource != self._task.resource
        if is_other and self._store.leases.is_held(portal, resource, clock=self._clock):
            return None
        if self._store.schedule.restored_at(portal, linking_task):
            return None
        if self._store.steps.are_uncertain(portal, linking_task):
            return None
        return self._store.runs.last_id(portal, linking_task)

    def _current_map(self) -> str:
        """Return the digest of the SKU map: if another run reads a new one, it resets cursors."""
        return self._portal.sku_map.digest if self._portal.sku_map else ""
