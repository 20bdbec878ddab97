"""H9: the log says what was written, old and new, and leaves out what is private or empty."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from ordosync.store.written import Change, Written, to_json
from tests.engine.execution.falling_stock import count_stock, shop_with_stock
from tests.support.command import HEADER, on_a_terminal, ordosync, row, shop
from tests.support.desk import SHIP, TwoAccounts
from tests.support.stores import opened

NAME, STREET, MAIL = "Canaria Birdsong", "17 Canary Lane", "canaria@example.org"
PHONE, NOTE, PRICE = "555-0177", "leave it with the canary", "471.47"
PRIVATE = (NAME, "Canaria", STREET, "Canary", MAIL, PHONE, NOTE, PRICE)
STOCK = "write-inventory-back"


def newest(both: TwoAccounts, task: str = "") -> dict[str, Any]:
    """Return the newest run, of a task if one is named, with its steps."""
    words = ("--task", task) if task else ()
    run = both.run("activity", *words, "--json").json["runs"][0]["id"]
    return dict(both.run("show", str(run), "--json").run)


def written(run: dict[str, Any]) -> list[dict[str, Any]]:
    return [step["written"] for step in run["steps"] if step["written"]]


def counted(both: TwoAccounts, quantity: int) -> int:
    """Count MUG at the Supplier and write it back; return the run."""
    both.northwind("stock", "set", "MUG", str(quantity))
    run: int = both.run(STOCK, "--force", "--json").run["id"]
    return run


@pytest.fixture(name="mug")
def _mug(both: TwoAccounts) -> TwoAccounts:
    """Return two accounts with a linked product, whose quantity the Merchant has."""
    both.shop("products", "add", "MUG")
    both.shop("stock", "set", "MUG", "9")
    assert both.run("import-products").code == 0
    return both


def test_h9_show_names_the_lines_and_units_of_a_created_order(both: TwoAccounts) -> None:
    shown = both.run("show", "1")

    assert written(both.run("show", "1", "--json").run) == [
        {"order": "1001", "lines": 2, "units": 3}
    ]
    assert "order 1001: 2 lines, 3 units" in shown.out


def test_h9_show_names_the_old_and_the_new_quantity(mug: TwoAccounts) -> None:
    run = counted(mug, 7)

    assert written(newest(mug)) == [{"quantity": {"old": 9, "new": 5}}]
    assert "9 → 5" in mug.run("show", str(run)).out


def test_h9_an_earlier_quantity_stays_in_the_log_of_its_run(mug: TwoAccounts) -> None:
    first, second = counted(mug, 7), counted(mug, 4)

    steps = mug.run("show", str(first), "--json").run["steps"]
    (step,) = [step for step in steps if step["key"] == "MUG"]

    assert (step["written"], step["last_run"]) == ({"quantity": {"old": 9, "new": 5}}, second)
    assert f"9 → 5 (later: run {second})" in mug.run("show", str(first)).out
    assert written(newest(mug)) == [{"quantity": {"old": 5, "new": 2}}]


def test_h9_why_tells_every_quantity_that_was_written(mug: TwoAccounts) -> None:
    counted(mug, 7)
    counted(mug, 4)

    out = mug.run("why", "MUG").out

    assert out.index("quantity 9 → 5 written to shop") < out.index("quantity 5 → 2 written to shop")


def test_h9_a_quantity_that_was_unset_is_null_in_json(both: TwoAccounts) -> None:
    both.shop("products", "add", "MUG")
    both.run("import-products")

    run = counted(both, 7)

    assert written(both.run("show", str(run), "--json").run) == [
        {"quantity": {"old": None, "new": 5}}
    ]


def test_h9_show_names_the_sku_of_a_created_product(both: TwoAccounts) -> None:
    both.shop("products", "add", "NEW", "--name", NAME)
    both.run("import-products")

    assert written(newest(both)) == [{"linked": "CUP"}, {"linked": "MUG"}, {"product": "NEW"}]


def test_h9_show_names_carrier_number_and_units_of_a_parcel(both: TwoAccounts) -> None:
    both.northwind(*SHIP)

    (values,) = written(newest(both, "update-tracking"))

    assert (values["carrier"], values["tracking"]) == ("UPS", "1Z9")
    assert sorted(values["contents"].values()) == [1, 2]
    assert "tracking 1Z9 (UPS, 3 units) was reported to shop" in both.run("why", "1001").out


def test_h9_a_deleted_label_is_in_the_log_as_voided(both: TwoAccounts) -> None:
    both.northwind(*SHIP)
    both.northwind("orders", "ship", "S-1001", "--void")

    assert written(newest(both, "update-tracking")) == [
        {"carrier": "UPS", "tracking": "1Z9", "voided": True}
    ]


def test_h9_show_names_the_status_of_a_cancelled_order(both: TwoAccounts) -> None:
    both.shop("orders", "cancel", "1001")
    both.run("cancel-orders")

    assert written(newest(both)) == [{"status": {"old": "open", "new": "cancelled"}}]


def test_h9_show_names_the_units_of_the_pieces_of_a_split(both: TwoAccounts) -> None:
    both.northwind("orders", "split", "S-1001", "--piece", "MUG=2", "--piece", "CUP=1")

    assert written(newest(both, "split-order")) == [{"pieces": [2, 1]}]


def test_h9_what_was_refused_is_not_in_the_log_as_written(both: TwoAccounts) -> None:
    both.shop("orders", "cancel", "1001")
    both.northwind(*SHIP)

    (step,) = newest(both, "update-tracking")["steps"]

    assert (step["state"], step["written"]) == ("failed", None)


def test_h9_a_write_that_was_killed_is_in_the_log_once_it_was_found(both: TwoAccounts) -> None:
    both.shop("orders", "add", "1002", "--line", "MUG=4", "--supplier", "northwind")
    ordosync(both.folder, "import-orders", fault="result-before-commit")
    both.run("import-orders")

    steps = [step for step in newest(both)["steps"] if step["merchant"] == "1002"]

    assert [(step["state"], step["written"]) for step in steps] == [
        ("done", {"order": "1002", "lines": 1, "units": 4})
    ]


def test_h9_the_log_has_no_name_address_mail_note_or_price(both: TwoAccounts) -> None:
    """A canary in every private field of an order, through every task."""
    config = both.folder / "config.yaml"
    send = "[ship_to_email, ship_to_phone, customer_notes, internal_notes]"
    config.write_text(config.read_text() + f"    send: {send}\n")
    _add_canary(both)
    both.shop("products", "add", "BIRD", "--price", PRICE, "--name", NAME)
    both.run("import-products")
    both.run("import-orders")
    both.northwind("stock", "set", "BIRD", "5")
    both.run(STOCK)
    both.northwind("orders", "split", "S-77", "--piece", "BIRD=1", "--piece", "BIRD=1")
    both.northwind("orders", "ship", "S-77-1", "--carrier", "UPS", "--tracking", "1Z77")
    both.shop("orders", "cancel", "77-2")
    both.run("cancel-orders")

    runs = [run["id"] for run in both.run("activity", "-n", "99", "--json").json["runs"]]
    shown = [both.run("show", str(run), *as_json) for run in runs for as_json in ([], ["--json"])]

    assert sum(len(written(both.run("show", str(run), "--json").run)) for run in runs) >= 5
    content = (both.folder / "ordosync.db").read_bytes() + b"".join(
        path.read_bytes() for path in both.folder.glob("ordosync.db-wal")
    )
    for word in PRIVATE:
        assert word.encode() not in content, word
        assert not any(word in result.out + result.err for result in shown), word


def _add_canary(both: TwoAccounts) -> None:
    words = ("--line", f"BIRD=2@{PRICE}", "--currency", "EUR", "--supplier", "northwind")
    who = ("--name", NAME, "--street1", STREET, "--email", MAIL, "--phone", PHONE)
    added = both.shop("orders", "add", "77", *words, *who)
    assert added.code == 0, added.err
    with closing(sqlite3.connect(both.folder / "shop.db")) as db, db:
        db.execute("update orders set customer_notes = ? where number = '77'", (NOTE,))


@pytest.mark.parametrize(
    ("values", "text"),
    [
        (Written(quantity=Change(old=None, new=0)), "unset → 0"),
        (
            Written(carrier="UPS", tracking="1Z2", replaced="1Z1", contents={"7": 1}),
            "1Z1 → UPS 1Z2, 1 unit",
        ),
        (Written(changed_units={"7": Change(old=4, new=1)}), "line 7: 4 → 1 units"),
        (Written(pieces=(2, 1)), "2 pieces of 2 + 1 units"),
        (Written(tracking="1Z1", carrier="UPS", voided=True), "UPS 1Z1 voided"),
    ],
)
def test_h9_values_are_shown_in_words(values: Written, text: str) -> None:
    assert values.text == text


def test_h9_the_column_is_small() -> None:
    """A million steps of the log must not take a hundred megabytes more."""
    assert len(to_json(Written(order="1001", lines=2, units=3)) or "") < 45
    assert len(to_json(Written(quantity=Change(old=375, new=374))) or "") < 45


def test_h9_a_store_of_the_version_before_is_migrated(both: TwoAccounts) -> None:
    """The third version had no column for what was written."""
    path = both.folder / "ordosync.db"
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("alter table steps drop column written")
        db.execute("alter table steps drop column digests")
        db.execute("alter table steps drop column released_at")
        db.execute("alter table links drop column digests")
        db.execute("alter table links drop column short")
        db.execute("alter table links drop column version")
        db.execute("drop index links_asked")
        db.execute("drop index steps_stock_not_moved")
        db.execute("alter table runs drop column note")
        db.execute("drop table past_writes")
        db.execute("drop table order_numbers")
        db.execute("drop table alerts")
        db.execute("drop table alert_targets")
        db.execute("drop index runs_with_changes")
        db.execute("drop index steps_unsettled")
        db.execute("create index steps_unsettled on steps (portal) where state = 'failed'")
        db.execute("alter table schedule drop column paused_at")
        db.execute("alter table schedule drop column resumes_at")
        db.execute("alter table schedule drop column woken_at")
        db.execute("drop table stock_stops")
        db.execute("drop table sent_units")
        db.execute("drop table feeds")
        db.execute("delete from _sqlite_migrations where name like 'm004%'")
        db.execute("pragma user_version = 3")

    both.northwind(*SHIP)

    assert written(both.run("show", "1", "--json").run) == []
    assert written(newest(both, "update-tracking"))[0]["tracking"] == "1Z9"


def test_h9_a_number_without_a_run_is_explained(both: TwoAccounts) -> None:
    """Runs of the desk that find nothing leave no row, so numbers are missing."""
    both.northwind(*SHIP)
    numbers = [run["id"] for run in both.run("activity", "-n", "99", "--json").json["runs"]]
    missing = next(number for number in range(1, max(numbers)) if number not in numbers)

    result = both.run("show", str(missing))
    unknown = both.run("show", "999")

    assert (result.code, unknown.code) == (2, 2)
    assert f"run {missing} found nothing to do and was not kept" in result.err
    assert "there is no run 999" in unknown.err
    assert "`ordosync why 999` shows an order of this number" in unknown.err


def test_h9_runs_that_changed_nothing_are_one_line(both: TwoAccounts) -> None:
    for _ in range(6):
        both.run("import-orders")

    folded, everything = both.run("activity"), both.run("activity", "--all")

    assert [line.split("\t")[0] for line in folded.out.splitlines()] == ["run", "1"]
    assert folded.err.startswith("6 runs without changes, last ")
    assert [line.split("\t")[0] for line in everything.out.splitlines()[1:]] == list("76543")
    assert "without changes" not in everything.err
    assert len(both.run("activity", "--json").json["runs"]) == 5


def test_h9_activity_shows_the_five_newest_runs_with_changes(both: TwoAccounts) -> None:
    for number in range(6):
        both.imported(str(2000 + number))
        both.run("import-orders")

    shown = both.run("activity")

    assert [int(line.split("\t")[0]) for line in shown.out.splitlines()[1:]] == [12, 10, 8, 6, 4]
    # The older ones are not in this part of the log.
    assert shown.err.startswith("5 runs without changes, last ")


def test_h9_activity_changes_lists_what_was_written(mug: TwoAccounts) -> None:
    counted(mug, 7)
    mug.run(STOCK)
    run = counted(mug, 4)

    shown = mug.run("activity", "--changes", "--task", STOCK)
    document = mug.run("activity", "--changes", "--task", STOCK, "--json").json

    assert "9 → 5" in shown.out
    assert "5 → 2" in shown.out
    assert document["runs"][0]["id"] == run
    assert [change["written"] for each in document["runs"] for change in each["changes"]] == [
        {"quantity": {"old": 5, "new": 2}},
        {"quantity": {"old": 9, "new": 5}},
    ]


def test_h9_activity_since(both: TwoAccounts) -> None:
    both.imported("2001")
    with closing(opened(both.folder / "ordosync.db")) as db, db:
        db.execute("update runs set started_at = '2020-01-01T00:00:00.000000Z' where id = 1")

    def runs(since: str) -> list[int]:
        listed = both.run("activity", "--since", since, "--json").json["runs"]
        return [run["id"] for run in listed]

    wrong = both.run("activity", "--since", "tomorrow")

    assert runs("1h") == [2]
    assert runs("2019-12-30") == [2, 1]
    assert runs("today") == runs("yesterday") == [2]
    assert (wrong.code, "'tomorrow' is neither an age" in wrong.err) == (2, True)


def test_changes_have_their_time_and_account_and_can_be_those_of_one_account(
    both: TwoAccounts,
) -> None:
    both.imported("2001")
    both.northwind(*SHIP)

    lines = [line.split("\t") for line in both.run("activity", "--changes").out.splitlines()]
    listed = both.run("activity", "--changes", "--account", "shop", "--json").json["runs"]
    unknown = both.run("activity", "--account", "nowhere")

    heading = next(line for line in lines if "written" in line)
    rows = lines[lines.index(heading) + 1 :]
    assert heading[:3] == ["run", "started", "account"]
    assert {row[2] for row in rows} == {"shop", "northwind"}
    assert {change["account"] for run in listed for change in run["changes"]} == {"shop"}
    assert {run["task"] for run in listed} == {"update-tracking"}
    assert unknown.code == 2
    assert "no account 'nowhere'" in unknown.err


def test_changes_of_a_selection_are_complete(both: TwoAccounts) -> None:
    counts = "".join(f"SKU-{number},1\n" for number in range(30))
    names = "".join(f"SKU-{number}," for number in range(30))
    (both.folder / "counts.csv").write_text(f"sku,quantity\n{counts}")
    for number in names.rstrip(",").split(","):
        both.shop("products", "add", number)
    both.run("import-products")
    cut = both.run("activity", "--changes").out
    complete = both.run("activity", "--changes", "--task", "import-products").out

    assert "and more: " in cut
    assert complete.count("product SKU-") == 30


def test_m9_show_has_failures_first_and_counts_them_at_the_end(tmp_path: Path) -> None:
    shop(tmp_path, HEADER + row("1") + row("2", "abc") + row("3") + row("4", "def"))
    ordosync(tmp_path, "import-orders")

    shown = ordosync(tmp_path, "show", "1")
    states = [line.split("\t")[2] for line in shown.out.splitlines()[3:]]

    assert states == ["failed", "failed", "done", "done"]
    assert "4 steps now: 2 failed, 2 done" in shown.err


def test_m9_show_lists_only_some_states(tmp_path: Path) -> None:
    shop(tmp_path, HEADER + row("1") + row("2", "abc"))
    ordosync(tmp_path, "import-orders")

    def states(*words: str) -> list[str]:
        steps = ordosync(tmp_path, "show", "1", *words, "--json").run["steps"]
        return sorted(step["state"] for step in steps)

    wrong = ordosync(tmp_path, "show", "1", "--state", "broken")

    assert states("--state", "failed") == ["failed"]
    assert states("--state", "failed", "--state", "done") == ["done", "failed"]
    assert (wrong.code, "known: done, failed" in wrong.err) == (2, True)


def test_m9_a_long_key_is_shortened_on_a_terminal_only(both: TwoAccounts) -> None:
    key = "1003#1:526121b1-064a46c5-1f2e3d4c5b6a7980"
    with closing(opened(both.folder / "ordosync.db")) as db, db:
        db.execute("update steps set key = ?", (key,))

    seen = on_a_terminal(both.folder, "show", "1", columns=100)

    assert key not in seen
    assert "1003#1:526121b1-06…5b6a7980" in seen
    assert key in both.run("show", "1").out


def test_m9_long_output_goes_through_the_pager(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop(tmp_path, HEADER + "".join(row(str(number)) for number in range(100)))
    ordosync(tmp_path, "import-orders")
    monkeypatch.setenv("PAGER", "sh -c 'echo PAGED; cat >/dev/null'")

    long = on_a_terminal(tmp_path, "show", "1")
    short = on_a_terminal(tmp_path, "activity")
    refused = on_a_terminal(tmp_path, "show", "1", "--no-pager")

    assert long.strip() == "PAGED"
    assert "PAGED" not in short + refused
    assert "100 steps now: 100 done" in refused
    assert json.loads(ordosync(tmp_path, "show", "1", "--json").out)


def test_m14_a_database_in_a_folder_that_does_not_exist_is_reported(both: TwoAccounts) -> None:
    config = both.folder / "config.yaml"
    config.write_text("database: no-such-folder/ordosync.db\n" + config.read_text())

    commands = (
        "activity",
        "activity --json",
        "show 1",
        "attention",
        "health",
        "report",
        "why 1001",
    )
    results = {words: both.run(*words.split()) for words in commands}

    assert {words: result.code for words, result in results.items()} == dict.fromkeys(commands, 4)
    assert all("no-such-folder does not exist" in result.err for result in results.values())


def test_m15_the_heading_says_of_how_many_days_a_value_is(both: TwoAccounts) -> None:
    def heading(since: str) -> str:
        return both.run("report", "--since", since).out.splitlines()[0].split("\t")[7]

    assert [heading(since) for since in ("7d", "20d", "30d", "90d")] == [
        "per day",
        "per day",
        "per 2 days",
        "per 5 days",
    ]


def test_m3_a_manual_run_over_the_limit_is_in_attention_while_its_task_is_paused(
    tmp_path: Path,
) -> None:
    both = shop_with_stock(tmp_path, 25)
    both.run(STOCK)
    both.run("autosync", "off", STOCK)
    count_stock(both, 25, 1)

    run = both.run(STOCK)
    attention = both.run("attention", "--json")

    assert (run.code, attention.code) == (1, 1)
    assert [entry["code"] for entry in attention.json["attention"]] == ["brake"]


def test_parcels_of_a_run_take_a_line_each_at_80_columns(both: TwoAccounts) -> None:
    both.imported("1002")
    (both.folder / "sent.csv").write_text(
        "number,carrier,tracking\nS-1001,UPS,1Z999AA10123456784\nS-1002,UPS,1Z999AA10123456785\n"
    )
    both.northwind("orders", "ship", "--from", str(both.folder / "sent.csv"))
    run = newest(both, "update-tracking")["id"]

    lines = on_a_terminal(both.folder, "show", str(run), columns=80).splitlines()

    for number in ("1001", "1002"):
        (line,) = (line for line in lines if f"1Z999AA1012345678{3 + int(number[-1])}" in line)
        assert f" {number} " in f" {line} "
