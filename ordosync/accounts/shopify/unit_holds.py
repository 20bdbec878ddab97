"""Holds of some units of a Merchant's order, or their return by its fulfillment service.

Users may have split the order, so its units are in several fulfillment orders. A fulfillment order
that a service has accepted cannot be held, only given back as a whole.
"""

from collections.abc import Sequence

from ordosync.accounts.report_marks import mark_of
from ordosync.accounts.shopify.client import ShopifyClient
from ordosync.accounts.shopify.fulfillment_orders import OrderParts, is_cancelled
from ordosync.accounts.shopify.ids import fulfillment_order, number
from ordosync.accounts.shopify.location import SupplierLocation
from ordosync.accounts.shopify.parcel_allocation import Units, open_units
from ordosync.accounts.shopify.queries.shortages import GIVE_BACK, HOLD_UNITS, REJECT_REQUEST
from ordosync.accounts.shopify.schema import Part, UserError
from ordosync.accounts.shopify.shortage_reasons import (
    HANDLE_PREFIX,
    HOLD_REASONS,
    REJECTION_REASONS,
)
from ordosync.models import Outcome, refused
from ordosync.shortages import ShortageReason, ShortageReport

_ACCEPTED = ("ACCEPTED", "CANCELLATION_REJECTED")
_NOT_WHOLE = "the service can only give back all open units of a fulfillment order"


class UnitHolds:
    """Holds of units, each with a handle of its report."""

    def __init__(self, client: ShopifyClient, location: SupplierLocation) -> None:
        self._client = client
        self._location = location

    def hold(
        self, report: ShortageReport, order: OrderParts, units: Units, own: frozenset[str]
    ) -> Outcome:
        """Hold these units of an order; `own` fulfillment orders are held for this report already.

        Units that are held for another reason are held as well.
        """
        parts = sorted(order.parts, key=lambda it: it.id != fulfillment_order(report.order_id))
        left = units - open_units([part for part in parts if part.id in own])
        refusal, is_done = _refusal(report, parts), False
        for part in parts:
            share = open_units([part]) & left
            if not share or not part.is_open or is_cancelled(part):
                continue
            problem = self._hold(report, part, share)
            if problem:
                refusal = problem
            else:
                is_done, left = True, left - share
        if is_done or not left - open_units([part for part in parts if _is_held(part)]):
            return Outcome(state="done" if is_done else "unchanged", id=report.order_id)
        return refusal

    def _hold(self, report: ShortageReport, part: Part, share: Units) -> Outcome | None:
        """Hold units of one fulfillment order; return the refusal, or None if it was done."""
        is_whole = share == open_units([part])
        if self._location.is_service and part.request_status in ("SUBMITTED", *_ACCEPTED):
            if not is_whole:
                return refused("not-held", _NOT_WHOLE)
            return self._denied(self._give_back(report, part))
        hold: dict[str, object] = {
            "reason": HOLD_REASONS[_reason(report)],
            "reasonNotes": report.text,
            "handle": handle_of(report),
        }
        if not is_whole:
            hold["fulfillmentOrderLineItems"] = _lines(part, share)
        action = f"hold units of fulfillment order {number(part.id)}"
        return self._denied(self._client.mutate(HOLD_UNITS, action=action, id=part.id, hold=hold))

    def _give_back(self, report: ShortageReport, part: Part) -> list[UserError]:
        """Reject a request that is not accepted yet, or give an accepted one back."""
        action, mutate = f"give fulfillment order {number(part.id)} back", self._client.mutate
        if part.request_status != "SUBMITTED":
            return mutate(GIVE_BACK, action=action, id=part.id, message=report.text)
        reason = REJECTION_REASONS[_reason(report)]
        return mutate(REJECT_REQUEST, action=action, id=part.id, reason=reason, message=report.text)

    def _denied(self, errors: Sequence[UserError]) -> Outcome | None:
        return self._client.denied(errors, code="not-held") if errors else None


def handle_of(report: ShortageReport) -> str:
    """Return the handle of the holds for a report."""
    return f"{HANDLE_PREFIX}short-{mark_of(report).strip('[]')}"


def _is_held(part: Part) -> bool:
    """True if a fulfillment order is on hold, or its service gave it back."""
    return part.status in ("ON_HOLD", "INCOMPLETE") or part.request_status == "REJECTED"


def _refusal(report: ShortageReport, parts: Sequence[Part]) -> Outcome:
    """Return the refusal of a hold for which no fulfillment order has open units."""
    if parts and all(map(is_cancelled, parts)):
        return refused("cancelled", f"fulfillment order {report.order_id} is cancelled")
    return refused("already-shipped", f"the short units of {report.order_id} are not open")


def _reason(report: ShortageReport) -> ShortageReason:
    """Return the reason of the first short line that is held."""
    return next((line.reason for line in report.lines if line.reason in HOLD_REASONS), "other")


def _lines(part: Part, share: Units) -> list[dict[str, object]]:
    lines = []
    for line in part.line_items.nodes:
        count = min(share[line.line_item.id], line.remaining_quantity)
        if count:
            lines.append({"id": line.id, "quantity": count})
    return lines
