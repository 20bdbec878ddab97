"""Orders that a rule of their portal holds before the import, released by the operator."""

from collections.abc import Sequence
from typing import Any

from ordosync.cli.context import Context
from ordosync.cli.output import render
from ordosync.cli.retry_targets import merchant_ids
from ordosync.engine.scheduling.registration import register
from ordosync.errors import OrdosyncError, UsageError
from ordosync.store import Store
from ordosync.store.step_rows import StepRow

_TASK = "import-orders"


def release_import(context: Context, number: str, portal: str | None) -> bool:
    """Release an order that is held before its import. False if no such order is held.

    Raise `UsageError` if several portals hold one, or if the portal that is named holds none.
    """
    config, clock = context.config, context.clock
    if portal is not None and portal not in config.portals:
        raise UsageError(f"there is no portal {portal!r}; there is {', '.join(config.portals)}")
    with Store.open(config.database, clock=clock) as store:
        register(config, store, clock)
        row = _held(context, store, number, portal)
        if row is None:
            return False
        is_new = row.released_at is None
        with store.transaction(portal=row.portal):
            if not store.steps.release(row, now=clock.now()):
                raise OrdosyncError(f"order {number} has changed meanwhile; run this again")
            store.schedule.set_next(row.portal, _TASK, now=clock.now())
        document = _json(store, row)
    _report(context, row, document, is_new=is_new)
    return True


def _held(context: Context, store: Store, number: str, portal: str | None) -> StepRow | None:
    """Return the step of the order that is held before its import; None if there is none."""
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


def _of_portal(context: Context, store: Store, name: str, number: str) -> Sequence[StepRow]:
    ids = merchant_ids(store, context.config.portals[name], number)
    rows = (row for id_ in ids for row in store.steps.of_merchant(name, id_))
    return [row for row in rows if row.task == _TASK and row.is_held_by_rule]


def _json(store: Store, row: StepRow) -> dict[str, Any]:
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


def _report(context: Context, row: StepRow, document: dict[str, Any], *, is_new: bool) -> None:
    if context.as_json:
        render.document({"released": [document]})
        return
    change = "released" if is_new else "was released already"
    render.message(
        f"order {document['merchant_number']} {change}: {_TASK} of portal {row.portal} sends it;"
        f" now: `ordosync {_TASK} {row.portal}`"
    )
