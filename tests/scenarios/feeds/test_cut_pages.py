"""An order whose rows are on two pages of an export is never sent in part without a word."""

from pathlib import Path

import pytest

from .exports import EXPORTS, Export, Item, Sold
from .shop import Shop

FIRST = Sold(number="111-0000001", items=(Item(sku="MUG-1", quantity=1),))
CUT = Sold(
    number="111-0000002",
    items=(
        Item(sku="MUG-1", quantity=2),
        Item(sku="00501", quantity=1),
        Item(sku="TRAY", quantity=1),
    ),
)
LAST = Sold(number="111-0000003", items=(Item(sku="MUG-1", quantity=4),))
WHOLE = {FIRST.number: FIRST.units, LAST.number: LAST.units}

each_export = pytest.mark.parametrize("export", EXPORTS, ids=lambda export: export.preset)


def pages(export: Export) -> tuple[str, str]:
    """Return an export in two pages: the first line of `CUT` is on the first one."""
    rows = [row for order in (FIRST, CUT, LAST) for row in export.rows(order)]
    end = len(export.rows(FIRST)) + len(export.rows(CUT)) - 2
    return export.of_rows(rows[:end]), export.of_rows(rows[end:])


def names(export: Export) -> tuple[str, str]:
    suffix = Path(export.name).suffix
    return f"page1{suffix}", f"page2{suffix}"


def cut_entries(shop: Shop) -> dict[str, str]:
    """Return the codes of all that needs attention, by key."""
    return {entry["key"].split(":")[2]: entry["code"] for entry in shop.attention()}


@each_export
@pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=["in order", "the first page is newer"])
def test_pages_in_one_reading_send_all_other_orders_and_report_the_one_between_them(
    export: Export, order: tuple[int, int], tmp_path: Path
) -> None:
    shop = Shop(tmp_path, export)
    for page in order:
        shop.drop(pages(export)[page], names(export)[page])

    result = shop.run()

    assert result.code == 1
    assert shop.orders() == WHOLE
    assert cut_entries(shop) == {f"{CUT.number}#1": "conflict"}


@each_export
def test_a_page_that_comes_later_is_reported_at_the_order(export: Export, tmp_path: Path) -> None:
    """The first page alone looks complete, so its part of the order was sent before."""
    shop = Shop(tmp_path, export)
    shop.drop(pages(export)[0], names(export)[0])
    shop.run()
    assert shop.orders() == {FIRST.number: FIRST.units, CUT.number: {"MUG-1": 2}}
    shop.drop(pages(export)[1], names(export)[1])

    shop.run()

    assert shop.orders() == {**WHOLE, CUT.number: {"MUG-1": 2}}
    code = "cut" if export.is_blank_below else "reused-number"
    assert cut_entries(shop) == {f"{CUT.number}#1": code}


@each_export
def test_a_page_that_begins_within_an_order_does_not_send_the_rest_alone(
    export: Export, tmp_path: Path
) -> None:
    if not export.is_blank_below:
        pytest.skip("each row of this export looks like an order")
    shop = Shop(tmp_path, export)
    shop.drop(pages(export)[1], names(export)[1])
    shop.run()
    assert shop.orders() == {LAST.number: LAST.units}
    assert cut_entries(shop) == {f"{CUT.number}#1": "cut"}
    shop.drop(pages(export)[0], names(export)[0])

    shop.run()

    assert shop.orders() == WHOLE
    assert cut_entries(shop) == {f"{CUT.number}#1": "conflict"}


@each_export
def test_the_whole_export_in_place_of_its_pages_sends_the_order(
    export: Export, tmp_path: Path
) -> None:
    shop = Shop(tmp_path, export)
    for page in (0, 1):
        shop.drop(pages(export)[page], names(export)[page])
    shop.run()
    for name in names(export):
        (tmp_path / "feeds" / name).unlink()
    shop.drop(export.text(FIRST, CUT, LAST))

    shop.run()

    assert shop.orders() == {**WHOLE, CUT.number: CUT.units}
    assert shop.attention() == []
