"""The queries of a run take the same work, no matter how many steps were settled before."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ordosync.store import Store
from tests.benchmarks.measuring import counted

pytestmark = pytest.mark.of_files

NOW = datetime(2026, 11, 26, tzinfo=UTC)
PORTAL, TASK = "p", "import-orders"
QUESTIONS: dict[str, Callable[[Store], object]] = {
    "steps due": lambda store: store.steps.due(PORTAL, TASK, now=NOW),
    "planned": lambda store: store.steps.planned(PORTAL, TASK),
    "forget planned": lambda store: store.steps.forget_planned(PORTAL, TASK),
    "unsettled": lambda store: store.steps.unsettled_ids(PORTAL),
    "failed": lambda store: store.steps.failed(PORTAL, TASK),
    "failed as": lambda store: store.steps.failed_as(PORTAL, ["split-order"], ["cancelled"]),
    "late": lambda store: store.steps.are_late(PORTAL, TASK, before=NOW),
    "open imports": lambda store: store.links(PORTAL).open_imports(["7#1"]),
    "parcels missing": lambda store: store.links(PORTAL).may_lack_parcels(),
    "open edits": lambda store: store.links(PORTAL).open_edits(),
    "lines": lambda store: store.links(PORTAL).lines_of(["7"]),
    "by key": lambda store: store.steps.by_key(PORTAL, TASK, ["7#1"]),
    "of a Merchant's order": lambda store: store.steps.of_merchant(PORTAL, "7"),
    "stopped_by_limit": lambda store: store.runs.stopped_by_limit(PORTAL, TASK),
    "uncertain": lambda store: store.steps.are_uncertain(PORTAL, TASK),
    "unread": lambda store: store.steps.unread(PORTAL),
    "without tracking": lambda store: store.steps.without_tracking(),
    "open": lambda store: store.steps.open(),
    "of a run": lambda store: store.steps.of_run(2),
    "next retry at": lambda store: store.steps.next_retry_at(PORTAL, TASK, now=NOW),
    "newest": lambda store: store.runs.newest(5, portal=PORTAL, task=TASK),
    "due": lambda store: store.schedule.due(NOW),
    "reopened": lambda store: store.links(PORTAL).in_state("reopened"),
    "asked": lambda store: store.links(PORTAL).in_state("cancel_asked"),
    "of the Merchant": lambda store: store.links(PORTAL).of_merchant("order", ["7"]),
    "of the Supplier": lambda store: store.links(PORTAL).of_supplier("order", ["S-7"]),
}
_STEPS = """
    with recursive numbers (i) as (select ? union all select i + 1 from numbers where i < ?)
    insert into steps (portal, task, key, state, content, merchant_id, supplier_id, created_at,
        updated_at, run_id, last_run_id)
    select 'p', 'import-orders', i || '#1', 'done', '', i, 'S-' || i,
        '2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z', 1, 1 from numbers
"""
_LINKS = """
    insert into links (portal, kind, merchant_id, generation, supplier_id, state, linked_at)
    select 'p', 'order', merchant_id, 1, supplier_id, 'live', created_at from steps where id >= ?
"""


@pytest.fixture(name="store")
def _store(tmp_path: Path) -> Store:
    store = Store.open(tmp_path / "ordosync.db")
    settle(store, first=1, last=20)
    return store


def settle(store: Store, *, first: int, last: int) -> None:
    with store.transaction():
        store._connection.execute(_STEPS, (first, last))
        store._connection.execute(_LINKS, (first,))


@pytest.mark.parametrize("name", QUESTIONS)
def test_query_takes_no_longer_when_more_steps_are_settled(store: Store, name: str) -> None:
    ask = QUESTIONS[name]
    with store:
        few = counted(store, lambda: ask(store))
        settle(store, first=21, last=3000)

        many = counted(store, lambda: ask(store))

    assert many <= few * 1.1
