"""Feeds that are too old: in `attention`, `health` and `health -v`, and until when."""

import os
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from ordosync.config import load_config
from ordosync.config.settings import Config
from ordosync.engine.diagnosis.attention import attention
from ordosync.engine.diagnosis.attention_entry import Attention
from ordosync.engine.diagnosis.feed_ages import stale_feeds
from ordosync.engine.diagnosis.machine_checks import checks
from ordosync.store import Store
from ordosync.store.checks import Check
from tests.support.clock import Cron, VirtualClock
from tests.support.command import Done, ordosync

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
CONFIG = """
accounts:
  shop:
    kind: files
    orders:
      glob: orders/*
      columns: {order_number: no, sku: sku, quantity: qty}
      quiet_s: 0
      max_age: 8h
    products: {glob: products/*, columns: {sku: sku}, max_age: 8h}
    tracking:
      path: out/tracking.csv
      columns: {order_number: Order, tracking_number: Number, carrier: Carrier, voided: X}
  depot:
    kind: files
    order_files: {folder: out, columns: {order_number: No, sku: SKU, quantity: Qty}}
    shipments:
      glob: shipments/*
      columns: {order_number: no, tracking_number: t, carrier: c, shipped_at: d}
      date_format: "%Y-%m-%d"
      timezone: UTC
      max_age: 8h
    stock: {glob: stock/*, columns: {sku: sku, quantity: qty}}
portals:
  shop-depot:
    merchant: shop
    supplier: depot
    tasks: {import-products: hourly}
"""
FEEDS = {
    "orders": ("import-orders", "shop orders", "no,sku,qty"),
    "products": ("import-products", "shop products", "sku"),
    "shipments": ("update-tracking", "depot shipments", "no,t,c,d"),
}


