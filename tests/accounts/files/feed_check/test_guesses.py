"""Guesses how an unknown file is to be read."""

import re
from pathlib import Path
from typing import Any

import pytest

from ordosync.accounts.feeds import FeedGuess, guess_feed
from ordosync.accounts.files.feed_check.dates import FORMATS, alternatives

ROWS = "1001,MUG,2,12.50,2026-11-20,Ana,1 Main St,Boston,02108,US\n"


def guessed(folder: Path, text: str | bytes, **options: Any) -> FeedGuess:
    path = folder / "export.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return guess_feed(path, presets={}, **options)


@pytest.mark.parametrize(
    "header",
    [
        "Order Number,SKU,Qty,Price,Order Date,Name,Address 1,City,Zip,Country",
        "order_number,sku,quantity,unit_price,created_at,recipient,street,city,zip_code,country",
        "Order #,Item No.,Units,Price,Date,Ship Name,Ship Street,Ship City,Ship Zip,Ship Country",
        "orderId,itemSku,qty,itemPrice,date,shipName,shipAddress1,shipCity,shipZip,shipCountry",
    ],
)
def test_columns_are_found_by_usual_names(tmp_path: Path, header: str) -> None:
    guess = guessed(tmp_path, f"{header}\n{ROWS}")

    names = header.split(",")
    assert guess.subject == "orders"
    assert guess.missing == {}
    assert guess.has_address
    of_address = [f"ship_to.{name}" for name in ("name", "street1", "city", "zip", "country")]
    fields = ["order_number", "sku", "quantity", "unit_price", "placed_at", *of_address]
    assert guess.options["columns"] == dict(zip(fields, names, strict=True))


def test_two_addresses_are_never_mixed(tmp_path: Path) -> None:
    header = "Order,SKU,Qty,Billing Name,Billing Address1,Billing City,Shipping Name,City\n"

    columns = guessed(tmp_path, header).options["columns"]

    assert columns["ship_to.name"] == "Shipping Name"
    assert "ship_to.city" not in columns


def test_first_and_last_name_are_joined(tmp_path: Path) -> None:
    header = "Order,SKU,Qty,First Name (Shipping),Last Name (Shipping),City (Shipping)\n"

    options = guessed(tmp_path, header).options

    joined = [{"join": ["First Name (Shipping)", "Last Name (Shipping)"]}]
    assert options["transform"] == {"ship_to.name": joined}


@pytest.mark.parametrize(
    ("header", "subject"),
    [
        ("Order,Tracking Number,Carrier,Ship Date", "shipments"),
        ("Item No.,Description,Avail.", "stock"),
        ("SKU,Title,Price,Grams", "products"),
        ("Order,SKU,Qty", "orders"),
    ],
)
def test_subject_is_the_one_whose_columns_are_there(
    tmp_path: Path, header: str, subject: str
) -> None:
    assert guessed(tmp_path, f"{header}\n").subject == subject


def test_a_user_names_the_subject(tmp_path: Path) -> None:
    guess = guessed(tmp_path, "Order,Reason\n1001,late\n", subject="cancellations")

    assert (guess.subject, guess.missing) == ("cancellations", {})


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-16"])
def test_delimiter_and_encoding(tmp_path: Path, delimiter: str, encoding: str) -> None:
    text = "Order,SKU,Qty\n1001,M\u00dcG,2\n".replace(",", delimiter)

    guess = guessed(tmp_path, text.encode(encoding))

    assert guess.format.encoding == encoding
    assert guess.format.delimiter == delimiter
    assert guess.options.get("encoding", "utf-8") == encoding
    assert guess.options.get("delimiter", ",") == delimiter


def test_header_below_title_rows(tmp_path: Path) -> None:
    guess = guessed(tmp_path, "Stock list\nPrinted 11/20/2026,,\n\nItem No.,Name,Avail.\n1,x,2\n")

    assert guess.format.header_row == 4
    assert guess.options["header"] == {"contains": ["Item No.", "Avail."]}


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["11/20/2026"], "%m/%d/%Y"),
        (["20/11/2026"], "%d/%m/%Y"),
        (["11/02/2026", "20/11/2026"], "%d/%m/%Y"),
        (["2026-11-20T08:15:00+00:00"], "%Y-%m-%dT%H:%M:%S%z"),
        (["20.11.2026"], "%d.%m.%Y"),
        (["Nov-20-26"], "%b-%d-%y"),
        (["11/20/26"], "%m/%d/%y"),
    ],
)
def test_format_of_dates(tmp_path: Path, texts: list[str], expected: str) -> None:
    rows = "".join(f"{at},M,1,{text}\n" for at, text in enumerate(texts))

    options = guessed(tmp_path, f"Order,SKU,Qty,Order Date\n{rows}").options

    assert options["date_format"] == expected


