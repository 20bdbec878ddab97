"""Import Orders: the Merchant's dropship orders are created in the Supplier's account.

An order is imported as a whole, never by line. It stays requested at the Merchant for days and is
read many times; a new order is one without a link. Edits at the Merchant after the import do not
travel (https://support.ordoro.com/how-to-cancel-vendor-portal-orders/); they become notices.
"""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from ordosync.models import Comment, InvalidRecord, Line, Order, Outcome, Page
from ordosync.store.links import Link, LinkKind
from ordosync.store.steps import StepRef
from ordosync.tasks.base import (
    Decision,
    PlanRequest,
    Portal,
    Result,
    Step,
    Task,
    step_of_source,
)
from ordosync.tasks.batching import gathered
from ordosync.tasks.order_digests import of_order, rules
from ordosync.tasks.order_fields import for_supplier, lines_of_supplier, with_quantity
from ordosync.tasks.order_notices import (
    Imported,
    compare,
    is_notice,
    over,
    reassigned,
    supplier_cancelled,
    tell,
)


@dataclass(frozen=True, kw_only=True)
class _Found:
    """An order that the Supplier already has, and its missing link."""

    link: Link


def plan(portal: Portal, request: PlanRequest) -> Iterator[Page[Step]]:
    """Yield a step for each requested order that changed since the cursor."""
    pages = portal.merchant.orders.changed(request)
    return _steps(
        portal, gathered(pages, portal.supplier.limits.batch_size), behind=request.after_restore
    )


def replan(portal: Portal, refs: Sequence[StepRef]) -> Iterator[Page[Step]]:
    """Yield the steps of these orders, as they are now."""
    ids = [step.merchant_id or step.key for step in refs]
    return _steps(portal, portal.merchant.orders.by_id(ids))


def apply(portal: Portal, steps: Sequence[Step], *, look_first: bool) -> list[Result]:
    """Create the orders, and add a comment for each notice."""
    orders = {step.key: step.payload for step in steps if isinstance(step.payload, Order)}
    results: dict[str, Result] = {}
    if orders:
        results |= _create(portal, orders, look_first=look_first)
    results |= tell(portal, steps)
    results |= {
        step.key: _adopt(step.payload) for step in steps if isinstance(step.payload, _Found)
    }
    return [results[step.key] for step in steps]


def _create(
    portal: Portal, orders: Mapping[str, Order], *, look_first: bool
) -> Mapping[str, Result]:
    outcomes = portal.supplier.orders.create(list(orders.values()), look_first=look_first)
    results = {
        key: Result(outcome=outcome, links=order_links(key, outcome, order.lines))
        for (key, order), outcome in zip(orders.items(), outcomes, strict=True)
    }
    sent = [link for result in results.values() for link in result.links if link.kind == "order"]
    portal.merchant.orders.acknowledge([link.merchant_id for link in sent])
    portal.merchant.note(
        [
            Comment(
                key=f"sent:{link.generation}",
                order_id=link.merchant_id,
                text=f"Sent to the Supplier, whose order {link.supplier_id} it is",
            )
            for link in sent
        ]
    )
    return results


def _adopt(found: _Found) -> Result:
    outcome = Outcome(state="unchanged", id=found.link.supplier_id)
    return Result(outcome=outcome, links=(found.link,))


def look_up(portal: Portal, keys: Sequence[str]) -> Mapping[str, Result]:
    """Return the Supplier's orders that have the references of these steps."""
    by_reference = {_reference(portal, key): key for key in keys if not is_notice(key)}
    found = portal.supplier.orders.find(list(by_reference)) if by_reference else {}
    return {
        by_reference[reference]: Result(
            outcome=outcome, links=order_links(by_reference[reference], outcome)
        )
        for reference, outcome in found.items()
    }


def _steps(
    portal: Portal, pages: Iterator[Page[Order | InvalidRecord]], *, behind: bool = False
) -> Iterator[Page[Step]]:
    for page in pages:
        ids = {item.id for item in page.items}
        for item in page.items:
            if isinstance(item, Order):
                ids.update(item.ancestors)
        links = {**portal.links.of_merchant("order", sorted(ids))}
        restored = _restored(portal, [links[i.id] for i in page.items if i.id in links])
        again = _sent_again(portal, list(links.values())) if behind else {}
        families = _families(portal, page.items, links) if behind else []
        links |= {link.merchant_id: link for link in families}
        own = rules(portal.config)
        split = _split(page.items)
        steps = [_found(link, is_family=True) for link in families]
        for item in page.items:
            step = again.get(item.id) or _step(
                portal, item, links, restored, own, is_split=item.id in split
            )
            if step:
                steps.append(step)
        yield Page(items=tuple(steps), cursor=page.cursor)


