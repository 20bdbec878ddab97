"""The state of an order, and what happens next or what to do, with the command.

Steps that need an operator come first, then waiting steps, then the progress of the order. Each
function returns None if it does not apply.
"""

from collections.abc import Callable

from ordosync.engine.diagnosis.next_attempt import Due, next_run, of_open_step
from ordosync.engine.diagnosis.order_facts import OrderFacts
from ordosync.engine.diagnosis.story import Conclusion
from ordosync.tasks import supplier_status


def conclusion(facts: OrderFacts, due: Due) -> Conclusion:
    """Return the state of an order; `due` is the schedule."""
    rules: tuple[Callable[[OrderFacts, Due], Conclusion | None], ...] = (
        _open_step,
        _of_pieces,
        _ended,
        _shipped,
        _in_conflict,
        _imported,
        _skipped,
        _only_at_supplier,
    )
    for rule in rules:
        found = rule(facts, due)
        if found:
            return found
    return _not_imported(facts, due)


def _open_step(facts: OrderFacts, _: Due) -> Conclusion | None:
    order = ("failed", "sending", "unknown", "waiting")
    steps = sorted(
        (
            step
            for step in facts.steps
            if step.state in order and step.code not in supplier_status.CODES  # see `_ended`
        ),
        key=lambda step: (order.index(step.state), -step.id),
    )
    return of_open_step(steps[0]) if steps else None


def _of_pieces(facts: OrderFacts, due: Due) -> Conclusion | None:
    """Return the state of a split order: that of its first piece that is not done."""
    if not facts.pieces:
        if facts.link and facts.link.state == "split":
            text = "its pieces are orders of their own: ask for them by their numbers"
            return Conclusion(state="split", next=text)
        return None
    ends = [(piece.supplier_id, conclusion(piece, due)) for piece in facts.pieces]
    number, first = next((one for one in ends if one[1].state not in _DONE), ends[0])
    if first.state in _DONE:
        return Conclusion(state="split", next=f"nothing: each of its {len(ends)} pieces is done")
    return Conclusion(state="split", next=f"piece {number} ({first.state}): {first.next}")


def _ended(facts: OrderFacts, due: Due) -> Conclusion | None:
    link = facts.link
    shop, supplier = _names(facts)
    if link is None:
        return None
    if link.state == "cancelled_by_task":
        if facts.is_requested and facts.here and facts.here.status == "dropshipment_requested":
            return Conclusion(
                state="requested-again",
                next=next_run("import-orders", facts.portal.name, due),
            )
        if facts.there and facts.there.is_shipped:
            return None
        if facts.there and facts.there.status in supplier_status.OPEN:
            return _restored(facts)
        return Conclusion(state="cancelled", next=f"nothing, unless {shop} requests it again")
    is_gone = facts.there is not None and facts.there.status == "cancelled"
    if link.state == "cancelled_by_supplier" or is_gone:
        if facts.here and facts.here.status == "cancelled":
            return Conclusion(state="cancelled", next="nothing: both sides have cancelled it")
        return Conclusion(
            state="cancelled-by-supplier",
            next=f"{supplier} cancelled it, and that does not travel: cancel it at {shop}, or"
            f" restore it at {supplier}{_desk(facts, 'restore')}",
        )
    if link.state == "cancel_refused":
        return Conclusion(
            state="cancelled-too-late",
            next=f"{shop} cancelled it when it was shipped: take the parcel back, or void the"
            f" label{_desk(facts, 'ship', '--void')}",
        )
    return None


def _restored(facts: OrderFacts) -> Conclusion:
    """Return what to do with an order that the Supplier has restored."""
    shop, supplier = _names(facts)
    name = facts.portal.name
    if facts.here and facts.here.status == "awaiting_fulfillment":
        text = f"both sides have it open, and both may send it: cancel it at {supplier}"
        return Conclusion(state="open-on-both-sides", next=f"{text}{_desk(facts, 'cancel')}")
    return Conclusion(
        state="restored-by-supplier",
        next=f"{supplier} restored what {shop} cancelled: `ordosync reconcile {name} --fix` cancels"
        f" it there again",
    )


def _shipped(facts: OrderFacts, due: Due) -> Conclusion | None:
    told = facts.told[-1][0] if facts.told else None
    shop, supplier = _names(facts)
    if any(step.code == "no-tracking" for step in facts.steps) and not told:
        return Conclusion(
            state="without-tracking",
            next=f"{shop} waits for a number: add tracking to order {facts.supplier_id}"
            f" at {supplier}",
        )
    is_sent = facts.there.is_shipped if facts.there else None
    if told and told.state == "live" and is_sent is not False:
        return Conclusion(state="shipped", next=f"nothing: it is shipped, and {shop} knows it")
    if facts.link and is_sent:
        told_by = next_run("update-tracking", facts.portal.name, due)
        return Conclusion(state="not-told", next=f"not reported to {shop} yet: {told_by}")
    if told and facts.link:
        return Conclusion(
            state="voided",
            next=f"its label is void: {supplier} ships it again{_desk(facts, 'ship', *_LABEL)}",
        )
    return None


