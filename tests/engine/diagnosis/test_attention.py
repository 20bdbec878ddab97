"""`attention`: steps and tasks that need an operator, and the command that settles each."""

from pathlib import Path

import pytest

from tests.support.age import age
from tests.support.command import AT_ONCE, CONFIG, HEADER, ordosync, row, shop, wake
from tests.support.desk import SHIP, TwoAccounts


def waiting(both: TwoAccounts, *words: str) -> list[dict[str, object]]:
    entries: list[dict[str, object]] = both.run("attention", "--json", *words).json["attention"]
    return entries


def test_nothing_is_listed_without_problems(both: TwoAccounts) -> None:
    result = both.run("attention")

    assert (result.code, result.out) == (0, "")
    assert "nothing needs attention" in result.err
    assert waiting(both) == []


def test_a_failed_order_is_listed_with_the_command_that_settles_it(tmp_path: Path) -> None:
    shop(tmp_path, HEADER + row("1001", quantity="x"))
    ordosync(tmp_path, "import-orders")

    [entry] = ordosync(tmp_path, "attention", "--json").json["attention"]
    shop(tmp_path, HEADER + row("1001", quantity="2"))
    settled = ordosync(tmp_path, *str(entry["settle"]).split()[1:])

    assert entry["merchant"] == "1001"
    assert "quantity" in str(entry["reason"])
    assert settled.code == 0
    assert ordosync(tmp_path, "attention", "--json").json["attention"] == []


def test_an_order_that_is_sent_although_it_is_cancelled_is_critical(both: TwoAccounts) -> None:
    both.shop("orders", "cancel", "1001")
    both.northwind(*SHIP)

    [entry] = waiting(both)

    assert (entry["task"], entry["merchant"]) == ("update-tracking", "1001")
    assert (entry["code"], entry["severity"]) == ("cancelled", "critical")
    assert "cancelled" in str(entry["reason"])


def test_a_unit_that_is_sent_although_it_is_cancelled_is_critical(both: TwoAccounts) -> None:
    both.shop("orders", "add", "1002", "--line", "MUG=2", "--supplier", "northwind")
    both.run("import-orders")
    both.shop("orders", "cancel", "1002", "--line", "MUG=1")
    both.northwind("orders", "ship", "S-1002", "--carrier", "UPS", "--tracking", "1Z2")
    both.run("update-tracking")

    [entry] = waiting(both)
    again = both.run("retry", "--all")
    [still] = waiting(both)
    closed = both.run(*str(entry["settle"]).split()[1:])

    assert (entry["code"], entry["severity"]) == ("cancelled", "critical")
    assert (still["key"], again.code, closed.code) == (entry["key"], 1, 0)
    assert both.run("attention").code == 0
    assert [line["sent"] for line in both.order("shop", "1002")["lines"]] == [2]


def test_an_unshipped_order_is_listed_after_the_configured_days(both: TwoAccounts) -> None:
    both.imported("1002")
    both.northwind("orders", "ship", "S-1002", "--carrier", "UPS", "--tracking", "1Z2")
    age(both.folder, "update links set linked_at = '2026-01-02T03:04:05.000Z'")

    [entry] = waiting(both)
    none = waiting(both, "--days", "3650")
    shown = both.run(*str(entry["settle"]).split()[1:])

    assert (entry["merchant"], entry["supplier"]) == ("1001", "S-1001")
    assert entry["reason"] == "was imported and is not shipped yet"
    assert none == []
    assert shown.code == 0


def test_an_order_whose_label_was_voided_is_listed_again(both: TwoAccounts) -> None:
    both.northwind(*SHIP)
    both.northwind("orders", "ship", "S-1001", "--void")
    age(both.folder, "update links set linked_at = '2026-01-02T03:04:05.000Z'")

    assert [entry["merchant"] for entry in waiting(both)] == ["1001"]


def test_an_old_step_that_is_being_written_is_not_listed(both: TwoAccounts) -> None:
    """An order in several parcels is reported with the last one, a day after the first."""
    age(both.folder, "update steps set created_at = '2026-01-02T03:04:05.000Z'")
    age(both.folder, "update steps set state = 'sending' where id = 1")

    assert waiting(both) == []


def test_an_order_without_tracking_is_listed(both: TwoAccounts) -> None:
    both.northwind(*SHIP)
    age(both.folder, "update steps set state = 'skipped', code = 'no-tracking' where id = 2")

    [entry] = waiting(both)

    assert (
        entry["settle"] == "add tracking to order S-1001:1:1Z9 at the Supplier"
        or entry["step"] == 2
    )


@pytest.mark.parametrize("state", ["waiting", "unknown", "sending"])
def test_a_step_that_is_retried_is_listed_after_an_hour(both: TwoAccounts, state: str) -> None:
    age(both.folder, f"update steps set state = '{state}' where id = 1")  # noqa: S608 - a test's
    early = waiting(both)
    long_ago = "'2026-01-02T03:04:05.000Z'"
    age(both.folder, f"update steps set created_at = {long_ago}, updated_at = {long_ago}")  # noqa: S608

    [late] = waiting(both)

    assert early == []
    assert str(late["settle"]).startswith("ordosync retry 1")
    assert late["severity"] == ("normal" if state == "waiting" else "critical")


