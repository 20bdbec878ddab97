"""Messages of the desk: the change, its receivers, and what to do if one does not get it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.combinations import covering
from tests.support.command import AT_ONCE, CONFIG, HEADER, numbers, ordosync, row, shop
from tests.support.desk import SHIP, TwoAccounts


def test_the_same_label_again_is_no_second_shipment(both: TwoAccounts) -> None:
    both.northwind(*SHIP)

    again = both.northwind(*SHIP)

    assert (again.code, again.out) == (0, "")
    assert again.err == "0 shipped, 1 was already shipped with the same tracking number\n"


def test_shipping_an_order_that_is_requested_from_a_supplier_is_reported(both: TwoAccounts) -> None:
    result = both.shop("orders", "ship", "1001", "--carrier", "UPS", "--tracking", "1Z9")

    assert result.code == 0
    assert "order 1001 is requested from northwind, which may ship it, too" in result.err


def test_a_void_label_is_reported_with_what_becomes_of_the_merchants_order(
    both: TwoAccounts,
) -> None:
    both.northwind(*SHIP)

    result = both.northwind("orders", "ship", "S-1001", "--void")

    assert "is voided; the Merchant's order stays shipped, with a voided label" in result.err


def test_a_merchant_that_takes_no_tracking_is_named(tmp_path: Path) -> None:
    shop(tmp_path, HEADER + row("1"))
    ordosync(tmp_path, "import-orders")

    result = ordosync(tmp_path, "orders", "ship", "1", "--carrier", "UPS", "--tracking", "1Z9")

    assert result.code == 0
    assert (
        "account shop cannot receive tracking numbers, so the Merchant is not notified"
        in result.err
    )


def test_a_failed_write_is_reported_with_the_next_command(both: TwoAccounts) -> None:
    both.shop("orders", "cancel", "1001")

    result = both.northwind(*SHIP)

    run = both.run("activity", "--json").run["id"]
    assert "order 1001 is cancelled" in result.err
    assert f"`ordosync show {run}`" in result.err
    # A retry would fail again.
    assert "`ordosync attention` shows what to do" in result.err
    assert "ordosync retry" not in result.err
    assert "run-due" not in result.err


def test_a_cancellation_says_whether_it_travels(both: TwoAccounts) -> None:
    both.imported("1002")
    off = both.shop("orders", "cancel", "1001")
    again = both.shop("orders", "cancel", "1001")
    at_supplier = both.northwind("orders", "cancel", "S-1002")
    own = both.shop("orders", "add", "7", "--line", "MUG=1")
    own = both.shop("orders", "cancel", "7")
    both.configure("manage_inventory: true", "tasks: {cancel-orders: hourly}")
    both.shop("orders", "add", "1003", "--line", "MUG=1", "--supplier", "northwind")
    on = both.shop("orders", "cancel", "1003")

    assert "`ordosync cancel-orders` cancels it at northwind" in off.err
    assert "off in the configuration" in off.err
    assert again.err == "order 1001 was already cancelled\n"
    assert "`ordosync report-shortages` reports it to the Merchant now" in at_supplier.err
    assert own.err == "order 7 cancelled\n"
    assert "hourly" in on.err


def test_a_restored_order_says_who_ships_it(both: TwoAccounts) -> None:
    both.shop("orders", "cancel", "1001")
    ours = both.shop("orders", "restore", "1001")
    both.shop("orders", "cancel", "1001")
    nobody = both.shop("orders", "restore", "1001", "--supplier", "nobody")
    theirs = both.shop("orders", "restore", "1001", "--supplier", "northwind")

    assert "now fulfilled in-house (--supplier northwind" in ours.err
    assert (nobody.code, "known: northwind" in nobody.err) == (2, True)
    assert theirs.err == "order 1001 restored and requested from northwind again\n"


def test_an_order_takes_name_and_price_of_known_products_and_an_address(both: TwoAccounts) -> None:
    both.shop("products", "add", "HAT", "--name", "A hat", "--price", "12.5")
    address = ("--street1", "1 High Street", "--city", "Graz", "--zip", "8010", "--country", "AT")
    lines = ("--line", "HAT=2", "--line", "BELT=1@3")

    result = both.shop("orders", "add", "9", *lines, *address, "--currency", "EUR")

    order = both.order("shop", "9")
    assert "BELT is a new product" in result.err
    assert "HAT is" not in result.err
    assert [(line["name"], line["unit_price"]) for line in order["lines"]] == [
        ("A hat", "12.5"),
        ("BELT", "3"),
    ]
    assert (order["ship_to"]["zip"], order["ship_to"]["country"]) == ("8010", "AT")
    shown = both.shop("orders", "show", "9").out
    assert "total 28.00 EUR" in shown
    assert "12.50" in shown


def test_a_count_says_how_many_and_where(both: TwoAccounts) -> None:
    first = both.northwind("stock", "set", "MUG", "10", "--warehouse", "atlantis")
    second = both.northwind("stock", "adjust", "MUG", "--by", "-3", "--warehouse", "atlantis")
    below = both.northwind("stock", "adjust", "MUG", "--by", "-8", "--warehouse", "atlantis")

    place = "in atlantis of account northwind"
    assert first.err.startswith(f"MUG: not counted -> 10 {place}, a new warehouse\n")
    assert second.err.startswith(f"MUG: 10 -> 7 {place}\n")
    assert below.code == 1
    assert below.err == (
        "error: product MUG would be -1 in atlantis; `ordosync stock list --account northwind`"
        " shows the current state\n"
    )


def test_stock_of_some_products_is_listed_alone(both: TwoAccounts) -> None:
    rows = both.northwind("stock", "list", "CUP", "--json").json["stock"]

    assert [row["sku"] for row in rows] == ["CUP"]


def test_refused_rows_can_be_fixed_and_fed_in_again(both: TwoAccounts) -> None:
    both.imported("1002")
    file, back = both.folder / "day.csv", both.folder / "day.refused.csv"
    file.write_text("number,carrier,tracking\nS-1001,,\n\nS-9,UPS,1Z\nS-1002,UPS,1Z2\n")
    both.northwind("orders", "ship", "--from", "day.csv")
    refused = back.read_text()

    back.write_text(refused.replace("S-1001,,", "S-1001,UPS,1Z1").replace("S-9", "S-1002"))
    fixed = both.northwind("orders", "ship", "--from", "day.refused.csv")

    assert refused.splitlines()[1].startswith("S-1001,,,2,has no carrier and no tracking")
    assert refused.splitlines()[2].startswith("S-9,UPS,1Z,4,")
    assert "1 shipped" in fixed.err
    assert "1 refused: see day.refused-2.csv" in fixed.err.replace(f"{both.folder}/", "")


def test_a_file_with_wrong_columns_is_reported_with_actual_and_required_ones(
    both: TwoAccounts,
) -> None:
    (both.folder / "semi.csv").write_text("sku:quantity\nMUG:1\n")

    result = both.northwind("stock", "set", "--from", "semi.csv")

    assert result.code == 2
    assert "has the columns 'sku:quantity'; required: sku, quantity" in result.err


def test_blanks_around_the_commas_of_a_piece_do_not_count(both: TwoAccounts) -> None:
    pieces = ("--piece", "MUG=1 , CUP=1", "--piece", " MUG = 1")

    result = both.northwind("orders", "split", "S-1001", *pieces)

    assert result.code == 0, result


def test_an_unknown_account_is_reported_with_the_known_ones(both: TwoAccounts) -> None:
    result = both.at("north", "orders", "list")

    assert (result.code, result.err) == (
        2,
        "error: there is no local account 'north'; known: shop, northwind\n",
    )


def test_the_newest_orders_alone_are_listed(both: TwoAccounts) -> None:
    both.imported("1002")

    result = both.shop("orders", "list", "-n", "1")

    assert [line.split("\t")[0] for line in result.out.splitlines()] == ["number", "1002"]
    assert result.err == "1 of 2; -n 0 shows all\n"


@pytest.mark.parametrize(
    ("words", "completions"),
    [
        (("orders", "show", ""), ["1001", "S-1001"]),
        (("orders", "show", "S-"), ["S-1001"]),
        (("orders", "list", "--account", "sh"), ["shop"]),
        (("orders", "list", "--status", "c"), ["cancelled"]),
        (("stock", "list", ""), ["CUP", "MUG"]),
        (("import-orders", "sh"), ["shop-northwind"]),
        (("autosync", "off", "w"), ["write-inventory-back"]),
        (("activity", "--status", "p"), ["partial"]),
    ],
)
def test_a_shell_completes_existing_names(
    both: TwoAccounts,
    words: tuple[str, ...],
    completions: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("_ORDOSYNC_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", " ".join(["ordosync", *words]))
    monkeypatch.setenv("COMP_CWORD", str(len(words)))

    result = both.run()

    assert result.out.split() == completions, result


def test_a_shell_completes_whichever_way_the_program_is_started(both: TwoAccounts) -> None:
    asked = {
        "_ORDOSYNC_COMPLETE": "complete_bash",
        "COMP_WORDS": "ordosync back",
        "COMP_CWORD": "1",
    }

    result = subprocess.run(
        [sys.executable, "-m", "ordosync"],
        cwd=both.folder,
        env={**os.environ, **asked},
        capture_output=True,
        text=True,
        check=False,
    )

    assert result.stdout.split() == ["backup"], result.stderr


_FULL = pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
_VARIABLES = [{}, {"LANG": "C.UTF-8"}, {"PYTHONUNBUFFERED": "1"}]
_BARE = {"HOME": os.environ["HOME"], "PATH": os.environ["PATH"]}


def _writes_to(folder: Path, words: str, streams: str, **more: str) -> tuple[int, str]:
    """Run a command in a clean environment; return its exit code and standard error."""
    result = subprocess.run(
        ["sh", "-c", f"{sys.executable} -m ordosync {words} {streams}"],
        cwd=folder,
        env={**_BARE, **more},
        capture_output=True,
        text=True,
        check=False,
    )
    return result.returncode, result.stderr


@_FULL
@pytest.mark.parametrize(
    ("words", "more"),
    covering(
        ["import-orders", "--version", "--help", "activity", "orders list --account shop --json"],
        _VARIABLES,
    ),
)
def test_output_that_cannot_be_written_is_one_line_and_exit_code_1(
    both: TwoAccounts, words: str, more: dict[str, str]
) -> None:
    code, message = _writes_to(both.folder, words, "> /dev/full", **more)

    assert code == 1
    assert message.startswith("error: standard output cannot be written: ")
    assert len(message.splitlines()) == 1


@_FULL
@pytest.mark.parametrize(
    ("ended", "more"),
    covering(
        [
            ("--version", 0),
            # A line on standard error says how many orders were left out.
            ("orders list --account shop -n 1", 1),
            ("activity --config nowhere.yaml", 3),
        ],
        _VARIABLES,
    ),
)
def test_errors_that_cannot_be_written_end_with_an_exit_code_of_ordosync(
    both: TwoAccounts, ended: tuple[str, int], more: dict[str, str]
) -> None:
    words, expected = ended
    both.imported("1002")

    code, _ = _writes_to(both.folder, words, "2> /dev/full", **more)
    of_both, _ = _writes_to(both.folder, words, "> /dev/full 2> /dev/full", **more)

    assert code == expected
    assert of_both == max(code, 1)


@_FULL
def test_a_run_by_cron_that_has_no_output_does_all_of_its_work(tmp_path: Path) -> None:
    shop(tmp_path, HEADER + row("1") + row("2", "many"), config=AT_ONCE)

    code, _ = _writes_to(tmp_path, "run-due", "> /dev/full 2> /dev/full")

    assert code == 1
    assert numbers(tmp_path) == ["1"]


def test_a_merchants_file_that_is_gone_is_an_error_and_a_new_one_is_not(tmp_path: Path) -> None:
    both = TwoAccounts(tmp_path)
    first = both.run("import-orders")
    both.imported("1001")
    (tmp_path / "shop.db").unlink()

    second = both.run("import-orders", "--json")

    assert (first.code, "shop.db does not exist" in first.err) == (0, True)
    assert second.code == 1
    assert second.run["error"]["message"].startswith("account shop: read orders: there is no file")


def test_init_says_what_the_readme_says(tmp_path: Path) -> None:
    result = ordosync(tmp_path, "init")

    commands = [line.strip() for line in result.out.splitlines() if line.startswith("  ")]
    assert commands == [
        "ordosync config check",
        "ordosync import-orders --dry-run",
        "ordosync import-orders",
        "ordosync orders list",
    ]


@pytest.mark.parametrize("command", ["demo", "init"])
def test_a_file_is_no_folder(tmp_path: Path, command: str) -> None:
    (tmp_path / "README.md").write_text("mine")

    result = ordosync(tmp_path, command, "README.md")

    assert result.code == 2
    assert "it is not a folder" in result.err


def test_a_task_that_does_not_exist_has_no_switch(tmp_path: Path) -> None:
    shop(tmp_path, config=CONFIG)

    result = ordosync(tmp_path, "autosync", "off", "nosuch")

    assert (result.code, "there is no task 'nosuch'" in result.err) == (2, True)
