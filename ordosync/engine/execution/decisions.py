"""What is owed of an object that was read, given what was recorded of it before: pure."""

from msgspec import Struct
from msgspec.structs import replace

from ordosync.engine.execution.unproven import is_uncertain
from ordosync.models import edited
from ordosync.store.steps import DISMISSED, StepRow
from ordosync.tasks.base import Decision, Step, Task
from ordosync.tasks.order_digests import decisive

_EDITED = "edited"


class Reread(Struct, frozen=True, kw_only=True):
    """Nothing is owed; this content is the known one from now on."""

    content: str
    as_of: str
    """Which state of the source says so; see `Order.as_of`."""


def owed(
    task: Task, step: Step, row: StepRow | None, *, is_told: bool = False
) -> Step | Reread | None:
    """Return the step that is owed, or None where nothing is.

    That is not always `step`: what was edited after it was sent is owed a notice. `is_told`: such
    a notice is open.
    """
    if row and row.state == "done" and _is_older(step, row):
        return None
    unchanged = step.decision is not None and step.decision.state == "unchanged"
    if row is None:
        return None if unchanged else step
    if row.code == DISMISSED:
        return _after_dismissal(task, step, row, unchanged=unchanged)
    if task.is_state and unchanged:
        # What failed is as it should be after all: somebody set it right by hand.
        return step if row.state in ("failed", "skipped") else None
    if task.is_state:
        return None if _stands(step, row) else step
    if row.state == "done" and not _needs_redo(row, step):
        return _compared(task, step, row, is_told=is_told)
    if says_it_all(row, step) or is_uncertain(row) or unchanged:
        return None
    return Reread(content=step.content, as_of=step.as_of) if _is_only_reread(row, step) else step


def _after_dismissal(task: Task, step: Step, row: StepRow, *, unchanged: bool) -> Step | None:
    """Return what is owed of something that a person has dismissed.

    A state that has changed is written as ever. What was not sent is not sent by itself, whatever
    has become of it; people hear of it again when it has changed.
    """
    if task.is_state:
        return step if unchanged or row.content != step.content else None
    decision = step.decision
    if unchanged or not edited(decisive(row.content), decisive(step.content)):
        return None
    if decision and decision.state != "failed":
        return None
    change = f"now it {decision.reason}" if decision else "it has changed"
    reason = f"was dismissed, and {change}; it is sent only by `ordosync retry {row.id}`"
    return replace(
        step, payload=None, decision=Decision(state="failed", code=DISMISSED, reason=reason)
    )


def says_it_all(row: StepRow, step: Step) -> bool:
    """Whether what was recorded of what happened once says all that is to say of this reading.

    What was done and then undone is news; so is what was passed over for a reason that does not
    hold any more, such as that it was withdrawn.
    """
    if decisive(row.content) != decisive(step.content) or _needs_redo(row, step):
        return False
    if row.state == "failed" and step.cured:
        return row.code != step.cured
    if row.state != "skipped":
        return True
    return step.decision is not None and step.decision.code in ("", row.code)


def _compared(task: Task, step: Step, row: StepRow, *, is_told: bool) -> Step | Reread | None:
    if task.compare:
        found = task.compare(step, row.content, told=is_told)
        return Reread(content=found, as_of=step.as_of) if isinstance(found, str) else found
    return _edit(step) if edited(row.content, step.content) else None


def _is_only_reread(row: StepRow, step: Step) -> bool:
    """Return True if an object of which nothing came is read in another way, and that is all.

    It fails as before, or was refused before an account put a form before what it read.
    """
    before, after = (content.partition("-")[0] for content in (row.content, step.content))
    if before == after:
        return False
    if step.decision:
        return (row.state, row.code) == (step.decision.state, step.decision.code)
    return row.state == "failed" and row.attempts > 0 and after.endswith(f".{before}")


def _needs_redo(row: StepRow, step: Step) -> bool:
    """Whether a step that was done is to be done once more."""
    return step.needs_redo and row.state == "done"


def _stands(step: Step, row: StepRow) -> bool:
    """Whether what was recorded of a state says all that is to say of it now."""
    if step.decision:
        return (row.state, row.code) == (step.decision.state, step.decision.code)
    if row.content != step.content:
        return False
    return row.state in ("sending", "unknown", "waiting", "failed")


def _is_older(step: Step, row: StepRow) -> bool:
    """Return True if what was read is older than what a step was decided by."""
    return "" < step.as_of < row.as_of


def _edit(step: Step) -> Step:
    return Step(
        key=f"{step.key}:{step.content}",
        merchant_id=step.merchant_id,
        content=step.content,
        decision=Decision(
            state="skipped",
            code=_EDITED,
            reason="was edited after it was sent; edits do not travel",
        ),
    )
