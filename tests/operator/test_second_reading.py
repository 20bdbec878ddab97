"""Answers of the desk commands that were wrong or incomplete."""

import re
from pathlib import Path

import pytest

from tests.support.command import HEADER, on_a_terminal, ordosync, row, shop
from tests.support.desk import TwoAccounts
from tests.support.merchants import TwoMerchants

ROUNDED = "is a number that a spreadsheet has rounded"


def test_a_tracking_number_with_a_decimal_comma_is_damaged_and_not_a_list(
    both: TwoAccounts,
) -> None:
    typed = both.northwind("orders", "ship", "S-1001", "--carrier", "UPS", "--tracking", "1,23E+11")
    (both.folder / "day.csv").write_text("number;carrier;tracking\nS-1001;UPS;1,23E+11\n")
    read = both.northwind("orders", "ship", "--from", "day.csv")

    assert (typed.code, read.code) == (2, 1)
    for done in (typed, read):
        assert f"the tracking number '1,23E+11' {ROUNDED}" in done.err
        assert "several" not in done.err


@pytest.mark.parametrize(
    ("cell", "example"),
    [("1.234,50", "4,20"), ("1,234.50", "4,20"), ("€4,20", "4,20"), ("4.20 EUR", "4.20")],
)
def test_a_wrong_cost_is_quoted_as_the_file_has_it(
    both: TwoAccounts, cell: str, example: str
) -> None:
    text = f"number;carrier;tracking;cost\nS-1001;UPS;1Z9;{cell}\n"
    (both.folder / "day.csv").write_text(text)

    done = both.northwind("orders", "ship", "--from", "day.csv")

    assert f"{cell!r} is not an amount without currency, such as {example}" in done.err


def test_why_counts_an_order_of_two_accounts_once(both: TwoAccounts) -> None:
    for number in range(2001, 2008):
        words = ("--line", "MUG=1", "--supplier", "northwind", "--name", "Rui Kaya")
        both.shop("orders", "add", str(number), *words)
    both.run("import-orders")

    done = both.run("why", "Rui Kaya")

    assert done.code == 2
    assert "'Rui Kaya' is no number; 7 orders have it in their customer" in done.err


def test_a_cost_that_is_added_later_stays_here(both: TwoAccounts) -> None:
    both.northwind("orders", "ship", "S-1001", "--carrier", "UPS", "--tracking", "1Z9")
    (both.folder / "day.csv").write_text("number,carrier,tracking,cost\nS-1001,UPS,1Z9,4.20\n")

    again = both.northwind("orders", "ship", "--from", "day.csv")

    assert "the cost of 1 was added here; the Merchant has the parcel already" in again.err


@pytest.mark.parametrize(("warehouse", "is_counted"), [("east", False), ("main", True)])
def test_a_product_that_is_not_counted_in_the_warehouse_is_named(
    both: TwoAccounts, warehouse: str, *, is_counted: bool
) -> None:
    both.run("import-products")
    both.northwind("stock", "set", "MUG", "9")
    both.northwind("products", "add", "TEA", "--name", "Tea")
    both.northwind("stock", "set", "TEA", "9", "--warehouse", "east")
    label = ("--carrier", "UPS", "--tracking", "1Z9", "--warehouse", warehouse)

    done = both.northwind("orders", "ship", "S-1001", *label)

    text = f"MUG is not counted in {warehouse}: its stock there does not change"
    assert (done.code, text in done.err) == (0, not is_counted)


def test_a_failed_order_was_read_before_it_was_not_sent(tmp_path: Path) -> None:
    shop(tmp_path, HEADER + row("1001", quantity="x"))
    ordosync(tmp_path, "import-orders")

    story = ordosync(tmp_path, "why", "1001").out

    assert -1 < story.index("read from") < story.index("did not send")


def test_a_file_that_is_not_utf8_names_the_line(both: TwoAccounts) -> None:
    text = "number,carrier,tracking,method\nS-1001,UPS,1Z9,Paket\nS-1001,UPS,1Z9,Für\n"
    (both.folder / "day.csv").write_bytes(text.encode("latin-1"))

    done = both.northwind("orders", "ship", "--from", "day.csv")

    assert done.code == 2
    assert (
        "day.csv: line 3 has a character that is not UTF-8; in a spreadsheet, save it as CSV UTF-8"
        in done.err
    )


def test_a_missing_folder_needs_no_space(depot: TwoMerchants) -> None:
    done = depot.run("orders", "slips", "--html", "missing/slips.html")

    assert "No such file or directory; create the folder missing, or choose" in done.err
    assert "space" not in done.err


