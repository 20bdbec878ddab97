"""Shortages of the Supplier in the Merchant's orders: a comment, and a hold of the short units.

A hold of a part leaves the held units in their fulfillment order and moves the others into a new
one. That shares a line with an order that the Supplier has, so it counts as a part of that order:
it is not imported again, and parcels go to its open units. A metafield of the order records for
which reports it was held, so that a hold that users ended is not set again. Users may merge the
parts again by ending the hold, so they are not recorded as pieces.

A fulfillment service gives units back instead, so that the merchant can ship them from elsewhere.
Units are never cancelled: that needs a refund.
"""

from collections.abc import Sequence

from msgspec import Struct

from ordosync.accounts.account import outcome_of
from ordosync.accounts.report_marks import mark_of
from ordosync.accounts.service_client import recheck_outcomes
from ordosync.accounts.shopify.bundle_lines import expanded_report
from ordosync.accounts.shopify.client import ShopifyClient, remark_key
from ordosync.accounts.shopify.fulfillment_orders import FulfillmentOrders, OrderParts
from ordosync.accounts.shopify.ids import fulfillment_order, gid, line_item
from ordosync.accounts.shopify.location import SupplierLocation
from ordosync.accounts.shopify.parcel_allocation import Units
from ordosync.accounts.shopify.queries.shortages import HOLDS, REPORTED
from ordosync.accounts.shopify.schema import Connection, Metafield, recorded
from ordosync.accounts.shopify.shortage_reasons import HOLD_REASONS, HeldPart
from ordosync.accounts.shopify.unit_holds import UnitHolds, handle_of
from ordosync.models import Comment, Outcome, refused
from ordosync.shortages import ShortageReport


class _ReportedOrder(Struct, frozen=True):
    id: str
    remark: Metafield | None = None


class _ReportedPart(Struct, frozen=True):
    id: str
    order: _ReportedOrder


class _HeldOrder(Struct, frozen=True, rename="camel", kw_only=True):
    id: str
    held: Metafield | None = None
    fulfillment_orders: Connection[HeldPart]

    def parts_with(self, handle: str) -> frozenset[str]:
        """Return the fulfillment orders that ordosync holds with this handle."""
        return frozenset(
            part.id
            for part in self.fulfillment_orders.nodes
            if any(hold.is_ours and hold.handle == handle for hold in part.fulfillment_holds)
        )


class MerchantShortages:
    """Reports of shortages, and holds of short units."""

    can_hold = True
    can_cancel = False

    def __init__(
        self,
        client: ShopifyClient,
        location: SupplierLocation,
        fulfillment_orders: FulfillmentOrders,
    ) -> None:
        self._client = client
        self._location = location
        self._fulfillment_orders = fulfillment_orders
        self._holds = UnitHolds(client, location)

    def report(self, reports: Sequence[ShortageReport]) -> list[Outcome]:
        """Add a comment to the orders of these fulfillment orders, as a metafield with a tag."""
        return self._client.service.write_each(reports, self._report, key=_order_id)

    def hold(self, reports: Sequence[ShortageReport]) -> list[Outcome]:
        """Hold the short units, or give them back as the fulfillment service.

        The holds are made one after the other: several may change the same metafield.
        """
        write = recheck_outcomes(self._hold, "not-held")
        return [outcome_of(report, write) for report in reports]

    def cancel(self, reports: Sequence[ShortageReport]) -> list[Outcome]:
        """Refuse: Shopify cancels units only with a refund."""
        return [refused("not-supported", "it needs a refund") for _ in reports]

    def _report(self, report: ShortageReport) -> Outcome:
        ids, key = [fulfillment_order(report.order_id)], remark_key(report.key)
        action = f"read the order of fulfillment order {report.order_id}"
        parts = self._client.by_id(REPORTED, _ReportedPart, ids, action=action, key=key)
        if not parts:
            return refused("not-found", f"fulfillment order {report.order_id} does not exist")
        order = parts[0].order
        if order.remark:
            return Outcome(state="unchanged", id=report.order_id)
        comment = Comment(key=report.key, order_id=report.order_id, text=report.text)
        self._client.remark(order.id, comment)
        return Outcome(state="done", id=report.order_id)

    def _hold(self, report: ShortageReport) -> Outcome:
        order = self._fulfillment_orders.parts(report.order_id)
        if order is None:
            return refused("not-found", f"fulfillment order {report.order_id} does not exist")
        marks, own = self._earlier(order, report)
        mark = mark_of(report)
        if mark in marks:
            return Outcome(state="unchanged", id=report.order_id)
        outcome = self._holds.hold(report, order, _units(expanded_report(report)), own)
        # A process may have ended between the hold and its record.
        if outcome.state == "done" or (outcome.state == "unchanged" and own):
            held = self._location.metafield(order.order, "held", [*marks, mark])
            action = f"record the hold of {report.order_id}"
            with self._client.after_write(action):
                self._client.set_metafields([held], action=action)
        return outcome

    def _earlier(
        self, order: OrderParts, report: ShortageReport
    ) -> tuple[Sequence[str], frozenset[str]]:
        """Return the marks of earlier reports with a hold, and the parts held for this report."""
        [held] = self._client.by_id(
            HOLDS,
            _HeldOrder,
            [order.order],
            action=f"read the holds of {report.order_id}",
            holds=self._location.metafield_keys["held"],
        )
        return recorded(held.held, list[str]), held.parts_with(handle_of(report))


def _units(report: ShortageReport) -> Units:
    """Return the short units by line item; those that the Merchant asked to cancel are not held."""
    units: Units = Units()
    for line in report.lines:
        if line.reason in HOLD_REASONS:
            units[gid("LineItem", line_item(line.line_id))] += line.quantity
    return units


def _order_id(report: ShortageReport) -> str:
    return report.order_id
