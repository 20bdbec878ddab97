"""Damage by spreadsheets in other places, formats and languages than those that were reported.

For each kind: text marks, rounded numbers, columns that are not used, and rows without any text.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from ordosync.accounts.files.input_options.cancellation_files import CancellationFiles
from ordosync.accounts.files.input_options.order_files import OrderFiles
from ordosync.accounts.files.input_options.product_files import ProductFiles
from ordosync.accounts.files.input_options.rules import RowRule
from ordosync.accounts.files.input_options.shipment_files import ShipmentFiles
from ordosync.accounts.files.input_options.stock_files import StockFiles
from ordosync.accounts.files.input_options.table_options import EndOfData, Header
from ordosync.accounts.spreadsheets import damage
from ordosync.models import InvalidRecord
from tests.accounts.files.conftest import Drop, Make
from tests.accounts.files.opening import all_of, open_supplier, since

LONG = "x" * 12_007
SENT: dict[str, Any] = {
    "columns": {
        "order_number": "no",
        "tracking_number": "number",
        "carrier": "by",
        "shipped_at": "at",
    },
    "date_format": "%Y%m%d",
    "timezone": "UTC",
}


def orders(make: Make, drop: Drop, text: str, name: str = "orders/a.csv", **options: Any) -> Any:
    """Return the ids and the reasons of the orders in a file."""
    path = drop(name, text)
    columns = {"order_number": "order", "sku": "sku", "quantity": "qty"}
    account = make(orders=OrderFiles(glob=path, **{"columns": columns, **options}))
    items = all_of(account.orders.changed(since()))
    good = [item for item in items if not isinstance(item, InvalidRecord)]
    skus = [(order.id, sorted(line.sku for line in order.lines)) for order in good]
    return skus, [item.reason for item in items if isinstance(item, InvalidRecord)]


# Text marks


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ('order\tsku\tqty\n="0001"\t\'0050\t1\n', "\t"),
        ('order;sku;qty\n"=""0001""";"=""0050""";"=""1"""\n', ";"),
        ('="order",sku,QTY\n\u00a0="0001"\u200b,\'0050\u00a0,\'1\n', ","),
    ],
)
def test_text_marks_in_any_text_format_are_read_in_the_dialect(
    make: Make, drop: Drop, text: str, delimiter: str
) -> None:
    found = orders(make, drop, text, dialect="spreadsheet", delimiter=delimiter)

    assert found == ([("0001", ["0050"])], [])


@pytest.mark.parametrize("mark", ['="0050"', "'0050", '\u00a0="0050"\ufeff'])
def test_text_mark_in_the_exact_dialect_is_refused_in_every_kind_of_file(
    make: Make, drop: Drop, tmp_path: Path, mark: str
) -> None:
    stock = drop("stock/a.txt", f"sku\tqty\n{mark}\t1\nCUP\t2\n")
    columns = {"sku": "sku", "quantity": "qty"}
    supplier = open_supplier(
        tmp_path, stock=StockFiles(glob=stock, columns=columns, delimiter="\t")
    )
    lines = "".join(
        json.dumps({"order": number, "sku": sku, "qty": 1}) + "\n"
        for number, sku in (("1", mark), (mark, "MUG"), ("2", "MUG"))
    )

    counted = all_of(supplier.stock.all(since()))
    supplier.close()
    found = orders(make, drop, lines, "orders/a.jsonl")

    assert len([item for item in counted if isinstance(item, InvalidRecord)]) == 1
    assert (found[0], len(found[1])) == ([("2", ["MUG"])], 2)


def test_text_marks_in_a_cancellation_file_name_the_same_order(make: Make, drop: Drop) -> None:
    path = drop("cancelled/b.csv", '"=""0001"""\n\'0002\n')
    files = CancellationFiles(
        glob=path, columns={"order_number": "1"}, header=Header(), dialect="spreadsheet"
    )
    account = make(cancellations=files)

    found = all_of(account.cancellations.changed(since()))

    assert [item.order_id for item in found if not isinstance(item, InvalidRecord)] == [
        "0001",
        "0002",
    ]


# Numbers that were rounded, and errors


