"""Ids that a spreadsheet damaged: refused with their row, from any source."""

from pathlib import Path

import pytest

from ordosync.accounts.files.input_options.product_files import ProductFiles
from ordosync.accounts.files.input_options.shipment_files import ShipmentFiles
from ordosync.accounts.files.input_options.stock_files import StockFiles
from ordosync.accounts.files.input_options.table_options import Header
from ordosync.accounts.spreadsheets import damage, unmarked
from ordosync.errors import RefusedError
from ordosync.models import InvalidRecord, Product, Shipment, Stock
from tests.accounts.files.conftest import Drop, Make, _drop, _make  # noqa: F401 - fixtures
from tests.accounts.files.opening import all_of, open_supplier, since
from tests.support.command import CONFIG, HEADER, numbers, ordosync, row, shop, steps

DAMAGED = [
    "1.2E+12",
    "1,2E+12",
    "9.40011E+21",
    "-1E+5",
    '="0012"',
    "'0012",
    "#N/A",
    "#REF!",
    "#NAME?",
    "#DIV/0!",
    "#BEZUG!",
    "########",
]
WHOLE = ["#1001", "12E5", "1E-5", "E+5", "'t", "+49", "-5", "0012", "A=1", "#", "##", "N/A"]


@pytest.mark.parametrize("text", DAMAGED)
def test_text_that_a_spreadsheet_damaged_is_detected(text: str) -> None:
    assert damage(text)


@pytest.mark.parametrize("text", WHOLE)
def test_id_that_only_looks_odd_is_accepted(text: str) -> None:
    assert damage(text) == ""


@pytest.mark.parametrize(
    ("marked", "text"),
    [
        ('="0012"', "0012"),
        ('="a""b"', 'a"b'),
        ("'0012", "0012"),
        ("'t Hooft", "'t Hooft"),
        ("=", "="),
    ],
)
def test_text_marks_are_removed(marked: str, text: str) -> None:
    assert unmarked(marked) == text


def quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


@pytest.mark.parametrize("text", DAMAGED)
@pytest.mark.parametrize("field", ["order", "sku", "zip"])
def test_order_with_a_damaged_id_is_refused_with_its_row_and_the_others_are_sent(
    tmp_path: Path, field: str, text: str
) -> None:
    config = CONFIG.replace("ship_to.name: to,", "ship_to.name: to, ship_to.zip: zip,")
    cells = {"order": "1", "sku": "MUG", "zip": "8010", field: quoted(text)}
    bad = "{order},{sku},Mug,1,9.50,Ada,DE,{zip}\n".format(**cells)
    feed = HEADER.strip() + ",zip\n" + bad + "2,MUG,Mug,1,9.50,Ada,DE,8010\n"
    shop(tmp_path, feed, config=f"{config}    address: optional\n")

    result = ordosync(tmp_path, "import-orders", "--json")

    assert result.counts == {"seen": 2, "done": 1, "failed": 1}
    [failed] = [step for step in steps(tmp_path, 1) if step["state"] == "failed"]
    assert failed["reason"].startswith("feeds/orders.csv row 2: ")
    assert numbers(tmp_path) == ["2"]


def test_names_and_streets_are_not_checked(tmp_path: Path) -> None:
    config = CONFIG.replace(
        "ship_to.name: to,", "ship_to.name: to, ship_to.street1: st, ship_to.city: city,"
    )
    feed = HEADER.strip() + ",st,city\n1,MUG,Mug,1,9.50,#N/A,DE,1E+5,'2nd\n"
    shop(tmp_path, feed, config=config)

    assert ordosync(tmp_path, "import-orders").code == 0
    [order] = ordosync(tmp_path, "orders", "show", "1", "--json").json["orders"]
    to = order["ship_to"]
    assert (to["name"], to["street1"], to["city"]) == ("#N/A", "1E+5", "'2nd")


def test_text_marks_are_read_in_the_dialect_of_spreadsheets(tmp_path: Path) -> None:
    config = CONFIG.replace("      currency", "      dialect: spreadsheet\n      currency")
    feed = (
        HEADER
        + '"=""0001002""","=""0012""","=""Mug""","=""2""",9.50,Ada,DE\n'
        + "'1003,'7,Mug,1,9.50,Ada,DE\n"
    )
    shop(tmp_path, feed, config=config)

    result = ordosync(tmp_path, "import-orders", "--json")

    assert result.counts == {"seen": 2, "done": 2}
    assert numbers(tmp_path) == ["0001002", "1003"]
    [order] = ordosync(tmp_path, "orders", "show", "0001002", "--json").json["orders"]
    [line] = order["lines"]
    assert (line["sku"], line["name"], line["quantity"]) == ("0012", "Mug", 2)


