"""Rules N1 to N4 and N8 to N13: what is reported, how often, and what is in it."""

import threading
from pathlib import Path

import pytest

from ordosync.store import Store
from ordosync.store.backup import back_up, restore
from ordosync.store.leases import ALERTS
from tests.http.server import Server
from tests.support.clock import START
from tests.support.command import row

from .conftest import MakeWorld
from .world import HOUR, MINUTE, PORTAL, World, key


def test_n1_a_problem_is_reported_once_then_once_a_day_and_when_it_is_over(world: World) -> None:
    world.fail("1001")
    for _ in range(3 * 24 - 1):
        world.deliver(HOUR / 3)
    before = list(world.changes)
    world.deliver(HOUR)
    world.settle("1001")
    world.deliver(MINUTE)
    world.deliver(2 * HOUR)

    assert before == [[("starts", "1001")]]
    assert world.changes[1:] == [[("lasts", "1001")], [("ends", "1001")]]


def test_n1_the_time_after_which_it_is_reported_again_is_configured(make_world: MakeWorld) -> None:
    world = make_world("{to: {office: OFFICE}, again: 2h}")
    world.fail("1001")

    for _ in range(4):
        world.deliver(HOUR)

    assert world.changes == [[("starts", "1001")], [("lasts", "1001")], [("lasts", "1001")]]


def test_n2_what_begins_and_ends_between_two_calls_is_not_reported(world: World) -> None:
    world.feed(row("1001", quantity="x"))
    world.cron.tick(world.clock.at + HOUR)
    world.settle("1001")

    world.deliver()

    assert world.messages == []


def test_n3_what_flaps_is_reported_three_times_an_hour_until_it_is_stable(world: World) -> None:
    world.fail("1001")
    for _ in range(30):
        world.deliver(5 * MINUTE)
        world.settle("1001")
        world.deliver(5 * MINUTE)
        world.begin_again("1001")
    during = list(world.changes)
    world.settle("1001")
    world.deliver(5 * MINUTE)
    still = list(world.changes)
    world.deliver(HOUR)

    assert during == [[("starts", "1001")], [("ends", "1001")], [("starts", "1001")]]
    assert "changes often" in world.messages[2]["text"]
    assert "changes often" not in world.messages[1]["text"]
    assert still == during
    assert world.changes[3:] == [[("ends", "1001")]]


def test_n4_what_fails_in_a_run_is_one_message_with_ten_keys_and_the_command(world: World) -> None:
    world.fail(*(str(1001 + n) for n in range(500)))

    [message] = world.messages

    assert message["title"] == f"ordosync: {PORTAL}: 500 new"
    assert message["count"] == 500
    assert message["text"].count("  key: ") == 10
    assert "and 490 more" in message["text"]
    assert "`ordosync attention`" in message["text"]
    assert len(world.server.seen[0].body) < 65_536


def test_n8_while_another_process_sends_nothing_is_sent(world: World) -> None:
    world.feed(row("1001", quantity="x"))
    world.cron.tick(world.clock.at + HOUR)
    with Store.open(world.config.database) as store, store.transaction():
        lease = store.leases.claim("", ALERTS, clock=world.clock)

    held = world.deliver()
    before = list(world.messages)
    with Store.open(world.config.database) as store, store.transaction():
        store.leases.release(lease)  # type: ignore[arg-type]
    world.deliver()

    assert (held, before) == ([], [])
    assert len(world.messages) == 1


def test_n8_two_calls_at_once_send_one_message(world: World) -> None:
    world.feed(row("1001", quantity="x"))
    world.cron.tick(world.clock.at + HOUR)

    calls = [threading.Thread(target=world.deliver) for _ in range(2)]
    for call in calls:
        call.start()
    for call in calls:
        call.join()

    assert world.changes == [[("starts", "1001")]]


def test_n10_text_of_others_is_one_line_without_markup(world: World) -> None:
    hostile = '"A1<!channel>\r\nBcc: x@evil.example\x1b[31m"'
    world.fail(hostile)

    [message] = world.messages

    assert "\n" not in message["title"]
    text = message["title"] + message["text"]
    assert not [part for part in ("<", ">", "\r", "\x1b", "@evil") if part in text]