@pytest.mark.parametrize("text", ["9,40011E+21", "\u200b9.40011e+21\u00a0", "9.4E+21"])
@pytest.mark.parametrize("dialect", ["exact", "spreadsheet"])
def test_rounded_tracking_number_is_refused_with_its_row(
    drop: Drop, tmp_path: Path, text: str, dialect: Any
) -> None:
    sent = drop("sent/b.csv", f"no;number;by;at\n1;{text};UPS;20261123\n2;1Z2;UPS;20261123\n")
    files = ShipmentFiles(glob=sent, **SENT, delimiter=";", dialect=dialect)
    account = open_supplier(tmp_path, shipments=files)

    items = all_of(account.shipments.changed(since()))
    account.close()

    [bad] = [item for item in items if isinstance(item, InvalidRecord)]
    assert len(items) == 2
    assert bad.reason.startswith("sent/b.csv row 2: the tracking number '9")


@pytest.mark.parametrize(
    "text", ["#N/D", "#N/B", "#¡VALOR!", "#¿NOMBRE?", "#WAARDE!", "#NOM?", "#DEEL/0!", "#ÜBERLAUF!"]
)
def test_errors_of_spreadsheets_in_other_languages_are_recognised(text: str) -> None:
    assert "is an error of a spreadsheet" in damage(text)


# Columns that are not used


@pytest.mark.parametrize("other", [LONG, "a\0b", f"'{LONG}", '="x"', "#N/A", "1.2E+12"])
def test_column_that_is_not_used_may_have_any_text(make: Make, drop: Drop, other: str) -> None:
    other = '"' + other.replace('"', '""') + '"'
    text = f"order,body,sku,qty,body\n1,{other},MUG,1,{other}\n"

    assert orders(make, drop, text) == ([("1", ["MUG"])], [])


@pytest.mark.parametrize(
    "options",
    [
        {"skip": (RowRule(column="body", matches="^Total$"),)},
        {"until": EndOfData(column="body", matches="^Total$")},
    ],
    ids=["skip", "until"],
)
def test_long_cell_in_a_column_of_a_rule_is_refused(
    make: Make, drop: Drop, options: dict[str, Any]
) -> None:
    text = f"order,body,sku,qty\n1,{LONG},MUG,1\n2,,MUG,1\n"

    found = orders(make, drop, text, "orders/a.csv", **options)

    assert found[0] == [("2", ["MUG"])]
    assert "'body' has 12007 characters; the maximum is 10000" in found[1][0]


def test_long_cell_of_a_product_or_parcel_that_is_not_used_is_accepted(
    make: Make, drop: Drop, tmp_path: Path
) -> None:
    path = drop("own/b.csv", f"sku,Body (HTML)\nMUG,{LONG}\n")
    account = make(products=ProductFiles(glob=path, columns={"sku": "sku"}))
    sent = drop("sent/b.csv", f"no,number,by,at,label\n1,1Z,UPS,20261123,{LONG}\n")
    supplier = open_supplier(tmp_path, shipments=ShipmentFiles(glob=sent, **SENT))

    products = all_of(account.products.changed(since()))
    parcels = all_of(supplier.shipments.changed(since()))
    supplier.close()

    assert not any(isinstance(item, InvalidRecord) for item in (*products, *parcels))
    assert (len(products), len(parcels)) == (1, 1)


# Rows without any text


@pytest.mark.parametrize(
    ("blank", "options"),
    [
        (",,\n,,,,,,\n\n , \u00a0,\u200b\n", {}),
        ('"=""""",,\n,"=""""","=""""",\n', {"dialect": "spreadsheet"}),
        ('"","",""\n"","","","",""\n', {}),
    ],
)
@pytest.mark.parametrize("at", ["between", "end", "both"])
def test_rows_without_text_are_ignored_wherever_they_are(
    make: Make, drop: Drop, blank: str, options: dict[str, Any], at: str
) -> None:
    between, end = (blank if at in (place, "both") else "" for place in ("between", "end"))
    text = f"order,sku,qty\n1,MUG,1\n{between}1,CUP,1\n2,MUG,1\n{end}"

    assert orders(make, drop, text, **options) == (
        [("1", ["CUP", "MUG"]), ("2", ["MUG"])],
        [],
    )


def test_blank_rows_before_a_header_that_is_found_by_its_texts_are_ignored(
    make: Make, drop: Drop
) -> None:
    text = "\n,,,\n\u00a0,,\n order ,sku, qty ,,\n,,,,\n1,MUG,1,,\n"

    found = orders(make, drop, text, header=Header(contains=("order", "qty")))

    assert found == ([("1", ["MUG"])], [])


def test_row_with_text_only_in_a_column_that_is_not_used_is_not_ignored(
    make: Make, drop: Drop
) -> None:
    found = orders(make, drop, "order,sku,qty,note,note\n1,MUG,1,,\n,,,a gift,\n")

    assert found[1] == ["orders/a.csv row 3: the order number is blank"]
