"""Orders that the Supplier already has: found by their references, and their missing links."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ordosync.models import InvalidRecord, Line, Order, Outcome
from ordosync.store.links import Link
from ordosync.tasks.base import Portal, Result, Step
from ordosync.tasks.orders.fields import lines_sent
from ordosync.tasks.orders.notices import is_notice
from ordosync.tasks.orders.open_units import without_surplus
from ordosync.tasks.sku_maps.packs import with_pack


@dataclass(frozen=True, kw_only=True)
class Existing:
    """An order that the Supplier already has, and its missing links."""

    link: Link
    lines: Sequence[Link] = ()
    """Links of its lines, if these are known."""


def step_key(order_id: str, links: Mapping[str, Link]) -> str:
    """Return the key of the step of the Merchant's order, given the newest links of orders."""
    return f"{order_id}#{generation_of(links.get(order_id))}"


def generation_of(link: Link | None) -> int:
    """Return the number of the import, given the newest link of the order."""
    # An order that cancel-orders cancelled is a new order if the Merchant requests it again.
    return link.generation + (link.state == "cancelled_by_task") if link else 1


def restored_orders(portal: Portal, links: Sequence[Link]) -> Mapping[str, str]:
    """Return the status of each order that cancel-orders cancelled and that is not cancelled now.

    Either the Supplier restored it, or only its rest was cancelled because a part was sent.
    """
    ids = [link.supplier_id for link in links if link.state == "cancelled_by_task"]
    statuses = portal.supplier.orders.statuses(ids) if ids else {}
    return {id_: status for id_, status in statuses.items() if status != "cancelled"}


def look_up(portal: Portal, keys: Sequence[str]) -> Mapping[str, Result]:
    """Return the Supplier's orders that have the references of these steps."""
    by_reference = {reference_of(portal, key): key for key in keys if not is_notice(key)}
    outcomes = portal.supplier.orders.find(list(by_reference)) if by_reference else {}
    return {
        by_reference[reference]: Result(
            outcome=outcome, links=order_links(by_reference[reference], outcome)
        )
        for reference, outcome in outcomes.items()
    }


def sent_again(
    portal: Portal, links: Sequence[Link], items: Sequence[Order | InvalidRecord]
) -> Mapping[str, Step]:
    """Return a step for each order that was cancelled and sent again after these links were made.

    The links are from a backup that is older than the second order. The lines of an order are
    linked as the Merchant has them now.
    """
    later = {f"{link.merchant_id}#{link.generation + 1}": link for link in links}
    results = look_up(portal, list(later))
    lines = (
        {item.id: without_surplus(item.lines) for item in items if isinstance(item, Order)}
        if results
        else {}
    )
    steps = {}
    for key, result in results.items():
        merchant_id = later[key].merchant_id
        sent = lines_sent(lines.get(merchant_id, ()), portal.config)
        order, *of_lines = order_links(key, result.outcome, sent)
        steps[merchant_id] = link_step(order, of_lines)
    return steps


def split_families(
    portal: Portal, items: Sequence[Order | InvalidRecord], links: Mapping[str, Link]
) -> list[Link]:
    """Return the newest link of each order that was sent and was split while its link was missing.

    The Merchant now lists only the pieces. The Supplier already has them, in the order with the
    reference of the order that they were split from.
    """
    pieces = [item for item in items if isinstance(item, Order) and item.id not in links]
    unlinked = dict.fromkeys(
        ancestor
        for piece in pieces
        if not any(ancestor in links for ancestor in piece.ancestors)
        for ancestor in piece.ancestors
    )
    links_by_id: dict[str, Link] = {}
    generation, pending = 1, list(unlinked)
    while pending:
        results = look_up(portal, [f"{id_}#{generation}" for id_ in pending])
        newest = {link.merchant_id: link for found in results.values() for link in found.links[:1]}
        links_by_id |= newest
        generation, pending = generation + 1, list(newest)
    return list(links_by_id.values())


def link_step(link: Link, lines: Sequence[Link] = (), *, is_family: bool = False) -> Step:
    """Return the step that links an order that the Supplier already has."""
    return Step(
        key=f"{link.merchant_id}#{link.generation}",
        merchant_id=link.merchant_id,
        supplier_id=link.supplier_id,
        content="sent-before",
        summary=f"link order {link.supplier_id}, which was sent before",
        is_family=is_family,
        payload=Existing(link=link, lines=lines),
    )


def adopted(existing: Existing) -> Result:
    """Return the result of linking an order that the Supplier already has."""
    outcome = Outcome(state="unchanged", id=existing.link.supplier_id)
    return Result(outcome=outcome, links=(existing.link, *existing.lines))


def order_links(key: str, outcome: Outcome, lines: Sequence[Line] = ()) -> tuple[Link, ...]:
    """Return the links of an order, and those of its lines if the outcome has as many."""
    if not outcome.id:
        return ()
    merchant_id, _, count = key.rpartition("#")
    generation = int(count)
    order = Link(
        kind="order", merchant_id=merchant_id, supplier_id=outcome.id, generation=generation
    )
    # If an earlier attempt sent the order before an edit, it may have had other lines.
    if len(lines) != len(outcome.line_ids):
        return (order,)
    return (
        order,
        *(
            with_pack(
                Link(
                    kind="line",
                    merchant_id=line.id,
                    supplier_id=supplier_line_id,
                    generation=generation,
                    order_id=merchant_id,
                    ordered=line.quantity,
                ),
                line,
            )
            for line, supplier_line_id in zip(lines, outcome.line_ids, strict=True)
        ),
    )


def reference_of(portal: Portal, key: str) -> str:
    """Return the reference of the order of this step at the Supplier."""
    return f"{portal.origin}:{key}"
