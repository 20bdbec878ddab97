"""Delivery of shortages to the Merchant: reports, holds, and cancellations of the short units.

Money is never refunded, and a whole order is never cancelled for a line that is short.
"""

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from ordosync.failpoints import fault
from ordosync.models import Comment, Outcome, ParcelLine, refused
from ordosync.shortages import ShortageReport
from ordosync.store.links import Link
from ordosync.tasks.base import Portal, Result
from ordosync.tasks.shortages import pieces, problems
from ordosync.tasks.shortages.changes import LineChange, OrderChange
from ordosync.tasks.shortages.stops import stops_of
from ordosync.tasks.shortages.texts import report_of, with_standing
from ordosync.tasks.sku_maps.packs import pack_of, packs

_DONE = Outcome(state="done")
_AGREED = "cancelled in both accounts"
_IN_PACK = refused("does-not-fit", "only a part of a pack is short")


class _Delivered(Struct, kw_only=True):
    """The outcomes of one report."""

    change: OrderChange
    report: ShortageReport
    reported: Outcome = _DONE
    held: Outcome | None = None
    cancelled: Outcome | None = None

    @property
    def is_reported(self) -> bool:
        return self.reported.state in ("done", "unchanged")

    @property
    def is_in_pack(self) -> bool:
        """True if a part of a pack is short, which the Merchant cannot hold or cancel."""
        return any(line.is_in_pack for line in self.change.lines)

    @property
    def unsettled(self) -> Sequence[LineChange]:
        """The lines that the Merchant has to act on; not those that are cancelled there."""
        is_cancelled = self.cancelled is not None and self.cancelled.state != "refused"
        return [line for line in self.change.lines if not is_cancelled or line.after.backordered]


def deliver(portal: Portal, changes: Sequence[OrderChange]) -> list[Result]:
    """Report the changes; return one result for each, in order."""
    whole_ids = [change.link.merchant_id for change in changes if change.is_whole]
    agreed = portal.merchant.cancelled_among(whole_ids) if whole_ids else frozenset()
    agreed |= problems.agreed(portal, changes)
    delivered = [_Delivered(change=change, report=report_of(change)) for change in changes]
    open_ = [each for each in delivered if each.change.link.merchant_id not in agreed]
    if portal.config.shortages.report:
        _report(portal, [each for each in open_ if each.report.text])
    fault("shortage-reported")
    received = [each for each in open_ if each.is_reported and each.report.lines]
    _refuse_in_packs(portal, received)
    received = [each for each in received if not each.is_in_pack]
    if portal.config.shortages.cancel == "lines":
        _cancel(portal, [each for each in received if not each.report.is_whole])
    if portal.config.shortages.hold:
        _hold(portal, [each for each in received if each.cancelled is None])
    return [
        _agreed(each) if each.change.link.merchant_id in agreed else _result(portal, each)
        for each in delivered
    ]


def _report(portal: Portal, delivered: Sequence[_Delivered]) -> None:
    if not delivered:
        return
    part = portal.merchant.shortages
    if part:
        outcomes = part.report([each.report for each in delivered])
        for each, outcome in zip(delivered, outcomes, strict=True):
            each.reported = outcome
    else:
        portal.merchant.comment(
            [
                Comment(key=of.report.key, order_id=of.report.order_id, text=of.report.text)
                for of in delivered
            ]
        )
    portal.supplier.comment(
        [
            Comment(
                key=each.report.key,
                order_id=each.change.shortage.order_id,
                text=f"Reported to the Merchant: {each.report.text}",
            )
            for each in delivered
            if each.is_reported and not each.change.shortage.is_deleted
        ]
    )


def _hold(portal: Portal, delivered: Sequence[_Delivered]) -> None:
    part = portal.merchant.shortages
    if part and part.can_hold and delivered:
        outcomes = part.hold([each.report for each in delivered])
        for each, outcome in zip(delivered, outcomes, strict=True):
            each.held = outcome


