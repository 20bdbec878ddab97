"""Report shortages: units that the Supplier does not send, or sends later, at the Merchant.

The Supplier cancels orders or units of them, or says when they come. The ledger counts these units
as cancelled; then the Merchant gets a report, and may hold or cancel the units. Money is never
refunded. An order that the Supplier cancelled is a failed step, until the Merchant has acted on it
or the Supplier has opened it again.
"""

from collections.abc import Iterator, Sequence

from ordosync.accounts.account import required
from ordosync.models import Page
from ordosync.store.links import Link
from ordosync.store.step_rows import StepRef
from ordosync.tasks.base import PlanRequest, Portal, Result, Step, Task
from ordosync.tasks.cancellations.supplier_status import OPEN
from ordosync.tasks.shortages import answers, problems
from ordosync.tasks.shortages.changes import OrderChange
from ordosync.tasks.shortages.delivery import deliver
from ordosync.tasks.shortages.steps import steps_of


def plan(portal: Portal, request: PlanRequest) -> Iterator[Page[Step]]:
    """Yield a step for each linked order whose shortages differ from those that were reported."""
    for page in required(portal.supplier.shortages).changed(request):
        steps = steps_of(portal, page.items, {}, lacks_links=request.lacks_links)
        yield Page(items=tuple(steps), cursor=page.cursor)


def replan(portal: Portal, refs: Sequence[StepRef]) -> Iterator[Page[Step]]:
    """Yield the steps of these orders, as far as there is something to report or to settle."""
    by_key = {ref.key: ref for ref in refs}
    ids = list(dict.fromkeys(ref.supplier_id or ref.key for ref in refs))
    for page in required(portal.supplier.shortages).by_id(ids):
        yield Page(items=tuple(steps_of(portal, page.items, by_key)))


def apply(
    portal: Portal,
    steps: Sequence[Step],
    *,
    look_first: bool,  # noqa: ARG001 - each report is written once per key
) -> list[Result]:
    """Report the shortages to the Merchant, and hold or cancel the units if configured."""
    changes = {step.key: step.payload for step in steps if isinstance(step.payload, OrderChange)}
    results = dict(zip(changes, deliver(portal, list(changes.values())), strict=True))
    for step in steps:
        if isinstance(step.payload, Link):
            results[step.key] = answers.report(portal, step.payload)
    return [results[step.key] for step in steps]


def _open_orders(portal: Portal, cancelled: int) -> int:
    """Return the number of linked orders that were open before the Supplier cancelled these."""
    return cancelled + sum(
        status in OPEN
        for links in portal.links.live("order")
        for status in portal.supplier.orders.statuses([link.supplier_id for link in links]).values()
    )


TASK = Task(
    name="report-shortages",
    resource="shipments",
    plan=plan,
    replan=replan,
    apply=apply,
    writes_to="merchant",
    needs_links_from="import-orders",
    runs_immediately=True,
    safety_limit=_open_orders,
    limited="report as cancelled",
    passing=problems.CODES,
    is_state=True,  # Units that were restored may be short again.
)
