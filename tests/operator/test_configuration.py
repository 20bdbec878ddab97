"""Accepted but wrong values of the configuration are reported with their line and a suggestion."""

import json
import shutil
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

from ordosync.accounts import KINDS
from ordosync.cli import documentation
from tests.support.command import Done, ordosync
from tests.support.desk import TwoAccounts

CASES = Path(__file__).parents[2].parent / "shared" / "cases" / "operator"
FILES = """accounts:
  shop:
    kind: files
    orders:
      glob: feeds/*.csv
      columns: {{order_number: order, sku: sku, quantity: quantity, {columns}}}
      {option}
  warehouse: {{kind: sqlite, path: warehouse.db}}
portals:
  shop-warehouse: {{merchant: shop, supplier: warehouse{portal}}}
"""
WITH_DATES = "placed_at: placed"
FEED = "order,sku,quantity\n1,MUG,2\n2,CUP,1\n"


def check(folder: Path, *words: str, option: str = "", columns: str = "", portal: str = "") -> Done:
    (folder / "config.yaml").write_text(FILES.format(option=option, columns=columns, portal=portal))
    return ordosync(folder, "config", "check", *words)


def feed(folder: Path, text: str | bytes, name: str = "orders.csv") -> None:
    (folder / "feeds").mkdir(exist_ok=True)
    (folder / "feeds" / name).write_bytes(text if isinstance(text, bytes) else text.encode())


@pytest.mark.parametrize(
    ("date_format", "hint"),
    [
        ("YYYY-MM-DD", "%Y-%m-%d"),
        ("DD.MM.YYYY HH:mm:ss", "%d.%m.%Y %H:%M:%S"),
        ("DD/MM/YY", "%d/%m/%y"),
        ("%H:%M", "%Y-%m-%d"),
    ],
)
def test_m7_date_format_without_a_date_is_refused_at_its_line(
    date_format: str, hint: str, tmp_path: Path
) -> None:
    option = f'date_format: "{date_format}"\n      timezone: Europe/London'

    result = check(tmp_path, columns=WITH_DATES, option=option)

    assert result.code == 3
    assert result.err.startswith("error: line 7: accounts.shop.orders.date_format: ")
    assert f'write, for example, "{hint}"' in result.err


@pytest.mark.parametrize("date_format", ["%Y-%m-%dT%H:%M:%S%z", "%d %b %Y", "%m/%d/%y %I:%M %p"])
def test_m7_date_format_with_a_date_is_accepted(date_format: str, tmp_path: Path) -> None:
    option = f'date_format: "{date_format}"\n      timezone: Europe/London'

    assert check(tmp_path, columns=WITH_DATES, option=option).code == 0


@pytest.mark.parametrize(
    ("zone", "hint"), [("London", "Europe/London"), ("Europe/Pariss", "Europe/Paris")]
)
def test_m7_time_zone_names_its_own_line_and_the_nearest_zone(
    zone: str, hint: str, tmp_path: Path
) -> None:
    option = f'date_format: "%Y-%m-%d"\n      timezone: {zone}'

    result = check(tmp_path, columns=WITH_DATES, option=option)

    assert result.code == 3
    assert result.err.startswith("error: line 8: accounts.shop.orders.timezone: ")
    assert f"did you mean {hint}?" in result.err


def test_m7_all_wrong_values_of_a_place_are_listed_at_once(tmp_path: Path) -> None:
    """Otherwise each of them takes an edit and a check."""
    option = (
        "values: {ship_to.country: {United Kingdom: UK}}\n      date_format: DD.MM.YYYY\n"
        "      timezone: London\n      currency: Pounds\n      quiet_s: 60"
    )

    result = check(tmp_path, columns=f"{WITH_DATES}, ship_to.country: country", option=option)

    lines = [line.partition(" accounts.shop.orders.")[::2] for line in result.err.splitlines()]
    assert [(where, rest.partition(":")[0]) for where, rest in lines] == [
        ("error: line 7:", "values"),
        ("error: line 8:", "date_format"),
        ("error: line 9:", "timezone"),
        ("error: line 10:", "currency"),
    ]


