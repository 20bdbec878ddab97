"""Shortages of the Supplier in the Merchant's orders: a private note, and the status `on-hold`.

A hold is for the whole order, also for lines of other suppliers. Users end it with another status,
and the shop then mails the buyer. Units cannot be cancelled: a lower quantity changes the total of
what was paid, and no buyer is refunded.
"""

from collections.abc import Sequence

from msgspec.structs import replace

from ordosync.accounts.report_marks import mark_of, text_of
from ordosync.accounts.woocommerce.order_metadata import order_id_of
from ordosync.accounts.woocommerce.order_share import SharePart
from ordosync.accounts.woocommerce.order_statuses import ON_HOLD, SHIPPED
from ordosync.accounts.woocommerce.schema import OrderShape
from ordosync.accounts.woocommerce.timeline import read_notes, send_note
from ordosync.models import Outcome, refused
from ordosync.shortages import ShortageReport


class MerchantShortages(SharePart):
    """Reports of shortages, and holds of orders."""

    can_cancel = False

    @property
    def can_hold(self) -> bool:
        """True unless the options name `on-hold` as a status of orders to ship."""
        return ON_HOLD not in self._statuses.to_ship

    def report(self, reports: Sequence[ShortageReport]) -> list[Outcome]:
        """Add a private note to these orders, or to the orders of these pieces."""
        return self._client.service.write_each(reports, self._report, key=_order_id)

    def hold(self, reports: Sequence[ShortageReport]) -> list[Outcome]:
        """Set these orders on hold, unless users have ended a hold for the same report."""
        return self._client.service.write_each(reports, self._hold, key=_order_id)

    def cancel(self, reports: Sequence[ShortageReport]) -> list[Outcome]:
        """Refuse: the total of the order would change."""
        return [refused("not-supported", "the total of the order would change") for _ in reports]

    def _report(self, report: ShortageReport) -> Outcome:
        order_id, http = _order_id(report), self._client.http
        notes = read_notes(http, order_id) if order_id.isdecimal() else None
        if notes is None:
            return refused("not-found", f"order {order_id} does not exist")
        mark = mark_of(report)
        if any(note.note.rstrip().endswith(mark) for note in notes):
            return Outcome(state="unchanged", id=report.order_id)
        send_note(http, order_id, text_of(report))
        return Outcome(state="done", id=report.order_id)

    def _hold(self, report: ShortageReport) -> Outcome:
        order = self._client.order(report.order_id, f"read order {report.order_id}")
        if order is None:
            return refused("not-found", f"order {_order_id(report)} does not exist")
        record, mark = self._shares.record(order), mark_of(report)
        if order.status == ON_HOLD or mark in record.holds:
            return Outcome(state="unchanged", id=report.order_id)
        if refusal := self._refusal(order):
            return refusal
        held = replace(record, holds=[*record.holds, mark])
        after = self._shares.save(order, held, status=ON_HOLD)
        if after.date_completed_gmt != order.date_completed_gmt:
            # The order was completed after it was read and before the hold arrived.
            action = f"complete order {order.id} again"
            self._client.save(order, {"status": SHIPPED}, action)
            return refused("already-shipped", f"order {order.id} is completed")
        return Outcome(state="done", id=report.order_id)

    def _refusal(self, order: OrderShape) -> Outcome | None:
        """Return the refusal to hold an order that is not open; None if it is open."""
        if self._statuses.is_dead(order):
            return refused("cancelled", f"order {order.id} is {order.status}")
        if order.status in self._statuses.shipped:
            return refused("already-shipped", f"order {order.id} is {order.status}")
        if order.status not in self._statuses.to_ship:
            return refused("not-held", f"order {order.id} has the status {order.status}")
        return None


def _order_id(report: ShortageReport) -> str:
    return order_id_of(report.order_id)
