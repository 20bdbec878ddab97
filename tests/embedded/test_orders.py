from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from msgspec.structs import replace

from ordosync.database import sqlite3
from ordosync.embedded.database import EmbeddedFile
from ordosync.embedded.desk import Desk
from ordosync.embedded.order_filter import OrderFilter
from ordosync.models import Address, Line, Order
from tests.accounts.contract import HOSTILE, line, order
from tests.embedded.create import create, find


def rows(path: Path, sql: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(path)
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


def test_order_is_read_as_it_was_created(file: EmbeddedFile, desk: Desk) -> None:
    sent = order(
        "1001",
        Line(
            id="m-1",
            sku="0012",
            name="Mug",
            quantity=3,
            unit_price=Decimal("1.10"),
            details='engraved "Bob"',
            total=Decimal("3.30"),
            discount=Decimal("0.000"),
            supplier_sku="NW-12",
            supplier_unit_cost=Decimal("0.7"),
        ),
        Line(id="m-2", sku="CUP", name="Cup", quantity=1),
        ship_to=Address(name="Ann", email="ann@example.com", zip="01234"),
        bill_to=Address(name="Bob", company="Bob & Co"),
        shipping_method="Express",
        customer_notes="ring twice",
        internal_notes="VIP",
        discount=Decimal("1.00"),
        tags=("gift", "a,b"),
    )

    [outcome] = create(file, [sent])

    created = desk.read_order("1001")
    assert created
    assert outcome.line_ids == ("1001/1", "1001/2")
    assert created == replace(
        sent,
        id="1001",
        status="awaiting_fulfillment",
        placed_at=created.placed_at,
        content=created.content,
        lines=(replace(sent.lines[0], id="1001/1"), replace(sent.lines[1], id="1001/2")),
    )
    assert [str(line.discount) for line in created.lines] == ["0.000", "None"]


def test_order_is_dated_when_it_was_placed_if_that_is_sent(file: EmbeddedFile, desk: Desk) -> None:
    placed_at = datetime(2010, 12, 1, tzinfo=UTC)
    create(file, [order("1001", placed_at=placed_at), order("1002")])

    placed, came = desk.list_orders()
    assert placed.placed_at == placed_at
    assert came.placed_at
    assert abs(datetime.now(UTC) - came.placed_at) < timedelta(minutes=1)


def test_number_is_the_merchants_with_the_prefix_of_the_portal(file: EmbeddedFile) -> None:
    first, second, third = create(
        file,
        [order("1001"), order("1001", reference="b"), order("1001", reference="c")],
        prefix="A-",
    )

    assert [first.id, second.id, third.id] == ["A-1001", "A-1001~2", "A-1001~3"]
    assert third.line_ids == ("A-1001~3/1",)


def test_unknown_sku_becomes_a_product_and_a_known_one_stays_as_it_is(
    file: EmbeddedFile, path: Path
) -> None:
    create(file, [order("1001", line("MUG", name="Mug"))])
    create(file, [order("1002", line("MUG", name="Other"), line("CUP", name="Cup"))])

    products = rows(path, "select sku, name from products order by sku")
    assert products == [("CUP", "Cup"), ("MUG", "Mug")]


def test_creation_is_on_the_timeline_and_in_the_feed(
    file: EmbeddedFile, desk: Desk, path: Path
) -> None:
    create(file, [order("1001")], prefix="A-")
    create(file, [order("1001")])

    [entry] = desk.timeline("A-1001")
    assert (entry.actor, entry.text) == ("ordosync", "Created from the Merchant's order 1001")
    feed = rows(path, "select kind, object_id, what from changes order by sequence")
    assert feed == [("product", "MUG", "created"), ("order", "A-1001", "created")]


@pytest.mark.parametrize(
    ("refused", "reason"),
    [
        (order("2", reference=""), "has no reference"),
        (order("", reference="r"), "has no number"),
        (order("2", line("")), "line 1 has no SKU"),
        (order("2", line("MUG", 0)), "quantity 0"),
        (order("2", line("CUP"), line("MUG", -3)), "line 2: quantity -3"),
        (order("2", line("MUG", 2**31)), "quantity 2147483648"),
        (order("2", line("MUG", 10**30)), "quantity 1000000"),
        (order("2", line("MUG", unit_price=Decimal("NaN"))), "amount that is not a number"),
        (order("2", discount=Decimal("Infinity")), "discount that is not a number"),
        (order("2", tags=("a\0b",)), "NUL"),
        (order("2", customer_notes="\udcff"), "surrogate"),
        (order("2", reference="\ud800"), "surrogate"),
    ],
)
def test_order_that_cannot_be_kept_is_refused(
    file: EmbeddedFile, refused: Order, reason: str
) -> None:
    first, second, third = create(file, [order("1"), refused, order("3")])

    assert (first.state, second.state, third.state) == ("done", "refused", "done")
    assert second.code == "invalid-order"
    assert reason in second.reason


@pytest.mark.parametrize("kind", sorted(HOSTILE.keys() - {"NUL", "lone surrogate"}))
def test_any_other_text_is_kept(file: EmbeddedFile, desk: Desk, kind: str) -> None:
    create(file, [order("1001", customer_notes=HOSTILE[kind], tags=(HOSTILE[kind],))])

    [created] = desk.list_orders()
    assert (created.customer_notes, created.tags) == (HOSTILE[kind], (HOSTILE[kind],))


def test_order_without_lines_is_refused(file: EmbeddedFile) -> None:
    [outcome] = create(file, [replace(order("1001"), lines=())])

    assert (outcome.state, outcome.reason) == ("refused", "has no lines")


def test_order_that_the_file_does_not_take_leaves_nothing_behind(
    file: EmbeddedFile, path: Path
) -> None:
    create(file, [order("1001")])
    rows(
        path,
        "create trigger no_bad before insert on order_lines when new.sku = 'BAD'"
        " begin select raise(abort, 'no BAD here'); end",
    )

    outcomes = create(file, [order("1002"), order("1003", line("BAD")), order("1004")])

    assert [outcome.state for outcome in outcomes] == ["done", "refused", "done"]
    assert "no BAD here" in outcomes[1].reason
    assert rows(path, "select number from orders") == [("1001",), ("1002",), ("1004",)]
    assert rows(path, "select sku from products") == [("MUG",)]


def test_reference_is_unique_in_the_file_itself(file: EmbeddedFile, path: Path) -> None:
    create(file, [order("1001"), order("1002")])

    with pytest.raises(sqlite3.IntegrityError, match=r"orders\.reference"):
        rows(path, "update orders set reference = 'same'")


def test_orders_are_listed_the_newest_last(file: EmbeddedFile, desk: Desk) -> None:
    numbers = [str(number) for number in range(1200, 0, -1)]
    create(file, [order(number) for number in numbers])

    assert [order.number for order in desk.list_orders()] == numbers
    assert not list(desk.list_orders(OrderFilter(statuses=("shipped",))))


def test_numbers_are_completed(file: EmbeddedFile, desk: Desk) -> None:
    create(file, [order(number) for number in ("A-2", "A-1", "B-1", "A%", "a-1")])

    assert desk.order_numbers("A-") == ["A-1", "A-2"]
    assert desk.order_numbers("", limit=2) == ["A%", "A-1"]
    assert desk.order_numbers("C") == []


def test_missing_file_reads_as_an_empty_one_and_is_not_made(
    file: EmbeddedFile, desk: Desk, tmp_path: Path
) -> None:
    assert find(file, ["origin:1001#1"]) == {}
    assert list(desk.list_orders()) == []
    assert desk.read_order("1001") is None
    assert desk.timeline("1001") == ()
    assert desk.order_numbers("") == []

    assert list(tmp_path.iterdir()) == []
