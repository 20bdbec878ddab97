"""`dismiss` closes what `attention` lists, and a dismissal is seen wherever its order is."""

from pathlib import Path

from tests.support.command import CONFIG, HEADER, numbers, ordosync, row, shop
from tests.support.desk import TwoAccounts

BAD = HEADER + row("1001", quantity="x")
NOTE = ("--note", "cancelled by phone")


def refused_row(folder: Path) -> None:
    shop(folder, BAD)
    ordosync(folder, "import-orders")


def test_an_order_without_an_open_entry_is_not_dismissed(both: TwoAccounts) -> None:
    done = both.run("dismiss", "1001")

    assert done.code == 2
    assert "'1001' has no open entry; `ordosync attention` lists the keys" in done.err
    assert both.run("attention", "--dismissed", "--json").json["attention"] == []


def test_an_order_on_time_is_dismissed_by_the_key_of_a_longer_list(both: TwoAccounts) -> None:
    [entry] = both.run("attention", "--days", "0", "--json").json["attention"]

    assert both.run("dismiss", entry["key"]).code == 0
    assert both.run("attention", "--days", "0", "--json").json["attention"][0]["dismissed_at"]


def test_an_entry_is_dismissed_once(tmp_path: Path) -> None:
    refused_row(tmp_path)
    ordosync(tmp_path, "dismiss", "1001", *NOTE)

    again = ordosync(tmp_path, "dismiss", "1001")

    assert again.code == 2
    assert "1001#1 is dismissed already; `ordosync attention --dismissed`" in again.err


def test_a_dismissal_and_its_note_are_in_why_show_and_the_list(tmp_path: Path) -> None:
    refused_row(tmp_path)
    ordosync(tmp_path, "dismiss", "1001", *NOTE)

    listed = ordosync(tmp_path, "attention", "--dismissed")
    document = ordosync(tmp_path, "show", "1", "--json").run["steps"][0]

    assert listed.code == 0
    assert "cancelled by phone" in listed.out
    assert (
        "dismissed (invalid.quantity): cancelled by phone" in ordosync(tmp_path, "why", "1001").out
    )
    assert "; dismissed 20" in ordosync(tmp_path, "show", "1").out
    assert (document["note"], document["dismissed_at"][:2]) == ("cancelled by phone", "20")


def test_a_dismissal_is_undone_without_sending(tmp_path: Path) -> None:
    refused_row(tmp_path)
    [before] = ordosync(tmp_path, "attention", "--json").json["attention"]
    ordosync(tmp_path, "dismiss", "1001", *NOTE)

    done = ordosync(tmp_path, "dismiss", "1001", "--undo", "--json")
    [after] = ordosync(tmp_path, "attention", "--json").json["attention"]

    assert [entry["key"] for entry in done.json["reopened"]] == [before["key"]]
    assert {**after, "since": before["since"]} == before
    assert ordosync(tmp_path, "attention", "--dismissed").err == "nothing is dismissed\n"
    assert numbers(tmp_path) == []


def test_only_a_dismissal_is_undone(tmp_path: Path) -> None:
    refused_row(tmp_path)

    done = ordosync(tmp_path, "dismiss", "1001", "--undo")

    assert (done.code, "'1001' is not dismissed" in done.err) == (2, True)


def test_an_order_that_can_be_read_with_another_configuration_is_open_again(
    tmp_path: Path,
) -> None:
    shop(tmp_path, HEADER + row("1001", country="Suisse"))
    ordosync(tmp_path, "import-orders")
    ordosync(tmp_path, "dismiss", "1001")
    values = CONFIG.replace("Germany: DE", "Germany: DE, Suisse: CH")
    shop(tmp_path, HEADER + row("1001", country="Suisse"), config=values)

    run = ordosync(tmp_path, "import-orders")
    [entry] = ordosync(tmp_path, "attention", "--json").json["attention"]

    assert run.code == 1
    assert entry["reason"] == "was dismissed, and it can be read now"
    assert numbers(tmp_path) == []


def test_a_change_after_another_reading_reopens_the_order(tmp_path: Path) -> None:
    refused_row(tmp_path)
    ordosync(tmp_path, "dismiss", "1001")
    values = CONFIG.replace("Germany: DE", "Germany: DE, Suisse: CH")
    shop(tmp_path, BAD, config=values)
    quiet = ordosync(tmp_path, "import-orders")
    shop(tmp_path, HEADER + row("1001", quantity="y"), config=values)

    ordosync(tmp_path, "import-orders")
    [entry] = ordosync(tmp_path, "attention", "--json").json["attention"]

    assert quiet.code == 0
    assert (
        "was dismissed, and it has changed, but feeds/orders.csv row 2: quantity" in entry["reason"]
    )
