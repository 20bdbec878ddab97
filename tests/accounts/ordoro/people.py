"""People of an Ordoro account, in front of a fake service."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta, tzinfo
from decimal import Decimal
from itertools import count
from math import inf
from pathlib import Path
from typing import Any, ClassVar

from msgspec.structs import asdict

from ordosync.clock import Clock
from ordosync.models import Address, Line, Order, Product, Shipment
from ordosync.shortages import ShortageReason
from tests.accounts.contract.examples import line, sold
from tests.accounts.contract.over_http import (
    Field,
    MerchantOverHttp,
    OverHttp,
    RequestSort,
    SupplierOverHttp,
    Write,
)
from tests.accounts.contract.people import Lack, ShownTracking, numbers
from tests.fakes.contract import DOCUMENT, Contract
from tests.fakes.faults import Kind
from tests.fakes.ordoro import FakeOrdoro, Fault, Switches
from tests.fakes.ordoro.state import Order as Kept
from tests.support.clock import VirtualClock

_CURRENCY = "GBP"
_MANY = 100_000
_REQUESTS: Mapping[RequestSort, tuple[str, str]] = {
    "create-order": ("POST", r"/v3/order$"),
    "cancel-order": ("POST", r"/cancel$"),
    "add-tracking": ("POST", r"/shipping_info$"),
    "void-tracking": ("POST", r"/comment$"),
    "split-order": ("POST", r"/split$"),
    "write-stock": ("PUT", r"/warehouse/\d+/$"),
    "create-product": ("POST", r"/product/$"),
    "comment": ("POST", r"/comment$"),
    "edit-order": ("PUT", r"/shipping_address$"),
    "add-line": ("POST", r"/line$"),
    "read-orders": ("GET", r"/v3/order$"),
    "read-order": ("GET", r"/v3/order/[^/]+$"),
    "read-products": ("GET", r"/product/$"),
    "anything": ("", ""),
}
_EFFECTS: Mapping[Write, str] = {
    "create-order": "order created",
    "cancel-order": "cancelled",
    "add-tracking": "shipping added",
    "void-tracking": "comment",
    "split-order": "split",
    "write-stock": "stock set",
    "create-product": "product created",
    "comment": "comment",
    "edit-order": "address changed",
    "add-line": "line added",
}


class AtOrdoro(OverHttp):
    """Actions on Ordoro's own pages in both roles. Each API call is checked by its document."""

    fake: FakeOrdoro
    doubles: ClassVar[frozenset[Write]] = frozenset(
        {"create-order", "comment", "void-tracking", "add-line"}
    )

    def __init__(self, folder: Path, clock: VirtualClock) -> None:
        super().__init__(folder, clock)
        self.fake = FakeOrdoro(clock=clock, name="main", switches=Switches(rate_limit=_MANY))
        self.contract = Contract(every_request=True) if DOCUMENT.exists() else None
        if self.contract:
            self.fake.on_exchange = self.contract.watch
        self.fake.start()

    @property
    def options(self) -> Mapping[str, object]:
        return {
            "kind": "ordoro",
            "base_url": self.fake.url,
            "key": self.fake.key,
            "secret": self.fake.secret,
            "currency": _CURRENCY,
            "calls_per_minute": str(_MANY),
            **self.more_options,
        }

    def meet(self, kind: Kind, request: RequestSort, **how: Any) -> None:
        method, path = _REQUESTS[request]
        self.fake.faults.add(Fault(kind=kind, method=method, path=path, **how))

    def lag(self, *, index_s: float = 0, arrival_s: float = 0, split_s: float = 0) -> None:
        switches = self.fake.switches
        switches.index_lag_s, switches.arrival_lag_s = index_s, arrival_s
        switches.split_ready_s = split_s

    def limit(self, calls: int, *, per_s: float, clock: Clock) -> None:
        self.fake.shop.now = clock.now
        self.fake.switches.rate_limit, self.fake.switches.rate_window_s = calls, per_s

    def elsewhere(self, url: str) -> Mapping[str, object]:
        return {"base_url": url}

    def signed_in_with(self, secret: str) -> Mapping[str, object]:
        return {"secret": secret}

    def effects(self, write: Write) -> int:
        effects = self.fake.effects(_EFFECTS[write])
        if write in ("write-stock", "edit-order"):
            return len({(effect.about, str(effect.detail)) for effect in effects})
        return len(effects)

    @property
    def tries(self) -> int:
        return self.fake.requests["POST /v3/order"]

    @property
    def secret(self) -> str:
        return self.fake.secret

    def close(self) -> None:
        super().close()
        if self.contract:
            assert self.contract.violations == []

    def status(self, order_id: str) -> str:
        return str(self.fake.order(order_id)["status"])

    def timeline(self, order_id: str) -> Sequence[str]:
        return self.fake.comments(order_id)

    def cancel(self, order_id: str) -> None:
        self.fake.cancel(order_id)

    def split(self, order_id: str, *pieces: Sequence[int]) -> Sequence[str]:
        ids = [kept.id for kept in self._kept(order_id).lines]
        groups = [dict(zip(ids, piece, strict=True)) for piece in pieces]
        return self.fake.split_lines(order_id, groups)

    def tag(self, order_id: str, *texts: str) -> None:
        """Add tags to an order."""
        self.fake.tag(order_id, *texts)

    def untag(self, order_id: str, text: str) -> None:
        """Remove a tag from an order."""
        self.fake.untag(order_id, text)

    def tags(self, order_id: str) -> Sequence[str]:
        """Return the tags of an order."""
        return [tag["text"] for tag in self.fake.order(order_id)["tags"]]

    def _kept(self, order_id: str) -> Kept:
        return self.fake.shop.orders[order_id]


