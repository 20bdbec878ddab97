"""Decides which groups of an edit can be written, given the Supplier's order as it is now."""

from collections.abc import Callable, Sequence

from msgspec.structs import replace

from ordosync.accounts.merchant import Merchant
from ordosync.edits import EditableOrder
from ordosync.models import Order
from ordosync.store.links import Link
from ordosync.tasks.base import Portal
from ordosync.tasks.edits.added_skus import check_added_skus
from ordosync.tasks.edits.attempt import LABEL_MADE, Attempt
from ordosync.tasks.edits.edit import (
    CHANGED_THERE,
    NOT_EDITABLE,
    PLACE,
    RACED,
    SPLIT,
    TOO_LATE,
    Edit,
    Problem,
)
from ordosync.tasks.edits.lines import LinePlan, expected, plan_of
from ordosync.tasks.edits.texts import listed
from ordosync.tasks.orders.group_digests import Group, destination_of, group_of

_GONE = Problem(code="gone", reason="the Supplier does not have the order any more")
_CANCELLED = Problem(code="cancelled", reason="the Supplier's order is cancelled")
_SHIPPED = Problem(code="shipped", reason="the Supplier's order is shipped")
_LABEL = Problem(code=TOO_LATE, reason="the Supplier has made a label already")
_SPLIT = Problem(
    code=SPLIT,
    reason="the Supplier has split the order, so it is not known which piece the lines are in",
)
_NOTES = ("customer_notes", "internal_notes")
OF_WHOLE_ORDER = (_GONE.code, _CANCELLED.code, _SHIPPED.code, TOO_LATE, RACED)
"""Codes of problems because of which an order is not held, either."""


def not_able(account: str) -> Problem:
    """Return the problem of an account whose orders cannot be changed."""
    return Problem(code=NOT_EDITABLE, reason=f"account {account} cannot change its orders")


def check_deadlines(portal: Portal, attempts: Sequence[Attempt]) -> None:
    """Refuse the edits of orders that were imported too long ago."""
    within = portal.config.edits.until.within
    pending = [
        attempt for attempt in attempts if _is_wanted(attempt) and not attempt.edit.attempted
    ]
    if within is None or not pending:
        return
    linked_at = portal.links.linked_at([attempt.link.merchant_id for attempt in pending])
    problem = Problem(
        code=TOO_LATE,
        reason=f"it was imported more than {portal.config.edits.until} ago, and `until:` says how"
        " long edits are applied",
    )
    for attempt in pending:
        if portal.clock.now() - linked_at[attempt.link.merchant_id] > within:
            attempt.refuse(problem)


def is_over(attempt: Attempt) -> bool:
    """True if nothing of the edit is to be written, and the order is not to be held."""
    return attempt.problem is not None and attempt.problem.code in OF_WHOLE_ORDER


def judge(portal: Portal, attempts: Sequence[Attempt]) -> None:
    """Decide which groups of each edit are written."""
    ids = [attempt.link.merchant_id for attempt in attempts]
    lines, history = portal.links.lines_of(ids), portal.links.line_history(ids)
    for attempt in attempts:
        if attempt.interrupted or is_over(attempt) or not _is_wanted(attempt):
            continue
        whole = _of_whole_order(attempt)
        if whole:
            attempt.refuse(whole)
            continue
        attempt.orders = [state for state in attempt.orders if _is_open(state)]
        _check_groups(portal.supplier.name, attempt)
        if "lines" in attempt.groups:
            id_ = attempt.link.merchant_id
            of_order = [line for line in history if line.order_id == id_]
            plan = plan_of(
                attempt.edit,
                lines.get(id_, ()),
                attempt.orders[0],
                history=of_order,
                if_missing=_units_if_missing(portal.merchant),
            )
            _take(portal.supplier.name, attempt, plan)
    check_added_skus(portal, attempts)