def _split(items: Sequence[Order | InvalidRecord]) -> frozenset[str]:
    """Return the ids of the orders that others among these are pieces of.

    Some services keep the id of an order for its first piece, which then has fewer units.
    """
    return frozenset(id_ for item in items if isinstance(item, Order) for id_ in item.ancestors)


def _sent_again(portal: Portal, links: Sequence[Link]) -> Mapping[str, Step]:
    """Return a step for each order that was cancelled and sent again, which these links lack.

    The links are from a backup, and the order was sent again after it.
    """
    later = {f"{link.merchant_id}#{link.generation + 1}": link for link in links}
    return {
        later[key].merchant_id: _found(
            replace(
                later[key],
                state="live",
                supplier_id=found.outcome.id,
                generation=later[key].generation + 1,
            )
        )
        for key, found in look_up(portal, list(later)).items()
    }


def _families(
    portal: Portal, items: Sequence[Order | InvalidRecord], links: Mapping[str, Link]
) -> list[Link]:
    """Return the newest link of each order that was sent, and split while its link was missing.

    Only its pieces are read now. The Supplier already has them: its order has the reference of the
    order that they were split from.
    """
    pieces = [item for item in items if isinstance(item, Order) and item.id not in links]
    unlinked = dict.fromkeys(
        ancestor
        for piece in pieces
        if not any(one in links for one in piece.ancestors)
        for ancestor in piece.ancestors
    )
    found: dict[str, Link] = {}
    generation, wanted = 1, list(unlinked)
    while wanted:
        results = look_up(portal, [f"{id_}#{generation}" for id_ in wanted])
        newest = {link.merchant_id: link for one in results.values() for link in one.links[:1]}
        found |= newest
        generation, wanted = generation + 1, list(newest)
    return list(found.values())


def _found(link: Link, *, is_family: bool = False) -> Step:
    return Step(
        key=f"{link.merchant_id}#{link.generation}",
        merchant_id=link.merchant_id,
        supplier_id=link.supplier_id,
        content="sent-before",
        summary=f"link order {link.supplier_id}, which was sent before",
        is_family=is_family,
        payload=_Found(link=link),
    )


def _restored(portal: Portal, links: Sequence[Link]) -> frozenset[str]:
    """Return the orders that cancel-orders cancelled and that the Supplier has restored."""
    ids = [link.supplier_id for link in links if link.state == "cancelled_by_task"]
    statuses = portal.supplier.orders.statuses(ids) if ids else {}
    return frozenset(id_ for id_, status in statuses.items() if status != "cancelled")


def _step(
    portal: Portal,
    item: Order | InvalidRecord,
    links: Mapping[str, Link],
    restored: AbstractSet[str],
    own: str,
    *,
    is_split: bool,
) -> Step | None:
    if isinstance(item, InvalidRecord) and item.is_whole_file:
        return step_of_source(item)
    link = links.get(item.id)
    if link is None and isinstance(item, InvalidRecord) and item.code == "reassigned":
        return None  # It was never this Supplier's.
    generation = 1
    if link:
        # An order that cancel-orders cancelled is a new order if the Merchant requests it again.
        generation = link.generation + (link.state == "cancelled_by_task")
    key = f"{item.id}#{generation}"
    step = Step(key=key, merchant_id=item.id, content=item.content, as_of=item.as_of)
    if link and generation == link.generation:
        return _imported(portal, step, item, link, own, is_split=is_split)
    if isinstance(item, InvalidRecord):
        return replace(step, decision=Decision.of(item))
    lines = lines_of_supplier(portal.config, item.lines)
    order = item if lines == item.lines else replace(item, lines=lines)
    refusal = _refusal(portal, order, links)
    if refusal:
        return replace(step, decision=refusal)
    if link and link.supplier_id in restored:
        summary = f"link order {order.number}, which the Supplier restored itself"
        payload = _Found(link=replace(link, state="live", generation=generation))
        return replace(step, supplier_id=link.supplier_id, summary=summary, payload=payload)
    order = replace(order, lines=with_quantity(order.lines))
    created = for_supplier(order, portal.config, reference=_reference(portal, key))
    return replace(
        step,
        content=of_order(item, created, own),
        summary=_summary(created),
        remark=item.remark,
        payload=created,
    )


