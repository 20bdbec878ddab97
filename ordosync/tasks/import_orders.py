"""Import Orders: the Merchant's dropship orders are created in the Supplier's account.

An order is imported as a whole, never by line. It stays requested at the Merchant for days and is
read many times; a new order is one without a link. Edits at the Merchant after the import are not
sent (https://support.ordoro.com/how-to-cancel-vendor-portal-orders/); they become notices.
"""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from msgspec.structs import replace

from ordosync.errors import AccountError
from ordosync.left_out import ORDINARY, LeftOut
from ordosync.models import Comment, InvalidRecord, Order, Page
from ordosync.store.links import Link
from ordosync.store.step_rows import StepRef, StepRow
from ordosync.tasks.base import (
    Decision,
    PlanRequest,
    Portal,
    Result,
    Step,
    Task,
)
from ordosync.tasks.batching import gathered, pages_of, related_ids
from ordosync.tasks.invalid_records import step_of_source
from ordosync.tasks.order_edits import Imported, announce, compare
from ordosync.tasks.order_edits import due_again as edits_due_again
from ordosync.tasks.orders import cancelled_rest
from ordosync.tasks.orders.created_values import (
    nothing_to_ship_note,
    summarize,
    units_of,
    values_of,
)
from ordosync.tasks.orders.date_skus import with_remarks
from ordosync.tasks.orders.digests import of_order, rules, with_keyed_contents
from ordosync.tasks.orders.existing import (
    Existing,
    adopted,
    generation_of,
    link_step,
    look_up,
    order_links,
    reference_of,
    restored_orders,
    sent_again,
    split_families,
    step_key,
)
from ordosync.tasks.orders.fields import for_supplier, lines_of_supplier, with_quantity
from ordosync.tasks.orders.group_digests import Digester
from ordosync.tasks.orders.hold import Holds, releasable
from ordosync.tasks.orders.left_out import without_left_out
from ordosync.tasks.orders.notice_delivery import deliver, settled
from ordosync.tasks.orders.notices import rest_cancelled, supplier_cancelled
from ordosync.tasks.orders.open_units import (
    as_ordered,
    not_comparable,
    settled_units,
    with_open_units,
    without_surplus,
)
from ordosync.tasks.orders.refusals import NOTHING_TO_SHIP, import_refusal
from ordosync.tasks.orders.removed import TAKEN_AWAY, emptied, taken_away, was_never_here
from ordosync.tasks.orders.sent_as import SentAs, sent_as
from ordosync.tasks.orders.unknown_skus import HELD, held_note, with_sku_decisions
from ordosync.tasks.orders.withdrawn import withdrawn_rows, without_withdrawn


def plan(portal: Portal, request: PlanRequest) -> Iterator[Page[Step]]:
    """Yield a step for each requested order that changed since the cursor."""
    size = portal.supplier.limits.batch_size
    ahead = dataclasses.replace(request, ahead=pages_of(size))
    pages = gathered(portal.merchant.orders.changed(ahead), size)
    return _steps(portal, pages, behind=request.after_restore)


def replan(portal: Portal, refs: Sequence[StepRef]) -> Iterator[Page[Step]]:
    """Yield the steps of these orders, as they are now."""
    ids = [step.merchant_id or step.key for step in refs]
    return _steps(portal, portal.merchant.orders.by_id(ids))


def apply(portal: Portal, steps: Sequence[Step], *, look_first: bool) -> list[Result]:
    """Create the orders, and add a comment for each notice."""
    orders = {step.key: step.payload for step in steps if isinstance(step.payload, Order)}
    results = {
        step.key: adopted(step.payload) for step in steps if isinstance(step.payload, Existing)
    }
    others = [step for step in steps if not isinstance(step.payload, Order | Existing)]
    if orders:
        results |= _create(portal, orders, look_first=look_first)
    if others:
        results |= deliver(portal, others)
    return [results[step.key] for step in steps]


def _create(
    portal: Portal, orders: Mapping[str, Order], *, look_first: bool
) -> Mapping[str, Result]:
    outcomes = portal.supplier.orders.create(list(orders.values()), look_first=look_first)
    results = {
        key: Result(
            outcome=outcome,
            links=order_links(key, outcome, order.lines),
            sent_units=units_of(order) if outcome.id else None,
        )
        for (key, order), outcome in zip(orders.items(), outcomes, strict=True)
    }
    links = [link for result in results.values() for link in result.links if link.kind == "order"]
    portal.merchant.orders.acknowledge([link.merchant_id for link in links])
    portal.merchant.note(
        [
            Comment(
                key=f"sent:{link.generation}",
                order_id=link.merchant_id,
                text=f"Sent to the Supplier as order {link.supplier_id}",
            )
            for link in links
        ]
    )
    return results


def _steps(
    portal: Portal, pages: Iterator[Page[Order | InvalidRecord]], *, behind: bool = False
) -> Iterator[Page[Step]]:
    key, config = portal.digest_key.value, portal.config
    digester = Digester(key, rules(config), config.edits, config.send)
    plan_page = partial(_planned_page, portal, digester, behind=behind)
    keyed_pages = with_keyed_contents(pages, key)
    # `map` does not keep a page while the next one is read.
    for page, unavailable in map(plan_page, with_open_units(portal, keyed_pages)):
        yield page
        if unavailable:
            raise unavailable
        del page