def test_n11_what_was_open_before_the_first_call_is_one_digest(
    tmp_path: Path, server: Server
) -> None:
    world = World(tmp_path, server, "")
    world.fail("1001", "1002", "1003")
    world.configure("{to: {office: OFFICE}}")

    world.run()
    world.deliver(MINUTE)

    [message] = world.messages
    assert message["title"] == "ordosync: 3 problems are open already"
    assert message["event"] == "digest"
    assert "Needs you: 3" in message["text"]


@pytest.mark.of_files
def test_n11_after_a_restore_what_is_open_is_one_digest(world: World) -> None:
    world.fail("1001", "1002")
    backup = world.folder / "backup.db"
    back_up(world.config.database.path, backup, replace=False)

    restore(world.config.database.path, backup, moved=False, clock=world.clock, rest=lambda: None)
    world.run()

    assert [message["event"] for message in world.messages] == ["alert", "digest"]


def test_n12_problems_of_a_portal_that_was_removed_end_without_a_message(world: World) -> None:
    world.fail("1001")
    other = (world.folder / "config.yaml").read_text().replace(PORTAL, "other")
    (world.folder / "config.yaml").write_text(other.replace("warehouse.db", "other.db"))

    world.deliver(MINUTE)

    assert world.changes == [[("starts", "1001")]]
    with Store.open(world.config.database, readonly=True) as store:
        assert store.alerts.all() == []


def test_a_renamed_portal_keeps_its_alerts(world: World) -> None:
    world.fail("1001")
    text = (world.folder / "config.yaml").read_text()
    renamed = text.replace(f"  {PORTAL}:\n", f"  new:\n    was: {PORTAL}\n")
    (world.folder / "config.yaml").write_text(renamed)

    world.run()

    assert world.changes == [[("starts", "1001")]]


def test_n13_without_alerts_nothing_is_written(tmp_path: Path, server: Server) -> None:
    world = World(tmp_path, server, "")
    world.fail("1001")

    assert world.deliver() == []
    with Store.open(world.config.database, readonly=True) as store:
        assert (store.alerts.all(), store.alerts.targets()) == ([], {})
        assert store.alerts.due_at is None


def test_alerts_that_are_no_longer_configured_are_forgotten(world: World) -> None:
    world.fail("1001")
    world.configure("")

    world.run()

    with Store.open(world.config.database, readonly=True) as store:
        assert (store.alerts.all(), store.alerts.due_at) == ([], None)


@pytest.mark.parametrize("severity", ["critical", "normal"])
def test_rules_decide_who_is_notified(make_world: MakeWorld, severity: str) -> None:
    world = make_world(
        "{to: {office: OFFICE, off: {command: [false]}}, rules: [{from: "
        + severity
        + ", to: [office]}, {to: []}]}"
    )

    world.fail("1001")

    assert len(world.messages) == (severity == "normal")


def test_a_day_of_outage_is_reported_when_it_starts_once_a_day_and_when_it_ends(
    world: World,
) -> None:
    """Orders that wait for the account are part of its outage."""
    (world.folder / "feeds" / "orders.csv").unlink()
    (world.folder / "feeds").rmdir()
    world.configure("{to: {office: OFFICE}}")
    text = (world.folder / "config.yaml").read_text()
    broken = text.replace("glob: feeds/*", "glob: nowhere/feeds/*")
    (world.folder / "config.yaml").write_text(broken)
    began = world.clock.at
    while world.clock.at < began + 25 * HOUR:
        world.cron.tick(world.clock.at + 10 * MINUTE)
        world.deliver()
    (world.folder / "nowhere" / "feeds").mkdir(parents=True)
    for _ in range(9):
        world.run()

    assert [[kind for kind, _ in changes] for changes in world.changes] == [
        ["starts"],
        ["lasts"],
        ["ends"],
    ]


def test_key_of_an_alert_is_that_of_attention(world: World) -> None:
    world.fail("1001")

    [message] = world.messages
    [entry] = message["attention"]

    assert entry["key"] == key("1001")
    assert entry["settle"].startswith("ordosync ")
    assert world.clock.at > START
