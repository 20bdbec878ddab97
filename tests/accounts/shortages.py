"""Shortages as tests of single kinds read and report them."""

from collections.abc import Mapping, Sequence

from ordosync.accounts.account import ReadRequest
from ordosync.models import ParcelLine, Piece
from ordosync.shortages import (
    ReportedLine,
    Shortage,
    ShortageAnswer,
    ShortageReason,
    ShortageReport,
)
from tests.accounts.contract.account import read, usable
from tests.accounts.contract.merchant_parcels import lines_of
from tests.accounts.contract.opening import OpenMerchant, OpenSupplier

TEXT = "The Supplier cannot send 1 of MUG: out of stock"


def shortages(account: OpenSupplier, cursor: str | None = None) -> Mapping[str, Shortage]:
    """Return the shortages of all orders that changed since a cursor, by order."""
    request = ReadRequest(cursor=cursor, now=account.people.settle())
    return {it.order_id: it for it in usable(read(account.shortages.changed(request))[0])}


def shortage_now(account: OpenSupplier, order_id: str) -> Shortage:
    """Return the shortage of one order as it is now."""
    [found] = [
        it
        for page in account.shortages.by_id([order_id])
        for it in page.items
        if isinstance(it, Shortage)
    ]
    return found


def kept(shortage: Shortage) -> Mapping[str, int | None]:
    """Return the units of each line that were sent or are still to be sent, by SKU."""
    return {line.sku: line.kept for line in shortage.lines}


def backordered(shortage: Shortage) -> Mapping[str, int]:
    """Return the units of each line that come later, by SKU."""
    return {line.sku: line.backordered for line in shortage.lines if line.backordered}


def report_of(
    account: OpenMerchant,
    order_id: str,
    key: str = "short:1",
    answer: ShortageAnswer = "cancelled",
    reason: ShortageReason = "out-of-stock",
    /,
    **units: int,
) -> ShortageReport:
    """Return a report of these units of an order that is still to be shipped, by SKU."""
    shown = lines_of(account, order_id)
    return ShortageReport(
        order_id=order_id,
        key=key,
        text=TEXT,
        lines=tuple(
            ReportedLine(
                line_id=shown[sku][0], sku=sku, quantity=units[sku], answer=answer, reason=reason
            )
            for sku in units
        ),
        is_whole=all(units.get(sku) == count for sku, (_, count) in shown.items()),
        rest=tuple(
            ParcelLine(line_id=id_, quantity=count - units.get(sku, 0), sku=sku)
            for sku, (id_, count) in shown.items()
            if count > units.get(sku, 0)
        ),
    )


def contents(pieces: Sequence[Piece], report: ShortageReport) -> list[Mapping[str, int]]:
    """Return the units of each piece, by SKU."""
    skus = {line.line_id: line.sku for line in report.lines}
    skus |= {line.line_id: line.sku for line in report.rest}
    return [{skus[line.of_line]: line.quantity for line in piece.lines} for piece in pieces]
