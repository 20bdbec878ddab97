"""Orders are picked, packed and exported; capability 2 of the operator's list."""

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from tests.support.command import on_a_terminal, ordosync
from tests.support.desk import TwoAccounts
from tests.support.merchants import TwoMerchants
from tests.support.packing import page, picked

ONE_ACCOUNT = """
accounts:
  shop: {kind: sqlite, path: shop.db}
  northwind:
    kind: files
    order_files: {folder: ., columns: {order_number: Order, sku: SKU, quantity: Qty}}
portals:
  shop-northwind: {merchant: shop, supplier: northwind}
"""
HOSTILE = "</bdi><script>alert(1)</script><img src=//x.example>&amp;\u202e"


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.mark.parametrize(
    ("words", "lines"),
    [
        ("", "- CUP=1/1, - MUG=5/2"),
        ("A-1001", "- MUG=2/1"),
        ("A-1002 B-1001", "- CUP=1/1, - MUG=3/1"),
        ("--portal ann-depot", "- CUP=1/1, - MUG=2/1"),
        ("--sku cup", "- CUP=1/1"),
        ("--customer müller", "- MUG=3/1"),
        ("--late 1h", "- CUP=1/1, - MUG=2/1"),
        ("--status shipped", ""),
    ],
)
def test_day_the_pick_list_has_the_open_units_of_all_merchants(
    depot: TwoMerchants, words: str, lines: str
) -> None:
    """The day of the operator, section 2: pick list by SKU."""
    assert picked(depot, *words.split()) == lines


def test_the_pick_list_is_in_the_order_of_the_bins(tmp_path: Path) -> None:
    depot = TwoMerchants(tmp_path)
    for sku, storage_bin in (("MUG", "B-2"), ("CUP", " A-7 "), ("PEN", "")):
        assert depot.run("products", "add", sku, "--bin", storage_bin).code == 0
    products = depot.run("products", "list", "--json").json["products"]
    depot.feed(
        "ann", *(f"9,2026-11-23T10:00:00,{sku},1,Ann,DE" for sku in ("CUP", "MUG", "PEN", "NEW"))
    )
    depot.feed("bob")
    depot.imported()

    assert picked(depot) == "A-7 CUP=1/1, B-2 MUG=1/1, - NEW=1/1, - PEN=1/1"
    assert {product["sku"]: product["bin"] for product in products} == {
        "MUG": "B-2",
        "CUP": "A-7",
        "PEN": None,
    }
    header, first, *_ = depot.run("products", "list").out.splitlines()
    assert (header.split("\t")[-1], first.split("\t")[-1]) == ("bin", "A-7")


def test_a_kit_is_picked_as_its_components(depot: TwoMerchants) -> None:
    depot.run("products", "add", "LID", "--bin", "A-1")
    assert depot.run("products", "add", "SET", "--kit", "MUG=2,LID=0.5").code == 0
    depot.run("orders", "add", "2001", "--line", "SET=3", "--line", "MUG=1")

    assert picked(depot, "2001") == "A-1 LID=1.5/1, - MUG=7/1"
    [lid, *_] = rows(depot.run("orders", "pick", "--csv").out)
    assert lid == {
        "warehouse": "main",
        "bin": "A-1",
        "sku": "LID",
        "name": "LID",
        "units": "1.5",
        "orders": "1",
        "order_numbers": "2001 (1.5)",
    }


def test_units_that_were_sent_or_cancelled_are_not_packed(depot: TwoMerchants) -> None:
    label = ("--carrier", "UPS", "--tracking")
    depot.run("orders", "ship", "B-1001", "--line", "MUG=1", *label, "1Z1")
    depot.run("orders", "cancel", "B-1001", "--line", "MUG=1")
    depot.run("orders", "ship", "A-1001", *label, "1Z2")

    assert picked(depot) == "- CUP=1/1, - MUG=1/1"
    slips = rows(depot.run("orders", "slips", "--csv").out)
    assert [(slip["number"], slip["units"]) for slip in slips] == [("A-1002", "1"), ("B-1001", "1")]


def test_a_split_order_is_packed_as_its_pieces(depot: TwoMerchants) -> None:
    depot.run("orders", "split", "B-1001", "--piece", "MUG=1", "--piece", "MUG=2")

    assert picked(depot, "--portal", "bob-depot") == "- MUG=3/2"
    refused = depot.run("orders", "slips", "B-1001", "--csv")
    assert (refused.code, refused.out) == (1, "")
    assert refused.err == "error: order B-1001 is split; name its pieces: B-1001-1, B-1001-2\n"
    [slip] = rows(depot.run("orders", "slips", "B-1001-2", "--csv").out)
    assert (slip["merchant"], slip["units"]) == ("bob", "2")


