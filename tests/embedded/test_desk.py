"""The desk of a local account, without a portal."""

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import pytest
from msgspec.structs import replace

from ordosync.embedded.desk import Desk
from ordosync.embedded.order_filter import OrderFilter
from ordosync.embedded.search import Search
from ordosync.embedded.stock_counts import Count
from ordosync.models import Outcome, Piece, PieceLine, Split
from tests.accounts.contract.examples import line, parcel, product, sold


@pytest.fixture(name="counted")
def _counted(desk: Desk) -> Desk:
    """Return a desk that has counted 7 mugs and 3 cups."""
    for sku, quantity in (("MUG", 7), ("CUP", 3)):
        desk.add_product(product(sku))
        desk.set_stock(sku, "main", quantity)
    return desk


def levels(desk: Desk, sku: str) -> dict[str, tuple[int | None, int]]:
    """Return the physical and the committed quantity of a product, by warehouse."""
    return {
        level.warehouse: (
            None if level.physical is None else int(level.physical),
            int(level.committed),
        )
        for level in desk.levels_of(sku)
    }


def texts(desk: Desk, number: str) -> list[str]:
    return [entry.text for entry in desk.timeline(number)]


def split(desk: Desk, number: str, *pieces: Sequence[int]) -> Outcome:
    lines = [f"{number}/1", f"{number}/2"]
    return desk.split(
        Split(
            order_id=number,
            pieces=tuple(
                Piece(
                    lines=tuple(
                        PieceLine(of_line=of_line, quantity=quantity)
                        for of_line, quantity in zip(lines, piece, strict=False)
                    )
                )
                for piece in pieces
            ),
        )
    )


def test_order_commits_its_stock_until_its_parcel_leaves(counted: Desk) -> None:
    counted.add_order(sold("1001", line("MUG", 2)))
    assert levels(counted, "MUG") == {"main": (7, 2)}

    [outcome] = counted.ship([parcel("1001")])

    assert outcome.state == "done"
    assert levels(counted, "MUG") == {"main": (5, 0)}
    assert [shipment.tracking_number for shipment in counted.shipments_of("1001")] == ["1Z1"]


def test_label_that_is_voided_puts_the_stock_back_on_the_shelf(counted: Desk) -> None:
    counted.add_order(sold("1001", line("MUG", 2)))
    counted.ship([parcel("1001")])

    outcome = counted.void("1001")

    assert outcome.state == "done"
    assert levels(counted, "MUG") == {"main": (7, 2)}
    order = counted.read_order("1001")
    assert order
    assert order.status == "awaiting_fulfillment"
    assert [shipment.voided for shipment in counted.shipments_of("1001")] == [True]


def test_parcel_leaves_the_warehouse_that_it_names(counted: Desk) -> None:
    counted.set_stock("MUG", "east", 4)
    counted.add_order(sold("1001", line("MUG", 2)))

    counted.ship([parcel("1001", warehouse="east")])

    assert levels(counted, "MUG") == {"east": (2, 0), "main": (7, 0)}


def test_order_of_the_desk_commits_the_warehouse_of_the_account(path: Path) -> None:
    desk = Desk(name="northwind", path=path, warehouse="east")

    desk.add_order(sold("1001", line("MUG", 2)))

    assert levels(desk, "MUG") == {"east": (None, 2)}
    assert desk.warehouses() == ["east"]


def test_levels_are_those_of_the_warehouses_that_are_sold_from(counted: Desk) -> None:
    counted.set_stock("MUG", "east", 4)
    some = Desk(name=counted.name, path=counted.path, sold_from={"east"})

    assert [level.warehouse for level in counted.levels_of("MUG")] == ["east", "main"]
    assert [level.warehouse for level in some.levels_of("MUG")] == ["east"]


def test_kit_has_no_levels_of_its_own(counted: Desk) -> None:
    kit = product("SET", is_kit=True)

    outcome = counted.add_product(kit, components={"MUG": Decimal(2), "CUP": Decimal(1)})

    assert outcome.state == "done"
    assert counted.components("SET") == {"CUP": 1, "MUG": 2}
    assert counted.levels_of("SET") == []
    [(_, _, available)] = counted.stock_levels(["SET"])
    assert available == 3


def test_kit_of_unknown_components_is_refused(counted: Desk) -> None:
    outcome = counted.add_product(product("SET", is_kit=True), components={"HAT": Decimal(1)})

    assert (outcome.state, outcome.code) == ("refused", "not-found")
    assert "needs HAT" in outcome.reason


