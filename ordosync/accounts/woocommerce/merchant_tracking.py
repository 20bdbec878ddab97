"""What a Merchant's shop is told: parcels, void labels and pieces.

First the shop shows a parcel in its own way, then what it cannot hold is kept in the order, in one
write with its status. So what is kept was shown; what was shown and is not kept is found again by
its number.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import msgspec

from ordosync.accounts.woocommerce.foreign_parcels import less, sent_before, typed
from ordosync.accounts.woocommerce.merchant_cancellations import CancelledOrders
from ordosync.accounts.woocommerce.order_metadata import (
    Parcel,
    Part,
    Record,
    matched,
    misfit,
    parcel_of,
    parts_for,
)
from ordosync.accounts.woocommerce.order_metadata import order_of as id_of
from ordosync.accounts.woocommerce.parcels import Lines, Seen
from ordosync.accounts.woocommerce.schema import OrderShape
from ordosync.accounts.woocommerce.tracking_providers import say_once
from ordosync.models import Outcome, Shipment, Split, refused

SHIPPED = "completed"
DEAD = frozenset({"cancelled", "refunded", "failed"})


@dataclass(frozen=True, kw_only=True)
class _Told:
    """An order as it is now, and what is this Supplier's of it."""

    order: OrderShape
    record: Record
    wanted: Lines
    """This Supplier's lines, less what was refunded."""
    is_all: bool
    """Whether no line is anybody else's."""

    @property
    def lines(self) -> Lines:
        """Return what this Supplier sends: not what others had sent before."""
        return less(self.wanted, self.record.before)

    def apart_from(self, seen: Sequence[Seen]) -> "_Told":
        """Return it with what others have sent kept in its record."""
        before = sent_before(self.record, self.wanted, seen)
        record = msgspec.structs.replace(self.record, before=before)
        return replace(self, record=record)

    def lines_of(self, target: str) -> Lines:
        """Return what is in the order, or in one of its pieces."""
        part = self.record.part(target)
        return part.lines if part else self.lines

    def has(self, target: str) -> bool:
        """Whether the order has such a piece, or is it."""
        return target == str(self.order.id) or self.record.part(target) is not None


