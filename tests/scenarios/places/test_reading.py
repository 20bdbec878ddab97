"""Orders that come from a place: nothing is lost or doubled, whatever happens meanwhile."""

import pytest

from ordosync.accounts.files.places.place import Entry, Mark
from tests.scenarios.places.reading import ReadingWorld

POINTS = ("mirror-part", "mirror-named", "mirror-listed")


def test_a_poll_with_nothing_new_is_one_listing(read: ReadingWorld) -> None:
    read.drop("a.csv", "1001")
    read.run("import-orders")
    # Fetched within two seconds of its first sighting, it is looked at a second time.
    read.place.requests.clear()

    counts = read.run("import-orders", "--json").counts

    assert counts == {"seen": 0}
    assert read.place.requests == ["list out"]


def test_sizes_and_counts_are_in_the_run(read: ReadingWorld) -> None:
    read.drop("a.csv", "1001")
    read.drop("b.csv", "1002")

    read.run("import-orders")

    size = sum(path.stat().st_size for path in (read.place.folder / "out").glob("*.csv"))
    assert f"orders: 2 files fetched ({size} bytes)" in read.run("show", "1").err


def test_a_dry_run_fetches_and_changes_nothing_at_the_place(read: ReadingWorld) -> None:
    read.configure("after: {archive: out/done}")
    path = read.drop("a.csv", "1001")

    plans = read.run("import-orders", "--dry-run", "--json").json["plans"]
    path.unlink()
    done = read.run("import-orders", "--json").counts

    assert len(plans[0]["steps"]) == 1
    assert done == {"seen": 1, "done": 1}
    assert "rename out/a.csv" not in read.place.requests


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("is_taken", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_a_process_killed_in_a_fetch_loses_and_doubles_nothing(
    read: ReadingWorld, point: str, *, is_taken: bool
) -> None:
    first = read.drop("a.csv", "1001")
    read.drop("b.csv", "1002")

    killed = read.kill(point)
    if is_taken:
        # The partner takes away what was read to its end.
        first.unlink()
    read.run("import-orders")

    assert killed
    assert read.orders() == ["1001", "1002"]


def test_place_list_says_what_happens_to_each_name(read: ReadingWorld) -> None:
    read.drop("a.csv", "1001")
    read.drop("b.txt")
    gone = read.drop("c.csv", "1002")
    read.run("import-orders")
    gone.unlink()
    read.drop("d.csv", "1003")

    files = read.run("place", "list", "shop", "--json").json["files"]

    states = {file["file"]: (file["state"], file["reason"]) for file in files}
    assert states == {
        "out/a.csv": ("read", "by portal shop-warehouse"),
        "out/b.txt": ("left-out", "does not match *.csv"),
        "out/c.csv": ("gone", "was removed by the partner"),
        "out/d.csv": ("waits", "is new"),
        "out/done": ("left-out", "is not a file"),
    }
    assert read.run("place", "list", "warehouse").code == 2


def test_place_list_is_blank_where_the_place_does_not_tell(
    read: ReadingWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    entries = [Entry(name=b"b.txt", mark=Mark())]
    monkeypatch.setattr(read.place, "list", lambda *_, **__: entries)

    shown = read.run("place", "list", "shop").out

    assert "orders\tout/b.txt\t\t\tleft-out\tdoes not match *.csv" in shown


def test_an_account_that_moves_to_a_place_sends_nothing_again(read: ReadingWorld) -> None:
    local = (read.folder / "config.yaml").read_text()
    (read.folder / "feeds").mkdir(exist_ok=True)
    path = read.drop("a.csv", "1001")
    (read.folder / "feeds" / "a.csv").write_bytes(path.read_bytes())
    moved = local.replace("glob: out/*.csv", "glob: feeds/*.csv")
    moved = "\n".join(line for line in moved.splitlines() if "place:" not in line)
    (read.folder / "config.yaml").write_text(moved)
    before = read.run("import-orders", "--json").counts

    (read.folder / "config.yaml").write_text(local)
    after = read.run("import-orders", "--json").counts

    assert (before, after) == ({"seen": 1, "done": 1}, {"seen": 1, "unchanged": 1})
    assert read.orders() == ["1001"]


def test_a_backup_from_before_sends_nothing_again(read: ReadingWorld) -> None:
    read.run("import-orders")
    read.run("backup", "store.backup")
    read.drop("a.csv", "1001")
    read.run("import-orders")
    for path in (read.place.folder / "out").glob("*.csv"):
        path.unlink()

    assert read.run("restore", "store.backup").code == 0
    read.run("import-orders")

    assert read.orders() == ["1001"]


def test_a_file_that_cannot_be_fetched_needs_attention_until_it_can(read: ReadingWorld) -> None:
    read.configure("max_age: 30d")
    read.drop("a.csv", "1001")
    read.place.denied.add("fetch")

    failed = read.run("import-orders", "--json").counts
    entries = read.run("attention", "--json").json["attention"]
    read.place.denied.clear()
    read.run("import-orders")

    assert failed == {"seen": 1, "failed": 1}
    assert any("permission denied" in entry["reason"] for entry in entries)
    assert read.run("attention", "--json").json["attention"] == []
    assert read.orders() == ["1001"]


def test_a_purge_reaches_the_mirror_and_brings_no_order_back(read: ReadingWorld) -> None:
    path = read.drop("a.csv", "1001", "1002")
    path.write_text(
        path.read_text().replace("1001,MUG,Mug,1,9.50,Ada", "1001,MUG,Mug,1,9.50,Canaria")
    )
    read.run("import-orders")
    path.unlink()
    mirror = read.folder / "ordosync.db.places" / "shop" / "in" / "orders"
    [before] = mirror.glob("*.csv")
    held = "Canaria" in before.read_text()

    purged = read.run("purge", "--order", "1001", "--yes")
    again = read.run("import-orders", "--json").counts

    assert held
    assert purged.code == 0
    [after] = mirror.glob("*.csv")
    assert "Canaria" not in after.read_text()
    assert "1002" in after.read_text()
    assert again == {"seen": 0}
    assert read.orders() == ["1001", "1002"]
