"""M10, M15 and the looks of tables on a terminal: 80 columns, states in colour, relative times."""

import os
import re
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta

import pytest
from rich.cells import cell_len

from ordosync.cli.output import cells
from ordosync.cli.output.cells import DueTime
from ordosync.cli.output.report import bar_heading, bars
from tests.support.command import on_a_terminal
from tests.support.desk import SHIP, TwoAccounts
from tests.support.merchants import TwoMerchants
from tests.support.screen import NAMES, seen
from tests.support.stories import edit

NOW = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)
_RED, _GREEN, _YELLOW = "\x1b[31m", "\x1b[32m", "\x1b[33m"


@pytest.fixture(name="busy")
def _busy(both: TwoAccounts) -> TwoAccounts:
    """Return two accounts with an order that is shipped although it was cancelled."""
    both.imported("1002")
    both.shop("orders", "cancel", "1001")
    both.northwind(*SHIP)
    return both


@pytest.mark.parametrize("columns", [80, 120])
def test_m10_activity_keeps_a_run_in_a_line(busy: TwoAccounts, columns: int) -> None:
    shared, header, _, *rows = seen(busy.folder, "activity", columns=columns)

    assert shared == "portal shop-northwind"
    assert header.split()[:3] == ["run", "started", "task"]
    runs = [row for row in rows if re.match(r" *\d+ +\d+ (s|min) ago ", row)]
    assert len(runs) == 3


@pytest.mark.parametrize("columns", [80, 120])
def test_m10_orders_list_keeps_an_order_in_a_line(depot: TwoMerchants, columns: int) -> None:
    header, _, *rows = seen(depot.folder, "orders", "list", columns=columns)

    # The feed says when they were placed, more than a day ago: the heading has the zone.
    assert "created (" in header or "created" not in header
    assert [row.split()[0] for row in rows if row] == ["A-1001", "A-1002", "B-1001"]
    assert not any("UTC" in row for row in rows)
    assert any("Zoë Müller" in row for row in rows)


@pytest.mark.parametrize("columns", [80, 120])
def test_m10_a_difference_has_few_lines(busy: TwoAccounts, columns: int) -> None:
    lines = seen(busy.folder, "reconcile", columns=columns)

    assert lines[0] == "portal shop-northwind"
    table = lines[: lines.index("")] if "" in lines else lines
    assert len(table) <= 12


def test_times_are_relative_and_older_ones_name_the_zone_once() -> None:
    ages = (timedelta(minutes=3), timedelta(hours=5), timedelta(days=4), timedelta(days=400))

    texts = [cells.shown(NOW - age, NOW) for age in ages]

    assert texts[:2] == ["3 min ago", "5 h ago"]
    assert re.fullmatch(r"11-2\d \d\d:\d\d", texts[2])
    assert texts[3] == "2025-10-25"
    assert cells.shown(NOW + timedelta(minutes=9), NOW) == "in 9 min"
    assert cells.heading("started", [NOW - ages[0]], NOW) == "started"
    assert re.fullmatch(r"started \(.+\)", cells.heading("started", [NOW - ages[2]], NOW))
    assert str(*cells.with_local_times([NOW])).startswith("2026-11-")


@pytest.mark.parametrize(
    ("minutes", "text"), [(-3, "in 3 min"), (0, "due"), (1, "due"), (30, "overdue")]
)
def test_low_a_start_that_has_passed_is_due(minutes: int, text: str) -> None:
    at = NOW - timedelta(minutes=minutes)

    assert cells.shown(DueTime(at), NOW) == text
    assert cells.with_local_times([DueTime(at)]) == cells.with_local_times([at])


def test_low_autosync_says_due_while_no_cron_runs(both: TwoAccounts) -> None:
    edit(both.folder, "ordosync.db", "update schedule set next_at = '2026-01-01T00:00:00.000Z'")

    rows = [line for line in seen(both.folder, "autosync") if "import-orders" in line]

    assert rows[0].split()[-1] in ("due", "overdue")