class OrdoroMerchantPeople(AtOrdoro, MerchantOverHttp):
    """The seller."""

    lacks: ClassVar[frozenset[Lack]] = frozenset(
        {
            "unshipped-goods",
            "bare-numbers",
            "more-numbers",
            "cancelled-units",
            "label-warehouse",
            "line_total",
            "line_discount",
            "payments",
            "risks",
        }
    )
    # The supplier's SKUs need one more call, which is optional.
    frugal: ClassVar[Mapping[str, object]] = {"supplier_skus": "false"}
    places: ClassVar[Mapping[Field, Sequence[str | int]]] = {
        "number": ("order_number",),
        "status": ("status",),
        "updated": ("updated_date",),
        "ship_to_name": ("shipping_address", "name"),
        "lines": ("lines",),
        "sku": ("lines", 0, "sku"),
        "quantity": ("lines", 0, "quantity"),
        "price": ("lines", 0, "item_price"),
    }

    def __init__(self, folder: Path, clock: VirtualClock) -> None:
        super().__init__(folder, clock)
        self.cart = self.fake.add_cart("shop")
        self.supplier = self.fake.add_supplier("Northwind")
        self.other = self.fake.add_supplier("Southwind")
        self.pair = {"supplier": self.supplier, "supplier_skus": "true"}

    def request(self, order: Order) -> str:
        for ordered in order.lines:
            self._offer(ordered)
        return self._place(order, supplier=self.supplier)

    def take(self, order: Order) -> str:
        return self._place(order, supplier=None)

    def cancel_rest(self, order_id: str) -> None:
        """Cancel each unsent piece: a split order cannot be changed."""
        for kept in [*self._leaves(order_id)]:
            if kept.status == "dropshipment_requested":
                self.cancel(kept.number)

    def tag(self, order_id: str, *tags: str) -> None:
        for text in [tag["text"] for tag in self.fake.order(order_id)["tags"]]:
            self.fake.untag(order_id, text)
        self.fake.tag(order_id, *tags)

    def request_again(self, order_id: str) -> None:
        self.fake.restore(order_id)
        self.fake.dropship(order_id, self.supplier)

    def relist(self, order_id: str) -> None:
        self.fake.relist(order_id)

    def reassign(self, order_id: str) -> None:
        self.fake.reassign(order_id, self.other)

    def add_product(self, product: Product, *, other: bool = False) -> str:
        more: dict[str, Any] = {} if product.price is None else {"price": float(product.price)}
        if product.is_kit:
            self.fake.add_product("PART")
            more["components"] = {"PART": 1}
        self.fake.add_product(
            product.sku,
            product.name,
            supplier=self.other if other else self.supplier,
            supplier_sku=product.supplier_sku or None,
            **more,
        )
        return product.sku

    def add_line(self, order_id: str, sku: str, quantity: int) -> None:
        self.fake.edit_lines(order_id, {sku: quantity})

    def raise_units(self, order_id: str, *units: int) -> None:
        """Add units to an order, or if it is split, to its piece that is still open."""
        target = next(kept for kept in self._leaves(order_id) if kept.status != "shipped")
        [name_lines] = [self._kept(order_id).lines]
        more = {line.sku: add for line, add in zip(name_lines, units, strict=True) if add}
        now = {line.sku: line.quantity for line in target.lines}
        self.fake.edit_lines(
            target.number, {sku: now.get(sku, 0) + add for sku, add in more.items()}
        )

    def move(self, order_id: str, street: str) -> None:
        self.fake.change_address(order_id, street1=street)

    def archive(self, sku: str) -> None:
        self.fake.archive(sku)

    def touch(self, order_id: str) -> None:
        self.fake.comment(order_id, "looked at it")

    def set_clock(self, ahead_s: float) -> None:
        self.fake.shop.now = lambda: self.clock.now() + timedelta(seconds=ahead_s)

    def set_zone(self, zone: tzinfo) -> None:
        def edit(page: Any) -> Any:
            for order in page["order"]:
                order["updated_date"] = order["updated_date"][:26]
            return page

        self.fake.switches.zone = zone
        self.meet("edited", "read-orders", times=inf, edit=edit)

    def orders_on(self, page: Any) -> Sequence[Any]:
        return list(page["order"])

    def stamp(self, order_id: str, at: datetime) -> None:
        self._kept(order_id).updated_at = at

    def take_away(self, sku: str) -> None:
        self.fake.shop.products[sku].suppliers.clear()

    def count(self, sku: str, quantity: int) -> None:
        self.fake.set_stock(sku, quantity)

    def physical(self, sku: str) -> int | None:
        return _on_hand(self.fake, sku)

    def tracking(self, order_id: str) -> Sequence[ShownTracking]:
        shipping = self.fake.order(order_id).get("shipping_info")
        if not shipping:
            return []
        number = shipping["tracking_number"]
        is_void_by_number = {
            text.split()[2]: "is void" in text
            for text in self.timeline(order_id)
            if text.startswith("ordosync: tr")
        }
        void = [label for label, is_void in is_void_by_number.items() if is_void]
        return [ShownTracking(number=label, voided=True) for label in void if label != number] + [
            ShownTracking(
                number=number,
                voided=number in void,
                carrier=shipping["carrier_name"],
                method=shipping["shipping_method"] or "",
                cost=Decimal(str(shipping["cost"])) if shipping["cost"] else None,
                shipped_at=datetime.fromisoformat(shipping["ship_date"]),
            )
        ]

    def status(self, order_id: str) -> str:
        """A split order is read-only: what its pieces show is its status."""
        shown = {kept.status for kept in self._leaves(order_id)}
        if "shipped" in shown and "dropshipment_requested" in shown:
            return "partially_shipped"
        return next(iter(shown - {"cancelled"}), "cancelled")

    def sent_units(self, order_id: str) -> Mapping[str, int]:
        units: Counter[str] = Counter()
        for kept in self._leaves(order_id):
            if kept.status == "shipped":
                for line in kept.lines:
                    units[line.sku] += line.quantity
        return units

    def all_numbers(self, order_id: str) -> Sequence[str]:
        return [
            number
            for kept in self._leaves(order_id)
            for number in numbers(self.tracking(kept.number))
        ]

    def _leaves(self, order_id: str) -> Iterator[Kept]:
        kept = self._kept(order_id)
        if not kept.children:
            yield kept
        for child in kept.children:
            yield from self._leaves(child)

    def pieces(self, order_id: str) -> Mapping[str, Sequence[tuple[str, int]]]:
        return {
            number: [(line.sku, line.quantity) for line in self._kept(number).lines]
            for number in self._kept(order_id).children
        }

    def _offer(self, line: Line) -> None:
        """Add a product to the supplier, under its own name and at its own price."""
        if line.sku not in self.fake.shop.products:
            self.fake.add_product(
                line.sku,
                line.name,
                supplier=self.supplier,
                supplier_sku=line.supplier_sku or None,
                supplier_price=float(line.supplier_unit_cost or 0),
            )

    def _place(self, order: Order, *, supplier: int | None) -> str:
        optional: dict[str, Any] = {
            "shipping_type": order.shipping_method,
            "notes_from_customer": order.customer_notes,
            "internal_notes": order.internal_notes,
            "discount_amount": None if order.discount is None else float(order.discount),
            "tags": [{"text": tag, "color": "#808080"} for tag in order.tags],
            "billing_address": _written(order.bill_to) if order.bill_to else None,
            "order_date": order.placed_at.isoformat() if order.placed_at else None,
        }
        return self.fake.place_order(
            order.number,
            [_line(line) for line in order.lines],
            cart=self.cart,
            supplier=supplier,
            address=_written(order.ship_to),
            **{name: value for name, value in optional.items() if value},
        )


