"""Every fault of a feed is reported in one line, loses nothing and stops no other order."""

from pathlib import Path

import pytest

from tests.support.command import HEADER, numbers, ordosync, row, shop, steps


def test_a_missing_folder_fails_the_run(tmp_path: Path) -> None:
    shop(tmp_path)
    (tmp_path / "feeds").rmdir()

    result = ordosync(tmp_path, "import-orders", "--json")

    assert (result.code, result.run["status"]) == (1, "failed")
    assert "account shop: read orders: the folder" in result.run["error"]["message"]


def test_empty_folder_is_no_error(tmp_path: Path) -> None:
    shop(tmp_path)

    result = ordosync(tmp_path, "import-orders", "--json")

    assert (result.code, result.run["status"], result.counts) == (0, "ok", {"seen": 0})


@pytest.mark.parametrize(
    "broken",
    [
        b"order,sku,name,qty,price,to,country\n2,MUG,M\xfcg,1,9.50,Ada,DE\n",
        b"order,sku,name,price,to,country\n2,MUG,Mug,9.50,Ada,DE\n",
        b"\n",
    ],
    ids=["undecodable", "column missing", "blank"],
)
def test_a_file_that_cannot_be_read_is_refused_whole_until_it_is_fixed(
    tmp_path: Path, broken: bytes
) -> None:
    shop(tmp_path, HEADER + row("1"))
    bad = tmp_path / "feeds" / "bad.csv"
    bad.write_bytes(broken)

    first = ordosync(tmp_path, "import-orders", "--json")
    again = ordosync(tmp_path, "import-orders", "--json")
    bad.write_text(HEADER + row("2"))
    fixed = ordosync(tmp_path, "import-orders", "--json")

    assert (first.code, first.counts) == (1, {"seen": 2, "done": 1, "failed": 1})
    assert [s["key"] for s in steps(tmp_path, 1) if s["code"] == "mended"] == ["file:bad.csv"]
    assert again.counts == {"seen": 1, "unchanged": 1}
    assert (fixed.code, fixed.counts) == (0, {"seen": 1, "done": 1})
    assert numbers(tmp_path) == ["1", "2"]


@pytest.mark.parametrize(
    "bad",
    [
        row("2", "abc"),
        row("2", "-3"),
        row("2", "1.5"),
        row("2", "1e9"),
        row("2", "1E+12"),
        row("2", "\u0663"),
        row("2", ""),
        "2,MUG,Mug\n",
        row("2", name="M\0g"),
        row("2", name="x" * 1_000_000),
        row("2", country="Atlantis"),
    ],
    ids=lambda text: ascii(text[:30]),
)
def test_a_bad_order_fails_alone_and_goes_through_once_it_is_fixed(
    tmp_path: Path, bad: str
) -> None:
    feed = shop(tmp_path, HEADER + row("1") + bad + row("3"))

    first = ordosync(tmp_path, "import-orders", "--json")
    failed = [step for step in steps(tmp_path, 1) if step["state"] == "failed"]
    feed.write_text(HEADER + row("1") + row("2") + row("3"))
    again = ordosync(tmp_path, "import-orders", "--json")

    assert (first.code, first.run["status"]) == (1, "partial")
    assert first.counts == {"seen": 3, "done": 2, "failed": 1}
    assert [step["key"] for step in failed] == ["2#1"]
    assert "orders.csv row 3" in failed[0]["reason"]
    assert (again.code, again.counts) == (0, {"seen": 3, "done": 1, "unchanged": 2})
    assert numbers(tmp_path) == ["1", "2", "3"]


def test_retry_reads_the_file_as_it_is_now(tmp_path: Path) -> None:
    feed = shop(tmp_path, HEADER + row("1", "abc"))
    ordosync(tmp_path, "import-orders")
    still = ordosync(tmp_path, "retry", "1", "--json")
    feed.write_text(HEADER + row("1", "4"))

    fixed = ordosync(tmp_path, "retry", "1", "--json")

    assert (still.code, still.counts) == (1, {"seen": 1, "failed": 1})
    assert (fixed.code, fixed.run["trigger"], fixed.counts) == (
        0,
        "retry",
        {"seen": 1, "done": 1},
    )
    assert ordosync(tmp_path, "import-orders", "--json").counts == {"seen": 1, "unchanged": 1}