@pytest.mark.of_files
@pytest.mark.parametrize("code", ["partially-shipped", "no-link"])
def test_a_step_that_may_take_days_is_listed_after_one_without_failing_its_task(
    both: TwoAccounts, code: str
) -> None:
    def since(at: str) -> list[dict[str, object]]:
        age(
            both.folder,
            f"update steps set state = 'waiting', code = '{code}',"  # noqa: S608 - a test's
            " task = 'update-tracking',"
            " not_before = strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '12 hours'),"
            f" created_at = strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '{at}') where id = 1",
        )
        return waiting(both)

    both.run("import-products")
    early = since("-23 hours")
    tick = both.run("run-due")
    [late] = since("-25 hours")

    assert early == []
    assert tick.err == ""
    assert (late["code"], late["severity"]) == (code, "normal")


def test_a_write_that_no_look_up_finds_is_listed_at_once(both: TwoAccounts) -> None:
    age(both.folder, "update steps set state = 'unknown', looked_at = updated_at where id = 1")

    [entry] = waiting(both)

    assert (entry["severity"], entry["code"]) == ("critical", "unknown")


def test_it_exits_1_exactly_while_something_normal_or_critical_is_open(tmp_path: Path) -> None:
    shop(tmp_path, HEADER + row("1001", quantity="x"))
    ordosync(tmp_path, "import-orders")

    open_ = [ordosync(tmp_path, *words).code for words in (["attention"], ["attention", "--json"])]
    ordosync(tmp_path, "dismiss", "1")

    assert open_ == [1, 1]
    assert ordosync(tmp_path, "attention").code == 0


def test_a_failing_task_is_listed(tmp_path: Path) -> None:
    shop(tmp_path, HEADER)
    (tmp_path / "config.yaml").write_text(CONFIG.replace("glob: feeds", "glob: nowhere/feeds"))
    ordosync(tmp_path, "run-due")
    assert ordosync(tmp_path, "attention", "--json").json["attention"] == []
    age(tmp_path, "update schedule set tried_at = '2026-01-01T00:00:00.000Z'")
    wake(tmp_path)
    ordosync(tmp_path, "run-due")

    [entry] = ordosync(tmp_path, "attention", "--json").json["attention"]

    assert (entry["merchant"], entry["settle"]) == ("the whole task", "ordosync show 2")


@pytest.mark.of_files
def test_oldest_comes_first(both: TwoAccounts) -> None:
    both.imported("1002")
    both.imported("1003")
    age(
        both.folder,
        "update links set linked_at = '2026-01-0' || (5 - substr(merchant_id, 4))"
        " || 'T00:00:00.000Z' where kind = 'order'",
    )

    assert [entry["merchant"] for entry in waiting(both)] == ["1003", "1002", "1001"]


def test_health_names_the_command(tmp_path: Path) -> None:
    shop(tmp_path, HEADER + row("1001", quantity="x"), config=AT_ONCE)
    ordosync(tmp_path, "run-due")

    assert "`ordosync attention`" in ordosync(tmp_path, "health").out


def test_a_task_that_keeps_crashing_is_listed_until_it_succeeds(tmp_path: Path) -> None:
    shop(tmp_path, HEADER + row("1001"), config=AT_ONCE)
    for _ in range(3):
        ordosync(tmp_path, "run-due", fault="intent-after-commit")
    ordosync(tmp_path, "run-due")

    [entry] = ordosync(tmp_path, "attention", "--json").json["attention"]
    health = ordosync(tmp_path, "health")
    age(tmp_path, "update schedule set tries = 0")
    wake(tmp_path)
    again = ordosync(tmp_path, "run-due")

    assert (entry["code"], entry["merchant"]) == ("crashed", "the whole task")
    assert health.code == 1
    assert "works again" in again.err
    assert ordosync(tmp_path, "attention").code == 0


def test_a_task_that_fails_is_listed_while_it_runs_again(tmp_path: Path) -> None:
    shop(tmp_path, HEADER)
    (tmp_path / "config.yaml").write_text(CONFIG.replace("glob: feeds", "glob: nowhere/feeds"))
    ordosync(tmp_path, "run-due")
    age(tmp_path, "update schedule set tried_at = '2026-01-01T00:00:00.000Z'")
    wake(tmp_path)
    ordosync(tmp_path, "run-due")
    age(
        tmp_path,
        "insert into runs (portal, task, trigger, status, started_at)"
        " select portal, task, 'schedule', 'running', started_at from runs limit 1",
    )

    [entry] = ordosync(tmp_path, "attention", "--json").json["attention"]

    assert entry["settle"] == "ordosync show 2"


@pytest.mark.of_files
def test_a_task_that_never_ends_well_is_listed_while_cron_works(both: TwoAccounts) -> None:
    """No run of it fails: each is stopped, or does not end."""
    both.run("import-products")
    both.run("run-due")
    long_ago, just_now = "'2026-01-02T03:04:05.000Z'", "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')"
    late = "task = 'import-orders' and interval_s is not null"
    age(both.folder, f"update schedule set last_ok_at = {long_ago} where {late}")  # noqa: S608
    age(both.folder, f"update schedule set tried_at = {long_ago}")  # noqa: S608
    without_cron = waiting(both)
    age(both.folder, f"update schedule set tried_at = {just_now} where {late}")  # noqa: S608

    [entry] = waiting(both)
    health = both.run("health")

    assert without_cron == []
    assert (entry["code"], entry["severity"]) == ("late", "critical")
    assert health.code == 1
    assert "needs attention" not in health.out
