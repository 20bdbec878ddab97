"""A PostgreSQL server for the tests: one in a session, with a schema for each test.

The server is private and keeps its files in memory. A watcher stops it and removes its files after
the last process of the session has ended, also after a kill: each of them holds a pipe open, which
the watcher reads until its end.
"""

import errno
import fcntl
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

ELSEWHERE = "ORDOSYNC_TEST_POSTGRES"
"""The variable with the URL of a server that the tests use instead."""
MISSING = f"no PostgreSQL: install postgresql, or set {ELSEWHERE} to a URL"
_DEBIAN = Path("/usr/lib/postgresql")
_ADMINISTRATOR = "postgres"
_ROLE = "ordosync"
_MEMORY = Path("/dev/shm")  # noqa: S108 - the folder in it is for its owner alone
_PIPE = "in-use"
_URL = "url"
_END_SESSIONS = """
select pg_terminate_backend(pid) from pg_stat_activity
where application_name like %s and pid not in (select backend_pid from workers)
"""
# With an order of text that is not that of bytes, and with small files.
_INITDB = (
    *("--username", _ADMINISTRATOR, "--auth", "trust", "--encoding", "UTF8", "--no-sync"),
    *("--locale", "C", "--locale-provider", "icu", "--icu-locale", "en", "--wal-segsize", "1"),
)
# A kill of a process must be safe here, a loss of power need not be.
_OPTIONS = (
    "-c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c max_connections=200"
    " -c fsync=off -c full_page_writes=off -c shared_buffers=32MB -c max_wal_size=64MB"
)
_STOP = '"$2/pg_ctl" stop --silent --mode immediate -D "$1/data"'
_WATCHER = f'(cat "$1/in-use"; {_STOP}; rm -rf "$1") &'


class MissingError(Exception):
    """There is no PostgreSQL."""


