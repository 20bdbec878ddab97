"""Resolves a step of unknown outcome after an operator has stated its outcome."""

from dataclasses import dataclass
from datetime import datetime

from msgspec.structs import replace

from ordosync.accounts.account import required
from ordosync.engine.comparison.rebuild import equal_lines
from ordosync.engine.execution.line_claims import LineClaims
from ordosync.errors import UsageError
from ordosync.models import Line, Order, Outcome
from ordosync.store import Store
from ordosync.store.links import Link, LinkKind
from ordosync.store.step_rows import UNPROVEN, State, StepRow
from ordosync.tasks import TASKS, waiting_for
from ordosync.tasks.base import Portal, Step
from ordosync.tasks.orders.existing import order_links
from ordosync.tasks.orders.fields import lines_sent
from ordosync.tasks.orders.left_out import without_left_out
from ordosync.tasks.orders.notices import is_notice


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """An order or product that an operator found at the Supplier, and the links to record."""

    links: tuple[Link, ...]
    order: Step | None = None
    """The Merchant's order, whose lines are to be claimed; None if it cannot be read."""
    claims: LineClaims | None = None
    """None for a product, which has no lines."""
    is_proven: bool = False
    """True if the Supplier's order carries the reference of the step."""


def check_sent(portal: Portal, store: Store, row: StepRow, supplier_id: str) -> Arrival:
    """Check that the Supplier has this order or product, and that it belongs to this step.

    Raise `UsageError` if it does not or if the step was never sent, and `AccountError` if an
    account does not answer.
    """
    link = _link(row, supplier_id)
    _check_possible(store, row, link)
    outcomes = (
        portal.supplier.orders.find([reference]) if (reference := _reference(portal, row)) else {}
    )
    arrived = outcomes[reference].id if reference in outcomes else None
    if arrived and arrived != supplier_id:
        raise UsageError(
            f"it arrived as order {arrived}, not {supplier_id}: `ordosync retry {row.id}`"
        )
    if not arrived and not _exists(portal, link.kind, supplier_id):
        raise UsageError(
            f"account {portal.supplier.name} has no {link.kind} {supplier_id};"
            " `--not-sent` sends it now"
        )
    if link.kind == "product":
        return Arrival(links=(link,))
    return _arrival(portal, store, row, link, outcomes.get(reference))


def is_creation(row: StepRow) -> bool:
    """True if a step creates an order or a product, which then has an id."""
    return row.task == "import-products" or (
        row.task == "import-orders" and row.key.rpartition("#")[2].isdigit()
    )


def settle_write(portal: Portal, row: StepRow, *, sent: bool) -> bool:
    """Settle the write of a step with `PortalAccount.settle_unknown`; True if it was unknown there.

    Raises `AccountError`.
    """
    account = TASKS[row.task].target(portal)
    id_ = row.supplier_id if account is portal.supplier else row.merchant_id
    subject = _reference(portal, row) if is_creation(row) else id_
    return bool(subject) and account.settle_unknown(subject or "", sent)


def _check_possible(store: Store, row: StepRow, link: Link) -> None:
    links = store.links(row.portal).of_supplier(link.kind, [link.supplier_id])
    linked_id = links.get(link.supplier_id, link).merchant_id
    if linked_id != link.merchant_id:
        raise UsageError(f"{link.kind} {link.supplier_id} is already linked to {linked_id}")
    if row.attempts == 0 and row.code != UNPROVEN:
        raise UsageError(
            f"step {row.id} was never sent, so it cannot have arrived; fix the cause, then"
            f" `ordosync retry {row.id}`, or `ordosync dismiss {row.id}`"
        )


def _reference(portal: Portal, row: StepRow) -> str:
    return f"{portal.origin}:{row.key}" if row.task == "import-orders" else ""


def _exists(portal: Portal, kind: LinkKind, supplier_id: str) -> bool:
    supplier = portal.supplier
    if kind == "order":
        return supplier_id in supplier.orders.statuses([supplier_id])
    products = required(supplier.products)
    return products.is_any_sku or supplier_id in required(supplier.stock).of([supplier_id])


