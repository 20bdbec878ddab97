"""A WooCommerce shop as the Supplier: the Merchant's orders are orders of the shop.

A shop refuses nothing twice, so each order carries our reference: as a field, which is compared,
and as its transaction, which newer shops search. An order is one parcel here, and cannot be split.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial

from ordosync.accounts.account import CheckResult
from ordosync.accounts.service_client import unless_it_exists
from ordosync.accounts.woocommerce.client import folded
from ordosync.accounts.woocommerce.parcels import Seen
from ordosync.accounts.woocommerce.schema import OrderShape, ProductShape, moment, whole
from ordosync.accounts.woocommerce.supplier_orders import REFERENCE, Created
from ordosync.accounts.woocommerce.tracking_providers import Extension, Fulfillments
from ordosync.models import Order, Outcome, Page, Shipment, Split, Stock, Unusable, refused

_SENT = "completed"
_UNSENT = frozenset({"pending", "on-hold", "processing"})
"""The shop's own statuses of what nobody has sent; those of plug-ins may say that somebody has."""
_GONE = frozenset({"cancelled", "refunded", "failed", "trash"})
_PARTIAL = frozenset({"partial-shipped", "partially-shipped", "partially-completed"})
"""Plug-ins' statuses of an order of which not all is sent."""


class SupplierSide(Created):
    """Who ships."""

    shipped_statuses: tuple[str, ...]
    """Of what is sent, with a tracking number or without."""

    def create_orders(self, orders: Sequence[Order], *, look_first: bool = False) -> list[Outcome]:
        """Create the orders side by side, each reference once; SKUs are looked up together."""
        wanted = {order.reference: order for order in orders}
        wrong = {ref: why for ref, order in wanted.items() if (why := self.misfit(order))}
        known = self.find_orders([ref for ref in wanted if ref not in wrong]) if look_first else {}
        fresh = [order for ref, order in wanted.items() if ref not in known and ref not in wrong]
        lines = [line for order in fresh for line in order.lines]
        unmade = self.make_known(lines)
        made: dict[str, Outcome] = {**known}

        def create(order: Order) -> Outcome:
            if order.reference in wrong:
                return refused("invalid-order", wrong[order.reference])
            if order.reference in made:
                return _again(made[order.reference])
            failed = [unmade[sku] for line in order.lines if (sku := folded(line.sku)) in unmade]
            if not failed:
                made[order.reference] = self.create(order)
            return failed[0] if failed else made[order.reference]

        return self.each(orders, unless_it_exists(create), about=lambda order: order.reference)

    def cancel_orders(self, ids: Sequence[str], *, also_shipped: bool = False) -> list[Outcome]:
        """Cancel open orders; others only with `also_shipped`, which puts their stock back."""
        return self.each(ids, partial(self._cancel, also_shipped=also_shipped), about=str)

    def stock(
        self,
        *,
        now: datetime,  # noqa: ARG002 - it is always as of now
        patient: bool = False,  # noqa: ARG002 - nothing is half written
    ) -> Iterator[Page[Stock | Unusable]]:
        """Read how many of each product can be sold, always all of them."""
        for items in self.catalogue({}, "read stock"):
            yield Page(
                items=tuple(
                    item if isinstance(item, Unusable) else _to_sell(item[0])
                    for item in items
                    if isinstance(item, Unusable) or item[0].sku
                )
            )

    def stock_of(self, ids: Sequence[str]) -> Mapping[str, Stock]:
        """Return the same for these products, as it is now."""
        found = self.by_sku(ids, "read stock again")
        return {sku: _to_sell(items[0], sku) for sku, items in found.items()}

    def shipments(
        self,
        cursor: str | None,
        *,
        now: datetime,
        patient: bool = False,  # noqa: ARG002 - nothing is half written
    ) -> Iterator[Page[Shipment | Unusable]]:
        """Read the shipments of orders that changed since `cursor`; no shipment is a void one."""
        wanted = {"status": "any"}
        for items, after in self.changed(wanted, cursor, now=now, action="read shipments"):
            yield Page(items=self._shipments(items), cursor=after)

    def shipments_by_id(self, ids: Sequence[str]) -> Iterator[Page[Shipment | Unusable]]:
        """Read the shipments of these orders as they are now."""
        yield Page(items=self._shipments(self.orders_now(ids, "read shipments again")))

    def splits(
        self,
        cursor: str | None,
        *,
        now: datetime,  # noqa: ARG002 - there is nothing to read
    ) -> Iterator[Page[Split]]:
        """Read nothing: an order cannot be split here."""
        yield Page(items=(), cursor=cursor)

    def splits_by_id(self, ids: Sequence[str]) -> Iterator[Page[Split]]:  # noqa: ARG002
        """Read nothing: an order cannot be split here."""
        yield Page(items=())

    def statuses(self, ids: Sequence[str]) -> Mapping[str, str]:
        """Return the status of each of these orders that is here."""
        found = self.orders_now(ids, "read the statuses of orders")
        shapes = [one for one in found if isinstance(one, OrderShape)]
        statuses = self.side_by_side(shapes, self._status_here)
        return {str(one.id): status for one, status in zip(shapes, statuses, strict=True)}

    def _status_here(self, order: OrderShape) -> str:
        parcel = self._parcel(order, self.shown_parcels(order))
        return self.status_of(order, has_parcel=parcel is not None)

    def check_supplier(self) -> Iterator[CheckResult]:
        """Say what this shop tells of parcels, and what it cannot hold."""
        if not (isinstance(self.tracking, Fulfillments | Extension) or self.channel.tracking_meta):
            yield CheckResult(
                text="has no place for tracking numbers: switch on fulfillments or install"
                " Shipment Tracking, or say `tracking_meta:`",
                is_problem=True,
            )
        self.find_statuses(self.shipped_statuses)
        yield CheckResult(text="cannot split orders")
        yield CheckResult(
            text="counts a parcel without a number for nothing, such as the one that the shop makes"
            " of downloadable lines by itself"
        )
        yield CheckResult(text="cannot tell what a label has cost, its method and its warehouse")
        yield CheckResult(
            text="may not count an order as changed when a number is added to it: orders without"
            " one are asked for, up to 100 in each run, more of them once an hour"
        )

    def _cancel(self, order_id: str, *, also_shipped: bool) -> Outcome:
        order = self.order(order_id, f"read order {order_id}")
        if order is None:
            return refused("not-found", "is not here")
        if order.status in _GONE:
            return Outcome(state="unchanged", id=order_id)
        refusal = None if also_shipped else self._sent_perhaps(order)
        if refusal:
            return refusal
        after = self.save(order, {"status": "cancelled"}, f"cancel order {order_id}")
        if after.date_completed_gmt != order.date_completed_gmt and not also_shipped:
            # Completed between our look and our word, and both were taken: the parcel wins.
            self.save(order, {"status": _SENT}, f"restore order {order_id}")
            return refused("already-shipped", f"order {order_id} is shipped")
        return Outcome(state="done", id=order_id)

    def _sent_perhaps(self, order: OrderShape) -> Outcome | None:
        """Return the refusal to cancel an order that is sent, or may be."""
        parcels = self.shown_parcels(order)
        if self.status_of(order, has_parcel=self._parcel(order, parcels) is not None) == "shipped":
            return refused("already-shipped", f"order {order.id} is shipped")
        status = order.status
        if status not in _UNSENT:
            way_out = f"cancel it by hand if it is not, or name {status} in `shipped:`"
            reason = f"order {order.id} has the status {status} and may be shipped: {way_out}"
            return refused("maybe-shipped", reason)
        if any(one.is_sent for one in parcels):
            reason = f"order {order.id} has a parcel without a tracking number and may be shipped"
            return refused("maybe-shipped", f"{reason}: cancel it by hand if it is not")
        return None

    def _shipments(self, items: Sequence[OrderShape | Unusable]) -> tuple[Shipment | Unusable, ...]:
        ours = [
            one for one in items if isinstance(one, Unusable) or one.meta(REFERENCE) is not None
        ]
        found = self.side_by_side(
            ours, lambda one: one if isinstance(one, Unusable) else self.shipment(one)
        )
        return tuple(one for one in found if one)

    def shipment(self, order: OrderShape) -> Shipment | None:
        """Return what was sent of an order, or that its label is gone; None if it never will."""
        parcels = self.shown_parcels(order)
        parcel = self._parcel(order, parcels)
        sent_at = (
            (parcel and parcel.shipped_at)
            or moment(order.date_completed_gmt)
            or moment(order.date_modified_gmt)
        )
        if sent_at is None:
            return None
        number = parcel.number if parcel else ""
        return Shipment(
            id=str(order.id),
            order_id=str(order.id),
            tracking_number=number,
            carrier=parcel.carrier if parcel else "",
            shipped_at=sent_at,
            voided=parcel is None and order.status not in self.shipped_statuses,
            cancelled=parcel is None and order.status in _GONE,
            is_partial=bool(number) and self._is_partial(order, parcels),
            other_numbers=_others(number, parcels),
            reference=str(order.meta(REFERENCE) or ""),
        )

    def _is_partial(self, order: OrderShape, parcels: Sequence[Seen]) -> bool:
        """Return True if units are in no parcel and were not refunded.

        The field with the shop's own word for it keeps saying so after a refund of the rest. A
        number without lines may be of everything; then only a plug-in's status says that it is not.
        """
        if order.status in _GONE:
            return False
        if self.channel.tracking_meta or any(one.lines is None for one in parcels if one.number):
            return order.status in _PARTIAL
        sent: Counter[int] = Counter()
        for one in parcels:
            sent.update(one.lines or {} if one.is_sent else {})
        wanted = {line.id: line.quantity for line in order.line_items}
        if all(count <= sent[line] for line, count in wanted.items()):
            return False
        return any(count > sent[line] for line, count in self.left(order).items())

    def _parcel(self, order: OrderShape, parcels: Sequence[Seen]) -> Seen | None:
        """Return the newest parcel of an order that has a number, wherever this shop has it."""
        channel = self.channel
        if channel.tracking_meta and (number := order.meta(channel.tracking_meta)):
            carrier = order.meta(channel.carrier_meta) if channel.carrier_meta else ""
            return Seen(id="", number=str(number), carrier=str(carrier or ""))
        return next((one for one in reversed(parcels) if one.number), None)

    def status_of(self, order: OrderShape, *, has_parcel: bool) -> str:
        """Return where an order of this shop's stands."""
        if order.status in _GONE:
            return "cancelled"
        is_sent = order.status in self.shipped_statuses or has_parcel
        return "shipped" if is_sent else "awaiting_fulfillment"


def _others(number: str, parcels: Sequence[Seen]) -> tuple[str, ...]:
    """Return the tracking numbers besides this one, oldest first, each once."""
    numbers = dict.fromkeys(one.number for one in parcels if one.number)
    return tuple(one for one in numbers if one != number)


def _again(outcome: Outcome) -> Outcome:
    if outcome.state != "done":
        return outcome
    return Outcome(state="unchanged", id=outcome.id, line_ids=outcome.line_ids)


def _to_sell(shape: ProductShape, sku: str = "") -> Stock:
    """Return what can be sold; a variation without a number of its own has its product's.

    One that nobody counts is known to be 0 where the shop says that it is sold out.
    """
    quantity = 0 if shape.stock_status == "outofstock" else None
    if shape.manage_stock is True or shape.manage_stock == "parent":
        quantity = whole(shape.stock_quantity)
    return Stock(product_id=sku or shape.sku, sku=shape.sku, quantity=quantity)
