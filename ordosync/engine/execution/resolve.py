"""What a person says of a step whose outcome nobody could find out."""

from datetime import datetime

from ordosync.accounts.files import FilesAccount
from ordosync.errors import UsageError
from ordosync.store import Store
from ordosync.store.links import Link, LinkKind
from ordosync.store.steps import UNPROVEN, State, StepRow
from ordosync.tasks import waiting_for
from ordosync.tasks.base import Portal
from ordosync.tasks.order_notices import is_notice


def check_sent(portal: Portal, store: Store, row: StepRow, there: str) -> None:
    """Ask the Supplier whether what a person says has arrived is there, and is this one.

    Raises `UsageError` where it is not, or where the step was never sent, and `AccountError` where
    the account does not answer.
    """
    merchant_id = _link(row, there).merchant_id
    kind: LinkKind = "product" if row.task == "import-products" else "order"
    known = store.links(row.portal).of_supplier(kind, [there]).get(there)
    if known and known.merchant_id != merchant_id:
        raise UsageError(f"{kind} {there} is linked already, to {known.merchant_id}")
    if row.attempts == 0 and row.code != UNPROVEN:
        raise UsageError(
            f"step {row.id} was never sent, so nothing of it can have arrived; fix what it says,"
            f" then `ordosync retry {row.id}`, or `ordosync dismiss {row.id}`"
        )
    found = portal.supplier.find_orders([ours]) if (ours := _reference(portal, row)) else {}
    arrived = found[ours].id if ours in found else None
    if arrived and arrived != there:
        raise UsageError(f"it arrived as order {arrived}, not {there}: `ordosync retry {row.id}`")
    if not arrived and not _is_there(portal, kind, there):
        raise UsageError(
            f"account {portal.supplier.name} has no {kind} {there}; `--not-sent` sends it now"
        )


def _reference(portal: Portal, row: StepRow) -> str:
    return f"{portal.origin}:{row.key}" if row.task == "import-orders" else ""


def _is_there(portal: Portal, kind: LinkKind, there: str) -> bool:
    supplier = portal.supplier
    if kind == "order":
        return there in supplier.statuses([there])
    # A product of a Supplier that sends files is a SKU, and nothing lists those.
    return isinstance(supplier, FilesAccount) or there in supplier.stock_of([there])


def settle_as_sent(store: Store, row: StepRow, there: str, *, now: datetime) -> None:
    """Believe that a step arrived, under this id; what it made is linked.

    Raises `UsageError` for a step that was none of an order or a product.
    """
    link = _link(row, there)
    with store.transaction():
        store.steps.settle(row, "done", supplier_id=there, now=now)
        store.links(row.portal).add([link], now=now)
        store.schedule.reread(row.portal, waiting_for(row.task))


def settle_as_not_sent(store: Store, row: StepRow, *, now: datetime) -> StepRow | None:
    """Believe that a step never arrived, so that it is sent without a look-up.

    Return None if it is a notice: nothing of it will be sent, so it is closed.
    """
    is_closed = row.task == "import-orders" and is_notice(row.key)
    state: State = "done" if is_closed else "waiting"
    with store.transaction():
        store.steps.settle(row, state, supplier_id=row.supplier_id if is_closed else None, now=now)
    return None if is_closed else store.steps.get([row.id])[0]


def _link(row: StepRow, there: str) -> Link:
    if row.task == "import-products":
        return Link(kind="product", merchant_id=row.key, supplier_id=there)
    if row.task != "import-orders":
        raise UsageError(
            f"step {row.id} ({row.task}) makes nothing that has an id: `ordosync retry {row.id}`"
            f" does it once more without harm, `ordosync dismiss {row.id}` closes it"
        )
    merchant_id, _, generation = row.key.rpartition("#")
    if not merchant_id or not generation.isdigit():
        raise UsageError(
            f"step {row.id} ({row.key}) is no order that could have been sent;"
            f" mend it, then `ordosync retry {row.id}`"
        )
    return Link(
        kind="order", merchant_id=merchant_id, supplier_id=there, generation=int(generation)
    )
