"""The queue of `ordosync work`: procrastinate decides which worker works on a portal, and when.

Only this module imports it, and nothing of it is needed for correctness: the leases of the store
decide who may work. So a lost or repeated job does no harm. Each version of procrastinate has a
separate schema for its tables, so that an upgrade needs no migration.
"""

import asyncio
import logging
from asyncio import FIRST_COMPLETED, create_task
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

import procrastinate
import psycopg
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException
from procrastinate.schema import SchemaManager

from ordosync.errors import DatabaseError
from ordosync.postgres.jobs import RUN, Job, queue_of
from ordosync.postgres.resident import IS_DRAINING
from ordosync.threads import block_signals

_LOOK_EVERY_S = 1
_WORKER: Mapping[str, Any] = {
    "fetch_job_polling_interval": 2,
    "update_heartbeat_interval": 2,
    "stalled_worker_timeout": 10,
    "delete_jobs": "always",
    "install_signal_handlers": False,
}
_WAITING = """
select queue_name, args ->> 'portal' as portal from procrastinate_jobs
where status = 'todo' and task_name = 'run'
"""
_RAISE = """
update procrastinate_jobs set priority = %(priority)s
where queueing_lock = %(lock)s and status = 'todo' and priority < %(priority)s
"""
# A worker that died leaves its jobs behind; they block nothing.
_FORGET = "delete from procrastinate_jobs where status = 'doing' and worker_id is null"


def tables() -> tuple[str, str]:
    """Return the version of the queue's tables, and the SQL that creates them."""
    return procrastinate.__version__.replace(".", "_"), SchemaManager.get_schema()


@dataclass(frozen=True, kw_only=True)
class JobQueue:
    """A worker of the queue, until it is stopped."""

    options: Mapping[str, Any]
    """Of its connections."""
    location: str
    id: str
    """The id of the resident worker."""
    name: str
    jobs: int
    plan: Callable[[Mapping[str, str]], Sequence[Job]]
    """Returns the jobs that are needed, given the portals that wait, with their queues."""
    work: Callable[[str], None]
    """Works on a portal. Raises nothing."""
    is_stopped: Callable[[], bool]
    stop: Callable[[], None]
    """Ends the work on all portals soon."""

    def run(self) -> None:
        """Work until it is stopped. Raises `DatabaseError` if the connection is lost."""
        for name in ("procrastinate", "psycopg", "asyncio"):
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)
        try:
            asyncio.run(self._run())
        except (ConnectorException, psycopg.Error) as error:
            raise self._lost from error

    @property
    def _lost(self) -> DatabaseError:
        return DatabaseError(self.location, "the queue lost its connection; start the worker again")

    async def _run(self) -> None:
        pool = partial(ThreadPoolExecutor, initializer=block_signals)
        connector = procrastinate.PsycopgConnector(kwargs=self.options, min_size=1, max_size=6)
        app = procrastinate.App(connector=connector)
        # The loop's own executor has few threads, and a tick must not wait for a run.
        with pool(max_workers=self.jobs) as runs, pool(max_workers=1) as ticks:
            self._register(app, runs, ticks)
            async with app.open_async():
                await connector.execute_query_async(_FORGET)
                await self._work_until_stopped(app)

    def _register(
        self, app: procrastinate.App, runs: ThreadPoolExecutor, ticks: ThreadPoolExecutor
    ) -> None:
        loop = asyncio.get_running_loop()

        @app.task(name="run", queue=RUN)
        async def run(portal: str) -> None:
            await loop.run_in_executor(runs, self.work, portal)

        @app.periodic(cron="* * * * * */2")
        @app.task(name="tick", queue="tick", queueing_lock="tick")
        async def tick(timestamp: int) -> None:  # noqa: ARG001 - given by the queue
            rows = await app.connector.execute_query_all_async(_WAITING)
            waiting = {row["portal"]: row["queue_name"] for row in rows}
            for job in await loop.run_in_executor(ticks, self.plan, waiting):
                lock = f"run:{job.portal}"
                try:
                    await run.configure(
                        queue=job.queue, queueing_lock=lock, priority=job.priority
                    ).defer_async(portal=job.portal)
                except AlreadyEnqueued:
                    await app.connector.execute_query_async(
                        _RAISE, lock=lock, priority=job.priority
                    )

    async def _work_until_stopped(self, app: procrastinate.App) -> None:
        """Run both workers of the queue; one that drains takes no more portals."""
        own = [RUN, queue_of(self.name)]
        tick = create_task(app.run_worker_async(queues=["tick"], concurrency=1, **_WORKER))
        runs = create_task(app.run_worker_async(queues=own, concurrency=self.jobs, **_WORKER))
        try:
            while not self.is_stopped():
                rows = await app.connector.execute_query_all_async(IS_DRAINING, id=self.id)
                if rows and not runs.cancelling():
                    runs.cancel()
                needed = {tick} if runs.cancelling() else {tick, runs}
                ended, _ = await asyncio.wait(
                    needed, timeout=_LOOK_EVERY_S, return_when=FIRST_COMPLETED
                )
                if ended:
                    raise self._lost
        finally:
            self.stop()
            tick.cancel()
            # A second time, it would not wait for its runs.
            if not runs.cancelling():
                runs.cancel()
            await asyncio.gather(tick, runs, return_exceptions=True)
