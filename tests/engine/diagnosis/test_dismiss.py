"""`dismiss`: an entry that the operator has checked stays closed until it changes."""

from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.engine.execution.falling_stock import count_stock, shop_with_stock
from tests.support.age import age
from tests.support.command import CONFIG, HEADER, Done, numbers, ordosync, row, shop
from tests.support.desk import SHIP, TwoAccounts
from tests.support.stores import opened

BAD = HEADER + row("1001", quantity="x")


def listed(folder: Path, *, dismissed: bool = False) -> list[dict[str, Any]]:
    entries = ordosync(folder, "attention", "--json").json["attention"]
    return [entry for entry in entries if bool(entry["dismissed_at"]) == dismissed]


def dismissed(folder: Path, *words: str) -> Done:
    result = ordosync(folder, "dismiss", *words)
    assert result.code == 0, result
    return result


def test_a_dismissed_entry_is_closed_and_keeps_its_note(tmp_path: Path) -> None:
    shop(tmp_path, BAD)
    ordosync(tmp_path, "import-orders")
    [before] = listed(tmp_path)

    dismissed(tmp_path, before["key"], "--note", "the buyer cancelled by phone")

    [after] = listed(tmp_path, dismissed=True)
    assert listed(tmp_path) == []
    assert after["key"] == before["key"] == "shop-warehouse:import-orders:1001#1"
    assert (after["code"], after["severity"]) == (before["code"], "normal")
    assert after["note"] == "the buyer cancelled by phone"
    assert ordosync(tmp_path, "attention").code == 0
    assert ordosync(tmp_path, "health", "--max-age", "1d").code == 0


def test_a_dismissed_order_is_not_sent_by_later_runs_and_retry_sends_it(tmp_path: Path) -> None:
    shop(tmp_path, BAD)
    ordosync(tmp_path, "import-orders")
    dismissed(tmp_path, "1")
    shop(tmp_path, HEADER + row("1001", quantity="2"))

    ordosync(tmp_path, "import-orders")
    ordosync(tmp_path, "import-orders")
    ordosync(tmp_path, "retry", "--all")
    sent = numbers(tmp_path)
    ordosync(tmp_path, "retry", "1")

    assert sent == []
    assert numbers(tmp_path) == ["1001"]
    assert listed(tmp_path) == listed(tmp_path, dismissed=True) == []


def test_new_content_of_a_dismissed_order_is_reported_once_and_not_sent(tmp_path: Path) -> None:
    shop(tmp_path, BAD)
    ordosync(tmp_path, "import-orders")
    dismissed(tmp_path, "1")
    shop(tmp_path, HEADER + row("1001", quantity="2"))

    first = ordosync(tmp_path, "import-orders", "--json")
    shop(tmp_path, HEADER + row("1001", quantity="2") + row("1002"))
    second = ordosync(tmp_path, "import-orders", "--json")

    [again] = listed(tmp_path)
    assert first.counts == {"seen": 1, "failed": 1}
    assert second.counts == {"seen": 2, "done": 1, "unchanged": 1}
    assert "was dismissed, and it has changed" in again["reason"]
    assert again["settle"] == "ordosync dismiss 1, or ordosync retry 1 to send it"
    assert numbers(tmp_path) == ["1002"]


def test_an_order_that_is_dismissed_again_stays_closed(tmp_path: Path) -> None:
    shop(tmp_path, BAD)
    ordosync(tmp_path, "import-orders")
    dismissed(tmp_path, "1")
    shop(tmp_path, HEADER + row("1001", quantity="y"))
    ordosync(tmp_path, "import-orders")
    dismissed(tmp_path, "1", "--note", "once more")

    ordosync(tmp_path, "import-orders")

    [entry] = listed(tmp_path, dismissed=True)
    assert entry["note"] == "once more"
    assert listed(tmp_path) == []


