"""Cancel orders: unshipped orders that the Merchant cancelled are cancelled at the Supplier.

Cancellations travel only from the Merchant to the Supplier
(https://support.ordoro.com/how-to-cancel-vendor-portal-orders/). Before each batch the Merchant is
read again, so an order that was restored meanwhile is not cancelled.
"""

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from ordosync.accounts.account import required
from ordosync.models import Comment, Outcome, Page
from ordosync.store.links import Link
from ordosync.store.step_rows import StepRef
from ordosync.tasks.base import Decision, PlanRequest, Portal, Result, Step, Task
from ordosync.tasks.supplier_status import OPEN


class _OwnPiece(Struct, frozen=True, kw_only=True):
    """A piece that the Merchant split off, and the link of the whole order."""

    id: str
    link: Link


_PIECE = ":piece"
"""The suffix of the key of a step that reports a cancelled piece."""
_PIECE_NOT_CANCELLED = Outcome(
    state="refused",
    code="piece-cancelled",
    reason="is a part of an order that the Supplier has as a whole, and no task cancels a part; ask"
    " the Supplier to leave it out",
)


def plan(portal: Portal, request: PlanRequest) -> Iterator[Page[Step]]:
    """Yield a step for each linked order that was cancelled since the cursor.

    An order that was already shipped is cancelled once its label is deleted.
    """
    reopened = [link.merchant_id for link in portal.links.reopened()]
    if reopened:
        yield _page(portal, reopened)
    for page in required(portal.merchant.cancellations).changed(request):
        yield Page(items=_steps(portal, page.items), cursor=page.cursor)


def replan(portal: Portal, refs: Sequence[StepRef]) -> Iterator[Page[Step]]:
    """Yield the steps of these orders, as far as they are still cancelled.

    An order that the Supplier restored is cancelled again, because an operator started the retry.
    """
    page = _page(portal, [step.merchant_id for step in refs if step.merchant_id])
    yield replace(page, items=_without_decision_if_open(portal, page.items))


def apply(
    portal: Portal,
    steps: Sequence[Step],
    *,
    look_first: bool,
) -> list[Result]:
    """Cancel these orders at the Supplier, unless the Merchant has restored them meanwhile."""
    pieces = [step.payload for step in steps if isinstance(step.payload, _OwnPiece)]
    if pieces:
        _report(portal, pieces)
    links = [step.payload for step in steps if isinstance(step.payload, Link)]
    cancelled = iter(_cancel(portal, links, look_first=look_first) if links else ())
    return [
        next(cancelled) if isinstance(step.payload, Link) else Result(outcome=_PIECE_NOT_CANCELLED)
        for step in steps
    ]


def settled(portal: Portal, refs: Sequence[StepRef]) -> Mapping[str, Decision]:
    """Return the reported pieces whose whole order is cancelled by now."""
    pieces = {
        step.key: step.supplier_id
        for step in refs
        if step.supplier_id and step.key.endswith(_PIECE)
    }
    links = portal.links.of_supplier("order", sorted({*pieces.values()}))
    return {
        key: Decision(state="skipped", code="cancelled", reason="is cancelled with its whole order")
        for key, id_ in pieces.items()
        if id_ in links and links[id_].state in ("cancelled_by_task", "cancelled_by_supplier")
    }


def _cancel(portal: Portal, links: Sequence[Link], *, look_first: bool) -> list[Result]:
    cancelled_ids = required(portal.merchant.cancellations).among(
        [link.merchant_id for link in links]
    )
    to_cancel = [link for link in links if link.merchant_id in cancelled_ids]
    results = required(portal.supplier.cancellations).cancel(
        [link.supplier_id for link in to_cancel]
    )
    outcomes = dict(zip((link.merchant_id for link in to_cancel), results, strict=True))
    required(portal.merchant.cancellations).reply(
        {
            merchant_id: outcome.state != "refused"
            for merchant_id, outcome in outcomes.items()
            if outcome.state in ("done", "unchanged") or outcome.code == "already-shipped"
        }
    )
    _comment(portal, to_cancel, outcomes)
    return [_result(link, outcomes.get(link.merchant_id), again=look_first) for link in links]


def _without_decision_if_open(portal: Portal, steps: Sequence[Step]) -> tuple[Step, ...]:
    """Return the steps; those of orders that the Supplier restored have no decision."""
    ended = [
        step.supplier_id
        for step in steps
        if isinstance(step.payload, Link)
        and step.payload.state == "cancelled_by_task"
        and step.supplier_id
    ]
    statuses = portal.supplier.orders.statuses(ended) if ended else {}
    return tuple(
        replace(step, decision=None) if statuses.get(step.supplier_id or "") in OPEN else step
        for step in steps
    )


