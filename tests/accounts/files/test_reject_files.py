"""Reject files: rows that were refused, each with its reason."""

import csv
import re
from pathlib import Path
from typing import Any

import pytest

from ordosync.accounts.files.formats.file_rows import read_rows
from ordosync.accounts.files.input_options.order_files import OrderFiles
from ordosync.accounts.files.input_options.table_options import Header
from ordosync.errors import UnavailableError
from tests.accounts.files.conftest import Drop, Make
from tests.accounts.files.opening import PRODUCTS, all_of, since

ORDERS = "order,sku,qty,to\n"


def given_back(folder: Path) -> list[dict[str, str]]:
    rows = []
    for path in sorted((folder / "refused").iterdir()):
        with path.open(newline="") as file:
            rows += list(csv.DictReader(file))
    return rows


def test_reject_file_has_all_rows_and_columns_of_the_order(
    make: Make, drop: Drop, tmp_path: Path
) -> None:
    drop("orders/a.csv", ORDERS + "1,MUG,1,Ann\n2,MUG,x,Bob\n2,CUP,1,Bob\n,POT,1,Cy\n")
    account = make(refused=tmp_path / "refused")

    all_of(account.orders.changed(since()))
    account.finish_reading(frozenset())

    reason = "orders/a.csv row 3: quantity 'x' is not a whole number from 0 to 999999999"
    blank = "orders/a.csv row 5: the order number is blank"
    assert [tuple(row.values()) for row in given_back(tmp_path)] == [
        ("2", "MUG", "x", "Bob", reason),
        ("2", "CUP", "1", "Bob", reason),
        ("", "POT", "1", "Cy", blank),
    ]


def test_rows_are_rejected_once_and_skipped_rows_never(
    make: Make, drop: Drop, tmp_path: Path
) -> None:
    drop("orders/a.csv", ORDERS + "1,MUG,x,Ann\n2,MUG,0,Bob\n")
    account = make(refused=tmp_path / "refused")

    for _ in range(2):
        all_of(account.orders.changed(since()))
        account.finish_reading(frozenset({"1"}))
        account.finish_reading(frozenset({"1"}))

    assert [row["order"] for row in given_back(tmp_path)] == ["1"]
    [path] = (tmp_path / "refused").iterdir()
    assert path.name.startswith("refused-a-")


def test_name_of_a_rejected_file_has_only_safe_characters(
    make: Make, drop: Drop, tmp_path: Path
) -> None:
    drop(f"orders/{'é' * 40}\x1b[31m {'b' * 80}.csv", ORDERS + "1,MUG,x,Ann\n")
    account = make(refused=tmp_path / "refused")

    all_of(account.orders.changed(since()))
    account.finish_reading(frozenset())

    [path] = (tmp_path / "refused").iterdir()
    assert re.fullmatch(r"refused-_31m_b{55}-[0-9a-f]{16}\.csv", path.name)


def test_refused_products_are_rejected_without_formulas(
    make: Make, drop: Drop, tmp_path: Path
) -> None:
    drop("products/a.csv", PRODUCTS + "MUG,=1+1,abc,\n")
    account = make(refused=tmp_path / "refused")

    all_of(account.products.changed(since()))
    account.finish_reading(frozenset())

    [row] = given_back(tmp_path)
    assert (row["sku"], row["name"], row["price"]) == ("MUG", "'=1+1", "abc")


def test_no_reject_file_by_default_or_before_the_end_of_the_read(
    make: Make, drop: Drop, tmp_path: Path
) -> None:
    drop("orders/a.csv", ORDERS + "1,MUG,x,Ann\n")
    silent, speaking = make(), make(refused=tmp_path / "refused")

    all_of(silent.orders.changed(since()))
    silent.finish_reading(frozenset())
    all_of(speaking.orders.changed(since()))

    assert not (tmp_path / "refused").exists()


def test_reject_file_in_the_feed_folder_is_not_read(make: Make, drop: Drop, tmp_path: Path) -> None:
    drop("refused/a.csv", ORDERS + "1,MUG,x,Ann\n")
    columns = {"order_number": "order", "sku": "sku", "quantity": "qty"}
    options = OrderFiles(glob=tmp_path / "refused", columns=columns)
    account = make(orders=options, refused=tmp_path / "refused")
    [*_, page] = account.orders.changed(since())
    account.finish_reading(frozenset())

    again = all_of(account.orders.changed(since(page.cursor)))

    assert len(list((tmp_path / "refused").iterdir())) == 2
    assert again == []


def test_folder_that_cannot_be_created_is_reported(make: Make, drop: Drop, tmp_path: Path) -> None:
    drop("orders/a.csv", ORDERS + "1,MUG,x,Ann\n")
    (tmp_path / "file").write_text("")
    account = make(refused=tmp_path / "file" / "refused")
    all_of(account.orders.changed(since()))

    with pytest.raises(UnavailableError, match="write rejected rows"):
        account.finish_reading(frozenset())


@pytest.mark.parametrize(
    ("text", "columns", "changes"),
    [
        ("Title\n\norder,sku,qty\n1,MUG,x\n", "order sku qty", {"header": Header(row=3)}),
        ("1,MUG,x\n", "1 2 3", {"header": Header()}),
        ('order;sku;qty\n1;MUG "M";x\n', "order sku qty", {"quotes": False, "delimiter": ";"}),
        ("order;sku;qty\n1;MUG;x\n", "order sku qty", {"header": Header(contains=("sku",))}),
    ],
    ids=["header: 3", "header: none", "quotes: false", "header: contains"],
)
def test_reject_file_is_read_by_the_same_options(
    make: Make, drop: Drop, text: str, columns: str, changes: dict[str, Any]
) -> None:
    folder = drop("orders/a.csv", text).parents[1]
    changes = {"delimiter": ";" if ";" in text else ",", **changes}
    fields = zip(("order_number", "sku", "quantity"), columns.split(), strict=True)
    options = OrderFiles(glob=folder / "orders" / "*.csv", columns=dict(fields), **changes)
    account = make(refused=folder / "refused", orders=options)
    all_of(account.orders.changed(since()))
    account.finish_reading(frozenset())

    [path] = (folder / "refused").iterdir()
    fixed = drop("orders/b.csv", path.read_text().replace("x", "7", 1))
    rows = list(read_rows(fixed, options))

    assert [(row.cells[options.columns["quantity"]], row.problem) for row in rows] == [("7", "")]
    assert "MUG" in rows[0].cells[options.columns["sku"]]
