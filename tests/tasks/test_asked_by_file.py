"""Cancellations of a local Merchant for which a file asks the Supplier; K: lifecycle.md 2.6."""

import csv
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from ordosync.config import load_config
from ordosync.store import Store
from ordosync.store.step_rows import StepRow
from ordosync.tasks.base import Portal, Step
from ordosync.tasks.cancellations import wanted_again
from tests.tasks.editing import cancel_units, edit
from tests.tasks.portal import Pair, line, remarks, succeeded

TASK = "cancel-orders"
CONFIG = """
accounts:
  shop: {kind: sqlite, path: shop.db}
  depot:
    kind: files
    order_files:
      folder: orders
      columns: {order_number: No, sku: SKU, quantity: Qty, change: Change, version: Version}
    shipments:
      glob: sent
      columns: {order_number: no, tracking_number: number, carrier: by, shipped_at: at,
                sku: sku, quantity: qty}
      date_format: "%Y-%m-%d"
      timezone: UTC
    ANSWERS
portals:
  shop-northwind:
    merchant: {account: shop, supplier: northwind}
    supplier: depot
    cancel_deadline: 3h
    EDITS
"""
ANSWERS = """answers:
      glob: answers
      columns: {order_number: no, sku: sku, quantity: qty, answer: answer, reason: why}"""
ANSWER = "no,sku,qty,answer,why\n"
SENT = "no,number,by,at,sku,qty\n"


@pytest.fixture(name="pair")
def _pair(tmp_path: Path) -> Pair:
    """An order of three MUG that the Supplier has as a file."""
    return imported(tmp_path, ANSWERS)


def imported(folder: Path, answers: str, *, edits: str = "") -> Pair:
    for name in ("orders", "sent", "answers"):
        (folder / name).mkdir()
    pair = Pair(folder, CONFIG.replace("ANSWERS", answers).replace("EDITS", edits))
    pair.request("1001", line("MUG", 3))
    assert pair.run("import-orders").count("done") == 1
    return pair


def changes(pair: Pair) -> list[tuple[str, str, str]]:
    """Return version, change and quantity of each row of the order files."""
    rows = []
    for path in (pair.folder / "orders").glob("*.csv"):
        with path.open(newline="") as file:
            rows += [(r["Version"], r["Change"], r["Qty"]) for r in csv.DictReader(file)]
    return sorted(rows)


def ship(pair: Pair, units: int, number: str = "1Z1") -> None:
    row = f"1001,{number},UPS,2026-11-23,MUG,{units}\n"
    (pair.folder / "sent" / f"{number}.csv").write_text(SENT + row)
    pair.run("update-tracking")


def restore(pair: Pair) -> None:
    """Let the Merchant request the order again that it cancelled."""
    succeeded(pair.shop.restore("1001"))
    succeeded(pair.shop.request("1001", "northwind"))


def held(pair: Pair) -> list[StepRow]:
    with Store.open(load_config(pair.path).database) as store:
        rows = store.steps.failed("shop-northwind", TASK, or_held=True)
        return [row for row in rows if row.state == "held"]


def test_k1_cancellation_is_asked_for_and_held_until_the_deadline(pair: Pair) -> None:
    succeeded(pair.shop.cancel("1001"))

    ran = pair.run(TASK)

    [step] = held(pair)
    assert (ran.run.status, ran.counts) == ("ok", {"skipped": 1})
    assert (step.code, step.not_before) == ("asked", pair.clock.at + timedelta(hours=3))
    assert changes(pair) == [("1", "NEW", "3"), ("2", "CANCEL", "3")]
    assert pair.link("1001").state == "cancel_asked"
    assert "The Supplier is asked to cancel this order" in "".join(remarks(pair.shop, "1001"))


def test_k3_shipped_order_wins(pair: Pair) -> None:
    succeeded(pair.shop.cancel("1001"))
    pair.run(TASK)

    ship(pair, 3)
    pair.run(TASK)
    pair.run(TASK)

    [step] = pair.failed(TASK)
    assert (held(pair), step.code) == ([], "already-shipped")
    assert pair.link("1001").state == "cancel_refused"
    shipped = [text for text in remarks(pair.shop, "1001") if "shipped already" in text]
    assert len(shipped) == 1


