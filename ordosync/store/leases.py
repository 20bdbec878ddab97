"""Leases with fences: for each resource of a portal, at most one process works on it.

A lease is claimed by one conditional write. Its owner is a process, identified by boot id, pid and
start time, so the lease of a dead process can be taken over at once. `until_boot_s` ends the lease
of a process that is alive but does not work any more. It counts from the start of the machine,
because setting the wall clock forward must not end the lease of a working process. Each claim
increases the fence, and each write of a run checks it, so a process that was frozen and lost its
lease commits nothing.
"""

import json
import os
from collections.abc import Sequence, Set
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

from ordosync.clock import Clock, to_text
from ordosync.errors import LeaseLostError

if TYPE_CHECKING:
    from ordosync.sql import Connection, Row

Resource = Literal["orders", "shipments", "products", "stock"]
ALERTS = "alerts"
"""The lease of the process that sends alerts; it belongs to no portal, so its name is empty."""
MOVED = "moved"
"""The owner of all leases of a store that was moved. Nothing claims them again."""
_NEVER = "9999-12-31T00:00:00.000Z"
LEASE = timedelta(minutes=10)
_LEASE_S = LEASE.total_seconds()


@dataclass(frozen=True, kw_only=True)
class Lease:
    """A lease that this process has claimed."""

    portal: str
    resource: str
    fence: int
    last_run_id: int | None
    """The run for which it was last claimed; None if there was none."""


class Processes(Protocol):
    """The processes that may hold leases."""

    def this(self) -> str:
        """Return an id of this process that no other process has, now or later."""

    def is_alive(self, owner: str) -> bool:
        """True if the process with this id may still work."""


class Leases:
    """The table `leases`. Call every method inside a transaction."""

    def __init__(self, connection: "Connection", processes: Processes) -> None:
        self._db = connection
        self._processes = processes

    def claim(self, portal: str, resource: str, *, clock: Clock) -> Lease | int | None:
        """Claim the lease, or return the id of the run that holds it (None if not known)."""
        holder = self._held(portal, resource, clock)
        if holder:
            run_id: int | None = holder["run_id"]
            return run_id
        owner = self._processes.this()
        now_s, until = clock.boot_s(), to_text(clock.now() + LEASE)
        row = self._db.execute(
            "insert into leases (portal, resource, fence, owner, until, until_boot_s)"
            " values (?, ?, 1, ?, ?, ?)"
            " on conflict (portal, resource) do update set fence = leases.fence + 1,"
            " owner = excluded.owner, until = excluded.until,"
            " until_boot_s = excluded.until_boot_s returning fence, run_id",
            (portal, resource, owner, until, now_s + _LEASE_S),
        ).fetchone()
        return Lease(
            portal=portal, resource=resource, fence=row["fence"], last_run_id=row["run_id"]
        )

    def hold(self, names: Sequence[tuple[str, str]]) -> None:
        """Hold leases forever, by portal and resource: the store was moved."""
        self._db.executemany(
            "insert into leases (portal, resource, fence, owner, until) values (?, ?, 1, ?, ?)"
            " on conflict (portal, resource) do update set fence = leases.fence + 1,"
            " owner = excluded.owner, until = excluded.until, until_boot_s = null, run_id = null",
            [(*name, MOVED, _NEVER) for name in names],
        )

    def abandoned(self) -> Set[str]:
        """Return the portals that a process worked on which is dead."""
        rows = self._db.execute("select portal, owner from leases where owner is not null")
        owners: dict[str, set[str]] = {}
        for row in rows.fetchall():
            owners.setdefault(row["owner"], set()).add(row["portal"])
        dead = [owner for owner in owners if owner != MOVED and not self._processes.is_alive(owner)]
        return frozenset().union(*(owners[owner] for owner in dead))

    def is_held(self, portal: str, resource: Resource, *, clock: Clock) -> bool:
        """True if a live process holds the lease."""
        return self._held(portal, resource, clock) is not None

    def held(self, *, clock: Clock) -> Set[tuple[str, str]]:
        """Return the leases that live processes hold, by portal and resource."""
        rows = self._db.execute("select * from leases where owner is not null").fetchall()
        return {(row["portal"], row["resource"]) for row in rows if self._is_held(row, clock)}

    def _held(self, portal: str, resource: str, clock: Clock) -> "Row | None":
        row: Row | None = self._db.execute(
            "select * from leases where portal = ? and resource = ?", (portal, resource)
        ).fetchone()
        return row if row and self._is_held(row, clock) else None

    def _is_held(self, row: "Row", clock: Clock) -> bool:
        """True if the owner of a lease still works. The only place that decides this."""
        owner = row["owner"]
        if not owner or _has_run_out(row, clock):
            return False
        return owner == MOVED or self._processes.is_alive(owner)

    def assign(self, lease: Lease, run_id: int) -> None:
        """Note the run for which a lease was claimed."""
        self._change(lease, "run_id = :run_id", run_id=run_id)

    def renew(self, lease: Lease, run_id: int, *, clock: Clock) -> float:
        """Extend the lease, and return the seconds since the machine started.

        Raises `LeaseLostError` if another process has it.
        """
        now_s, until = clock.boot_s(), to_text(clock.now() + LEASE)
        assignment = "until = :until, until_boot_s = :until_boot_s, run_id = :run_id"
        self._change(lease, assignment, until=until, until_boot_s=now_s + _LEASE_S, run_id=run_id)
        return now_s

    def extend(self, lease: Lease, *, clock: Clock) -> None:
        """Extend a lease that belongs to no run. Raises `LeaseLostError` as `renew` does."""
        until, until_boot_s = to_text(clock.now() + LEASE), clock.boot_s() + _LEASE_S
        assignment = "until = :until, until_boot_s = :until_boot_s"
        self._change(lease, assignment, until=until, until_boot_s=until_boot_s)

    def check(self, lease: Lease) -> None:
        """Check the fence. Raises `LeaseLostError` if another process has the lease."""
        self._change(lease, "fence = fence")

    def release(self, lease: Lease) -> None:
        """Release the lease. Raises `LeaseLostError` if another process has it."""
        self._change(lease, "owner = null, until = null, until_boot_s = null")

    def _change(self, lease: Lease, assignment: str, **values: object) -> None:
        changed = self._db.execute(
            f"update leases set {assignment}"  # noqa: S608 - constants of this class
            " where portal = :portal and resource = :resource and fence = :fence",
            {
                "portal": lease.portal,
                "resource": lease.resource,
                "fence": lease.fence,
                **values,
            },
        )
        if changed.rowcount != 1:
            raise LeaseLostError(
                f"portal {lease.portal}: another process took over the {lease.resource}"
            )