def _page(portal: Portal, ids: Sequence[str]) -> Page[Step]:
    cancelled_ids = required(portal.merchant.cancellations).among(ids)
    return Page(items=_steps(portal, [id_ for id_ in ids if id_ in cancelled_ids]))


def _steps(portal: Portal, ids: Sequence[str]) -> tuple[Step, ...]:
    links = portal.links.of_merchant("order", ids)
    linked = [_step(links[merchant_id]) for merchant_id in ids if merchant_id in links]
    return (*linked, *_of_own_pieces(portal, [id_ for id_ in ids if id_ not in links]))


def _of_own_pieces(portal: Portal, ids: Sequence[str]) -> Iterator[Step]:
    """Yield a step for each piece of an order that the Supplier has as a whole.

    The Merchant split it after the import, and such a split is not sent to the Supplier.
    """
    families = portal.merchant.orders.ancestors(ids) if ids else {}
    ancestors = {ancestor for family in families.values() for ancestor in family}
    links_above = portal.links.of_merchant("order", sorted(ancestors))
    for id_, family in families.items():
        link = next((links_above[ancestor] for ancestor in family if ancestor in links_above), None)
        if link is None or link.state == "split":
            # The pieces of a split order have links of their own.
            continue
        step = Step(
            key=f"{id_}#{link.generation}{_PIECE}",
            merchant_id=id_,
            supplier_id=link.supplier_id,
            content="piece-cancelled",
            summary=f"comment on order {link.supplier_id}: a part of it is cancelled",
            payload=_OwnPiece(id=id_, link=link),
        )
        yield replace(step, decision=Decision(state="unchanged")) if link.has_ended else step


def _report(portal: Portal, pieces: Sequence[_OwnPiece]) -> None:
    """Add comments in both accounts that no part of the Supplier's order was cancelled."""
    portal.supplier.comment(
        [
            Comment(
                key=f"piece:{piece.id}",
                order_id=piece.link.supplier_id,
                text=f"The Merchant cancelled a part of this order, {piece.id}; nothing of it was"
                " cancelled here",
            )
            for piece in pieces
        ]
    )
    portal.merchant.comment(
        [
            Comment(
                key=f"piece:{piece.id}",
                order_id=piece.id,
                text=f"Not cancelled at the Supplier, whose order {piece.link.supplier_id} is all"
                " of it: tell the Supplier to leave this part out",
            )
            for piece in pieces
        ]
    )


def _step(link: Link) -> Step:
    step = Step(
        key=f"{link.merchant_id}#{link.generation}",
        merchant_id=link.merchant_id,
        supplier_id=link.supplier_id,
        content="cancelled-reopened" if link.state == "reopened" else "cancelled",
        summary=f"cancel order {link.supplier_id}",
        is_destructive=not link.has_ended,
        payload=link,
    )
    if link.has_ended:
        return replace(step, decision=Decision(state="unchanged"))
    return step


def _result(link: Link, outcome: Outcome | None, *, again: bool) -> Result:
    if outcome is None:
        return Result(outcome=Outcome(state="unchanged", id=link.supplier_id))
    # An earlier attempt may have cancelled it. If it counted as cancelled by the Supplier, the
    # order could not be sent again.
    if outcome.state == "done" or (again and outcome.state == "unchanged"):
        return Result(outcome=outcome, links=(replace(link, state="cancelled_by_task"),))
    if outcome.state == "unchanged":
        return Result(outcome=outcome, links=(replace(link, state="cancelled_by_supplier"),))
    if outcome.code == "already-shipped":
        return Result(outcome=outcome, links=(replace(link, state="cancel_refused"),))
    return Result(outcome=outcome)


def _comment(portal: Portal, links: Sequence[Link], outcomes: Mapping[str, Outcome]) -> None:
    late = [link for link in links if outcomes[link.merchant_id].code == "already-shipped"]
    if not late:
        return
    portal.supplier.comment(
        [
            Comment(
                key=f"cancel:{link.generation}",
                order_id=link.supplier_id,
                text="The Merchant cancelled this order, but it is shipped already",
            )
            for link in late
        ]
    )
    portal.merchant.comment(
        [
            Comment(
                key=f"cancel:{link.generation}",
                order_id=link.merchant_id,
                text="Not cancelled at the Supplier: it is shipped already",
            )
            for link in late
        ]
    )


def _open_orders(portal: Portal, _: int) -> int:
    """Return the number of linked orders that the Supplier has neither shipped nor cancelled."""
    return sum(
        status == "awaiting_fulfillment"
        for links in portal.links.live("order")
        for status in portal.supplier.orders.statuses([link.supplier_id for link in links]).values()
    )


TASK = Task(
    name="cancel-orders",
    resource="orders",
    plan=plan,
    replan=replan,
    apply=apply,
    writes_to="supplier",
    needs_links_from="import-orders",
    brake=_open_orders,
    settled=settled,
    is_state=True,  # A restored order may be cancelled again.
)