def _cancel(portal: Portal, delivered: Sequence[_Delivered]) -> None:
    part = portal.merchant.shortages
    short = [of for of in delivered if any(line.answer == "cancelled" for line in of.report.lines)]
    if part and part.can_cancel and short:
        outcomes = part.cancel([_with_rest(portal, each) for each in short])
        for each, outcome in zip(short, outcomes, strict=True):
            each.cancelled = outcome


def _refuse_in_packs(portal: Portal, delivered: Sequence[_Delivered]) -> None:
    policy = portal.config.shortages
    for each in delivered:
        if each.is_in_pack and policy.cancel == "lines":
            each.cancelled = _IN_PACK
        if each.is_in_pack and policy.hold:
            each.held = _IN_PACK


def _with_rest(portal: Portal, delivered: _Delivered) -> ShortageReport:
    """Return a report with the open units that stay in the order."""
    link, changed = delivered.change.link, delivered.change.lines
    open_units = {line.link.merchant_id: line.open_units for line in changed}
    lines = portal.links.lines_of([link.merchant_id]).get(link.merchant_id, ())
    units = {line: open_units.get(line.merchant_id, line.open_units or 0) for line in lines}
    rest = (
        ParcelLine(line_id=line.merchant_id, quantity=packs(count, pack_of(line)))
        for line, count in units.items()
        if count > 0
    )
    return replace(delivered.report, rest=tuple(rest))


def _agreed(delivered: _Delivered) -> Result:
    """Return the result of what both accounts have cancelled: nothing is reported."""
    change = delivered.change
    links = tuple(_lines(change, is_reported=True))
    if change.is_whole:
        links = (*links, replace(change.link, state="cancelled_by_supplier"))
    outcome = Outcome(state="unchanged", id=change.link.merchant_id, reason=_AGREED)
    return Result(outcome=outcome, links=links)


def _result(portal: Portal, delivered: _Delivered) -> Result:
    """Return the result of a report. It fails as long as the Merchant has to act on it."""
    change = delivered.change
    for outcome in (delivered.reported, delivered.held, delivered.cancelled):
        if outcome and outcome.state in ("unavailable", "unknown"):
            return Result(outcome=outcome)
    links, stops = _links(portal, delivered), stops_of(portal, change)
    if not delivered.is_reported:
        return Result(outcome=delivered.reported, links=links, stops=stops)
    standing = problems.standing(portal, change)
    code = problems.code_of(change, (*delivered.unsettled, *standing))
    if code == problems.CANCELLED and _is_known(portal, change.link):
        code = ""
    if not code:
        outcome = Outcome(state="done", id=change.link.merchant_id)
        return Result(outcome=outcome, links=links, stops=stops)
    notes = [
        f"not {name}: {outcome.reason}"
        for name, outcome in (("held", delivered.held), ("cancelled", delivered.cancelled))
        if outcome and outcome.state == "refused"
    ]
    text = with_standing(delivered.report.text, standing)
    reason = "; ".join([problems.reason_of(code, text), *notes])
    refusal = Outcome(state="refused", code=code, reason=reason)
    return Result(outcome=refusal, links=links, stops=stops)


def _is_known(portal: Portal, link: Link) -> bool:
    """True if update-tracking has a step for the cancellation, which the Merchant settles."""
    return bool(
        portal.links.with_reported_cancellations([link.merchant_id], tasks=("update-tracking",))
    )


def _links(portal: Portal, delivered: _Delivered) -> tuple[Link, ...]:
    change = delivered.change
    lines = tuple(_lines(change, is_reported=delivered.is_reported))
    if change.is_whole:
        return (*lines, replace(change.link, state="cancelled_by_supplier"))
    if change.is_restored:
        return (*lines, replace(change.link, state="live", is_restored=True))
    split = next((of for of in (delivered.cancelled, delivered.held) if of and of.pieces), None)
    if split is None:
        return lines
    return tuple(pieces.links(portal, change, lines, split.pieces))


def _lines(change: OrderChange, *, is_reported: bool) -> list[Link]:
    links = [line.new_link for line in change.lines]
    if is_reported:
        return links
    return [
        replace(link, short=replace(link.short, reported=line.before.reported))
        for link, line in zip(links, change.lines, strict=True)
        if link.short
    ]
