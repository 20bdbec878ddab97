"""Repairs differences with the ordinary tasks: their steps are tried again."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from ordosync.clock import Clock
from ordosync.engine import run_task
from ordosync.engine.comparison.difference import Difference
from ordosync.engine.execution.claim import AlreadyRunning
from ordosync.engine.execution.interruption import Stop
from ordosync.engine.execution.safety_limit import SafetyLimit
from ordosync.errors import AccountError
from ordosync.store import Store
from ordosync.store.runs import Run
from ordosync.store.step_rows import DISMISSED, StepRow
from ordosync.tasks import TASKS
from ordosync.tasks.base import Portal, Task


def repair(
    portal: Portal, differences: Sequence[Difference], store: Store, clock: Clock, stop: Stop
) -> Iterator[Run | AlreadyRunning]:
    """Run each task that repairs one of these. Raise `SafetyLimitError` at the safety limit."""
    for task in TASKS.values():
        repairable = [difference for difference in differences if difference.task == task.name]
        if not repairable or stop.reason:
            continue
        rows = _rows(portal, task, repairable, store, clock)
        if any(difference.step_ref is None for difference in repairable):
            # Stock, for example: the task compares all products, within its own safety limit.
            yield run_task(task, portal, store, clock, stop, trigger="manual")
        elif rows:
            _check_safety_limit(portal, task, rows)
            yield run_task(task, portal, store, clock, stop, trigger="retry", only=rows)


def without_dismissed(differences: Sequence[Difference], store: Store) -> list[Difference]:
    """Return the differences, those that an operator has dismissed without a task."""
    return [_unless_dismissed(difference, store) for difference in differences]


def _unless_dismissed(difference: Difference, store: Store) -> Difference:
    if difference.step_ref is None:
        return difference
    key = difference.step_ref.key
    row = store.steps.by_key(difference.portal, difference.task, [key]).get(key)
    if not row or _is_open(row):
        return difference
    description = f"{difference.description}; it was dismissed; `ordosync retry {row.id}` sends it"
    return replace(difference, description=description, task="", step_ref=None)


def _rows(
    portal: Portal, task: Task, differences: Sequence[Difference], store: Store, clock: Clock
) -> list[StepRow]:
    """Return the steps to try again: stored steps, and new ones for other differences."""
    step_refs = {
        difference.step_ref.key: difference.step_ref
        for difference in differences
        if difference.step_ref
    }
    rows = store.steps.by_key(portal.name, task.name, list(step_refs))
    return [
        rows.get(key)
        or StepRow(
            id=0,
            portal=portal.name,
            task=task.name,
            key=key,
            state="waiting",
            code=None,
            reason=None,
            content="",
            merchant_id=step_ref.merchant_id,
            supplier_id=step_ref.supplier_id,
            attempts=0,
            not_before=None,
            created_at=clock.now(),
            updated_at=clock.now(),
            last_run_id=0,
        )
        for key, step_ref in step_refs.items()
    ]


def _is_open(row: StepRow) -> bool:
    """True if the step is not dismissed; a dismissed step is only tried by `retry`."""
    return row.code != DISMISSED


def _check_safety_limit(portal: Portal, task: Task, rows: Sequence[StepRow]) -> None:
    if not task.safety_limit:
        return
    safety_limit = SafetyLimit(task, portal)
    try:
        for page in task.replan(portal, rows):
            safety_limit.weigh(page.items, [step for step in page.items if not step.decision])
        safety_limit.check()
    except AccountError:
        portal.close()
        raise
