"""Import Orders with a SKU map, against lifecycle 5.3."""

from decimal import Decimal

import pytest

from ordosync.models import ParcelLine
from tests.tasks.editing import edit
from tests.tasks.portal import SUPPLIER, line, order, quantities
from tests.tasks.sku_maps.mapped import WITH_MAP, MappedPair, read_again

TASK = "import-orders"


def test_m1_row_of_the_map_decides_sku_and_units(pair: MappedPair) -> None:
    supplied = pair.imported("1001", line("MUG-6", 2), line("MUG"), line("CUP"))

    assert quantities(supplied) == [("NW-MUG", 12), ("NW-MUG", 1), ("CUP", 1)]


def test_m1_without_a_row_the_supplier_sku_of_the_line_is_sent(pair: MappedPair) -> None:
    pair.path.write_text(
        WITH_MAP.replace("sku_map: map.csv\n", "sku_map: map.csv\n    send: [supplier_sku]\n")
    )
    supplied = pair.imported(
        "1001", line("MUG-6", supplier_sku="ELSE"), line("CUP", supplier_sku="NW-CUP")
    )

    assert quantities(supplied) == [("NW-MUG", 6), ("NW-CUP", 1)]


@pytest.mark.parametrize("sku", ["mug-6", "MUG-6 ", "0MUG-6"])
def test_m2_text_is_compared_exactly(pair: MappedPair, sku: str) -> None:
    pair.map("MUG-6,NW-MUG,6", "007,NW-007,2")
    pair.request("1001", line("007"), line("7"))
    pair.run(TASK)

    assert quantities(pair.supplied("1001")) == [("NW-007", 2), ("7", 1)]
    assert sku != "MUG-6"


def test_m5_more_units_than_a_line_can_have_are_refused(pair: MappedPair) -> None:
    pair.map("MUG-6,NW-MUG,100000")
    pair.request("1001", line("MUG-6", 100_000))

    ran = pair.run(TASK)

    assert (ran.step.state, ran.step.code) == ("failed", "too-many-units")


def test_m7_one_merchant_sku_has_one_row(pair: MappedPair) -> None:
    pair.map("SET,NW-BOARD,1", "SET,NW-KNIFE,2")
    pair.request("1001", line("SET"))

    ran = pair.run(TASK, may_fail=True)

    assert ran.run.error
    assert ran.run.error.code == "sku-map"


def test_m9_sku_mapped_to_itself_is_sent_as_it_is(pair: MappedPair) -> None:
    pair.map("MUG,MUG,1")

    assert quantities(pair.imported("1001", line("MUG", 2))) == [("MUG", 2)]


def test_m10_prices_are_of_one_unit_and_the_line_total_stays(pair: MappedPair) -> None:
    pair.path.write_text(
        WITH_MAP.replace("sku_map: map.csv\n", "sku_map: map.csv\n    send: [line_total]\n")
    )
    price = Decimal("10.00")
    supplied = pair.imported("1001", line("MUG-6", 2, unit_price=price, total=2 * price))

    [sent] = supplied.lines
    assert sent.unit_price == Decimal("1.666667")
    assert sent.total == Decimal("20.00")


def test_m10_cost_is_of_one_unit_and_its_total_is_exact(pair: MappedPair) -> None:
    pair.path.write_text(
        WITH_MAP.replace(
            "sku_map: map.csv\n",
            "sku_map: map.csv\n    send: [line_total, supplier_unit_cost]\n",
        )
    )
    supplied = pair.imported("1001", line("MUG-6", 3, supplier_unit_cost=Decimal("10.00")))

    [sent] = supplied.lines
    assert sent.unit_price == Decimal("1.666667")
    assert sent.total == Decimal("30.00")


def test_links_keep_both_skus_and_the_pack(pair: MappedPair) -> None:
    pair.imported("1001", line("MUG-6", 2), line("CUP"))

    mug, cup = pair.merchant("1001").lines
    link = pair.link(mug.id, "line")
    assert (link.merchant_sku, link.supplier_sku, link.pack) == ("MUG-6", "NW-MUG", 6)
    assert pair.units(mug.id) == (12, 0, 0)
    assert pair.link(cup.id, "line").merchant_sku is None


def test_second_read_of_an_order_is_no_edit(pair: MappedPair) -> None:
    pair.imported("1001", line("MUG-6", 2))
    read_again(pair)

    ran = pair.run(TASK)

    assert ran.counts == {"unchanged": 1}


