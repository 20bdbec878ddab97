"""Values of fields: transforms, constants and defaults in files of every kind of record."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

import pytest

from ordosync.accounts.files.formats.rows import Row
from ordosync.accounts.files.input_options.answer_files import AnswerFiles
from ordosync.accounts.files.input_options.cancellation_files import CancellationFiles
from ordosync.accounts.files.input_options.order_files import OrderFiles
from ordosync.accounts.files.input_options.product_files import ProductFiles
from ordosync.accounts.files.input_options.shipment_files import ShipmentFiles
from ordosync.accounts.files.input_options.stock_files import StockFiles
from ordosync.accounts.files.input_options.transforms import Part, Transform
from ordosync.accounts.files.output.order_record import WrittenLine
from ordosync.accounts.files.parsing import record_types
from ordosync.accounts.files.parsing.line_ids import missing_sku
from ordosync.accounts.files.parsing.record_types import RecordType
from ordosync.accounts.files.reading.row_index import RowIndex
from ordosync.accounts.option_types import Names
from ordosync.models import InvalidRecord, Order

T = TypeVar("T")
Write = Callable[[str], Path]
ORDER = {"order_number": "order", "sku": "sku", "quantity": "qty"}
SKU = (Transform(word="upper"), Transform(pad=5), Transform(prefix="NW-"))
UNITS = {"order_number": "order", "sku": "sku", "quantity": "qty"}
AT = {"date_format": "%Y-%m-%d", "timezone": "UTC"}


@pytest.fixture(name="write")
def _write(tmp_path: Path) -> Write:
    def write(text: str) -> Path:
        path = tmp_path / "a.csv"
        path.write_text(text, "utf-8")
        return path

    return write


def read(record_type: RecordType[T], path: Path) -> Mapping[str, T | InvalidRecord]:
    index: RowIndex[T] = RowIndex(record_type)
    try:
        index.add(path.name, path, as_of="1")
        return {id_: item for page in index.pages() for id_, item in page.items()}
    finally:
        index.close()


def orders(path: Path, columns: Mapping[str, str], **options: Any) -> Mapping[str, Any]:
    return read(
        record_types.orders(OrderFiles(glob=path, columns={**ORDER, **columns}, **options)), path
    )


def only(path: Path, columns: Mapping[str, str], **options: Any) -> Order:
    [order] = orders(path, columns, **options).values()
    assert isinstance(order, Order), order
    return order


def refused(path: Path, columns: Mapping[str, str], **options: Any) -> InvalidRecord:
    [order] = orders(path, columns, **options).values()
    assert isinstance(order, InvalidRecord), order
    return order


def test_sku_is_transformed_in_the_lines_and_their_ids(write: Write) -> None:
    order = only(write("order,sku,qty\n1,501,2\n1,abc,1\n"), {}, transform={"sku": SKU})

    assert {line.id: line.sku for line in order.lines} == {
        "1/NW-00501#1": "NW-00501",
        "1/NW-ABC#1": "NW-ABC",
    }


def test_sku_is_transformed_where_it_is_the_key(write: Write) -> None:
    transform = {"sku": SKU}
    path = write("sku,qty,name\n501,3,Mug\n")
    stock = StockFiles(glob=path, columns={"sku": "sku", "quantity": "qty"}, transform=transform)
    products = ProductFiles(glob=path, columns={"sku": "sku", "name": "name"}, transform=transform)

    assert [item.product_id for item in _all(record_types.stock(stock), path)] == ["NW-00501"]
    assert [item.sku for item in _all(record_types.products(products), path)] == ["NW-00501"]


def test_sku_is_transformed_in_parcels_and_cancellations(write: Write) -> None:
    path = write("order,sku,qty,number\n1,501,2,1Z9\n")
    sent = ShipmentFiles(
        glob=path,
        columns={**UNITS, "tracking_number": "number"},
        constants={"carrier": "UPS", "shipped_at": "2026-11-20"},
        transform={"sku": SKU},
        **AT,  # type: ignore[arg-type]
    )
    cancelled = CancellationFiles(glob=path, columns=UNITS, transform={"sku": SKU})
    lines = [WrittenLine(id="1/NW-00501#1", sku="NW-00501", quantity=2)]

    [parcel] = _all(record_types.shipments(sent, lambda _: lines), path)
    [cancellation] = _all(record_types.cancellations(cancelled), path)

    assert [(line.line_id, line.quantity) for line in parcel.lines] == [("1/NW-00501#1", 2)]
    assert parcel.carrier == "UPS"
    assert [(line.sku, line.quantity) for line in cancellation.units] == [("NW-00501", 2)]


def test_answers_are_transformed(write: Write) -> None:
    path = write("order,status,due\nx1,Gone,20.11.26\n")
    options = AnswerFiles(
        glob=path,
        columns={"order_number": "order", "answer": "status", "expected": "due"},
        transform={
            "order_number": (Transform(word="upper"),),
            "answer": (Transform(map={"Gone": "cancelled"}),),
            "expected": (Transform(date=("%d.%m.%y",)),),
        },
        constants={"reason": "out-of-stock"},
    )

    [answers] = _all(record_types.answers(options, lambda _: ()), path)

    assert answers.order_id == "X1"
    [row] = answers.rows
    assert (row.answer, row.reason, str(row.expected)) == (
        "cancelled",
        "out-of-stock",
        "2026-11-20",
    )


def _all(record_type: RecordType[Any], path: Path) -> list[Any]:
    return list(read(record_type, path).values())


def test_line_that_a_newer_file_lacks_is_compared_after_the_transform(tmp_path: Path) -> None:
    options = OrderFiles(glob=tmp_path, columns=ORDER, transform={"sku": SKU})
    older, newer = ([Row(2, {"order": "1", "sku": sku, "qty": "1"})] for sku in ("501", "00501"))

    assert missing_sku(newer, older, options) is None


def test_number_that_a_step_refuses_holds_back_the_order_above(write: Write) -> None:
    transform = {"order_number": (Transform(map={"1": "one"}, rest="fail"),)}
    found = orders(write("order,sku,qty\n1,A,1\n2,B,1\n"), {}, transform=transform)

    order = found["one"]
    assert isinstance(order, InvalidRecord)
    assert "row 3: the order number cannot be read: order_number '2' is not in" in order.reason
    assert set(found) == {"one", "file:a.csv:3"}


@pytest.mark.parametrize("number", ["", " ", "\u00a0"])
def test_joined_number_needs_all_its_parts(write: Write, number: str) -> None:
    path = write(f"shop,no,sku,qty\nA,1,MUG,1\nA,{number},CUP,1\n")
    options = OrderFiles(
        glob=path,
        columns={"sku": "sku", "quantity": "qty"},
        transform={"order_number": (Transform(join=("shop", "no"), by="-"),)},
    )

    found = read(record_types.orders(options), path)

    assert set(found) == {"A-1", "file:a.csv:3"}
    order = found["A-1"]
    assert isinstance(order, InvalidRecord)
    assert "the order number is blank" in order.reason


def test_prices_lose_their_sign_and_separators(write: Write) -> None:
    order = only(
        write('order,sku,qty,price,off\n1,A,"1,200","$1,018.50",-$5\n'),
        {"unit_price": "price", "order_discount": "off"},
        currency="USD",
        transform={
            "quantity": (Transform(thousands=","),),
            "unit_price": (Transform(currency="$"), Transform(thousands=",")),
            "order_discount": (Transform(currency="$"),),
        },
    )

    [line] = order.lines
    assert (line.quantity, line.unit_price, order.discount) == (
        1200,
        Decimal("1018.50"),
        Decimal(-5),
    )


@pytest.mark.parametrize("price", ["\u20ac9.50", "9.50 EUR", "\u00a39", "USD 9"])
def test_sign_of_another_currency_refuses_the_order(write: Write, price: str) -> None:
    signs = tuple(Transform(currency=sign) for sign in ("\u20ac", "EUR", "\u00a3", "USD", "$"))
    path = write(f"order,sku,qty,price\n1,A,1,{price}\n2,A,1,$9\n")

    found = orders(path, {"unit_price": "price"}, currency="CAD", transform={"unit_price": signs})

    assert found["1"].code == "invalid.money"
    assert "row 2: unit_price" in found["1"].reason
    assert "is not in CAD" in found["1"].reason
    assert found["2"].lines[0].unit_price == 9


def test_currency_comes_from_a_column_order_by_order(write: Write) -> None:
    path = write("order,sku,qty,price,cur\n1,A,1,$1,CAD\n2,A,1,$1,EUR\n3,A,1,1,USD\n3,B,1,1,CAD\n")
    path.write_text(path.read_text() + "4,A,1,1,usd\n5,A,1,1,\n6,A,1,1,USD\n6,B,1,2,\n")

    found = orders(
        path,
        {"unit_price": "price", "currency": "cur"},
        transform={"unit_price": (Transform(currency="$"),)},
    )

    assert found["1"].currency == "CAD"
    assert "row 3: unit_price '$1' is not in EUR" in found["2"].reason
    assert "row 5: currency differs from row 4" in found["3"].reason
    assert "row 6: currency 'usd' is not a code such as USD" in found["4"].reason
    assert "row 7: currency is blank" in found["5"].reason
    assert found["6"].currency == "USD"


def test_constant_currency_takes_the_place_of_the_option(write: Write) -> None:
    order = only(
        write("order,sku,qty,price\n1,A,1,2.50\n"),
        {"unit_price": "price"},
        constants={"currency": "USD", "ship_to.country": "US"},
    )

    assert (order.currency, order.ship_to.country) == ("USD", "US")


def test_blank_cells_have_a_default(write: Write) -> None:
    path = write("order,sku,qty,by\n1,A,1,\n2,A,1,Express\n3,A,1,Post\n3,B,1,\n")

    found = orders(path, {"shipping_method": "by"}, defaults={"shipping_method": "Standard"})

    methods = {number: order.shipping_method for number, order in found.items()}
    assert methods == {"1": "Standard", "2": "Express", "3": "Post"}


def test_default_is_transformed_like_a_cell(write: Write) -> None:
    order = only(
        write("order,sku,qty,to\n1,A,,\n"),
        {"ship_to.country": "to"},
        defaults={"ship_to.country": "Deutschland", "quantity": "1.00"},
        transform={
            "ship_to.country": (Transform(word="country"),),
            "quantity": (Transform(whole=True),),
        },
    )

    assert (order.ship_to.country, order.lines[0].quantity) == ("DE", 1)


def test_names_are_joined_and_streets_split(write: Write) -> None:
    split = [Part(from_="street", at=", ", part=number) for number in (1, 2)]
    order = only(
        write('order,sku,qty,first,last,street\n1,A,1,Ana,Cruz,"1 Main St, Apt 2, rear"\n'),
        {},
        transform={
            "ship_to.name": (Transform(join=("first", "last")),),
            "ship_to.street1": (Transform(split=split[0]),),
            "ship_to.street2": (Transform(split=split[1]), Transform(word="upper")),
        },
    )

    to = order.ship_to
    assert (to.name, to.street1, to.street2) == ("Ana Cruz", "1 Main St", "APT 2, REAR")


def test_columns_of_a_step_may_have_several_names(write: Write) -> None:
    first, street = Names("First", "First name"), Names("Street", "Address")
    order = only(
        write('order,sku,qty,First name,Last,Address\n1,A,1,Ana,Cruz,"1 Main St, Apt 2"\n'),
        {},
        transform={
            "ship_to.name": (Transform(join=(first, "Last")),),
            "ship_to.street1": (Transform(split=Part(from_=street, at=",", part=1)),),
        },
    )

    assert (order.ship_to.name, order.ship_to.street1) == ("Ana Cruz", "1 Main St")


@pytest.mark.parametrize(
    ("cells", "street"),
    [("b,c", "b, c"), (",c", "c"), ("b,", "b"), (",", "")],
)
def test_third_line_of_an_address_joins_the_second(write: Write, cells: str, street: str) -> None:
    columns = {f"ship_to.street{number}": f"s{number}" for number in (1, 2, 3)}

    order = only(write(f"order,sku,qty,s1,s2,s3\n1,A,1,a,{cells}\n"), columns)

    assert (order.ship_to.street1, order.ship_to.street2) == ("a", street)


def test_date_and_time_in_two_columns_are_joined(write: Write) -> None:
    order = only(
        write("order,sku,qty,day,at\n1,A,1,20/11/2026,08:15\n"),
        {},
        timezone="Europe/Paris",
        transform={
            "placed_at": (Transform(join=("day", "at")), Transform(date=("%d/%m/%Y %H:%M",)))
        },
    )

    assert order.placed_at == datetime(2026, 11, 20, 7, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("02/03/26", "has two meanings: 2026-02-03 by '%m/%d/%y' and 2026-03-02 by '%d/%m/%y'"),
        ("2026-11-20", "is not a date like 11/29/26 or 29/11/26"),
        ("46085", "is not a date like"),
        ("02/30/26", "is not a date like"),
    ],
)
def test_date_that_is_not_clear_refuses_the_order(write: Write, text: str, reason: str) -> None:
    order = refused(
        write(f"order,sku,qty,at\n1,A,1,{text}\n"),
        {"placed_at": "at"},
        timezone="UTC",
        transform={"placed_at": (Transform(date=("%m/%d/%y", "%d/%m/%y")),)},
    )

    assert order.code == "invalid.date"
    assert f"row 2: placed_at '{text}' {reason}" in order.reason


@pytest.mark.parametrize("name", ["Congo", "Korea", "Germanie", "XX", "Virgin Islands"])
def test_country_that_is_not_clear_refuses_the_order(write: Write, name: str) -> None:
    order = refused(
        write(f"order,sku,qty,to\n1,A,1,{name}\n"),
        {"ship_to.country": "to"},
        transform={"ship_to.country": (Transform(word="country"),)},
    )

    assert order.code == "invalid.ship_to.country"
    assert f"ship_to.country '{name}' is not the name of a country, or is" in order.reason


def test_refused_text_with_personal_data_is_not_quoted(write: Write) -> None:
    order = refused(
        write("order,sku,qty,to\n1,A,1,Ada Lovelace\n"),
        {"ship_to.name": "to"},
        transform={"ship_to.name": (Transform(map={"x": "y"}, rest="fail"),)},
    )

    assert "row 2: ship_to.name is not in the step `map`" in order.reason
    assert "Ada" not in order.reason


@pytest.mark.parametrize(
    ("text", "quantity"),
    [("1,204", 1204), ("10+", 10), ("Out of stock", 0), ("-3", -3), ("", None)],
)
def test_stock_in_words_and_numbers(write: Write, text: str, quantity: int | None) -> None:
    path = write(f'sku,qty\nA,"{text}"\n')
    options = StockFiles(
        glob=path,
        columns={"sku": "sku", "quantity": "qty"},
        transform={
            "quantity": (
                Transform(thousands=","),
                Transform(map={"10+": "10", "Out of stock": "0"}),
            )
        },
    )

    [item] = _all(record_types.stock(options), path)

    assert item.quantity == quantity


@pytest.mark.parametrize("text", ["#N/A", "11+", "1,2", "In stock, soon"])
def test_other_words_of_stock_are_refused(write: Write, text: str) -> None:
    path = write(f'sku,qty\nA,"{text}"\nB,1\n')
    options = StockFiles(
        glob=path,
        columns={"sku": "sku", "quantity": "qty"},
        transform={"quantity": (Transform(thousands=","), Transform(map={"10+": "10"}))},
    )

    found = read(record_types.stock(options), path)

    assert isinstance(found["A"], InvalidRecord)
    assert f"row 2: quantity '{text}'" in found["A"].reason
    assert not isinstance(found["B"], InvalidRecord)


@pytest.mark.parametrize("sku", ["1E+12", "#N/A", '="0012', "'0012"])
def test_damaged_id_is_refused_before_any_step(write: Write, sku: str) -> None:
    order = refused(
        write(f"order,sku,qty\n1,{sku},1\n".replace('"', '""')), {}, transform={"sku": SKU}
    )

    assert order.code == "invalid.sku"


def test_damaged_id_has_a_meaning_only_as_a_whole_text(write: Write) -> None:
    words = {"sku": (Transform(map={"#N/A": "MISC"}), *SKU)}

    order = only(write("order,sku,qty\n1,#N/A,1\n"), {}, transform=words)

    assert order.lines[0].sku == "NW-MISC"


def test_cost_of_a_label_loses_its_sign(write: Write) -> None:
    path = write("order,number,at,cost\n1,1Z1,2026-11-20,$6.40\n1,1Z2,2026-11-20,\u20ac6\n")
    options = ShipmentFiles(
        glob=path,
        columns={
            "order_number": "order",
            "tracking_number": "number",
            "shipped_at": "at",
            "cost": "cost",
        },
        constants={"carrier": "USPS"},
        currency="USD",
        transform={"cost": (Transform(currency="$"),)},
        **AT,  # type: ignore[arg-type]
    )

    found = read(record_types.shipments(options, lambda _: ()), path)
    parcels = [item for item in found.values() if not isinstance(item, InvalidRecord)]
    problems = [item.reason for item in found.values() if isinstance(item, InvalidRecord)]

    assert [(parcel.cost, parcel.currency) for parcel in parcels] == [
        (Decimal("6.40"), "USD"),
        (None, ""),
    ]
    assert "the tracking number is used without it" in problems[0]


def test_cost_of_a_label_has_its_own_currency(write: Write) -> None:
    path = write(
        "order,number,at,cost,cur\n1,A,2026-11-20,6,CAD\n1,B,2026-11-20,6,\n1,C,2026-11-20,,\n"
    )
    columns = {
        "order_number": "order",
        "tracking_number": "number",
        "shipped_at": "at",
        "cost": "cost",
        "currency": "cur",
    }
    options = ShipmentFiles(glob=path, columns=columns, constants={"carrier": "UPS"}, **AT)  # type: ignore[arg-type]

    found = read(record_types.shipments(options, lambda _: ()), path)
    parcels = [item for item in found.values() if not isinstance(item, InvalidRecord)]
    problems = [item.reason for item in found.values() if isinstance(item, InvalidRecord)]

    assert [(parcel.cost, parcel.currency) for parcel in parcels] == [
        (Decimal(6), "CAD"),
        (None, ""),
        (None, ""),
    ]
    assert ["row 3: currency is blank" in problem for problem in problems] == [True]


def test_price_of_a_product_has_the_sign_of_the_currency(write: Write) -> None:
    path = write("sku,price\nA,$9\nB,\u20ac9\n")
    options = ProductFiles(
        glob=path,
        columns={"sku": "sku", "price": "price"},
        currency="USD",
        transform={"price": (Transform(currency="$"), Transform(currency="\u20ac"))},
    )

    found = read(record_types.products(options), path)

    assert not isinstance(found["A"], InvalidRecord)
    assert isinstance(found["B"], InvalidRecord)
    assert "is not in USD" in found["B"].reason


def test_a_change_in_a_joined_column_is_another_content(write: Write) -> None:
    transform = {"ship_to.name": (Transform(join=("first", "last")),)}
    texts = [f"order,sku,qty,first,last\n1,A,1,Ana,{last}\n" for last in ("Cruz", "Roe")]

    before, after = (only(write(text), {}, transform=transform) for text in texts)

    assert before.content != after.content
