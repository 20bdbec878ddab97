"""An Ordoro account as the Supplier: the portal is a sales channel there.

An order is found by our reference, which it carries as `cart_order_id`; its lines by the names
that we give them as `cart_orderitem_id`: `<position>:<the Merchant's line>`. A line's id is
`<order>/<that name>`, which says after a split which line it is a part of.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import partial
from math import floor
from pathlib import Path
from types import NoneType

from msgspec.structs import replace

from ordosync.accounts.base import Finding, refused
from ordosync.accounts.limits import refusal
from ordosync.accounts.ordoro.partition import summed
from ordosync.accounts.ordoro.shapes import (
    LineShape,
    OrderPage,
    OrderShape,
    PlaceShape,
    ProductShape,
    ShippingShape,
    moment,
    order_of,
    pounds,
    read,
)
from ordosync.accounts.ordoro.side import Side, path
from ordosync.accounts.over_http import looking_again
from ordosync.errors import NotFoundError, RefusedError
from ordosync.models import (
    Address,
    Line,
    Order,
    Outcome,
    OutcomeState,
    Page,
    Piece,
    PieceLine,
    Product,
    Shipment,
    Split,
    Standing,
    Stock,
    Unusable,
)

_MOST_NAMESAKES = 9
_TAKEN = Outcome(
    state="unknown", code="taken", reason="its number is taken, perhaps by the same order"
)
"""By this very request, where it was delivered twice and is not to be found yet."""
_FRESH_S = 300


@dataclass(frozen=True, kw_only=True)
class SupplierOptions:
    """What a portal says about its Supplier."""

    sales_channel: int
    """The id there of the sales channel that this portal is."""
    warehouse: int | None = None
    """Whence its orders are sent, and whose stock is written back; by default whatever Ordoro
    takes, and the stock of all warehouses."""
    prefix: str = ""
    """Put before the Merchant's number, so that people see whose order it is."""


