"""Clocks of shops: each order is read once, in each time zone and at each change of the hands."""

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from ordosync.accounts.account import ReadRequest
from ordosync.errors import RefusedError
from tests.accounts.contract.account import read
from tests.accounts.woocommerce.shops import merchant, requests
from tests.fakes.woocommerce import Fault, Switches
from tests.support.clock import VirtualClock

DST_ENDS = datetime(2026, 11, 1, 9, tzinfo=UTC)
"""The repeated hour in Los Angeles."""
DST_BEGINS = datetime(2027, 3, 14, 10, tzinfo=UTC)


@pytest.mark.parametrize("at", [DST_ENDS, DST_BEGINS], ids=["autumn", "spring"])
@pytest.mark.parametrize("zone", ["America/Los_Angeles", "Asia/Kolkata", "UTC"])
@pytest.mark.parametrize("version", ["7.8.2", "11.0.1"])
def test_each_order_is_read_once_when_the_clock_changes(
    tmp_path: Path, zone: str, at: datetime, version: str
) -> None:
    """A run every 20 minutes for three hours around the change; an order every 7 minutes."""
    clock = VirtualClock(at - timedelta(minutes=90))
    shop = Switches(zone=ZoneInfo(zone), version=version)  # type: ignore[arg-type]
    with merchant(tmp_path, clock, shop) as (account, fake):
        fake.add_product("MUG")
        placed, read_ids, cursor = [], [], None
        for minute in range(180):
            clock.at += timedelta(minutes=1)
            if minute % 7 == 0:
                placed.append(str(fake.sell("MUG")))
            if minute % 20 == 19:
                items, cursor = read(
                    account.orders.changed(ReadRequest(cursor=cursor, now=clock.now())),
                    since=cursor,
                )
                read_ids += [order.id for order in items]

    again = len(read_ids) - len({*read_ids})
    assert {*read_ids} == {*placed}
    # The overlap of two minutes reads some orders again.
    assert again <= 9


@pytest.mark.parametrize("version", ["7.8.2", "11.0.1"])
def test_no_order_of_the_repeated_hour_is_left_out(tmp_path: Path, version: Any) -> None:
    """An old shop sorts by local time, so a later page may have an earlier hour."""
    clock = VirtualClock(DST_ENDS - timedelta(minutes=90))
    shop = Switches(zone=ZoneInfo("America/Los_Angeles"), version=version)
    with merchant(tmp_path, clock, shop) as (account, fake):
        fake.add_product("MUG")
        placed = []
        for _ in range(300):
            placed.append(str(fake.sell("MUG")))
            clock.at += timedelta(seconds=36)
        before = requests(fake)

        orders, _ = read(account.orders.changed(ReadRequest(cursor=None, now=clock.now())))

        assert {order.id for order in orders} == {*placed}
        assert requests(fake, since=before)["GET /wc/v3/orders"] <= 5


def test_order_hidden_by_another_of_the_same_second_is_read(tmp_path: Path) -> None:
    """Old shops sort the orders of one second differently for each page."""
    clock = VirtualClock()
    with merchant(tmp_path, clock, Switches(version="7.8.2")) as (account, fake):
        fake.add_product("MUG")
        placed = {str(fake.sell("MUG"))}
        clock.at += timedelta(seconds=1)
        placed |= {str(fake.sell("MUG")) for _ in range(150)}

        def hide_the_last(body: Any) -> Any:
            return [*body[:-1], body[0]]

        third_page = Fault(kind="edited", path="/orders$", after=2, edit=hide_the_last)
        fake.faults.add(third_page)

        orders, _ = read(account.orders.changed(ReadRequest(cursor=None, now=clock.now())))

        assert not fake.faults.remaining()
        assert {order.id for order in orders} == placed


def test_cursor_is_in_utc_and_is_used_exactly(tmp_path: Path) -> None:
    clock = VirtualClock()
    with merchant(tmp_path, clock) as (account, fake):
        fake.add_product("MUG")
        old = fake.sell("MUG")
        clock.at += timedelta(minutes=30)
        new = fake.sell("MUG")

        cursor = (clock.at - timedelta(minutes=10)).isoformat()
        items, after = read(
            account.orders.changed(ReadRequest(cursor=cursor, now=clock.now())), since=cursor
        )

    assert [order.id for order in items] == [str(new)]
    assert old != new
    assert after == clock.at.isoformat()


def test_order_with_a_future_time_hides_no_other(tmp_path: Path) -> None:
    clock = VirtualClock()
    with merchant(tmp_path, clock) as (account, fake):
        fake.add_product("MUG")
        clock.at += timedelta(days=20_000)
        early = fake.sell("MUG")
        clock.at -= timedelta(days=20_000)

        _, cursor = read(account.orders.changed(ReadRequest(cursor=None, now=clock.now())))
        next_one = fake.sell("MUG")
        orders, _ = read(
            account.orders.changed(ReadRequest(cursor=cursor, now=clock.now())), since=cursor
        )

    assert {order.id for order in orders} == {str(early), str(next_one)}


@pytest.mark.parametrize(
    ("zone", "name"),
    [
        (ZoneInfo("Asia/Kolkata"), "Asia/Kolkata"),
        (timezone(timedelta(hours=-8)), "Etc/GMT+8"),
        (timezone(timedelta(hours=5.5)), "Asia/Kolkata"),
        (timezone(timedelta(0)), "UTC"),
        (timezone(timedelta(hours=-3.5)), None),
    ],
    ids=str,
)
def test_midnight_is_that_of_the_shop(
    tmp_path: Path, zone: timezone | ZoneInfo, name: str | None
) -> None:
    clock = VirtualClock()
    with merchant(tmp_path, clock, Switches(zone=zone)) as (account, _):
        next(account.orders.changed(ReadRequest(cursor=None, now=clock.now())))

    assert account.side.timezone == name


def test_shop_that_does_not_know_the_filter_is_reported(tmp_path: Path) -> None:
    clock = VirtualClock()
    with merchant(tmp_path, clock, Switches(knows_modified=False)) as (account, fake):
        fake.add_product("MUG")
        fake.sell("MUG")
        clock.at += timedelta(hours=1)
        cursor = clock.at.isoformat()

        with pytest.raises(RefusedError, match=r"update WooCommerce to 5\.8"):
            read(account.orders.changed(ReadRequest(cursor=cursor, now=clock.now())), since=cursor)


def test_orders_that_change_while_they_are_read_are_all_read(tmp_path: Path) -> None:
    """With each page, ten orders that were read are touched and five are completed."""
    clock = VirtualClock()
    with merchant(tmp_path, clock) as (account, fake):
        fake.add_product("MUG")
        placed = [fake.sell("MUG") for _ in range(350)]
        clock.at += timedelta(minutes=5)
        open_ids, read_ids = set(placed), set()

        pages = account.orders.changed(ReadRequest(cursor=None, now=clock.now()))
        for page in pages:
            read_ids |= {int(order.id) for order in page.items}
            for order_id in sorted(read_ids & open_ids)[:10]:
                fake.open(order_id)
            for order_id in sorted(read_ids & open_ids)[-5:]:
                fake.set_status(order_id, "completed")
                open_ids.discard(order_id)
            clock.at += timedelta(seconds=1)

    assert read_ids == {*placed}