def test_an_order_without_open_units_has_no_slip(depot: TwoMerchants) -> None:
    depot.run("orders", "cancel", "A-1001")

    for command in ("pick", "slips"):
        some = depot.run("orders", command, "A-1002", "A-1001", "--csv")
        assert (some.code, "left out: order A-1001 is cancelled" in some.err) == (0, True)
        refused = depot.run("orders", command, "A-1001", "--csv")
        assert (refused.code, refused.out) == (1, "")
        assert "order A-1001 is cancelled and has no open units" in refused.err
    unknown = depot.run("orders", "slips", "1002")
    assert (unknown.code, unknown.out) == (2, "")
    assert "did you mean A-1002?" in unknown.err


def test_an_order_that_a_supplier_packs_is_left_out(both: TwoAccounts) -> None:
    both.shop("orders", "add", "1002", "--line", "MUG=2")
    both.shop("orders", "add", "1003", "--line", "CUP=1", "--supplier", "northwind")

    done = both.shop("orders", "pick", "--csv")

    assert [(row["sku"], row["units"]) for row in rows(done.out)] == [("MUG", "2")]
    assert done.err.startswith("2 orders are left out: requested from a Supplier")
    [slip] = rows(both.shop("orders", "slips", "--csv").out)
    assert (slip["number"], slip["merchant"]) == ("1002", "shop")
    [chosen] = rows(both.shop("orders", "slips", "1003", "--csv").out)
    assert chosen["number"] == "1003"


def test_the_account_of_named_orders_is_inferred_unless_a_supplier_packs_them(
    both: TwoAccounts,
) -> None:
    both.shop("orders", "add", "1002", "--line", "MUG=2")

    theirs = both.run("orders", "slips", "S-1001", "--csv")
    own = both.run("orders", "pick", "1002", "--csv")
    refused = [both.run("orders", command, "1001", "--csv") for command in ("pick", "slips")]

    assert {slip["merchant"] for slip in rows(theirs.out)} == {"shop"}
    assert "account northwind: order S-1001 of shop" in theirs.err
    assert [line["units"] for line in rows(own.out)] == ["2"]
    assert [(done.code, done.out) for done in refused] == [(2, ""), (2, "")]
    assert "is requested from northwind" in refused[0].err
    assert {line["supplier"] for line in rows(both.run("orders", "export", "1001").out)} == {
        "northwind"
    }


def test_a_terminal_asks_before_an_order_that_a_supplier_packs(both: TwoAccounts) -> None:
    words = ("orders", "pick", "1001", "--account", "shop")

    asked = on_a_terminal(both.folder, *words, answer="n")
    forced = on_a_terminal(both.folder, *words, "--yes")

    assert "order 1001 requested from northwind" in asked
    assert "pack it here nevertheless? [y/N]" in asked
    assert "MUG" not in asked
    assert "[y/N]" not in forced
    assert "MUG" in forced