def _has_run_out(row: "Row", clock: Clock) -> bool:
    until_s: float | None = row["until_boot_s"]
    # An older version has claimed the lease, with a wall time only.
    if until_s is None:
        return bool(row["until"] <= to_text(clock.now()))
    # A later end means that the machine was restarted since, and `/proc` does not show it.
    return not clock.boot_s() < until_s <= clock.boot_s() + _LEASE_S


class LocalProcesses:
    """The processes of this machine."""

    def this(self) -> str:
        """Return an id of this process that no other process has, now or later."""
        return this_process()

    def is_alive(self, owner: str) -> bool:
        """True if the process with this id may still run on this machine; see `is_alive`."""
        return is_alive(owner)


def this_process() -> str:
    """Return an id of this process that no other process has, now or later."""
    return _owner(os.getpid())


@lru_cache(maxsize=1)
def _owner(pid: int) -> str:
    return json.dumps([_boot_id(), pid, _started(pid), _container()])


def is_alive(owner: str) -> bool:
    """True if the process with this id may still run on this machine.

    A process that is not visible from this container counts as alive: its lease ends by time.
    """
    boot_id, pid, started, *container = json.loads(owner)
    current_boot_id = _boot_id()
    if not boot_id or not current_boot_id:
        return True
    if boot_id != current_boot_id:
        return False
    if container and container[0] != _container():
        return True
    return bool(started == _started(pid))


def _container() -> str:
    """Return the PID namespace of this process; a container has its own."""
    try:
        return str(Path("/proc/self/ns/pid").readlink())
    except OSError:
        return ""


def _boot_id() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""


def _started(pid: int) -> str | None:
    """Return the start time in clock ticks; None if the process has ended or is a zombie."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    # The name of the process, in parentheses, can contain any character.
    state, *fields = stat.rpartition(")")[2].split()
    return None if state in "ZX" else fields[18]
