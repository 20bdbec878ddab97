"""`alerts`, `digest`, and what `run-due` sends and writes."""

import subprocess
import sys
from pathlib import Path

import pytest

from ordosync.idle import is_idle
from ordosync.store import Store
from ordosync.store.alert_table import TargetRow
from tests.http.server import Server, answer
from tests.support.age import age
from tests.support.command import AT_ONCE, HEADER, ordosync, row, shop, wake
from tests.support.desk import SHIP, TwoAccounts
from tests.support.html_page import Page

SECTION = 'alerts: {to: {office: {webhook: "URL/hook"}}%s}\n'


@pytest.fixture
def folder(tmp_path: Path, server: Server) -> Path:
    """A portal with alerts, called once by cron, and an order that fails the next time."""
    configure(tmp_path, server)
    shop(tmp_path, HEADER, config=(tmp_path / "config.yaml").read_text())
    assert ordosync(tmp_path, "run-due").err == ""
    shop(
        tmp_path,
        HEADER + row("1001", quantity="x"),
        config=(tmp_path / "config.yaml").read_text(),
    )
    return tmp_path


def configure(folder: Path, server: Server, options: str = "") -> None:
    (folder / "config.yaml").write_text(AT_ONCE + (SECTION % options).replace("URL", server.url))
    (folder / "config.yaml").chmod(0o600)


def test_run_due_sends_what_is_due_after_its_runs(folder: Path, server: Server) -> None:
    wake(folder)

    result = ordosync(folder, "run-due")

    assert (result.code, result.err.count("1 failed and need you")) == (1, 1)
    assert len(server.seen) == 1


def test_cron_mail_can_be_switched_off(folder: Path, server: Server) -> None:
    configure(folder, server, ", cron_mail: false")
    wake(folder)

    result = ordosync(folder, "run-due")

    assert (result.code, result.err) == (1, "")
    assert len(server.seen) == 1


def test_an_unreachable_recipient_is_in_the_json_of_run_due(folder: Path, server: Server) -> None:
    server.script[:] = [b""]
    with Store.open(folder / "ordosync.db") as store, store.transaction():
        store.alerts.save_target(TargetRow(target="office", tries=2))
    wake(folder)

    result = ordosync(folder, "run-due", "--json")

    assert result.json["errors"][0].startswith("alerts: office cannot be reached, 3 attempts")


@pytest.mark.of_files
def test_idle_call_ends_at_once_until_alerts_are_due(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    monkeypatch.delenv("ORDOSYNC_CONFIG", raising=False)
    before = is_idle(["run-due"])

    age(folder, "update meta set value = '2026-01-01T00:00:00.000Z' where key = 'alerts_at'")

    assert (before, is_idle(["run-due"])) == (True, False)


def test_n13_run_due_without_alerts_does_not_import_them(tmp_path: Path) -> None:
    shop(tmp_path, HEADER)
    code = (
        "import sys; sys.argv = ['ordosync', 'run-due']\n"
        "from ordosync.__main__ import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print([name for name in sys.modules if 'alerts' in name or name == 'smtplib'])"
    )

    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path
    )

    assert result.stdout.splitlines()[-1] == "['ordosync.config.alerts']"


def test_alerts_test_sends_a_message_now(folder: Path, server: Server) -> None:
    one, everyone = (ordosync(folder, "alerts", "test", *name) for name in (["office"], []))

    assert (one.code, one.err) == (0, "sent to office by webhook\n")
    assert everyone.code == 0
    assert len(server.seen) == 2


def test_alerts_test_names_the_reason_of_a_failure(folder: Path, server: Server) -> None:
    server.script[:] = [b""]

    text, document = (ordosync(folder, "alerts", "test", *words) for words in ([], ["--json"]))

    reason = "127.0.0.1 closed the connection without a response"
    assert (text.code, text.err) == (1, f"error: office: {reason}\n")
    assert document.json["tests"] == [{"target": "office", "transport": "webhook", "error": reason}]


def test_alerts_test_that_succeeds_lets_cron_send_what_waits(folder: Path, server: Server) -> None:
    server.script[:] = [b""]
    wake(folder)
    ordosync(folder, "run-due")
    waiting = ordosync(folder, "alerts", "list").code
    server.script[:] = [answer()]
    before = len(server.seen)

    ordosync(folder, "alerts", "test")
    ordosync(folder, "run-due")

    assert (waiting, ordosync(folder, "alerts", "list").code) == (1, 0)
    assert len(server.seen) - before == 2
    assert b"import-orders: 1001" in server.seen[-1].body


def test_alerts_that_were_just_configured_are_due_at_the_next_call(
    tmp_path: Path, server: Server
) -> None:
    shop(tmp_path, HEADER + row("1001", quantity="x"), config=AT_ONCE)
    ordosync(tmp_path, "run-due")
    configure(tmp_path, server)
    # A command makes the store follow the configuration, so that nothing else is due.
    ordosync(tmp_path, "sync")

    ordosync(tmp_path, "run-due")

    assert len(server.seen) == 1


