"""Digests of orders have a key, also those of an older store."""

import re
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import pytest

from ordosync.config import load_config
from ordosync.database import sqlite3
from ordosync.digest_key import DigestKey
from ordosync.keyed_content import keyed
from ordosync.store import Store
from ordosync.tasks.orders.digests import decisive
from tests.store.recorded import PORTALS, OldWorld, old_world
from tests.support.command import ordosync
from tests.tasks.portal import Pair, line

pytestmark = pytest.mark.of_files

KEY, OTHER = b"0123456789abcdef", b"fedcba9876543210"
DIGEST = "aa2d7b23e9e3d100"


@pytest.fixture(name="world")
def _world(tmp_path: Path) -> OldWorld:
    return old_world(tmp_path)


def database_of(world: OldWorld) -> Path:
    return load_config(world.config).database.path


def contents(path: Path, columns: str = "key, content") -> Mapping[str, str]:
    """Return the contents of the steps of orders, without a migration."""
    with closing(sqlite3.connect(path)) as db:
        statement = f"select {columns} from steps where task = 'import-orders' order by id"  # noqa: S608
        return dict(db.execute(statement).fetchall())


def test_content_keeps_its_form_and_what_follows_the_digest() -> None:
    content = keyed(f"shop1-{DIGEST}+1a2b-20260102-abcd", KEY)

    assert re.fullmatch(r"[0-9a-f]{8}\.shop1-[0-9a-f]{32}\+1a2b-20260102-abcd", content)
    assert DIGEST not in content


def test_contents_with_different_keys_are_not_comparable() -> None:
    first, second = (keyed(f"shop1-{DIGEST}", key) for key in (KEY, OTHER))

    assert first.partition("-")[0] != second.partition("-")[0]


@pytest.mark.parametrize("content", ["", "sent-before", "cancelled", "address:1a2b:3c4d", "split"])
def test_content_without_a_digest_is_not_changed(content: str) -> None:
    assert keyed(content, KEY) == content


def test_older_store_gets_keyed_contents(world: OldWorld) -> None:
    path = database_of(world)
    before = contents(path, "id, content")

    world.steps()

    key = DigestKey.of(path).value
    after = contents(path, "id, content")
    assert after == {id_: keyed(content, key) for id_, content in before.items()}
    assert any(content != before[id_] for id_, content in after.items())


def test_step_of_an_edit_in_an_older_store_has_no_digest_without_a_key_either(
    world: OldWorld,
) -> None:
    path = database_of(world)
    old = f"files1-{DIGEST * 2}"
    with closing(sqlite3.connect(path)) as db, db:
        db.execute(
            "update steps set key = ?, code = 'edited', state = 'skipped', content = ? where id ="
            " (select min(id) from steps where task = 'import-orders')",
            (f"A#7#1:{old}", old),
        )

    world.steps()

    content = keyed(old, DigestKey.of(path).value)
    assert contents(path)[f"A#7#1:{content}"] == content


def test_migrated_contents_are_those_that_are_read(world: OldWorld) -> None:
    """A step that failed or was dismissed is not tried again, and an edit is noticed."""
    world.steps()
    before = contents(database_of(world))

    for portal in PORTALS:
        world.run("import-orders", portal, may_fail=True)

    read = contents(database_of(world))
    same_form = {
        key
        for key, content in before.items()
        if read[key].partition("-")[0] == content.partition("-")[0] != "sent"
    }
    changed = {key for key in same_form if decisive(read[key]) != decisive(before[key])}
    assert len(same_form) > 10
    assert changed == set()


def test_restored_backup_of_an_older_store_has_the_key_of_the_store(world: OldWorld) -> None:
    path = database_of(world)
    backup = world.folder / "older.db"
    backup.write_bytes(path.read_bytes())
    backup.chmod(0o600)
    old = contents(backup, "id, content")

    restored = ordosync(world.folder, "restore", str(backup), "--moved")

    assert restored.code == 0, restored
    key = DigestKey.of(path).value
    assert contents(path, "id, content") == {id_: keyed(it, key) for id_, it in old.items()}
    assert contents(backup, "id, content") == old
    assert [file.name for file in world.folder.glob("*.key")] == [f"{path.name}.key"]


def test_store_without_orders_gets_no_key_by_its_migration(tmp_path: Path) -> None:
    pair = Pair(tmp_path)
    path = load_config(pair.path).database.path

    Store.open(path).close()

    assert path.exists()
    assert not DigestKey.of(path).path.exists()


def test_store_has_no_digest_that_an_account_makes(tmp_path: Path) -> None:
    pair = Pair(tmp_path)
    pair.imported("1001", line("MUG", 2))
    pair.request("1002")
    pair.sql("shop", "update order_lines set quantity = -1 where order_number = '1002'")
    pair.run("import-orders")
    digests = {pair.merchant(number).content.partition("-")[2] for number in ("1001", "1002")}

    stored = load_config(pair.path).database.path.read_bytes().decode("latin-1")

    assert all(len(digest) >= 16 for digest in digests)
    assert not any(digest in stored for digest in digests)
