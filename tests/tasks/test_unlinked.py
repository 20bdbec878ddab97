"""A parcel of an imported order without a link is reported, and not ignored silently."""

from datetime import timedelta

import pytest

from tests.tasks.portal import Pair, line, order, parcel, succeeded

TASK = "update-tracking"


@pytest.fixture(name="forgotten")
def _forgotten(pair: Pair) -> Pair:
    """Return a portal that has lost the link of an order which the Supplier ships."""
    pair.imported("1001", line("MUG", 1))
    pair.send("1001")
    pair.sql("ordosync", "delete from links")
    return pair


@pytest.mark.of_files
def test_it_waits_for_a_day_and_then_fails_once(forgotten: Pair) -> None:
    first, second = forgotten.run(TASK), forgotten.run(TASK)
    forgotten.clock.at += timedelta(days=1)
    third, fourth = forgotten.run(TASK), forgotten.run(TASK)

    assert (first.step.state, first.step.code) == ("waiting", "no-link")
    assert first.step.merchant_id == "1001"
    assert second.count("failed") == 0
    assert (third.step.state, third.step.code) == ("failed", "no-link")
    assert fourth.count("failed") == 0


@pytest.mark.of_files
def test_it_is_sent_when_the_link_exists(forgotten: Pair) -> None:
    forgotten.run(TASK)
    forgotten.sql("ordosync", "update schedule set cursor = null")
    forgotten.sql("ordosync", "delete from steps where task = 'import-orders'")
    forgotten.run("import-orders")

    ran = forgotten.run(TASK)

    assert (ran.step.state, ran.counts) == ("done", {"done": 1})


def test_a_parcel_of_the_suppliers_own_order_is_ignored(pair: Pair) -> None:
    succeeded(pair.northwind.add_order(order("OWN", line("MUG", 1)), supplier=None))
    [outcome] = pair.northwind.ship([parcel("OWN")])
    succeeded(outcome)

    assert pair.run(TASK).counts == {}


def test_a_parcel_of_another_portals_order_is_ignored(pair: Pair) -> None:
    pair.imported("1001", line("MUG", 1))
    pair.send("1001")

    assert pair.run(TASK, "outlet-northwind").counts == {}