def test_m7_a_value_that_only_lacks_another_one_is_no_second_problem(tmp_path: Path) -> None:
    """Without the wrong time zone, the date format would have none."""
    option = 'date_format: "%Y-%m-%d"\n      timezone: London'

    assert len(check(tmp_path, columns=WITH_DATES, option=option).err.splitlines()) == 1


def test_m7_country_code_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    option = "values: {ship_to.country: {United Kingdom: UK}}"

    result = check(tmp_path, columns="ship_to.country: country", option=option)

    assert result.code == 3
    assert "'UK' is not a country code; did you mean GB?" in result.err


def test_m7_country_code_of_an_order_that_is_added_is_checked(tmp_path: Path) -> None:
    check(tmp_path)

    words = ("--line", "MUG=1", "--country", "UK", "--name", "A", "--street1", "B")
    result = ordosync(tmp_path, "orders", "add", "1", *words)

    assert (result.code, result.out) == (2, "")
    assert "did you mean GB?" in result.err


@pytest.mark.parametrize("path", ["warehouse.db", "./warehouse.db", "alias/warehouse.db"])
def test_m7_two_accounts_on_one_file_are_refused(path: str, tmp_path: Path) -> None:
    (tmp_path / "alias").symlink_to(tmp_path)
    (tmp_path / "config.yaml").write_text(
        "accounts:\n"
        "  a: {kind: sqlite, path: warehouse.db}\n"
        f"  b: {{kind: sqlite, path: {path}}}\n"
        "portals:\n  p: {merchant: a, supplier: b}\n"
    )

    result = ordosync(tmp_path, "config", "check")

    assert result.code == 3
    assert result.err.startswith("error: line 5: portals.p: accounts a and b are the same: ")


def test_m7_one_shop_at_both_ends_of_a_portal_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET", "secret")
    account = '{kind: shopify, shop: gifts, token: "${SECRET}"}'
    (tmp_path / "config.yaml").write_text(
        f"accounts:\n  a: {account}\n  b: {account}\n"
        "portals:\n"
        "  p: {merchant: {account: a, location: 1}, supplier: {account: b, location: 2}}\n"
    )

    result = ordosync(tmp_path, "config", "check")

    assert result.code == 3
    assert "accounts a and b are the same: gifts at https://gifts.myshopify.com/admin" in result.err


def test_m7_folder_that_does_not_exist_is_a_warning(tmp_path: Path) -> None:
    result = check(tmp_path)

    assert result.code == 0
    assert f"warning: account shop: the folder {tmp_path}/feeds does not exist" in result.out


def test_m7_folder_to_write_into_that_does_not_exist_is_a_warning(tmp_path: Path) -> None:
    (tmp_path / "feeds").mkdir()
    inventory = "inventory: {path: out/stock.csv, columns: {sku: sku, quantity: qty}}"
    result = check(tmp_path, option=f"currency: EUR\n    {inventory}")

    assert result.code == 0
    assert f"warning: account shop: the folder {tmp_path}/out does not exist" in result.out


