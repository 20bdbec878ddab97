"""Events of an order, as sentences.

The actions of users come from the timelines of local accounts, those of ordosync from the store.
A timeline also has the actions of ordosync; they count only if the store does not have the order.
"""

from collections.abc import Iterator
from dataclasses import replace

from ordosync.engine.diagnosis.account_lookup import AccountView
from ordosync.engine.diagnosis.order_facts import OrderFacts
from ordosync.engine.diagnosis.story import Event, Side
from ordosync.store.concerns import step_key
from ordosync.store.links import Link
from ordosync.store.step_rows import StepRow
from ordosync.tasks.cancellations import reductions, supplier_status
from ordosync.tasks.orders.notices import DELETED, REASSIGNED, is_notice
from ordosync.tasks.shortages import problems

_USER = "desk"


def events(facts: OrderFacts, *, piece: str = "") -> Iterator[Event]:
    """Yield all events of an order and its pieces, in no particular order."""
    shop, supplier = facts.portal.merchant.name, facts.portal.supplier.name
    at_shop = f"{shop}, {facts.merchant_id}" if piece else shop
    at_supplier = f"{supplier}, {facts.supplier_id}" if piece else supplier
    is_linked = bool(facts.imported)
    yield from _timeline(facts.at_merchant, "merchant", at_shop, is_linked=is_linked)
    yield from _timeline(facts.at_supplier, "supplier", at_supplier, is_linked=is_linked)
    about = f"{piece}: " if piece else ""
    for event in (*_imported(facts), *_reported(facts), *_steps(facts)):
        yield replace(event, text=f"{about}{event.text}", is_sync=True)
    for event in _dismissed(facts):
        yield replace(event, text=f"{about}{event.text}")
    for part in facts.pieces:
        yield from events(part, piece=part.supplier_id or "")


def _timeline(
    view: AccountView | None, side: Side, place: str, *, is_linked: bool
) -> Iterator[Event]:
    if view is None:
        return
    if view.placed_at and not view.timeline:
        yield Event(at=view.placed_at, text=f"{place}: placed", side=side)
    for entry in view.timeline:
        text = f"{place}: {_uncapitalized(entry.text)}"
        if entry.actor == _USER:
            yield Event(at=entry.at, text=text, side=side)
        elif not is_linked:
            yield Event(at=entry.at, text=f"{text} ({entry.actor})", side=side)
    if view.trouble:
        yield Event(at=None, text=f"could not be read: {view.trouble}", side=side)
    elif view.status and not view.timeline:
        status = view.status.replace("_", " ")
        yield Event(at=None, text=f"{place}: {status} now", side=side)


def _imported(facts: OrderFacts) -> Iterator[Event]:
    supplier = facts.portal.supplier.name
    for link, at in facts.imported:
        order = f"order {link.supplier_id} of {supplier}"
        if facts.is_piece:
            text = f"linked: piece {link.merchant_id} of {facts.portal.merchant.name} is {order}"
        elif link.generation > 1:
            text = f"imported again, as {order}"
        else:
            text = f"imported as {order}{_units_sent(facts, link)}"
        yield Event(at=at, text=text, side="supplier")


def _units_sent(facts: OrderFacts, link: Link) -> str:
    """Return the lines and units with which the order was created, if the log has them."""
    key = f"{link.merchant_id}#{link.generation}"
    written = [step.written for step in facts.of_task("import-orders") if step.key == key]
    if not written or not written[0]:
        return ""
    left_out = written[0].left_out
    return f": {written[0].size}" + (f"; {left_out.text}" if left_out else "")


def _reported(facts: OrderFacts) -> Iterator[Event]:
    """Yield the parcels that were reported to the Merchant; old ones have only a link, no step."""
    shop = facts.portal.merchant.name
    done = {
        step.key: step
        for step in facts.of_task("update-tracking")
        if step.state == "done" and step.content not in supplier_status.CODES
    }
    for link, at in facts.reported:
        if link.supplier_id not in done:
            number = link.supplier_id.rpartition(":")[2]
            text = f"tracking {number} was reported to {shop}"
            yield Event(at=at, text=text, side="merchant")
    for step in done.values():
        text = f"{_parcel(step)} was reported to {shop}"
        yield Event(at=step.updated_at, text=text, side="merchant")


def _dismissed(facts: OrderFacts) -> Iterator[Event]:
    """Yield the dismissals, each after its problem if its step has another one now."""
    reopened = {
        step_key(facts.portal.name, step.task, step.key)
        for step in facts.steps
        if step.state == "failed"
    }
    for closed in facts.dismissals:
        if closed.key in reopened:
            yield Event(at=closed.since, text=f"failed ({closed.code})", is_sync=True)
        note = f": {closed.note}" if closed.note else ""
        yield Event(at=closed.dismissed_at, text=f"dismissed ({closed.code}){note}")