def test_a_dry_run_names_no_dismissed_order(tmp_path: Path) -> None:
    shop(tmp_path, BAD)
    ordosync(tmp_path, "import-orders")
    dismissed(tmp_path, "1")
    shop(tmp_path, HEADER + row("1001", quantity="2"))

    [plan] = ordosync(tmp_path, "import-orders", "--dry-run", "--json").json["plans"]

    [step] = plan["steps"]
    assert (step["state"], step["code"], step["summary"]) == ("failed", "dismissed", "")
    assert "was dismissed, and it has changed" in step["reason"]


def test_reconcile_does_not_send_a_dismissed_order(tmp_path: Path) -> None:
    shop(tmp_path, BAD)
    ordosync(tmp_path, "import-orders")
    dismissed(tmp_path, "1")
    shop(tmp_path, HEADER + row("1001", quantity="2"))

    result = ordosync(tmp_path, "reconcile", "--fix", "--json")

    [difference] = result.json["differences"]
    assert (difference["kind"], difference["merchant"], difference["fix"]) == (
        "no-supplier-order",
        "1001",
        None,
    )
    assert "was dismissed" in difference["what"]
    assert numbers(tmp_path) == []


def test_a_dismissed_order_is_never_pruned(tmp_path: Path) -> None:
    shop(tmp_path, BAD, config=CONFIG + "retention: 7\n")
    ordosync(tmp_path, "import-orders")
    dismissed(tmp_path, "1")
    for table in ("runs", "steps"):
        name = {"runs": "started_at", "steps": "updated_at"}[table]
        age(tmp_path, f"update {table} set {name} = '2026-01-02T03:04:05.000Z'")  # noqa: S608
    shop(tmp_path, HEADER + row("1002"), config=CONFIG + "retention: 7\n")
    ordosync(tmp_path, "import-orders")
    ordosync(tmp_path, "prune")
    shop(tmp_path, HEADER + row("1001"), config=CONFIG + "retention: 7\n")

    ordosync(tmp_path, "import-orders")

    assert numbers(tmp_path) == ["1002"]


def test_the_note_of_a_settled_step_is_pruned_with_the_log(tmp_path: Path) -> None:
    settings = CONFIG + "retention: 7\n"
    shop(tmp_path, BAD + row("1002", quantity="x"), config=settings)
    ordosync(tmp_path, "import-orders")
    dismissed(tmp_path, "1", "2", "--note", "a note")
    age(tmp_path, "update concerns set dismissed_at = '2026-01-02T03:04:05.000Z'")
    age(tmp_path, "update steps set state = 'done', code = null where key = '1002#1'")

    ordosync(tmp_path, "prune")

    with closing(opened(tmp_path / "ordosync.db")) as db:
        left = db.execute("select key from concerns").fetchall()
    assert left == [("shop-warehouse:import-orders:1001#1",)]


def test_a_file_that_was_dismissed_is_open_again_when_it_has_other_content(tmp_path: Path) -> None:
    shop(tmp_path, "nothing,that,fits\n1,2,3\n")
    ordosync(tmp_path, "import-orders")
    [entry] = listed(tmp_path)
    dismissed(tmp_path, entry["key"])
    ordosync(tmp_path, "import-orders")
    quiet = listed(tmp_path)
    shop(tmp_path, "nothing,that,fits\n4,5,6\n")

    ordosync(tmp_path, "import-orders")

    assert quiet == []
    assert [again["key"] for again in listed(tmp_path)] == [entry["key"]]


def test_a_refused_tracking_can_be_dismissed_and_is_not_tried_again(both: TwoAccounts) -> None:
    both.shop("orders", "cancel", "1001")
    both.northwind(*SHIP)
    [entry] = listed(both.folder)

    dismissed(both.folder, entry["key"])
    again = both.run("update-tracking", "--json")

    assert entry["settle"] == f"ordosync dismiss {entry['step']}"
    assert again.counts == {"seen": 0}
    assert listed(both.folder) == []


def test_an_order_without_tracking_can_be_dismissed(both: TwoAccounts) -> None:
    both.northwind(*SHIP)
    age(both.folder, "update steps set state = 'skipped', code = 'no-tracking' where id = 2")
    [entry] = listed(both.folder)

    dismissed(both.folder, entry["key"])

    assert listed(both.folder) == []