def test_m7_variable_in_braces_is_to_be_quoted(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text("accounts:\n  a: {secret: ${NOPE}}\n")

    result = ordosync(tmp_path, "config", "check")

    assert result.code == 3
    assert "line 2: not valid YAML" in result.err
    assert 'quote a value with ${...} inside { }: "${NAME}"' in result.err


def test_h5_online_check_reads_the_newest_file(tmp_path: Path) -> None:
    feed(tmp_path, FEED)

    result = check(tmp_path, "--online")

    assert result.code == 0
    assert "merchant shop: orders: orders.csv has 2 that can be read" in result.out


def test_h5_online_check_says_that_there_is_no_file(tmp_path: Path) -> None:
    feed(tmp_path, FEED, name="orders.xlsx")

    result = check(tmp_path, "--online")

    assert (
        f"orders: no file matches {tmp_path}/feeds/*.csv; the folder has orders.xlsx" in result.out
    )


def test_h5_online_check_names_a_missing_column_and_those_of_the_file(tmp_path: Path) -> None:
    feed(tmp_path, FEED.replace("order,", "Order,"))

    result = check(tmp_path, "--online")

    assert result.code == 1
    assert "column 'order' is missing; did you mean 'Order'?" in result.out
    assert "(its columns: Order, sku, quantity)" in result.out


def test_h5_online_check_counts_rows_that_cannot_be_read(tmp_path: Path) -> None:
    feed(tmp_path, "order,sku,quantity\n1,MUG,2\n2,CUP,many\n")

    result = check(tmp_path, "--online")

    assert result.code == 0
    assert (
        "has 1 that can be read, and 1 that cannot; the first: feeds/orders.csv row 3" in result.out
    )


def test_m6_semicolons_are_recognized_in_a_run(tmp_path: Path) -> None:
    feed(tmp_path, FEED.replace(",", ";"))
    check(tmp_path)

    ordosync(tmp_path, "import-orders")
    run = ordosync(tmp_path, "show", "1")

    assert "it is separated by ';': set `delimiter: \";\"`" in run.out + run.err


def test_m6_semicolons_are_recognized_though_a_column_is_missing(tmp_path: Path) -> None:
    feed(tmp_path, "Order;SKU\n1;MUG\n")
    check(tmp_path)

    ordosync(tmp_path, "import-orders")
    run = ordosync(tmp_path, "show", "1")

    assert "it is separated by ';'" in run.out + run.err


def test_m6_other_encoding_is_suggested(tmp_path: Path) -> None:
    feed(tmp_path, "order,sku,quantity,name\n1,MUG,2,Zoë\n".encode("cp1252"))
    check(tmp_path)

    ordosync(tmp_path, "import-orders")
    run = ordosync(tmp_path, "show", "1")

    assert "is not utf-8 text; try `encoding: cp1252`" in run.out + run.err


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
def test_m6_workbook_in_the_folder_of_a_feed_is_named_as_one(encoding: str, tmp_path: Path) -> None:
    """It is no text in another encoding."""
    check(tmp_path, option=f"encoding: {encoding}")
    feed(tmp_path, b"PK\x03\x04\xe4 rows")

    imported = ordosync(tmp_path, "import-orders")
    checked = ordosync(tmp_path, "config", "check", "--online")

    for done in (imported, checked):
        assert done.code == 1
        assert "orders.csv: is a workbook of a spreadsheet; save its sheet as CSV" in (
            done.out + done.err
        )


def test_m6_first_row_of_a_file_without_header_stays_out_of_the_log(tmp_path: Path) -> None:
    feed(tmp_path, "1,MUG,2,Ada Lovelace\n")
    check(tmp_path)

    run = ordosync(tmp_path, "import-orders")

    assert run.code == 1
    assert "Lovelace" not in run.out + run.err
    assert b"Lovelace" not in (tmp_path / "ordosync.db").read_bytes()


def test_h4_inventory_without_products_is_a_warning_until_products_were_imported(
    tmp_path: Path,
) -> None:
    (tmp_path / "config.yaml").write_text(
        "accounts:\n  a: {kind: sqlite, path: a.db}\n  b: {kind: sqlite, path: b.db}\n"
        "portals:\n  a-b: {merchant: a, supplier: b, manage_inventory: true}\n"
    )
    before = ordosync(tmp_path, "config", "check").out
    ordosync(tmp_path, "products", "add", "MUG", "--account", "a")

    ordosync(tmp_path, "import-products")

    assert "warning: portal a-b: manage_inventory writes no quantity before import-products" in (
        before
    )
    assert "run `ordosync import-products a-b` once" in before
    assert "warning" not in ordosync(tmp_path, "config", "check").out


def test_h8_config_check_writes_json(tmp_path: Path) -> None:
    feed(tmp_path, FEED)

    document = check(tmp_path, "--online", "--json").json

    assert document["portals"] == ["shop-warehouse"]
    assert {entry["state"] for entry in document["checks"]} == {"ok", "note"}
    assert document["warnings"] == []


def test_m16_full_example_is_installed_and_init_names_it(tmp_path: Path) -> None:
    ordosync(tmp_path, "init", ".")

    assert "ordosync config example" in (tmp_path / "config.yaml").read_text()
    assert ordosync(tmp_path, "config", "example").out.count("\n") > 100


@pytest.mark.parametrize("kind", [None, *KINDS])
def test_m16_every_example_satisfies_the_schema_for_editors(
    kind: str | None, tmp_path: Path
) -> None:
    schema = ordosync(tmp_path, "config", "schema").json
    # Dates are text for an editor.
    resolved = json.loads(json.dumps(yaml.safe_load(documentation.example(kind)), default=str))

    Draft202012Validator.check_schema(schema)
    assert [error.message for error in Draft202012Validator(schema).iter_errors(resolved)] == []


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("import-orders: hourly", "import-orders: 5-minutes"),
        ("merchant:", "merchnat:"),
        ("kind: sqlite", "kind: sqlight"),
    ],
)
def test_m16_schema_refuses_what_the_check_refuses(wrong: str, right: str, tmp_path: Path) -> None:
    schema = ordosync(tmp_path, "config", "schema").json
    text = documentation.example("sqlite")
    text += "" if "import-orders: hourly" in text else "    tasks: {import-orders: hourly}\n"
    broken = text.replace(wrong, right)

    errors = list(Draft202012Validator(schema).iter_errors(yaml.safe_load(broken)))

    assert broken != text
    assert errors


