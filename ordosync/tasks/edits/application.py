"""Edits that are written to the Supplier's orders, and orders that are held because of an edit.

The Supplier's order is read before the write, so that nothing of the Supplier's is overwritten, and
after it, since a label may be made meanwhile. Each write sets absolute values: after a crash it is
repeated, and changes nothing twice.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import TypeVar

from ordosync.accounts.account import outcome_of
from ordosync.accounts.supplier import SupplierEdits
from ordosync.edits import EditableOrder, Reduction
from ordosync.models import Outcome
from ordosync.tasks.base import Portal, Result, Step
from ordosync.tasks.edits import judgement
from ordosync.tasks.edits.attempt import Attempt, interrupt
from ordosync.tasks.edits.edit import BELOW_SENT, Edit, Problem
from ordosync.tasks.edits.report import report
from ordosync.tasks.edits.texts import without_values

Item = TypeVar("Item")
_FINAL = ("done", "unchanged", "asked", "refused")
"""The states of a call that need no further call. A Supplier that is asked has the edit."""


def apply_edits(portal: Portal, steps: Sequence[Step]) -> Mapping[str, Result]:
    """Write these edits as far as possible, and report what is left of them."""
    links = portal.links.of_merchant("order", [step.merchant_id or "" for step in steps])
    attempts = [
        Attempt(
            step=step,
            edit=step.payload,
            link=link,
            groups=set(step.payload.apply),
            problem=step.payload.problem,
        )
        for step in steps
        if isinstance(step.payload, Edit) and (link := links.get(step.merchant_id or ""))
    ]
    edits = portal.supplier.edits
    if edits is None:
        for attempt in attempts:
            attempt.refuse(judgement.not_able(portal.supplier.name))
    else:
        _write(portal, edits, attempts)
    return {attempt.step.key: report(portal, attempt) for attempt in attempts}


def _write(portal: Portal, edits: SupplierEdits, attempts: Sequence[Attempt]) -> None:
    judgement.check_deadlines(portal, attempts)
    _read(portal, edits, [attempt for attempt in attempts if not judgement.is_over(attempt)])
    judgement.judge(portal, attempts)
    _write_groups(edits, attempts)
    _reduce(portal, attempts)
    _hold(edits, attempts)
    _read_again(edits, attempts)
    _release(edits, attempts)


def _read(portal: Portal, edits: SupplierEdits, attempts: Sequence[Attempt]) -> None:
    """Read the Supplier's orders; of a split order, its pieces."""
    ids = [attempt.link.supplier_id for attempt in attempts]

    def read(_: None) -> Outcome:
        found = {**edits.current(ids)} if ids else {}
        pieces = _pieces(portal, edits, found)
        for attempt in attempts:
            whole = found.get(attempt.link.supplier_id)
            attempt.orders = pieces.get(attempt.link.supplier_id, [whole] if whole else [])
        return Outcome(state="done")

    interrupt(attempts, outcome_of(None, read))


def _pieces(
    portal: Portal, edits: SupplierEdits, found: Mapping[str, EditableOrder]
) -> Mapping[str, list[EditableOrder]]:
    """Return the pieces of each split order, and of its pieces."""
    pieces: dict[str, list[EditableOrder]] = {}
    for id_, state in found.items():
        if state.order and state.order.is_split:
            pieces[id_] = list(_leaves(portal, edits, [id_]))
    return pieces


def _leaves(portal: Portal, edits: SupplierEdits, ids: Sequence[str]) -> Iterator[EditableOrder]:
    splits = portal.supplier.splits
    pages = splits.by_id(ids) if splits and ids else ()
    children = [piece.id for page in pages for split in page.items for piece in split.pieces]
    found = edits.current(children) if children else {}
    for state in found.values():
        if state.order and state.order.is_split:
            yield from _leaves(portal, edits, [state.order_id])
        else:
            yield state


def _write_groups(edits: SupplierEdits, attempts: Sequence[Attempt]) -> None:
    calls = [
        (attempt, edit) for attempt in attempts if attempt.writes for edit in attempt.order_edits
    ]
    outcomes = _outcomes(edits.write, [edit for _, edit in calls])
    for (attempt, edit), outcome in zip(calls, outcomes, strict=True):
        _note(attempt, edit.groups, outcome)
        if outcome.state in ("done", "unchanged") and edit.lines:
            attempt.line_ids = outcome.line_ids
        if outcome.state == "done" and outcome.code:
            attempt.warning = outcome