def test_an_unshipped_order_is_low_and_can_be_dismissed(both: TwoAccounts) -> None:
    age(both.folder, "update links set linked_at = '2026-01-02T03:04:05.000Z'")
    [entry] = listed(both.folder)
    code = both.run("attention").code

    dismissed(both.folder, entry["key"])

    assert (entry["key"], entry["severity"], code) == ("shop-northwind:unshipped:1001", "low", 0)
    assert listed(both.folder) == []


def test_a_waiting_step_continues_after_a_dismissal(both: TwoAccounts) -> None:
    age(
        both.folder,
        "update steps set state = 'waiting', created_at = '2026-01-02T03:04:05.000Z' where id = 1",
    )

    dismissed(both.folder, "1")

    assert listed(both.folder) == []
    assert both.run("show", "1", "--json").run["steps"][0]["state"] == "waiting"


def test_a_dismissed_step_that_is_retried_and_fails_is_open(tmp_path: Path) -> None:
    shop(tmp_path, BAD)
    ordosync(tmp_path, "import-orders")
    dismissed(tmp_path, "1")

    ordosync(tmp_path, "retry", "1")

    assert [entry["step"] for entry in listed(tmp_path)] == [1]
    assert listed(tmp_path, dismissed=True) == []


def test_an_order_dismissed_in_a_backup_and_sent_later_is_found(tmp_path: Path) -> None:
    feed = HEADER + row("1001", quantity="x")
    shop(tmp_path, feed)
    ordosync(tmp_path, "import-orders")
    dismissed(tmp_path, "1")
    ordosync(tmp_path, "backup", "b.db")
    shop(tmp_path, HEADER + row("1001"))
    ordosync(tmp_path, "retry", "1")
    ordosync(tmp_path, "restore", "b.db")

    ordosync(tmp_path, "import-orders")

    with closing(opened(tmp_path / "ordosync.db")) as db:
        linked_ids = db.execute("select supplier_id from links where kind = 'order'").fetchall()
    assert linked_ids == [("1001",)]
    assert numbers(tmp_path) == ["1001"]
    assert listed(tmp_path) == []


def test_a_run_over_the_safety_limit_keeps_health_red_until_one_passes(tmp_path: Path) -> None:
    task = "write-inventory-back"
    both = shop_with_stock(tmp_path, 25)
    both.run("run-due")
    count_stock(both, 25, 1)
    both.run(task)
    both.run("autosync", "off", task)

    red = both.run("health", "--tasks", "--max-age", "1d")
    [entry] = listed(tmp_path)
    both.run(task, "--force")

    assert (red.code, f"the safety limit stopped {task}" in red.out) == (1, True)
    assert (entry["key"], entry["severity"]) == (f"shop-northwind:brake:{task}", "critical")
    assert both.run("health", "--tasks", "--max-age", "1d").code == 0
    assert listed(tmp_path) == []


def test_a_run_over_the_safety_limit_can_be_dismissed_until_its_plan_changes(
    tmp_path: Path,
) -> None:
    both = shop_with_stock(tmp_path, 26)
    count_stock(both, 25, 1)
    both.run("write-inventory-back")

    dismissed(tmp_path, "shop-northwind:brake:write-inventory-back")
    both.run("write-inventory-back")
    same = listed(tmp_path)
    count_stock(both, 26, 1)
    both.run("write-inventory-back")

    assert same == []
    assert [entry["code"] for entry in listed(tmp_path)] == ["brake"]


def test_health_of_tasks_alone_stays_well_while_an_order_needs_a_person(tmp_path: Path) -> None:
    shop(tmp_path, BAD)
    ordosync(tmp_path, "import-orders")

    assert ordosync(tmp_path, "health", "--max-age", "1d").code == 1
    assert ordosync(tmp_path, "health", "--tasks", "--max-age", "1d").code == 0