class Feeds:
    """A portal of which each feed has come once, and cron."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = VirtualClock()
        self.cron = Cron(folder, self.clock)
        (folder / "config.yaml").write_text(CONFIG)
        (folder / "config.yaml").chmod(0o600)
        for name in ("out", "stock", *FEEDS):
            (folder / name).mkdir()
        for name in FEEDS:
            self.drop(name)
        self.pass_time(HOUR)

    def drop(self, name: str, after: timedelta = timedelta()) -> None:
        """Drop a file of a feed that has no row."""
        path = self.folder / name / "file.csv"
        path.write_text(f"{FEEDS[name][2]}\n")
        seconds = (self.clock.at + after).timestamp()
        os.utime(path, (seconds, seconds))

    def drop_all_but(self, name: str) -> None:
        for other in FEEDS:
            if other != name:
                self.drop(other)

    def pass_time(self, span: timedelta) -> None:
        """Let cron run every hour."""
        end = self.clock.at + span
        while self.clock.at < end:
            self.cron.tick(self.clock.at + HOUR)

    @property
    def config(self) -> Config:
        return load_config(self.folder / "config.yaml")

    @property
    def open(self) -> Mapping[str, Attention]:
        """The open entries of `attention`, by code."""
        with Store.open(self.config.database, readonly=True) as store:
            listed = attention(self.config, store, now=self.clock.at, unshipped_for=7 * DAY)
        return {entry.code: entry for entry in listed if entry.needs_you}

    @property
    def check(self) -> Check:
        """The check of the feeds by `health -v`."""
        with Store.open(self.config.database, readonly=True) as store:
            found = checks(self.config, store, now=self.clock.at)
            return next(check for check in found if check.name == "feeds")

    def run(self, *words: str) -> Done:
        return ordosync(self.folder, *words)


@pytest.fixture(name="feeds")
def _feeds(tmp_path: Path) -> Feeds:
    return Feeds(tmp_path)


@pytest.mark.parametrize("name", FEEDS)
def test_a_feed_that_stops_is_reported_and_does_nothing_else(feeds: Feeds, name: str) -> None:
    task, subject, _ = FEEDS[name]
    for _ in range(4):
        feeds.drop_all_but(name)
        feeds.pass_time(HOUR)
    soon = feeds.open
    for _ in range(4):
        feeds.drop_all_but(name)
        feeds.pass_time(HOUR)
    late = feeds.open

    assert [*soon] == ["stale-soon"]
    assert soon["stale-soon"].reason == (
        f"{subject}: the newest file is 5 h old; after 8 h it is too old"
    )
    assert [*late] == ["stale"]
    assert (late["stale"].task, late["stale"].severity) == (task, "critical")
    assert late["stale"].reason == (
        f"{subject}: the newest file is 9 h old, more than 8 h; ask for a new one"
    )
    assert {run.status for run in feeds.cron.runs} == {"ok"}


def test_a_feed_that_comes_back_is_not_listed(feeds: Feeds) -> None:
    feeds.pass_time(9 * HOUR)
    before = feeds.open
    for name in FEEDS:
        feeds.drop(name)
    feeds.pass_time(HOUR)

    assert "stale" in before
    assert feeds.open == {}


def test_a_file_that_was_moved_away_after_it_was_read_still_counts(feeds: Feeds) -> None:
    for name in FEEDS:
        (feeds.folder / name / "file.csv").unlink()

    feeds.pass_time(2 * HOUR)
    before = feeds.open
    feeds.pass_time(6 * HOUR)

    assert before == {}
    assert "9 h old" in feeds.open["stale"].reason


def test_a_missing_folder_is_reported_with_its_age(feeds: Feeds) -> None:
    (feeds.folder / "orders").rename(feeds.folder / "gone")
    for _ in range(8):
        feeds.drop_all_but("orders")
        feeds.pass_time(HOUR)

    assert "stale" in feeds.open
    assert feeds.open["stale"].subject == "shop orders"


def test_a_machine_that_was_off_reports_only_what_it_finds_then(feeds: Feeds) -> None:
    feeds.clock.at += 3 * DAY
    asleep = feeds.open
    for name in FEEDS:
        feeds.drop(name)
    feeds.pass_time(HOUR)

    assert "stale" not in asleep
    assert feeds.open == {}


def test_the_feed_of_a_paused_task_is_not_listed(feeds: Feeds) -> None:
    feeds.pass_time(9 * HOUR)
    for task in ("import-orders", "import-products"):
        assert feeds.run("autosync", "off", task).code == 0

    assert [entry.task for entry in feeds.open.values()] == ["update-tracking"]


def test_the_feed_of_a_task_that_cannot_run_any_more_is_not_listed(feeds: Feeds) -> None:
    feeds.pass_time(9 * HOUR)
    begin, end = CONFIG.index("    tracking:"), CONFIG.index("  depot:")
    (feeds.folder / "config.yaml").write_text(CONFIG[:begin] + CONFIG[end:])

    with Store.open(feeds.config.database, readonly=True) as store:
        listed = list(stale_feeds(feeds.config, store))

    assert [entry.task for entry in listed] == ["import-orders", "import-products"]


def test_health_and_attention_exit_1_until_the_entry_is_dismissed(feeds: Feeds) -> None:
    feeds.pass_time(9 * HOUR)
    entries = feeds.run("attention", "--json").json["attention"]
    keys = [entry["key"] for entry in entries if entry["code"].startswith("stale")]
    before = feeds.run("attention").code
    for key in keys:
        assert feeds.run("dismiss", key, "--note", "known").code == 0

    assert sorted(keys) == sorted(f"shop-depot:stale:{name}" for name in FEEDS)
    assert before == 1
    assert not any(code.startswith("stale") for code in feeds.open)


def test_a_renamed_portal_keeps_the_age_of_its_feeds(feeds: Feeds) -> None:
    feeds.pass_time(9 * HOUR)
    for name in FEEDS:
        (feeds.folder / name / "file.csv").unlink()
    text = CONFIG.replace("  shop-depot:\n", "  other:\n    was: shop-depot\n")
    (feeds.folder / "config.yaml").write_text(text)

    feeds.pass_time(HOUR)

    assert feeds.open["stale"].key.startswith("other:stale:")


def test_health_v_shows_the_age_of_each_feed(feeds: Feeds) -> None:
    assert (feeds.check.state, feeds.check.text.split("; ")) == (
        "ok",
        [f"{FEEDS[name][1]}: the newest file is 1 h old (max_age 8 h)" for name in FEEDS],
    )


def test_a7_health_v_names_a_file_from_the_future(feeds: Feeds) -> None:
    feeds.drop("orders", after=40 * DAY)
    feeds.pass_time(HOUR)

    assert (feeds.check.state, feeds.check.text) == (
        "warning",
        "shop orders: the newest time is 2026-12-12 01:00 UTC, in the future; it counts as now",
    )


def test_health_v_has_no_check_of_feeds_without_a_maximum_age(feeds: Feeds) -> None:
    text = "\n".join(line for line in CONFIG.splitlines() if line.strip() != "max_age: 8h")
    (feeds.folder / "config.yaml").write_text(text.replace(", max_age: 8h", ""))

    results = feeds.run("health", "-v", "--json").json["checks"]
    results = feeds.run("health", "-v", "--json").json["checks"]

    assert "feeds" not in [result["name"] for result in results]
    assert feeds.open == {}


def test_a5_config_check_says_that_a_copy_may_look_new(feeds: Feeds) -> None:
    stock = "stock: {glob: stock/*, columns: {sku: sku, quantity: qty}"
    (feeds.folder / "config.yaml").write_text(CONFIG.replace(stock, f"{stock}, max_age: 8h"))

    results = feeds.run("config", "check", "--online", "--json").json["checks"]
    notes = [result["text"] for result in results]

    assert any("a copy of a file may look newer than its quantities" in note for note in notes)