def _in_conflict(facts: OrderFacts, due: Due) -> Conclusion | None:
    if facts.link is None or not facts.here or facts.here.status != "cancelled":
        return None
    shop, supplier = _names(facts)
    return Conclusion(
        state="cancel-not-sent",
        next=f"{shop} cancelled it and {supplier} does not know:"
        f" {next_run('cancel-orders', facts.portal.name, due)}",
    )


def _imported(facts: OrderFacts, _: Due) -> Conclusion | None:
    if facts.link is None:
        return None
    supplier = facts.portal.supplier.name
    return Conclusion(
        state="imported", next=f"{supplier} is to ship it{_desk(facts, 'ship', *_LABEL)}"
    )


def _skipped(facts: OrderFacts, due: Due) -> Conclusion | None:
    steps = [step for step in facts.of_task("import-orders") if step.state == "skipped"]
    if not steps:
        return None
    portal, code = facts.portal.name, steps[-1].code or ""
    retry = f"`ordosync retry {steps[-1].id}`"
    advice = _AFTER_SKIP.get(code, "nothing; when that has changed: {retry}")
    text = advice.format(shop=_names(facts)[0], portal=portal, retry=retry)
    if code == "gone" and facts.is_requested:
        text = next_run("import-orders", portal, due)
    return Conclusion(state="skipped", next=text)


def _only_at_supplier(facts: OrderFacts, due: Due) -> Conclusion | None:
    if facts.there is None:
        return None
    supplier = facts.portal.supplier.name
    if facts.there.reference:
        return Conclusion(
            state="not-linked",
            next="it was made by ordosync, and this database does not know it; it is found by its"
            f" reference and linked, not sent again: "
            f"{next_run('import-orders', facts.portal.name, due)}",
        )
    return Conclusion(
        state="own",
        next=f"nothing: it is {supplier}'s own order, which no portal brought",
    )


def _not_imported(facts: OrderFacts, due: Due) -> Conclusion:
    portal, shop = facts.portal, _names(facts)[0]
    here = facts.here
    again = next_run("import-orders", portal.name, due)
    if here is None:
        return Conclusion(state="not-imported", next=again)
    if here.trouble:
        return Conclusion(state="not-known", next="ask again when the account answers")
    if here.status in ("cancelled", "shipped"):
        return Conclusion(state=here.status, next=f"nothing: {shop} itself {_DID[here.status]} it")
    if here.is_split:
        text = f"its pieces are imported, not itself: {', '.join(here.pieces)}"
        return Conclusion(state="split", next=text)
    if here.supplier is None and portal.merchant.desk:
        return Conclusion(
            state="not-requested",
            next=f"it is not requested from a supplier: {_request(facts)}; or{_ship_here(facts)}",
        )
    if here.supplier and not facts.is_requested:
        return Conclusion(
            state="elsewhere",
            next=f"{shop} requested it from {here.supplier}, not from {facts.wanted_from}:"
            " nothing is to do here",
        )
    return Conclusion(state="not-read-yet", next=again)


def _names(facts: OrderFacts) -> tuple[str, str]:
    return facts.portal.merchant.name, facts.portal.supplier.name


def _desk(facts: OrderFacts, verb: str, *words: str) -> str:
    """Return the command for the Supplier's order; empty if the account is remote."""
    supplier = facts.portal.supplier
    if not supplier.desk:
        return ""
    rest = " ".join(("", *words)) if words else ""
    return f": `ordosync orders {verb} {facts.supplier_id} --account {supplier.name}{rest}`"


def _request(facts: OrderFacts) -> str:
    at = f"{facts.merchant_id} --account {facts.portal.merchant.name}"
    again = f"`ordosync orders restore {at} --supplier {facts.wanted_from}`"
    return f"`ordosync orders cancel {at}`, then {again} requests it"


def _ship_here(facts: OrderFacts) -> str:
    at = f"--account {facts.portal.merchant.name}"
    label = " ".join(_LABEL)
    return f" ship it yourself: `ordosync orders ship {facts.merchant_id} {at} {label}`"


_LABEL = ("--carrier", "CARRIER", "--tracking", "NUMBER")
_DONE = frozenset({"shipped", "cancelled", "split"})
_DID = {"cancelled": "cancelled", "shipped": "shipped"}
_AFTER_SKIP = {
    "before-since": "nothing: set an earlier `since:` in portal {portal} if it is to be sent, then"
    " {retry}",
    "no-lines": "nothing: no line of it is in `products: skus:` of portal {portal}; widen that if"
    " one is this Supplier's, then {retry}",
    "nothing-to-ship": "nothing: all its quantities are 0 at {shop}; if one rises, it is sent",
    "split-after-import": "nothing: the order that it was split from is at the Supplier",
    "cancelled": "nothing: {shop} cancelled it in time",
    "dismissed": "nothing, it was dismissed; to send it after all: {retry}",
}
