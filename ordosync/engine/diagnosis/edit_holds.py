"""Ends the holds of orders whose edits an operator keeps."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing

from ordosync.clock import Clock
from ordosync.config.settings import Config
from ordosync.engine.portals import connect, supplier_of
from ordosync.errors import OrdosyncError
from ordosync.store import Store
from ordosync.store.step_rows import StepRow
from ordosync.tasks.order_edits import is_edit


def release(config: Config, store: Store, step_ids: Iterable[int | None], clock: Clock) -> None:
    """End the holds of the orders of these edits.

    Raise `AccountError` if an account does not answer, and `OrdosyncError` if it refuses: then the
    edit stays open.
    """
    rows = list(_held(store, [id_ for id_ in step_ids if id_]))
    with closing(connect(config, clock)) as connections:
        for row in rows:
            supplier = supplier_of(config, config.portals[row.portal], at=connections)
            if supplier.edits is None or not row.supplier_id:
                continue
            for outcome in supplier.edits.release([row.supplier_id]):
                if outcome.state not in ("done", "unchanged"):
                    raise OrdosyncError(
                        f"account {supplier.name}: end the hold of order {row.supplier_id}:"
                        f" {outcome.reason}; end it there, then try again"
                    )


def _held(store: Store, step_ids: Sequence[int]) -> Iterator[StepRow]:
    for row in store.steps.get(step_ids):
        if is_edit(row) and row.written and row.written.is_held:
            yield row