def test_an_order_that_a_supplier_packs_needs_the_account(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text(ONE_ACCOUNT)
    words = ("orders", "add", "1001", "--line", "MUG=1", "--supplier", "northwind")
    assert ordosync(tmp_path, *words).code == 0

    for command in ("pick", "slips"):
        refused = ordosync(tmp_path, "orders", command, "1001", "--csv")
        assert (refused.code, refused.out) == (2, "")
        assert "is requested from northwind" in refused.err
        assert "add --account shop" in refused.err
        chosen = ordosync(tmp_path, "orders", command, "1001", "--csv", "--account", "shop")
        assert (chosen.code, len(rows(chosen.out))) == (0, 1)


def test_day_slips_have_one_printed_page_per_order(depot: TwoMerchants) -> None:
    """The day of the operator, section 2: packing slips, with the Merchant's name."""
    store = (depot.folder / "ordosync.db").read_bytes()

    done = depot.run("orders", "slips", "--html", "slips.html")

    file = depot.folder / "slips.html"
    shown, texts = page(depot, "slips")
    assert (done.code, done.out, done.err) == (0, "", "wrote 3 slips to slips.html\n")
    assert file.read_text("utf-8") == shown.source
    assert file.stat().st_mode & 0o777 == 0o600
    assert len(shown.named("section")) == len(shown.named("h1")) == 3
    assert [texts[at + 1] for at, text in enumerate(texts) if text == "Order"] == [
        "A-1001",
        "A-1002",
        "B-1001",
    ]
    assert [name for name in texts if name in ("ann", "bob", "depot")] == ["ann", "ann", "bob"]
    assert {"Zoë Müller", "2026-11-23", "Total: 3 units"} <= set(texts)
    assert "break-after: page" in shown.source
    assert (depot.folder / "ordosync.db").read_bytes() == store
    assert not list(depot.folder.glob(".*.tmp"))


def test_a_slip_has_prices_only_if_they_are_asked_for(depot: TwoMerchants) -> None:
    words = (
        "--line",
        "MUG=2@9.50",
        "--line",
        "CUP=1@0.2",
        "--currency",
        "EUR",
        "--street1",
        "Rd 5",
    )
    place = ("--city", "York", "--zip", "YO1", "--country", "GB", "--email", "a@mail.example")
    assert (
        depot.run("orders", "add", "7", *words, *place, "--name", "Ann", "--phone", "+44 1").code
        == 0
    )

    plain = depot.run("orders", "slips", "7").out
    _, priced = page(depot, "slips", "7", "--prices")

    assert "9.5" not in plain
    assert "EUR" not in plain
    assert {"9.50", "19.00", "0.20", "Total: 3 units, 19.20 EUR"} <= set(priced)
    assert {"Ann", "Rd 5", "YO1 York", "GB"} <= set(priced)
    # Other people handle the parcel.
    assert "mail.example" not in plain
    assert "+44" not in plain
    [first, _] = rows(depot.run("orders", "slips", "7", "--prices", "--csv").out)
    assert (first["unit_price"], first["currency"], first["units"]) == ("9.50", "EUR", "2")
    assert "unit_price" not in depot.run("orders", "slips", "7", "--csv").out


def test_hostile_text_is_harmless_on_a_page(depot: TwoMerchants) -> None:
    depot.run("products", "add", "BAD", "--name", HOSTILE, "--bin", HOSTILE)
    words = ("--line", "BAD=1", "--name", HOSTILE, "--street1", HOSTILE, "--city", "قاهرة")
    assert depot.run("orders", "add", "<i>8", *words).code == 0

    for command in ("slips", "pick"):
        shown, texts = page(depot, command, "<i>8")
        assert not shown.named("i")
        assert HOSTILE.replace("\u202e", r"\u202e") in texts
        [policy] = [tag["content"] for tag in shown.named("meta") if "http-equiv" in tag]
        assert policy == "default-src 'none'; style-src 'unsafe-inline'"


def test_the_page_of_the_pick_list_has_a_table_per_warehouse(depot: TwoMerchants) -> None:
    depot.run("products", "add", "PEN", "--bin", "A-1")
    depot.run("orders", "add", "9", "--line", "PEN=4")

    shown, texts = page(depot, "pick")

    assert (depot.folder / "page.html").stat().st_mode & 0o777 == 0o600
    assert len(shown.named("table")) == 1
    assert {"Bin", "A-1", "PEN", ", 10 units, 4 orders"} <= set(texts)


def test_the_pick_list_fits_a_terminal_of_80_columns(depot: TwoMerchants) -> None:
    depot.run("products", "add", "MUG-BLUE-300", "--name", "A" * 30, "--bin", "A-01-02")
    depot.run("orders", "add", "9", "--line", "MUG-BLUE-300=12")

    shown = on_a_terminal(depot.folder, "orders", "pick", "9", columns=80)

    assert "A-01-02   MUG-BLUE-300   " in shown
    # A warehouse that is the same in each row stands above the table.
    assert shown.count("main") == 1


def test_a_page_needs_a_file_or_a_pipe(depot: TwoMerchants) -> None:
    shown = on_a_terminal(depot.folder, "orders", "slips")

    assert "add `--html slips.html`" in shown
    assert "<html" not in shown


def test_export_as_a_workbook_has_the_cells_of_the_csv(depot: TwoMerchants) -> None:
    done = depot.run("orders", "export", "--xlsx", "--output", "orders.xlsx")

    assert done.code == 0, done
    path = depot.folder / "orders.xlsx"
    assert path.stat().st_mode & 0o777 == 0o600
    sheet = load_workbook(path).active
    assert sheet is not None
    shown = [["" if cell.value is None else str(cell.value) for cell in row] for row in sheet.rows]
    texts = list(csv.reader(depot.run("orders", "export").out.splitlines()))
    at = texts[0].index("unit_price")
    for rows in (shown, texts):
        for row in rows:
            row[at] = row[at].rstrip("0").rstrip(".")
    assert shown == texts


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("slips --html depot.db", "--html 'depot.db' does not end with .html or .htm"),
        ("pick --html folder.html", "--html 'folder.html' is not a file"),
        ("pick --html x.html --csv", "use only one of"),
        ("pick --csv --json", "use either --csv or --json"),
        ("export --output config.yaml", "--output 'config.yaml' does not end with .csv"),
        ("export --output x.csv --jsonl", "does not end with .jsonl"),
        ("export --csv --jsonl", "use either --csv or --jsonl"),
        ("export --jsonl --xlsx --output x.xlsx", "use either --jsonl or --xlsx"),
        ("export --xlsx", "--xlsx needs --output FILE.xlsx"),
        ("export --xlsx --output x.csv", "does not end with .xlsx"),
        ("export 4711", "account depot has no order '4711'"),
        ("slips --csv --portal nowhere", "has no portal 'nowhere'"),
    ],
)
def test_output_that_cannot_be_meant_is_refused(
    depot: TwoMerchants, words: str, message: str
) -> None:
    (depot.folder / "folder.html").mkdir()
    before = (depot.folder / "depot.db").read_bytes()

    refused = depot.run("orders", *words.split())

    assert (refused.code, refused.out) == (2, "")
    assert message in refused.err
    assert (depot.folder / "depot.db").read_bytes() == before


