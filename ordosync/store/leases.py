"""Who may work on what: a lease with a fence for each thing that tasks touch, in each portal.

A lease is won by one conditional write. Its owner is a process, told by machine start, pid and
start time, so that a dead owner is known for dead and taken over at once; `until_boot_s` only ends
the lease of one that is alive and has stopped working. It counts from the machine's start, because
a wall clock that is set forward would take the lease from an owner at work. The fence grows with
each claim, and every later write of the run asks for it: a process that was frozen and taken over
commits nothing.
"""

import json
import os
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from ordosync.clock import Clock
from ordosync.errors import LeaseLostError
from ordosync.store.timestamps import to_text

if TYPE_CHECKING:
    import sqlite3

Resource = Literal["orders", "shipments", "products", "stock"]
LEASE = timedelta(minutes=10)
_LEASE_S = LEASE.total_seconds()


@dataclass(frozen=True, kw_only=True)
class Lease:
    """A claim that was won."""

    portal: str
    resource: Resource
    fence: int


class Leases:
    """The table `leases`. Every method belongs inside a transaction."""

    def __init__(self, connection: "sqlite3.Connection") -> None:
        self._db = connection

    def claim(self, portal: str, resource: Resource, *, clock: Clock) -> Lease | int | None:
        """Win the lease, or return the run that holds it (None where that is not known)."""
        held = self._held(portal, resource, clock)
        if held:
            run_id: int | None = held["run_id"]
            return run_id
        won = self._db.execute(
            "insert into leases (portal, resource, fence, owner, until, until_boot_s)"
            " values (?, ?, 1, ?, ?, ?)"
            " on conflict (portal, resource) do update set fence = fence + 1,"
            " owner = excluded.owner, until = excluded.until,"
            " until_boot_s = excluded.until_boot_s returning fence",
            (
                portal,
                resource,
                this_process(),
                to_text(clock.now() + LEASE),
                clock.boot_s() + _LEASE_S,
            ),
        ).fetchone()
        return Lease(portal=portal, resource=resource, fence=won["fence"])

    def is_held(self, portal: str, resource: Resource, *, clock: Clock) -> bool:
        """Whether a process that lives is at work on this."""
        return self._held(portal, resource, clock) is not None

    def _held(self, portal: str, resource: Resource, clock: Clock) -> "sqlite3.Row | None":
        row: sqlite3.Row | None = self._db.execute(
            "select * from leases where portal = ? and resource = ?", (portal, resource)
        ).fetchone()
        if row and row["owner"] and is_alive(row["owner"]) and not _has_run_out(row, clock):
            return row
        return None

    def last_run(self, lease: Lease) -> int | None:
        """Return the run that the lease was last claimed for."""
        row = self._db.execute(
            "select run_id from leases where portal = ? and resource = ?",
            (lease.portal, lease.resource),
        ).fetchone()
        run_id: int | None = row["run_id"]
        return run_id

    def renew(self, lease: Lease, run_id: int, *, clock: Clock) -> None:
        """Go on holding the lease. Raises `LeaseLostError` where somebody else has it."""
        self._change(
            lease,
            "until = :until, until_boot_s = :until_boot_s, run_id = :run_id",
            until=to_text(clock.now() + LEASE),
            until_boot_s=clock.boot_s() + _LEASE_S,
            run_id=run_id,
        )

    def check(self, lease: Lease) -> None:
        """Ask for the fence. Raises `LeaseLostError` where somebody else has the lease."""
        self._change(lease, "fence = fence")

    def release(self, lease: Lease) -> None:
        """Give the lease back. Raises `LeaseLostError` where somebody else has it."""
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


def _has_run_out(row: "sqlite3.Row", clock: Clock) -> bool:
    until_s: float | None = row["until_boot_s"]
    if until_s is None:  # claimed by a version that knew no other time
        return bool(row["until"] <= to_text(clock.now()))
    # More than a whole lease ahead: claimed before a start of the machine that `/proc` hides.
    return not clock.boot_s() < until_s <= clock.boot_s() + _LEASE_S


def this_process() -> str:
    """Name this process so that no other one, now or later, has the same name."""
    return json.dumps([_boot_id(), os.getpid(), _started(os.getpid()), _container()])


def is_alive(owner: str) -> bool:
    """Whether the process that `this_process` named may still run on this machine.

    One that cannot be seen from here may: its lease ends by time.
    """
    boot_id, pid, started, *container = json.loads(owner)
    ours = _boot_id()
    if not boot_id or not ours:
        return True
    if boot_id != ours:
        return False
    if container and container[0] != _container():
        return True
    return bool(started == _started(pid))


def _container() -> str:
    """Name the space in which process ids count, which a container has of its own."""
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
    """Return the start time in clock ticks; None for no process, or one that is only a zombie."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    state, *fields = stat.rpartition(")")[2].split()  # the name before may hold anything
    return None if state in "ZX" else fields[18]
