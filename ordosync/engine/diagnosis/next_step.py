"""The state of an order, and the next step with its command.

Steps that need an operator come first, then waiting steps, then the progress of the order. Each
function returns None if it does not apply.
"""

from collections.abc import Callable
from dataclasses import replace

from ordosync.engine.diagnosis.after_skip import after_skip
from ordosync.engine.diagnosis.next_attempt import Due, next_run, of_open_step
from ordosync.engine.diagnosis.order_facts import OrderFacts
from ordosync.engine.diagnosis.story import Conclusion, states_of
from ordosync.tasks.cancellations import supplier_status


def conclusion(facts: OrderFacts, due: Due) -> Conclusion:
    """Return the state of an order; `due` is the schedule."""
    rules: tuple[Callable[[OrderFacts, Due], Conclusion | None], ...] = (
        _open_step,
        _of_pieces,
        _cancelled,
        _shipped,
        _in_conflict,
        _imported,
        _skipped,
        _only_at_supplier,
    )
    for rule in rules:
        result = rule(facts, due)
        if result:
            return result
    return _not_imported(facts, due)


def _open_step(facts: OrderFacts, _: Due) -> Conclusion | None:
    order = ("failed", "sending", "unknown", "waiting", "held")
    steps = sorted(
        (
            step
            for step in facts.steps
            if step.state in order and step.code not in supplier_status.CODES  # see `_cancelled`
        ),
        key=lambda step: (order.index(step.state), -step.id),
    )
    return of_open_step(steps[0]) if steps else None


def _of_pieces(facts: OrderFacts, due: Due) -> Conclusion | None:
    """Return the state of a split order: that of its first piece that is not done."""
    if not facts.pieces:
        if facts.link and facts.link.state == "split":
            text = "its pieces are separate orders: run `ordosync why` with their numbers"
            return Conclusion(state="split", next=text)
        return None
    conclusions = [(_name_of(facts, piece), _of_piece(facts, piece, due)) for piece in facts.pieces]
    waiting = [(number, piece) for number, piece in conclusions if piece.state not in _DONE]
    if not waiting:
        return Conclusion(
            state="split",
            next=f"nothing: each of its {len(conclusions)} pieces is done",
            detail=states_of([piece for _, piece in conclusions]),
        )
    (number, first), *others = sorted(waiting, key=lambda pair: pair[1].state != "failed")
    rest = "".join(f"; piece {name} is open, too ({piece.text})" for name, piece in others)
    return Conclusion(state="split", next=f"piece {number} ({first.text}): {first.next}{rest}")


def _of_piece(facts: OrderFacts, piece: OrderFacts, due: Due) -> Conclusion:
    """Return the state of a piece.

    If pieces share the Supplier's order, and it is sent in part, its status is not that of a piece
    whose units are all sent.
    """
    shared = piece.at_supplier if piece.supplier_id == facts.supplier_id else None
    if shared and shared.status == "partially_shipped" and piece.reported and not piece.units.open:
        piece = replace(piece, at_supplier=None)
    return conclusion(piece, due)


def _name_of(facts: OrderFacts, piece: OrderFacts) -> str | None:
    """Return the name of a piece; pieces that only the Merchant has share one Supplier's order."""
    is_parcel = piece.supplier_id == facts.supplier_id
    return piece.merchant_id if is_parcel else piece.supplier_id


