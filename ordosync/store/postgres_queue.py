"""Runs the queue of `ordosync work` for a store, as a resident worker with a name."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing, suppress
from typing import TYPE_CHECKING, Any

from ordosync.errors import OrdosyncError, UsageError
from ordosync.postgres.jobs import Job
from ordosync.store.postgres_database import PostgresDatabase

if TYPE_CHECKING:
    from ordosync.postgres.connection import PostgresConnection


def run_queue(
    location: PostgresDatabase,
    *,
    jobs: int,
    plan: Callable[[Mapping[str, str]], Sequence[Job]],
    work: Callable[[str], None],
    is_stopped: Callable[[], bool],
    stop: Callable[[], None],
) -> None:
    """Work on the jobs of the queue until it is stopped; see `JobQueue`. Raises `DatabaseError`."""
    try:
        from ordosync.postgres.job_queue import JobQueue  # noqa: PLC0415 - only `work` needs it
    except ImportError as error:
        why = "`ordosync work` needs procrastinate: `pip install 'ordosync[scale]'`"
        raise UsageError(why) from error
    worker, options = _joined(location, jobs)
    queue = JobQueue(
        options=options,
        location=str(location),
        id=worker,
        name=location.host,
        jobs=jobs,
        plan=plan,
        work=work,
        is_stopped=is_stopped,
        stop=stop,
    )
    try:
        queue.run()
    finally:
        # Without the database, other hosts see that this worker has ended.
        with suppress(OrdosyncError):
            _leave(location, worker)


def _joined(location: PostgresDatabase, jobs: int) -> tuple[str, Mapping[str, Any]]:
    """Create what is missing in the database; return the worker's id and its connections."""
    from ordosync.postgres.connection import connection_options  # noqa: PLC0415 - see above
    from ordosync.postgres.locks import write_transaction  # noqa: PLC0415 - see above
    from ordosync.postgres.resident import ResidentWorkers  # noqa: PLC0415 - see above

    connection: Any
    with closing(location.open(readonly=False, clock=None)) as connection:
        worker = location.processes(connection).this()
        with write_transaction(connection):
            schema = _prepare(connection)
            ResidentWorkers(connection).join(worker, name=location.host, jobs=jobs)
        path = f"-c search_path={schema},{connection.schema}"
    return worker, connection_options(location.url, path)


def _prepare(connection: "PostgresConnection") -> str:
    """Create the tables of the queue if necessary; return their schema."""
    from ordosync.postgres.job_queue import tables  # noqa: PLC0415 - see above

    version, sql = tables()
    schema = f"{connection.schema[:40]}_queue_{version}"
    found = connection.execute(
        "select 1 from pg_catalog.pg_tables where schemaname = ? and tablename = ?",
        (schema, "procrastinate_jobs"),
    ).fetchone()
    if not found:
        connection.run(f'create schema if not exists "{schema}"')
        connection.run(f'set local search_path = "{schema}"')
        connection.run(sql)
        connection.run(f'set local search_path = "{connection.schema}"')
    return schema


def _leave(location: PostgresDatabase, worker: str) -> None:
    from ordosync.postgres.resident import ResidentWorkers  # noqa: PLC0415 - see above

    with closing(location.open(readonly=False, clock=None)) as connection:
        ResidentWorkers(connection).leave(worker)