def _arrival(
    portal: Portal, store: Store, row: StepRow, link: Link, outcome: Outcome | None
) -> Arrival:
    """Read the Merchant's order, and pair its lines with those of the Supplier's order."""
    order = _merchant_order(portal, link.merchant_id)
    lines = order.lines if order else ()
    links = order_links(row.key, outcome, lines) if outcome else (link,)
    if order and len(links) == 1:
        line_links = equal_lines(lines, _supplier_lines(portal, link.supplier_id))
        links = (
            link,
            *(replace(line_link, generation=link.generation) for line_link in line_links),
        )
    step = Step(key=row.key, merchant_id=link.merchant_id, content="", payload=order)
    claims = LineClaims(TASKS["import-orders"], portal, store)
    claims.look_up_shared([step])
    return Arrival(
        links=links, order=step if order else None, claims=claims, is_proven=outcome is not None
    )


def _merchant_order(portal: Portal, order_id: str) -> Order | None:
    """Return the Merchant's order with the lines that are sent; None if it cannot be read."""
    for page in portal.merchant.orders.by_id([order_id]):
        for item in page.items:
            if isinstance(item, Order) and item.id == order_id:
                lines = without_left_out(portal, [item], {}).lines_of(item)
                return replace(item, lines=lines_sent(lines, portal.config))
    return None


def _supplier_lines(portal: Portal, order_id: str) -> tuple[Line, ...]:
    """Return the lines of an order that an operator entered; only a local account has them."""
    desk = portal.supplier.desk
    order = desk.read_order(order_id) if desk else None
    return order.lines if order else ()


def settle_as_sent(
    store: Store, row: StepRow, supplier_id: str, arrival: Arrival, *, now: datetime
) -> str:
    """Record that a step arrived under this id; add its links, and claim its lines.

    Return a sentence about another portal that also sends one of its lines; empty if there is none.
    Raise `UsageError` if another portal sends one, or may, unless a reference proves that the
    Supplier's order belongs to this step.
    """
    accounts = arrival.claims.accounts if arrival.claims else ()
    with store.transaction(portal=row.portal, accounts=accounts):
        sender = _claim(row, supplier_id, arrival)
        store.steps.settle(row, "done", supplier_id=supplier_id, now=now)
        store.links(row.portal).add(arrival.links, now=now)
        store.schedule.reread(row.portal, waiting_for(row.task))
    return sender


def acknowledge(portal: Portal, arrival: Arrival) -> None:
    """Acknowledge the order at the Merchant, as after an import."""
    ids = [link.merchant_id for link in arrival.links if link.kind == "order"]
    if ids:
        portal.merchant.orders.acknowledge(ids)


def _claim(row: StepRow, supplier_id: str, arrival: Arrival) -> str:
    """Claim the lines in the open transaction; return a sentence if another portal has one."""
    if arrival.claims is None:
        return ""
    if arrival.order is None:
        if arrival.is_proven or arrival.claims.are_kept(row.key):
            return ""
        raise UsageError(
            f"order {row.merchant_id} cannot be read at the Merchant, so its lines cannot be kept"
            f" from the Merchant's other portals: open it there for this Supplier and try again, or"
            f" cancel order {supplier_id} at the Supplier, then `ordosync dismiss {row.id}`"
        )
    foreign = arrival.claims.take([arrival.order])
    sender = arrival.claims.sender(foreign[0]) if foreign else ""
    if sender and not arrival.is_proven:
        raise UsageError(
            f"{sender}; cancel that or order {supplier_id}, so that nothing is sent twice"
        )
    return sender


def settle_as_not_sent(store: Store, row: StepRow, *, now: datetime) -> StepRow | None:
    """Record that a step never arrived, so that it is sent without a look-up.

    Return None if it is a notice: a notice sends nothing, so it is closed.
    """
    is_closed = row.task == "import-orders" and is_notice(row.key)
    state: State = "done" if is_closed else "waiting"
    with store.transaction(portal=row.portal):
        store.steps.settle(row, state, supplier_id=row.supplier_id if is_closed else None, now=now)
    return None if is_closed else store.steps.get([row.id])[0]


def _link(row: StepRow, supplier_id: str) -> Link:
    if row.task == "import-products":
        return Link(kind="product", merchant_id=row.key, supplier_id=supplier_id)
    if row.task != "import-orders":
        raise UsageError(
            f"step {row.id} ({row.task}) creates nothing with an id; `ordosync retry {row.id}`"
            f" repeats it safely, `ordosync dismiss {row.id}` closes it"
        )
    merchant_id, _, generation = row.key.rpartition("#")
    if not merchant_id or not generation.isdigit():
        raise UsageError(
            f"step {row.id} ({row.key}) is not an order that can have been sent; fix the cause,"
            f" then `ordosync retry {row.id}`"
        )
    return Link(
        kind="order", merchant_id=merchant_id, supplier_id=supplier_id, generation=int(generation)
    )