class OrdoroSupplierPeople(AtOrdoro, SupplierOverHttp):
    """The shipper."""

    lacks: ClassVar[frozenset[Lack]] = frozenset(
        {
            "second-labels",
            "backorders",
            "line_discount",
            "cancelled-shipped",
            "voided-labels",
            "several-parcels",
            "several-numbers",
            "method-edits",
            "own-holds",
            "unsent-labels",
        }
    )

    def __init__(self, folder: Path, clock: VirtualClock) -> None:
        super().__init__(folder, clock)
        channel = self.fake.add_cart("vendor portal")
        self.pair = {"sales_channel": channel, "reasons": {"tags": {"OOS": "out-of-stock"}}}
        self._own = count(1)

    def orders(self) -> Sequence[Order]:
        return [
            self._order(self._kept(number))
            for number in self.fake.numbers(status="awaiting_fulfillment")
        ]

    def ship(self, order_id: str, parcel: Shipment) -> None:
        more: dict[str, object] = {"shipping_method": parcel.method} if parcel.method else {}
        if parcel.cost is not None:
            more["cost"] = float(parcel.cost)
        self.fake.ship(
            order_id,
            parcel.tracking_number,
            carrier=parcel.carrier,
            shipped_at=parcel.shipped_at,
            **more,
        )

    def open_units(self, order_id: str) -> Mapping[str, int]:
        kept = self._kept(order_id)
        if kept.status != "awaiting_fulfillment":
            return {}
        units: Counter[str] = Counter()
        for part in kept.lines:
            units[part.sku] += part.quantity
        return units

    def take_off(self, order_id: str, *units: int) -> None:
        lines = zip(self._kept(order_id).lines, units, strict=True)
        self.fake.edit_lines(
            order_id, {kept.sku: kept.quantity - count for kept, count in lines if count}
        )

    def restore(self, order_id: str) -> None:
        self.fake.restore(order_id)

    def shorten(self, order_id: str, reason: ShortageReason, *units: int) -> None:
        assert reason == "out-of-stock"
        self.tag(order_id, "OOS")
        self.take_off(order_id, *units)

    def void(self, order_id: str) -> None:
        self.fake.void(order_id)

    def is_held(self, order_id: str) -> bool:
        """Ordoro has no holds: a tag tells users not to ship an order."""
        return "merchant-edited" in [tag["text"] for tag in self.fake.order(order_id)["tags"]]

    def products(self) -> Sequence[Product]:
        return [
            Product(
                id=sku,
                sku=sku,
                name=kept.fields["name"],
                price=None if not kept.fields.get("price") else Decimal(str(kept.fields["price"])),
            )
            for sku, kept in self.fake.shop.products.items()
        ]

    def count(self, sku: str, quantity: int) -> None:
        if sku not in self.fake.shop.products:
            self.fake.add_product(sku, f"A {sku}")
            self.clock.at += timedelta(seconds=1)
        self.fake.set_stock(sku, quantity)

    def sell(self, sku: str, quantity: int) -> None:
        order = sold(f"own-{next(self._own)}", line(sku, quantity))
        self.fake.place_order(
            order.number, [_line(line) for line in order.lines], address=_written(order.ship_to)
        )

    def _order(self, kept: Kept) -> Order:
        discount = kept.financial.get("discount_amount")
        return Order(
            id=kept.number,
            number=kept.number,
            status=kept.status,
            lines=tuple(
                Line(
                    id=f"{kept.number}/{line.cart_orderitem_id}",
                    sku=line.sku,
                    name=line.name,
                    quantity=line.quantity,
                    unit_price=Decimal(str(line.item_price)),
                    details=line.details or "",
                    total=None if line.total_price is None else Decimal(str(line.total_price)),
                )
                for line in kept.lines
            ),
            ship_to=_read(kept.shipping_address),
            bill_to=_read(kept.billing_address) if kept.billing_address else None,
            currency=_CURRENCY,
            shipping_method=kept.requested_shipping_method or "",
            placed_at=kept.placed_at,
            customer_notes=kept.notes_from_customer or "",
            internal_notes=kept.internal_notes or "",
            discount=None if discount is None else Decimal(str(discount)),
            tags=tuple(self.fake.shop.tags[tag]["text"] for tag in kept.tag_ids),
        )


def _on_hand(fake: FakeOrdoro, sku: str) -> int | None:
    counted = fake.shop.products[sku].on_hand
    return int(sum(counted.values())) if counted else None


def _line(line: Line) -> dict[str, Any]:
    written: dict[str, Any] = {
        "quantity": line.quantity,
        "product_name": line.name,
        "product": {"sku": line.sku, "name": line.name},
    }
    if line.unit_price is not None:
        written["item_price"] = float(line.unit_price)
    if line.details:
        written["selected_option"] = line.details
    return written


def _read(fields: Mapping[str, Any]) -> Address:
    return Address(**{name: value or "" for name, value in fields.items()})


def _written(address: Address) -> dict[str, str]:
    return {name: text for name, text in asdict(address).items() if text}