def _cancelled(facts: OrderFacts, due: Due) -> Conclusion | None:
    link = facts.link
    shop, supplier = _names(facts)
    if link is None:
        return None
    if link.state == "cancelled_by_task":
        if (
            facts.is_requested
            and facts.at_merchant
            and facts.at_merchant.status in ("dropshipment_requested", "partially_shipped")
        ):
            return Conclusion(
                state="requested-again",
                next=next_run("import-orders", facts.portal.name, due),
            )
        if facts.at_supplier and facts.at_supplier.is_shipped:
            return None
        if facts.at_supplier and facts.at_supplier.status in supplier_status.OPEN:
            return _restored(facts)
        return Conclusion(state="cancelled", next=f"nothing, unless {shop} requests it again")
    is_gone = facts.at_supplier is not None and facts.at_supplier.status == "cancelled"
    if link.state == "cancelled_by_supplier" or is_gone:
        if facts.at_merchant and facts.at_merchant.status == "cancelled":
            return Conclusion(state="cancelled", next="nothing: both sides have cancelled it")
        return Conclusion(
            state="cancelled-by-supplier",
            next=f"{supplier} cancelled it; no task cancels it at {shop}: cancel it there, or"
            f" restore it at {supplier}{_desk(facts, 'restore')}",
        )
    if link.state == "cancel_refused":
        return Conclusion(
            state="cancelled-too-late",
            next=f"{shop} cancelled it after it was shipped: take the parcel back, or void the"
            f" label{_desk(facts, 'ship', '--void')}",
        )
    return None


def _restored(facts: OrderFacts) -> Conclusion:
    """Return the conclusion for an order that the Supplier has restored."""
    shop, supplier = _names(facts)
    name = facts.portal.name
    if facts.at_merchant and facts.at_merchant.status in _UNASSIGNED:
        text = f"it is open on both sides, so both may send it: cancel it at {supplier}"
        return Conclusion(state="open-on-both-sides", next=f"{text}{_desk(facts, 'cancel')}")
    return Conclusion(
        state="restored-by-supplier",
        next=f"{supplier} restored it after {shop} cancelled it:"
        f" `ordosync reconcile {name} --fix` cancels it again",
    )


def _shipped(facts: OrderFacts, due: Due) -> Conclusion | None:
    reported = facts.reported[-1][0] if facts.reported else None
    shop, supplier = _names(facts)
    if any(step.code == "no-tracking" for step in facts.steps) and not reported:
        return Conclusion(
            state="without-tracking",
            next=f"{shop} has no tracking number: add it to order {facts.supplier_id}"
            f" at {supplier}",
        )
    is_sent = facts.at_supplier.is_shipped if facts.at_supplier else None
    is_live = any(link.state == "live" for link, _ in facts.reported)
    if is_live and facts.units.open:
        return _sent_in_part(facts, is_complete=bool(is_sent))
    if reported and reported.state == "live" and is_sent is not False:
        return Conclusion(
            state="shipped", next=f"nothing: it is shipped, and {shop} has {_its_numbers(facts)}"
        )
    if facts.link and is_sent:
        next_report = next_run("update-tracking", facts.portal.name, due)
        return Conclusion(state="not-told", next=f"not reported to {shop} yet: {next_report}")
    if reported and facts.link:
        return Conclusion(
            state="voided",
            next=f"its label is void: waiting for {supplier} to ship it"
            f"{_desk(facts, 'ship', *_LABEL)}",
        )
    return None


def _its_numbers(facts: OrderFacts) -> str:
    """Return how many tracking numbers the Merchant has; without its account, by the parcels."""
    sides = (facts.at_merchant, facts.at_supplier)
    counts = (side.tracking_count for side in sides if side)
    parcels = sum(link.state == "live" for link, _ in facts.reported)
    count = next(filter(None, counts), parcels)
    return "the tracking number" if count == 1 else f"the {count} tracking numbers"


def _sent_in_part(facts: OrderFacts, *, is_complete: bool) -> Conclusion:
    """Return the conclusion for the remaining units of a partially sent order."""
    shop, supplier = _names(facts)
    units = f"{facts.units.open} unit{'s' * (facts.units.open != 1)}"
    if is_complete:
        text = f"{supplier} has closed it without {units}: order them again, or cancel them at"
        return Conclusion(state="partially-shipped", next=f"{text} {shop}")
    return Conclusion(
        state="partially-shipped",
        next=f"waiting for {supplier} to ship the other {units}{_desk(facts, 'ship', *_LABEL)}",
    )


def _in_conflict(facts: OrderFacts, due: Due) -> Conclusion | None:
    if facts.link is None or not facts.at_merchant or facts.at_merchant.status != "cancelled":
        return None
    shop, supplier = _names(facts)
    return Conclusion(
        state="cancel-not-sent",
        next=f"{shop} cancelled it, and {supplier} has not been informed yet:"
        f" {next_run('cancel-orders', facts.portal.name, due)}",
    )


