"""An Ordoro account as the Merchant: dropshipments that are requested from one supplier there."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from types import NoneType

from msgspec.structs import replace

from ordosync.accounts.base import Finding, refused
from ordosync.accounts.lists import since_cursor
from ordosync.accounts.ordoro.partition import body_of, matched, misfit
from ordosync.accounts.ordoro.shapes import (
    OrderShape,
    PlaceName,
    ProductShape,
    ShippingShape,
    moment,
    order_of,
    product_of,
)
from ordosync.accounts.ordoro.side import Side, path
from ordosync.accounts.over_http import looking_again
from ordosync.errors import NotFoundError
from ordosync.models import (
    Address,
    Order,
    Outcome,
    Page,
    Piece,
    Product,
    Shipment,
    Split,
    Standing,
    Stock,
    Unusable,
)

_REQUESTED = "dropshipment_requested"
_OPEN = ("awaiting_fulfillment", _REQUESTED)
_FRESH_S = 300
_READY_TRIES = 3
_FEW = 10
"""So many products are asked for one by one rather than all read."""


@dataclass(frozen=True, kw_only=True)
class MerchantOptions:
    """What a portal says about its Merchant."""

    supplier: int
    """The id there of the supplier whom orders are requested from."""
    warehouse: int | None = None
    """Where its stock is kept as physical on hand; by default the supplier's linked warehouse."""
    supplier_skus: bool = False
    """Whether to look up what the supplier calls each product: a call more for each new SKU."""