@pytest.mark.parametrize(
    ("column", "cell", "colour"),
    [
        ("status", "shipped", "green"),
        ("status", "awaiting fulfillment (split)", "yellow"),
        ("status", "cancelled", "dim"),
        ("state", "skipped", "dim"),
        ("state", "failed", "red"),
        ("next due", "overdue", "red"),
        ("next due", "paused until 12-01 10:00", "yellow"),
        ("severity", "critical", "red"),
        ("available", "-2", "red"),
        ("available", "2", ""),
        ("failed", "3", "red"),
        ("failed", "0", ""),
        ("name", "failed", ""),
    ],
)
def test_colours_mean_a_state(column: str, cell: str, colour: str) -> None:
    assert cells.style(column, cell) == colour


def test_states_are_coloured_unless_no_color_is_set(
    busy: TwoAccounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ("orders", "list", "--account", "northwind")
    coloured = on_a_terminal(busy.folder, *words, columns=100)
    monkeypatch.setenv("NO_COLOR", "1")
    plain = on_a_terminal(busy.folder, *words, columns=100)

    assert f"{_GREEN}shipped" in coloured
    assert f"{_YELLOW}awaiting fulfillment" in coloured
    assert not {_RED, _GREEN, _YELLOW} & set(re.findall(r"\x1b\[3\dm", plain))


def test_m15_report_has_a_bar_below_each_day_and_totals(busy: TwoAccounts) -> None:
    lines = seen(busy.folder, "report")

    header = next(line for line in lines if line.startswith("task"))
    row = next(line for line in lines if line.startswith("import-orders"))
    total = next(line for line in lines if line.startswith("total"))
    today = f"{datetime.now(UTC).day:>2}"
    assert row[header.index(today, header.index("failed")) + 1] == "█"
    assert total.split()[1:4] == ["3", "2", "1"]
    assert header.index("failed") + len("failed") == total.rindex("1") + 1


def test_m15_many_days_have_a_bar_each_below_the_first_and_the_last_day() -> None:
    days = [date(2026, 10, 31) + timedelta(days=n) for n in range(30)]

    assert bar_heading(days) == "31 Oct to 29 Nov"
    assert bars([0] * 28 + [1, 300]) == "·" * 28 + "▁█"
    assert bar_heading(days * 4) == "31 Oct to 29 Nov, per 3 days"
    assert bars([1] * 120) == "█" * 40


def test_m15_a_pipe_has_numbers_and_no_totals(busy: TwoAccounts) -> None:
    out = busy.run("report").out

    assert "\t0 0 0 0 0 0 2\t" in out
    assert "total" not in out


@pytest.mark.parametrize("columns", [80, 120])
def test_names_of_every_script_keep_the_columns(both: TwoAccounts, columns: int) -> None:
    for place, name in enumerate(NAMES):
        words = ("--line", "MUG=1", "--name", name, "--country", "DE")
        both.shop("orders", "add", f"N{place}", *words)

    header, _, *rows = seen(both.folder, "orders", "list", "--account", "shop", columns=columns)

    lines = [row for row in rows if row.startswith("N")]
    assert len(lines) == len(NAMES)
    for row, name in zip(lines, NAMES, strict=True):
        # The column begins and ends at the same cell in each row.
        assert cell_len(row.partition(name)[0]) == cell_len(header.partition("ship to")[0])
        assert cell_len(row) == cell_len(lines[0])


@pytest.mark.parametrize(
    "words",
    ["activity", "report", "orders list --account shop", "attention", "autosync", "why 1001"],
)
def test_without_an_environment_nothing_is_cut(busy: TwoAccounts, words: str) -> None:
    busy.shop("orders", "add", "N1", "--line", "MUG=1", "--name", NAMES[0])

    result = subprocess.run(
        [sys.executable, "-m", "ordosync", *words.split()],
        cwd=busy.folder,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        check=False,
    )

    out = result.stdout.decode("utf-8")
    assert result.returncode in (0, 1)
    assert b"Traceback" not in result.stderr
    assert NAMES[0] in out or not words.startswith("orders")
