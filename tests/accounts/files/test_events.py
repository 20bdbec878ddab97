"""Shortages in the events file that is written for a Merchant."""

from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from ordosync.accounts.files.output.options import EventFile
from ordosync.errors import RefusedError
from ordosync.models import ParcelLine
from ordosync.shortages import ReportedLine, ShortageReport
from tests.accounts.contract.examples import line
from tests.accounts.contract.opening import OpenMerchant
from tests.accounts.files.conftest import Make
from tests.accounts.files.opening import rows
from tests.accounts.files.people import FilesMerchantPeople
from tests.accounts.sqlite.people import SqliteSupplierPeople
from tests.scenarios.pairs.pair import Pair
from tests.support.clock import VirtualClock

MUG = ReportedLine(
    line_id="1001/MUG#1", sku="MUG", quantity=2, answer="cancelled", reason="out-of-stock"
)
CUP = ReportedLine(
    line_id="1001/#7",
    sku="=CUP",
    quantity=1,
    answer="backordered",
    reason="other",
    expected=date(2026, 12, 10),
)


def opened(make: Make, folder: Path, **options: object) -> OpenMerchant:
    return make(events=EventFile(path=folder / "out" / "events.csv", **options))  # type: ignore[arg-type]


def report(key: str, *lines: ReportedLine, order_id: str = "1001") -> ShortageReport:
    return ShortageReport(
        order_id=order_id, key=key, text="out of stock", lines=lines, is_whole=not lines
    )


def test_report_has_a_row_for_each_line(make: Make, tmp_path: Path) -> None:
    account = opened(make, tmp_path)

    [outcome] = account.shortages.report([report("short:1", MUG, CUP)])

    assert outcome.state == "done"
    found = rows(tmp_path / "out" / "events.csv")
    assert [{k: v for k, v in row.items() if k != "at"} for row in found] == [
        {
            "event": "1001:short:1",
            "order_number": "1001",
            "line_id": "MUG#1",
            "sku": "MUG",
            "quantity": "2",
            "answer": "cancelled",
            "reason": "out-of-stock",
            "expected": "",
        },
        {
            "event": "1001:short:1",
            "order_number": "1001",
            "line_id": "7",
            "sku": "'=CUP",
            "quantity": "1",
            "answer": "backordered",
            "reason": "other",
            "expected": "2026-12-10",
        },
    ]
    assert all(row["at"].endswith("+00:00") for row in found)


def test_report_is_added_once_and_at_the_end(make: Make, tmp_path: Path) -> None:
    account = opened(make, tmp_path)
    first, other, later = (
        report("short:1", MUG),
        report("short:1", MUG, order_id="1002"),
        report("short:2", CUP),
    )

    outcomes = account.shortages.report([first, other])
    again = opened(make, tmp_path).shortages.report([report("short:1", CUP), later, later])

    assert [outcome.state for outcome in outcomes] == ["done", "done"]
    assert [outcome.state for outcome in again] == ["unchanged", "done", "unchanged"]
    events = [row["event"] for row in rows(tmp_path / "out" / "events.csv")]
    assert events == ["1001:short:1", "1002:short:1", "1001:short:2"]


def test_whole_order_has_one_row_without_a_line(make: Make, tmp_path: Path) -> None:
    opened(make, tmp_path).shortages.report([report("supplier-cancelled")])

    [row] = rows(tmp_path / "out" / "events.csv")
    assert (row["order_number"], row["sku"], row["quantity"]) == ("1001", "", "")
    assert row["answer"] == "cancelled"


@pytest.mark.parametrize("has_lines", [True, False])
def test_s2_units_that_are_sent_after_all_are_no_cancellation(
    make: Make, tmp_path: Path, *, has_lines: bool
) -> None:
    units = (ParcelLine(line_id="1001/MUG#1", quantity=2, sku="MUG"),) if has_lines else ()
    restored = ShortageReport(
        order_id="1001", key="short:2", text="sent after all", lines=(), restored=units
    )

    opened(make, tmp_path).shortages.report([restored])

    [row] = rows(tmp_path / "out" / "events.csv")
    assert row["answer"] == "restored"
    assert (row["sku"], row["quantity"]) == (("MUG", "2") if has_lines else ("", ""))


def test_columns_and_format_can_be_chosen(make: Make, tmp_path: Path) -> None:
    columns = {"event": "Id", "order_number": "PO", "answer": "What"}
    opened(make, tmp_path, columns=columns, delimiter=";").shortages.report([report("1", MUG)])

    text = (tmp_path / "out" / "events.csv").read_text()

    assert text == "Id;PO;What\n1001:1;1001;cancelled\n"


def test_text_that_cannot_be_written_does_not_stop_the_others(make: Make, tmp_path: Path) -> None:
    bad, good = report("1", MUG, order_id="Łódź"), report("1", MUG)

    outcomes = opened(make, tmp_path, encoding="latin-1").shortages.report([bad, good])

    assert [outcome.state for outcome in outcomes] == ["refused", "done"]


def test_a_file_cannot_hold_or_cancel(make: Make, tmp_path: Path) -> None:
    shortages = opened(make, tmp_path).shortages

    outcomes = [*shortages.hold([report("1", MUG)]), *shortages.cancel([report("1", MUG)])]

    assert (shortages.can_hold, shortages.can_cancel) == (False, False)
    assert [outcome.state for outcome in outcomes] == ["refused", "refused"]
    assert not (tmp_path / "out" / "events.csv").exists()


def test_foreign_file_is_never_overwritten(make: Make, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "events.csv").write_text("a,b\n1,2\n")

    with pytest.raises(RefusedError, match="move the file away"):
        opened(make, tmp_path).shortages.report([report("1", MUG)])


def test_without_the_option_there_is_no_part(make: Make) -> None:
    assert make().side.shortages is None


def test_s2_restored_order_is_no_cancellation_in_the_events_of_a_merchant(tmp_path: Path) -> None:
    clock = VirtualClock()
    with closing(FilesMerchantPeople(tmp_path, clock)) as selling:
        pair = Pair(tmp_path, selling, SqliteSupplierPeople(tmp_path, clock))
        _, supplier_id = pair.imported("1001", line("CUP", 2), line("MUG", 1))
        pair.supplier.cancel(supplier_id)
        pair.run("report-shortages")
        pair.supplier.restore(supplier_id)
        pair.run("report-shortages")
        pair.supplier.take_off(supplier_id, 1, 0)
        pair.run("report-shortages")

    written = rows(tmp_path / "out" / "events.csv")
    assert [(row["answer"], row["sku"], row["quantity"]) for row in written] == [
        ("cancelled", "CUP", "2"),
        ("cancelled", "MUG", "1"),
        ("restored", "CUP", "2"),
        ("restored", "MUG", "1"),
        ("cancelled", "CUP", "1"),
    ]
