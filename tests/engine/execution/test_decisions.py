"""Decisions: the write that a record needs, given its stored step."""

from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from ordosync.engine.execution.decisions import (
    Edited,
    Record,
    Send,
    Unchanged,
    decide,
    decide_step,
    is_reported,
)
from ordosync.store.step_rows import DISMISSED, State, StepRow
from ordosync.tasks import TASKS
from ordosync.tasks.base import Decision, Step

EVENT = TASKS["split-order"]
STATE = TASKS["write-inventory-back"]
STEP = Step(key="1001", merchant_id="1001", content="a-1")
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
UNCHANGED = Decision(state="unchanged")
REFUSED = Decision(state="failed", code="refused", reason="is refused")


def stored(state: State, *, content: str = "a-1", code: str | None = None) -> StepRow:
    return StepRow(
        id=7,
        portal="p",
        task="t",
        key="1001",
        merchant_id="1001",
        state=state,
        code=code,
        reason=None,
        content=content,
        attempts=1,
        not_before=None,
        created_at=NOON,
        updated_at=NOON,
        last_run_id=1,
    )


def test_new_record_is_sent_or_its_decision_is_recorded() -> None:
    assert decide_step(EVENT, STEP, None) == Send(step=STEP)
    refused = replace(STEP, decision=REFUSED)
    assert decide_step(EVENT, refused, None) == Record(step=refused)
    assert decide_step(EVENT, replace(STEP, decision=UNCHANGED), None) == Unchanged()


@pytest.mark.parametrize("state", ["done", "failed", "waiting", "sending", "unknown"])
def test_event_that_is_stored_with_this_content_needs_nothing(state: State) -> None:
    row = stored(state)

    assert decide_step(EVENT, STEP, row) == Unchanged(row=row)


def test_failed_event_is_sent_again_when_its_content_changes() -> None:
    assert decide_step(EVENT, STEP, stored("failed", content="a-0")) == Send(step=STEP)


def test_uncertain_event_is_left_to_the_recovery_even_if_it_has_changed() -> None:
    row = stored("unknown", content="a-0")

    assert decide_step(EVENT, STEP, row) == Unchanged(row=row)


def test_skipped_event_is_sent_when_its_reason_no_longer_applies() -> None:
    assert decide_step(EVENT, STEP, stored("skipped", code="gone")) == Send(step=STEP)


def test_event_whose_effect_was_undone_is_sent_again() -> None:
    redo = replace(STEP, needs_redo=True)

    assert decide_step(EVENT, redo, stored("done")) == Send(step=redo)


def test_done_event_that_was_edited_is_reported_under_a_key_of_its_own() -> None:
    decision = decide_step(EVENT, STEP, stored("done", content="a-0"))

    assert isinstance(decision, Edited)
    assert (decision.step.key, decision.step.decision and decision.step.decision.code) == (
        "1001:a-1",
        "edited",
    )


def test_edit_is_reported_once() -> None:
    edit = replace(STEP, key="1001:edit", content="a-2")

    assert not is_reported(edit, None)
    assert not is_reported(edit, stored("failed", content="a-1"))
    assert is_reported(edit, stored("failed", content="a-2"))
    assert is_reported(edit, stored("unknown", content="a-1"))


def test_record_of_an_older_source_needs_nothing() -> None:
    row = replace(stored("done", content="a-2"), as_of="2026-03-02")

    assert decide_step(EVENT, replace(STEP, as_of="2026-03-01"), row) == Unchanged(row=row)


def test_record_that_is_only_read_in_another_way_gets_the_new_content() -> None:
    refused = replace(STEP, content="b-1", decision=REFUSED)
    row = stored("failed", code="refused")

    assert decide_step(EVENT, refused, row) == Unchanged(row=row, content="b-1")


def test_dismissed_event_is_not_sent_but_reported_again_when_it_changes() -> None:
    row = stored("skipped", code=DISMISSED)

    assert decide_step(EVENT, STEP, row) == Unchanged(row=row)
    decision = decide_step(EVENT, replace(STEP, content="a-2"), row)
    assert isinstance(decision, Record)
    assert decision.step.decision
    assert (decision.step.decision.state, decision.step.decision.code) == ("failed", DISMISSED)


def test_state_is_written_again_after_it_was_done_but_not_while_it_waits() -> None:
    waiting = stored("waiting")

    assert decide_step(STATE, STEP, stored("done")) == Send(step=STEP)
    assert decide_step(STATE, STEP, waiting) == Unchanged(row=waiting)
    assert decide_step(STATE, STEP, stored("failed", content="a-0")) == Send(step=STEP)


def test_failed_state_that_was_corrected_by_hand_is_recorded_as_done() -> None:
    same = replace(STEP, decision=UNCHANGED)
    done_row = stored("done")

    assert decide_step(STATE, same, stored("failed")) == Record(step=same)
    assert decide_step(STATE, same, done_row) == Unchanged(row=done_row)


def test_record_that_this_run_has_recorded_is_left_out() -> None:
    row = replace(stored("done"), last_run_id=2)

    assert list(decide(EVENT, [STEP], {"1001": row}, run_id=2, open_edits={})) == []
    assert list(decide(EVENT, [STEP], {"1001": row}, run_id=3, open_edits={})) == [
        Unchanged(row=row)
    ]