class SupplierSide(Side):
    """Who ships."""

    def __init__(self, *, name: str, spool: Path, concurrency: int) -> None:
        super().__init__(name=name, spool=spool, concurrency=concurrency)
        self._available: dict[str, Stock] = {}
        self._available_until = 0.0

    def close(self) -> None:
        """Forget what was read for one run."""
        super().close()
        self._available = {}

    @property
    def _channel(self) -> SupplierOptions:
        pair = self.pair
        return pair if isinstance(pair, SupplierOptions) else SupplierOptions(sales_channel=0)

    def check_supplier(self) -> Iterator[Finding]:
        """Look whether the sales channel and the warehouse are there."""
        channel, warehouse = self._channel.sales_channel, self._channel.warehouse
        try:
            self.http.get(f"/cart/{channel}/", NoneType, doing="look for the sales channel")
        except NotFoundError:
            yield Finding(text=f"there is no sales channel {channel}", is_problem=True)
        if warehouse is not None and not self.warehouse_name(warehouse):
            yield Finding(text=f"there is no warehouse {warehouse}", is_problem=True)
        yield Finding(text="cannot tell a product that was never counted from one counted as 0")
        yield Finding(text="cannot hold the discount of a line, nor what is engraved but as text")

    def create_orders(self, orders: Sequence[Order], *, look_first: bool = False) -> list[Outcome]:
        """Create the orders side by side, each reference once."""
        made: dict[str, Outcome] = {}

        def create(order: Order) -> Outcome:
            if order.reference in made:
                return _again(made[order.reference])
            made[order.reference] = self._create(order, look_first=look_first)
            return made[order.reference]

        return self.each(orders, create, about=lambda order: order.reference)

    def find_orders(self, references: Sequence[str]) -> Mapping[str, Outcome]:
        """Look up the orders that carry these references."""
        found = self.side_by_side(references, self._find)
        return {
            reference: outcome
            for reference, outcome in zip(references, found, strict=True)
            if outcome
        }

    def to_be_shipped_ever(self, *, now: datetime) -> Iterator[Page[Standing]]:
        """Read every order of the sales channel as it stands; one that was split as its pieces."""
        for items, _ in self.changed(self._ours, None, now=now, doing="read all orders"):
            found = (self._as_received(one) for one in items if isinstance(one, OrderShape))
            yield Page(items=tuple(one for one in found if one))

    def _as_received(self, found: OrderShape) -> Standing | None:
        order = order_of(found, currency=self.currency, zone=self.zone)
        if isinstance(order, Unusable):
            return None
        shipment = self._shipment(found)
        named = [line for line in found.lines if line.cart_order_id]
        keys = sorted(zip(found.lines, order.lines, strict=True), key=lambda p: _position(p[0].key))
        return Standing(
            order=replace(
                order,
                number=found.order_number.partition("-")[2] or found.order_number,
                reference=(named[0].cart_order_id or "") if named else "",
                ancestors=self.ancestors(found),
                lines=tuple(
                    replace(line, id=_line_id(found.order_number, shape.key))
                    for shape, line in keys
                ),
            ),
            shipments=(shipment,) if shipment else (),
        )

    def cancel_orders(self, ids: Sequence[str], *, also_shipped: bool = False) -> list[Outcome]:
        """Cancel open orders; a shipped one only with `also_shipped`."""
        cancel = partial(self._cancel, also_shipped=also_shipped)
        return self.each(ids, looking_again(cancel), about=str)

    def create_products(self, products: Sequence[Product]) -> list[Outcome]:
        """Make products whose SKU is new here, their stock unset."""
        create = looking_again(self._create_product)
        return self.each(products, create, about=lambda one: one.sku)

    def stock(
        self,
        *,
        now: datetime,  # noqa: ARG002 - it is always as of now
        patient: bool = False,  # noqa: ARG002 - nothing is half written
    ) -> Iterator[Page[Stock | Unusable]]:
        """Read how many of each product can be sold, always all of them."""
        self._available_until = self.needed_network.clock.monotonic() + _FRESH_S
        for items in self.product_list({}, "read stock"):
            found = [item if isinstance(item, Unusable) else self._to_sell(item) for item in items]
            self._available.update((one.product_id, one) for one in found if isinstance(one, Stock))
            yield Page(items=tuple(found))

    def stock_of(self, ids: Sequence[str]) -> Mapping[str, Stock]:
        """Return the same for these products; what a run has just read is believed."""
        if self.needed_network.clock.monotonic() >= self._available_until:
            self._available = {}
        missing = [id_ for id_ in ids if id_ not in self._available]
        found = self.side_by_side(missing, partial(self.product, doing="read stock again"))
        known = {one.sku: self._to_sell(one) for one in found if one}
        return known | {id_: self._available[id_] for id_ in ids if id_ in self._available}

    def shipments(
        self,
        cursor: str | None,
        *,
        now: datetime,
        patient: bool = False,  # noqa: ARG002 - nothing is half written
    ) -> Iterator[Page[Shipment | Unusable]]:
        """Read the shipments of orders that changed since `cursor`; no shipment is a void one."""
        for items, after in self.changed(self._ours, cursor, now=now, doing="read shipments"):
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
        for items, after in self.changed(self._ours, cursor, now=now, doing="read splits"):
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

    def statuses(self, ids: Sequence[str]) -> Mapping[str, str]:
        """Return the status of each of these orders that is here."""
        found = self.orders_now(ids, "read the status of an order")
        return {number: one.status for number, one in found.items()}

    @property
    def _ours(self) -> Mapping[str, str]:
        return {"status": "all", "sales_channel": str(self._channel.sales_channel)}

    def _create(self, order: Order, *, look_first: bool) -> Outcome:
        reason = refusal(order)
        if reason:
            return refused("invalid-order", reason)
        known = self._find(order.reference) if look_first else None
        if known:
            return known
        for namesake in range(1, _MOST_NAMESAKES + 1):
            suffix = f"~{namesake}" if namesake > 1 else ""
            try:
                made = self.http.send(
                    "POST",
                    "/v3/order",
                    OrderShape,
                    doing=f"create order {order.number}",
                    json=self._body(order, suffix),
                )
            except RefusedError as error:
                # What it answers to a number that is taken is not documented.
                if "order_id" not in error.answer:
                    raise
                known = self._find(order.reference)
                if known:
                    return known
                if not look_first:
                    return _TAKEN
            else:
                return _outcome("done", made.order_number, made.lines)
        return refused("taken", f"{_MOST_NAMESAKES} orders have its number already")

    def _body(self, order: Order, suffix: str) -> Mapping[str, object]:
        body: dict[str, object] = {
            "order_id": f"{self._channel.prefix}{order.number}{suffix}",
            "cart": self._channel.sales_channel,
            "cart_order_id": order.reference,
            "status": "awaiting_fulfillment",
            "shipping_address": _address(order.ship_to),
            "billing_address": _address(order.bill_to or Address()),
            "lines": [_line(place, line) for place, line in enumerate(order.lines, 1)],
        }
        optional: dict[str, object] = {
            "warehouse_id": self._channel.warehouse,
            "shipping_type": order.shipping_method or None,
            "notes_from_customer": order.customer_notes or None,
            "internal_notes": order.internal_notes or None,
            "discount_amount": order.discount,
            "tags": [{"text": tag, "color": "#808080"} for tag in order.tags] or None,
        }
        return body | {name: value for name, value in optional.items() if value is not None}

    def _find(self, reference: str) -> Outcome | None:
        page = self.http.get(
            "/v3/order",
            OrderPage,
            doing="look for an order by our reference",
            params={"cart_order_id": reference, "status": "all", "limit": "100"},
        )
        found = [
            one
            for one in (read(raw, OrderShape) for raw in page.order)
            if isinstance(one, OrderShape)
            and any(line.cart_order_id == reference for line in one.lines)
        ]
        if not found:
            return None
        roots = {(self.ancestors(one) or (one.order_number,))[-1]: None for one in found}
        first = min(roots, key=lambda number: (len(number), number))
        pieces = [
            line
            for one in found
            if first in (one.order_number, *self.ancestors(one))
            for line in one.lines
        ]
        return _outcome("unchanged", first, pieces)

    def _cancel(self, number: str, *, also_shipped: bool) -> Outcome:
        order = self.order(number, f"read order {number}")
        if order is None:
            split = self.parent(number)
            if split:
                return refused("already-split", "was split")
            return refused("not-found", "is not here")
        if order.status == "cancelled":
            return Outcome(state="unchanged", id=number)
        if _has_left(order) and not also_shipped:
            return refused("already-shipped", f"order {number} is shipped")
        after = self.http.send(
            "POST", path("order", number, "cancel"), OrderShape, doing=f"cancel order {number}"
        )
        if after.tracking_number and not also_shipped:
            # Shipped between our look and our word, and both were taken: the parcel wins.
            self.http.send(
                "POST", path("order", number, "uncancel"), NoneType, doing=f"restore {number}"
            )
            return refused("already-shipped", f"order {number} is shipped")
        return Outcome(state="done", id=number)

    def _create_product(self, product: Product) -> Outcome:
        if self.product(product.sku, f"look for product {product.sku}"):
            return Outcome(state="unchanged", id=product.sku)
        body: dict[str, object] = {"sku": product.sku, "name": product.name}
        if product.price is not None:
            body["price"] = product.price
        if product.weight_g is not None:
            body["weight"] = pounds(product.weight_g)
        self.http.send(
            "POST", "/product/", NoneType, doing=f"create product {product.sku}", json=body
        )
        return Outcome(state="done", id=product.sku)

    def _to_sell(self, product: ProductShape) -> Stock:
        wanted = self._channel.warehouse
        places = [one for one in product.warehouses or () if wanted in (None, one.id)]
        quantity = None
        if _was_counted(product, places) or product.is_kit_parent:
            quantity = floor(sum((one.available or Decimal() for one in places), Decimal()))
        return Stock(product_id=product.sku, sku=product.sku, quantity=quantity)

    def _shipment(self, order: OrderShape) -> Shipment | None:
        given = order.shipping_info or ShippingShape()
        number = order.tracking_number
        if order.status == "cancelled" and not number:
            return None
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
            voided=bool(given.void) or not _has_left(order),
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
                            of_line=_line_id(number, key), quantity=count, id=_line_id(child, key)
                        )
                        for key, count in summed(lines).items()
                    ),
                )
            )
        return Split(order_id=number, pieces=tuple(pieces))