def test_k3_parcel_of_a_part_leaves_the_rest_asked_for(pair: Pair) -> None:
    succeeded(pair.shop.cancel("1001"))
    pair.run(TASK)

    ship(pair, 1)
    pair.run(TASK)

    assert pair.link("1001").state == "cancel_asked"
    assert len(held(pair)) == 1


def test_k4_no_answer_fails_at_the_deadline(pair: Pair) -> None:
    succeeded(pair.shop.cancel("1001"))
    pair.run(TASK)
    pair.clock.at += timedelta(hours=3)

    ran = pair.run(TASK)

    [step] = pair.failed(TASK)
    assert (ran.counts, step.code) == ({"failed": 1}, "not-answered")
    assert len(changes(pair)) == 2


def test_k5_order_that_is_restored_is_sent_again_whole(pair: Pair) -> None:
    succeeded(pair.shop.cancel("1001"))
    pair.run(TASK)
    restore(pair)

    restored, again = pair.run(TASK), pair.run(TASK)
    state = pair.link("1001").state
    succeeded(pair.shop.cancel("1001"))
    asked = pair.run(TASK)

    assert (restored.count("done"), again.count("done"), len(held(pair))) == (1, 0, 1)
    assert (state, asked.counts) == ("live", {"skipped": 1})
    assert changes(pair) == [
        ("1", "NEW", "3"),
        ("2", "CANCEL", "3"),
        ("3", "CHANGED", "3"),
        ("4", "CANCEL", "3"),
    ]
    assert pair.run("import-orders").count("done") == 0


def test_k5_late_restoration_settles_the_failed_step(pair: Pair) -> None:
    succeeded(pair.shop.cancel("1001"))
    pair.run(TASK)
    pair.clock.at += timedelta(hours=3)
    pair.run(TASK)
    restore(pair)

    pair.run(TASK)

    assert pair.failed(TASK) == []
    assert pair.link("1001").state == "live"


def test_k5_order_that_was_shipped_meanwhile_is_live(pair: Pair) -> None:
    succeeded(pair.shop.cancel("1001"))
    pair.run(TASK)
    restore(pair)
    row = "1001,1Z1,UPS,2026-11-23,MUG,3\n"
    (pair.folder / "sent" / "a.csv").write_text(SENT + row)

    pair.run(TASK)
    pair.run("update-tracking")

    assert pair.link("1001").state == "live"
    assert (held(pair), pair.failed(TASK)) == ([], [])
    assert pair.merchant("1001").status == "shipped"
    assert len(changes(pair)) == 2


def test_k5_order_that_the_supplier_cancelled_is_imported_again(pair: Pair) -> None:
    succeeded(pair.shop.cancel("1001"))
    pair.run(TASK)
    (pair.folder / "answers" / "a.csv").write_text(f"{ANSWER}1001,,,cancelled,\n")
    restore(pair)

    pair.run(TASK)
    state = pair.link("1001").state
    ran = pair.run("import-orders")

    assert (state, ran.count("done")) == ("cancelled_by_task", 1)
    assert changes(pair) == [("1", "NEW", "3"), ("1", "NEW", "3"), ("2", "CANCEL", "3")]


def test_k6_without_answers_fewer_units_count_at_once(tmp_path: Path) -> None:
    pair = imported(tmp_path, "")
    cancel_units(pair, 1)

    ran = pair.run(TASK)

    assert ran.count("done") == 1
    assert changes(pair) == [("1", "NEW", "3"), ("2", "CHANGED", "2")]
    assert held(pair) == []


def test_k6_fewer_units_are_held_until_they_are_answered(pair: Pair) -> None:
    cancel_units(pair, 1)

    ran, again = pair.run(TASK), pair.run(TASK)
    [step] = held(pair)
    pair.clock.at += timedelta(hours=3)
    pair.run(TASK)

    assert (ran.counts, step.code) == ({"skipped": 1}, "asked")
    assert again.count("failed") == 0
    assert changes(pair) == [("1", "NEW", "3"), ("2", "CHANGED", "2")]
    [failed] = pair.failed(TASK)
    assert failed.code == "not-answered"


