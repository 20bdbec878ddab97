"""Preview of a task (`--dry-run`): the writes that a run would make now. Writes nothing."""

from ordosync.clock import Clock
from ordosync.engine.execution.decisions import Send, Unchanged, decide_step
from ordosync.engine.execution.recovery import lacks_steps
from ordosync.store import Store
from ordosync.store.step_rows import DISMISSED, StepRow
from ordosync.tasks.base import PlanRequest, Portal, Step, Task


def plan_task(task: Task, portal: Portal, store: Store, clock: Clock) -> list[Step]:
    """Return the writes that a run would make now, and write nothing."""
    restored_at = store.schedule.restored_at(portal.name, task.name)
    looks_first = lacks_steps(task, portal, store, restored_at=restored_at)
    request = PlanRequest(
        cursor=store.schedule.cursor(portal.name, task.name),
        now=clock.now(),
        after_restore=looks_first,
    )
    planned: list[Step] = []
    for page in task.plan(portal, request):
        steps = [step for step in page.items if not step.decision]
        keys = [step.key for step in steps]
        rows = store.steps.by_key(portal.name, task.name, keys)
        existing = task.look_up(portal, keys) if looks_first else {}
        planned += [
            step
            for step in steps
            if step.key not in existing and _needs_write(task, step, rows.get(step.key))
        ]
    unsettled = store.steps.unsettled_ids(portal.name)
    for account in (portal.merchant, portal.supplier):
        account.finish_reading(unsettled, dry=True)
    return planned


def _needs_write(task: Task, step: Step, row: StepRow | None) -> bool:
    """True if a run would write this step, or report an edit of it."""
    if row is None:
        return True
    if row.code == DISMISSED:
        return isinstance(decide_step(task, step, row), Send)
    if task.is_state:
        return row.state != "failed" or row.content != step.content
    return not isinstance(decide_step(task, step, row), Unchanged)