def test_a_renamed_portal_keeps_its_dismissals(tmp_path: Path) -> None:
    shop(tmp_path, BAD)
    ordosync(tmp_path, "import-orders")
    dismissed(tmp_path, "1", "--note", "known")
    renamed = CONFIG.replace("  shop-warehouse:\n", "  better:\n    was: shop-warehouse\n")
    shop(tmp_path, BAD, config=renamed)

    ordosync(tmp_path, "import-orders")

    [entry] = listed(tmp_path, dismissed=True)
    assert (entry["key"], entry["note"]) == ("better:import-orders:1001#1", "known")
    assert listed(tmp_path) == []


@pytest.mark.of_files
def test_purge_deletes_the_note_and_keeps_the_order_dismissed(tmp_path: Path) -> None:
    shop(tmp_path, BAD)
    ordosync(tmp_path, "import-orders")
    dismissed(tmp_path, "1", "--note", "Ada moved to Canary Lane")

    result = ordosync(tmp_path, "purge", "--order", "1001", "--yes")

    [entry] = listed(tmp_path, dismissed=True)
    assert result.code == 0
    assert "the notes of shop-warehouse:import-orders:1001#1" in result.out
    assert entry["note"] is None
    assert b"Canary" not in (tmp_path / "ordosync.db").read_bytes()


@pytest.mark.parametrize("word", ["nothing:such", "99", ""])
def test_an_entry_that_is_not_listed_cannot_be_dismissed(tmp_path: Path, word: str) -> None:
    shop(tmp_path, BAD)
    ordosync(tmp_path, "import-orders")

    result = ordosync(tmp_path, "dismiss", word)

    assert result.code == 2
    assert "`ordosync attention`" in result.err
    assert len(listed(tmp_path)) == 1


def test_why_says_that_an_order_was_dismissed(tmp_path: Path) -> None:
    shop(tmp_path, BAD)
    ordosync(tmp_path, "import-orders")
    dismissed(tmp_path, "1")

    [story] = ordosync(tmp_path, "why", "1001", "--json").json["why"]

    assert story["state"] == "skipped"
    assert "it was dismissed; to send it nevertheless: `ordosync retry 1`" in story["next"]


def test_an_edit_that_is_dismissed_stays_closed_until_there_is_another(tmp_path: Path) -> None:
    feed = shop(tmp_path, HEADER + row("1001", "2"))
    ordosync(tmp_path, "import-orders")
    feed.write_text(HEADER + row("1001", "5"))
    ordosync(tmp_path, "import-orders")
    [edit] = listed(tmp_path)
    dismissed(tmp_path, edit["key"])
    feed.write_text(HEADER + row("1001", "5") + row("1002"))
    ordosync(tmp_path, "import-orders")
    closed = listed(tmp_path)
    feed.write_text(HEADER + row("1001", "6") + row("1002"))
    ordosync(tmp_path, "import-orders")

    assert (edit["code"], closed) == ("edited", [])
    assert [entry["key"] for entry in listed(tmp_path)] == [edit["key"]]


def test_an_edit_can_be_closed_by_saying_that_it_is_not_sent(tmp_path: Path) -> None:
    feed = shop(tmp_path, HEADER + row("1001", "2"))
    ordosync(tmp_path, "import-orders")
    feed.write_text(HEADER + row("1001", "5"))
    ordosync(tmp_path, "import-orders")
    [edit] = listed(tmp_path)

    closed = ordosync(tmp_path, "retry", str(edit["step"]), "--not-sent")
    feed.write_text(HEADER + row("1001", "5") + row("1002"))
    again = ordosync(tmp_path, "import-orders", "--json")

    assert (closed.code, listed(tmp_path)) == (0, [])
    assert again.counts == {"seen": 2, "done": 1, "unchanged": 1}


def test_other_lines_of_a_number_in_a_later_file_are_a_conflict(tmp_path: Path) -> None:
    # Case f18: a page of an export cuts an order in two.
    shop(tmp_path, HEADER + row("1001"))
    ordosync(tmp_path, "import-orders")
    (tmp_path / "feeds" / "page2.csv").write_text(HEADER + row("1001").replace("MUG", "CUP"))

    ordosync(tmp_path, "import-orders")

    assert [entry["code"] for entry in listed(tmp_path)] == ["reused-number"]
