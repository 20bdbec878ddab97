"""`feed check`: a file is checked before it is read, and gets a configuration."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.command import CONFIG, HEADER, Done, on_a_terminal, ordosync, shop

EXPORT = (
    "Order,Date,SKU,Item,Qty,Price,Name,Street,City,Zip,Country\n"
    "1001,11/20/2026,MUG,Mug,2,18.50,Ana Cruz,1 Main St,Boston,02108,US\n"
    "1001,11/20/2026,TRAY,Tray,1,24.50,Ana Cruz,1 Main St,Boston,02108,US\n"
    "1002,11/21/2026,MUG,Mug,1,18.50,Bo Lind,2 Main St,Reno,89501,US\n"
)
ZONE, CURRENCY = "America/New_York", "USD"


def export(folder: Path, text: str = EXPORT) -> Path:
    path = folder / "export.csv"
    path.write_text(text)
    return path


def with_edits(text: str) -> str:
    """Make the first edit, at the option of each missing fact; the other side may stay."""
    for name, value in (("timezone", ZONE), ("currency", CURRENCY)):
        text = re.sub(rf"( +{name}:)  # edit: such as .*", rf"\1 {value}", text)
    return text


def started_with(folder: Path, init: Done) -> None:
    """Save what `--init` printed, with both edits."""
    (folder / "config.yaml").write_text(with_edits(init.out))


def test_a_file_is_checked_without_a_configuration(tmp_path: Path) -> None:
    export(tmp_path)

    result = ordosync(tmp_path, "feed", "check", "export.csv")

    assert result.code == 0
    assert "CSV, utf-8, delimiter ',', header in row 1" in result.out
    assert "travels\t2" in result.out
    assert "20 to 21 November 2026, so %m/%d/%Y" in result.out
    assert "80.00 of an unknown currency" in result.out
    assert "Ana" not in result.out


def test_a_record_that_would_be_refused_exits_1_with_its_row(tmp_path: Path) -> None:
    export(tmp_path, EXPORT.replace("MUG,Mug,1", "MUG,Mug,one"))

    result = ordosync(tmp_path, "feed", "check", "export.csv")

    assert result.code == 1
    assert "failed\t4\t1002\t" in result.out
    assert "quantity 'one'" in result.out


def test_json_has_the_whole_result(tmp_path: Path) -> None:
    export(tmp_path)

    found = ordosync(tmp_path, "feed", "check", "export.csv", "--json").json

    assert found["subject"] == "orders"
    assert found["account"] is None
    assert found["refused"] is False
    assert found["totals"]["money"] == {"XXX": "80.00"}
    assert found["totals"]["first_on"] == "2026-11-20"
    assert {"verdict": "travels", "count": 2, "examples": []} in found["verdicts"]


def test_nothing_is_written(tmp_path: Path) -> None:
    export(tmp_path)
    shop(tmp_path, HEADER)

    for words in (["export.csv"], ["export.csv", "--init"], ["feeds/orders.csv"]):
        before = sorted(tmp_path.rglob("*"))
        ordosync(tmp_path, "feed", "check", *words)
        assert sorted(tmp_path.rglob("*")) == before


def test_the_printed_configuration_imports_after_two_edits(tmp_path: Path) -> None:
    export(tmp_path)

    init = ordosync(tmp_path, "feed", "check", "export.csv", "--init")
    assert init.code == 0
    started_with(tmp_path, init)

    assert ordosync(tmp_path, "config", "check").code == 0
    run = ordosync(tmp_path, "import-orders", "--json")
    assert run.counts == {"seen": 2, "done": 2}
    shown = ordosync(tmp_path, "orders", "show", "1001", "--account", "supplier")
    assert all(text in shown.out for text in ("MUG", "TRAY", "Boston"))


def test_the_printed_configuration_does_not_load_without_its_edits(tmp_path: Path) -> None:
    export(tmp_path)
    (tmp_path / "config.yaml").write_text(
        ordosync(tmp_path, "feed", "check", "export.csv", "--init").out
    )

    result = ordosync(tmp_path, "config", "check")

    assert result.code == 3
    assert "timezone" in result.err


def test_a_fact_that_the_file_shows_is_no_edit(tmp_path: Path) -> None:
    export(tmp_path, "Order,SKU,Qty\n1001,MUG,2\n")

    init = ordosync(tmp_path, "feed", "check", "export.csv", "--init")

    assert "timezone" not in init.out
    assert "currency" not in init.out
    (tmp_path / "config.yaml").write_text(init.out)
    assert ordosync(tmp_path, "import-orders", "--json").counts == {"seen": 1, "done": 1}


def test_a_column_that_was_not_found_is_an_edit(tmp_path: Path) -> None:
    export(tmp_path, "Order,SKU,How many\n1001,MUG,2\n")

    init = ordosync(tmp_path, "feed", "check", "export.csv", "--init")

    assert init.code == 1
    assert "no column has a usual name of quantity" in init.err
    assert "quantity:  # edit: the column of the file" in init.out
    text = re.sub(r"quantity:  # edit.*", "quantity: How many", init.out)
    (tmp_path / "config.yaml").write_text(text)
    assert ordosync(tmp_path, "import-orders", "--json").counts == {"seen": 1, "done": 1}


@pytest.mark.parametrize(
    ("name", "text", "task"),
    [
        ("stock.csv", "Item No.,Avail.\nMUG,5\n", "write-inventory-back"),
        (
            "sent.csv",
            "Order,Tracking Number,Carrier,Ship Date\n1001,1Z1,UPS,11/20/2026\n",
            "update-tracking",
        ),
    ],
)
def test_files_of_a_supplier_get_a_configuration(
    tmp_path: Path, name: str, text: str, task: str
) -> None:
    (tmp_path / name).write_text(text)
    started_with(tmp_path, ordosync(tmp_path, "feed", "check", name, "--init"))

    assert ordosync(tmp_path, "config", "check").code == 0
    assert ordosync(tmp_path, task, "--json").code == 0
    assert ordosync(tmp_path, "feed", "check", name).code == 0


def test_a_file_of_an_account_is_checked_by_its_options(tmp_path: Path) -> None:
    shop(tmp_path, f"{HEADER}1001,MUG,Mug,2,12.50,Ana,Germany\n1002,MUG,Mug,x,12.50,Bo,DE\n")

    result = ordosync(tmp_path, "feed", "check", "feeds/orders.csv", "--json")

    assert result.code == 1
    assert result.json["account"] == "shop"
    [failed] = [each for each in result.json["verdicts"] if each["verdict"] == "failed"]
    assert failed["examples"][0]["row"] == 3
    assert result.json["totals"]["money"] == {"EUR": "25.00"}


def test_a_named_account_checks_any_file(tmp_path: Path) -> None:
    shop(tmp_path, HEADER)
    export(tmp_path, f"{HEADER}1001,MUG,Mug,2,12.50,Ana,Germany\n")

    result = ordosync(tmp_path, "feed", "check", "export.csv", "--account", "shop", "--json")

    assert (result.code, result.json["account"]) == (0, "shop")


def test_skus_that_the_supplier_lacks_are_found_online(tmp_path: Path) -> None:
    shop(tmp_path, f"{HEADER}1001,MUG,Mug,2,12.50,Ana,DE\n1002,CUP,Cup,2,12.50,Bo,DE\n")
    ordosync(tmp_path, "products", "add", "MUG", "--account", "warehouse")

    result = ordosync(tmp_path, "feed", "check", "feeds/orders.csv", "--online")

    assert result.code == 0
    assert "1 SKU that the other side lacks: CUP" in result.out


@pytest.mark.parametrize(
    ("words", "code", "reason"),
    [
        (["missing.csv"], 2, "there is no file 'missing.csv'"),
        (["export.csv", "--subject", "order"], 2, "--subject is one of orders"),
        (["export.csv", "--account", "shp"], 2, "no account 'shp' reads files"),
        (["export.csv", "--account", "warehouse"], 2, "no account 'warehouse' reads files"),
        (["export.csv", "--account", "shop", "--subject", "stock"], 2, "reads no stock"),
        (["export.csv", "--online"], 2, "--online needs an account"),
    ],
)
def test_an_error_names_the_next_thing_to_do(
    tmp_path: Path, words: list[str], code: int, reason: str
) -> None:
    export(tmp_path)
    shop(tmp_path, HEADER)

    result = ordosync(tmp_path, "feed", "check", *words)

    assert result.code == code
    assert reason in result.err
    assert len(result.err.splitlines()) == 1


def test_a_wrong_configuration_exits_3(tmp_path: Path) -> None:
    export(tmp_path)
    shop(tmp_path, config=CONFIG.replace("currency: EUR", "currency: euro"))

    assert ordosync(tmp_path, "feed", "check", "export.csv").code == 3


def test_a_terminal_of_80_columns_shows_whole_words(tmp_path: Path) -> None:
    export(tmp_path, EXPORT.replace("MUG,Mug,1", "MUG,Mug,one"))

    shown = on_a_terminal(tmp_path, "feed", "check", "export.csv", columns=80)

    lines = re.sub(r"\x1b\[[0-9;]*m", "", shown).replace("\r", "").splitlines()
    assert [line for line in lines if len(line.rstrip()) > 80] == []
    assert "Traceback" not in shown


def test_hostile_names_are_shown_as_text(tmp_path: Path) -> None:
    export(tmp_path, "Order,SKU,Qty,\x1b[31mred\n1001,M\x1b[2J,2,x\n1001,M\x1b[2J,x,x\n")

    result = ordosync(tmp_path, "feed", "check", "export.csv")

    assert "\x1b" not in result.out + result.err


def test_an_order_with_other_content_in_another_file_is_a_warning(tmp_path: Path) -> None:
    path = shop(tmp_path, f"{HEADER}1001,MUG,Mug,2,12.50,Ana,DE\n1002,MUG,Mug,1,12.50,Bo,DE\n")
    path.with_name("new.csv").write_text(
        f"{HEADER}1001,MUG,Mug,3,12.50,Ana,DE\n1002,MUG,Mug,1,12.50,Bo,DE\n"
    )

    result = ordosync(tmp_path, "feed", "check", "feeds/orders.csv")

    assert result.code == 0
    assert "1 order differs in another file of the account" in result.out
    assert "counts: 1001\n" in result.out


MAGENTO = (
    "ID,Purchase Point,Purchase Date,Bill-to Name,Ship-to Name,Grand Total (Base),"
    "Grand Total (Purchased),Status,Billing Address,Shipping Address\n"
    '000000001,Main,"Nov 20, 2026",Ana Cruz,Ana Cruz,66.40,66.40,Processing,a,"1 Main St,Reno"\n'
)


def test_an_export_without_items_is_refused_with_what_it_lacks(tmp_path: Path) -> None:
    export(tmp_path, MAGENTO)

    result = ordosync(tmp_path, "feed", "check", "export.csv")

    assert result.code == 1
    assert "no column has a usual name of sku or quantity" in result.out


def test_a_check_of_the_configuration_has_the_signs_of_the_newest_file(tmp_path: Path) -> None:
    path = shop(tmp_path, f"{HEADER}1001,00501,Mug,2,12.50,Ana,DE\n1002,00502,Cup,1,2,Bo,DE\n")
    path.write_text(f"{path.read_text()}1003,503,Tray,1,2,Cy,DE")

    result = ordosync(tmp_path, "config", "check", "--online")

    assert result.code == 0
    assert "orders: orders.csv has 3 that can be read" in result.out
    assert "orders: orders.csv: row 4: SKUs of digits are shorter" in result.out
    assert "orders: orders.csv: the last row has no line end" in result.out


def test_a_format_of_dates_that_is_not_known_is_an_edit(tmp_path: Path) -> None:
    export(tmp_path, "Order,SKU,Qty,Date\n1001,MUG,2,20th of Nov 2026\n")

    init = ordosync(tmp_path, "feed", "check", "export.csv", "--init")

    assert 'date_format:  # edit: such as "%Y-%m-%d"' in init.out
    text = re.sub(r"date_format:  # edit.*", 'date_format: "%dth of %b %Y"', init.out)
    (tmp_path / "config.yaml").write_text(with_edits(text))
    assert ordosync(tmp_path, "import-orders", "--json").counts == {"seen": 1, "done": 1}


CONTENTS = {
    "nothing": b"",
    "a blank line": b"\n",
    "a NUL": b"\0",
    "a mark": b"\xff\xfe",
    "an open quote": b'Order,SKU,Qty\n"1',
    "a header": b"Order,SKU,Qty",
    "a column twice": b"Order,Order,SKU,Qty\n1,1,M,2\n",
    "old line ends": b"Order;SKU;Qty\r1;M;3\r",
    "another byte order": "Order,SKU,Qty\n1,M,2\n".encode("utf-32"),
    "numbers": b"[1, 2]",
    "deep JSON": b'{"a":' * 2000,
    "deep XML": b"<a>" * 3000,
    "a key twice": b'{"order":1,"order":2,"sku":"M","quantity":1}\n' * 2,
    "keys like paths": b'{"order":"1","a.b":"x","a/b[]":"y","":"z","sku":"M","quantity":1}\n' * 2,
    "a workbook": b"PK\x03\x04",
    "a web page": b"<!DOCTYPE html><html><body>Sign in</body></html>",
}


@pytest.mark.parametrize("content", CONTENTS)
@pytest.mark.parametrize("name", ["a.csv", "a.json", "a.jsonl", "a.xml", "a.xlsx"])
def test_any_bytes_under_any_name_have_a_result(tmp_path: Path, content: str, name: str) -> None:
    (tmp_path / name).write_bytes(CONTENTS[content])

    for option in ("--json", "--init"):
        result = ordosync(tmp_path, "feed", "check", name, option)
        assert result.code in (0, 1)
        assert "bug of ordosync" not in result.err


def test_skus_of_a_stock_file_that_the_merchant_lacks_are_found_online(tmp_path: Path) -> None:
    (tmp_path / "stock.csv").write_text("Item No.,Avail.\nMUG,5\nCUP,2\n")
    started_with(tmp_path, ordosync(tmp_path, "feed", "check", "stock.csv", "--init"))
    ordosync(tmp_path, "products", "add", "CUP", "--account", "shop")

    result = ordosync(tmp_path, "feed", "check", "stock.csv", "--online")

    assert result.code == 0
    assert "1 SKU that the other side lacks: MUG" in result.out


def test_a_reader_that_stops_reading_is_no_error_of_the_file(tmp_path: Path) -> None:
    export(tmp_path)
    reading, writing = os.pipe()
    os.close(reading)

    with os.fdopen(writing, "wb") as closed:
        command = [sys.executable, "-m", "ordosync", "feed", "check", "export.csv", "--init"]
        result = subprocess.run(
            command, cwd=tmp_path, stdout=closed, stderr=subprocess.PIPE, check=False
        )

    assert result.stderr == b""


def test_the_address_of_a_preset_in_one_column_stays_required(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(
        "Order Number,Order Status,Order Date,First Name (Shipping),Last Name (Shipping),"
        "Address 1&2 (Shipping),City (Shipping),Postcode (Shipping),Country Code (Shipping),"
        "SKU,Name,Quantity (- Refund),Item Cost\n"
    )

    init = ordosync(tmp_path, "feed", "check", "a.csv", "--init")

    assert "preset: woocommerce-order-export" in init.out
    assert "address: optional" not in init.out