def _outcome(state: OutcomeState, number: str, lines: Sequence[LineShape]) -> Outcome:
    keys = {line.key: None for line in lines}
    ordered = sorted(keys, key=_position)
    return Outcome(
        state=state,
        id=number,
        line_ids=tuple(_line_id(number, key) for key in ordered),
    )


def _position(key: str) -> tuple[int, str]:
    place = key.partition(":")[0]
    return (int(place) if place.isascii() and place.isdigit() else 0), key


def _line_id(number: str, key: str) -> str:
    return f"{number}/{key}"


def _again(outcome: Outcome) -> Outcome:
    if outcome.state != "done":
        return outcome
    return Outcome(state="unchanged", id=outcome.id, line_ids=outcome.line_ids)


def _has_left(order: OrderShape) -> bool:
    return order.status == "shipped" or bool(order.tracking_number)


def _was_counted(product: ProductShape, places: Sequence[PlaceShape]) -> bool:
    """Whether anybody ever said how many there are; 0 from the beginning on is no count.

    Ordoro makes a new product with 0, which would empty the Merchant's shop.
    """
    if any(place.physical for place in places):
        return True
    return bool(places) and product.created != product.updated


def _address(address: Address) -> Mapping[str, str]:
    names = ("name", "company", "street1", "street2", "city", "state", "zip", "country", "phone")
    given = {name: getattr(address, name) for name in (*names, "email")}
    return {name: text for name, text in given.items() if text}


def _line(place: int, line: Line) -> Mapping[str, object]:
    written: dict[str, object] = {
        "cart_orderitem_id": f"{place}:{line.id}",
        "quantity": line.quantity,
        "product_name": line.name,
        "product": {"sku": line.sku, "name": line.name or line.sku},
    }
    if line.unit_price is not None:
        written["item_price"] = line.unit_price
    if line.total is not None:
        written["total_price"] = line.total
    if line.details:
        written["selected_option"] = line.details
    return written