def test_a_file_that_cannot_be_written_is_named(depot: TwoMerchants) -> None:
    done = depot.run("orders", "slips", "--html", "missing/slips.html")

    assert (done.code, done.out) == (1, "")
    assert done.err.startswith("error: missing/slips.html cannot be written: No such file")


def test_nothing_to_pack_is_said(depot: TwoMerchants) -> None:
    done = depot.run("orders", "pick", "--sku", "NONE")

    assert (done.code, done.out) == (0, "")
    assert done.err == "account depot has no such orders with open units\n"


def exported(depot: TwoMerchants, *words: str) -> Iterator[dict[str, Any]]:
    yield from map(json.loads, depot.run("orders", "export", *words, "--jsonl").out.splitlines())


def test_export_has_one_row_per_line_with_addresses(depot: TwoMerchants) -> None:
    depot.run("orders", "add", "7", "--line", "MUG=2@9.50", "--line", "CUP=1", "--currency", "EUR")
    depot.run("orders", "ship", "7", "--line", "MUG=1", "--carrier", "UPS", "--tracking", "1Z1")

    lines = rows(depot.run("orders", "export").out)

    assert [(line["number"], line["line"], line["sku"]) for line in lines] == [
        ("A-1001", "1", "MUG"),
        ("A-1002", "1", "CUP"),
        ("B-1001", "1", "MUG"),
        ("7", "1", "MUG"),
        ("7", "2", "CUP"),
    ]
    assert (lines[2]["merchant"], lines[2]["portal"]) == ("bob", "bob-depot")
    assert (lines[2]["ship_to_name"], lines[2]["ship_to_country"]) == ("Zoë Müller", "DE")
    assert lines[0]["created"] == "2026-11-23T10:00:00.000Z"
    mug = lines[3]
    assert (mug["status"], mug["tracking"]) == ("partially_shipped", "1Z1")
    assert (mug["ordered"], mug["open"], mug["sent"], mug["cancelled"]) == ("2", "1", "1", "0")
    assert (mug["unit_price"], mug["currency"]) == ("9.50", "EUR")


def test_export_as_json_lines_has_the_same(depot: TwoMerchants) -> None:
    [order] = exported(depot, "--customer", "müller")

    assert (order["number"], order["merchant"], order["portal"]) == ("B-1001", "bob", "bob-depot")
    assert order["ship_to"]["name"] == "Zoë Müller"
    assert [(line["sku"], line["ordered"], line["open"]) for line in order["lines"]] == [
        ("MUG", 3, 3)
    ]
    assert [order["number"] for order in exported(depot, "A-1002", "A-1001")] == [
        "A-1001",
        "A-1002",
    ]


def test_export_to_a_file_is_private_and_replaces_the_old_one(depot: TwoMerchants) -> None:
    file = depot.folder / "orders.csv"
    file.write_text("old")
    file.chmod(0o644)

    done = depot.run("orders", "export", "--output", "orders.csv")

    assert (done.code, done.out, done.err) == (0, "", "wrote 3 orders to orders.csv\n")
    assert len(rows(file.read_text("utf-8"))) == 3
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_formula_in_an_export_is_text(depot: TwoMerchants) -> None:
    formula = "=HYPERLINK(1)"
    depot.run("orders", "add", "8", "--line", "@X=1", "--name", formula, "--phone", "+44 1")

    [line] = rows(depot.run("orders", "export", "8").out)
    [slip] = rows(depot.run("orders", "slips", "8", "--csv").out)

    assert (line["ship_to_name"], line["ship_to_phone"]) == (f"'{formula}", "'+44 1")
    assert (line["sku"], line["ordered"]) == ("'@X", "1")
    assert (slip["ship_to_name"], slip["sku"]) == (f"'{formula}", "'@X")


def test_the_slip_of_a_portal_that_was_removed_names_no_supplier(depot: TwoMerchants) -> None:
    config = depot.folder / "config.yaml"
    config.write_text(config.read_text().partition("  bob-depot:")[0])

    [slip] = rows(depot.run("orders", "slips", "B-1001", "--csv").out)

    assert slip["merchant"] == ""
