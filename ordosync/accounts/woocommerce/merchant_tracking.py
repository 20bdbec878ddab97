"""Tracking numbers in a Merchant's shop, by the way in which the shop shows parcels.

First the shop shows a parcel in its own way. Then the order gets its record and its status in one
write. So every recorded parcel was shown. A parcel that was shown but not recorded is recognised
by its number. An order becomes completed when no unit is open; the record has the units of each
parcel, since most shops cannot show them.
"""

from collections.abc import Sequence

from msgspec.structs import replace

from ordosync.accounts.merchant import Takes
from ordosync.accounts.woocommerce.foreign_parcels import subtract
from ordosync.accounts.woocommerce.order_metadata import (
    Parcel,
    Record,
    order_id_of,
    parcel_of,
    units_of_shipment,
)
from ordosync.accounts.woocommerce.order_share import OrderShare, SharePart
from ordosync.accounts.woocommerce.order_statuses import ON_HOLD, SHIPPED
from ordosync.accounts.woocommerce.parcel_contents import contents_of
from ordosync.accounts.woocommerce.parcels import Lines, ShownParcel
from ordosync.accounts.woocommerce.timeline import add_note, read_notes, send_note
from ordosync.accounts.woocommerce.tracking_providers import shows_number
from ordosync.added_units import requested_lines, without_added_units
from ordosync.models import Outcome, Shipment, refused