@contextmanager
def server(session: Path) -> Iterator[str]:
    """Return the URL of a session's server; the first process that needs it starts it.

    The processes of a session have a folder in common.
    """
    if url := os.environ.get(ELSEWHERE):
        yield url
        return
    programs = _programs()
    if programs is None:
        raise MissingError(MISSING)
    link = session / "postgres"
    with (session / "postgres.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        pipe = _held(link) or _started(link, programs)
    try:
        yield (link / _URL).read_text("utf-8")
    finally:
        os.close(pipe)


@contextmanager
def schema(url: str) -> Iterator[str]:
    """Return a URL whose tables are in an empty schema, which is dropped afterwards."""
    import psycopg  # noqa: PLC0415 - most tests do without

    name = f"test_{uuid4().hex}"
    with psycopg.connect(url, autocommit=True) as db:
        db.execute(f"create schema {name}")
    try:
        yield f"{url}{'&' if '?' in url else '?'}options=-csearch_path%3D{name}"
    finally:
        with psycopg.connect(url, autocommit=True) as db:
            # Workers have a schema for their queue.
            found = db.execute(
                "select nspname from pg_namespace where starts_with(nspname, %s)", (name,)
            ).fetchall()
            for (each,) in found:
                db.execute(f"drop schema {each} cascade")


def end_sessions(url: str) -> None:
    """Let the server end all sessions of this process, except those of heartbeats."""
    import psycopg  # noqa: PLC0415 - most tests do without

    with psycopg.connect(url, autocommit=True) as db:
        db.execute(_END_SESSIONS, (f"ordosync% {os.getpid()}",))


def crash(session: Path) -> None:
    """Restart the server of a session, without any of what it has not written yet."""
    folder, programs = (session / "postgres").resolve(), _programs()
    assert programs is not None
    words = ("restart", "--wait", "--mode", "immediate", "-l", str(folder / "log"))
    _run(folder, [str(programs / "pg_ctl"), *words, "-D", str(folder / "data")])


@contextmanager
def standby(url: str) -> Iterator[str]:
    """Return the URL of a replica of a session's server, until the end of the context."""
    programs = _programs()
    assert programs is not None
    port = str(urlsplit(url).port)
    folder, pipe = _watched(programs)
    try:
        copy = shutil.which("pg_basebackup") or str(programs / "pg_basebackup")
        words = ("--host", "127.0.0.1", "--port", port, "--username", _ADMINISTRATOR)
        options = ("--write-recovery-conf", "--checkpoint", "fast", "--no-sync")
        _run(folder, [copy, "-D", str(folder / "data"), *words, *options])
        yield url.replace(port, str(_start(folder, programs)))
    finally:
        os.close(pipe)


def _programs() -> Path | None:
    """Return the folder of the server's programs. Debian has one for each version, off the PATH."""
    if found := shutil.which("initdb"):
        return Path(found).parent
    versions = [path for path in _DEBIAN.glob("*/bin") if (path / "initdb").exists()]
    return max(versions, key=lambda path: float(path.parent.name), default=None)


def _held(link: Path) -> int | None:
    """Open the pipe of a server that runs, so that it goes on running."""
    try:
        return os.open(link / _PIPE, os.O_WRONLY | os.O_NONBLOCK)
    except OSError as error:
        if error.errno not in {errno.ENOENT, errno.ENXIO}:
            raise
        return None


def _started(link: Path, programs: Path) -> int:
    folder, pipe = _watched(programs)
    _run(folder, [str(programs / "initdb"), "-D", str(folder / "data"), *_INITDB])
    port = _start(folder, programs)
    _make_database(port)
    (folder / _URL).write_text(f"postgresql://{_ROLE}@127.0.0.1:{port}/{_ROLE}", "utf-8")
    link.unlink(missing_ok=True)
    link.symlink_to(folder)
    return pipe


def _watched(programs: Path) -> tuple[Path, int]:
    """Return a folder for a server, and a pipe; the watcher ends both when the pipe is closed."""
    folder = Path(tempfile.mkdtemp(prefix="ordosync-postgres-", dir=_memory()))
    os.mkfifo(folder / _PIPE)
    if os.geteuid() == 0:
        # The server refuses to run as root.
        for path in (folder, folder / _PIPE):
            shutil.chown(path, _ADMINISTRATOR)
    subprocess.check_call(
        ["sh", "-c", _WATCHER, "watcher", str(folder), str(programs)],
        cwd=folder,
        user=_user(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    return folder, os.open(folder / _PIPE, os.O_WRONLY)


def _start(folder: Path, programs: Path) -> int:
    """Start the server of a folder; return its port."""
    port = _free_port()
    words = ("start", "--wait", "-D", str(folder / "data"), "-l", str(folder / "log"))
    _run(folder, [str(programs / "pg_ctl"), *words, "-o", f"-p {port} {_OPTIONS}"])
    return port


def _memory() -> Path | None:
    return _MEMORY if _MEMORY.is_dir() else None


def _user() -> str | None:
    return _ADMINISTRATOR if os.geteuid() == 0 else None


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def _run(folder: Path, words: Sequence[str]) -> None:
    # The server keeps its output open, so that a pipe for it would never end.
    with (folder / "output").open("w+") as output:
        code = subprocess.call(
            words, cwd=folder, user=_user(), stdin=subprocess.DEVNULL, stdout=output, stderr=output
        )
        output.seek(0)
        log = folder / "log"
        assert code == 0, output.read() + (log.read_text("utf-8") if log.exists() else "")


def _make_database(port: int) -> None:
    """Make a role without further rights, as that of a user, and its database."""
    import psycopg  # noqa: PLC0415 - most tests do without

    url = f"postgresql://{_ADMINISTRATOR}@127.0.0.1:{port}/postgres"
    with psycopg.connect(url, autocommit=True) as db:
        db.execute(f"create role {_ROLE} login")
        db.execute(f"create database {_ROLE} owner {_ROLE}")
