"""Output on terminals of any width, and in pipes."""

import re
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from msgspec.structs import replace

from ordosync.cli.output import render, terminal_table
from ordosync.cli.output.desk import show_order
from ordosync.cli.output.table_shapes import FOLDED, Shape, columns_below
from ordosync.embedded.desk import Desk
from ordosync.engine.order_owners import Owner
from ordosync.models import Address, Line, Order
from tests.accounts.contract.examples import SENT_AT, order, parcel
from tests.support.command import HEADER, on_a_terminal, ordosync, row, shop
from tests.support.desk import SHIP, TwoAccounts

_STYLE = re.compile(r"\x1b\[[0-9;]*m")


def _seen(folder: Path, *words: str, columns: int) -> list[str]:
    text = _STYLE.sub("", on_a_terminal(folder, *words, columns=columns))
    lines = [line.rstrip() for line in text.replace("\r", "").splitlines()]
    assert all(len(line) <= columns for line in lines), lines
    return lines


@pytest.mark.parametrize(("columns", "without"), [(120, ""), (80, ""), (50, "trigger")])
def test_activity_is_a_table_that_drops_the_least_important_columns(
    both: TwoAccounts, columns: int, without: str
) -> None:
    lines = _seen(both.folder, "activity", columns=columns)

    header, rule, first, *_ = lines[int(columns < 80) :]
    assert header.split()[:2] == ["run", "started"]
    assert ("trigger" in header) == (not without)
    assert set(rule) == {"─"}
    assert "import-orders" in first


@pytest.mark.parametrize("columns", [110, 80, 60])
def test_autosync_is_a_table(both: TwoAccounts, columns: int) -> None:
    portal, header, *rows = _seen(both.folder, "autosync", columns=columns)

    assert portal == "portal shop-northwind, decided by default"
    assert header.split()[-2:] == ["next", "due"]
    # The rows are a rule and seven tasks.
    assert len(rows) == 8


def test_cells_of_rows_too_wide_for_a_table_stand_below(both: TwoAccounts) -> None:
    lines = _seen(both.folder, "activity", columns=30)

    header, _, first, *below = lines[2:]
    assert header.split() == ["run", "started", "status"]
    assert first.split()[0] == "1"
    assert first.split()[-2:] == ["ago", "ok"]
    assert below[:2] == ["    task: import-orders", "    counts: 1 done"]


def test_rows_of_which_two_cells_are_too_wide_become_cards(both: TwoAccounts) -> None:
    lines = _seen(both.folder, "activity", columns=10)

    assert "run: 1" in lines
    assert "status: ok" in lines


def test_long_texts_stand_below_first_and_the_first_column_never() -> None:
    columns = ("order", "portal", "status", "reason")
    cells = ("1001", "a-portal-with-a-long-name", "waiting", "the Supplier does not answer")
    shape = Shape(columns, columns, (cells,))

    assert columns_below(shape, 50, (*FOLDED, "portal")) == ["reason"]
    assert columns_below(shape, 30, (*FOLDED, "portal")) == ["portal", "reason"]
    assert columns_below(shape, 30, FOLDED) is None
    assert columns_below(shape, 10, columns) is None