def test_rounded_number_in_a_text_cell_is_refused_nevertheless(tmp_path: Path) -> None:
    config = CONFIG.replace("      currency", "      dialect: spreadsheet\n      currency")
    shop(tmp_path, HEADER + row("'1.2E+12"), config=config)

    assert ordosync(tmp_path, "import-orders", "--json").counts == {"seen": 1, "failed": 1}


def test_own_text_mark_is_removed_in_every_field(tmp_path: Path) -> None:
    shop(tmp_path, HEADER + "'-1001,'=MUG,'@Mug,1,9.50,'+Ada,DE\n")

    ordosync(tmp_path, "import-orders")

    assert numbers(tmp_path) == ["-1001"]
    [order] = ordosync(tmp_path, "orders", "show", "--json", "--", "-1001").json["orders"]
    [line] = order["lines"]
    assert (line["sku"], line["name"], order["ship_to"]["name"]) == ("=MUG", "@Mug", "+Ada")


def test_rejected_rows_that_are_dropped_again_keep_their_text(
    make: Make, drop: Drop, tmp_path: Path
) -> None:
    drop("orders/a.csv", "order,sku,qty\n'-1,'=MUG,x\n")
    account = make(refused=tmp_path / "refused")
    all_of(account.orders.changed(since()))
    account.finish_reading(frozenset())
    [back] = (tmp_path / "refused").iterdir()

    assert back.read_text().splitlines()[1].startswith("'-1,'=MUG,x,")


@pytest.mark.parametrize(
    ("above", "number", "is_held"),
    [
        ("1001", "#N/A", True),
        ("1001", "'1001", True),
        ("1001", "'1002", False),
        ("1200000000001", "1.2E+12", True),
        ("A-1", "1.2E+12", False),
        ("1001", "1.2E+12", False),
    ],
)
def test_row_with_a_damaged_number_holds_the_order_above_if_it_may_belong_to_it(
    tmp_path: Path, above: str, number: str, *, is_held: bool
) -> None:
    shop(tmp_path, HEADER + row(above) + row(number) + row("5"))

    ordosync(tmp_path, "import-orders")

    assert (above not in numbers(tmp_path)) == is_held


def test_number_with_an_exponent_in_json_is_refused_as_an_id(tmp_path: Path) -> None:
    shop(tmp_path)
    line = '{"order": %s, "sku": "MUG", "qty": 1, "price": 1, "country": "DE"}\n'
    feed = line % "1.2E12" + line % '"12E5"' + line % "7"
    (tmp_path / "feeds" / "orders.jsonl").write_text(feed)

    result = ordosync(tmp_path, "import-orders", "--json")

    assert result.counts == {"seen": 3, "done": 2, "failed": 1}
    assert numbers(tmp_path) == ["12E5", "7"]


@pytest.mark.parametrize("text", DAMAGED)
def test_damaged_ids_are_refused_in_every_file_that_a_merchant_drops(
    make: Make, drop: Drop, text: str
) -> None:
    own = drop("own/b.csv", f"sku,own\n{quoted(text)},P\nPOT,{quoted(text)}\nJAR,J\n")
    columns = {"sku": "sku", "supplier_sku": "own"}
    account = make(products=ProductFiles(glob=own, columns=columns))
    drop("cancelled/a.csv", f"order\n{quoted(text)}\n")

    products = all_of(account.products.changed(since()))

    assert [item.sku for item in products if isinstance(item, Product)] == ["JAR"]
    bad = [item.reason for item in products if isinstance(item, InvalidRecord)]
    assert [reason[:16] for reason in sorted(bad)] == ["own/b.csv row 2:", "own/b.csv row 3:"]
    with pytest.raises(RefusedError, match="row 2: the order number"):
        all_of(account.cancellations.changed(since()))


@pytest.mark.parametrize("text", DAMAGED)
def test_damaged_ids_are_refused_in_every_file_that_a_supplier_drops(
    drop: Drop, tmp_path: Path, text: str
) -> None:
    def parcels(order: str, number: str) -> str:
        return f"{quoted(order)},{quoted(number)},UPS,2026-11-23\n"

    sent_file = drop(
        "sent/a.csv",
        "no,number,by,at\n" + parcels("1", text) + parcels(text, "1Z") + parcels("2", "1Z2"),
    )
    stock = drop("stock/a.csv", f"sku,qty\n{quoted(text)},1\nCUP,2\n")
    columns = {
        "order_number": "no",
        "tracking_number": "number",
        "carrier": "by",
        "shipped_at": "at",
    }
    account = open_supplier(
        tmp_path,
        shipments=ShipmentFiles(
            glob=sent_file, columns=columns, date_format="%Y-%m-%d", timezone="UTC"
        ),
        stock=StockFiles(glob=stock, columns={"sku": "sku", "quantity": "qty"}),
    )

    shipments = all_of(account.shipments.changed(since()))
    counted = all_of(account.stock.all(since()))
    account.close()

    assert [i.tracking_number for i in shipments if isinstance(i, Shipment)] == ["1Z2"]
    assert [i.reason[:17] for i in shipments if isinstance(i, InvalidRecord)] == [
        "sent/a.csv row 2:",
        "sent/a.csv row 3:",
    ]
    assert [i.sku for i in counted if isinstance(i, Stock)] == ["CUP"]
    assert [i.reason[:18] for i in counted if isinstance(i, InvalidRecord)] == [
        "stock/a.csv row 2:"
    ]