def _planned_page(
    portal: Portal, digester: Digester, page: Page[Order | InvalidRecord], *, behind: bool
) -> tuple[Page[Step], AccountError | None]:
    """Return the steps of a page, and the error if some of them wait for the Supplier."""
    if not page.items:
        return Page(items=(), cursor=page.cursor), None
    links = {**portal.links.of_merchant("order", sorted({*related_ids(page)}))}
    restored = restored_orders(portal, [links[i.id] for i in page.items if i.id in links])
    earlier = list(links.values()) if behind else []
    families = split_families(portal, page.items, links) if behind else []
    links |= {link.merchant_id: link for link in families}
    # An order that is sent again is sent with what is open now.
    sent = [id_ for id_, link in links.items() if link.state != "cancelled_by_task"]
    ledger = portal.links.lines_of(sent)
    requested = without_left_out(portal, page.items, ledger)
    settled = settled_units(ledger)
    states = sent_as(portal, page.items, requested.items, ledger)
    steps = [link_step(link, is_family=True) for link in families]
    holds = Holds.of(portal, {step_key(item.id, links): item for item in page.items})
    sent_again_steps = sent_again(portal, earlier, requested.items) if earlier else {}
    behind_ids = not_comparable(portal, requested.items, ledger, links)
    for item in with_remarks(portal, requested.items):
        order = as_ordered(item, settled)
        step = sent_again_steps.get(item.id) or _step(
            portal,
            order,
            links,
            restored,
            digester,
            holds=holds,
            sent=states[item.id],
            left_out=requested.of(item.id),
        )
        if step and item.id in behind_ids and step.decision:
            step = replace(step, payload=None)
        if step and cancelled_rest.is_missing(step, restored):
            # It comes first: once the order is linked, nothing shows that its rest is missing.
            steps.append(rest_cancelled(step))
        if step:
            steps.append(step)
    steps, unavailable = with_sku_decisions(portal, requested.items, steps, holds)
    decided = without_withdrawn(portal, requested.items, steps)
    return Page(items=decided, cursor=page.cursor), unavailable


def _step(
    portal: Portal,
    item: Order | InvalidRecord,
    links: Mapping[str, Link],
    restored: Mapping[str, str],
    digester: Digester,
    *,
    holds: Holds,
    sent: SentAs,
    left_out: LeftOut,
) -> Step | None:
    if isinstance(item, InvalidRecord) and item.is_whole_file:
        return step_of_source(item)
    link = links.get(item.id)
    if link is None and was_never_here(item):
        return None
    generation, key = generation_of(link), step_key(item.id, links)
    step = Step(
        key=key,
        merchant_id=item.id,
        content=item.content,
        as_of=item.as_of,
        number=item.number if isinstance(item, Order) and item.number != item.id else "",
    )
    if link and generation == link.generation:
        return _imported(portal, step, item, link, digester, sent=sent)
    if isinstance(item, InvalidRecord):
        return replace(step, decision=Decision.of(item))
    # Before it was cancelled, more units may have been sent than the Merchant wants now.
    requested = without_surplus(item.lines) if link else item.lines
    lines = lines_of_supplier(portal.config, requested)
    order = item if lines == item.lines else replace(item, lines=lines)
    refusal = import_refusal(portal, order, links, left_out)
    if refusal:
        return replace(step, decision=refusal)
    if link and link.supplier_id in restored:
        summary = f"link order {order.number}, which the Supplier restored itself"
        payload = Existing(link=replace(link, state="live", generation=generation))
        return replace(step, supplier_id=link.supplier_id, summary=summary, payload=payload)
    order = replace(order, lines=with_quantity(order.lines))
    created = for_supplier(order, portal.config, reference=reference_of(portal, key))
    without = "" if left_out is ORDINARY else left_out.text
    return replace(
        step,
        content=of_order(item, created.lines, digester.rules),
        digests=digester.of(created),
        written=values_of(created, left_out),
        remark="; ".join(filter(None, (item.remark, without))),
        payload=created,
        decision=holds.decision(key, order, created.shipping_method),
    )


def _imported(
    portal: Portal,
    step: Step,
    item: Order | InvalidRecord,
    link: Link,
    digester: Digester,
    *,
    sent: SentAs,
) -> Step | None:
    """Return the step of an order that is linked already, or a notice about it."""
    imported = partial(
        Imported, config=portal.config, digester=digester, known=link.digests, sent=sent
    )
    payload: object = item
    if isinstance(item, InvalidRecord):
        if item.code in TAKEN_AWAY:
            return taken_away(portal, step, item, link)
        if item.code == "conflict" and sent.keeps_lines:
            # A newer file lacks the lines that were sent meanwhile.
            return None
        if empty := emptied(portal, item, link, digester):
            payload = imported(order=empty, sent=SentAs(is_empty=True))
    elif link.state == "cancelled_by_supplier":
        is_reported = bool(portal.links.with_reported_cancellations([link.merchant_id]))
        return None if is_reported else supplier_cancelled(step, link)
    else:
        payload = imported(order=item)
    return replace(
        step,
        supplier_id=link.supplier_id,
        payload=payload,
        decision=Decision(state="unchanged"),
    )


def due_again(portal: Portal, rows: Sequence[StepRow]) -> Sequence[StepRow]:
    """Return the edits and the held orders that are tried again in this run."""
    held = {row.id: row for row in (*releasable(portal, rows), *withdrawn_rows(portal, rows))}
    return [*edits_due_again(portal, rows), *held.values()]


TASK = Task(
    name="import-orders",
    resource="orders",
    plan=plan,
    replan=replan,
    apply=apply,
    look_up=look_up,
    summarize=summarize,
    writes_to="supplier",
    reopens=("split-order", "update-tracking"),
    claims_lines=True,
    compare=compare,
    due_again=due_again,
    settled=settled,
    announce=announce,
    skip_notes={NOTHING_TO_SHIP: nothing_to_ship_note, HELD: held_note},
)