def _imported(
    portal: Portal, step: Step, item: Order | InvalidRecord, link: Link, own: str, *, is_split: bool
) -> Step:
    """Return the step of an order that is linked already, or a notice about it."""
    if isinstance(item, InvalidRecord):
        if item.code == "reassigned":
            return reassigned(step, link)
        payload: object = item
    elif link.state == "cancelled_by_supplier":
        return supplier_cancelled(step, link)
    else:
        payload = Imported(order=item, config=portal.config, rules=own, is_split=is_split)
    return replace(
        step,
        supplier_id=link.supplier_id,
        payload=payload,
        decision=Decision(state="unchanged"),
    )


def _refusal(portal: Portal, order: Order, links: Mapping[str, Link]) -> Decision | None:
    """Return why this order is not imported; None if it is."""
    if any(ancestor in links for ancestor in order.ancestors):
        return Decision(
            state="skipped", code="split-after-import", reason="was split after it was imported"
        )
    since = _midnight(portal)
    if since and order.placed_at and order.placed_at < since:
        return Decision(
            state="skipped", code="before-since", reason=f"was placed before {portal.config.since}"
        )
    if since and not order.placed_at:
        return Decision(
            state="failed",
            code="no-date",
            reason="has no date, so it is unknown whether it was placed before `since`",
        )
    if not order.lines:
        return Decision(state="skipped", code="no-lines", reason="has no line for this Supplier")
    if not any(line.quantity for line in order.lines):
        return Decision(
            state="skipped", code="nothing-to-ship", reason="has only lines of quantity 0"
        )
    return _address_refusal(portal, order)


def _address_refusal(portal: Portal, order: Order) -> Decision | None:
    """Return why this order cannot be delivered; None if it can, or if addresses are not read."""
    if (
        not portal.merchant.orders.requires_address
        or not order.needs_shipping
        or portal.config.address == "optional"
    ):
        return None
    to = order.ship_to
    lacks = "no street" if not (to.street1.strip() or to.street2.strip()) else ""
    if not (to.city.strip() or to.zip.strip()):
        lacks = f"{lacks}, no town and no postcode" if lacks else "neither a town nor a postcode"
    if not lacks:
        return None
    return Decision(
        state="failed",
        code="no-address",
        reason=f"its address has {lacks}; correct it at the Merchant, or say `address: optional`"
        f" in portal {portal.name}",
    )


def _midnight(portal: Portal) -> datetime | None:
    since = portal.config.since
    if since is None:
        return None
    zone = ZoneInfo(portal.merchant.timezone) if portal.merchant.timezone else UTC
    return datetime.combine(since, time(), zone)


def _reference(portal: Portal, key: str) -> str:
    return f"{portal.origin}:{key}"


def _summary(order: Order) -> str:
    pieces = sum([line.quantity for line in order.lines])
    lines = len(order.lines)
    return (
        f"create order {order.number}: {lines} line{'s' * (lines != 1)},"
        f" {pieces} piece{'s' * (pieces != 1)}"
    )


def order_links(key: str, outcome: Outcome, lines: Sequence[Line] = ()) -> tuple[Link, ...]:
    """Return the links of an order, and those of its lines if the outcome has as many."""
    if not outcome.id:
        return ()
    merchant_id, _, generation = key.rpartition("#")
    pairs: list[tuple[LinkKind, str, str]] = [("order", merchant_id, outcome.id)]
    # If an earlier attempt sent the order before an edit, its lines may be others.
    if len(lines) == len(outcome.line_ids):
        pairs += [
            ("line", line.id, there) for line, there in zip(lines, outcome.line_ids, strict=True)
        ]
    return tuple(
        Link(kind=kind, merchant_id=here, supplier_id=there, generation=int(generation))
        for kind, here, there in pairs
    )


TASK = Task(
    name="import-orders",
    resource="orders",
    plan=plan,
    replan=replan,
    apply=apply,
    look_up=look_up,
    writes_to="supplier",
    reopens=("split-order", "update-tracking"),
    claims_lines=True,
    compare=compare,
    over=over,
)