class MerchantSide(Side):
    """Who sells."""

    notify_cart: bool

    def __init__(self, *, name: str, spool: Path, concurrency: int) -> None:
        super().__init__(name=name, spool=spool, concurrency=concurrency)
        self._forget()

    def close(self) -> None:
        """Forget what was read for one run."""
        super().close()
        self._forget()

    def _forget(self) -> None:
        self._on_hand: dict[str, Stock] = {}
        self._known: dict[str, int | None] = {}
        self._on_hand_until = 0.0
        self._supplier_skus: dict[str, str] = {}
        self._linked_warehouse: int | None = None

    @property
    def _supplier(self) -> int:
        pair = self.pair
        return pair.supplier if isinstance(pair, MerchantOptions) else 0

    def check_merchant(self) -> Iterator[Finding]:
        """Look whether the supplier and the warehouse are there."""
        try:
            self.http.get(f"/supplier/{self._supplier}/", NoneType, doing="look for the supplier")
        except NotFoundError:
            yield Finding(text=f"there is no supplier {self._supplier}", is_problem=True)
            return
        warehouse = self._warehouse()
        if not self.warehouse_name(warehouse):
            yield Finding(text=f"there is no warehouse {warehouse}", is_problem=True)
        yield Finding(text="cannot hold from which warehouse of the Supplier a parcel was sent")
        yield Finding(text="keeps a voided tracking number, with a comment that it is void")

    def orders(
        self,
        cursor: str | None,
        *,
        now: datetime,
        patient: bool = False,  # noqa: ARG002 - nothing is half written
    ) -> Iterator[Page[Order | Unusable]]:
        """Read the orders requested from this portal's supplier that changed since `cursor`.

        Those of other suppliers are read as well, and said to be `reassigned`: which of them were
        this one's once is not told.
        """
        for items, after in self.changed(
            {"status": _REQUESTED}, cursor, now=now, doing="read orders"
        ):
            yield Page(items=tuple(self._order(item) for item in items), cursor=after)

    def orders_by_id(self, ids: Sequence[str]) -> Iterator[Page[Order | Unusable]]:
        """Read these orders as they are now."""
        found = self.side_by_side(ids, partial(self.found, doing="read an order again"))
        requested = [
            one
            for one in found
            if isinstance(one, Unusable) or (one is not None and one.status == _REQUESTED)
        ]
        yield Page(items=tuple(self._order(one) for one in requested))

    def requested_ever(self, *, now: datetime) -> Iterator[Page[Standing]]:
        """Read every order as it stands that may have been requested from this supplier.

        An order that was cancelled or restored may have lost its supplier, so that one without is
        given, too. Orders that cannot be read are left out.
        """
        pages = self.changed({"status": "all"}, None, now=now, doing="read all orders")
        for items, _ in pages:
            found = (self._as_requested(one) for one in items if isinstance(one, OrderShape))
            yield Page(items=tuple(one for one in found if one))

    def _as_requested(self, found: OrderShape) -> Standing | None:
        if found.supplier_id not in (None, self._supplier):
            return Standing(order=self._bare(found), is_ours=False)
        order = order_of(found, currency=self.currency, zone=self.zone)
        if isinstance(order, Unusable):
            return None
        number, given = found.tracking_number, found.shipping_info or ShippingShape()
        shipment = Shipment(
            id="",
            order_id=order.id,
            tracking_number=number,
            carrier=given.carrier_name or "",
            shipped_at=self.sent_at(found) or datetime.min.replace(tzinfo=UTC),
            voided=self._is_void(found, number),
        )
        return Standing(
            order=self._completed(order, found),
            shipments=(shipment,) if number else (),
        )

    def _bare(self, found: OrderShape) -> Order:
        number = found.order_number
        ancestors = self.ancestors(found)
        return Order(
            id=number,
            number=number,
            lines=(),
            ship_to=Address(),
            status=found.status,
            ancestors=ancestors,
        )

    def cancelled_orders(self, cursor: str | None, *, now: datetime) -> Iterator[Page[str]]:
        """Read which orders were cancelled since `cursor` and never shipped, of all suppliers.

        An order that was cancelled may have lost its supplier, so it is not asked for.
        """
        pages = self.changed(
            {"status": "cancelled"}, cursor, now=now, doing="read cancelled orders", by="cancelled"
        )
        for items, after in pages:
            unshipped = (
                item.order_number
                for item in items
                if isinstance(item, OrderShape) and not item.tracking_number
            )
            yield Page(items=tuple(unshipped), cursor=after)

    def cancelled_among(self, ids: Sequence[str]) -> frozenset[str]:
        """Return which of these orders are cancelled, unshipped, at this moment."""
        found = self.orders_now(ids, "see whether an order is still cancelled")
        return frozenset(
            number
            for number, one in found.items()
            if one.status == "cancelled" and not one.tracking_number
        )

    def products(self, cursor: str | None, *, now: datetime) -> Iterator[Page[Product | Unusable]]:
        """Read the products of this portal's supplier that changed since `cursor`."""
        wanted = {"supplier": str(self._supplier)}

        def read(after: datetime | None) -> Iterator[Sequence[ProductShape | Unusable]]:
            since = {"updated_after": after.isoformat()} if after else {}
            return self.product_list(wanted | since, "read products")

        for items, after in since_cursor(cursor, read, self._updated_at, now=now):
            yield Page(items=tuple(self._products(items)), cursor=after)

    def products_by_id(self, ids: Sequence[str]) -> Iterator[Page[Product | Unusable]]:
        """Read these products as they are now."""
        found = self.side_by_side(ids, partial(self.product, doing="read a product again"))
        yield Page(items=tuple(self._products([one for one in found if one])))

    def stock_to_write(self, ids: Sequence[str]) -> Mapping[str, Stock]:
        """Return physical on hand in the linked warehouse.

        Where many are asked for, all of the supplier's products are read once, for five minutes.
        """
        if len(ids) <= _FEW and not self._on_hand:
            found = self.side_by_side(ids, partial(self.product, doing="read stock"))
            return {one.sku: self._to_write(one) for one in found if one}
        if self.needed_network.clock.monotonic() >= self._on_hand_until:
            self._read_on_hand()
        return {id_: self._on_hand[id_] for id_ in ids if id_ in self._on_hand}

    def write_stock(self, stock: Sequence[Stock]) -> list[Outcome]:
        """Set physical on hand in the linked warehouse."""
        return self.each(stock, self._set_stock, about=lambda one: one.product_id)

    def add_tracking(self, shipments: Sequence[Shipment]) -> list[Outcome]:
        """Tell what was sent; the order becomes shipped."""
        return self.each(shipments, looking_again(self._add_tracking), about=_order_id)

    def void_tracking(self, shipments: Sequence[Shipment]) -> list[Outcome]:
        """Say on the timeline that a number is void: without one the order would be open again."""
        return self.each(shipments, self._void_tracking, about=_order_id)

    def split_orders(self, splits: Sequence[Split]) -> list[Outcome]:
        """Split open orders into pieces as given, whole or not at all."""
        return self.each(splits, looking_again(self._split_here), about=_order_id)

    def _order(self, found: OrderShape | Unusable) -> Order | Unusable:
        if isinstance(found, Unusable):
            return found
        order = order_of(found, currency=self.currency, zone=self.zone)
        if isinstance(order, Unusable):
            return order
        if found.supplier_id != self._supplier:
            return Unusable(
                id=order.id,
                code="reassigned",
                reason="was given to another supplier",
                content=order.content,
                skip=True,
            )
        return self._completed(order, found)

    def _completed(self, order: Order, found: OrderShape) -> Order:
        """Return an order with what is said of it elsewhere; SKUs are asked for if wanted."""
        lines = order.lines
        if isinstance(self.pair, MerchantOptions) and self.pair.supplier_skus:
            lines = tuple(
                replace(line, supplier_sku=self._supplier_sku(line.sku)) for line in lines
            )
        return replace(order, lines=lines, ancestors=self.ancestors(found))

    def _supplier_sku(self, sku: str) -> str:
        if sku not in self._supplier_skus:
            found = self.product(sku, "look up what the supplier calls it")
            known = product_of(found, self._supplier).supplier_sku if found else ""
            self._supplier_skus[sku] = known
        return self._supplier_skus[sku]

    def _updated_at(self, item: ProductShape | Unusable) -> datetime | None:
        return None if isinstance(item, Unusable) else moment(item.updated, self.zone)

    def _products(self, items: Sequence[ProductShape | Unusable]) -> Iterator[Product | Unusable]:
        for item in items:
            if isinstance(item, Unusable):
                yield item
            elif item.archive_date is None and self._is_ours(item):
                yield product_of(item, self._supplier)

    def _is_ours(self, product: ProductShape) -> bool:
        return any(one.id == self._supplier for one in product.suppliers or ())

    def _warehouse(self) -> int:
        if isinstance(self.pair, MerchantOptions) and self.pair.warehouse:
            return self.pair.warehouse
        if self._linked_warehouse is None:
            supplier = self.http.get(
                f"/supplier/{self._supplier}/", PlaceName, doing="look for its warehouse"
            )
            self._linked_warehouse = supplier.warehouse_id or self.default_warehouse()
        return self._linked_warehouse

    def _read_on_hand(self) -> None:
        self._on_hand = {
            item.sku: self._to_write(item)
            for items in self.product_list({}, "read stock to be written")
            for item in items
            if isinstance(item, ProductShape)
        }
        self._on_hand_until = self.needed_network.clock.monotonic() + _FRESH_S

    def _to_write(self, product: ProductShape) -> Stock:
        warehouse = self._warehouse()
        there = next((one for one in product.warehouses or () if one.id == warehouse), None)
        physical = None if there is None or there.physical is None else int(there.physical)
        self._known[product.sku] = physical
        fixed = "kit" if product.is_kit_parent else "archived" if product.archive_date else ""
        return Stock(
            product_id=product.sku,
            sku=product.sku,
            quantity=physical,
            fixed=fixed or ("" if self._is_ours(product) else "unassigned"),
        )

    def _set_stock(self, wanted: Stock) -> Outcome:
        if wanted.fixed:
            return refused("fixed", f"is {wanted.fixed} and cannot be written")
        if wanted.quantity is None or wanted.quantity < 0:
            return refused("invalid", f"{wanted.quantity} is no quantity to write")
        if self._known.get(wanted.product_id) == wanted.quantity:
            return Outcome(state="unchanged", id=wanted.product_id)
        self.http.send(
            "PUT",
            self.stock_path(wanted.product_id, self._warehouse()),
            NoneType,
            doing=f"set the stock of {wanted.sku}",
            json={"on_hand": wanted.quantity},
            repeatable=True,
        )
        self._known[wanted.product_id] = wanted.quantity
        known = self._on_hand.get(wanted.product_id)
        if known:
            self._on_hand[wanted.product_id] = replace(known, quantity=wanted.quantity)
        return Outcome(state="done", id=wanted.product_id)

    def _add_tracking(self, shipment: Shipment) -> Outcome:
        number = shipment.order_id
        order = self.order(number, f"read order {number}")
        if order is None:
            return self._on_pieces(shipment)
        told = order.tracking_number
        if told == shipment.tracking_number and not self._is_void(order, told):
            return Outcome(state="unchanged", id=number)
        if order.status == "cancelled":
            return refused("cancelled", f"order {number} is cancelled")
        if told and not self._is_void(order, told):
            return refused("other-tracking", f"order {number} has another tracking number, {told}")
        if not told and order.status not in _OPEN:
            return refused("already-shipped", f"order {number} is {order.status} without tracking")
        self._send_tracking(shipment, method="PUT" if told else "POST")
        return Outcome(state="done", id=number)

    def _send_tracking(self, shipment: Shipment, *, method: str) -> None:
        body: dict[str, object] = {
            "tracking_number": shipment.tracking_number,
            "carrier_name": shipment.carrier,
            "ship_date": shipment.shipped_at.isoformat(),
            "notify_cart": self.notify_cart,
        }
        if shipment.method:
            body["shipping_method"] = shipment.method
        if shipment.cost is not None and shipment.currency in ("", self.currency):
            body["cost"] = shipment.cost
        self.http.send(
            method,
            path("order", shipment.order_id, "shipping_info"),
            ShippingShape,
            doing=f"add tracking {shipment.tracking_number} to order {shipment.order_id}",
            json=body,
        )

    def _on_pieces(self, shipment: Shipment) -> Outcome:
        pieces = list(self.leaves(shipment.order_id))
        if not pieces:
            return refused("not-found", f"order {shipment.order_id} is not there")
        number = shipment.tracking_number
        wanted = [one for one in pieces if one.status in _OPEN]
        has_it = any(one.tracking_number == number for one in pieces)
        if not wanted and not has_it:
            return refused("already-shipped", f"no piece of order {shipment.order_id} is open")
        for piece in wanted:
            self._send_tracking(replace(shipment, order_id=piece.order_number), method="POST")
        return Outcome(
            state="done" if wanted else "unchanged", id=shipment.order_id, code="on-pieces"
        )

    def _void_tracking(self, shipment: Shipment) -> Outcome:
        pieces = list(self.leaves(shipment.order_id))
        told = [one for one in pieces if one.tracking_number == shipment.tracking_number]
        left = [one for one in told if not self._is_void(one, shipment.tracking_number)]
        for one in left:
            self.say(one.order_number, _void_text(shipment.tracking_number))
        return Outcome(state="done" if left else "unchanged", id=shipment.order_id)

    def _is_void(self, order: OrderShape, tracking_number: str) -> bool:
        return order.says(_void_text(tracking_number))

    def _split_here(self, split: Split) -> Outcome:
        number = split.order_id
        order = self.order(number, f"read order {number}")
        if order is None:
            return self._split_before(split)
        if order.status not in _OPEN:
            code = "cancelled" if order.status == "cancelled" else "already-shipped"
            return refused(code, f"is {order.status}")
        wrong = misfit(split, order.lines)
        if wrong:
            return refused("does-not-fit", f"does not fit: {wrong}")
        self.http.send(
            "POST",
            path("order", number, "split"),
            list[str],
            doing=f"split order {number}",
            json=body_of(split, order.lines),
        )
        pieces = self._pieces(split)
        if pieces is None:
            return Outcome(state="unknown", code="not-ready", reason="its pieces are not there yet")
        return Outcome(state="done", id=number, pieces=pieces)

    def _split_before(self, split: Split) -> Outcome:
        """Say whether what is split already is split as we would have done it."""
        known = self.parent(split.order_id)
        if known is None:
            return refused("not-found", "is not there")
        if not known.ready:
            return Outcome(state="unknown", code="not-ready", reason="its pieces are not there yet")
        children = self._children(known.child_order_numbers or ())
        pieces = matched(split, children) if children is not None else None
        if pieces is None:
            return refused("already-split", "is split otherwise already")
        return Outcome(state="unchanged", id=split.order_id, pieces=pieces)

    def _pieces(self, split: Split) -> tuple[Piece, ...] | None:
        """Return what a split has made, once it is ready; None: not for now."""
        clock = self.needed_network.clock
        for attempt in range(_READY_TRIES):
            if attempt:
                clock.sleep(1)
            known = self.parent(split.order_id)
            if known and known.ready:
                children = self._children(known.child_order_numbers or ())
                return matched(split, children) if children is not None else None
        return None

    def _children(self, numbers: Sequence[str]) -> list[OrderShape] | None:
        """Return these orders; None where one of them has been split itself."""
        found = self.orders_now(numbers, "read the pieces")
        return [found[n] for n in numbers] if len(found) == len(numbers) else None


def _order_id(one: Shipment | Split) -> str:
    return one.order_id


def _void_text(tracking_number: str) -> str:
    return f"ordosync: tracking {tracking_number} is void, the Supplier deleted its label"