@pytest.mark.parametrize("text", DAMAGED)
def test_damaged_ids_are_refused_at_the_desk(tmp_path: Path, text: str) -> None:
    shop(tmp_path, HEADER + row("1") + row("2"))
    ordosync(tmp_path, "import-orders")
    at = ("--carrier", "UPS", "--tracking")
    sent_file = tmp_path / "sent.csv"
    sent_file.write_text(
        f"number,carrier,tracking\n1,UPS,{quoted(text)}\n{quoted(text)},UPS,1Z\n2,UPS,1Z2\n"
    )
    counted = tmp_path / "count.csv"
    counted.write_text(f"sku,quantity\n{quoted(text)},1\nCUP,2\n")

    refused = [
        ordosync(tmp_path, "orders", "ship", "1", *at, text),
        ordosync(tmp_path, "orders", "add", "--line", "MUG=1", "--", text),
        ordosync(tmp_path, "orders", "add", "9", "--line", f"{text}=1"),
        ordosync(tmp_path, "orders", "add", "9", "--line", "MUG=1", "--zip", text),
        ordosync(tmp_path, "products", "add", "--", text),
        ordosync(tmp_path, "products", "add", "SET", "--kit", f"{text.replace(',', '.')}=1"),
        ordosync(tmp_path, "stock", "set", "--", text, "1"),
    ]
    shipped = ordosync(tmp_path, "orders", "ship", "--from", "sent.csv")
    stock = ordosync(tmp_path, "stock", "set", "--from", "count.csv")

    assert [(result.code, "spreadsheet" in result.err) for result in refused] == [(2, True)] * 7
    assert (shipped.code, stock.code) == (1, 1)
    assert (tmp_path / "sent.refused.csv").read_text().count("spreadsheet") == 2
    assert (tmp_path / "count.refused.csv").read_text().count("spreadsheet") == 1
    orders = ordosync(tmp_path, "orders", "list", "--json").json["orders"]
    assert {o["number"]: o["status"] for o in orders} == {
        "1": "awaiting_fulfillment",
        "2": "shipped",
    }


def test_own_text_mark_is_removed_at_the_desk(tmp_path: Path) -> None:
    shop(tmp_path, HEADER + row("-1"))
    ordosync(tmp_path, "import-orders")
    (tmp_path / "sent.csv").write_text("number,carrier,tracking\n'-1,UPS,'=1Z\n")

    assert ordosync(tmp_path, "orders", "ship", "--from", "sent.csv").code == 0
    shown = ordosync(tmp_path, "orders", "show", "--json", "--", "-1").json["orders"][0]
    assert shown["shipments"][0]["tracking"] == "=1Z"


LATIN = CONFIG.replace("      currency", "      encoding: cp1252\n      currency")


def test_utf8_in_a_feed_of_another_encoding_is_refused_with_a_hint(tmp_path: Path) -> None:
    shop(tmp_path, (HEADER + row("1", name="Müg")).encode(), config=LATIN)

    ordosync(tmp_path, "import-orders")

    [failed] = steps(tmp_path, 1)
    assert "is UTF-8 text, not cp1252; set `encoding: utf-8`" in failed["reason"]
    assert numbers(tmp_path) == []


def test_odd_name_of_a_shop_is_sent_unchanged(tmp_path: Path) -> None:
    odd = row("1", name="MÃ¼g") + row("2", name="Müg")
    shop(tmp_path, (HEADER + odd).encode("cp1252"), config=LATIN)

    assert ordosync(tmp_path, "import-orders").code == 0
    [order] = ordosync(tmp_path, "orders", "show", "1", "--json").json["orders"]
    assert order["lines"][0]["name"] == "MÃ¼g"


@pytest.mark.parametrize(
    ("options", "is_removed"),
    [
        ({}, False),
        ({"header": {"contains": ["order"]}}, True),
        ({"header": {"contains": ["order"]}, "dialect": "exact"}, False),
        ({"dialect": "spreadsheet"}, True),
        ({"preset": "shopify-export"}, True),
        ({"preset": "shopify-export", "dialect": "exact"}, False),
    ],
)
def test_marks_are_removed_below_titles_and_with_a_preset_unless_it_is_exact(
    options: dict[str, object], is_removed: bool
) -> None:
    header = options.pop("header", None)
    header_option = {"header": Header(contains=("order",))} if header else {}

    files = ProductFiles(glob=Path("x"), columns={"sku": "s"}, **options, **header_option)  # type: ignore[arg-type]

    assert files.has_text_marks is is_removed