def _reduce(portal: Portal, attempts: Sequence[Attempt]) -> None:
    calls = [
        (attempt, Reduction(order_id=attempt.link.supplier_id, lines=attempt.plan.lowered))
        for attempt in attempts
        if attempt.writes and "lines" in attempt.groups and attempt.plan and attempt.plan.lowered
    ]
    if not calls:
        return
    cancellations = portal.supplier.cancellations
    if cancellations is None or not cancellations.can_reduce:
        for attempt, _ in calls:
            attempt.refuse(judgement.not_able(portal.supplier.name), ("lines",))
        return
    outcomes = _outcomes(cancellations.reduce, [reduction for _, reduction in calls])
    for (attempt, _), outcome in zip(calls, outcomes, strict=True):
        if outcome.code == "already-shipped":
            attempt.refuse(Problem(code=BELOW_SENT, reason=outcome.reason), ("lines",))
        else:
            _note(attempt, {"lines"}, outcome)


def _note(attempt: Attempt, groups: Iterable[str], outcome: Outcome) -> None:
    """Note the outcome of a call."""
    attempt.is_written = attempt.is_written or outcome.state != "refused"
    if outcome.state not in _FINAL:
        attempt.interrupted = attempt.interrupted or outcome
    elif outcome.state == "refused":
        reason = without_values(outcome.reason, attempt.edit.order)
        attempt.refuse(Problem(code=outcome.code, reason=reason), groups)


def _hold(edits: SupplierEdits, attempts: Sequence[Attempt]) -> None:
    for attempt in attempts:
        if not attempt.edit.hold or attempt.interrupted or not attempt.orders:
            continue
        if attempt.problem and attempt.problem.code in judgement.OF_WHOLE_ORDER:
            continue
        ids = [state.order_id for state in attempt.orders if not state.is_held]
        is_address = bool({"address", "contact"} & set(attempt.edit.hold))
        hold = partial(edits.hold, reason="address" if is_address else "other")
        outcomes = _outcomes(hold, ids)
        for outcome in outcomes:
            _note_hold(attempt, outcome)
        attempt.is_held = attempt.interrupted is None and not any(
            outcome.state == "refused" for outcome in outcomes
        )


def _note_hold(attempt: Attempt, outcome: Outcome) -> None:
    if outcome.state not in _FINAL:
        attempt.interrupted = attempt.interrupted or outcome
    elif outcome.state == "refused":
        reason = without_values(outcome.reason, attempt.edit.order)
        attempt.problem = attempt.problem or Problem(code=outcome.code, reason=reason)


def _read_again(edits: SupplierEdits, attempts: Sequence[Attempt]) -> None:
    written = [attempt for attempt in attempts if attempt.is_written and not attempt.interrupted]
    ids = [state.order_id for attempt in written for state in attempt.orders]

    def read(_: None) -> Outcome:
        found = edits.current(ids) if ids else {}
        for attempt in written:
            now = [found[state.order_id] for state in attempt.orders if state.order_id in found]
            attempt.check(now)
        return Outcome(state="done")

    interrupt(written, outcome_of(None, read))


def _release(edits: SupplierEdits, attempts: Sequence[Attempt]) -> None:
    """End the holds of orders whose edits are settled."""
    for attempt in attempts:
        is_held = attempt.edit.is_held or any(state.is_held for state in attempt.orders)
        if not is_held or attempt.edit.hold or attempt.interrupted:
            continue
        if attempt.left and attempt.problem:
            # It stays held until an operator has settled it.
            attempt.is_held = attempt.edit.is_held
            continue
        for outcome in _outcomes(edits.release, [state.order_id for state in attempt.orders]):
            _note_hold(attempt, outcome)


def _outcomes(call: Callable[[list[Item]], list[Outcome]], items: list[Item]) -> list[Outcome]:
    """Return the outcomes of a call for all items; none for no items."""
    return call(items) if items else []
