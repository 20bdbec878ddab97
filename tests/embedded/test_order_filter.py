"""Orders are selected in SQL, by every field that an operator may know."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from ordosync.embedded.database import EmbeddedFile
from ordosync.embedded.desk import Desk
from ordosync.embedded.order_filter import OrderFilter
from ordosync.embedded.search import Search
from ordosync.models import Address, Piece, PieceLine, Split
from tests.accounts.contract.examples import line, order, parcel
from tests.embedded.create import create

MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _orders(file: EmbeddedFile, desk: Desk) -> None:
    """Create orders of two origins, a day apart: 1 is shipped, 3 is split."""
    people = ("Ann Müller", 'Bob "Bo" O\'Neill', "Çelik & Søn", "Zoë")
    new = [
        order(
            str(number),
            line("MUG" if number % 2 else "cup", 2),
            reference=f"{'north' if number < 3 else 'south'}:{number}#1",
            ship_to=Address(name=name, email=f"{number}@mail.example", country="DE"),
            placed_at=MONDAY + timedelta(days=number),
        )
        for number, name in enumerate(people, 1)
    ]
    create(file, [*new, order("5", reference="northern:5#1", placed_at=MONDAY)])
    desk.ship([parcel("1", "1Z-A", more_numbers=("jd01",))])
    pieces = tuple(Piece(lines=(PieceLine(of_line="3/1", quantity=1),)) for _ in range(2))
    assert desk.split(Split(order_id="3", pieces=pieces)).state == "done"


@pytest.mark.parametrize(
    ("selection", "numbers"),
    [
        (OrderFilter(), "1 2 3 4 5 3-1 3-2"),
        (OrderFilter(statuses=("shipped",)), "1"),
        (OrderFilter(statuses=("shipped", "awaiting_fulfillment")), "1 2 4 5 3-1 3-2"),
        (OrderFilter(since=MONDAY + timedelta(days=3)), "3 4 3-1 3-2"),
        (OrderFilter(until=MONDAY + timedelta(days=3)), "1 2 5"),
        (OrderFilter(since=MONDAY, until=MONDAY + timedelta(days=1)), "5"),
        (OrderFilter(open_since=MONDAY + timedelta(days=4)), "2 5 3-1 3-2"),
        (OrderFilter(origins=("south",)), "3 4 3-1 3-2"),
        (OrderFilter(origins=("north", "south")), "1 2 3 4 3-1 3-2"),
        (OrderFilter(skus=("Cup",)), "2 4"),
        (OrderFilter(skus=("mug", "CUP"), statuses=("shipped",)), "1"),
        (OrderFilter(customer="MÜLLER"), "1"),
        (OrderFilter(customer='"bo" o\'n'), "2"),
        (OrderFilter(customer="søn"), "3 3-1 3-2"),
        (OrderFilter(customer="@mail.example"), "1 2 3 4 3-1 3-2"),
        (OrderFilter(customer="country"), ""),
        (OrderFilter(customer="' or 1=1 --"), ""),
        (OrderFilter(tracking="1z-a"), "1"),
        (OrderFilter(tracking="JD01"), "1"),
        (OrderFilter(tracking="1Z"), ""),
        (OrderFilter(numbers=("5", "3-1", "none")), "5 3-1"),
        (OrderFilter(is_open=True), "2 4 5 3-1 3-2"),
        (OrderFilter(is_open=True, is_requested=False, skus=("mug",)), "5 3-1 3-2"),
        (OrderFilter(is_requested=True), ""),
    ],
    ids=str,
)
def test_each_condition_selects_its_orders(
    desk: Desk, selection: OrderFilter, numbers: str
) -> None:
    assert [order.number for order in desk.list_orders(selection)] == numbers.split()


def test_the_customer_is_also_looked_for_in_the_billing_address(
    desk: Desk, file: EmbeddedFile
) -> None:
    create(file, [replace(order("9"), bill_to=Address(name="Company Ltd"))])

    assert [order.number for order in desk.list_orders(OrderFilter(customer="company"))] == ["9"]


def test_only_the_newest_are_read_and_all_are_counted(desk: Desk) -> None:
    listed, total = desk.select_orders(OrderFilter(), newest=2)

    assert ([entry.order.number for entry in listed], total) == (["3-1", "3-2"], 7)
    assert len([*desk.select_orders(OrderFilter(), newest=99)[0]]) == 7


def test_a_piece_has_the_origin_and_the_date_of_its_order(desk: Desk) -> None:
    [listed] = desk.select_orders(OrderFilter(numbers=("3-2",)))[0]

    assert listed.origin == "south:3#1"
    assert listed.order.placed_at == MONDAY + timedelta(days=3)


def test_an_order_without_a_date_has_the_time_when_it_came(desk: Desk, file: EmbeddedFile) -> None:
    create(file, [order("9")])

    [new] = desk.list_orders(OrderFilter(numbers=("9",)))

    assert new.placed_at
    assert abs(datetime.now(UTC) - new.placed_at) < timedelta(minutes=5)


def test_conditions_use_indexes(file: EmbeddedFile) -> None:
    conditions = (
        OrderFilter(statuses=("shipped",)),
        OrderFilter(since=MONDAY),
        OrderFilter(origins=("north",)),
        OrderFilter(skus=("MUG",)),
        OrderFilter(tracking="1Z"),
        OrderFilter(shipped_since=MONDAY),
        OrderFilter(numbers=("1",)),
    )
    with file.reading("explain") as db:
        for selection in conditions:
            statements: list[str] = []
            db.set_trace_callback(statements.append)
            selection.sequences(db).fetchall()
            db.set_trace_callback(None)
            plan = [row["detail"] for row in db.execute(f"explain query plan {statements[0]}")]
            assert not [step for step in plan if step == "SCAN orders"], plan
            assert not [step for step in plan if step.startswith("SCAN order_lines")], plan
            assert "SCAN shipments" not in plan, plan


def test_a_search_finds_numbers_tracking_numbers_customers_and_products(
    desk: Desk, file: EmbeddedFile
) -> None:
    search = Search(file)

    assert [(m.id, m.field, m.is_exact) for m in search.orders("1Z-A", limit=9).matches] == [
        ("1", "tracking", True)
    ]
    assert [(m.id, m.value) for m in search.orders("jd0", limit=9).matches] == [("1", "jd01")]
    assert [m.id for m in search.orders("3", limit=9).matches] == ["3", "3-2", "3-1"]
    limited = search.orders("mail.example", limit=2)
    assert ([m.id for m in limited.matches], limited.total) == (["3-2", "3-1"], 6)
    assert [m.id for m in search.products("mu", limit=9).matches] == ["MUG"]
    assert search.orders("%", limit=9).total == search.orders("_", limit=9).total == 0
    assert desk.exists


def test_a_search_of_an_account_without_a_file_finds_nothing(tmp_path: Path) -> None:
    missing = EmbeddedFile(name="none", path=tmp_path / "none.db")

    assert Search(missing).orders("1", limit=1).total == 0
    assert Search(missing).namesakes("1") == []
    assert not missing.exists