class MerchantTracking(SharePart):
    """Parcels of this Supplier, as the shop's customers see them."""

    @property
    def takes(self) -> Takes:
        """Lines if the shop has fulfillments; the record of the order always has them."""
        return "lines" if self._client.tracking.has_lines else "numbers"

    def add(self, shipments: Sequence[Shipment]) -> list[Outcome]:
        """Add tracking numbers; an order becomes completed when all of its lines are sent."""
        return self._client.service.write_each(shipments, self._add, key=_order_id)

    def void(self, shipments: Sequence[Shipment]) -> list[Outcome]:
        """Stop showing these numbers, and add a note; the orders keep their status."""
        return self._client.service.write_each(shipments, self._void, key=_order_id)

    def _add(self, shipment: Shipment) -> Outcome:
        target, is_last = shipment.order_id, shipment.is_last
        share = self._shares.read(target)
        if share is None:
            return refused("not-found", f"order {target} does not exist")
        if share.record.parts_of(target) and not _is_of_order(share, shipment):
            return self._add_to_pieces(share, shipment)
        existing = share.record.label(target, shipment)
        further = _further(share, shipment, target)
        is_known = existing is not None and existing.has(shipment)
        if is_known and not further:
            return Outcome(state="unchanged", id=target)
        if self._statuses.is_dead(share.order):
            return refused("cancelled", f"order {order_id_of(target)} is {share.order.status}")
        shown = self._client.tracking.parcels(share.order)
        parcels = further
        if not is_known:
            share, shipment, contents = _contents(share, shipment, shown)
            if isinstance(contents, Outcome):
                return contents
            parcels = [(_recorded(share, shipment, target, contents), contents), *further]
        self._show(share, parcels, shown, is_last=is_last)
        return Outcome(state="done", id=target)

    def _add_to_pieces(self, share: OrderShare, shipment: Shipment) -> Outcome:
        target, record = shipment.order_id, share.record
        is_number = shipment.lines is None and not shipment.is_last
        pieces = [target] if is_number else record.unshipped(target)
        known = any(record.label(leaf, shipment) for leaf in (target, *record.leaves(target)))
        if self._statuses.is_dead(share.order):
            return refused("cancelled", f"order {order_id_of(target)} is {share.order.status}")
        if not pieces and not known:
            return refused("already-shipped", f"all pieces of order {target} are shipped")
        if not pieces or (is_number and known):
            return Outcome(state="unchanged", id=target, code="on-pieces")
        parcels: list[tuple[Parcel, Lines]] = []
        for piece in pieces:
            lines = {} if is_number else share.open_lines(piece)
            parcels.append((_recorded(share, shipment, piece, lines), lines))
            parcels += _further(share, shipment, piece)
        shown = self._client.tracking.parcels(share.order)
        self._show(share, parcels, shown, is_last=shipment.is_last)
        return Outcome(state="done", id=target, code="on-pieces")

    def _show(
        self,
        share: OrderShare,
        parcels: Sequence[tuple[Parcel, Lines]],
        shown: Sequence[ShownParcel],
        *,
        is_last: bool,
    ) -> None:
        order, record, tracking = share.order, share.record, self._client.tracking
        for parcel, lines in parcels:
            made = _shown(record, parcel, shown, by_lines=tracking.has_lines)
            if before := _before(record, parcel):
                made = tracking.change(order, replace(parcel, shown=before.shown), lines)
            elif made is None:
                made = tracking.show(order, parcel, lines, _place(record, parcel, lines, shown))
            shown = [*shown, made]
            for void in _voids(record, parcel.of, lines):
                if void.shown not in ("", made.id):
                    tracking.remove(order, void.shown)
                record = record.with_parcel(replace(void, lines={}, shown=""))
            record = record.with_parcel(replace(parcel, shown=made.id))
        all_sent = share.is_complete(record)
        if not all_sent and is_last:
            # Only lines that no Supplier sends may be open; a linked one is sent with the others.
            self._shares.needs.learn(order.line_items)
            all_sent = share.is_complete(record, self._shares.needs.not_awaited(order))
        is_held = order.status == ON_HOLD and bool(record.holds)
        is_open = order.status in self._statuses.to_ship or is_held
        status = {"status": SHIPPED} if all_sent and is_open else {}
        self._shares.save(order, record, **status)

    def _void(self, shipment: Shipment) -> Outcome:
        target, number = shipment.order_id, shipment.tracking_number
        share = self._shares.read(target)
        labels = _labels(share.record, target, number) if share else []
        void = [parcel for parcel in labels if parcel.id in ("", shipment.id)]
        if share and not labels:
            void = self._unrecorded(share, shipment)
        if share is None or not void:
            is_noted = share is not None and not labels and self._is_noted(share.order.id, number)
            return Outcome(state="done" if is_noted else "unchanged", id=target)
        record, is_live = share.record, len(labels) > len(void)
        for parcel in void:
            if parcel.shown and (self._client.tracking.has_lines or not is_live):
                lines = share.lines_of(parcel.of) if parcel.lines is None else parcel.lines
                self._client.tracking.hide(share.order, parcel, lines)
            record = record.with_parcel(replace(parcel, voided=True))
        if not is_live:
            add_note(self._client.http, share.order.id, _void_text(number))
        self._shares.save(share.order, record)
        return Outcome(state="done", id=target)

    def _is_noted(self, order_id: int, number: str) -> bool:
        """Add a note that a number is void, if a note of an interrupted run shows it."""
        notes = [note.note for note in read_notes(self._client.http, order_id) or ()]
        text = _void_text(number)
        if text in notes or not any(shows_number(note, number) for note in notes):
            return False
        send_note(self._client.http, order_id, text)
        return True

    def _unrecorded(self, share: OrderShare, shipment: Shipment) -> list[Parcel]:
        """Return the parcels with a number that are shown, and that no run has recorded."""
        target, recorded = shipment.order_id, {parcel.shown for parcel in share.record.parcels}
        return [
            replace(
                parcel_of(shipment, shown.of or target, lines=dict(shown.lines or {})),
                shown=shown.id,
            )
            for shown in self._client.tracking.parcels(share.order)
            if shown.number == shipment.tracking_number and shown.id not in recorded
            if not shown.of or f"{shown.of}/".startswith(f"{target}/")
        ]


