"""`activity` over a log of many runs, with each filter that it offers, against an empty log."""

from collections.abc import Callable, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path

from ordosync.store import Store
from tests.benchmarks.measuring import ORDOSYNC, Result, Spent, at_most, in_turn, scaled, spent
from tests.benchmarks.portals import idle, many

_FILTERS: dict[str, tuple[str, ...]] = {
    "none": (),
    "portal": ("--portal", "p-1"),
    "task": ("--task", "import-products"),
    "status": ("--status", "failed"),
    "portal, status": ("--portal", "p-1", "--status", "failed"),
    "all three": ("--portal", "p-1", "--task", "import-products", "--status", "failed"),
}
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
    with closing(Store.open(full / "ordosync.db")) as store, store.transaction():
        store._connection.execute(_FILL, (count,))
    ways: dict[str, Callable[[], Spent]] = {
        f"{place.name} {name}": partial(spent, ORDOSYNC, "activity", "--json", *words, cwd=place)
        for name, words in _FILTERS.items()
        for place in (empty, full)
    }
    found = in_turn(ways, rounds=scaled(9, scale, least=1))
    return [
        at_most(
            f"`activity`, {count:,} runs against none, filter: {name}",
            found.ratio(f"full {name}", f"empty {name}"),
            1.2,
            note=found.note(f"full {name}", f"empty {name}"),
        )
        for name in _FILTERS
    ]
