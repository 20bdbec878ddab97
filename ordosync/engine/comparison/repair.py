"""Repairs differences with the ordinary tasks: the steps in question are due again."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from ordosync.clock import Clock
from ordosync.engine import run_task
from ordosync.engine.comparison.difference import Difference
from ordosync.engine.execution.claim import AlreadyRunning
from ordosync.engine.execution.interruption import Stop
from ordosync.engine.execution.safety_limit import Brake
from ordosync.errors import AccountError
from ordosync.store import Store
from ordosync.store.runs import Run
from ordosync.store.step_rows import DISMISSED, StepRow
from ordosync.tasks import TASKS
from ordosync.tasks.base import Portal, Task


def repair(
    portal: Portal, found: Sequence[Difference], store: Store, clock: Clock, stop: Stop
) -> Iterator[Run | AlreadyRunning]:
    """Run each task that repairs some of these. Raises `BrakeError` at the safety limit."""
    for task in TASKS.values():
        mine = [one for one in found if one.task == task.name]
        if not mine or stop.reason:
            continue
        rows = _rows(portal, task, mine, store, clock)
        if any(one.step_ref is None for one in mine):
            # Stock, for example: its task compares everything anyway, within its own safety limit.
            yield run_task(task, portal, store, clock, stop, trigger="manual")
        elif rows:
            _check_brake(portal, task, rows)
            yield run_task(task, portal, store, clock, stop, trigger="retry", only=rows)


def without_dismissed(found: Sequence[Difference], store: Store) -> list[Difference]:
    """Leave out the steps that an operator has dismissed."""
    return [_by_hand(one, store) for one in found]


def _by_hand(one: Difference, store: Store) -> Difference:
    if one.step_ref is None:
        return one
    key = one.step_ref.key
    row = store.steps.by_key(one.portal, one.task, [key]).get(key)
    if not row or _is_wanted(row):
        return one
    what = f"{one.what}; it was dismissed, `ordosync retry {row.id}` sends it"
    return replace(one, what=what, task="", step_ref=None)


def _rows(
    portal: Portal, task: Task, mine: Sequence[Difference], store: Store, clock: Clock
) -> list[StepRow]:
    """Return the steps to try again: known ones and new ones."""
    wanted = {one.step_ref.key: one.step_ref for one in mine if one.step_ref}
    known = store.steps.by_key(portal.name, task.name, list(wanted))
    return [
        known.get(key)
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
        for key, step_ref in wanted.items()
    ]


def _is_wanted(row: StepRow) -> bool:
    """True if the step is not dismissed; a dismissed step is only tried by `retry`."""
    return row.code != DISMISSED


def _check_brake(portal: Portal, task: Task, rows: Sequence[StepRow]) -> None:
    if not task.brake:
        return
    brake = Brake(task, portal)
    try:
        for page in task.replan(portal, rows):
            brake.weigh(page.items, [step for step in page.items if not step.decision])
        brake.check()
    except AccountError:
        portal.close()
        raise