def _is_of_order(share: OrderShare, shipment: Shipment) -> bool:
    """True if a parcel has units of a split order that were sent before the split."""
    before = share.record.units(shipment.order_id, voided=True)
    return bool(shipment.lines) and not subtract(units_of_shipment(shipment), before)


def _void_text(number: str) -> str:
    return f"Tracking {number} is void, the Supplier deleted its label"


def _further(share: OrderShare, shipment: Shipment, target: str) -> list[tuple[Parcel, Lines]]:
    """Return the other numbers of a parcel that are not in the record; they have no units."""
    return [
        (parcel_of(shipment, target, number, lines={}), {})
        for number in shipment.more_numbers
        if not any(label.of == target for label in _labels(share.record, target, number))
    ]


def _contents(
    share: OrderShare, shipment: Shipment, shown: Sequence[ShownParcel]
) -> tuple[OrderShare, Shipment, Lines | Outcome]:
    """Return the units of a parcel, without those that others have sent or that were added."""
    # Users, or an attempt that was interrupted, may have entered the same number.
    others = [parcel for parcel in shown if parcel.number != shipment.tracking_number]
    share = share.without_foreign(others)
    open_lines = share.open_lines(shipment.order_id).items()
    units = {str(id_): count for id_, count in open_lines}
    skus = {str(line.id): line.sku or "" for line in share.order.line_items}
    shipment = without_added_units(shipment, units, requested_lines(shipment, skus))
    return share, shipment, contents_of(share, shipment, others)


def _recorded(share: OrderShare, shipment: Shipment, target: str, lines: Lines) -> Parcel:
    """Return the parcel to record: without lines if it is the only one of its order or piece."""
    is_rest = not shipment.is_last or bool(share.record.units(target))
    is_whole = shipment.lines is None and not is_rest
    return parcel_of(shipment, target, lines=None if is_whole else dict(lines))


def _labels(record: Record, target: str, number: str) -> list[Parcel]:
    """Return the valid parcels with a number, of an order or piece and of its pieces."""
    return [
        parcel
        for parcel in record.parcels
        if f"{parcel.of}/".startswith(f"{target}/")
        and parcel.number == number
        and not parcel.voided
    ]


def _before(record: Record, parcel: Parcel) -> Parcel | None:
    """Return a valid parcel that is recorded with other units, or only with its number."""
    labels = _labels(record, parcel.of, parcel.number)
    return next((it for it in labels if it.of == parcel.of and it.id in ("", parcel.id)), None)


def _shown(
    record: Record, parcel: Parcel, shown: Sequence[ShownParcel], *, by_lines: bool
) -> ShownParcel | None:
    """Return a parcel that the shop shows already; None if it does not show it.

    Two parcels with one number are two if the shop shows units, otherwise one number.
    """
    taken = {item.shown for item in record.parcels} if by_lines else set()
    return next((item for item in shown if item.id not in taken and _is_same(item, parcel)), None)


def _voids(record: Record, target: str, lines: Lines) -> list[Parcel]:
    """Return the void parcels of an order or piece that have some of these units."""
    return [
        item
        for item in record.parcels_of(target)
        if item.voided and (item.lines is None or item.lines.keys() & lines.keys())
    ]


def _place(
    record: Record, parcel: Parcel, lines: Lines, shown: Sequence[ShownParcel]
) -> ShownParcel | None:
    """Return the planned or void parcel that a new one replaces; None if there is none."""
    void = {item.shown for item in _voids(record, parcel.of, lines)}
    of_target = [item for item in shown if item.of == parcel.of and not item.number]
    return next((item for item in of_target if item.id in void or not item.is_sent), None)


def _is_same(shown: ShownParcel, parcel: Parcel) -> bool:
    """True if the shop shows this parcel; a planned piece has no number."""
    return shown.number == parcel.number and shown.of in ("", parcel.of)


def _order_id(shipment: Shipment) -> str:
    return order_id_of(shipment.order_id)