def test_alerts_test_shows_the_output_of_a_command_with_debug(tmp_path: Path) -> None:
    command = "alerts: {to: {office: {command: [sh, -c, 'cat; exit 3']}}}\n"
    shop(tmp_path, HEADER, config=AT_ONCE + command)

    quiet = ordosync(tmp_path, "alerts", "test")
    debug = ordosync(tmp_path, "alerts", "test", "--debug")

    assert quiet.err == "error: office: sh failed with exit code 3\n"
    assert "Alerts of ordosync arrive here." in debug.err


def test_a_recipient_that_does_not_exist_is_a_usage_error(folder: Path) -> None:
    result = ordosync(folder, "alerts", "test", "ofice")

    assert result.code == 2
    assert result.err == "error: no recipient 'ofice' in `alerts:`; did you mean office?\n"


@pytest.mark.parametrize("words", [["alerts", "list"], ["alerts", "test"], ["digest", "--send"]])
def test_without_alerts_the_page_is_named(tmp_path: Path, words: list[str]) -> None:
    shop(tmp_path, HEADER)

    result = ordosync(tmp_path, *words)

    assert result.code == 2
    assert "see `ordosync help alerts`" in result.err


def test_alerts_list_shows_what_was_reported(folder: Path) -> None:
    wake(folder)
    ordosync(folder, "run-due")

    text, document = (ordosync(folder, "alerts", "list", *words) for words in ([], ["--json"]))

    assert (text.code, document.code) == (0, 0)
    assert "reported" in text.out
    [entry] = document.json["alerts"]
    assert (entry["target"], entry["merchant"], entry["state"]) == ("office", "1001", "reported")


def test_digest_says_what_needs_you_first_and_counts_the_day(both: TwoAccounts) -> None:
    both.imported("1002")
    both.northwind(*SHIP)
    age(both.folder, "update steps set state = 'failed', code = 'refused' where id = 2")

    lines = both.run("digest").out.splitlines()
    [portal] = both.run("digest", "--json").json["portals"]

    assert lines[2] == "Needs you: 1"
    assert "since yesterday: 2 imported, 1 shipped, 0 cancelled, 0 short, 0 edited" in "".join(
        lines
    )
    assert "open orders by age: 0-1 days: 1" in "".join(lines)
    assert (portal["imported"], portal["shipped"], len(portal["attention"])) == (2, 1, 1)


def test_digest_counts_shortages_and_edits_also_if_they_are_settled(both: TwoAccounts) -> None:
    both.imported("1002")
    both.northwind("orders", "short", "S-1001", "--line", "MUG=1", "--reason", "out-of-stock")
    both.shop("orders", "edit", "1002", "--street1", "Main Street 5")
    both.run("import-orders")
    before = [entry["code"] for entry in both.run("attention", "--json").json["attention"]]
    both.shop("orders", "cancel", "1001", "--line", "MUG=1")
    both.run("edits", "keep", "1002")
    both.run("report-shortages")

    [portal] = both.run("digest", "--json").json["portals"]

    assert before == ["short", "edited"]
    assert (portal["short"], portal["edited"], portal["attention"]) == (1, 1, [])


def test_digest_counts_a_split_order_as_one_import(both: TwoAccounts) -> None:
    both.northwind("orders", "split", "S-1001", "--piece", "MUG=1")

    [portal] = both.run("digest", "--json").json["portals"]

    assert portal["imported"] == 1


def test_alerts_are_listed_as_csv(folder: Path) -> None:
    wake(folder)
    ordosync(folder, "run-due")

    lines = ordosync(folder, "alerts", "list", "--csv").out.splitlines()

    assert lines[0].startswith("target,key,severity,code,portal,task,merchant,since")
    assert lines[1].startswith("office,")


def test_digest_has_at_most_60_lines(tmp_path: Path) -> None:
    portals = "".join(
        f"  p{n}: {{merchant: shop, supplier: warehouse, products: {{skus: [A{n}-*]}}}}\n"
        for n in range(70)
    )
    config = AT_ONCE[: AT_ONCE.index("  shop-warehouse:")] + portals
    shop(tmp_path, HEADER + row("1001", quantity="x"), config=config)
    ordosync(tmp_path, "import-orders", "p0")

    result = ordosync(tmp_path, "digest")

    lines = result.out.splitlines()
    assert result.code == 0
    assert len(lines) <= 60
    assert lines[-1].startswith("and ")


def test_digest_is_a_page_without_scripts(folder: Path) -> None:
    wake(folder)
    ordosync(folder, "run-due")

    result = ordosync(folder, "digest", "--html", "digest.html")

    page = Page(folder / "digest.html")
    assert (result.code, result.out) == (0, "")
    assert "Needs you since severity portal" in page.text
    assert "normal shop-warehouse import-orders 1001 feeds/orders.csv row 2" in page.text


def test_digest_is_sent_on_request(folder: Path, server: Server) -> None:
    configure(folder, server, ', digest: {at: "08:00", to: [office]}')

    result = ordosync(folder, "digest", "--send")

    assert (result.code, result.err) == (0, "sent to office by webhook\n")
    assert len(server.seen) == 1
