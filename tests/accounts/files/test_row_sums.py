"""Rows that add up: refunds in negative rows of an order, and stock of several warehouses."""

from pathlib import Path

import pytest

from tests.accounts.files.order_feeds import Feeds

COLUMNS = (
    "columns: {order_number: No, sku: SKU, quantity: Qty, unit_price: Price, line_total: Total,"
    " ship_to.name: To}"
)
HEADER = "No,SKU,Qty,Price,Total,To\n"
SUM = ("rows: sum", "currency: EUR")


@pytest.fixture(name="feeds")
def _feeds(tmp_path: Path) -> Feeds:
    feeds = Feeds(tmp_path)
    feeds.configure(*SUM, columns=COLUMNS)
    return feeds


def test_negative_rows_subtract(feeds: Feeds) -> None:
    feeds.drop(
        "a.csv",
        HEADER
        + "1,MUG,3,2.00,6.00,Ada\n1,CUP,1,5.00,5.00,Ada\n1,MUG,-1,-2.00,-2.00,Ada\n"
        + "2,MUG,1,2.00,2.00,Bob\n2,MUG,2,2.00,4.00,Bob\n"
        + "3,MUG,1,2.00,2.00,Cyd\n3,BOX,1,1.00,1.00,Cyd\n3,BOX,-1,1.00,-1.00,Cyd\n",
    )

    result = feeds.run()

    assert (result.code, result.counts) == (0, {"seen": 3, "done": 3})
    assert feeds.sent("1") == {"MUG": 2, "CUP": 1}
    assert feeds.sent("2") == {"MUG": 3}
    assert feeds.sent("3") == {"MUG": 1}


def test_order_whose_lines_are_all_refunded_is_left_out(feeds: Feeds) -> None:
    feeds.drop("a.csv", HEADER + "1,MUG,3,2,6,Ada\n1,MUG,-3,2,-6,Ada\n")

    result = feeds.run()

    assert result.counts == {"seen": 1, "skipped": 1}
    assert feeds.steps()["1#1"]["code"] == "nothing-to-ship"


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ("1,MUG,1,2,2,Ada\n1,MUG,-2,2,-4,Ada\n", "the rows of 'MUG' add up to -1 units"),
        ("1,MUG,-2,2,-4,Ada\n", "the rows of 'MUG' add up to -2 units"),
        ("1,MUG,1,2,2,Ada\n1,MUG,1,3,3,Ada\n", "differs from another row of its line"),
        ("1,MUG,1,2,2,Ada\n1,MUG,,2,2,Ada\n", "quantity '' is not a whole number"),
        ("1,MUG,1,2,2,Ada\n1,MUG,1.5,2,2,Ada\n", "quantity '1.5' is not a whole number"),
    ],
)
def test_rows_that_do_not_add_up_refuse_their_order(feeds: Feeds, rows: str, reason: str) -> None:
    feeds.drop("a.csv", HEADER + rows + "2,MUG,1,2,2,Bob\n")

    result = feeds.run()

    assert result.counts == {"seen": 2, "done": 1, "failed": 1}
    assert reason in feeds.steps()["1#1"]["reason"]


def test_rows_of_one_line_id_add_up(feeds: Feeds) -> None:
    feeds.configure(*SUM, columns=COLUMNS.replace("}", ", line_id: Line}"))
    header = HEADER.replace("\n", ",Line\n")
    feeds.drop("a.csv", header + "1,MUG,3,2,6,Ada,7\n1,MUG,2,2,4,Ada,8\n1,MUG,-1,2,-2,Ada,7\n")

    assert feeds.run().counts == {"seen": 1, "done": 1}
    (order,) = feeds.run("orders", "show", "1", "--account", "depot", "--json").json["orders"]
    assert [line["quantity"] for line in order["lines"]] == [2, 2]


def test_refund_in_a_newer_file_is_no_missing_line(feeds: Feeds) -> None:
    feeds.drop("a.csv", HEADER + "1,MUG,3,2,6,Ada\n1,MUG,1,2,2,Ada\n")
    feeds.drop("b.csv", HEADER + "1,MUG,4,2,8,Ada\n1,MUG,-1,2,-2,Ada\n")
    feeds.drop("c.csv", HEADER + "1,MUG,3,2,6,Ada\n")

    assert feeds.run().counts == {"seen": 1, "done": 1}
    assert feeds.sent("1") == {"MUG": 3}


