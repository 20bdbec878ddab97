"""Shortages of the Supplier in the Merchant's orders: a comment and a tag.

Ordoro cannot hold an order, so the tag shows users that they must decide. Units are cancelled as a
piece that is split off, so that stock and history stay right. A lower quantity would leave the
totals of the order as they were.
"""

from collections import Counter
from collections.abc import Sequence

from ordosync.accounts.ordoro.client import OPEN, OrdoroClient, path
from ordosync.accounts.ordoro.merchant_splits import MerchantSplits
from ordosync.accounts.ordoro.order_tags import OrderTag
from ordosync.accounts.ordoro.parcel_pieces import found_piece
from ordosync.accounts.ordoro.schema import OrderShape
from ordosync.accounts.report_marks import mark_of, text_of
from ordosync.accounts.service_client import recheck_refusals
from ordosync.models import Outcome, ParcelLine, Piece, PieceLine, Split, refused
from ordosync.shortages import ShortageReport

TAG = "supplier-short"
_TWO = 2
"""The cancelled piece, and the piece with the other units."""


class MerchantShortages:
    """Reports of shortages, and the cancellation of short units."""

    can_hold = True
    can_cancel = True

    def __init__(self, client: OrdoroClient, splits: MerchantSplits) -> None:
        self._client = client
        self._splits = splits
        self._tag = OrderTag(client, TAG)

    def report(self, reports: Sequence[ShortageReport]) -> list[Outcome]:
        """Add a comment and the tag to these orders; of a split order, to its pieces."""
        return self._client.service.write_each(
            reports, recheck_refusals(self._report), key=lambda report: report.order_id
        )

    def hold(self, reports: Sequence[ShortageReport]) -> list[Outcome]:
        """Add the tag to these orders, unless users removed it after the same report."""
        return self._client.service.write_each(
            reports, recheck_refusals(self._hold), key=lambda report: report.order_id
        )

    def cancel(self, reports: Sequence[ShortageReport]) -> list[Outcome]:
        """Split the units that will never come off these orders, and cancel that piece."""
        return self._client.service.write_each(
            reports, recheck_refusals(self._cancel), key=lambda report: report.order_id
        )

    def _report(self, report: ShortageReport) -> Outcome:
        orders = self._orders(report)
        unreported = [order for order in orders if not _has_report(order, report)]
        for order in unreported:
            # A report without the tag then means that users removed the tag.
            self._tag.add(order)
            self._client.comment(order.order_number, text_of(report))
        return _outcome(report, orders, written=bool(unreported))

    def _hold(self, report: ShortageReport) -> Outcome:
        orders = self._orders(report)
        untagged = [
            order
            for order in orders
            if not self._tag.is_on(order) and not _has_report(order, report)
        ]
        for order in untagged:
            self._tag.add(order)
        return _outcome(report, orders, written=bool(untagged))

    def _orders(self, report: ShortageReport) -> list[OrderShape]:
        """Return the order, or its pieces with short lines, the open ones if there are any."""
        names = {line.line_id.partition(":")[2] for line in report.lines}
        leaves = list(self._client.leaves(report.order_id))
        short = [leaf for leaf in leaves if any(line.key in names for line in leaf.lines)]
        orders = short or leaves
        return [order for order in orders if order.status in OPEN] or orders

    def _cancel(self, report: ShortageReport) -> Outcome:
        number = report.order_id
        short = [line for line in report.lines if line.answer == "cancelled" and line.quantity]
        if not short:
            return Outcome(state="unchanged", id=number)
        parts = [ParcelLine(line_id=line.line_id, quantity=line.quantity) for line in short]
        order = self._client.order(number, f"read order {number}")
        if order is None:
            return self._cancel_found(report, parts)
        outcome = self._split_off(order, parts)
        return self._cancel_piece(outcome) if outcome.pieces else outcome

    def _split_off(self, order: OrderShape, parts: Sequence[ParcelLine]) -> Outcome:
        number = order.order_number
        units = Counter({part.line_id: part.quantity for part in parts})
        ordered = Counter({line.full_id: line.quantity for line in order.lines})
        if units - ordered:
            return refused("more-than-ordered", f"order {number} has fewer units than are short")
        if units == ordered:
            reason = f"no unit of order {number} comes; cancel the order, or ask for another date"
            return refused("whole-order", reason)
        pieces = (_piece(units), _piece(ordered - units))
        [outcome] = self._splits.split([Split(order_id=number, pieces=pieces)])
        return outcome

    def _cancel_piece(self, outcome: Outcome) -> Outcome:
        piece = outcome.pieces[0].id
        where, action = path("order", piece, "cancel"), f"cancel the short units, {piece}"
        order = self._client.order(piece, f"read order {piece}")
        if order is None or order.status not in (*OPEN, "cancelled"):
            return refused("already-shipped", f"the piece {piece} with the short units is shipped")
        if order.status == "cancelled":
            return outcome
        self._client.http.send("POST", where, OrderShape, action=action)
        return Outcome(state="done", id=outcome.id, pieces=outcome.pieces)

    def _cancel_found(self, report: ShortageReport, parts: Sequence[ParcelLine]) -> Outcome:
        """Cancel the piece of an earlier attempt whose response was lost."""
        number = report.order_id
        parent = self._client.parent(number)
        if parent is None:
            return refused("not-found", f"order {number} does not exist")
        if not parent.ready:
            return Outcome(state="unknown", code="not-ready", reason="its pieces are not created")
        children = {id_: [*self._client.leaves(id_)] for id_ in parent.child_order_numbers or ()}
        cancelled = _child_of(parts, children)
        if cancelled is None or len(children) != _TWO:
            return refused("already-split", f"order {number} is split differently")
        [rest] = [id_ for id_ in children if id_ != cancelled]
        pieces = (
            found_piece(cancelled, children[cancelled], parts),
            found_piece(rest, children[rest], report.rest),
        )
        return self._cancel_piece(Outcome(state="unchanged", id=number, pieces=pieces))


def _child_of(parts: Sequence[ParcelLine], children: dict[str, list[OrderShape]]) -> str | None:
    """Return the piece with exactly these units; a cancelled one if both pieces have them."""
    wanted = Counter({part.line_id.partition(":")[2]: part.quantity for part in parts})
    fitting = [
        (leaves[0].status != "cancelled", id_)
        for id_, leaves in children.items()
        if len(leaves) == 1 and _units(leaves[0]) == wanted
    ]
    return min(fitting)[1] if fitting else None


def _units(order: OrderShape) -> Counter[str]:
    units: Counter[str] = Counter()
    for line in order.lines:
        units[line.key] += line.quantity
    return units


def _piece(units: Counter[str]) -> Piece:
    return Piece(
        lines=tuple(PieceLine(of_line=id_, quantity=count) for id_, count in units.items())
    )


def _has_report(order: OrderShape, report: ShortageReport) -> bool:
    mark = mark_of(report)
    return any((comment.text or "").endswith(mark) for comment in order.comments or ())


def _outcome(report: ShortageReport, orders: Sequence[OrderShape], *, written: bool) -> Outcome:
    if not orders:
        return refused("not-found", f"order {report.order_id} does not exist")
    return Outcome(state="done" if written else "unchanged", id=report.order_id)
