"""Order files that each have all open orders: `complete: true`; H12 of lifecycle.md 4.3."""

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from ordosync.accounts.files.input_options.order_files import OrderFiles
from ordosync.config import load_config
from ordosync.store import Store
from ordosync.store.step_rows import StepRow
from tests.support.clock import Cron, VirtualClock
from tests.support.command import ordosync
from tests.support.kills import killed_at
from tests.support.runs import Ran, previewed, run_once

TASK, PORTAL = "import-orders", "shop-northwind"
HOUR = timedelta(hours=1)
CONFIG = """
accounts:
  shop:
    kind: files
    orders:
      glob: feeds/*.csv
      columns: {order_number: order, sku: sku, quantity: qty, placed_at: at}
      date_format: "%Y-%m-%d"
      timezone: UTC
      OPTIONS
  northwind: {kind: sqlite, path: northwind.db}
portals:
  shop-northwind: {merchant: shop, supplier: northwind, HOLD}
"""
HELD = "hold: {age: 7d, longest: 8d}"
HEADER = "order,sku,qty,at\n"


class Feed:
    """A portal whose Merchant exports its open orders to files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / "config.yaml"
        self.clock = VirtualClock()
        (folder / "feeds").mkdir()
        self.configure()

    def configure(self, options: str = "complete: true", hold: str = HELD) -> None:
        self.path.write_text(CONFIG.replace("OPTIONS", options).replace("HOLD", hold))

    def export(self, name: str, *numbers: str, more: str = "") -> Path:
        """Export these orders, and let a minute pass."""
        rows = "".join(f"{number},MUG,1,2026-11-02\n" for number in numbers)
        path = self.folder / "feeds" / name
        path.write_text(HEADER + rows + more)
        os.utime(path, (self.clock.at.timestamp(),) * 2)
        self.clock.at += timedelta(minutes=1)
        return path

    def run(self) -> Ran:
        return run_once(self.path, TASK, PORTAL, self.clock)

    def release_all(self) -> None:
        """Hold no order any more."""
        self.configure(hold="manage_inventory: false")

    def step(self, number: str) -> StepRow:
        key = f"{number}#1"
        with Store.open(load_config(self.path).database) as store:
            return store.steps.by_key(PORTAL, TASK, [key])[key]

    def state(self, number: str) -> tuple[str, str | None]:
        return self.step(number).state, self.step(number).code

    def sent(self) -> list[str]:
        done = ordosync(self.folder, "orders", "list", "--account", "northwind", "--json")
        return sorted(order["number"] for order in done.json["orders"])


@pytest.fixture(name="feed")
def _feed(tmp_path: Path) -> Feed:
    return Feed(tmp_path)


WITHDRAWN = ("skipped", "withdrawn")


def test_h12_a_held_order_that_the_newest_complete_file_lacks_is_not_sent(feed: Feed) -> None:
    feed.export("1.csv", "1001", "1002")
    feed.run()
    feed.export("2.csv", "1002")

    ran = feed.run()
    feed.release_all()
    feed.run()

    assert (ran.run.status, ran.count("failed")) == ("ok", 0)
    assert feed.state("1001") == WITHDRAWN
    assert "feeds/2.csv, the newest complete file" in (feed.step("1001").reason or "")
    assert feed.sent() == ["1002"]


def test_h12_a_file_that_is_not_complete_withdraws_nothing(feed: Feed) -> None:
    feed.configure("quiet_s: 10")
    feed.export("1.csv", "1001", "1002")
    feed.run()
    feed.export("2.csv", "1002")
    feed.run()
    feed.release_all()
    feed.configure("quiet_s: 10", hold="manage_inventory: false")
    feed.run()

    assert feed.sent() == ["1001", "1002"]


def test_h12_an_order_that_left_an_overwritten_file_is_not_sent_from_the_copy(feed: Feed) -> None:
    feed.export("orders.csv", "1001", "1002")
    feed.run()
    feed.export("orders.csv", "1002")

    feed.run()
    feed.release_all()
    feed.run()

    assert feed.state("1001") == WITHDRAWN
    assert feed.sent() == ["1002"]


def test_h12_it_is_settled_before_its_time_even_if_the_newest_file_is_archived(feed: Feed) -> None:
    first = feed.export("1.csv", "1001", "1002")
    feed.run()
    first.unlink()
    second = feed.export("2.csv", "1002")
    feed.run()
    second.unlink()
    feed.release_all()
    feed.run()

    assert feed.state("1001") == WITHDRAWN
    assert feed.sent() == ["1002"]


def test_h12_a_waiting_order_is_not_sent(feed: Feed) -> None:
    feed.configure(hold="manage_inventory: false")
    feed.export("1.csv", "1001")
    with killed_at("intent-after-commit", 1) as passed:
        feed.run()
    feed.export("2.csv", "1002")
    feed.clock.at += HOUR

    feed.run()

    assert passed
    assert feed.state("1001") == WITHDRAWN
    assert feed.sent() == ["1002"]


def test_h12_a_write_that_had_arrived_is_linked(feed: Feed) -> None:
    feed.configure(hold="manage_inventory: false")
    feed.export("1.csv", "1001")
    with killed_at("result-before-commit", 1):
        feed.run()
    feed.export("2.csv", "1002")
    feed.clock.at += HOUR

    feed.run()

    assert feed.state("1001")[0] == "done"
    assert feed.sent() == ["1001", "1002"]


def test_h12_an_order_that_was_sent_is_not_touched(feed: Feed) -> None:
    feed.configure(hold="manage_inventory: false")
    feed.export("1.csv", "1001", "1002")
    feed.run()
    feed.export("2.csv", "1002")

    ran = feed.run()
    # All files are read again.
    feed.configure("complete: true\n      dialect: spreadsheet", hold="manage_inventory: false")
    again = feed.run()

    assert {*ran.counts, *again.counts} == {"unchanged"}
    assert feed.state("1001") == ("done", None)
    assert feed.sent() == ["1001", "1002"]


def test_h12_a_new_order_that_only_an_older_file_has_is_not_sent(feed: Feed) -> None:
    feed.export("1.csv", "1001")
    feed.export("2.csv", "1002")
    feed.release_all()

    assert feed.run().counts == {"done": 1, "skipped": 1}
    assert feed.sent() == ["1002"]


def test_h12_an_order_that_comes_back_is_judged_and_sent(feed: Feed) -> None:
    feed.export("1.csv", "1001", "1002")
    feed.run()
    feed.export("2.csv", "1002")
    feed.run()
    feed.export("3.csv", "1001", "1002")

    feed.run()
    held = feed.state("1001")
    feed.release_all()
    feed.run()

    assert held == ("held", "hold-age")
    assert feed.sent() == ["1001", "1002"]


def test_h12_the_newest_file_is_that_of_the_precedence(feed: Feed) -> None:
    """Of two files of one second, the one whose name has the higher number is the newest."""
    feed.clock.at = feed.clock.at.replace(microsecond=0)
    at = feed.clock.at
    feed.export("page9.csv", "1001")
    feed.clock.at = at
    feed.export("page10.csv", "1002")
    feed.release_all()
    feed.run()

    assert feed.state("1001") == WITHDRAWN
    assert feed.sent() == ["1002"]


def _recent(feed: Feed) -> None:
    path = feed.export("2.csv", "1002")
    os.utime(path, (feed.clock.at.timestamp() - 5,) * 2)


def _written(content: bytes) -> Callable[[Feed], None]:
    def write(feed: Feed) -> None:
        path = feed.export("2.csv")
        before = path.stat().st_mtime
        path.write_bytes(content)
        os.utime(path, (before, before))

    return write


UNUSABLE: dict[str, Callable[[Feed], object]] = {
    "recent": _recent,
    "only-a-header": lambda feed: feed.export("2.csv"),
    "empty": _written(b""),
    "unreadable": _written(b"order,sku,qty,at\n1002,M\xff,1,2026-11-02\n"),
    "other-columns": _written(b"number,sku\n1002,MUG\n"),
    "cut-row": lambda feed: feed.export("2.csv", "1002", more="1003,MU"),
    "row-without-number": lambda feed: feed.export("2.csv", "1002", more=",MUG,1,2026-11-02\n"),
}


@pytest.mark.parametrize("name", UNUSABLE)
def test_h12_a_file_that_may_lack_orders_withdraws_nothing(feed: Feed, name: str) -> None:
    feed.export("1.csv", "1001", "1003")
    feed.run()
    UNUSABLE[name](feed)

    feed.run()

    assert feed.state("1001") == ("held", "hold-age")
    assert feed.state("1003")[0] in ("held", "failed")


def test_h12_a_scheduled_run_waits_until_a_file_is_not_written_any_more(feed: Feed) -> None:
    feed.configure(hold=f"{HELD}, tasks: {{import-orders: 10-minutes}}")
    cron = Cron(feed.folder, feed.clock)
    feed.export("1.csv", "1001", "1002")
    cron.tick(feed.clock.at + timedelta(minutes=11))
    path = feed.export("2.csv", "1002")
    os.utime(path, ((feed.clock.at + timedelta(minutes=11)).timestamp() - 5,) * 2)

    cron.tick(feed.clock.at + timedelta(minutes=11))
    early = feed.state("1001")
    cron.tick(feed.clock.at + timedelta(minutes=11))

    assert early == ("held", "hold-age")
    assert feed.state("1001") == WITHDRAWN
    assert {run.status for run in cron.runs} == {"ok"}


def test_h12_a_bad_value_of_another_order_does_not_hide_that_an_order_is_gone(feed: Feed) -> None:
    feed.export("1.csv", "1001")
    feed.run()
    feed.export("2.csv", more="1002,MUG,many,2026-11-02\n")

    feed.run()

    assert feed.state("1001") == WITHDRAWN
    assert feed.state("1002")[0] == "failed"


def test_h12_a_row_that_cannot_be_used_is_not_absent(feed: Feed) -> None:
    feed.export("1.csv", "1001")
    feed.run()
    feed.export("2.csv", "1002", more="1001,MUG,many,2026-11-02\n")

    feed.run()

    assert feed.state("1001") != WITHDRAWN
    assert feed.sent() == []


def test_h12_an_order_of_a_newer_file_is_not_withdrawn_by_an_older_complete_file(
    feed: Feed,
) -> None:
    feed.export("1.csv", "1001")
    feed.export("2.csv", "1001", "1002", more=",MUG,1,2026-11-02\n")
    feed.release_all()

    feed.run()

    assert feed.step("1002").code != "withdrawn"
    assert "1001" in feed.sent()


def test_h12_an_order_whose_newer_file_became_unreadable_is_not_withdrawn(feed: Feed) -> None:
    feed.export("1.csv", "1002")
    newer = feed.export("2.csv", "1001", "1002")
    feed.run()
    newer.write_bytes(b"order\xff\n")

    feed.run()

    assert feed.state("1001") == ("held", "hold-age")


def test_h12_min_rows_says_how_many_orders_a_file_must_have(feed: Feed) -> None:
    feed.configure("complete: true\n      min_rows: 2")
    feed.export("1.csv", "1001", "1002", "1003")
    feed.run()
    feed.export("2.csv", "1002")

    feed.run()
    few = feed.state("1001")
    feed.export("3.csv", "1002", "1003")
    feed.run()

    assert few == ("held", "hold-age")
    assert feed.state("1001") == WITHDRAWN
    assert feed.state("1003") == ("held", "hold-age")


def test_h12_the_copy_is_kept_until_the_order_is_settled(feed: Feed) -> None:
    feed.export("orders.csv", "1001")
    feed.run()
    feed.export("orders.csv")
    feed.run()
    kept = list(feed.folder.rglob("*.csv.json"))
    feed.export("orders.csv", "1002")
    feed.run()
    names = {note.read_text() for note in feed.folder.rglob("*.csv.json")}

    assert len(kept) == 1
    assert not any("1001" in name for name in names)


def test_h12_a_lost_store_links_an_order_that_was_sent_although_it_is_gone(feed: Feed) -> None:
    feed.configure(hold="manage_inventory: false")
    feed.export("1.csv", "1001", "1002")
    feed.run()
    feed.export("2.csv", "1002", "1003")
    for path in feed.folder.glob("ordosync.db*"):
        path.unlink()

    ran = feed.run()

    assert ran.count("done") == 1
    assert feed.state("1001")[0] == "done"
    assert feed.sent() == ["1001", "1002", "1003"]


def test_h12_a_restored_store_links_an_order_that_was_held_then_and_is_gone_now(
    feed: Feed,
) -> None:
    feed.export("1.csv", "1001", "1002")
    feed.run()
    assert ordosync(feed.folder, "backup", "backup.db").code == 0
    feed.release_all()
    feed.run()
    feed.export("2.csv", "1002")
    assert ordosync(feed.folder, "restore", "backup.db", "--yes").code == 0

    feed.run()

    assert feed.state("1001")[0] == "done"
    assert feed.sent() == ["1001", "1002"]


def test_h12_a_restored_store_does_not_send_an_order_that_is_gone(feed: Feed) -> None:
    feed.export("1.csv", "1001", "1002")
    feed.run()
    assert ordosync(feed.folder, "backup", "backup.db").code == 0
    feed.export("2.csv", "1002")
    feed.run()
    assert ordosync(feed.folder, "restore", "backup.db", "--yes").code == 0
    feed.release_all()

    feed.run()

    assert feed.state("1001") == WITHDRAWN
    assert feed.sent() == ["1002"]


def test_h12_a_dry_run_says_that_it_is_gone_and_changes_nothing(feed: Feed) -> None:
    feed.export("1.csv", "1001", "1002")
    feed.run()
    feed.export("2.csv", "1002")

    plan = previewed(feed.path, TASK, PORTAL, feed.clock)

    assert ("1001#1", "skipped", "withdrawn") in {
        (step.key, step.state, step.code) for step in plan.steps
    }
    assert feed.state("1001") == ("held", "hold-age")


def test_h12_an_order_is_not_sent_by_a_release_or_a_retry(feed: Feed) -> None:
    feed.export("1.csv", "1001", "1002")
    feed.run()
    assert ordosync(feed.folder, "orders", "release", "1001").code == 0
    newer = feed.export("2.csv", "1002")

    feed.run()
    row = feed.step("1001")
    run_once(feed.path, TASK, PORTAL, feed.clock, only=[row])
    again = feed.state("1001")
    newer.unlink()
    feed.release_all()
    run_once(feed.path, TASK, PORTAL, feed.clock, only=[feed.step("1001")])

    assert again == WITHDRAWN
    assert feed.state("1001")[0] == "done"


def test_h12_reconcile_does_not_miss_it_and_why_says_it(feed: Feed) -> None:
    feed.export("1.csv", "1001", "1002")
    feed.run()
    feed.export("2.csv", "1002")
    feed.run()

    found = ordosync(feed.folder, "reconcile", "--json")
    why = ordosync(feed.folder, "why", "1001").out

    assert [row["merchant"] for row in found.json["differences"]] == ["1002"]
    assert "is not in feeds/2.csv, the newest complete file" in why.replace(f"{feed.folder}/", "")
    assert "it is sent if a newer file of shop has it" in why


def test_complete_changes_no_fingerprint(tmp_path: Path) -> None:
    options = OrderFiles(
        glob=tmp_path, columns={"order_number": "order", "sku": "sku", "quantity": "qty"}
    )
    complete = OrderFiles(glob=tmp_path, columns=options.columns, complete=True, min_rows=5)

    assert complete.fingerprint == options.fingerprint == "85ad71f5"


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ("min_rows: 5", "accounts.shop.orders.min_rows: is only for `complete: true`"),
        (
            "complete: true\n      min_rows: 0",
            "accounts.shop.orders.min_rows: must be 1 or more",
        ),
        ("complete: perhaps", "accounts.shop.orders.complete: "),
        ("absent: zero", "accounts.shop.orders.absent: unknown option here; only `stock:`"),
    ],
)
def test_options_that_are_refused(feed: Feed, options: str, problem: str) -> None:
    feed.configure(options)

    checked = ordosync(feed.folder, "config", "check")

    assert checked.code == 3
    assert problem in checked.err


def test_complete_is_only_for_orders(feed: Feed) -> None:
    text = feed.path.read_text()
    cancelled = "cancellations: {glob: c, columns: {order_number: order}, complete: true}"
    feed.path.write_text(
        text.replace(
            "  northwind: {kind",
            f"    {cancelled}\n  northwind: {{kind",
        )
    )

    checked = ordosync(feed.folder, "config", "check")

    assert checked.code == 3
    assert "only `orders:` of a files account has it" in checked.err


def test_config_show_has_the_options(feed: Feed) -> None:
    feed.configure("complete: true\n      min_rows: 5")

    orders = ordosync(feed.folder, "config", "show", "--json").json["accounts"]["shop"]["orders"]

    assert (orders["complete"], orders["min_rows"]) == (True, 5)
