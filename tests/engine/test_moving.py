"""`store copy`: everything goes to another database and back, and only one of them is used."""

import socket
from pathlib import Path

import pytest

from tests.support.command import Done, ordosync
from tests.tasks.portal import CONFIG, Pair, line


@pytest.fixture(name="pair")
def _pair(tmp_path: Path) -> Pair:
    pair = Pair(tmp_path)
    pair.imported("1001", line("MUG", 2))
    pair.send("1001")
    assert ordosync(tmp_path, "update-tracking").code == 0
    return pair


def use(pair: Pair, place: str) -> None:
    """Change `database:` in the configuration."""
    host = f"kind: sqlite, host: {socket.gethostname()}"
    pair.path.write_text(f"database: {place}\n{CONFIG.replace('kind: sqlite', host)}")


def copy(pair: Pair, place: str, *words: str) -> Done:
    return ordosync(pair.folder, "store", "copy", "--to", place, "--yes", *words)


def test_everything_is_there_after_a_copy_and_after_the_way_back(pair: Pair, postgres: str) -> None:
    before = ordosync(pair.folder, "activity", "--all", "--json").json
    there = copy(pair, postgres, "--json")
    use(pair, postgres)
    on_postgres = ordosync(pair.folder, "activity", "--all", "--json").json
    back = copy(pair, "back.db", "--json")
    use(pair, "back.db")

    assert (there.code, back.code) == (0, 0), (there, back)
    assert there.json["copied"]["links"]["rows"] == 3
    # A copy changes fences, and forgets when a step was sent by the clock of the old machine.
    same = there.json["copied"].keys() - {"leases", "steps"}
    assert {t: there.json["copied"][t] for t in same} == {t: back.json["copied"][t] for t in same}
    assert before == on_postgres == ordosync(pair.folder, "activity", "--all", "--json").json


def test_the_copy_goes_on_where_the_old_store_was(pair: Pair, postgres: str) -> None:
    pair.request("1002", line("CUP", 1))
    last = ordosync(pair.folder, "activity", "--json").json["runs"][0]["id"]
    copy(pair, postgres)
    use(pair, postgres)

    run = ordosync(pair.folder, "import-orders", "shop-northwind", "--json")

    assert run.run["id"] > last
    assert run.counts == {"seen": 1, "done": 1}
    assert [order.number for order in (pair.supplied("1001"), pair.supplied("1002"))] == [
        *("1001", "1002"),
    ]


@pytest.mark.parametrize("words", [("run-due",), ("import-orders",), ("activity",), ("health",)])
def test_the_old_store_is_not_used_any_more(
    pair: Pair, postgres: str, words: tuple[str, ...]
) -> None:
    assert ordosync(pair.folder, "run-due").code == 0
    copy(pair, postgres)

    refused = ordosync(pair.folder, *words)

    assert refused.code == 4
    assert "was moved to postgresql://" in refused.err
    assert refused.err.count("\n") == 1


def test_undo_goes_back_while_there_is_no_new_run(pair: Pair, postgres: str) -> None:
    copy(pair, postgres)

    undone = copy(pair, postgres, "--undo")

    assert undone.code == 0, undone
    assert ordosync(pair.folder, "import-orders", "shop-northwind").code == 0
    use(pair, postgres)
    assert "was moved to" in ordosync(pair.folder, "activity").err


def test_copy_that_was_undone_can_be_made_again(pair: Pair, postgres: str) -> None:
    copy(pair, postgres)
    undone = copy(pair, postgres, "--undo")
    pair.request("1002", line("CUP", 1))
    assert ordosync(pair.folder, "import-orders", "shop-northwind").code == 0
    before = ordosync(pair.folder, "activity", "--all", "--json").json

    again = copy(pair, postgres)
    use(pair, postgres)

    assert "keeps its copy, which no command uses, and the next `ordosync store copy`" in undone.err
    assert again.code == 0, again
    assert ordosync(pair.folder, "activity", "--all", "--json").json == before
    assert ordosync(pair.folder, "import-orders", "shop-northwind").code == 0


