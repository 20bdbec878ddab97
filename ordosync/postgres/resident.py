"""Resident workers: the processes of `ordosync work`, with their names and numbers of threads.

The table needs no migration: it is unlogged, and each worker creates it at its start, if necessary.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from ordosync.postgres.workers import FRESH_S, SAME_SESSION
from ordosync.sql import Connection, Row

State = Literal["working", "draining", "dead"]

_TABLE = """
create unlogged table if not exists resident_workers (
    id text collate "C" primary key,    -- of `workers`
    name text collate "C" not null,
    jobs bigint not null,
    draining boolean not null default false
)
"""
_EXISTS = "select to_regclass('resident_workers') is not null"
_ALL = f"""
select resident_workers.*, host, version, started_at, seen_at,
    seen_at > clock_timestamp() - make_interval(secs => ?) and session.pid is not null as is_alive
from resident_workers join workers using (id) left join pg_stat_activity as session
    on {SAME_SESSION}
order by name, started_at
"""  # noqa: S608 - constants
IS_DRAINING = "select 1 from resident_workers where id = %(id)s and draining"
"""For a connection of the queue."""


@dataclass(frozen=True, kw_only=True)
class ResidentWorker:
    """A process of `ordosync work`."""

    id: str
    name: str
    host: str
    version: str
    started_at: datetime
    seen_at: datetime
    jobs: int
    """Number of portals that it works on in parallel."""
    state: State

    @property
    def is_alive(self) -> bool:
        """True if its process works."""
        return self.state != "dead"


class ResidentWorkers:
    """The table `resident_workers`, asked through a connection of the store."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def join(self, worker: str, *, name: str, jobs: int) -> None:
        """Register a worker. Call it inside a transaction about all portals."""
        self._db.execute(_TABLE)
        self._db.execute("delete from resident_workers where id not in (select id from workers)")
        self._db.execute(
            "insert into resident_workers (id, name, jobs) values (?, ?, ?)", (worker, name, jobs)
        )

    def leave(self, worker: str) -> None:
        """Remove a worker that ends."""
        self._db.execute("delete from resident_workers where id = ?", (worker,))

    def all(self) -> list[ResidentWorker]:
        """Return the workers of the last hour that did not end by themselves."""
        if not self._db.execute(_EXISTS).fetchone()[0]:
            return []
        rows = self._db.execute(_ALL, (FRESH_S,)).fetchall()
        return [
            ResidentWorker(
                id=row["id"],
                name=row["name"],
                host=row["host"],
                version=row["version"],
                started_at=row["started_at"],
                seen_at=row["seen_at"],
                jobs=row["jobs"],
                state=_state(row),
            )
            for row in rows
        ]

    def drain(self, name: str) -> int:
        """Let the live workers with this name begin no more runs; return how many there are."""
        found = [worker.id for worker in self.all() if worker.name == name and worker.is_alive]
        for worker in found:
            self._db.execute("update resident_workers set draining = true where id = ?", (worker,))
        return len(found)


def _state(row: Row) -> State:
    if not row["is_alive"]:
        return "dead"
    return "draining" if row["draining"] else "working"
