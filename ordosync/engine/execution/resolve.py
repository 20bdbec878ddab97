"""Resolves a step of unknown outcome by what an operator says of it."""

from dataclasses import dataclass
from datetime import datetime

from msgspec.structs import replace

from ordosync.accounts.account import required
from ordosync.engine.comparison.rebuild import lines_alike
from ordosync.engine.execution.line_claims import LineClaims
from ordosync.errors import UsageError
from ordosync.models import Line, Order, Outcome
from ordosync.store import Store
from ordosync.store.links import Link, LinkKind
from ordosync.store.step_rows import UNPROVEN, State, StepRow
from ordosync.tasks import TASKS, waiting_for
from ordosync.tasks.base import Portal, Step
from ordosync.tasks.existing_orders import order_links
from ordosync.tasks.order_fields import lines_sent
from ordosync.tasks.order_notices import is_notice


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """An order or product that an operator found at the Supplier, and what is recorded of it."""

    links: tuple[Link, ...]
    order: Step | None = None
    """The Merchant's order, whose lines are to be claimed; None if it cannot be read."""
    claims: LineClaims | None = None
    """None for a product, which has no lines."""
    is_proven: bool = False
    """True if the Supplier's order carries the reference of the step."""


def check_sent(portal: Portal, store: Store, row: StepRow, there: str) -> Arrival:
    """Ask the Supplier if what an operator says has arrived is there, and belongs to this step.

    Raises `UsageError` where it does not, or where the step was never sent, and `AccountError`
    where an account does not answer.
    """
    link = _link(row, there)
    _check_possible(store, row, link)
    found = portal.supplier.orders.find([ours]) if (ours := _reference(portal, row)) else {}
    arrived = found[ours].id if ours in found else None
    if arrived and arrived != there:
        raise UsageError(f"it arrived as order {arrived}, not {there}: `ordosync retry {row.id}`")
    if not arrived and not _is_there(portal, link.kind, there):
        raise UsageError(
            f"account {portal.supplier.name} has no {link.kind} {there}; `--not-sent` sends it now"
        )
    if link.kind == "product":
        return Arrival(links=(link,))
    return _arrived(portal, store, row, link, found.get(ours))


def _check_possible(store: Store, row: StepRow, link: Link) -> None:
    known = store.links(row.portal).of_supplier(link.kind, [link.supplier_id])
    other = known.get(link.supplier_id, link).merchant_id
    if other != link.merchant_id:
        raise UsageError(f"{link.kind} {link.supplier_id} is linked already, to {other}")
    if row.attempts == 0 and row.code != UNPROVEN:
        raise UsageError(
            f"step {row.id} was never sent, so nothing of it can have arrived; fix what it says,"
            f" then `ordosync retry {row.id}`, or `ordosync dismiss {row.id}`"
        )


def _reference(portal: Portal, row: StepRow) -> str:
    return f"{portal.origin}:{row.key}" if row.task == "import-orders" else ""


def _is_there(portal: Portal, kind: LinkKind, there: str) -> bool:
    supplier = portal.supplier
    if kind == "order":
        return there in supplier.orders.statuses([there])
    products = required(supplier.products)
    return products.is_any_sku or there in required(supplier.stock).of([there])


def _arrived(
    portal: Portal, store: Store, row: StepRow, link: Link, found: Outcome | None
) -> Arrival:
    """Read the Merchant's order, and which of its lines are which of the Supplier's."""
    order = _merchant_order(portal, link.merchant_id)
    lines = order.lines if order else ()
    links = order_links(row.key, found, lines) if found else (link,)
    if order and len(links) == 1:
        same = lines_alike(lines, _supplier_lines(portal, link.supplier_id))
        links = (link, *(replace(one, generation=link.generation) for one in same))
    step = Step(key=row.key, merchant_id=link.merchant_id, content="", payload=order)
    claims = LineClaims(TASKS["import-orders"], portal, store)
    claims.look_beside([step])
    return Arrival(
        links=links, order=step if order else None, claims=claims, is_proven=found is not None
    )


