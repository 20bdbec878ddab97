"""Events of an order, as sentences.

The actions of users come from the timelines of local accounts, those of ordosync from the store.
The timelines have the latter, too; they count only if the store does not know the order.
"""

from collections.abc import Iterator

from ordosync.engine.diagnosis.account_lookup import AccountView
from ordosync.engine.diagnosis.order_facts import OrderFacts
from ordosync.engine.diagnosis.story import Event
from ordosync.store.step_rows import StepRow
from ordosync.tasks import supplier_status
from ordosync.tasks.order_notices import is_notice

_BY_PEOPLE = "desk"


def events(facts: OrderFacts, *, piece: str = "") -> Iterator[Event]:
    """Yield all events of an order and its pieces, in no particular order."""
    shop, supplier = facts.portal.merchant.name, facts.portal.supplier.name
    yield from _deeds(facts, facts.here, shop, facts.merchant_id, piece)
    yield from _deeds(facts, facts.there, supplier, facts.supplier_id, piece)
    about = f"{piece}: " if piece else ""
    for event in (*_imported(facts), *_told(facts), *_steps(facts)):
        yield Event(at=event.at, text=f"{about}{event.text}")
    for part in facts.pieces:
        yield from events(part, piece=part.supplier_id or "")


def _deeds(
    facts: OrderFacts, seen: AccountView | None, account: str, number: str | None, piece: str
) -> Iterator[Event]:
    if seen is None:
        return
    where = f"{account}, {number}" if piece else account
    if seen.placed_at and not seen.deeds:
        yield Event(at=seen.placed_at, text=f"{where}: placed")
    for one in seen.deeds:
        if one.actor == _BY_PEOPLE:
            yield Event(at=one.at, text=f"{where}: {_small(one.text)}")
        elif not facts.imported:
            yield Event(at=one.at, text=f"{where}: {_small(one.text)} ({one.actor})")
    if seen.trouble:
        yield Event(at=None, text=f"could not be asked: {seen.trouble}")
    elif seen.status and not seen.deeds:
        yield Event(at=None, text=f"{where}: it is {seen.status.replace('_', ' ')} there now")


def _imported(facts: OrderFacts) -> Iterator[Event]:
    supplier = facts.portal.supplier.name
    for link, at in facts.imported:
        order = f"order {link.supplier_id} of {supplier}"
        if facts.is_piece:
            shop = facts.portal.merchant.name
            yield Event(at=at, text=f"linked: piece {link.merchant_id} of {shop} is {order}")
        elif link.generation > 1:
            yield Event(at=at, text=f"imported again, as {order}")
        else:
            yield Event(at=at, text=f"imported as {order}")


def _told(facts: OrderFacts) -> Iterator[Event]:
    """Yield the parcels that were reported to the Merchant; old ones are known by links only."""
    shop = facts.portal.merchant.name
    done = {
        step.key: step
        for step in facts.of_task("update-tracking")
        if step.state == "done" and step.content not in supplier_status.CODES
    }
    for link, at in facts.told:
        if link.supplier_id not in done:
            number = link.supplier_id.rpartition(":")[2]
            yield Event(at=at, text=f"tracking {number} was reported to {shop}")
    for step in done.values():
        yield Event(at=step.updated_at, text=f"{_parcel(step)} was reported to {shop}")


def _steps(facts: OrderFacts) -> Iterator[Event]:
    shop, supplier = facts.portal.merchant.name, facts.portal.supplier.name
    for step in facts.steps:
        text = _SAY[step.task](step, shop, supplier)
        if text:
            yield Event(at=step.updated_at, text=text)
        if step.task == "import-orders" and step.state != "done" and _is_order(step):
            yield Event(at=step.created_at, text=f"read from {shop}")


def _import(step: StepRow, shop: str, supplier: str) -> str:
    if step.key.endswith(":edit"):
        return f"{shop}: {step.reason or step.code or 'was edited'}"
    if is_notice(step.key) and step.state in ("done", "failed", "skipped"):
        return _remark(step, shop)
    if step.state == "done":
        return ""
    if step.code == "edited":  # Written by versions in which edits had no steps of their own.
        return f"was edited at {shop} after it was sent; edits do not travel"
    if step.state == "skipped":
        return f"not imported: {step.reason}"
    return _open(step, f"send it to {supplier}")


def _remark(step: StepRow, shop: str) -> str:
    code = step.key.rpartition(":")[2]
    if code == "reassigned":
        return f"{shop} gave it to another supplier after it was imported; it is not recalled"
    return f"{shop} requested it again, and it was not sent again: the Supplier had cancelled it"


def _split(step: StepRow, shop: str, _: str) -> str:
    return f"{shop} split it alike" if step.state == "done" else _open(step, f"split it at {shop}")


def _tracking(step: StepRow, shop: str, supplier: str) -> str:
    if step.state == "done":
        return ""
    if step.content in supplier_status.CODES:
        return step.reason or ""
    if step.code == "no-tracking":
        return f"{supplier}: {step.reason}"
    return _open(step, f"report {_parcel(step)} to {shop}")


def _cancel(step: StepRow, shop: str, supplier: str) -> str:
    if step.state == "done":
        return f"cancelled at {supplier}, since {shop} cancelled it"
    return _open(step, f"cancel it at {supplier}")


def _open(step: StepRow, doing: str) -> str:
    """Return what failed, with the reason of the refusal."""
    why = step.reason or "no reason was given"
    if step.state in ("sending", "unknown"):
        return f"tried to {doing}; whether it arrived is not known: {why}"
    if step.state == "skipped" or not step.attempts:
        return f"did not {doing}: {why}"
    times = "once" if step.attempts == 1 else f"{step.attempts} times"
    return f"tried {times} to {doing}: {why}"


def _parcel(step: StepRow) -> str:
    number = step.key.removesuffix(":void").rpartition(":")[2]
    if step.content.endswith(":void"):
        return f"void tracking {number}"
    return f"tracking {number}"


def _is_order(step: StepRow) -> bool:
    """True for the step that sends the order, and not for a notice about it."""
    return step.key.rpartition("#")[2].isdigit()


def _small(text: str) -> str:
    return text[:1].lower() + text[1:]


_SAY = {
    "import-orders": _import,
    "split-order": _split,
    "update-tracking": _tracking,
    "cancel-orders": _cancel,
}