def _units_if_missing(merchant: Merchant) -> Callable[[Link], int]:
    """Return the function that returns the units of a line that an order lacks."""
    if merchant.shows_owed_units:
        return expected
    # A line with sent units cannot be missing if they are included.
    return (lambda _: 0) if merchant.includes_sent_units else lambda link: link.sent or 0


def _is_wanted(attempt: Attempt) -> bool:
    return bool(attempt.groups or attempt.edit.hold)


def _take(account: str, attempt: Attempt, plan: LinePlan | Problem) -> None:
    """Note the units to write. Units are removed by another call than others are added."""
    if isinstance(plan, Problem):
        attempt.refuse(plan, ("lines",))
    elif plan.edits and "lines" not in attempt.orders[0].groups:
        attempt.refuse(_fixed(account, attempt, ("lines",)), ("lines",))
    else:
        attempt.plan = plan


def _of_whole_order(attempt: Attempt) -> Problem | None:
    """Return why no group is written."""
    orders = attempt.orders
    if not orders:
        return _GONE
    open_ = [state for state in orders if _is_open(state)]
    if any(state.has_label and not _is_partial(state) for state in open_):
        return LABEL_MADE if attempt.edit.attempted else _LABEL
    if open_:
        return None
    statuses = {state.order.status for state in orders if state.order}
    if statuses == {"cancelled"}:
        return _CANCELLED
    return LABEL_MADE if attempt.edit.attempted else _SHIPPED


def _is_open(state: EditableOrder) -> bool:
    return state.order is None or state.order.status not in ("shipped", "cancelled")


def _is_partial(state: EditableOrder) -> bool:
    if state.order is None:
        # Nothing of a shipped order can be written.
        return state.has_label and bool(state.groups)
    return state.order.status == "partially_shipped"


def _check_groups(account: str, attempt: Attempt) -> None:
    orders = attempt.orders
    if "lines" in attempt.groups and (len(orders) > 1 or _is_piece(attempt)):
        attempt.refuse(_SPLIT, ("lines",))
    others = sorted(attempt.groups - {"lines"})
    fixed = [group for group in others if any(group not in state.groups for state in orders)]
    if fixed:
        attempt.refuse(_fixed(account, attempt, fixed), fixed)
    for state in orders:
        if state.order:
            _check_untouched(attempt, state.order)


def _fixed(account: str, attempt: Attempt, groups: Sequence[Group]) -> Problem:
    named = listed(groups)
    if any(_is_partial(state) for state in attempt.orders):
        reason = f"a part of the order is shipped, so its {named} cannot be changed"
    else:
        reason = f"account {account} cannot change the {named} of the order"
    return Problem(code=NOT_EDITABLE, reason=reason)


def _is_piece(attempt: Attempt) -> bool:
    return attempt.orders[0].order_id != attempt.link.supplier_id


def _check_untouched(attempt: Attempt, order: Order) -> None:
    """Refuse the groups that the Supplier's users have changed."""
    edit = attempt.edit
    for group in sorted(attempt.groups - {"lines"}):
        if group in attempt.groups and _digest(edit, group, order) not in _accepted(edit, group):
            groups = PLACE if group in PLACE else (group,)
            reason = f"the Supplier has changed the {listed(groups[:1])} of the order itself"
            attempt.refuse(Problem(code=CHANGED_THERE, reason=reason), groups)


def _digest(edit: Edit, group: Group, order: Order) -> str:
    if group in PLACE:
        return edit.digester.destination(order.ship_to)
    # A field that is not sent may be the Supplier's own.
    unsent = {name: "" for name in _NOTES if name not in edit.config.send}
    return edit.digester.group(group, replace(order, **unsent))


def _accepted(edit: Edit, group: Group) -> set[str]:
    """Return the digests of what was sent, of the edit, and of an earlier attempt."""
    digests = (edit.known, edit.now.digests, edit.attempted_digests or edit.known)
    if group in PLACE:
        return {destination_of(known) for known in digests}
    return {group_of(known, group) for known in digests}