class Parcels(CancelledOrders):
    """Who sells, as far as orders are told of parcels."""

    def add_tracking(self, shipments: Sequence[Shipment]) -> list[Outcome]:
        """Tell what was sent; an order whose every line was sent becomes completed."""
        return self.each(shipments, self._add_tracking, about=_order_id)

    def void_tracking(self, shipments: Sequence[Shipment]) -> list[Outcome]:
        """Show a number no more, and say so in a note; the order stays as it is."""
        return self.each(shipments, self._void_tracking, about=_order_id)

    def split_orders(self, splits: Sequence[Split]) -> list[Outcome]:
        """Keep the pieces of an order, and show them as far as the shop can."""
        return self.each(splits, self._split, about=_order_id)

    def _told(self, target: str) -> _Told | None:
        order = self.order(target, f"read order {target}")
        if order is None:
            return None
        self.learn_lines([order])
        left = self.left(order)
        lines = self.lines_of_supplier(order, left)
        told = _Told(
            order=order,
            record=self.record(order),
            wanted=lines,
            is_all=all(line in lines for line, quantity in left.items() if quantity > 0),
        )
        return told if told.has(target) else None

    def _add_tracking(self, shipment: Shipment) -> Outcome:
        target = shipment.order_id
        told = self._told(target)
        if told is None:
            return refused("not-found", f"order {target} is not there")
        if told.record.parts_of(target):
            return self._on_pieces(told, shipment)
        known = told.record.parcel(target)
        if known and known.number == shipment.tracking_number and not known.voided:
            return Outcome(state="unchanged", id=target)
        if self._is_dead(told.order):
            return refused("cancelled", f"order {id_of(target)} is {told.order.status}")
        if known and not known.voided:
            return _other(target, known.number)
        seen = self.tracking.seen(told.order)
        told = told.apart_from(seen)
        theirs = typed(told.record, told.lines_of(target), seen, is_all=told.is_all)
        if theirs and all(one.number != shipment.tracking_number for one in theirs):
            return _other(target, theirs[0].number)
        self._tell(told, [parcel_of(shipment, target)], seen)
        return Outcome(state="done", id=target)

    def _on_pieces(self, told: _Told, shipment: Shipment) -> Outcome:
        target, number = shipment.order_id, shipment.tracking_number
        wanted = told.record.unshipped(target)
        parcels = [told.record.parcel(leaf) for leaf in told.record.leaves(target)]
        if self._is_dead(told.order):
            return refused("cancelled", f"order {id_of(target)} is {told.order.status}")
        if not wanted and not any(one and one.number == number for one in parcels):
            return refused("already-shipped", f"no piece of order {target} is open")
        if not wanted:
            return Outcome(state="unchanged", id=target, code="on-pieces")
        seen = self.tracking.seen(told.order)
        self._tell(told, [parcel_of(shipment, leaf) for leaf in wanted], seen)
        return Outcome(state="done", id=target, code="on-pieces")

    def _is_dead(self, order: OrderShape) -> bool:
        return order.status in DEAD or order.status in self.cancelled_statuses

    def _tell(self, told: _Told, parcels: Sequence[Parcel], seen: Sequence[Seen]) -> None:
        record = told.record
        for parcel in parcels:
            shown = next((one for one in seen if _is(one, parcel)), None)
            if shown is None:
                lines = told.lines_of(parcel.of)
                shown = self.tracking.show(told.order, parcel, lines, seen)
                seen = [*seen, shown]
            record = record.with_parcel(msgspec.structs.replace(parcel, shown=shown.id))
        all_sent = told.is_all and not record.unshipped(str(told.order.id))
        is_open = told.order.status in self.open_statuses
        status = {"status": SHIPPED} if all_sent and is_open else {}
        self._keep(told, record, **status)

    def _void_tracking(self, shipment: Shipment) -> Outcome:
        target, number = shipment.order_id, shipment.tracking_number
        told = self._told(target)
        leaves = told.record.leaves(target) if told else ()
        parcels = [one for leaf in leaves if told and (one := told.record.parcel(leaf))]
        void = [one for one in parcels if one.number == number and not one.voided]
        if told is None or not void:
            return Outcome(state="unchanged", id=target)
        record = told.record
        for parcel in void:
            if parcel.shown:
                self.tracking.hide(told.order, parcel, told.lines_of(parcel.of))
            record = record.with_parcel(msgspec.structs.replace(parcel, voided=True))
        text = f"Tracking {number} is void, the Supplier deleted its label"
        say_once(self.http, told.order.id, text)
        self._keep(told, record)
        return Outcome(state="done", id=target)

    def _split(self, split: Split) -> Outcome:
        target = split.order_id
        told = self._told(target)
        if told is None:
            return refused("not-found", "is not there")
        before = told.record.parts_of(target)
        if before:
            pieces = matched(split, before)
            if pieces is None:
                return refused("already-split", "is split otherwise already")
            return Outcome(state="unchanged", id=target, pieces=pieces)
        if self._is_dead(told.order):
            return refused("cancelled", f"is {told.order.status}")
        if told.order.status == SHIPPED or told.record.parcel(target):
            return refused("already-shipped", "is shipped")
        told = told.apart_from(self.shown_parcels(told.order))
        wrong = misfit(split, told.lines_of(target))
        if wrong:
            return refused("does-not-fit", f"does not fit: {wrong}")
        parts = parts_for(split)
        self.tracking.plan(told.order, parts)
        say_once(self.http, told.order.id, "\n".join(_words(told, parts)))
        self._keep(told, told.record.with_parts(parts))
        return Outcome(state="done", id=target, pieces=matched(split, parts) or ())

    def _keep(self, told: _Told, record: Record, **fields: str) -> None:
        meta = [{"key": self.record_key, "value": record.written()}]
        action = f"keep what was told of order {told.order.id}"
        self.save(told.order, {**fields, "meta_data": meta}, action)


def _words(told: _Told, parts: Sequence[Part]) -> Iterator[str]:
    names = {line.id: line.sku or line.name or "" for line in told.order.line_items}
    yield "The Supplier sends this order in pieces:"
    for part in parts:
        lines = ", ".join(f"{count} {names[line]}" for line, count in part.lines.items())
        yield f"{part.id}: {lines}"


def _is(seen: Seen, parcel: Parcel) -> bool:
    """Whether what is shown is this parcel; a planned piece has no number."""
    return seen.number == parcel.number and seen.of in ("", parcel.of)


def _order_id(one: Shipment | Split) -> str:
    return id_of(one.order_id)


def _other(target: str, number: str) -> Outcome:
    return refused("other-tracking", f"order {target} has another tracking number, {number}")
