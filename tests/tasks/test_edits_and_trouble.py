"""Edits whose write is refused, lost, raced or killed, and the repetition of such a write."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from ordosync.accounts.sqlite.supplier_edits import SupplierEdits
from ordosync.edits import EditableOrder, OrderEdit
from ordosync.errors import UnavailableError
from ordosync.models import Outcome, refused
from tests.support.command import ordosync
from tests.support.kills import MOST_PASSAGES, killed_at
from tests.support.runs import previewed
from tests.tasks.editing import (
    ALL_SENT,
    APPLY_ALL,
    CANARIES,
    METHOD,
    NOTES,
    OLD_STREET,
    STREET,
    TASK,
    add_line,
    configured,
    edit,
    ledger,
    sent,
    stored_edit,
    units_of,
)
from tests.tasks.portal import Pair, line, parcel, quantities, remarks

Write = Callable[[SupplierEdits, Sequence[OrderEdit]], list[Outcome]]
WRITE: Write = SupplierEdits.write
APPLY = "edits: {address: apply}"
POINTS = (
    "intent-before-commit",
    "intent-after-commit",
    "account-before-commit",
    "account-after-commit",
    "result-before-commit",
    "result-after-commit",
    "finish-before-commit",
)


def answering(monkeypatch: pytest.MonkeyPatch, write: Write) -> None:
    monkeypatch.setattr(SupplierEdits, "write", write)


def test_e10_label_that_is_made_during_the_write_is_raced_until_an_operator_closes_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pair = sent(tmp_path, APPLY)

    def with_label(part: SupplierEdits, edits: Sequence[OrderEdit]) -> list[Outcome]:
        outcomes = WRITE(part, edits)
        pair.send("1001")
        return outcomes

    answering(monkeypatch, with_label)
    edit(pair, STREET)
    ran = pair.run(TASK)
    monkeypatch.undo()
    edit(pair)
    again = pair.run(TASK)
    kept = ordosync(pair.folder, "edits", "keep", "1001")

    said = [remarks(pair.shop, "1001")[-1], remarks(pair.northwind, "1001")[-1]]
    assert (ran.step.state, ran.step.code, again.steps) == ("failed", "raced", ())
    assert "a label was made while the order was changed" in (ran.step.reason or "")
    assert ["raced" in text for text in said] == [True, True]
    assert (kept.code, pair.failed(TASK)) == (0, [])


def test_e13_refusal_is_reported_in_its_words_and_repeated_only_for_another_edit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pair = sent(tmp_path, APPLY)
    calls: list[OrderEdit] = []

    def refuse(_: SupplierEdits, edits: Sequence[OrderEdit]) -> list[Outcome]:
        calls.extend(edits)
        return [refused("no-zip", "7 Canary Lane needs a postcode") for _ in edits]

    answering(monkeypatch, refuse)
    edit(pair, STREET)
    ran = pair.run(TASK)
    edit(pair)
    again = pair.run(TASK)
    edit(pair, METHOD)
    other = pair.run(TASK)

    assert (ran.step.state, ran.step.code, again.steps) == ("failed", "no-zip", ())
    assert "not applied: … needs a postcode" in (ran.step.reason or "")
    assert (other.step.code, len(calls)) == ("no-zip", 2)
    assert not any(word in text for word in CANARIES for text in remarks(pair.shop, "1001"))


def test_e28_address_that_is_accepted_and_not_shown_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pair = sent(tmp_path, APPLY)
    answering(monkeypatch, lambda _, edits: [Outcome(state="done", id=of.order_id) for of in edits])
    edit(pair, STREET)
    ran = pair.run(TASK)
    monkeypatch.undo()
    edit(pair, OLD_STREET)
    back = pair.run(TASK)

    assert (ran.step.state, ran.step.code) == ("failed", "not-taken")
    assert (back.step.state, back.step.code) == ("done", "taken-back")


def test_e30_account_that_is_down_is_tried_again_until_the_time_is_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pair = sent(tmp_path, "edits: {address: apply, until: 2h}")

    def down(_: SupplierEdits, ids: Sequence[str]) -> Mapping[str, EditableOrder]:
        raise UnavailableError("account northwind", f"read {len(ids)} orders", "HTTP 503")

    monkeypatch.setattr(SupplierEdits, "current", down)
    edit(pair, STREET)
    waiting = pair.run(TASK).step
    pair.clock.at += timedelta(hours=3)
    over = pair.run(TASK).step

    assert (waiting.state, waiting.code) == ("waiting", "unavailable")
    assert (over.state, over.code) == ("failed", "too-late-to-apply")


def test_e30_account_that_answers_again_gets_the_edit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pair = sent(tmp_path, APPLY)
    outcome = Outcome(state="unavailable", code="unavailable", reason="HTTP 503")
    answering(monkeypatch, lambda _, edits: [outcome for _ in edits])
    edit(pair, STREET)
    waiting = pair.run(TASK).step.state
    monkeypatch.undo()

    ran = pair.run(TASK)

    assert (waiting, ran.step.state) == ("waiting", "done")
    assert pair.supplied("1001").ship_to.street1 == "7 Canary Lane"


@pytest.mark.parametrize("is_lost", [True, False])
def test_edit_that_is_taken_back_after_a_write_of_unknown_outcome_is_written_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, is_lost: bool
) -> None:
    pair = sent(tmp_path, APPLY)

    def lost(part: SupplierEdits, edits: Sequence[OrderEdit]) -> list[Outcome]:
        if not is_lost:
            WRITE(part, edits)
        return [Outcome(state="unknown", code="unknown", reason="no answer") for _ in edits]

    answering(monkeypatch, lost)
    edit(pair, STREET)
    unknown = pair.run(TASK).step.state
    monkeypatch.undo()
    edit(pair, OLD_STREET)
    ran = pair.run(TASK)

    assert (unknown, ran.step.state, ran.step.code) == ("unknown", "done", "taken-back")
    assert pair.supplied("1001").ship_to.street1 == "12 Square"


@pytest.mark.parametrize("is_lost", [True, False])
def test_added_line_that_is_removed_after_a_write_of_unknown_outcome_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, is_lost: bool
) -> None:
    """Nothing shows if the Supplier's users added it, so it is not removed."""
    pair = sent(tmp_path, "edits: {lines: apply}")

    def lost(part: SupplierEdits, edits: Sequence[OrderEdit]) -> list[Outcome]:
        if not is_lost:
            WRITE(part, edits)
        return [Outcome(state="unknown", code="unknown", reason="no answer") for _ in edits]

    answering(monkeypatch, lost)
    add_line(pair, "VASE", 2)
    pair.run(TASK)
    monkeypatch.undo()
    edit(pair, "delete from order_lines where sku = 'VASE'")

    ran = pair.run(TASK)

    if is_lost:
        assert (ran.step.state, ran.step.code) == ("done", "taken-back")
        return
    assert (ran.step.state, ran.step.code) == ("failed", "changed-there")
    assert "remove it there" in (ran.step.reason or "")
    assert quantities(pair.supplied("1001")) == [("MUG", 2), ("VASE", 2)]
    pair.sql("northwind", "delete from order_lines where sku = 'VASE'")
    assert pair.retry(TASK, stored_edit(pair)).step.code == "taken-back"