@pytest.mark.parametrize(
    ("price", "steps", "decimal"),
    [
        ("12.50", None, "."),
        ('"12,50"', None, ","),
        ("$12.50", [{"currency": "$"}], "."),
        ('"$1,018.50"', [{"currency": "$"}, {"thousands": ","}], "."),
        ('"1.018,50"', [{"thousands": "."}], ","),
    ],
)
def test_amounts(tmp_path: Path, price: str, steps: list[Any] | None, decimal: str) -> None:
    options = guessed(tmp_path, f"Order,SKU,Qty,Price\n1,M,1,{price}\n").options

    assert options.get("transform", {}).get("unit_price") == steps
    assert options.get("decimal", ".") == decimal


def test_marks_of_a_spreadsheet_and_names_of_countries(tmp_path: Path) -> None:
    text = 'Order,SKU,Qty,Ship To Country\n1,"=""0050""",2.00,Germany\n'

    options = guessed(tmp_path, text).options

    assert options["dialect"] == "spreadsheet"
    assert options["transform"] == {"quantity": ["whole"], "ship_to.country": ["country"]}


def test_a_file_without_usual_names_shows_none_of_its_texts(tmp_path: Path) -> None:
    guess = guessed(tmp_path, "Ana Cruz,1 Main St,Boston\nBo Lind,2 Main St,Reno\n")

    assert guess.missing
    assert guess.columns == ()


PRESET = {"columns": {"order_number": "Order ID", "sku": ["SKU", "Sku"], "quantity": "Quantity"}}


@pytest.mark.parametrize(
    ("header", "fits"),
    [
        ("Order ID,SKU,Quantity,Other", True),
        ("order id,Sku,QUANTITY", True),
        ("Order ID,Quantity", False),
    ],
)
def test_a_preset_fits_if_all_its_columns_are_there(
    tmp_path: Path, header: str, fits: bool
) -> None:
    path = tmp_path / "export.csv"
    path.write_text(f"{header}\n")

    guess = guess_feed(path, presets={"some-export": ("orders", PRESET)})

    assert guess.presets == (("some-export",) if fits else ())
    assert (guess.options == {"preset": "some-export"}) is fits


def test_a_preset_is_corrected_where_the_file_differs(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_bytes("Order ID;SKU;Quantity;Date\n1;Ü;1;20.11.2026\n".encode("cp1252"))
    preset = {"columns": {**PRESET["columns"], "placed_at": "Date"}, "date_format": "%m/%d/%Y"}

    guess = guess_feed(path, presets={"some-export": ("orders", preset)})

    assert guess.options == {
        "preset": "some-export",
        "encoding": "cp1252",
        "delimiter": ";",
        "date_format": "%d.%m.%Y",
    }


@pytest.mark.parametrize(
    ("column", "near"),
    [("Units sold", "Units sold"), ("Quantitty", "Quantitty"), ("How many", "")],
)
def test_a_missing_field_has_a_column_of_a_similar_name(
    tmp_path: Path, column: str, near: str
) -> None:
    assert guessed(tmp_path, f"Order,SKU,{column}\n").missing == {"quantity": near}


@pytest.mark.parametrize("date_format", FORMATS)
def test_another_format_of_a_date_has_the_same_parts(date_format: str) -> None:
    def parts(text: str) -> list[str]:
        return sorted(re.findall("%.", text))

    for other in alternatives(date_format):
        assert parts(other) == parts(date_format)


@pytest.mark.parametrize("text", ["Total", "Grand Total", "TOTAL:", "Summe"])
def test_a_row_of_totals_ends_the_data(tmp_path: Path, text: str) -> None:
    options = guessed(tmp_path, f"Item No.,Avail.\nMUG,5\n{text},5\n").options

    assert options["until"]["column"] == "Item No."
    assert re.search(options["until"]["matches"], text)


def test_a_product_that_is_named_like_a_total_ends_nothing(tmp_path: Path) -> None:
    assert "until" not in guessed(tmp_path, "Item No.,Avail.\nTOTAL-2,5\n").options