@pytest.mark.of_files
def test_store_can_go_back_to_where_it_was_before(pair: Pair, postgres: str) -> None:
    for number, place in enumerate((postgres, "back.db", postgres, "back.db"), 2000):
        done = copy(pair, place)
        use(pair, place)
        pair.request(str(number), line("CUP", 1))

        assert done.code == 0, done
        assert ordosync(pair.folder, "import-orders", "shop-northwind").code == 0


@pytest.mark.of_files
def test_store_that_was_moved_to_an_earlier_file_of_this_name_is_no_target(
    pair: Pair, postgres: str
) -> None:
    copy(pair, postgres)
    copy(pair, postgres, "--undo")
    for path in pair.folder.glob("ordosync.db*"):
        if path.is_file():
            path.unlink()
    # It has more runs than the other one.
    for _ in range(6):
        assert ordosync(pair.folder, "import-orders", "shop-northwind").code == 0

    refused = copy(pair, postgres)

    assert refused.code == 4
    assert "has data already; name an empty database or schema" in refused.err
    assert ordosync(pair.folder, "activity").code == 0


def test_undo_is_refused_after_a_new_run(pair: Pair, postgres: str) -> None:
    copy(pair, postgres)
    use(pair, postgres)
    pair.request("1002", line("CUP", 1))
    assert ordosync(pair.folder, "import-orders", "shop-northwind").code == 0
    use(pair, "ordosync.db")

    refused = copy(pair, postgres, "--undo")

    assert refused.code == 1
    assert "has newer runs than" in refused.err


def test_a_database_with_data_is_no_target(pair: Pair, postgres: str) -> None:
    copy(pair, postgres)
    copy(pair, postgres, "--undo")
    use(pair, "ordosync.db")

    refused = copy(pair, "shop.db")

    assert refused.code == 4
    assert ordosync(pair.folder, "activity").code == 0


@pytest.mark.parametrize(
    ("place", "message"),
    [
        ("ordosync.db", "--to is the store itself"),
        ("postgresql://u@db", "--to is no URL of a database"),
        ("postgresql://u:${NOT_SET}@db/x", "--to the environment variable NOT_SET is not set"),
    ],
)
def test_a_wrong_target_is_named(pair: Pair, place: str, message: str) -> None:
    refused = copy(pair, place)

    assert (refused.code, refused.err.splitlines()[0][: len(message) + 7]) == (
        2,
        f"error: {message}",
    )


def test_backup_and_restore_say_what_to_use_on_postgresql(pair: Pair, postgres: str) -> None:
    copy(pair, postgres)
    use(pair, postgres)

    backup = ordosync(pair.folder, "backup", "copy.db")
    restore = ordosync(pair.folder, "restore", "copy.db", "--yes")

    advice = "use pg_dump; after a restore: `ordosync restore --mark`"
    assert (backup.code, restore.code) == (2, 2)
    assert advice in backup.err
    assert advice in restore.err


def test_a_store_that_pg_restore_has_restored_sends_nothing_twice(
    pair: Pair, postgres: str
) -> None:
    copy(pair, postgres)
    use(pair, postgres)
    pair.request("1002", line("CUP", 1))
    ordosync(pair.folder, "import-orders", "shop-northwind")
    # The dump was made before the order was sent.
    with_order = pair.everything("northwind")
    _forget(postgres)

    marked = ordosync(pair.folder, "restore", "--mark", "--yes")
    run = ordosync(pair.folder, "import-orders", "shop-northwind", "--json")

    assert marked.code == 0, marked
    assert run.counts["seen"] == 1
    assert len(pair.everything("northwind")[0]) == len(with_order[0])
    assert pair.supplied("1002").number == "1002"


def _forget(url: str) -> None:
    """Remove what the import of the second order has recorded."""
    import psycopg  # noqa: PLC0415 - only here

    with psycopg.connect(url, autocommit=True) as db:
        db.execute("delete from links where merchant_id like '1002%'")
        db.execute("delete from steps where merchant_id like '1002%'")
        db.execute("update schedule set cursor = null where task = 'import-orders'")