def test_added_line_of_a_write_of_unknown_outcome_is_linked_if_it_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pair = sent(tmp_path, "edits: {lines: apply}")

    def unanswered(part: SupplierEdits, edits: Sequence[OrderEdit]) -> list[Outcome]:
        WRITE(part, edits)
        return [Outcome(state="unknown", code="unknown", reason="no answer") for _ in edits]

    answering(monkeypatch, unanswered)
    add_line(pair, "VASE", 2)
    pair.run(TASK)
    monkeypatch.undo()

    ran = pair.run(TASK)

    assert (ran.step.state, pair.link("1001/9", "line").supplier_id) == ("done", "1001/2")
    assert quantities(pair.supplied("1001")) == [("MUG", 2), ("VASE", 2)]


def test_e32_dry_run_says_group_policy_and_call_and_no_value(tmp_path: Path) -> None:
    pair = sent(tmp_path, ALL_SENT, "edits: {address: apply, method: hold, notes: notify}")
    edit(pair, STREET, METHOD, NOTES)
    before = pair.everything()

    [planned] = previewed(pair.path, TASK, "shop-northwind", pair.clock).steps

    assert planned.summary == (
        "write address to order 1001; hold order 1001 (method); notify of notes"
    )
    assert pair.everything() == before
    assert not any(word in f"{planned}" for word in CANARIES)


