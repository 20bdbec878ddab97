"""Backup and restore of the store.

A restored store lacks everything since its backup: open steps may be done already. So open steps
become uncertain, and every task is marked as restored. Until its next complete read, a task looks
up each write at the other side before it repeats it (see `engine.execution`).

SQLite writes the restored content into the existing file. The file is not replaced: a process
that has it open continues with the new content and meets a higher fence.
"""

import os
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import get_args

from ordosync.clock import Clock, from_text, to_text
from ordosync.database import (
    SIDE_FILES,
    open_database,
    sqlite3,
    to_database_error,
    transaction,
)
from ordosync.database_copy import copy_database
from ordosync.database_file import check_folder
from ordosync.errors import DamagedError, DatabaseError, OrdosyncError
from ordosync.store.leases import Lease, Leases, LocalProcesses, Resource
from ordosync.store.machine import MACHINE_KEY, machine_of, this_machine
from ordosync.store.meta import set_value
from ordosync.store.portals import Portals
from ordosync.store.restored import mark_restored
from ordosync.store.runs import Runs
from ordosync.store.version import APPLICATION_ID, VERSION, migrations_of


@dataclass(frozen=True, kw_only=True)
class Copy:
    """Size and row counts of a copy of the store."""

    size: int
    runs: int
    links: int
    open_steps: int
    last_run_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Restored:
    """The restored copy, and the path of the store that it replaced."""

    copy: Copy
    kept: Path | None


def back_up(database: Path, path: Path, *, replace: bool) -> Copy:
    """Copy the store to `path` and verify the copy; on an error, leave nothing there.

    Raises `DatabaseError`, or `OrdosyncError` if a file exists that must not be replaced.
    """
    check_folder(path)
    if path.exists() and path.samefile(database):
        raise OrdosyncError(f"{path} is the store itself; choose another file")
    if os.path.lexists(path) and not replace:
        raise OrdosyncError(f"{path} already exists; --force replaces it")
    with _temporary_file(path) as temporary:
        with closing(_open(database, of=database, readonly=True)) as store:
            copy_database(store, temporary)
        with closing(_open(temporary, of=database, readonly=True)) as written:
            copy = _verify(written, temporary, database)
        try:
            if replace:
                temporary.replace(path)
            else:
                os.link(temporary, path)
            _sync_folder(path.parent)
        except OSError as error:
            raise DatabaseError(path, f"{error}; check the folder and its permissions") from error
    return copy


def restore(
    database: Path,
    path: Path,
    *,
    moved: bool,
    clock: Clock,
    rest: Callable[[], None],
) -> Restored:
    """Restore the store from the backup at `path`; its open steps become uncertain.

    `rest` is called when no run can start any more. It returns when the other side can find the
    last writes. Raises `DatabaseError`, or `OrdosyncError` during a run.
    """
    check_folder(database)
    with _temporary_file(database) as temporary:
        with closing(_open(path, of=database, readonly=True)) as backup:
            copy_database(backup, temporary)
        with closing(_open(temporary, of=database)) as copy:
            counts = _verify(copy, temporary, path)
            machine = machine_of(copy)
            if machine not in (None, this_machine()) and not moved:
                raise DatabaseError(
                    path,
                    "is from another machine; if nothing runs there any more, use"
                    f" `ordosync restore --moved {path}`",
                )
            try:
                return Restored(copy=counts, kept=_replace(database, copy, clock=clock, rest=rest))
            except DamagedError:
                kept = _set_aside(database, clock.now())
                rest()
                _prepare(copy, now=clock.now(), fence=0)
        os.link(temporary, database)
    return Restored(copy=counts, kept=kept)


