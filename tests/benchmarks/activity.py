"""`activity` over a log of many runs, with each filter that it offers, against an empty log."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path

from ordosync.store import Store
from tests.benchmarks.measuring import (
    ORDOSYNC,
    Result,
    Spent,
    always,
    at_most,
    counted,
    in_turn,
    scaled,
    spent,
)
from tests.benchmarks.portals import idle, many

_PORTAL, _TASK, _STATUS = {"portal": "p-1"}, {"task": "import-products"}, {"status": "failed"}
_FILTERS: dict[str, dict[str, str]] = {
    "none": {},
    "portal": _PORTAL,
    "task": _TASK,
    "status": _STATUS,
    "portal, status": _PORTAL | _STATUS,
    "all three": _PORTAL | _TASK | _STATUS,
}
_FEW = 1000
"""Enough for five runs of each kind."""
_FILL = """
    with recursive numbers (i) as (select 1 union all select i + 1 from numbers where i < ?)
    insert into runs (portal, task, trigger, status, started_at, finished_at)
    select 'p-' || (i % 3), case i % 4 when 0 then 'update-tracking' else 'import-orders' end,
        'schedule', case i % 50 when 0 then 'failed' else 'ok' end,
        '2026-01-01T00:00:00.000Z', '2026-01-01T00:00:01.000Z' from numbers
"""


def measure(folder: Path, scale: float) -> Sequence[Result]:
    """Show the newest five of each kind, in turn."""
    count = scaled(1_000_000, scale, least=100)
    empty, full = (idle(many(folder / name, 3)) for name in ("empty", "full"))
    with closing(Store.open(full / "ordosync.db")) as store:
        _fill(store, _FEW)
        few = _steps(store)
        _fill(store, count)
        more = max(steps / few[name] for name, steps in _steps(store).items())
    ways: dict[str, Callable[[], Spent]] = {
        f"{place.name} {name}": partial(spent, *_words(by), cwd=place)
        for name, by in _FILTERS.items()
        for place in (empty, full)
    }
    medians = in_turn(ways, rounds=scaled(9, scale, least=1))
    return [
        at_most(
            f"`activity`, {count:,} runs against none, filter: {name}",
            medians.ratio(f"full {name}", f"empty {name}"),
            1.2,
            note=medians.note(f"full {name}", f"empty {name}"),
        )
        for name in _FILTERS
    ] + [always("the same, steps of SQLite against 1,000 runs, any filter", more, 1, unit=" x")]


def _fill(store: Store, count: int) -> None:
    with store.transaction():
        store._connection.execute(_FILL, (count,))


def _steps(store: Store) -> dict[str, int]:
    return {
        name: counted(store, partial(store.runs.newest, 5, **by)) for name, by in _FILTERS.items()
    }


def _words(by: Mapping[str, str]) -> list[str]:
    return [ORDOSYNC, "activity", "--json", *(f"--{name}={word}" for name, word in by.items())]