@pytest.mark.parametrize("row", ["MUG-6,NW-CUP,4", "MUG-6,NW-MUG,9", "OTHER,OTHER,1"])
def test_c1_order_that_was_sent_keeps_its_sku_and_pack(pair: MappedPair, row: str) -> None:
    pair.imported("1001", line("MUG-6", 2))
    pair.map(row)
    read_again(pair)

    ran = pair.run(TASK)
    cancelled = pair.run("cancel-orders")

    assert ran.counts == {"unchanged": 1}
    assert cancelled.counts == {}
    assert quantities(pair.supplied("1001")) == [("NW-MUG", 12)]


def test_c1_order_that_was_sent_keeps_its_pack_without_a_map(pair: MappedPair) -> None:
    pair.imported("1001", line("MUG-6", 2))
    pair.without_map()
    read_again(pair)

    ran = pair.run(TASK)
    cancelled = pair.run("cancel-orders")
    later = pair.imported("1002", line("MUG-6", 2))

    assert ran.counts == {"unchanged": 1}
    assert cancelled.counts == {}
    assert quantities(pair.supplied("1001")) == [("NW-MUG", 12)]
    assert quantities(later) == [("MUG-6", 2)]


def test_pack_is_cancelled_by_its_link_without_a_map(pair: MappedPair) -> None:
    pair.imported("1001", line("MUG-6", 3))
    pair.without_map()
    [of_merchant] = pair.merchant("1001").lines
    pair.shop.cancel("1001", [ParcelLine(line_id=of_merchant.id, quantity=1)])

    assert pair.run("cancel-orders").counts == {"done": 1}

    assert pair.units(of_merchant.id) == (18, 0, 6)


def test_sku_that_is_edited_to_another_pack_of_the_same_product_is_an_edit(
    pair: MappedPair,
) -> None:
    pair.imported("1001", line("MUG-6"))
    edit(pair, "update order_lines set sku = 'MUG'")

    ran = pair.run(TASK)

    assert (ran.step.state, ran.step.code) == ("failed", "edited")


def test_order_that_was_sent_before_the_map_stays_as_it_is(pair: MappedPair) -> None:
    pair.map("OTHER,OTHER,1")
    pair.imported("1001", line("MUG-6", 2))
    pair.map()
    read_again(pair)

    ran = pair.run(TASK)

    assert ran.counts == {"unchanged": 1}
    assert pair.run("cancel-orders").counts == {}
    assert quantities(pair.supplied("1001")) == [("MUG-6", 2)]


def test_order_that_is_sent_again_gets_the_rows_of_now(pair: MappedPair) -> None:
    pair.imported("1001", line("MUG-6"))
    pair.shop.cancel("1001")
    assert pair.run("cancel-orders").counts == {"done": 1}
    pair.map("MUG-6,NW-MUG,4")
    pair.shop.restore("1001")
    pair.shop.request("1001", SUPPLIER)

    assert pair.run(TASK).count("done") == 1

    [line_] = pair.merchant("1001").lines
    assert pair.link("1001").generation == 2
    assert pair.units(line_.id) == (4, 0, 0)


def test_selections_are_of_the_merchants_skus(pair: MappedPair) -> None:
    pair.path.write_text(
        WITH_MAP.replace(
            "sku_map: map.csv\n",
            "sku_map: map.csv\n    products: {skus: ['MUG*']}\n    ignore_skus: [MUG]\n",
        )
    )
    pair.shop.add_order(order("1001", line("MUG-6"), line("MUG"), line("CUP")), supplier=SUPPLIER)
    pair.run(TASK)

    assert quantities(pair.supplied("1001")) == [("NW-MUG", 6)]


def test_c5_held_order_gets_the_rows_of_the_run_that_sends_it(pair: MappedPair) -> None:
    option = "sku_map: map.csv\n    hold: {tags: {hold: [wait], release: [go]}}\n"
    pair.path.write_text(WITH_MAP.replace("sku_map: map.csv\n", option))
    pair.shop.add_order(order("1001", line("MUG-6"), tags=("wait",)), supplier=SUPPLIER)
    assert pair.run(TASK).step.state == "held"
    pair.map("MUG-6,NW-MUG,4")
    pair.sql("shop", "update orders set tags = '[]'")

    assert pair.run(TASK).count("done") == 1

    assert quantities(pair.supplied("1001")) == [("NW-MUG", 4)]