def test_a_column_whose_texts_all_stand_below_has_no_heading(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    reason = "is a kit at the Merchant, whose quantity is calculated"
    rows = [
        (405, "SET-BLACK", "skipped", "kit", reason, "SET-BLACK", ""),
        (406, "SET-BLUE", "skipped", "kit", reason, "SET-BLUE", ""),
        (413, "APRON-BLACK", "done", "", "", "APRON-BLACK", "unset → 353"),
    ]

    columns = ("step", "key", "state", "code", "reason", "supplier", "written")
    terminal_table.show(columns, rows, less=(), if_any=(), totals=())

    header, _, first, below, *_ = capsys.readouterr().out.splitlines()
    assert header.split() == ["step", "key", "state", "code", "supplier", "written"]
    assert first.split() == ["405", "SET-BLACK", "skipped", "kit", "SET-BLACK"]
    assert below.strip() == reason


def test_a_long_result_continues_with_an_indent(both: TwoAccounts) -> None:
    lines = _seen(both.folder, "why", "1001", columns=60)

    at = next(place for place, line in enumerate(lines) if line.startswith("next: "))
    assert all(line.startswith("    ") for line in lines[at + 1 :])
    assert len(lines) > at + 1


def test_no_word_is_broken_and_no_column_is_empty(tmp_path: Path) -> None:
    shop(tmp_path, HEADER + row("1") + row("2", "abc"))
    ordosync(tmp_path, "import-orders")

    lines = _seen(tmp_path, "show", "1", columns=80)

    words = " ".join(lines).split()
    assert "feeds/orders.csv" in words
    assert "not before" not in " ".join(lines)
    assert "reason" in words


def test_a_pipe_has_every_column(tmp_path: Path) -> None:
    shop(tmp_path, HEADER + row("1"))
    ordosync(tmp_path, "import-orders")

    out = ordosync(tmp_path, "show", "1").out

    assert "step\tkey\tstate\tcode\treason\tsupplier\tnot before\twritten\torder\n" in out


def test_messages_on_a_terminal_break_between_words(both: TwoAccounts) -> None:
    both.shop("orders", "cancel", "1001")

    lines = _seen(both.folder, *SHIP, "--account", "northwind", columns=50)

    assert "saved, but not everything was sent to the" in lines


def test_partial_shipments_are_shown_in_one_form(both: TwoAccounts) -> None:
    both.northwind(*SHIP, "--cost", "4.5")
    both.northwind("orders", "ship", "S-1001", "--void")

    out = ordosync(both.folder, "orders", "show", "S-1001", "--account", "northwind").out

    at = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \S+"
    assert re.search(
        rf"^voided label \(created {at}\): UPS 1Z9, from main, 4.50 EUR, 2 MUG, 1 CUP$",
        out,
        re.MULTILINE,
    )
    assert re.search(f"^{at}  desk: ", out, re.MULTILINE)


def test_a_parcel_without_a_warehouse_is_shown_without_one(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A shop that ships as the Supplier does not say from where."""
    made = replace(order("1001", placed_at=SENT_AT), lines=())

    owner = Owner(portal=None, merchant=None, supplier=None)
    show_order(
        made, owner, [], [], [parcel(number="1Z9", warehouse="")], head="order 1001", pieces={}
    )

    out = capsys.readouterr().out
    assert "UPS Ground 1Z9, 7.25 GBP" in out
    assert "from" not in out


def test_help_breaks_where_the_terminal_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "70")

    lines = [line.strip() for line in ordosync(tmp_path, "retry", "--help").out.splitlines()]

    assert "included. A write of unknown outcome is looked up before it is" in lines


def test_a_terminal_lists_the_fifty_newest_orders_and_a_pipe_all(tmp_path: Path) -> None:
    both = TwoAccounts(tmp_path)
    path = tmp_path / "shop.db"
    line = Line(id="", sku="MUG", name="A mug", quantity=1)
    Desk(name="shop", path=path).add_orders(
        [Order(id="", number=f"N{n}", lines=(line,), ship_to=Address()) for n in range(60)]
    )

    words = ("orders", "list", "--account", "shop")
    lines = _seen(tmp_path, *words, columns=100)

    assert next(line.split()[0] for line in lines if line.startswith("N")) == "N10"
    assert lines[-1] == "50 of 60; -n 0 shows all"
    assert len(both.run(*words).out.splitlines()) == 61


@pytest.mark.parametrize("hours", [14, -12])
def test_the_earliest_and_latest_times_are_shown(hours: int) -> None:
    """A source may give such a time where it does not know any."""
    zone = timezone(timedelta(hours=hours))
    ends = (datetime.min.replace(tzinfo=zone), datetime.max.replace(tzinfo=zone))

    first, last = map(render.local, ends)

    assert re.match(r"0*1-01-0[12] |0*1-01-01", first)
    assert last.startswith("9999-12-31")