def test_an_order_that_waits_survives_the_overwriting_of_its_file(tmp_path: Path) -> None:
    feed = shop(tmp_path, HEADER + row("1"))
    # A folder in its place makes the Supplier's file unavailable.
    (tmp_path / "warehouse.db").mkdir()
    refused = ordosync(tmp_path, "import-orders", "--json")
    feed.write_text(HEADER + row("2"))
    (tmp_path / "warehouse.db").rmdir()

    after = ordosync(tmp_path, "import-orders", "--json")

    assert (refused.code, refused.run["status"]) == (1, "failed")
    assert (after.code, after.run["status"]) == (0, "ok")
    assert numbers(tmp_path) == ["1", "2"]
    assert not list(tmp_path.glob("*.spool"))


def test_an_edit_after_the_import_is_reported_once(tmp_path: Path) -> None:
    feed = shop(tmp_path, HEADER + row("1") + row("2"))
    ordosync(tmp_path, "import-orders")
    feed.write_text(HEADER + row("1", "9") + row("2"))

    edited = ordosync(tmp_path, "import-orders", "--json")
    feed.write_text(HEADER + row("1", "9") + row("2") + row("3"))
    later = ordosync(tmp_path, "import-orders", "--json")

    assert (edited.code, edited.counts) == (1, {"seen": 2, "unchanged": 1, "failed": 1})
    assert later.counts == {"seen": 3, "done": 1, "unchanged": 2}
    assert numbers(tmp_path) == ["1", "2", "3"]


def test_foreign_text_never_reaches_the_terminal_unescaped(tmp_path: Path) -> None:
    hostile = "Bob [/red] \x1b]0;x\x07 \u202eevil\u2066 \x9b31m =1+1"
    shop(tmp_path, HEADER + f"1,MUG,{hostile},1,9.50,{hostile},DE\n")
    assert ordosync(tmp_path, "import-orders").code == 0

    for words in (["orders", "show", "1"], ["orders", "list"], ["show", "1"]):
        shown = ordosync(tmp_path, *words)
        assert shown.code == 0
        assert not {"\x1b", "\x07", "\u202e", "\u2066", "\x9b"} & set(shown.out + shown.err)
    assert "Bob [/red] \\x1b]0;x\\x07" in ordosync(tmp_path, "orders", "show", "1").out


@pytest.mark.parametrize("broken", ["empty", "garbage", "cut short", "directory", "link", "newer"])
def test_a_database_that_cannot_be_used_is_exit_4_in_one_line_and_stays_as_it_is(
    tmp_path: Path, broken: str
) -> None:
    shop(tmp_path, HEADER + row("1"))
    database = tmp_path / "ordosync.db"
    ordosync(tmp_path, "import-orders")
    content = database.read_bytes()
    changes = {
        "empty": b"",
        "garbage": b"garbage" * 1000,
        "cut short": content[: len(content) // 2],
        "newer": content[:60] + (99).to_bytes(4) + content[64:],
    }
    for side in tmp_path.glob("ordosync.db-*"):
        side.unlink()
    if broken in changes:
        database.write_bytes(changes[broken])
    else:
        database.unlink()
        if broken == "directory":
            database.mkdir()
        else:
            database.symlink_to(tmp_path / "warehouse.db")
    before = database.read_bytes() if database.is_file() else b""

    for words in (["import-orders", "--json"], ["activity", "--json"], ["import-orders"]):
        result = ordosync(tmp_path, *words)
        assert (result.code, result.out, len(result.err.splitlines())) == (4, "", 1), result
    assert (database.read_bytes() if database.is_file() else b"") == before
    assert numbers(tmp_path) == ["1"]


def test_usage_errors_exit_2(tmp_path: Path) -> None:
    shop(tmp_path, HEADER + row("1"))

    for words in (
        ["import-orders", "nobody"],
        ["show", "99"],
        ["retry", "99"],
        ["retry"],
        ["orders", "show", "99"],
        ["orders", "list", "--status", "lost"],
        ["activity", "--task", "lunch"],
        ["frobnicate"],
    ):
        result = ordosync(tmp_path, *words)
        assert (result.code, result.out) == (2, ""), (words, result)
        assert result.err