def test_refund_after_the_order_was_sent_is_an_edit(feeds: Feeds) -> None:
    feeds.drop("a.csv", HEADER + "1,MUG,3,2,6,Ada\n")
    feeds.run()
    feeds.drop("b.csv", HEADER + "1,MUG,3,2,6,Ada\n1,MUG,-1,2,-2,Ada\n")

    feeds.run()

    assert "was edited after it was sent (lines)" in feeds.attention()[0]


def test_statuses_of_rows_do_not_add_up(feeds: Feeds) -> None:
    feeds.configure(*SUM, "statuses: [{column: S, travels: [a], rows: true}]", columns=COLUMNS)

    result = feeds.run("config", "check")

    assert result.code == 3
    assert "rows: sum is not possible together with `rows: true`" in result.err


STOCK = """
accounts:
  shop: {kind: sqlite, path: shop.db}
  depot:
    kind: files
    order_files: {folder: out, columns: {order_number: No, sku: SKU, quantity: Qty}}
    stock: {glob: stock, columns: {sku: SKU, quantity: Qty}, rows: sum}
portals:
  p: {merchant: shop, supplier: depot, manage_inventory: true}
"""


def test_stock_of_several_warehouses_adds_up(tmp_path: Path) -> None:
    feeds = Feeds(tmp_path)
    (tmp_path / "config.yaml").write_text(STOCK)
    for name in ("out", "stock"):
        (tmp_path / name).mkdir()
    for sku in ("MUG", "CUP", "BOX", "BAG"):
        feeds.run("products", "add", sku, "--account", "shop", "--name", sku)
    (tmp_path / "stock" / "a.csv").write_text(
        "SKU,Place,Qty\nMUG,A,3\nCUP,A,1\nMUG,B,4\nCUP,B,\nBOX,A,-1\nBOX,B,3\nBAG,A,2\nBAG,B,x\n"
    )

    feeds.run("import-products")

    result = feeds.run("write-inventory-back", "--json")

    found = feeds.run("stock", "list", "--account", "shop", "--json").json["stock"]
    counted = {each["sku"]: each["physical"] for each in found if each["physical"] is not None}
    assert counted == {"MUG": 7, "BOX": 2}
    assert "quantity 'x' is not a whole number" in str(feeds.steps(2))
    assert result.counts["done"] == 2


SHIPPING = "columns: {order_number: No, sku: SKU, quantity: Qty, requires_shipping: Sent}"


def test_rows_of_a_line_that_differ_in_shipping_refuse_their_order(feeds: Feeds) -> None:
    feeds.configure("rows: sum", columns=SHIPPING)
    feeds.drop("a.csv", "No,SKU,Qty,Sent\n1,MUG,2,yes\n1,MUG,1,no\n1,CUP,1,yes\n")

    feeds.run()

    (reason,) = feeds.attention()
    assert "differs from another row of its line in requires_shipping" in reason


def test_refund_that_needs_no_shipping_leaves_the_other_units(feeds: Feeds) -> None:
    feeds.configure("rows: sum", columns=SHIPPING)
    feeds.drop("a.csv", "No,SKU,Qty,Sent\n1,MUG,2,yes\n1,MUG,-1,no\n1,CUP,1,yes\n")

    feeds.run()

    assert feeds.sent("1") == {"MUG": 1, "CUP": 1}


def test_rows_of_a_line_that_are_left_out_after_it_was_sent_are_no_edit(feeds: Feeds) -> None:
    feeds.configure("rows: sum", "skip: [{column: Done, matches: x, rows: true}]")
    header = "No,SKU,Qty,To,Done\n"
    feeds.drop("a.csv", f"{header}1,MUG,2,Ada,\n1,MUG,1,Ada,\n1,CUP,1,Ada,\n")
    feeds.run()
    feeds.drop("b.csv", f"{header}1,MUG,2,Ada,x\n1,MUG,1,Ada,x\n1,CUP,1,Ada,\n")

    result = feeds.run()

    assert result.counts == {"seen": 1, "unchanged": 1}
    assert feeds.attention() == []
