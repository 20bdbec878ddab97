"""Orders that a rule of their portal holds before the import, released by the operator."""

from collections.abc import Sequence
from typing import Any

from ordosync.cli.context import Context
from ordosync.cli.retry_targets import merchant_ids
from ordosync.errors import UsageError
from ordosync.models import Outcome, refused
from ordosync.store import Store
from ordosync.store.step_rows import StepRow

_TASK = "import-orders"


def held_import(context: Context, store: Store, number: str, portal: str | None) -> StepRow | None:
    """Return the step of an order that is held before its import; None if there is none.

    Raise `UsageError` if several portals hold one, or if the portal that is named holds none.
    """
    portals = context.config.portals
    names = [portal] if portal else list(portals)
    rows = {row.id: row for name in names for row in _of_portal(context, store, name, number)}
    if len(rows) > 1:
        choices = " or ".join(f"--portal {row.portal}" for row in rows.values())
        raise UsageError(f"several portals hold order {number}; choose with {choices}")
    if portal and not rows:
        raise UsageError(
            f"portal {portal} holds no order {number}; `ordosync why {number}` shows its state"
        )
    return next(iter(rows.values()), None)


def release_import(context: Context, store: Store, row: StepRow) -> Outcome:
    """Release an order that is held before its import: the next import sends it."""
    now = context.clock.now()
    with store.transaction(portal=row.portal):
        if not store.steps.release(row, now=now):
            return refused("changed", "has changed meanwhile; run this again")
        store.schedule.set_next(row.portal, _TASK, now=now)
    return Outcome(state="done" if row.released_at is None else "unchanged", id=str(row.id))


def as_json(store: Store, row: StepRow) -> dict[str, Any]:
    """Return the order of a step as a document."""
    merchant_id = row.merchant_id or row.key
    numbers = store.order_numbers(row.portal).of([merchant_id])
    return {
        "portal": row.portal,
        "step": row.id,
        "merchant": merchant_id,
        "merchant_number": numbers.get(merchant_id, merchant_id),
        "code": row.code,
        "reason": row.reason,
    }


def as_text(store: Store, row: StepRow, outcome: Outcome) -> str:
    """Return what was done with an order, and the command that sends it."""
    number = as_json(store, row)["merchant_number"]
    change = "released" if outcome.state == "done" else "was released already"
    return (
        f"order {number} {change}: {_TASK} of portal {row.portal} sends it;"
        f" now: `ordosync {_TASK} {row.portal}`"
    )


def _of_portal(context: Context, store: Store, name: str, number: str) -> Sequence[StepRow]:
    ids = merchant_ids(store, context.config.portals[name], number)
    rows = (row for id_ in ids for row in store.steps.of_merchant(name, id_))
    return [row for row in rows if row.task == _TASK and row.is_held_by_rule]