def test_a_duration_is_also_written_in_capitals(both: TwoAccounts) -> None:
    assert both.run("autosync", "off", "import-orders", "--for", "2H").code == 0


def test_a_split_order_is_what_its_pieces_are(both: TwoAccounts) -> None:
    both.shop("orders", "add", "1002", "--line", "MUG=2", "--supplier", "northwind")
    both.run("import-orders")
    both.northwind("orders", "split", "S-1002", "--piece", "MUG=1", "--piece", "MUG=1")
    open_pieces = both.run("find", "S-1002").out
    for place in ("1", "2"):
        label = ("--carrier", "UPS", "--tracking", f"1ZP{place}")
        both.northwind("orders", "ship", f"S-1002-{place}", *label)

    found = both.run("find", "1002")
    [row] = [line for line in found.out.splitlines() if "\tS-1002\t" in line]

    assert "split: all pieces awaiting fulfillment" in open_pieces
    assert "split: all pieces shipped" in row
    assert "1ZP1, 1ZP2" in row
    head = both.northwind("orders", "show", "S-1002").out.splitlines()[0]
    assert "split: all pieces shipped" in head


def test_a_dismissed_row_that_changed_keeps_its_note(tmp_path: Path) -> None:
    shop(tmp_path, HEADER + row("1001", quantity="x"))
    ordosync(tmp_path, "import-orders")
    ordosync(tmp_path, "dismiss", "1001", "--note", "by phone")
    shop(tmp_path, HEADER + row("1001", quantity="2"))
    ordosync(tmp_path, "import-orders")

    listed = ordosync(tmp_path, "attention").out
    [entry] = ordosync(tmp_path, "attention", "--json").json["attention"]
    story = ordosync(tmp_path, "why", "1001").out

    assert "was dismissed, and it has changed; its note: by phone" in listed
    assert listed.count("retry") == 1
    step = entry["step"]
    assert entry["settle"] == f"ordosync dismiss {step}, or ordosync retry {step} to send it"
    assert f"next: `ordosync dismiss {step}`, or `ordosync retry {step}` to send it" in story
    events = ("failed (invalid.quantity)", "dismissed (invalid.quantity): by phone")
    assert -1 < story.index(events[0]) < story.index(events[1]) < story.index("it has changed")


@pytest.mark.parametrize(("number", "verb"), [("A-1001", "placed"), ("B-1001", "received")])
def test_an_order_is_received_unless_the_portal_sends_when_it_was_placed(
    depot: TwoMerchants, number: str, verb: str
) -> None:
    head = depot.run("orders", "show", number).out.splitlines()[0]

    assert f"; {verb} 20" in head


def test_health_names_the_paused_tasks(both: TwoAccounts) -> None:
    both.run("autosync", "off", "import-orders", "--for", "2h")
    both.run("autosync", "off", "write-inventory-back")

    text = " ".join(both.run("health").out.split())

    assert "; 2 paused since 20" in text
    assert "import-orders of shop-northwind until 20" in text
    assert "write-inventory-back of shop-northwind" in text


def test_a_pause_on_a_terminal_has_the_time_zone(both: TwoAccounts) -> None:
    both.run("autosync", "off", "import-orders", "--for", "2h")

    seen = on_a_terminal(both.folder, "autosync", columns=100)

    assert re.search(r"paused until \d\d-\d\d \d\d:\d\d [A-Z]+", seen)


def test_slips_on_a_terminal_name_the_options(both: TwoAccounts) -> None:
    seen = on_a_terminal(both.folder, "orders", "slips", "--account", "northwind", columns=150)

    assert "slips are a page to print: add `--html slips.html` or `--csv`" in seen


def test_an_unknown_number_to_ship_names_the_order_of_the_account_that_ships(
    both: TwoAccounts,
) -> None:
    done = both.run("orders", "ship", "S1001", "--carrier", "UPS", "--tracking", "1Z9")

    assert "did you mean S-1001 (northwind)?" in done.err
    assert "1001 (shop)" not in done.err


def test_a_command_without_its_group_is_named(tmp_path: Path) -> None:
    typed = ordosync(tmp_path, "ship", "1001")
    helped = ordosync(tmp_path, "help", "ship")

    assert "there is no command 'ship'; did you mean `ordosync orders ship`?" in typed.err
    assert "no help on 'ship'; did you mean `ordosync help orders ship`?" in helped.err


def test_words_of_a_search_need_no_quotes(depot: TwoMerchants) -> None:
    [found] = depot.run("find", "zoë", "müller", "--json").json["found"]

    assert found["number"] == "B-1001"
