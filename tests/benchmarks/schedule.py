"""Finds due tasks among many rows of the schedule; measured in milliseconds, not as a ratio."""

import statistics
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from ordosync.store import Store
from tests.benchmarks.measuring import Result, always, at_most, counted, scaled, timed

_FILL = """
    with recursive numbers (i) as (select 1 union all select i + 1 from numbers where i < ?)
    insert into schedule (portal, task, interval_s, next_at, last_started_at)
    select 'portal-' || (i / 4), 'task-' || (i % 4), 3600, '2099-01-01T00:00:00.000Z',
        '2026-01-01T00:00:00.000Z' from numbers
"""


def measure(folder: Path, scale: float) -> Sequence[Result]:
    """Query due tasks where nothing is due."""
    count = scaled(400_000, scale, least=100)
    now = datetime(2026, 6, 1, tzinfo=UTC)
    with closing(Store.open(folder / "store.db")) as store:
        few = counted(store, lambda: store.schedule.due(now))
        with store.transaction():
            store._connection.execute(_FILL, (count,))
        times = [timed(lambda: store.schedule.due(now)).wall_s for _ in range(101)]
        many = counted(store, lambda: store.schedule.due(now))
    ms = statistics.median(times) * 1000
    return [
        at_most(f"what is due among {count:,} schedule rows", ms, 0.1, unit=" ms"),
        always("the same, steps of SQLite against none", many / few, 1.1, unit=" x"),
    ]