@pytest.mark.parametrize(
    ("count", "code"),
    [
        (Count(sku="HAT", warehouse="main", quantity=1), "not-found"),
        (Count(sku="MUG", warehouse="east", quantity=1, is_change=True), "unset"),
        (Count(sku="MUG", warehouse="main", quantity=-8, is_change=True), "negative"),
    ],
)
def test_count_that_cannot_be_right_is_refused_and_the_others_are_kept(
    counted: Desk, count: Count, code: str
) -> None:
    good = Count(sku="CUP", warehouse="main", quantity=-1, is_change=True)

    refused, counted_mugs = counted.count([count, good])

    assert (refused.state, refused.code, counted_mugs.state) == ("refused", code, "done")
    assert levels(counted, "CUP") == {"main": (2, 0)}
    assert levels(counted, "MUG") == {"main": (7, 0)}


def test_order_is_requested_from_a_supplier_until_it_is_restored(desk: Desk) -> None:
    desk.add_order(sold("1001"), supplier="northwind")
    assert desk.supplier_of("1001") == "northwind"

    desk.request("1001", "southwind")
    desk.cancel("1001")
    restored = desk.restore("1001")

    assert restored.state == "done"
    assert desk.supplier_of("1001") is None
    assert texts(desk, "1001") == ["Created", "Requested from southwind", "Cancelled", "Restored"]


def test_order_that_is_not_open_is_requested_from_no_supplier(desk: Desk) -> None:
    desk.add_order(sold("1001"))
    desk.ship([parcel("1001")])

    outcome = desk.request("1001", "northwind")

    assert (outcome.code, outcome.reason) == ("not-open", "is shipped")


@pytest.mark.parametrize("change", ["cancel", "restore", "void"])
def test_order_that_is_not_here_is_refused(desk: Desk, change: str) -> None:
    outcome: Outcome = getattr(desk, change)("1001")

    assert (outcome.state, outcome.code) == ("refused", "not-found")


def test_order_is_split_into_pieces_that_are_orders(desk: Desk) -> None:
    desk.add_order(sold("1001", line("MUG", 2), line("CUP", 1)))

    outcome = split(desk, "1001", (1,), (1, 1))

    assert [piece.id for piece in outcome.pieces] == ["1001-1", "1001-2"]
    assert desk.pieces_of("1001") == ["1001-1", "1001-2"]
    piece = desk.read_order("1001-2")
    assert piece
    assert [(line.sku, line.quantity) for line in piece.lines] == [("MUG", 1), ("CUP", 1)]
    assert piece.ancestors == ("1001",)
    waiting = OrderFilter(statuses=("awaiting_fulfillment",))
    assert [order.number for order in desk.list_orders(waiting)] == ["1001-1", "1001-2"]


def test_split_that_does_not_add_up_leaves_the_order_whole(desk: Desk) -> None:
    desk.add_order(sold("1001", line("MUG", 2), line("CUP", 1)))

    outcome = split(desk, "1001", (1,), (1,))

    assert (outcome.code, outcome.reason) == ("does-not-fit", "has 1 of CUP, but its pieces have 0")
    assert desk.pieces_of("1001") == []


def test_number_without_its_prefix_is_similar(desk: Desk) -> None:
    desk.add_order(sold("A-1001"))

    search = Search(desk.file)
    assert search.similar("1001") == ["A-1001"]
    assert search.similar("a-1001") == ["A-1001"]
    assert search.similar("B-A-1001") == ["A-1001"]
    assert search.similar("1002") == []


def test_number_that_is_taken_is_refused_and_the_other_orders_are_added(desk: Desk) -> None:
    desk.add_order(sold("1001"))

    taken, added = desk.add_orders([replace(sold("1001"), internal_notes="x"), sold("1002")])

    assert (taken.code, added.state) == ("taken", "done")
    assert [order.number for order in desk.list_orders()] == ["1001", "1002"]


def test_desk_makes_the_file_with_its_first_change(desk: Desk, path: Path) -> None:
    assert list(desk.list_products()) == []
    assert not path.exists()

    desk.add_product(product("MUG"))

    assert desk.exists
    assert desk.skus("M") == ["MUG"]
    assert desk.products_of(["MUG", "CUP"]).keys() == {"MUG"}
