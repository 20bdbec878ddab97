"""A feed that is too old is reported at half of its time, after it, daily, and when it is over."""

import os
from datetime import timedelta

import pytest

from tests.engine.alerts.world import HOUR, World

DAY = timedelta(days=1)
ORDERS = "shop orders"


@pytest.fixture(name="world")
def _limited(world: World) -> World:
    """Return a world whose feed of orders may be eight hours old, and has just come."""
    path = world.folder / "config.yaml"
    path.write_text(path.read_text().replace("quiet_s: 0", "quiet_s: 0\n      max_age: 8h"))
    come(world)
    world.run()
    return world


def come(world: World) -> None:
    """Let the file of the feed be written again."""
    seconds = world.clock.at.timestamp()
    os.utime(world.folder / "feeds" / "orders.csv", (seconds, seconds))


def pass_time(world: World, span: timedelta) -> None:
    for _ in range(span // HOUR):
        world.run()


def test_a1_a2_half_of_the_time_and_all_of_it_are_two_messages(world: World) -> None:
    pass_time(world, 8 * HOUR)

    soon, late = (message["attention"][0] for message in world.messages)
    assert world.changes == [[("starts", ORDERS)], [("starts", ORDERS)]]
    assert (soon["code"], soon["severity"], soon["reason"]) == (
        "stale-soon",
        "normal",
        "shop orders: the newest file is 4 h old; after 8 h it is too old",
    )
    assert (late["code"], late["severity"]) == ("stale", "critical")


def test_a2_what_lasts_is_reported_daily(world: World) -> None:
    pass_time(world, 8 * HOUR + 3 * DAY)

    assert [changes[0][0] for changes in world.changes] == ["starts", "starts", *["lasts"] * 3]


def test_a4_the_end_is_reported_once(world: World) -> None:
    pass_time(world, 10 * HOUR)
    before = len(world.messages)
    come(world)
    pass_time(world, 2 * HOUR)

    assert world.changes[before:] == [[("ends", ORDERS)]]
    assert world.messages[-1]["attention"][0]["code"] == "stale"


def test_a_feed_that_comes_in_time_is_no_message(world: World) -> None:
    for _ in range(5):
        come(world)
        pass_time(world, 3 * HOUR)

    assert world.messages == []


def test_two_portals_with_one_feed_are_one_problem(world: World) -> None:
    path = world.folder / "config.yaml"
    second = """  shop-other:
    merchant: shop
    supplier: other
    products: {skus: [OTHER]}
"""
    text = path.read_text().replace("portals:\n", f"portals:\n{second}")
    other = "  other: {kind: sqlite, path: other.db}\n"
    text = text.replace("  warehouse:\n", f"{other}  warehouse:\n")
    first = "    supplier: warehouse\n"
    path.write_text(text.replace(first, f"{first}    products: {{but: [OTHER]}}\n"))
    come(world)

    pass_time(world, 6 * HOUR)

    [message] = world.messages
    assert [change["code"] for change in message["attention"]] == ["stale-soon"]
    assert message["attention"][0]["merchant"] == f"{ORDERS} and 1 more"