@pytest.mark.skipif(not CASES.exists(), reason="the recorded cases are not on this machine")
@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("env-in-braces", "quote a value"),
        ("same-file", "are the same"),
        ("wrong-date-format", "date_format"),
    ],
)
def test_m7_recorded_configurations_are_refused(name: str, message: str, tmp_path: Path) -> None:
    shutil.copyfile(CASES / f"{name}.yaml", tmp_path / "config.yaml")

    result = ordosync(tmp_path, "config", "check")

    assert result.code == 3
    assert message in result.err


def test_h5_run_over_no_file_says_so(tmp_path: Path) -> None:
    feed(tmp_path, FEED, name="orders.xlsx")
    check(tmp_path)

    planned = ordosync(tmp_path, "import-orders", "--dry-run")
    plan = ordosync(tmp_path, "import-orders", "--dry-run", "--json").json["plans"][0]
    run = ordosync(tmp_path, "import-orders")
    again = ordosync(tmp_path, "import-orders", "--json").run

    note = f"orders: no file matches {tmp_path}/feeds/*.csv; the folder has orders.xlsx"
    assert (note in planned.out, plan["note"]) == (True, note)
    assert f"run 1: {note}" in run.err
    assert (again["status"], again["seen"], again["note"]) == ("ok", 0, note)
    assert note in ordosync(tmp_path, "show", "1").err


def test_h5_run_over_a_file_has_no_note(tmp_path: Path) -> None:
    feed(tmp_path, FEED)
    check(tmp_path)

    assert ordosync(tmp_path, "import-orders", "--json").run["note"] is None


def test_configuration_that_is_shown_says_what_empty_values_mean(both: TwoAccounts) -> None:
    shown = both.run("config", "show")

    assert "an empty list of SKUs means all" in shown.err
    assert "update-tracking and split-order run at once" in shown.err
    assert yaml.safe_load(shown.out)["portals"]["shop-northwind"]["products"]["skus"] == []


@pytest.mark.parametrize(
    ("encoding", "hint"),
    [("latin-99", "did you mean latin-1?"), ("ansi", "choose, for example, utf-8 or cp1252")],
)
def test_m7_encoding_that_does_not_exist_is_refused_with_one_that_does(
    tmp_path: Path, encoding: str, hint: str
) -> None:
    result = check(tmp_path, option=f"encoding: {encoding}")

    assert result.code == 3
    assert f"encoding: '{encoding}' is unknown; {hint}" in result.err
