"""Answers of a Supplier: units that it does not send, or sends later."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from ordosync.accounts.account import PortalContext, required
from ordosync.accounts.files import FilesAccount, SupplierOptions
from ordosync.accounts.files.input_options.answer_files import AnswerFiles
from ordosync.accounts.files.input_options.rules import RowRule
from ordosync.accounts.files.output.options import OrderFolder
from ordosync.accounts.files.output.safe_output import folder_lock
from ordosync.accounts.supplier import SupplierShortages
from ordosync.errors import RefusedError
from ordosync.models import InvalidRecord
from ordosync.shortages import Shortage, ShortLine
from tests.accounts.contract import line, order
from tests.accounts.contract.opening import OpenSupplier
from tests.accounts.files.conftest import Drop
from tests.accounts.files.opening import PARCELS, all_of, open_supplier, since, with_units
from tests.accounts.files.supplier import ANSWER_COLUMNS, ORDER_COLUMNS

HEADER = "order,sku,qty,answer,reason,expected\n"
MUG, CUP = line("MUG", 3), line("CUP", 2)


@pytest.fixture(name="depot")
def _depot(tmp_path: Path) -> Iterator[OpenSupplier]:
    account = open_supplier(tmp_path, shipments=with_units(tmp_path))
    account.orders.create([order("1001", MUG, CUP)])
    yield account
    account.close()


def shortages(depot: OpenSupplier) -> SupplierShortages:
    return required(depot.side.shortages)


def read(depot: OpenSupplier) -> Shortage:
    """Return the only shortage in all files."""
    [item] = all_of(shortages(depot).changed(since()))
    assert isinstance(item, Shortage), item
    return item


def problem(depot: OpenSupplier) -> InvalidRecord:
    [item] = all_of(shortages(depot).changed(since()))
    assert isinstance(item, InvalidRecord), item
    return item


def units(shortage: Shortage) -> dict[str, tuple[int, int]]:
    """Return the cancelled and the backordered units, by SKU."""
    return {line.sku: (line.cancelled, line.backordered) for line in shortage.lines}


def test_row_is_a_line_with_its_reason_and_date(depot: OpenSupplier, drop: Drop) -> None:
    drop(
        "answers/a.csv",
        HEADER + "1001,MUG,1,cancelled,out-of-stock,\n1001,CUP,2,Backordered,,2026-12-10\n",
    )

    shortage = read(depot)

    assert (shortage.order_id, shortage.reference) == ("1001", "origin:1001#1")
    assert (shortage.is_cancelled, shortage.is_refused, shortage.is_deleted) == (False,) * 3
    assert shortage.lines == (
        ShortLine(line_id="1001/1", sku="MUG", cancelled=1, reason="out-of-stock"),
        ShortLine(line_id="1001/2", sku="CUP", backordered=2, expected=date(2026, 12, 10)),
    )


def test_row_without_a_line_is_the_whole_order(depot: OpenSupplier, drop: Drop) -> None:
    drop("answers/a.csv", HEADER + "1001,,,cancelled,discontinued,\n")

    shortage = read(depot)

    assert (shortage.is_cancelled, shortage.reason) == (True, "discontinued")
    assert units(shortage) == {"MUG": (3, 0), "CUP": (2, 0)}
    assert depot.orders.statuses(["1001"]) == {"1001": "cancelled"}


def test_all_lines_cancelled_are_the_whole_order(depot: OpenSupplier, drop: Drop) -> None:
    drop("answers/a.csv", HEADER + "1001,MUG,3,cancelled,,\n")
    drop("answers/b.csv", HEADER + "1001,CUP,2,cancelled,,\n")

    assert read(depot).is_cancelled


def test_newer_row_replaces_the_older_row_of_its_line_and_answer(
    depot: OpenSupplier, drop: Drop
) -> None:
    drop("answers/a.csv", HEADER + "1001,MUG,2,backordered,,2026-12-10\n1001,CUP,1,cancelled,,\n")
    drop("answers/b.csv", HEADER + "1001,MUG,1,backordered,,2026-12-20\n")
    newer = read(depot)
    drop("answers/c.csv", HEADER + "1001,MUG,0,backordered,,\n1001,MUG,3,cancelled,,\n")

    last = read(depot)

    assert units(newer) == {"MUG": (0, 1), "CUP": (1, 0)}
    assert {line.expected for line in newer.lines} == {date(2026, 12, 20), None}
    assert units(last) == {"MUG": (3, 0), "CUP": (1, 0)}


def test_s10_file_that_is_dropped_again_is_the_same_shortage(
    depot: OpenSupplier, drop: Drop
) -> None:
    text = HEADER + "1001,MUG,1,cancelled,out-of-stock,\n"
    drop("answers/a.csv", text)
    first = read(depot)
    drop("answers/b.csv", text)

    assert read(depot) == first


def test_answer_counts_although_its_file_is_gone_or_overwritten(
    depot: OpenSupplier, drop: Drop, tmp_path: Path
) -> None:
    drop("answers/a.csv", HEADER + "1001,MUG,1,cancelled,out-of-stock,\n")
    read(depot)
    drop("answers/a.csv", HEADER + "1001,CUP,2,backordered,,\n")

    both = read(depot)
    (tmp_path / "answers" / "a.csv").unlink()
    [by_id] = all_of(shortages(depot).by_id(["1001", "unknown"]))

    assert units(both) == {"MUG": (1, 0), "CUP": (0, 2)}
    assert by_id == both


def test_newest_answer_counts_if_a_line_has_fewer_units(depot: OpenSupplier, drop: Drop) -> None:
    drop("answers/a.csv", HEADER + "1001,MUG,2,backordered,,\n")
    drop("answers/b.csv", HEADER + "1001,MUG,2,cancelled,,\n")

    assert units(read(depot)) == {"MUG": (2, 1)}


def test_backorder_of_the_whole_order_is_its_open_units(depot: OpenSupplier, drop: Drop) -> None:
    drop("sent/a.csv", PARCELS + "1001,1Z999,UPS,2026-11-23 14:05,,,MUG,1\n")
    drop("answers/a.csv", HEADER + "1001,CUP,1,cancelled,,\n")
    drop("answers/b.csv", HEADER + "1001,,,backordered,,2026-12-10\n")

    assert units(read(depot)) == {"MUG": (0, 2), "CUP": (1, 1)}


def test_parcel_is_the_last_one_if_the_rest_is_cancelled(depot: OpenSupplier, drop: Drop) -> None:
    drop("sent/a.csv", PARCELS + "1001,1Z999,UPS,2026-11-23 14:05,,,MUG,3\n")
    before = depot.orders.statuses(["1001"])
    drop("answers/a.csv", HEADER + "1001,CUP,2,cancelled,,\n")

    [parcel] = all_of(depot.shipments.changed(since()))

    assert before == {"1001": "partially_shipped"}
    assert getattr(parcel, "is_last", False)
    assert depot.orders.statuses(["1001"]) == {"1001": "shipped"}


def test_rest_of_a_sent_order_is_cancelled_as_a_whole(depot: OpenSupplier, drop: Drop) -> None:
    drop("sent/a.csv", PARCELS + "1001,1Z999,UPS,2026-11-23 14:05,,,MUG,1\n")
    drop("answers/a.csv", HEADER + "1001,,,cancelled,,\n")

    shortage = read(depot)

    assert shortage.is_cancelled
    assert units(shortage) == {"MUG": (2, 0), "CUP": (2, 0)}


@pytest.mark.parametrize(
    ("rows", "is_refused"),
    [
        ("1001,,,rejected,,\n", True),
        ("1001,MUG,1,rejected,,\n", True),
        ("1001,,,rejected,,\n1001,,,cancelled,,\n", False),
        ("1001,,,cancelled,,\n1001,,,rejected,,\n", True),
        ("1001,,,rejected,,\n1001,MUG,1,backordered,,\n", True),
    ],
)
def test_rejected_cancellation(
    depot: OpenSupplier, drop: Drop, rows: str, is_refused: bool
) -> None:
    drop("answers/a.csv", HEADER + rows)

    assert read(depot).is_refused == is_refused


@pytest.mark.parametrize(
    ("text", "reason", "word"),
    [
        ("W01", "out-of-stock", ""),
        ("Out of stock", "out-of-stock", ""),
        ("bad_sku", "bad-sku", ""),
        ("", "other", ""),
        ("other", "other", ""),
        ("Lost in the \x1b[31mmoor", "other", "Lost in the \\x1b[31mmoor"),
        ("x" * 200, "other", "x" * 60),
    ],
)
def test_s16_unknown_reason_is_other_with_the_suppliers_word(
    tmp_path: Path, drop: Drop, text: str, reason: str, word: str
) -> None:
    depot = mapped(tmp_path, values={"reason": {"W01": "out-of-stock"}})
    drop("answers/a.csv", HEADER + f"1001,MUG,1,cancelled,{text},\n")

    [short] = read(depot).lines

    assert (short.reason, short.word) == (reason, word)


def test_note_is_the_word_of_a_reason_that_is_other(tmp_path: Path, drop: Drop) -> None:
    columns = {"order_number": "order", "answer": "answer", "reason": "reason", "note": "note"}
    depot = mapped(tmp_path, columns=columns)
    drop("answers/a.csv", "order,answer,reason,note\n1001,cancelled,,fire in the store\n")

    assert (read(depot).reason, read(depot).word) == ("other", "fire in the store")


def test_words_of_the_supplier_are_mapped(tmp_path: Path, drop: Drop) -> None:
    depot = mapped(tmp_path, values={"answer": {"CXL": "cancelled", "BO": "backordered"}})
    drop("answers/a.csv", HEADER + "1001,MUG,1,CXL,,\n1001,CUP,1,BO,,\n")

    assert units(read(depot)) == {"MUG": (1, 0), "CUP": (0, 1)}


def test_line_is_named_by_the_id_in_the_order_file(tmp_path: Path, drop: Drop) -> None:
    depot = open_supplier(
        tmp_path, answers=answers(tmp_path, columns={**ANSWER_COLUMNS, "line_id": "line"})
    )
    depot.orders.create([order("1001", line("MUG", 1), line("MUG", 3))])
    drop("answers/a.csv", "line," + HEADER + "1001/2,1001,,2,cancelled,,\n")
    by_id = read(depot)
    drop("answers/a.csv", "line," + HEADER + ",1001,mug,2,cancelled,,\n")

    [_, by_sku] = read(depot).lines

    assert [(each.line_id, each.cancelled) for each in by_id.lines] == [("1001/2", 2)]
    assert (by_sku.line_id, by_sku.sku, by_sku.cancelled) == ("", "MUG", 2)


def test_s9_answer_to_an_unknown_order_is_read_and_not_kept(
    depot: OpenSupplier, drop: Drop, tmp_path: Path
) -> None:
    drop("answers/a.csv", HEADER + "404,MUG,1,cancelled,,\n404,CUP,1,backordered,,\n")

    shortage = read(depot)

    assert (shortage.order_id, shortage.reference) == ("404", "")
    assert units(shortage) == {"MUG": (1, 0), "CUP": (0, 1)}
    assert not [*(tmp_path / "orders" / ".ordosync").glob("*.answers")]


@pytest.mark.parametrize(
    ("row", "code", "reason"),
    [
        (",MUG,1,cancelled,,", "invalid.order_number", "is blank"),
        ("1001,MUG,1,,,", "invalid.answer", "answer is blank"),
        ("1001,MUG,1,maybe,,", "invalid.value", "`accounts.depot.answers.values`"),
        ("1001,MUG,,cancelled,,", "invalid.quantity", "is not a whole number"),
        ("1001,,2,cancelled,,", "invalid.sku", "names no line"),
        ("1001,POT,1,cancelled,,", "unknown-line", "the order has no line of SKU 'POT'"),
        ("1001,MUG,1,backordered,,soon", "invalid.date", "expected 'soon' is not a date"),
    ],
)
def test_invalid_row_is_reported(
    depot: OpenSupplier, drop: Drop, row: str, code: str, reason: str
) -> None:
    drop("answers/a.csv", HEADER + row + "\n")

    record = problem(depot)

    assert record.code == code
    assert reason in record.reason


def test_row_that_a_rule_excludes_is_no_answer(tmp_path: Path, drop: Drop) -> None:
    rule = {"column": "answer", "matches": "^accepted$", "reason": "comes"}
    depot = mapped(tmp_path, skip=[rule])
    drop("answers/a.csv", HEADER + "1001,MUG,3,accepted,,\n1001,CUP,1,cancelled,,\n")
    drop("answers/b.csv", HEADER + "1002,MUG,3,accepted,,\n")

    assert units(read(depot)) == {"CUP": (1, 0)}


def test_file_is_read_once_until_it_changes(depot: OpenSupplier, drop: Drop) -> None:
    drop("answers/a.csv", HEADER + "1001,MUG,1,cancelled,,\n")
    [*_, page] = shortages(depot).changed(since())

    assert all_of(shortages(depot).changed(since(page.cursor))) == []


def test_answers_and_parcels_are_read_while_another_run_writes_orders(
    depot: OpenSupplier, drop: Drop, tmp_path: Path
) -> None:
    drop("answers/a.csv", HEADER + "1001,CUP,2,cancelled,,\n")
    drop("sent/a.csv", PARCELS + "1001,1Z999,UPS,2026-11-23 14:05,,,MUG,3\n")

    with folder_lock(tmp_path / "orders"):
        shortage = read(depot)
        [parcel] = all_of(depot.shipments.changed(since()))

    assert units(shortage) == {"CUP": (2, 0)}
    assert getattr(parcel, "is_last", False)


def test_dry_run_keeps_no_answers(depot: OpenSupplier, drop: Drop, tmp_path: Path) -> None:
    drop("answers/a.csv", HEADER + "1001,MUG,1,cancelled,,\n")
    (tmp_path / "dry").mkdir()
    folder = OrderFolder(folder=tmp_path / "orders", columns=ORDER_COLUMNS)
    account = FilesAccount(name="depot", order_files=folder, answers=answers(tmp_path))
    context = PortalContext(spool=tmp_path / "spool")
    dry = account.for_dry_run(tmp_path / "dry").supplier(
        SupplierOptions(), context, depot.people.connections
    )

    [shortage] = all_of(required(dry.shortages).changed(since()))
    dry.close()

    assert isinstance(shortage, Shortage)
    assert not [*(tmp_path / "orders" / ".ordosync").glob("*.answers")]


def test_damaged_log_needs_an_operator(depot: OpenSupplier, drop: Drop, tmp_path: Path) -> None:
    drop("answers/a.csv", HEADER + "1001,MUG,1,cancelled,,\n")
    read(depot)
    [log] = (tmp_path / "orders" / ".ordosync").glob("*.answers")
    assert log.stat().st_mode & 0o777 == 0o600
    log.write_text("{")

    with pytest.raises(RefusedError, match="remove it, and drop the files with its answers again"):
        read(depot)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"columns": {"order_number": "order"}}, "columns: answer is missing"),
        ({"columns": {**ANSWER_COLUMNS}, "date_format": None}, "date_format is needed"),
        ({"values": {"answer": {"X": "gone"}}}, "values: answer: 'gone' is not one of cancelled"),
        ({"values": {"reason": {"X": "gone"}}}, "values: reason: 'gone' is not one of out-of"),
    ],
)
def test_wrong_options_are_a_problem_of_the_configuration(
    tmp_path: Path, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        answers(tmp_path, **options)


def test_s23_check_says_that_nothing_is_reported_without_answers(tmp_path: Path) -> None:
    without = [result.text for result in open_supplier(tmp_path, answers=None).check()]
    with_answers = [result.text for result in open_supplier(tmp_path).check()]

    assert any("add `answers:` if it drops files with them" in text for text in without)
    assert not any("`answers:`" in text for text in with_answers)


def answers(folder: Path, **options: Any) -> AnswerFiles:
    defaults = {"columns": ANSWER_COLUMNS, "date_format": "%Y-%m-%d"}
    return AnswerFiles(glob=folder / "answers", **{**defaults, **options})


def mapped(folder: Path, **options: Any) -> OpenSupplier:
    """Open a Supplier with an order and other options of its answers."""
    rules = tuple(RowRule(**rule) for rule in options.pop("skip", ()))
    depot = open_supplier(folder, answers=answers(folder, skip=rules, **options))
    depot.orders.create([order("1001", MUG, CUP)])
    return depot
