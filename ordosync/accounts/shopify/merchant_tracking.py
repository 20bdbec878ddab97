"""Merchant tracking: a parcel is a fulfillment, with its units, its carrier and its numbers.

If a fulfillment is cancelled, its units are open again, and a user could ship them. So a voided
number is not removed. A comment on the order states that it is void, and the next parcel of these
units replaces it. A number without known units has no fulfillment: it is a comment until the rest
of the order is sent.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from ordosync.accounts.account import outcome_of
from ordosync.accounts.merchant import Takes
from ordosync.accounts.shopify.bundle_lines import expanded_shipments
from ordosync.accounts.shopify.client import ShopifyClient
from ordosync.accounts.shopify.fulfillment_orders import FulfillmentOrders, OrderParts, is_cancelled
from ordosync.accounts.shopify.held_units import HeldUnits
from ordosync.accounts.shopify.ids import fulfillment_order, number
from ordosync.accounts.shopify.location import SupplierLocation
from ordosync.accounts.shopify.parcel_allocation import (
    Share,
    has_open_units,
    of_split_order,
    open_units,
    parcels_of,
    replaceable,
    replaceable_by_whole,
    shares_of,
    shares_of_all,
    units_in,
    units_of,
    without_added,
)
from ordosync.accounts.shopify.parcel_writer import ParcelWriter, all_numbers, has, numbers_of
from ordosync.accounts.shopify.queries.fulfillment import TRACKED
from ordosync.accounts.shopify.schema import FulfillmentOrder, Parcel, Part
from ordosync.accounts.shopify.tracking_refusals import no_place, still_held, too_many_units
from ordosync.accounts.shopify.wanted_units import has_merged_units, is_gone, may_have_added_units
from ordosync.models import Outcome, Shipment, refused


class MerchantTracking:
    """Tracking numbers on fulfillment orders and their pieces."""

    takes: Takes = "lines"

    def __init__(
        self,
        client: ShopifyClient,
        location: SupplierLocation,
        fulfillment_orders: FulfillmentOrders,
        *,
        notify_customer: bool,
    ) -> None:
        self._client = client
        self._location = location
        self._fulfillment_orders = fulfillment_orders
        self._held = HeldUnits(client, location, fulfillment_orders)
        self._writer = ParcelWriter(
            client, location, fulfillment_orders, notify_customer=notify_customer
        )

    def add(self, shipments: Sequence[Shipment]) -> list[Outcome]:
        """Create fulfillments; a fulfillment order is closed with its last unit.

        Parcels of one order are added one after the other: they may change the same metafield.
        """
        shipments = expanded_shipments(shipments)
        states = self._states([shipment.order_id for shipment in shipments])
        unsplit = {id_: state for id_, state in states.items() if _is_untouched(state)}

        def order_of(shipment: Shipment) -> str:
            id_ = fulfillment_order(shipment.order_id)
            return states[id_].order_id if id_ in states else id_

        add = partial(self._add, unsplit=unsplit)
        return self._client.service.write_each(shipments, add, key=order_of)

    def void(self, shipments: Sequence[Shipment]) -> list[Outcome]:
        """Comment on the order that a number is void; the order stays shipped.

        Numbers are voided one after the other: several may change the same metafield.
        """
        return [outcome_of(shipment, self._void) for shipment in shipments]

    def _states(self, ids: Sequence[str]) -> dict[str, FulfillmentOrder]:
        gids = [fulfillment_order(id_) for id_ in ids]
        action, parcels = "read the state of orders", self._location.metafield_keys["parcels"]
        states = self._client.by_id(TRACKED, FulfillmentOrder, gids, action=action, parcels=parcels)
        return {state.id: state for state in states}

    def _add(self, shipment: Shipment, *, unsplit: dict[str, FulfillmentOrder]) -> Outcome:
        is_whole = shipment.lines is None and shipment.is_last
        part = unsplit.pop(fulfillment_order(shipment.order_id), None)
        if part and is_whole and not may_have_added_units(part, shipment):
            return self._add_to(shipment, part)
        order = self._fulfillment_orders.parts(shipment.order_id)
        if order is None:
            return refused("not-found", f"fulfillment order {shipment.order_id} does not exist")
        order = self._held.freed(shipment, order)
        if shipment.is_last:
            shipment = without_added(shipment, order)
        if shipment.lines is not None:
            return self._add_units(of_split_order(shipment, order), order)
        if not is_whole:
            return self._add_number(shipment, order)
        if has_merged_units(shipment.order_id, order):
            return refused("merged", "has units of another order: users merged them")
        if len(order.parts) == 1:
            return self._add_to(shipment, order.parts[0], order)
        return self._add_to_pieces(shipment, order)

    def _add_to(
        self, shipment: Shipment, part: FulfillmentOrder, order: OrderParts | None = None
    ) -> Outcome:
        """Add a parcel that has all open units of an order."""
        id_, void = shipment.order_id, order.void if order else ()
        numbers = [number_ for parcel in part.sent for number_ in parcel.numbers]
        # A number that was void may come again with more units than it had.
        is_sent_again = shipment.tracking_number in void and has_open_units(part)
        if order and shipment.tracking_number in numbers and not is_sent_again:
            return self._show_numbers(shipment, order, parcels_of(shipment, order))
        if part.asks_cancellation:
            self._fulfillment_orders.answer_cancellation(part, accepted=False)
        elif is_cancelled(part):
            return refused("cancelled", f"fulfillment order {id_} is cancelled")
        to_replace = replaceable_by_whole(shipment, part, order) if order else []
        # An open part may have foreign parcels.
        if part.can_be_sent and (not to_replace or has_open_units(part)):
            # Beside void fulfillments, other units may get the same number.
            to_record = order if order and void else None
            numbers = all_numbers(shipment, order)
            outcome = self._writer.create(shipment, [Share(part=part)], numbers, to_record)
            if outcome.state != "done":
                return outcome
        elif not to_replace:
            return no_place(id_, part, [number_ for number_ in numbers if number_ not in void])
        return self._replace(shipment, order, to_replace)

    def _add_to_pieces(self, shipment: Shipment, order: OrderParts) -> Outcome:
        if refusal := still_held(shipment.order_id, order):
            return refusal
        shares = shares_of_all(shipment.order_id, order, self._targets(order))
        if not shares and not has(shipment.tracking_number, order.parts):
            return refused("already-shipped", f"no piece of {shipment.order_id} is open")
        if not shares and shipment.tracking_number not in order.void:
            return Outcome(state="unchanged", id=shipment.order_id, code="on-pieces")
        if shares:
            self._keep_requested([share.part for share in shares])
            outcome = self._writer.create(shipment, shares, all_numbers(shipment, order))
            if outcome.state != "done":
                return outcome
        if shipment.tracking_number in order.void:
            self._writer.mark_valid(shipment, order)
        return Outcome(state="done", id=shipment.order_id, code="on-pieces")

    def _add_units(self, shipment: Shipment, order: OrderParts) -> Outcome:
        """Add a parcel of some units; units that it already has are not added again."""
        own = parcels_of(shipment, order)
        # A void number is valid again after its units are written: they are found by the void.
        shown = self._show_numbers(shipment, order, own) if own else _unchanged(shipment)
        missing = units_of(shipment) - units_in(own)
        if not missing or shown.state == "refused":
            return shown
        ended = [part for part in order.parts if is_cancelled(part) and not part.asks_cancellation]
        targets = [part for part in self._targets(order) if part not in ended]
        if ended and not targets:
            return refused("cancelled", f"fulfillment order {shipment.order_id} is cancelled")
        to_replace = replaceable(order, missing, is_exact=True)
        shares, left = shares_of(missing - units_in(to_replace), shipment.order_id, targets)
        # Units of a void parcel that are not in this one will be in a later one.
        other_units = replaceable(order, left, is_exact=False) if left else []
        if left - units_in(other_units):
            return too_many_units(shipment, order, left)
        outcome = self._write(shipment, order, shares, to_replace, other_units)
        if outcome.state == "done" and not own and shipment.tracking_number in order.void:
            return self._writer.mark_valid(shipment, order)
        return outcome

    def _write(
        self,
        shipment: Shipment,
        order: OrderParts,
        shares: Sequence[Share],
        to_replace: Sequence[Parcel],
        other_units: Sequence[Parcel],
    ) -> Outcome:
        """Write a parcel of some units. Void parcels that it replaces get its record first."""
        ids = [number(parcel.id) for parcel in (*to_replace, *other_units)]
        record = order.record.with_sent(shipment.id, shipment.order_id, ids)
        if ids:
            self._writer.record(order, record)
        for parcel in (*to_replace, *other_units):
            numbers = numbers_of(parcel, order.void, *all_numbers(shipment))
            # Do not mail the buyer about units that are not in the parcel.
            notify = parcel in to_replace
            outcome = self._writer.change(shipment, parcel.id, numbers, notify=notify)
            if outcome.state != "done":
                return outcome
        if not shares:
            return Outcome(state="done", id=shipment.order_id)
        self._keep_requested([share.part for share in shares])
        of = replace(order, record=record)
        return self._writer.create(shipment, shares, all_numbers(shipment, order), of)

    def _add_number(self, shipment: Shipment, order: OrderParts) -> Outcome:
        """Add a number without units: to its parcel, or to the last one if no unit is open."""
        number_ = shipment.tracking_number
        own = [p for p in order.sent if order.record.sent.get(number(p.id)) == shipment.id]
        if with_number := [parcel for parcel in order.sent if number_ in parcel.numbers]:
            return self._show_numbers(shipment, order, with_number)
        if not own and not open_units(order.parts):
            own = order.sent[-1:]
        if own:
            return self._writer.change(
                shipment, own[-1].id, numbers_of(own[-1], order.void, number_)
            )
        if all(is_cancelled(part) for part in order.parts):
            return refused("cancelled", f"fulfillment order {shipment.order_id} is cancelled")
        if number_ in order.record.numbers:
            return Outcome(state="unchanged", id=shipment.order_id)
        return self._writer.keep_number(shipment, order)

    def _show_numbers(
        self, shipment: Shipment, order: OrderParts, parcels: Sequence[Parcel]
    ) -> Outcome:
        """Add all numbers of a parcel to its fulfillments, and record these as this parcel."""
        outcome, numbers = _unchanged(shipment), all_numbers(shipment)
        if shipment.tracking_number in order.void and has(shipment.tracking_number, order.parts):
            outcome = self._writer.mark_valid(shipment, order)
        for parcel in parcels:
            if not {*numbers} <= {*parcel.numbers}:
                void = [number_ for number_ in order.void if number_ not in numbers]
                shown = numbers_of(parcel, void, *numbers)
                outcome = self._writer.change(shipment, parcel.id, shown)
        ids = [number(parcel.id) for parcel in parcels]
        if (shipment.lines is not None or order.void) and not {*ids} <= {*order.record.sent}:
            self._writer.record(order, order.record.with_sent(shipment.id, shipment.order_id, ids))
        return outcome

    def _replace(
        self, shipment: Shipment, order: OrderParts | None, parcels: Sequence[Parcel]
    ) -> Outcome:
        """Give a parcel's number to the fulfillments that it replaces: void or without a number."""
        numbers = all_numbers(shipment)
        for parcel in parcels:
            if numbers == [*parcel.numbers]:
                continue
            outcome = self._writer.change(shipment, parcel.id, numbers)
            if outcome.state != "done":
                return outcome
        if order and shipment.tracking_number in order.void:
            return self._writer.mark_valid(shipment, order)
        return Outcome(state="done", id=shipment.order_id)

    def _targets(self, order: OrderParts) -> list[Part]:
        """Return the parts from which units are sent.

        A cancelled part is not sent. If all are cancelled, the cancellation may be too late. If
        users merged or replaced the order's own part, other parts at the location have its units.
        """
        parts = order.parts
        if len(parts) == 1 and is_gone(parts[0]):
            parts = [
                part for part in order.all_parts.values() if part.location == parts[0].location
            ]
        can_be_sent = [part for part in parts if part.can_be_sent]
        is_revoked = self._fulfillment_orders.is_revoked
        return [part for part in can_be_sent if not is_revoked(part)] or can_be_sent

    def _keep_requested(self, parts: Sequence[FulfillmentOrder]) -> None:
        """Reject the cancellation requests of parts that are sent."""
        for part in parts:
            if part.asks_cancellation:
                self._fulfillment_orders.answer_cancellation(part, accepted=False)

    def _void(self, shipment: Shipment) -> Outcome:
        id_, number_ = shipment.order_id, shipment.tracking_number
        order = self._fulfillment_orders.parts(id_)
        if not order or number_ in order.void:
            return Outcome(state="unchanged", id=id_)
        if not has(number_, order.parts) and number_ not in order.record.numbers:
            return Outcome(state="unchanged", id=id_)
        return self._writer.set_void(shipment, order)


def _is_untouched(state: FulfillmentOrder) -> bool:
    """True if a fulfillment order is the only part of its order, is open, and nothing was sent."""
    order = state.order
    return (
        len(order.fulfillment_orders.nodes) == 1
        and state.can_be_sent
        and not state.fulfillments.nodes
        and order.parcels is None
    )


def _unchanged(shipment: Shipment) -> Outcome:
    return Outcome(state="unchanged", id=shipment.order_id)
