"""Workers: the processes that may hold leases. A worker is alive while its heartbeat is fresh.

It must also have its session at the server. A killed process loses the session at once, and a
frozen one does not renew its heartbeat. Both are judged by the server's clock.

A process that goes on after it was frozen or cut off is stopped by `write_guard`, which judges its
heartbeat by the clock of its host: from when it was sent, which is before the server saw it.
"""

import math
import os
import socket
import threading
import uuid
from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple

from ordosync import __version__
from ordosync.clock import Clock
from ordosync.errors import DatabaseError, LeaseLostError
from ordosync.postgres.connection import PostgresConnection, connect
from ordosync.postgres_url import without_password
from ordosync.sql import Connection

BEAT_S = 1.5
FRESH_S = 5
"""The age of a heartbeat from which its worker counts as dead."""
WORKERS_TABLE = """
create table workers (
    id text primary key,            -- of this process and this store
    host text not null,
    pid bigint not null,
    version text not null,
    backend_pid bigint not null,    -- of its session for heartbeats
    backend_start timestamptz not null,
    started_at timestamptz not null,
    seen_at timestamptz not null
)
"""
_KEPT = "1 hour"


class Workers:
    """The table `workers`, asked through a connection of the store."""

    def __init__(self, connection: Connection, url: str, location: str, schema: str) -> None:
        self._db = connection
        self._address = _Address(os.getpid(), url, location, schema)

    def this(self) -> str:
        """Return the id of this process, and let it be seen as alive from now on."""
        with _heartbeats_lock:
            heartbeat = _heartbeats.get(self._address)
            if heartbeat is None or not heartbeat.is_running:
                lapses = heartbeat.pulse.lapses + 1 if heartbeat else 0
                heartbeat = _heartbeats[self._address] = _Heartbeat(self._address, lapses)
        return heartbeat.id

    def is_alive(self, owner: str) -> bool:
        """True if the worker with this id may still work."""
        return self._db.execute(_ALIVE, (owner, FRESH_S)).fetchone() is not None


# A role does not see when the sessions of other roles began.
SAME_SESSION = """session.pid = workers.backend_pid
    and coalesce(session.backend_start, workers.backend_start) = workers.backend_start"""
"""The condition of a `session` in `pg_stat_activity` that a worker still has."""
_ALIVE = f"""
select 1 from workers join pg_stat_activity as session on {SAME_SESSION}
where id = ? and seen_at > clock_timestamp() - make_interval(secs => ?)
"""  # noqa: S608 - constants
# Each call by cron with work to do leaves a row behind.
_FORGET = f"""
delete from workers where id in (
    select id from workers where seen_at < clock_timestamp() - interval '{_KEPT}'
    for update skip locked
)
"""  # noqa: S608 - constants
_REGISTER = """
insert into workers
    (id, host, pid, version, backend_pid, backend_start, started_at, seen_at)
select ?, ?, ?, ?, pid, backend_start, clock_timestamp(), clock_timestamp()
from pg_stat_activity where pid = pg_backend_pid()
on conflict (id) do update set backend_pid = excluded.backend_pid,
    backend_start = excluded.backend_start, seen_at = excluded.seen_at
"""
_BEAT = "update workers set seen_at = clock_timestamp() where id = ?"
_clock = Clock()
"""That of this host, which counts while it is suspended."""


def write_guard(url: str) -> Callable[[], None]:
    """Return a check before each write, for a run of this process that begins now.

    It raises `LeaseLostError` if this process has counted as dead since: then another one may have
    taken over its leases.
    """
    before = _lapses(url)

    def check() -> None:
        if not _lapses(url) == before < math.inf:
            raise LeaseLostError(
                f"database {without_password(url)}: this process was frozen, or cut off from the"
                f" database, for {FRESH_S} s or more; another process may have taken over, so"
                " nothing more was sent; the next run continues"
            )

    return check


def _lapses(url: str) -> float:
    """Return how often this process has counted as dead; infinite if it may do so now."""
    pulses = [
        heartbeat.pulse
        for address, heartbeat in _heartbeats.copy().items()
        if (address.pid, address.url) == (os.getpid(), url)
    ]
    if any(_clock.boot_s() - pulse.sent_s >= FRESH_S for pulse in pulses):
        return math.inf
    return sum(pulse.lapses for pulse in pulses)


class _Address(NamedTuple):
    """A process, and the store that it works for."""

    pid: int
    url: str
    location: str
    schema: str


class _Pulse(NamedTuple):
    """The state of a heartbeat, which one thread writes and others read."""

    lapses: int
    """How often it was too old, or its session had ended."""
    sent_s: float
    """When the last one that arrived was sent."""


class _Heartbeat:
    """The thread that shows that this process is alive, with a separate connection."""

    def __init__(self, address: _Address, lapses: int) -> None:
        self.id = str(uuid.uuid4())
        self._address = address
        self.pulse = _Pulse(lapses, _clock.boot_s())
        self._db = self._connected()
        self._thread = threading.Thread(target=self._run, name="heartbeat", daemon=True)
        self._thread.start()

    @property
    def is_running(self) -> bool:
        return self._thread.is_alive()

    def _connected(self) -> PostgresConnection:
        connection = connect(self._address.url, self._address.location)
        connection.run("set synchronous_commit = off")
        connection.execute(_FORGET)
        self._register(connection)
        return connection

    def _register(self, connection: PostgresConnection) -> None:
        values = (self.id, socket.gethostname(), self._address.pid, __version__)
        connection.execute(_REGISTER, values)

    def _run(self) -> None:
        pause = threading.Event()
        # The table is gone, or the server cannot be used: this process counts as dead.
        with suppress(DatabaseError):
            while True:
                pause.wait(BEAT_S)
                try:
                    self._beat()
                except LeaseLostError:
                    self.pulse = self.pulse._replace(sent_s=-math.inf)
                    self._db.close()
                    self._reconnect()
        self._db.close()

    def _beat(self) -> None:
        sent_s = _clock.boot_s()
        # It was frozen for so long that it was forgotten.
        if not self._db.execute(_BEAT, (self.id,)).rowcount:
            self._register(self._db)
        self._arrived(sent_s)

    def _arrived(self, sent_s: float) -> None:
        # The server may have seen this one as late as now, and the last one when it was sent.
        is_late = _clock.boot_s() - self.pulse.sent_s >= FRESH_S
        self.pulse = _Pulse(self.pulse.lapses + is_late, sent_s)

    def _reconnect(self) -> None:
        """Connect again, until the server is there."""
        pause = threading.Event()
        while True:
            sent_s = _clock.boot_s()
            with suppress(DatabaseError, LeaseLostError):
                self._db = self._connected()
                self._arrived(sent_s)
                return
            pause.wait(BEAT_S)


_heartbeats: dict[_Address, _Heartbeat] = {}
_heartbeats_lock = threading.Lock()