def test_e32_dry_run_of_edits_apply_changes_nothing(tmp_path: Path) -> None:
    pair = sent(tmp_path)
    edit(pair, STREET)
    pair.run(TASK)
    before = pair.everything()

    ran = ordosync(pair.folder, "edits", "apply", "1001", "--dry-run")

    assert (ran.code, pair.everything()) == (0, before)
    assert "write address to order 1001" in ran.out
    assert [row.code for row in pair.failed(TASK)] == ["edited"]


@pytest.mark.slow
@pytest.mark.parametrize("point", POINTS)
def test_edit_that_is_killed_at_any_point_is_made_once(tmp_path: Path, point: str) -> None:
    for passage in range(1, MOST_PASSAGES):
        folder = tmp_path / str(passage)
        folder.mkdir()
        pair = configured(folder, APPLY_ALL)
        pair.imported("1001", line("MUG", 4), line("CUP", 2))
        add_line(pair, "VASE", 1)
        edit(pair, STREET, METHOD, units_of("MUG", 6), units_of("CUP", 1))

        with killed_at(point, passage) as killed:
            pair.run(TASK)
        until_quiet(pair)

        assert_made_once(pair)
        if not killed:
            return
    pytest.fail(f"{point} is passed too often")


def assert_made_once(pair: Pair) -> None:
    supplied = pair.supplied("1001")
    assert (supplied.ship_to.street1, supplied.shipping_method) == ("7 Canary Lane", "Express")
    assert quantities(supplied) == [("MUG", 6), ("CUP", 1), ("VASE", 1)]
    assert sorted(ledger(pair)) == [("1001/1", 6, 0), ("1001/2", 2, 1), ("1001/9", 1, 0)]
    assert (pair.failed(TASK), stored_edit(pair).state) == ([], "done")
    for desk in (pair.shop, pair.northwind):
        assert sum("was sent (address" in text for text in remarks(desk, "1001")) == 1
    assert sum(text.startswith("Edited by") for text in remarks(pair.northwind, "1001")) == 1


def until_quiet(pair: Pair) -> None:
    """Run the task until leases have ended and each write is settled."""
    for _ in range(2):
        pair.clock.at += timedelta(hours=1)
        pair.run(TASK)
    assert pair.run(TASK).steps == ()


@pytest.mark.slow
@pytest.mark.parametrize("point", POINTS)
def test_hold_that_is_killed_at_any_point_ends_with_the_edit(tmp_path: Path, point: str) -> None:
    for passage in range(1, MOST_PASSAGES):
        folder = tmp_path / str(passage)
        folder.mkdir()
        pair = sent(folder, "edits: {address: hold}")
        edit(pair, STREET)
        with killed_at(point, passage) as killed:
            pair.run(TASK)
        edit(pair, OLD_STREET)

        until_quiet(pair)

        assert pair.failed(TASK) == []
        assert pair.northwind.ship([parcel("1001")])[0].state == "done"
        if not killed:
            return
    pytest.fail(f"{point} is passed too often")


def test_edit_after_a_killed_write_is_written_over_what_that_has_written(tmp_path: Path) -> None:
    pair = sent(tmp_path, APPLY)
    edit(pair, STREET)
    with killed_at("result-before-commit", 1):
        pair.run(TASK)
    edit(pair, STREET.replace("7 Canary Lane", "8 Canary Lane"))

    until_quiet(pair)

    assert (pair.supplied("1001").ship_to.street1, pair.failed(TASK)) == ("8 Canary Lane", [])
