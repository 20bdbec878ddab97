"""An Ordoro account as the Supplier: what was sent there, and which orders were split."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from msgspec.structs import replace

from ordosync.accounts.ordoro.schema import OrderShape, ShippingShape, moment, order_of
from ordosync.accounts.ordoro.split_matching import summed
from ordosync.accounts.ordoro.supplier_orders import has_left, line_id, position
from ordosync.accounts.ordoro.supplier_stock import MadeProducts
from ordosync.models import Page, Piece, PieceLine, Shipment, Split, Standing, Unusable


class SentShipments(MadeProducts):
    """Who ships."""

    @property
    def _ours(self) -> Mapping[str, str]:
        return {"status": "all", "sales_channel": str(self.channel.sales_channel)}

    def to_be_shipped_ever(self, *, now: datetime) -> Iterator[Page[Standing]]:
        """Read every order of the sales channel as it stands; one that was split as its pieces."""
        for items, _ in self.changed(self._ours, None, now=now, action="read all orders"):
            found = (self._as_received(one) for one in items if isinstance(one, OrderShape))
            yield Page(items=tuple(one for one in found if one))

    def _as_received(self, found: OrderShape) -> Standing | None:
        order = order_of(found, currency=self.currency, zone=self.zone)
        if isinstance(order, Unusable):
            return None
        shipment = self._shipment(found)
        if shipment and shipment.cancelled:
            shipment = None
        keys = sorted(zip(found.lines, order.lines, strict=True), key=lambda p: position(p[0].key))
        return Standing(
            order=replace(
                order,
                number=found.order_number.partition("-")[2] or found.order_number,
                reference=_reference(found),
                ancestors=self.ancestors(found),
                lines=tuple(
                    replace(line, id=line_id(found.order_number, shape.key)) for shape, line in keys
                ),
            ),
            shipments=(shipment,) if shipment else (),
        )

    def shipments(
        self,
        cursor: str | None,
        *,
        now: datetime,
        patient: bool = False,  # noqa: ARG002 - nothing is half written
    ) -> Iterator[Page[Shipment | Unusable]]:
        """Read the shipments of orders that changed since `cursor`; no shipment is a void one."""
        for items, after in self.changed(self._ours, cursor, now=now, action="read shipments"):
            shipments = (
                item if isinstance(item, Unusable) else self._shipment(item) for item in items
            )
            yield Page(items=tuple(one for one in shipments if one), cursor=after)

    def shipments_by_id(self, ids: Sequence[str]) -> Iterator[Page[Shipment | Unusable]]:
        """Read the shipments of these orders as they are now."""
        found = self.orders_now(ids, "read a shipment again")
        shipments = (self._shipment(one) for one in found.values())
        yield Page(items=tuple(one for one in shipments if one))

    def splits(self, cursor: str | None, *, now: datetime) -> Iterator[Page[Split]]:
        """Read the orders that were split since `cursor`: what was split first comes first.

        The cursor waits for a split that is not finished there.
        """
        told: set[str] = set()
        unfinished: OrderShape | None = None
        for items, after in self.changed(self._ours, cursor, now=now, action="read splits"):
            found: list[Split] = []
            for item in items:
                if isinstance(item, Unusable):
                    continue
                for number in reversed(self.ancestors(item)):
                    if number in told:
                        continue
                    split = self._split_there(number)
                    if split is None:
                        unfinished = unfinished or item
                    else:
                        told.add(number)
                        found.append(split)
            held = self._before(unfinished, after) or cursor if unfinished else after
            yield Page(items=tuple(found), cursor=held)

    def _before(self, unfinished: OrderShape, after: str | None) -> str | None:
        """Return a cursor at which an order is seen again; None where it says no time."""
        at = moment(unfinished.updated_date, self.zone)
        return min(datetime.fromisoformat(after), at).isoformat() if after and at else None

    def splits_by_id(self, ids: Sequence[str]) -> Iterator[Page[Split]]:
        """Read how these orders are split now."""
        yield Page(items=tuple(split for number in ids if (split := self._split_there(number))))

    def _shipment(self, order: OrderShape) -> Shipment | None:
        given = order.shipping_info or ShippingShape()
        number = order.tracking_number
        sent_at = self.sent_at(order)
        if sent_at is None:
            return None
        return Shipment(
            id=order.order_number,
            order_id=order.order_number,
            tracking_number=number,
            carrier=given.carrier_name or "",
            shipped_at=sent_at,
            method=given.shipping_method or "",
            cost=given.cost,
            currency=self.currency if given.cost is not None else "",
            warehouse=self.warehouse_name(order.warehouse.id if order.warehouse else None)
            if number
            else "",
            ancestors=self.ancestors(order),
            voided=bool(given.void) or not has_left(order),
            cancelled=order.status == "cancelled" and not number,
            reference=_reference(order),
        )

    def _split_there(self, number: str) -> Split | None:
        """Return how an order is split; None while that is not finished, or where it is not."""
        known = self.parent(number)
        if known is None or not known.ready:
            return None
        pieces = []
        for child in known.child_order_numbers or ():
            lines = [line for leaf in self.leaves(child) for line in leaf.lines]
            pieces.append(
                Piece(
                    id=child,
                    lines=tuple(
                        PieceLine(
                            of_line=line_id(number, key), quantity=count, id=line_id(child, key)
                        )
                        for key, count in summed(lines).items()
                    ),
                )
            )
        return Split(order_id=number, pieces=tuple(pieces))


def _reference(order: OrderShape) -> str:
    return next((line.cart_order_id for line in order.lines if line.cart_order_id), "")