def _imported(facts: OrderFacts, _: Due) -> Conclusion | None:
    if facts.link is None:
        return None
    supplier = facts.portal.supplier.name
    return Conclusion(
        state="imported",
        next=f"waiting for {supplier} to ship it{_desk(facts, 'ship', *_LABEL)}",
    )


def _skipped(facts: OrderFacts, due: Due) -> Conclusion | None:
    steps = [step for step in facts.of_task("import-orders") if step.state == "skipped"]
    return Conclusion(state="skipped", next=after_skip(facts, steps[-1], due)) if steps else None


def _only_at_supplier(facts: OrderFacts, due: Due) -> Conclusion | None:
    if facts.at_supplier is None:
        return None
    supplier = facts.portal.supplier.name
    if facts.at_supplier.reference:
        return Conclusion(
            state="not-linked",
            next="ordosync created it, but this database has no link to it; the next import finds"
            " it by its reference and links it, without sending it again:"
            f" {next_run('import-orders', facts.portal.name, due)}",
        )
    return Conclusion(
        state="own",
        next=f"nothing: it is {supplier}'s own order, not imported by a portal",
    )


def _not_imported(facts: OrderFacts, due: Due) -> Conclusion:
    portal, shop = facts.portal, _names(facts)[0]
    at_merchant = facts.at_merchant
    next_import = next_run("import-orders", portal.name, due)
    if at_merchant is None:
        return Conclusion(state="not-imported", next=next_import)
    if at_merchant.trouble:
        return Conclusion(
            state="not-known", next="run `ordosync why` again when the account answers"
        )
    if at_merchant.status in ("cancelled", "shipped"):
        return Conclusion(
            state=at_merchant.status, next=f"nothing: {shop} itself {_VERBS[at_merchant.status]} it"
        )
    if at_merchant.is_split:
        text = f"it was split; its pieces are imported: {', '.join(at_merchant.pieces)}"
        return Conclusion(state="split", next=text)
    if at_merchant.supplier is None and portal.merchant.desk:
        return Conclusion(
            state="not-requested",
            next=f"it is not requested from a supplier: {_request(facts)};"
            f" or{_ship_at_merchant(facts)}",
        )
    if at_merchant.supplier and not facts.is_requested:
        return Conclusion(
            state="elsewhere",
            next=f"{shop} requested it from {at_merchant.supplier}, not from {facts.supplier_name}:"
            " nothing to do in this portal",
        )
    return Conclusion(state="not-read-yet", next=next_import)


def _names(facts: OrderFacts) -> tuple[str, str]:
    return facts.portal.merchant.name, facts.portal.supplier.name


def _desk(facts: OrderFacts, verb: str, *words: str) -> str:
    """Return the command for the Supplier's order; empty if the account is remote."""
    supplier = facts.portal.supplier
    if not supplier.desk:
        return ""
    options = " ".join(("", *words)) if words else ""
    return f": `ordosync orders {verb} {facts.supplier_id} --account {supplier.name}{options}`"


def _request(facts: OrderFacts) -> str:
    order = f"{facts.merchant_id} --account {facts.portal.merchant.name}"
    request = f"`ordosync orders restore {order} --supplier {facts.supplier_name}`"
    return f"`ordosync orders cancel {order}`, then {request} requests it"


def _ship_at_merchant(facts: OrderFacts) -> str:
    account = f"--account {facts.portal.merchant.name}"
    label = " ".join(_LABEL)
    return f" ship it yourself: `ordosync orders ship {facts.merchant_id} {account} {label}`"


_LABEL = ("--carrier", "CARRIER", "--tracking", "NUMBER")
_UNASSIGNED = ("awaiting_fulfillment", "partially_shipped")
"""Statuses of an order that the Merchant sends itself, if it does not request it."""
_DONE = frozenset({"shipped", "cancelled", "split"})
_VERBS = {"cancelled": "cancelled", "shipped": "shipped"}
