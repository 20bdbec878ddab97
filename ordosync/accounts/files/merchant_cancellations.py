"""Cancelled orders of a Merchant, and cancelled units of lines.

Cancellation files name orders, or units of their lines. A lower quantity in a later order file is a
cancellation, too. The account does not know the earlier state of an order, so it reports each
changed order. It does not know the sent units either, so its quantities include them.
"""

import json
from collections.abc import Iterator, Mapping, Sequence

from ordosync.accounts.account import ReadRequest
from ordosync.accounts.files.cancelled_units import (
    Cancelled,
    CancelledOrders,
    remaining,
    unknown_line,
)
from ordosync.accounts.files.changed_records import changed_records
from ordosync.accounts.files.reading.file_reader import FileReader
from ordosync.errors import PartlyReadError
from ordosync.models import Cancellation, InvalidRecord, Order, Page, ParcelLine


class MerchantCancellations:
    """The orders in the cancellation files, and those in order files that changed."""

    def __init__(
        self, reader: FileReader[Cancelled], orders: FileReader[Order], *, account: str
    ) -> None:
        if orders.record_type.shows_owed and reader.record_type.options.unit_columns:
            raise ValueError(
                f"account {account}: cancellations: the units of a line are not possible together"
                " with `quantity_is: owed`, which leaves out cancelled units already"
            )
        self._reader = reader
        self._orders = orders
        self._cancelled = CancelledOrders(reader)
        self._account = f"account {account}"

    def changed(self, request: ReadRequest) -> Iterator[Page[Cancellation]]:
        """Yield the orders in files that are new or changed.

        Raises `PartlyReadError` at the end if a file or row cannot be used: an order whose number
        could not be read would be shipped.
        """
        cursors = _cursors(request.cursor)
        first_problem = ""
        known_ids: set[str] = set()
        for read in self._reader.changed(_since(cursors["cancellations"], request)):
            items = [item for item in read.items if isinstance(item, Cancelled)]
            cancellations, problems = self._of(items)
            first_problem = first_problem or next(iter((*_reasons(read), *problems)), "")
            cursors["cancellations"] = read.cursor
            known_ids.update(item.order_id for item in items)
            yield Page(items=tuple(cancellations), cursor=json.dumps(cursors))
        for page in self._changed_orders(_since(cursors["orders"], request)):
            cursors["orders"] = page.cursor
            changed = (item for item in page.items if item.order_id not in known_ids)
            yield Page(items=tuple(changed), cursor=json.dumps(cursors))
        if first_problem:
            raise PartlyReadError(self._account, "read cancellations", first_problem)

    def among(self, ids: Sequence[str]) -> frozenset[str]:
        """Return which of these orders are cancelled in a file as it is now, or in a kept copy."""
        items = self._reader.current_or_spooled(ids).values()
        cancellations, _ = self._of([item for item in items if isinstance(item, Cancelled)])
        return frozenset(item.order_id for item in cancellations if item.lines is None)

    def reply(self, cancelled: Mapping[str, bool]) -> None:
        """Do nothing: an order in a cancellation file is cancelled already."""

    def _of(self, items: Sequence[Cancelled]) -> tuple[list[Cancellation], list[str]]:
        """Return the cancellations, and the problems of those that cannot be used."""
        ids = [item.order_id for item in items if item.units is not None]
        orders = self._orders.current_or_spooled(ids) if ids else {}
        cancellations, problems = [], []
        for item in items:
            order = orders.get(item.order_id)
            if item.units is None:
                cancellations.append(Cancellation(order_id=item.order_id))
            elif isinstance(order, Order):
                cancellations.append(_cancellation(order, item))
                if name := unknown_line(order, item.units):
                    problems.append(f"order {item.order_id} has no line {name[:40]!a}")
            elif order is None:  # Otherwise a rule skips the order, or import-orders reports it.
                problems.append(f"order {item.order_id} is in no file, so its units are unknown")
        return cancellations, problems

    def _changed_orders(self, request: ReadRequest) -> Iterator[Page[Cancellation]]:
        """Yield the orders in changed order files, with the units that are not cancelled.

        Units that are still to be sent fall with each parcel, and cancel nothing.
        """
        shows_owed = self._orders.record_type.shows_owed
        for page in changed_records(self._orders, request):
            orders = [] if shows_owed else [it for it in page.items if isinstance(it, Order)]
            cancelled = self._cancelled.of([order.id for order in orders])
            yield Page(
                items=tuple(_cancellation(order, cancelled.get(order.id)) for order in orders),
                cursor=page.cursor,
            )


def _cancellation(order: Order, cancelled: Cancelled | None) -> Cancellation:
    left = remaining(order, cancelled)
    if left is None:
        return Cancellation(order_id=order.id)
    lines = tuple(
        ParcelLine(line_id=line.id, quantity=line.quantity, sku=line.sku) for line in left.lines
    )
    return Cancellation(order_id=order.id, lines=lines)


def _reasons(page: Page[Cancelled | InvalidRecord]) -> list[str]:
    items = [item for item in page.items if isinstance(item, InvalidRecord)]
    return [item.reason for item in items if not item.is_skipped]


def _since(cursor: str | None, request: ReadRequest) -> ReadRequest:
    return ReadRequest(cursor=cursor, now=request.now, skip_recent=request.skip_recent)


def _cursors(cursor: str | None) -> dict[str, str | None]:
    """Return the cursors of both reads; earlier releases had only that of cancellation files."""
    try:
        cursors = json.loads(cursor or "{}")
        return {name: cursors[name] for name in ("cancellations", "orders")}
    except (ValueError, TypeError, KeyError):
        return {"cancellations": cursor, "orders": None}