def _replace(
    database: Path,
    copy: "sqlite3.Connection",
    *,
    clock: Clock,
    rest: Callable[[], None],
) -> Path:
    """Write the copy over the store, under all leases; return the path of the old content.

    Raises `DamagedError` if the store is damaged or does not exist.
    """
    if not os.path.lexists(database):
        raise DamagedError(database, "does not exist")
    with closing(_open(database, of=database)) as present:
        try:
            fence = _claim_all(present, clock)
            kept = _beside(database, clock.now())
            copy_database(present, kept)
            rest()
            _prepare(copy, now=clock.now(), fence=fence)
            copy.backup(present)
        except sqlite3.Error as error:
            raise to_database_error(database, error) from error
    return kept


def _claim_all(db: "sqlite3.Connection", clock: Clock) -> int:
    """Claim all leases, so that no run can start; return the highest fence."""
    with transaction(db):
        leases = Leases(db, LocalProcesses())
        for portal in Portals(db).all():
            for resource in get_args(Resource):
                lease = leases.claim(portal, resource, clock=clock)
                if not isinstance(lease, Lease):
                    run = Runs(db).get(lease) if lease else None
                    holder = (
                        f"run {run.id}, {run.task} of {portal}" if run else f"a run of {portal}"
                    )
                    raise OrdosyncError(
                        f"{holder}, is in progress, so nothing was restored; stop cron first"
                        " (`ordosync cron remove`), and wait until the run has ended"
                    )
        (fence,) = db.execute("select coalesce(max(fence), 0) from leases").fetchone()
    return int(fence)


def _prepare(db: "sqlite3.Connection", *, now: datetime, fence: int) -> None:
    """Mark a copy as restored, and bind it to this machine."""
    with transaction(db):
        mark_restored(db, now=now, fence=fence)
        set_value(db, MACHINE_KEY, this_machine())


def _verify(db: "sqlite3.Connection", path: Path, source: Path) -> Copy:
    """Verify a copy and count its rows. Raises `DamagedError` for its source."""
    try:
        (verdict,) = db.execute("pragma quick_check(1)").fetchone()
        if verdict != "ok":
            raise DamagedError(source, f"damaged ({verdict}); take another backup")
        row = db.execute(
            "select (select count(*) from runs) as runs, (select count(*) from links) as links,"
            " (select count(*) from steps"
            "  where state in ('sending', 'unknown', 'waiting', 'held', 'failed')) as open_steps,"
            " (select started_at from runs order by id desc limit 1) as last_run_at"
        ).fetchone()
    except sqlite3.Error as error:
        raise to_database_error(source, error) from error
    return Copy(
        size=path.stat().st_size,
        runs=row["runs"],
        links=row["links"],
        open_steps=row["open_steps"],
        last_run_at=from_text(row["last_run_at"]) if row["last_run_at"] else None,
    )


def _open(path: Path, *, of: Path, readonly: bool = False) -> "sqlite3.Connection":
    """Open a store, or a copy of the store `of`."""
    return open_database(
        path,
        application_id=APPLICATION_ID,
        migrations=partial(migrations_of, of),
        version=VERSION,
        create=False,
        readonly=readonly,
        as_it_is=readonly,
    )


@contextmanager
def _temporary_file(path: Path) -> Iterator[Path]:
    """Yield a temporary path next to `path`, and delete the file if it remains."""
    temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    try:
        yield temporary
    finally:
        for suffix in ("", *SIDE_FILES):
            temporary.with_name(temporary.name + suffix).unlink(missing_ok=True)


def _beside(database: Path, now: datetime) -> Path:
    stamp = to_text(now).translate({ord(char): None for char in "-:."})
    return database.with_name(f"{database.name}.before-restore-{stamp}")


def _set_aside(database: Path, now: datetime) -> Path | None:
    """Rename a damaged store and its side files, which SQLite would use for the next file."""
    kept = _beside(database, now)
    for suffix in ("", *SIDE_FILES):
        file = database.with_name(database.name + suffix)
        if os.path.lexists(file):
            file.rename(kept.with_name(kept.name + suffix))
    return kept if kept.exists() else None


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
