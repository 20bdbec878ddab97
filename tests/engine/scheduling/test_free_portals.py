"""Portals that are due and free: those that a dead process left come first, then in order."""

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from ordosync.clock import Clock, to_text
from ordosync.config import load_config
from ordosync.config.settings import Config
from ordosync.engine import register
from ordosync.engine.scheduling.free_portals import free_portals
from ordosync.store import Store
from tests.support.command import CONFIG
from tests.support.stores import opened

TASK = "import-orders"
DEAD = '["", 1, "0"]'.replace('""', '"another-boot"')


@pytest.fixture(name="config")
def _config(tmp_path: Path) -> Config:
    names = "".join(
        f"  p{number}: {{merchant: shop, supplier: warehouse, products: {{skus: [{number}X]}}}}\n"
        for number in range(4)
    )
    path = tmp_path / "config.yaml"
    path.write_text(CONFIG.partition("portals:")[0] + "portals:\n" + names)
    config = load_config(path)
    with Store.open(config.database) as store:
        register(config, store, Clock())
    set_next(config, "p0", minutes=-1)
    set_next(config, "p1", minutes=-3)
    set_next(config, "p2", minutes=-2)
    set_next(config, "p3", minutes=5)
    return config


@pytest.fixture(name="store")
def _store(config: Config) -> Iterator[Store]:
    with Store.open(config.database) as store:
        yield store


def set_next(config: Config, portal: str, *, minutes: int) -> None:
    at = to_text(Clock().now() + timedelta(minutes=minutes))
    with closing(opened(config.database.path)) as db, db:
        db.execute("update schedule set next_at = null where portal = ?", (portal,))
        db.execute(
            "update schedule set next_at = ? where portal = ? and task = ?", (at, portal, TASK)
        )


def hold(config: Config, portal: str, owner: str) -> None:
    """Let a process hold the lease of a portal's orders."""
    until_boot_s = Clock().boot_s() + 60
    with closing(opened(config.database.path)) as db, db:
        db.execute(
            "insert into leases (portal, resource, fence, owner, until, until_boot_s)"
            " values (?, 'orders', 1, ?, '2099-01-01T00:00:00.000Z', ?)",
            (portal, owner, until_boot_s),
        )


def names(config: Config, store: Store, *, room: int = 10, **options: object) -> list[str]:
    free = free_portals(config, store, Clock(), room=room, **options)  # type: ignore[arg-type]
    return [portal.name for portal in free]


def test_the_portal_that_was_due_first_comes_first_while_there_is_room(
    config: Config, store: Store
) -> None:
    assert names(config, store) == ["p1", "p2", "p0"]
    assert names(config, store, room=2) == ["p1", "p2"]
    assert names(config, store, room=1, without={"p1"}) == ["p2"]


def test_a_portal_with_a_live_process_is_left_to_it(config: Config, store: Store) -> None:
    with store.transaction():
        store.leases.claim("p1", "orders", clock=Clock())

    assert names(config, store, room=1) == ["p2"]


def test_the_portal_of_a_dead_process_comes_first_even_without_room(
    config: Config, store: Store
) -> None:
    hold(config, "p0", DEAD)

    assert names(config, store) == ["p0", "p1", "p2"]
    assert names(config, store, room=0) == ["p0"]


def test_all_due_tasks_of_a_portal_come_together(config: Config, store: Store) -> None:
    at = to_text(Clock().now() - timedelta(seconds=1))
    with closing(opened(config.database.path)) as db, db:
        db.execute("update schedule set next_at = ? where portal = 'p1'", (at,))

    (portal,) = free_portals(config, store, Clock(), room=1)

    expected = [row.task for row in store.schedule.all() if row.portal == "p1"]
    assert sorted(row.task for row in portal.rows) == sorted(expected)
