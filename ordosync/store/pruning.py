"""Deletes old runs and settled steps in short transactions, so that writers never wait long.

Links are kept, so nothing is imported again. Open, failed and dismissed steps are kept with their
runs, and so is the newest run of each task. The order matters: a step is deleted before the steps
about later edits of its object; otherwise an old edit would be reported again. The file does not
shrink, since that would lock all of it; its free pages are reused.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from ordosync.clock import from_nullable, to_text
from ordosync.store.meta import set_value, value_of

if TYPE_CHECKING:
    from ordosync.sql import Connection

BATCH = 200
"""Rows deleted in one transaction, which takes less than ten milliseconds."""
_KEY = "pruned_at"
_FIRST_KEPT_KEY = "pruned_runs_before"
"""Number of the first run that was too young to be deleted."""
_EVERY = timedelta(days=1)


@dataclass(kw_only=True)
class Pruned:
    """Number of deleted rows."""

    before: datetime
    runs: int = 0
    steps: int = 0
    ended: bool = False
    """True if nothing is left to prune; False if it was stopped."""


class Pruning:
    """Deletes old rows of `runs` and `steps`."""

    def __init__(
        self, connection: "Connection", transaction: Callable[[], AbstractContextManager[None]]
    ) -> None:
        self._db = connection
        self._transaction = transaction

    def is_due(self, *, now: datetime) -> bool:
        """True if the last pruning was a day ago, or has a time in the future."""
        last_at = from_nullable(value_of(self._db, _KEY))
        return last_at is None or not now - _EVERY < last_at <= now

    def may_have_deleted(self, run_id: int) -> bool:
        """True if a run with this number was old enough to be deleted."""
        first_kept = value_of(self._db, _FIRST_KEPT_KEY)
        return first_kept is not None and run_id < int(first_kept)

    def run(
        self,
        *,
        before: datetime,
        now: datetime,
        between: Callable[[], bool] = lambda: True,
    ) -> Pruned:
        """Delete what ended before this time. `between` pauses, and returns False to stop."""
        pruned = Pruned(before=before)
        first_kept = self._first_kept(before, now)
        at = to_text(before)
        while count := self._delete(_STEPS, first_kept=first_kept, before=at):
            pruned.steps += count
            if not between():
                return pruned
        while count := self._delete(_RUNS, first_kept=first_kept):
            pruned.runs += count
            if not between():
                return pruned
        while self._delete(_PAST_WRITES, first_kept=first_kept):
            if not between():
                return pruned
        with self._transaction():
            set_value(self._db, _KEY, to_text(now))
            set_value(self._db, _FIRST_KEPT_KEY, str(first_kept))
        pruned.ended = True
        return pruned

    def _first_kept(self, before: datetime, now: datetime) -> int:
        """Return the id of the first run that is kept; runs in the future are ignored."""
        row = self._db.execute(
            "select id from runs where started_at between ? and ? order by id limit 1",
            (to_text(before), to_text(now)),
        ).fetchone()
        if row is None:
            row = self._db.execute("select coalesce(max(id), 0) + 1 as id from runs").fetchone()
        return int(row["id"])

    def _delete(self, statement: str, **values: object) -> int:
        with self._transaction():
            return self._db.execute(statement, {"batch": BATCH, **values}).rowcount


_STEPS = """
    delete from steps where id in (
        select id from steps
        where last_run_id < :first_kept and state in ('done', 'skipped') and updated_at < :before
        and coalesce(code, '') <> 'dismissed'
        order by last_run_id, id limit :batch
    )
"""
_RUNS = """
    delete from runs where id in (
        select id from runs as old
        where id < :first_kept and status <> 'running'
        and exists (
            select 1 from runs as newer
            where newer.portal = old.portal and newer.task = old.task and newer.id > old.id
            and (coalesce(old.error_code, '') <> 'brake' or newer.status in ('ok', 'partial'))
        )
        and not exists (
            select 1 from steps where run_id = old.id and run_id <> last_run_id
        )
        and not exists (select 1 from steps where last_run_id = old.id)
        order by id limit :batch
    )
"""
_PAST_WRITES = """
    delete from past_writes where (run_id, key) in (
        select run_id, key from past_writes where run_id < :first_kept
        order by run_id, key limit :batch
    )
"""