def test_k6_fewer_units_that_are_applied_as_an_edit_are_written_once(tmp_path: Path) -> None:
    pair = imported(tmp_path, ANSWERS, edits="edits: {lines: apply}")
    cancel_units(pair, 1)

    first, again = pair.run("import-orders"), pair.run("import-orders")

    assert (first.count("failed"), again.count("failed")) == (0, 0)
    assert changes(pair) == [("1", "NEW", "3"), ("2", "CHANGED", "2")]
    assert pair.link("1001/1", "line").cancelled == 1
    assert pair.failed("import-orders") == []


def answer(pair: Pair, text: str, name: str = "a") -> None:
    """Drop an answer, and read it."""
    (pair.folder / "answers" / f"{name}.csv").write_text(f"{ANSWER}{text}\n")
    pair.run("report-shortages")


def test_k2_answer_that_it_is_cancelled_settles_the_step(pair: Pair) -> None:
    succeeded(pair.shop.cancel("1001"))
    pair.run(TASK)

    answer(pair, "1001,,,cancelled,")
    answer(pair, "1001,,,cancelled,", name="again")
    pair.run(TASK)

    assert (held(pair), pair.failed(TASK), pair.failed("report-shortages")) == ([], [], [])
    assert pair.link("1001").state == "cancelled_by_task"
    told = [text for text in remarks(pair.shop, "1001") if "as it was asked to" in text]
    assert len(told) == 1


def test_k3_rejected_cancellation_fails_the_step(pair: Pair) -> None:
    succeeded(pair.shop.cancel("1001"))
    pair.run(TASK)

    answer(pair, "1001,,,rejected,")
    pair.run(TASK)

    [step] = pair.failed(TASK)
    assert (held(pair), step.code) == ([], "already-shipped")
    assert pair.link("1001").state == "cancel_refused"
    assert not any("shipped already" in text for text in remarks(pair.shop, "1001"))


def test_s1_order_that_the_supplier_cancels_by_itself_is_reported(pair: Pair) -> None:
    answer(pair, "1001,,,cancelled,")
    answer(pair, "1001,,,cancelled,", name="again")

    assert pair.link("1001").state == "cancelled_by_supplier"
    assert pair.merchant("1001").status == "dropshipment_requested"
    assert len(pair.failed("report-shortages")) == 1


def test_s9_answer_to_an_unknown_order_is_passed_over(pair: Pair) -> None:
    answer(pair, "404,,,cancelled,")

    assert pair.failed("report-shortages") == []


def want_again(pair: Pair) -> None:
    """Let the Merchant want the units again that it cancelled."""
    pair.sql("shop", "update order_lines set cancelled = 0")
    edit(pair)


def test_k5_units_that_are_wanted_again_before_the_answer_are_sent_again(pair: Pair) -> None:
    cancel_units(pair, 1)
    pair.run(TASK)
    want_again(pair)

    again, later = pair.run(TASK), pair.run(TASK)
    after = changes(pair)
    cancel_units(pair, 2)
    pair.run(TASK)

    assert ([step.state for step in again.steps], later.steps) == (["done"], ())
    assert after == [("1", "NEW", "3"), ("2", "CHANGED", "2"), ("3", "CHANGED", "3")]
    assert changes(pair)[-1] == ("4", "CHANGED", "1")
    assert [step.code for step in held(pair)] == ["asked"]


