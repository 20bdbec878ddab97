"""Units that the Supplier was asked to remove, and that the Merchant wants again before the answer.

The Supplier gets the order again with all the units that count.
"""

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet

from msgspec import Struct

from ordosync.accounts.account import required
from ordosync.edits import LineEdit, OrderEdit
from ordosync.models import Order, Outcome
from ordosync.store.links import Link
from ordosync.store.step_rows import StepRef, StepRow
from ordosync.tasks.base import Portal, Result, Step
from ordosync.tasks.cancellations.lowered_units import is_in_ledger, lowered_orders, wanted_units
from ordosync.tasks.orders.fields import for_supplier

_CONTENT = "wanted-again"
_ENDED = ("shipped", "cancelled")
"""Refusals of orders that have ended: other tasks report how."""


class WantedAgain(Struct, frozen=True, kw_only=True):
    """An order whose reduction is not wanted any more."""

    link: Link


def steps(portal: Portal) -> Iterator[Step]:
    """Yield a step for each order with an asked reduction whose units are wanted again."""
    asked = portal.links.asked_reductions()
    lines = portal.links.lines_of(list(asked)) if asked else {}
    unanswered = [id_ for id_, to in asked.items() if not is_in_ledger(to, lines.get(id_, ()))]
    return _steps(portal, unanswered)


def keys(portal: Portal) -> AbstractSet[str]:
    """Return the keys of these steps."""
    return {step.key for step in steps(portal)}


def recheck(portal: Portal, refs: Sequence[StepRef]) -> Iterator[Step]:
    """Yield those of these steps whose orders still want all units."""
    rows = [ref for ref in refs if isinstance(ref, StepRow) and ref.content == _CONTENT]
    return _steps(portal, [row.merchant_id for row in rows if row.merchant_id])


def _steps(portal: Portal, ids: Sequence[str]) -> Iterator[Step]:
    for link in _links(portal, ids):
        yield Step(
            key=f"{link.merchant_id}#{link.generation}:less",
            merchant_id=link.merchant_id,
            supplier_id=link.supplier_id,
            content=_CONTENT,
            summary=f"send all units of order {link.supplier_id} again",
            payload=WantedAgain(link=link),
        )


def send(portal: Portal, links: Sequence[Link]) -> list[Result]:
    """Send these orders with the units that count, unless fewer are wanted meanwhile."""
    wanted = {link.merchant_id for link in _links(portal, [link.merchant_id for link in links])}
    pages = portal.merchant.orders.by_id(sorted(wanted)) if wanted else ()
    orders = {item.id: item for page in pages for item in page.items if isinstance(item, Order)}
    edits = {
        link.merchant_id: _edit(portal, link, orders[link.merchant_id])
        for link in links
        if link.merchant_id in orders
    }
    outcomes = dict(
        zip(edits, required(portal.supplier.edits).write(list(edits.values())), strict=True)
    )
    return [_result(link, outcomes.get(link.merchant_id)) for link in links]


def _links(portal: Portal, ids: Sequence[str]) -> list[Link]:
    """Return the live links of those of these orders that want all units of the ledger."""
    if not ids or portal.supplier.edits is None or portal.links.may_lack_parcels():
        return []
    wanted = wanted_units(portal, ids)
    lowered = {of.link.merchant_id for of in lowered_orders(portal, wanted)}
    links = portal.links.of_merchant("order", [id_ for id_ in wanted if id_ not in lowered])
    return [link for link in links.values() if link.state == "live"]


def _edit(portal: Portal, link: Link, order: Order) -> OrderEdit:
    sent = for_supplier(order, portal.config, reference="")
    units = {line.merchant_id: line for line in _lines(portal, link)}
    return OrderEdit(
        order_id=link.supplier_id,
        order=sent,
        groups=frozenset({"lines"}),
        lines=tuple(
            LineEdit(
                line=line,
                quantity=(units[line.id].ordered or 0) - (units[line.id].cancelled or 0),
                line_id=units[line.id].supplier_id,
            )
            for line in sent.lines
            if line.id in units
        ),
        version=link.version + 1,
    )


def _lines(portal: Portal, link: Link) -> Sequence[Link]:
    return portal.links.lines_of([link.merchant_id]).get(link.merchant_id, ())


def _result(link: Link, outcome: Outcome | None) -> Result:
    if outcome is None or outcome.code in _ENDED:
        return Result(outcome=Outcome(state="unchanged", id=link.supplier_id))
    return Result(outcome=outcome)
