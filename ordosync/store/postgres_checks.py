"""Checks of the PostgreSQL server, and of the other hosts that use the store."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from ordosync import __version__
from ordosync.idle import CALLED_AT_KEY
from ordosync.postgres.resident import ResidentWorkers
from ordosync.sql import Connection
from ordosync.store.checks import CALLERS, Check
from ordosync.store.copying import KEYS
from ordosync.text import plural

_APART = timedelta(seconds=5)
_SILENT = timedelta(minutes=3)
"""The time without a call by cron after which no host works."""

_ROLE = """
select current_user as name, current_schema() as schema,
    has_schema_privilege(current_schema(), 'create') as may_create
"""
_TABLES = f"""
select relname, pg_has_role(relowner, 'usage') as is_owner,
    has_table_privilege(pg_class.oid, 'select') and has_table_privilege(pg_class.oid, 'insert')
    and has_table_privilege(pg_class.oid, 'update')
    and has_table_privilege(pg_class.oid, 'delete') as may_write
from pg_class join pg_namespace on pg_namespace.oid = relnamespace
where nspname = current_schema() and relname in ({", ".join("?" for _ in KEYS)})
order by relname
"""  # noqa: S608 - constants
_LAST_VERSIONS = """
select * from (
    select distinct on (host) host, version, seen_at from workers
    where seen_at > clock_timestamp() - interval '1 hour' order by host, seen_at desc
) as last order by seen_at desc
"""


def server_checks(connection: Connection) -> Iterator[Check]:
    """Check what a store needs of the server."""
    row = connection.execute(
        "select current_setting('server_version') as version, current_setting('fsync') as fsync,"
        " current_setting('synchronous_commit') as synchronous_commit,"
        " clock_timestamp() as now"
    ).fetchone()
    yield _server(row)
    yield from _rights(connection)
    yield _clock(row["now"])


def _server(row: "dict[str, str]") -> Check:
    name = f"PostgreSQL {row['version']}"
    if row["fsync"] == "off":
        text = f"{name} has fsync=off: a loss of power can send orders twice; switch it on"
        return Check(name="postgresql", state="trouble", text=text)
    if row["synchronous_commit"] == "off":
        text = f"{name} has synchronous_commit=off: a crash can send orders twice; switch it on"
        return Check(name="postgresql", state="warning", text=text)
    return Check(name="postgresql", state="ok", text=name)


def _rights(connection: Connection) -> Iterator[Check]:
    """Check what the role may do in its schema; it needs less to work than for an upgrade."""
    role = connection.execute(_ROLE).fetchone()
    tables = connection.execute(_TABLES, list(KEYS)).fetchall()
    who = f"role {role['name']}"
    if closed := [row["relname"] for row in tables if not row["may_write"]]:
        more = f" and {len(closed) - 1} more" if len(closed) > 1 else ""
        text = f"{who} cannot read and write table {closed[0]}{more}; let it own all tables"
        yield Check(name="rights", state="trouble", text=f"{text} in schema {role['schema']}")
    elif not tables and not role["may_create"]:
        text = f"{who} cannot create the tables; let it own schema {role['schema']}"
        yield Check(name="rights", state="trouble", text=text)
    elif not role["may_create"] or not all(row["is_owner"] for row in tables):
        text = f"{who} cannot change the tables, as upgrades of ordosync do; let it own all tables"
        text += f", and create others, in schema {role['schema']}"
        yield Check(name="rights", state="warning", text=text)


def _clock(server: datetime) -> Check:
    """Compare the clock of this host, by which nothing is decided."""
    apart = datetime.now(UTC) - server
    if abs(apart) > _APART:
        seconds = abs(apart.total_seconds())
        order = "ahead of" if apart > timedelta() else "behind"
        text = f"this host is {seconds:.0f} s {order} the database, whose time is used"
        return Check(name="host clock", state="warning", text=text)
    return Check(name="host clock", state="ok", text="is that of the database")


def versions(connection: Connection) -> Check:
    """Compare the versions of ordosync that the hosts had at their last work, in the last hour.

    Cron's hosts are mostly idle. In Kubernetes, each job is a host, so one for each version is
    enough.
    """
    rows = connection.execute(_LAST_VERSIONS).fetchall()
    newest = {row["version"]: row for row in reversed(rows) if row["version"] != __version__}
    if newest:
        others = ", ".join(
            f"host {row['host']} had {version} at {row['seen_at'].astimezone(UTC):%H:%M} UTC"
            for version, row in sorted(newest.items())
        )
        text = f"this is {__version__}; {others}; upgrade all hosts"
        return Check(name="versions", state="warning", text=text)
    hosts = plural(len(rows), "1 host has", f"{len(rows)} hosts have")
    text = f"{hosts} worked in the last hour, none with another version"
    return Check(name="versions", state="ok", text=text)


def callers(connection: Connection) -> Check:
    """Check that a worker is alive, or that `run-due` is called, on any host."""
    alive = [worker for worker in ResidentWorkers(connection).all() if worker.is_alive]
    if alive:
        names = ", ".join(sorted({worker.name for worker in alive}))
        return Check(name=CALLERS, state="ok", text=f"{len(alive)} at work: {names}")
    row = connection.execute(
        "select cast(value as timestamptz) as at,"
        " cast(value as timestamptz) > clock_timestamp() - make_interval(secs => ?) as is_recent"
        " from meta where key = ?",
        (_SILENT.total_seconds(), CALLED_AT_KEY),
    ).fetchone()
    if row and row["is_recent"]:
        return Check(name=CALLERS, state="ok", text="no worker; `run-due` is called")
    since = f"since {row['at'].astimezone(UTC):%Y-%m-%d %H:%M} UTC" if row else "yet"
    text = f"no worker is alive, and no `run-due` {since}; start `ordosync work`, or cron"
    return Check(name=CALLERS, state="trouble", text=text)
