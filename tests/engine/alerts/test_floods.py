"""Many problems at once, clocks that were wrong, and recipients that are reached only in part."""

import socket
from datetime import timedelta
from pathlib import Path

import pytest

from ordosync.store import Store
from ordosync.store.leases import ALERTS, LEASE, Lease
from tests.http.server import Server, answer
from tests.support.clock import VirtualClock
from tests.support.command import AT_ONCE, ordosync, row

from .conftest import Fallback, MakeWorld
from .world import HOUR, MINUTE, World

DAY = timedelta(days=1)


def many_portals(folder: Path, server: Server) -> World:
    """Return a world of twelve portals of one shop, whose tasks start at different minutes."""
    world = World(folder, server, "")
    portals = "".join(
        f"  p{n}:\n    merchant: shop\n    supplier: warehouse\n    products: {{skus: [A{n}-*]}}\n"
        for n in range(12)
    )
    office = f'alerts: {{to: {{office: {{webhook: "{server.url}/hook"}}}}}}\n'
    text = AT_ONCE[: AT_ONCE.index("  shop-warehouse:")] + portals + office
    (folder / "config.yaml").write_text(text)
    assert world.run() == []
    return world


def titles(server: Server) -> list[str]:
    return [entry.body.decode().split('"title": "')[1].split('"')[0] for entry in server.seen]


@pytest.mark.slow
def test_an_outage_of_an_account_is_one_problem_of_all_its_portals(
    tmp_path: Path, server: Server
) -> None:
    world = many_portals(tmp_path, server)
    (tmp_path / "feeds").rename(tmp_path / "away")
    began = world.clock.at
    while world.clock.at < began + DAY + HOUR:
        world.cron.tick(world.clock.at + 30 * MINUTE)
        world.deliver()
    (tmp_path / "away").rename(tmp_path / "feeds")
    for _ in range(9):
        world.run()

    changes = [entry.body.decode().split('"change": "')[1].split('"')[0] for entry in server.seen]
    assert changes == ["starts", "lasts", "ends"]


def test_another_cause_of_the_same_account_is_another_problem(
    tmp_path: Path, server: Server
) -> None:
    world = many_portals(tmp_path, server)
    (tmp_path / "feeds").rename(tmp_path / "away")
    for _ in range(3):
        world.run()
    (tmp_path / "away").rename(tmp_path / "feeds")
    for _ in range(3):
        world.run()

    assert len(titles(server)) == 2


def test_a_recipient_gets_at_most_six_messages_an_hour(world: World) -> None:
    """Problems begin one after another."""
    numbers = [str(1001 + n) for n in range(20)]
    world.feed(*(row(number, quantity="x") for number in numbers))
    world.cron.tick(world.clock.at + HOUR)
    world.settle(*numbers)
    for number in numbers[:19]:
        world.begin_again(number)
        world.deliver(2 * MINUTE)
    before = list(world.changes)
    world.begin_again("1020")
    world.make_critical("1020")
    world.deliver()
    world.deliver(HOUR)

    assert before == [[("starts", number)] for number in numbers[:6]]
    assert world.changes[6] == [("starts", "1020")]
    assert world.changes[7] == [("starts", number) for number in numbers[6:19]]


def test_a_clock_that_was_a_year_ahead_delays_no_alert_and_no_digest(
    make_world: MakeWorld,
) -> None:
    world = make_world('{to: {office: OFFICE}, digest: {at: "08:00", to: [office]}}')
    year = timedelta(days=365)
    world.clock.at += year
    world.fail("1001")
    world.refuse()
    world.fail("1001", "1002")
    world.clock.at -= year
    world.accept()
    before = len(world.messages)

    world.deliver(MINUTE)
    world.deliver(DAY)

    events = [message["event"] for message in world.messages[before:]]
    assert events[0] == "alert"
    assert "digest" in events
    assert ("starts", "1002") in world.changes[before]


def test_retry_after_of_a_webhook_is_kept_and_the_others_need_not_wait(
    fallback: Fallback,
) -> None:
    world, output = fallback()
    world.server.script[:] = [answer("", 429, Retry_After="7200")]
    [warning] = world.fail("1001")
    for _ in range(11):
        world.deliver(10 * MINUTE)
    attempts = len(world.messages)
    told = output.read_text().count("import-orders: 1001")
    world.accept()
    world.deliver(10 * MINUTE)

    assert "office cannot be reached, 1 attempt failed" in warning
    assert (attempts, told) == (1, 1)
    assert world.changes[1:] == [[("starts", "1001")]]


def test_a_recipient_that_may_have_got_a_message_gets_it_twice_with_the_same_id(
    world: World,
) -> None:
    world.server.script[:] = [b""]
    world.fail("1001")
    waiting = world.deliver(5 * MINUTE)
    for _ in range(10):
        world.deliver(HOUR)
    listed = ordosync(world.folder, "alerts", "list", "--json").json

    assert len(world.messages) == 2
    assert len({message["id"] for message in world.messages}) == 1
    [warning] = waiting
    assert "the message may have arrived" in warning
    assert listed["targets"][0]["error"].endswith("; the message may have arrived")


def test_an_alert_that_is_reported_again_has_another_id(make_world: MakeWorld) -> None:
    world = make_world("{to: {office: OFFICE}, again: 2h}")
    world.fail("1001")
    for _ in range(4):
        world.deliver(HOUR)

    assert len({message["id"] for message in world.messages}) == 3


def test_no_other_process_sends_while_recipients_respond_slowly(
    make_world: MakeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Only the lease must notice how long a response takes, not the timeout of the request.
    monkeypatch.setattr(VirtualClock, "monotonic", lambda _: 0)
    world = make_world("{to: {office: OFFICE, phone: OFFICE}}")
    claims: list[object] = []

    def respond(sock: socket.socket) -> None:
        world.clock.at += LEASE - MINUTE
        with Store.open(world.config.database) as store, store.transaction():
            claims.append(store.leases.claim("", ALERTS, clock=world.clock))
        sock.sendall(answer())

    world.server.script[:] = [respond]
    world.fail("1001")

    assert world.changes == [[("starts", "1001")]] * 2
    assert [isinstance(claim, Lease) for claim in claims] == [False, False]