def test_k5_units_that_are_wanted_again_during_a_run_are_sent_again_by_the_next_one(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    cancel_units(pair, 1)
    pair.run(TASK)
    planned = wanted_again.steps

    def steps(portal: Portal) -> Iterator[Step]:
        found = tuple(planned(portal))
        want_again(pair)
        return iter(found)

    monkeypatch.setattr(wanted_again, "steps", steps)
    pair.run(TASK)
    during = changes(pair)
    pair.run(TASK)

    assert during[-1] == ("2", "CHANGED", "2")
    assert (changes(pair)[-1], held(pair)) == (("3", "CHANGED", "3"), [])


def test_k5_units_that_are_wanted_again_after_the_deadline_settle_the_failed_step(
    pair: Pair,
) -> None:
    cancel_units(pair, 1)
    pair.run(TASK)
    pair.clock.at += timedelta(hours=3)
    pair.run(TASK)
    late = pair.failed(TASK)
    want_again(pair)

    pair.run(TASK)

    assert ([step.code for step in late], pair.failed(TASK)) == (["not-answered"], [])
    assert changes(pair)[-1] == ("3", "CHANGED", "3")


def test_k5_units_that_are_wanted_again_after_the_order_was_shipped_are_not_sent_again(
    pair: Pair,
) -> None:
    cancel_units(pair, 1)
    pair.run(TASK)
    want_again(pair)
    (pair.folder / "sent" / "a.csv").write_text(SENT + "1001,1Z1,UPS,2026-11-23,MUG,3\n")

    pair.run(TASK)
    pair.run("update-tracking")

    assert (len(changes(pair)), held(pair), pair.failed(TASK)) == (2, [], [])
    assert pair.merchant("1001").status == "shipped"


@pytest.mark.parametrize("row", ["1001,MUG,1,rejected,", "1001,,,rejected,"])
def test_k6_rejected_units_fail_the_step_and_stay(pair: Pair, row: str) -> None:
    cancel_units(pair, 1)
    pair.run(TASK)

    answer(pair, row)
    ran, again = pair.run(TASK), pair.run(TASK)

    [step] = pair.failed(TASK)
    assert (held(pair), step.code) == ([], "not-reducible")
    assert "and refused" in (step.reason or "")
    assert (pair.link("1001").state, pair.link("1001/1", "line").cancelled) == ("live", 0)
    assert pair.failed("report-shortages") == []
    told = [text for text in remarks(pair.shop, "1001") if "ask the Supplier not to send" in text]
    assert (len(told), again.steps) == (1, ())
    assert ran.run.error is None


def test_k6_rejected_units_that_are_wanted_again_settle_the_step(pair: Pair) -> None:
    cancel_units(pair, 1)
    pair.run(TASK)
    answer(pair, "1001,MUG,1,rejected,")
    pair.run(TASK)

    answer(pair, "1001,MUG,1,cancelled,asked-to", name="b")
    pair.run(TASK)

    assert pair.failed(TASK) == []
    assert pair.link("1001/1", "line").cancelled == 1


def test_k3_rejection_of_units_is_no_answer_to_a_later_cancellation(pair: Pair) -> None:
    cancel_units(pair, 1)
    pair.run(TASK)
    answer(pair, "1001,MUG,1,rejected,")
    pair.run(TASK)
    succeeded(pair.shop.cancel("1001"))

    pair.run(TASK)
    pair.run("report-shortages")
    asked = pair.link("1001").state
    answer(pair, "1001,,,rejected,", name="b")

    assert (asked, pair.link("1001").state) == ("cancel_asked", "cancel_refused")


def test_k3_rejected_cancellation_is_no_answer_to_fewer_units(pair: Pair) -> None:
    succeeded(pair.shop.cancel("1001"))
    pair.run(TASK)
    answer(pair, "1001,,,rejected,")
    restore(pair)
    pair.run("import-orders")
    pair.run(TASK)
    cancel_units(pair, 1)

    pair.run(TASK)
    pair.run(TASK)

    assert [step.code for step in held(pair)] == ["asked"]


def test_k6_answer_about_units_settles_the_step(pair: Pair) -> None:
    cancel_units(pair, 1)
    pair.run(TASK)

    answer(pair, "1001,MUG,1,cancelled,asked-to")
    pair.run(TASK)

    assert (held(pair), pair.failed(TASK), pair.failed("report-shortages")) == ([], [], [])
    assert pair.link("1001/1", "line").cancelled == 1
    assert changes(pair) == [("1", "NEW", "3"), ("2", "CHANGED", "2")]
    assert not any("cannot send" in text for text in remarks(pair.shop, "1001"))
