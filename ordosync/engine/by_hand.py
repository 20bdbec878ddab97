"""What a person says of a step whose outcome nobody could find out."""

from datetime import datetime

from ordosync.errors import UsageError
from ordosync.store import Store
from ordosync.store.links import Link
from ordosync.store.steps import State, StepRow
from ordosync.tasks import waiting_for
from ordosync.tasks.notices import is_notice


def settle_as_sent(store: Store, row: StepRow, there: str, *, now: datetime) -> None:
    """Believe that a step arrived, under this id; what it made is linked.

    The other tasks change what is linked already. Raises `UsageError` for a step that was none
    of an order, such as one that stands for a file.
    """
    link = _link(row, there)
    with store.transaction():
        store.steps.settle(row, "done", supplier_id=there, now=now)
        if link:
            store.links(row.portal).add([link], now=now)
            store.schedule.begin_anew(row.portal, waiting_for(row.task))


def settle_as_not_sent(store: Store, row: StepRow, *, now: datetime) -> StepRow | None:
    """Believe that a step never arrived, so that it is sent without a look-up.

    Return None if it is a notice: nothing of it will be sent, so it is closed.
    """
    is_closed = row.task == "import-orders" and is_notice(row.key)
    state: State = "done" if is_closed else "waiting"
    with store.transaction():
        store.steps.settle(row, state, supplier_id=row.supplier_id if is_closed else None, now=now)
    return None if is_closed else store.steps.get([row.id])[0]


def _link(row: StepRow, there: str) -> Link | None:
    if row.task == "import-products":
        return Link(kind="product", merchant_id=row.key, supplier_id=there)
    if row.task != "import-orders":
        return None
    merchant_id, _, generation = row.key.rpartition("#")
    if not merchant_id or not generation.isdigit():
        raise UsageError(
            f"step {row.id} ({row.key}) is no order that could have been sent;"
            f" mend it, then `ordosync retry {row.id}`"
        )
    return Link(
        kind="order", merchant_id=merchant_id, supplier_id=there, generation=int(generation)
    )
