"""A pick list names the orders of each product; a slip begins with the customer's number."""

from itertools import pairwise

from tests.support.merchants import TwoMerchants
from tests.support.packing import page, picked


def test_the_pick_list_names_the_orders_of_each_product(depot: TwoMerchants) -> None:
    header, *lines = [line.split("\t") for line in depot.run("orders", "pick").out.splitlines()]
    listed = depot.run("orders", "pick", "--json").json["pick"]
    table = depot.run("orders", "pick", "--csv").out.splitlines()

    assert header[-3:] == ["units", "orders", "order numbers"]
    assert [line[-1] for line in lines] == ["A-1002", "A-1001 (2), B-1001 (3)"]
    assert [line["order_numbers"] for line in listed] == [["A-1002"], ["A-1001", "B-1001"]]
    assert table[0].endswith("units,orders,order_numbers")


def test_the_printed_pick_list_has_the_same_columns_and_orders(depot: TwoMerchants) -> None:
    _, texts = page(depot, "pick")

    assert texts[texts.index("SKU") :][:4] == ["SKU", "Product", "Units", "Orders"]
    assert ("MUG", "A-1001 (2)") in pairwise(texts)
    assert ("A-1001 (2)", "B-1001 (3)") in pairwise(text for text in texts if text != ",")


def test_pick_with_a_sku_lists_only_that_sku(depot: TwoMerchants) -> None:
    depot.run("orders", "add", "7", "--line", "MUG=1", "--line", "PEN=1")

    assert picked(depot, "--sku", "mug") == "- MUG=6/3"


def test_pick_with_a_sku_counts_kits_with_it_and_of_it(depot: TwoMerchants) -> None:
    depot.run("products", "add", "SET", "--kit", "MUG=2,CUP=1")
    depot.run("orders", "add", "7", "--line", "SET=1")

    assert picked(depot, "--sku", "SET") == "- CUP=1/1, - MUG=2/1"
    assert picked(depot, "--sku", "MUG") == "- MUG=7/3"


def test_a_slip_begins_with_the_number_that_the_customer_knows(depot: TwoMerchants) -> None:
    _, texts = page(depot, "slips", "A-1001")

    assert texts.index("Order at ann") < texts.index("Order")
    assert texts[texts.index("Order at ann") + 1] == "1001"