def _merchant_order(portal: Portal, order_id: str) -> Order | None:
    """Return the Merchant's order with the lines that travel; None if it cannot be read."""
    for page in portal.merchant.orders.by_id([order_id]):
        for item in page.items:
            if isinstance(item, Order) and item.id == order_id:
                return replace(item, lines=lines_sent(item.lines, portal.config))
    return None


def _supplier_lines(portal: Portal, order_id: str) -> tuple[Line, ...]:
    """Return the lines of an order that an operator entered; only an embedded account has them."""
    desk = portal.supplier.desk
    order = desk.read_order(order_id) if desk else None
    return order.lines if order else ()


def settle_as_sent(
    store: Store, row: StepRow, there: str, arrival: Arrival, *, now: datetime
) -> str:
    """Record that a step arrived under this id; link what it made, and claim its lines.

    Return which other portal sends a line of it, too. Raises `UsageError` if one does, or may,
    and nothing proves that the Supplier's order is the one of this step.
    """
    with store.transaction(portal=row.portal):
        sender = _claim(row, there, arrival)
        store.steps.settle(row, "done", supplier_id=there, now=now)
        store.links(row.portal).add(arrival.links, now=now)
        store.schedule.reread(row.portal, waiting_for(row.task))
    return sender


def tell_merchant(portal: Portal, arrival: Arrival) -> None:
    """Tell the Merchant's account that the Supplier has an order, as after an import."""
    ids = [link.merchant_id for link in arrival.links if link.kind == "order"]
    if ids:
        portal.merchant.orders.acknowledge(ids)


def _claim(row: StepRow, there: str, arrival: Arrival) -> str:
    """Claim the lines in the open transaction; return which other portal has one of them."""
    if arrival.claims is None:
        return ""
    if arrival.order is None:
        if arrival.is_proven or arrival.claims.are_kept(row.key):
            return ""
        raise UsageError(
            f"order {row.merchant_id} cannot be read at the Merchant, so its lines cannot be kept"
            f" from the Merchant's other portals: open it there for this Supplier and try again, or"
            f" cancel order {there} at the Supplier, then `ordosync dismiss {row.id}`"
        )
    elsewhere = arrival.claims.take([arrival.order])
    sender = arrival.claims.sender(elsewhere[0]) if elsewhere else ""
    if sender and not arrival.is_proven:
        raise UsageError(f"{sender}; cancel that or order {there}, so that nothing is sent twice")
    return sender


def settle_as_not_sent(store: Store, row: StepRow, *, now: datetime) -> StepRow | None:
    """Believe that a step never arrived, so that it is sent without a look-up.

    Return None if it is a notice: nothing of it will be sent, so it is closed.
    """
    is_closed = row.task == "import-orders" and is_notice(row.key)
    state: State = "done" if is_closed else "waiting"
    with store.transaction(portal=row.portal):
        store.steps.settle(row, state, supplier_id=row.supplier_id if is_closed else None, now=now)
    return None if is_closed else store.steps.get([row.id])[0]


def _link(row: StepRow, there: str) -> Link:
    if row.task == "import-products":
        return Link(kind="product", merchant_id=row.key, supplier_id=there)
    if row.task != "import-orders":
        raise UsageError(
            f"step {row.id} ({row.task}) makes nothing that has an id: `ordosync retry {row.id}`"
            f" does it again without harm, `ordosync dismiss {row.id}` closes it"
        )
    merchant_id, _, generation = row.key.rpartition("#")
    if not merchant_id or not generation.isdigit():
        raise UsageError(
            f"step {row.id} ({row.key}) is no order that could have been sent;"
            f" fix it, then `ordosync retry {row.id}`"
        )
    return Link(
        kind="order", merchant_id=merchant_id, supplier_id=there, generation=int(generation)
    )