def _steps(facts: OrderFacts) -> Iterator[Event]:
    shop, supplier = facts.portal.merchant.name, facts.portal.supplier.name
    for step in facts.steps:
        if step.task == "import-orders" and step.state != "done" and _is_order(step):
            yield Event(at=step.created_at, text=f"read from {shop}", side="merchant")
        text = _TEXTS[step.task](step, shop, supplier)
        if text:
            yield Event(at=step.updated_at, text=text, side=_side(step))


def _side(step: StepRow) -> Side:
    """Return the account that the step writes to, or in which its order was edited."""
    is_read = step.task == "import-orders" and not _is_order(step)
    return "merchant" if is_read else _SIDES[step.task]


def _import(step: StepRow, shop: str, supplier: str) -> str:
    if step.key.endswith(":edit"):
        return f"{shop}: {step.reason or step.code or 'was edited'}"
    if is_notice(step.key) and step.state in ("done", "failed", "skipped"):
        return _notice(step, shop)
    if step.state == "done":
        return ""
    if step.code == "edited":
        # Written by versions in which edits had no separate steps.
        return f"was edited at {shop} after it was sent; edits are not sent"
    if step.state == "skipped":
        return f"not imported: {step.reason}"
    return _failure(step, f"send it to {supplier}")


def _notice(step: StepRow, shop: str) -> str:
    code = step.key.rpartition(":")[2]
    if code == REASSIGNED:
        return f"{shop} assigned it to another supplier after the import; it is not recalled"
    if code == DELETED:
        return f"{shop} deleted it after the import; it was not cancelled"
    return f"{shop} requested it again; it was not sent again, because the Supplier cancelled it"


def _split(step: StepRow, shop: str, _: str) -> str:
    if step.state == "done":
        return f"split mirrored at {shop}{_values(step)}"
    return _failure(step, f"split it at {shop}")


def _tracking(step: StepRow, shop: str, supplier: str) -> str:
    if step.state == "done":
        return ""
    if step.content in supplier_status.CODES:
        return step.reason or ""
    if step.code == "no-tracking":
        return f"{supplier}: {step.reason}"
    return _failure(step, f"report {_parcel(step)} to {shop}")


def _shortage(step: StepRow, shop: str, supplier: str) -> str:
    if step.state == "done":
        return f"shortage of {supplier} reported to {shop}{_values(step)}"
    if step.code in problems.CODES:
        return f"{supplier}: {step.reason or step.code}"
    return _failure(step, f"report a shortage to {shop}")


def _cancel(step: StepRow, shop: str, supplier: str) -> str:
    if reductions.is_about(step):
        if step.state == "done":
            return f"units removed at {supplier}, because {shop} cancelled them{_values(step)}"
        return _failure(step, f"remove units at {supplier}")
    if step.state == "done":
        return f"cancelled at {supplier}, because {shop} cancelled it"
    return _failure(step, f"cancel it at {supplier}")


def _failure(step: StepRow, action: str) -> str:
    """Return the action that failed, and the reason."""
    reason = step.reason or "no reason was given"
    if step.state in ("sending", "unknown"):
        return f"tried to {action}; it is unknown whether it arrived: {reason}"
    if step.state == "skipped" or not step.attempts:
        return f"did not {action}: {reason}"
    times = "once" if step.attempts == 1 else f"{step.attempts} times"
    return f"tried {times} to {action}: {reason}"


def _parcel(step: StepRow) -> str:
    number = step.key.removesuffix(":void").rpartition(":")[2]
    if step.content.endswith(":void"):
        return f"void tracking {number}"
    details = step.written.parcel if step.written else ""
    return f"tracking {number} ({details})" if details else f"tracking {number}"


def _values(step: StepRow) -> str:
    """Return what the step has written, in parentheses; empty if the log does not have it."""
    return f" ({step.written.text})" if step.written else ""


def _is_order(step: StepRow) -> bool:
    """True for the step that sends the order, and not for a notice about it."""
    return step.key.rpartition("#")[2].isdigit()


def _uncapitalized(text: str) -> str:
    return text[:1].lower() + text[1:]


_TEXTS = {
    "import-orders": _import,
    "split-order": _split,
    "update-tracking": _tracking,
    "report-shortages": _shortage,
    "cancel-orders": _cancel,
}
_SIDES: dict[str, Side] = {
    "import-orders": "supplier",
    "split-order": "merchant",
    "update-tracking": "merchant",
    "report-shortages": "merchant",
    "cancel-orders": "supplier",
}
"""The account that each task writes to."""
