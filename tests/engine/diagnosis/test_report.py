"""`report`: volumes, calls, failures and times, for people, programs and spreadsheets."""

import csv
import io
from typing import Any

import pytest

from tests.support.command import on_a_terminal
from tests.support.desk import SHIP, TwoAccounts
from tests.support.stories import edit


def tasks(both: TwoAccounts, *words: str) -> dict[str, dict[str, Any]]:
    """Return the report of each task."""
    reports = both.run("report", "--json", *words).json["reports"]
    return {report["task"]: report for report in reports}


def test_volumes_are_those_of_the_runs(both: TwoAccounts) -> None:
    both.imported("1002")

    report = tasks(both)["import-orders"]

    assert (report["runs"], report["seen"], report["done"], report["calls"]) == (2, 2, 2, 0)
    assert [day["done"] for day in report["days"]] == [0] * 6 + [2]


def test_an_order_is_timed_from_its_first_reading_to_its_link(both: TwoAccounts) -> None:
    edit(
        both.folder,
        "ordosync.db",
        "update steps set created_at = strftime('%Y-%m-%dT%H:%M:%fZ', (select linked_at from links"
        " where kind = 'order'), '-90 seconds')",
    )

    took = tasks(both)["import-orders"]["took"]

    assert took == {"count": 1, "median_s": 90.0, "longest_s": 90.0}


def test_a_parcel_is_timed_from_its_first_reading_and_a_void_label_is_not(
    both: TwoAccounts,
) -> None:
    both.northwind(*SHIP)
    both.northwind("orders", "ship", "S-1001", "--void")

    took = tasks(both)["update-tracking"]["took"]

    assert took["count"] == 1
    assert took["longest_s"] < 60


def test_failures_are_counted_by_code(both: TwoAccounts) -> None:
    both.shop("orders", "cancel", "1001")
    both.northwind(*SHIP)
    (both.folder / "shop.db").rename(both.folder / "elsewhere.db")
    both.run("import-orders")

    reports = tasks(both)

    assert reports["update-tracking"]["failures"] == [
        {"of": "steps", "code": "cancelled", "count": 1}
    ]
    assert reports["import-orders"]["failures"] == [{"of": "runs", "code": "refused", "count": 1}]


def test_older_runs_are_left_out(both: TwoAccounts) -> None:
    edit(both.folder, "ordosync.db", "update runs set started_at = '2026-01-02T03:04:05.000Z'")
    edit(both.folder, "ordosync.db", "update links set linked_at = '2026-01-02T03:04:05.000Z'")

    none = both.run("report")

    assert (none.code, none.out) == (0, "")
    assert "use `--since DATE` for an earlier start" in none.err
    assert tasks(both, "--since", "2026-01-01")["import-orders"]["days"][1]["done"] == 1


@pytest.mark.of_files
def test_csv_has_a_row_for_each_day_and_no_formula(both: TwoAccounts) -> None:
    both.imported("1002")
    for table in ("runs", "links", "steps"):
        edit(both.folder, "ordosync.db", f"update {table} set portal = '=1+1'")  # noqa: S608

    rows = list(csv.DictReader(io.StringIO(both.run("report", "--csv", "--since", "3d").out)))

    assert [row["portal"] for row in rows] == ["'=1+1"] * 3
    assert [row["done"] for row in rows] == ["0", "0", "2"]
    assert rows[-1]["delivered"] == "2"


@pytest.mark.of_files
def test_a_curve_is_bars_on_a_terminal_and_numbers_in_a_pipe(both: TwoAccounts) -> None:
    assert "\t0 0 0 0 0 0 1\t" in both.run("report").out
    assert "·  ·  ·  ·  ·  ·  █" in on_a_terminal(both.folder, "report", columns=100)


def test_a_long_time_has_a_short_curve(both: TwoAccounts) -> None:
    first = both.run("report", "--since", "365d").out.splitlines()[1]

    assert len(first.split("\t")[7].split()) <= 20


@pytest.mark.parametrize("since", ["soon", "0d", "2999-01-01", "9999d", "2026-13-01"])
def test_a_time_that_is_invalid_is_refused(both: TwoAccounts, since: str) -> None:
    result = both.run("report", "--since", since)

    assert (result.code, result.out) == (2, "")
    assert since in result.err


def test_two_formats_at_once_or_an_unknown_portal_are_refused(both: TwoAccounts) -> None:
    assert both.run("report", "--csv", "--json").code == 2
    assert "known: shop-northwind" in both.run("report", "--portal", "x").err
    assert "import-orders" in both.run("report", "--portal", "shop-northwind").out
