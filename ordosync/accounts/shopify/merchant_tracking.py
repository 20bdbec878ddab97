"""A shop as the Merchant: what was sent becomes a fulfillment, with its carrier and its number.

A fulfillment that is cancelled opens its order again, for anybody to send; so a voided number
stays where it is, and is said to be void beside the order. The next one takes its place.
"""

from collections.abc import Mapping, Sequence
from functools import partial

from ordosync.accounts.account import outcome_of
from ordosync.accounts.shopify.fulfillment_orders import Members
from ordosync.accounts.shopify.ids import fulfillment_order, number
from ordosync.accounts.shopify.merchant_cancellations import Cancellations
from ordosync.accounts.shopify.merchant_orders import is_cancelled
from ordosync.accounts.shopify.queries.fulfillment import ADD_TRACKING, CHANGE_TRACKING, TRACKED
from ordosync.accounts.shopify.schema import Standing, Told
from ordosync.models import Comment, Outcome, Shipment, refused


class WrittenTracking(Cancellations):
    """Who sells."""

    def add_tracking(self, shipments: Sequence[Shipment]) -> list[Outcome]:
        """Tell what was sent; the fulfillment order is closed by that."""
        fresh = self._fresh([one.order_id for one in shipments])
        return self.each(shipments, partial(self._add, fresh=fresh), about=_whole)

    def void_tracking(self, shipments: Sequence[Shipment]) -> list[Outcome]:
        """Say beside the order that a number is void; the order stays shipped.

        One after the other: what is kept with one order may be about several of these.
        """
        return [outcome_of(one, self._void) for one in shipments]

    def _fresh(self, ids: Sequence[str]) -> dict[str, Standing]:
        """Return those that are all there is of their order and of which nothing was sent."""
        wanted = [fulfillment_order(id_) for id_ in ids]
        found = self.by_id(TRACKED, Standing, wanted, action="see where orders stand")
        return {
            one.id: one
            for one in found
            if len(one.order.fulfillment_orders.nodes) == 1 and not one.fulfillments.nodes
        }

    def _add(self, shipment: Shipment, *, fresh: dict[str, Standing]) -> Outcome:
        known = fresh.pop(fulfillment_order(shipment.order_id), None)
        if known:
            return self._add_to(shipment, known)
        found = self.members(shipment.order_id)
        if found is None:
            return refused("not-found", f"fulfillment order {shipment.order_id} is not there")
        if len(found.parts) == 1:
            return self._add_to(shipment, found.parts[0], found)
        return self._add_to_pieces(shipment, found)

    def _add_to(self, shipment: Shipment, one: Standing, found: Members | None = None) -> Outcome:
        id_, wanted = shipment.order_id, shipment.tracking_number
        void = found.void if found else ()
        there = [number_ for parcel in one.sent for number_ in parcel.numbers]
        told = [number_ for number_ in there if number_ not in void]
        if wanted in told:
            return Outcome(state="unchanged", id=id_)
        if one.asks_cancellation:
            self.answer(one, accepted=False)
        elif is_cancelled(one):
            return refused("cancelled", f"fulfillment order {id_} is cancelled")
        if found and wanted in void and wanted in there:
            return self._say_valid(shipment, found)
        replaced = next(
            (one for one in one.sent if one.numbers and {*one.numbers} <= {*void}), None
        )
        if replaced or (one.sent and not told and not one.is_open):
            outcome = self._change(shipment, (replaced or one.sent[0]).id)
            is_back = found and wanted in void and outcome.state == "done"
            return self._say_valid(shipment, found) if found and is_back else outcome
        if one.is_open:  # also if others have sent a part of it before
            return self._create(shipment, [one])
        if told:
            return refused("other-tracking", f"has another tracking number, {told[0]}")
        if one.status == "CLOSED":
            reason = f"fulfillment order {id_} is closed, and another one has its units"
            return refused("not-found", reason)
        code = "on-hold" if one.status == "ON_HOLD" else "already-shipped"
        return refused(code, f"fulfillment order {id_} is {one.status.lower()}")

    def _add_to_pieces(self, shipment: Shipment, found: Members) -> Outcome:
        still_open = [part for part in found.parts if part.is_open]
        # A piece that is cancelled is not sent, unless all are: then it is too late for that.
        wanted = [part for part in still_open if not self.is_off(part)] or still_open
        has_it = any(
            shipment.tracking_number in parcel.numbers
            for part in found.parts
            for parcel in part.sent
        )
        if not wanted and not has_it:
            return refused("already-shipped", f"no piece of {shipment.order_id} is open")
        if not wanted and shipment.tracking_number not in found.void:
            return Outcome(state="unchanged", id=shipment.order_id, code="on-pieces")
        if wanted:
            for part in wanted:
                if part.asks_cancellation:
                    self.answer(part, accepted=False)
            outcome = self._create(shipment, wanted)
            if outcome.state != "done":
                return outcome
        if shipment.tracking_number in found.void:
            self._say_valid(shipment, found)
        return Outcome(state="done", id=shipment.order_id, code="on-pieces")

    def _create(self, shipment: Shipment, parts: Sequence[Standing]) -> Outcome:
        for part in parts:
            if self.is_service and part.request_status == "SUBMITTED":
                self.accept(part.id)  # what an earlier run had no time for
        fulfillment = {
            "lineItemsByFulfillmentOrder": [{"fulfillmentOrderId": part.id} for part in parts],
            "trackingInfo": _tracking(shipment),
            "notifyCustomer": self.options.notify_customer,
        }
        answer = self.shopify.write(
            ADD_TRACKING,
            dict[str, Told],
            action=f"add tracking {shipment.tracking_number} to {shipment.order_id}",
            fulfillment=fulfillment,
        )
        errors = [error for told in answer.values() for error in told.user_errors]
        if not errors:
            return Outcome(state="done", id=shipment.order_id)
        now = self.members(shipment.order_id)
        there = [part for part in now.parts if part.id == parts[0].id] if now else []
        if any(
            shipment.tracking_number in parcel.numbers for part in there for parcel in part.sent
        ):
            return Outcome(state="done", id=shipment.order_id)  # our word came twice
        if there and is_cancelled(there[0]):  # between our look and our word
            return refused("cancelled", f"fulfillment order {shipment.order_id} is cancelled")
        return self.denied(errors, fulfillment)

    def _change(self, shipment: Shipment, fulfillment: str) -> Outcome:
        """Put a number in the place of a void one, or of none."""
        answer = self.shopify.write(
            CHANGE_TRACKING,
            dict[str, Told],
            action=f"change the tracking of {shipment.order_id} to {shipment.tracking_number}",
            idempotent=True,
            id=fulfillment,
            tracking=_tracking(shipment),
            notify=self.options.notify_customer,
        )
        errors = [error for told in answer.values() for error in told.user_errors]
        done = Outcome(state="done", id=shipment.order_id)
        return self.denied(errors, _tracking(shipment)) if errors else done

    def _void(self, shipment: Shipment) -> Outcome:
        id_, gone = shipment.order_id, shipment.tracking_number
        found = self.members(id_)
        told = found and any(gone in parcel.numbers for part in found.parts for parcel in part.sent)
        if not found or not told or gone in found.void:
            return Outcome(state="unchanged", id=id_)
        text = f"Tracking {gone} is void: the Supplier deleted its label"
        self.remark(
            found.order,
            Comment(key=f"void:{gone}", order_id=id_, text=text),
            self.kept(found.order, "void", [*found.void, gone]),
        )
        return Outcome(state="done", id=id_)

    def _say_valid(self, shipment: Shipment, found: Members) -> Outcome:
        """Keep that a number that was void is valid, in place of the remark that it is void."""
        id_, back = shipment.order_id, shipment.tracking_number
        self.remark(
            found.order,
            Comment(key=f"void:{back}", order_id=id_, text=f"Tracking {back} is valid again"),
            self.kept(found.order, "void", [one for one in found.void if one != back]),
        )
        return Outcome(state="done", id=id_)


def _whole(one: Shipment) -> str:
    return number(fulfillment_order(one.order_id))


def _tracking(shipment: Shipment) -> Mapping[str, str]:
    given = {"number": shipment.tracking_number, "company": shipment.carrier}
    return {name: text for name, text in given.items() if text}
