"""Differences between both accounts, whatever the log says.

A difference names the task that can repair it, and the step to repeat. Other differences are left
to the operator, because Ordoro's rules forbid a task to change them: an order that the Supplier
cancelled stays requested, and an order that the Merchant split stays unsplit at the Supplier.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from ordosync.engine.comparison.difference import NOT_COMPARED, Comparison, Difference
from ordosync.engine.comparison.order_trees import (
    LinkedOrders,
    Match,
    OrderTree,
    is_open,
    matches,
    quantities_by_sku,
    same_quantities,
    valid_numbers,
)
from ordosync.engine.comparison.snapshot import both_sides
from ordosync.engine.comparison.tracking_differences import tracking_differences
from ordosync.models import Order, OrderSnapshot, Product
from ordosync.store.links import Link
from ordosync.store.step_rows import StepRef
from ordosync.tasks import TASKS
from ordosync.tasks.base import PlanRequest, Portal, Step


def differences(portal: Portal, *, able: frozenset[str], now: datetime) -> Iterator[Difference]:
    """Yield all differences; `able` are the tasks that the portal can run. Reads only."""
    with both_sides(portal, now=now) as snapshot:
        comparison = Comparison(snapshot=snapshot, able=able)
        for ids in snapshot.only_at_merchant():
            yield from _alone(comparison, ids)
        for linked in snapshot.pairs():
            yield from _of_linked(comparison, linked)
    if portal.config.manage_inventory:
        yield from _of_products(comparison, now)


def cannot_tell(portal: Portal) -> list[str]:
    """Return what a comparison of these accounts cannot see, in sentences."""
    found = []
    if not portal.merchant.lists_all:
        found.append(
            f"account {portal.merchant.name} ({portal.merchant.kind}) cannot list all its orders:"
            " what it does not show, such as older orders and their tracking, is not compared"
        )
    if not portal.supplier.lists_all:
        found.append(
            f"account {portal.supplier.name} ({portal.supplier.kind}) cannot list its orders: each"
            " is looked up by its reference; quantities, tracking and pieces are not compared"
        )
    for _, account in portal.sides:
        if missing := account.unlisted():
            found.append(
                f"account {account.name} ({account.kind}) does not show {missing}:"
                " they are not compared"
            )
    return found


def _alone(comparison: Comparison, ids: Sequence[str]) -> Iterator[Difference]:
    """Yield requested orders that should be at the Supplier and are not."""
    portal = comparison.portal
    links = portal.links.of_merchant("order", ids)
    wanted = [StepRef(key=one, merchant_id=one) for one in ids]
    for page in TASKS["import-orders"].replan(portal, wanted):
        for step in page.items:
            found = _of_alone(comparison, step, links.get(step.merchant_id or ""))
            if found:
                yield found


def _of_alone(comparison: Comparison, step: Step, link: Link | None) -> Difference | None:
    id_, is_hidden = step.merchant_id or step.key, bool(comparison.snapshot.left_out["supplier"])
    if isinstance(step.payload, Order):
        step_ref = StepRef(key=step.key, merchant_id=step.merchant_id)
        what = "is requested at the Merchant and not at the Supplier"
        if is_hidden:  # It is sent again if it is there after all.
            what, task = f"{what}, as far as that shows", ""
        else:
            task = "import-orders"
        return comparison.differs(
            "no-supplier-order", what, (id_, ""), task=task, step_ref=step_ref
        )
    if step.decision and step.decision.state == "failed":
        what = f"cannot be imported: {step.decision.reason}"
        return comparison.differs("no-supplier-order", what, (id_, ""))
    if is_hidden or (step.decision and step.decision.state == "skipped"):
        return None
    there = link.supplier_id if link else ""
    what = f"was imported as order {there}, which the Supplier does not have"
    return comparison.differs("supplier-order-gone", what, (id_, there))


def _of_linked(comparison: Comparison, linked: LinkedOrders) -> Iterator[Difference]:
    merchant = linked.merchant
    alive = [tree for _, tree in linked.suppliers if not tree.is_cancelled]
    newest = linked.suppliers[-1][1]
    if not merchant.members:
        is_all = comparison.portal.merchant.lists_all
        if alive and is_all and not comparison.snapshot.left_out["merchant"]:
            what = f"is the Merchant's order {merchant.id}, which the Merchant does not have"
            yield comparison.differs("no-merchant-order", what, ("", alive[0].id))
        return
    if len(alive) > 1:
        names = ", ".join(tree.id for tree in alive)
        what = f"is at the Supplier {len(alive)} times: {names}; cancel all but one there"
        yield comparison.differs("two-supplier-orders", what, (merchant.id, alive[-1].id))
    if alive and (
        above := [one for one in comparison.snapshot.above(merchant.id) if not one.is_cancelled]
    ):
        what = (
            f"is at the Supplier twice: in order {above[0].id}, which was sent before the Merchant"
            f" split it, and as {alive[-1].id}; cancel one of them there"
        )
        yield comparison.differs("two-supplier-orders", what, (merchant.id, alive[-1].id))
    supplier = newest if not alive or newest in alive else alive[-1]
    generation = next(g for g, tree in linked.suppliers if tree is supplier)
    yield from _quantities(comparison, merchant, supplier)
    for match in matches(merchant, supplier, origin=comparison.portal.origin):
        yield from _of_match(comparison, merchant, supplier, match, generation)


def _quantities(
    comparison: Comparison, merchant: OrderTree, supplier: OrderTree
) -> Iterator[Difference]:
    """Yield lines whose open, shipped and cancelled units do not add up to the ordered units."""
    here, there = (quantities_by_sku(tree.leaves(tree.id)) for tree in (merchant, supplier))
    about = (merchant.id, supplier.id)
    for tree, held, side in ((merchant, here, "Merchant"), (supplier, there, "Supplier")):
        whole = tree.member(tree.id)
        ordered = quantities_by_sku([whole] if whole else [])
        if whole and whole.order.is_split and not same_quantities(ordered, held):
            what = f"its pieces at the {side} are {_list(held)}, not {_list(ordered)}"
            yield comparison.differs("sum-broken", what, about)
    are_alive = not merchant.is_cancelled and not supplier.is_cancelled
    if are_alive and not (here and there):
        yield from _of_untold(comparison, merchant, supplier, "Supplier" if here else "Merchant")
    elif are_alive and not same_quantities(here, there):
        what = f"is {_list(here)} at the Merchant, {_list(there)} at the Supplier"
        yield comparison.differs("sum-broken", what, about)


def _of_untold(
    comparison: Comparison, merchant: OrderTree, supplier: OrderTree, side: str
) -> Iterator[Difference]:
    portal = comparison.portal
    is_ours = all(one.is_ours for one in merchant.members)
    if is_ours and all(account.lists_all for _, account in portal.sides):
        what = f"the {side} does not say what is in it; a deleted product takes its SKU along"
        yield comparison.differs(NOT_COMPARED, what, (merchant.id, supplier.id))


def _list(quantities: dict[str, int]) -> str:
    return ", ".join(f"{sku}={count}" for sku, count in sorted(quantities.items()))


def _of_match(
    comparison: Comparison, merchant: OrderTree, supplier: OrderTree, match: Match, generation: int
) -> Iterator[Difference]:
    about = (match.merchant_id, match.supplier_id)
    ours, theirs = merchant.leaves(match.merchant_id), supplier.leaves(match.supplier_id)
    if match.how == "only-supplier":
        what = f"is split at the Supplier into {len(theirs)}, not at the Merchant"
        is_open = all(one.order.status == "dropshipment_requested" for one in ours)
        step_ref = StepRef(key=match.supplier_id, **_ids(match))
        task = "split-order" if is_open else ""
        yield comparison.differs("split-on-one-side", what, about, task=task, step_ref=step_ref)
    elif match.how == "only-merchant":
        what = f"is split at the Merchant into {len(ours)}, not at the Supplier"
        yield comparison.differs("split-on-one-side", what, about)
    elif match.how == "split-differently":
        what = "is split on both sides, not alike"
        yield comparison.differs("split-on-one-side", what, about)
    if match.how in ("unsplit", "only-merchant") and ours and theirs:
        yield from _statuses(comparison, match, ours, theirs[0], generation)
        for one in ours:
            yield from tracking_differences(comparison, match, one, theirs[0])


def _statuses(
    comparison: Comparison,
    match: Match,
    ours: Sequence[OrderSnapshot],
    theirs: OrderSnapshot,
    generation: int,
) -> Iterator[Difference]:
    about = (match.merchant_id, match.supplier_id)
    all_cancelled = all(one.order.status == "cancelled" for one in ours)
    if all_cancelled and not any(valid_numbers(one) for one in ours):
        if is_open(theirs):
            step_ref = StepRef(key=f"{match.merchant_id}#{generation}", **_ids(match))
            what = "is cancelled at the Merchant and open at the Supplier"
            task = "cancel-orders"
            if not comparison.portal.merchant.cancelled_among([match.merchant_id]):
                what, task = f"{what}; cancel it there, since this status does not travel", ""
            yield comparison.differs("not-cancelled", what, about, task=task, step_ref=step_ref)
    elif is_open(theirs) and _was_restored(comparison.portal, match, ours):
        what = (
            f"is open on both sides: the Supplier restored it, and the Merchant does not request it"
            f" from there; cancel order {match.supplier_id} at the Supplier, or both may send it"
        )
        yield comparison.differs("open-on-both-sides", what, about)
    elif theirs.order.status == "cancelled" and any(
        one.order.status == "dropshipment_requested" and one.is_ours for one in ours
    ):
        what = "is cancelled at the Supplier and still requested at the Merchant; tell the Merchant"
        yield comparison.differs("cancelled-at-supplier", what, about)


def _was_restored(portal: Portal, match: Match, ours: Sequence[OrderSnapshot]) -> bool:
    """True if ordosync cancelled it at the Supplier, and the Merchant now ships it itself."""
    if not any(one.order.status == "awaiting_fulfillment" for one in ours):
        return False
    link = portal.links.of_merchant("order", [match.merchant_id]).get(match.merchant_id)
    return link is not None and link.state == "cancelled_by_task"


def _of_products(comparison: Comparison, now: datetime) -> Iterator[Difference]:
    """Yield products without a link, and quantities that differ."""
    portal = comparison.portal
    request = PlanRequest(cursor=None, now=now)
    if "import-products" in comparison.able:
        for page in TASKS["import-products"].plan(portal, request):
            for step in page.items:
                if isinstance(step.payload, Product):
                    step_ref = StepRef(key=step.key, merchant_id=step.merchant_id)
                    what = "is a product of this Supplier's that was not imported"
                    yield comparison.differs(
                        "no-product-link",
                        what,
                        (step.key, ""),
                        task="import-products",
                        step_ref=step_ref,
                    )
    if "write-inventory-back" in comparison.able:
        for page in TASKS["write-inventory-back"].plan(portal, request):
            for step in page.items:
                if step.decision is None:
                    yield comparison.differs(
                        "quantity-differs",
                        f"has another quantity: {step.summary}",
                        (step.merchant_id or "", step.supplier_id or ""),
                        task="write-inventory-back",
                    )


def _ids(match: Match) -> dict[str, str]:
    return {"merchant_id": match.merchant_id, "supplier_id": match.supplier_id}
