"""People of a WooCommerce shop, in front of a fake service."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from decimal import Decimal
from pathlib import Path
from typing import Any, ClassVar

from ordosync.clock import Clock
from ordosync.models import Address, Line, Order, Product, Shipment
from tests.accounts.contract.examples import sold
from tests.accounts.contract.over_http import (
    Field,
    MerchantOverHttp,
    OverHttp,
    RequestSort,
    SupplierOverHttp,
    Write,
)
from tests.accounts.contract.people import Lack, ShownTracking
from tests.fakes.faults import Kind
from tests.fakes.woocommerce import FakeWooCommerce, Fault, Switches, fulfillments, trackings
from tests.fakes.woocommerce.state import Line as KeptLine
from tests.support.clock import VirtualClock

TAGS_META = "_order_tags"
"""The field of an order in which a plug-in keeps its tags."""
TAG = "Northwind"
_STATUSES = {"completed": "shipped", "cancelled": "cancelled"}
_FIELDS = {
    "company": "company",
    "street1": "address_1",
    "street2": "address_2",
    "city": "city",
    "state": "state",
    "zip": "postcode",
    "country": "country",
    "phone": "phone",
}
_REQUESTS: Mapping[RequestSort, tuple[str, str]] = {
    "create-order": ("POST", r"/orders$"),
    "cancel-order": ("PUT", r"/orders/\d+$"),
    "add-tracking": ("POST", r"/fulfillments$"),
    "void-tracking": ("POST", r"/notes$"),
    "split-order": ("PUT", r"/orders/\d+$"),
    "write-stock": ("POST", r"/products/batch$"),
    "create-product": ("POST", r"/products$"),
    "comment": ("POST", r"/notes$"),
    "edit-order": ("PUT", r"/orders/\d+$"),
    "add-line": ("PUT", r"/orders/\d+$"),
    "read-orders": ("GET", r"/orders$"),
    "read-order": ("GET", r"/orders/\d+$"),
    "read-products": ("GET", r"/products$"),
    "anything": ("", ""),
}
"""The request that makes the change, if there are several; `test_woocommerce` has the others."""
_EFFECTS: Mapping[Write, str] = {
    "create-order": "order created",
    "cancel-order": "order status",
    "add-tracking": "fulfillment created",
    "void-tracking": "note",
    "split-order": "order changed",
    "write-stock": "stock set",
    "create-product": "product created",
    "comment": "note",
    "edit-order": "order changed",
    "add-line": "order changed",
}
_SET = frozenset[Write]({"cancel-order", "split-order", "write-stock", "edit-order"})
"""Effects that count once, however often they are done."""


class AtShop(OverHttp):
    """Actions on the shop's own pages in both roles. Requests over plain http are signed."""

    fake: FakeWooCommerce
    doubles: ClassVar[frozenset[Write]] = frozenset(
        {"create-order", "comment", "void-tracking", "add-tracking"}
    )
    preparing: ClassVar[int] = 1
    open_status: ClassVar[str]

    def __init__(self, folder: Path, clock: VirtualClock) -> None:
        super().__init__(folder, clock)
        self.fake = FakeWooCommerce(clock=clock, switches=self.switches())
        self.fake.start()

    def switches(self) -> Switches:
        """Return the version and the plug-ins of the shop."""
        return Switches(currency="GBP", fulfillments=True)

    @property
    def options(self) -> Mapping[str, object]:
        return {
            "kind": "woocommerce",
            "url": self.fake.url,
            "key": self.fake.key,
            "secret": self.fake.secret,
            **self.more_options,
        }

    def meet(self, kind: Kind, request: RequestSort, **how: Any) -> None:
        method, path = _REQUESTS[request]
        self.fake.faults.add(Fault(kind=kind, method=method, path=path, **how))

    def lag(
        self,
        *,
        index_s: float = 0,
        arrival_s: float = 0,
        split_s: float = 0,  # noqa: ARG002 - it has no pieces
    ) -> None:
        self.fake.switches.arrival_lag_s = max(index_s, arrival_s)

    def limit(self, calls: int, *, per_s: float, clock: Clock) -> None:
        """Limit calls at the host: the shop itself has no rate limit."""
        self.fake.shop.now = clock.now
        self.fake.switches.rate_limit, self.fake.switches.rate_window_s = calls, per_s

    def elsewhere(self, url: str) -> Mapping[str, object]:
        return {"url": url}

    def signed_in_with(self, secret: str) -> Mapping[str, object]:
        return {"secret": secret}

    def effects(self, write: Write) -> int:
        effects = self.fake.effects(_EFFECTS[write])
        if write in _SET:
            return len({(effect.about, str(effect.detail)) for effect in effects})
        return len(effects)

    @property
    def tries(self) -> int:
        return self.fake.requests["POST /wc/v3/orders"]

    @property
    def secret(self) -> str:
        return self.fake.secret

    def status(self, order_id: str) -> str:
        return _STATUSES.get(self.fake.order(int(order_id))["status"], self.open_status)

    def timeline(self, order_id: str) -> Sequence[str]:
        return self.fake.notes(int(order_id.partition("/")[0]))

    def cancel(self, order_id: str) -> None:
        self.fake.cancel(int(order_id))

    def field(self, order_id: str, key: str) -> Any:
        """Return a field of an order."""
        fields = self.fake.order(int(order_id))["meta_data"]
        return next((field["value"] for field in fields if field["key"] == key), None)


class ShopMerchantPeople(AtShop, MerchantOverHttp):
    """The seller. The Supplier's products have its tag."""

    lacks: ClassVar[frozenset[Lack]] = frozenset(
        {
            "reassigning",
            "risks",
            "short-cancellations",
            "piece-orders",
            "late-pieces",
            "ship_to_email",
            "internal_notes",
            "tags",
            "supplier_sku",
            "supplier_unit_cost",
        }
    )
    open_status: ClassVar[str] = "dropshipment_requested"
    # The index of the shop, and the products of the last order, which is read again.
    # An order that is read again does not say which of its products are virtual.
    idle: ClassVar[Mapping[str, int]] = {"import-orders": 4}
    places: ClassVar[Mapping[Field, Sequence[str | int]]] = {
        "number": ("number",),
        "status": ("status",),
        "updated": ("date_modified_gmt",),
        "ship_to_name": ("shipping", "first_name"),
        "lines": ("line_items",),
        "sku": ("line_items", 0, "sku"),
        "quantity": ("line_items", 0, "quantity"),
        "price": ("line_items", 0, "subtotal"),
    }

    def __init__(self, folder: Path, clock: VirtualClock) -> None:
        super().__init__(folder, clock)
        self.fake.add_term("tags", TAG)
        self.pair = {"tag": TAG, "tags_meta": TAGS_META}

    def request(self, order: Order) -> str:
        for line in order.lines:
            if self.fake.shop.by_sku(line.sku) is None:
                self.fake.add_product(line.sku, line.name, tags=[TAG])
        return self._place(order, [_bought(line, line.sku) for line in order.lines])

    def take(self, order: Order) -> str:
        own = [f"OWN-{line.sku}" for line in order.lines]
        for sku in own:
            if self.fake.shop.by_sku(sku) is None:
                self.fake.add_product(sku)
        lines = zip(order.lines, own, strict=True)
        return self._place(order, [_bought(line, sku) for line, sku in lines])

    def relist(self, order_id: str) -> None:
        self.fake.relist(int(order_id))

    def tag(self, order_id: str, *tags: str) -> None:
        meta = [{"key": TAGS_META, "value": ", ".join(tags)}]
        self.fake.edit_order(int(order_id), meta_data=meta)

    def set_paid(self, order_id: str, *, is_paid: bool) -> None:
        order = self.fake.shop.orders[int(order_id)]
        order.paid_at = self.clock.now() if is_paid else None
        self.fake.edit_order(int(order_id), customer_note=order.customer_note)

    def request_again(self, order_id: str) -> None:
        self.fake.restore(int(order_id))

    def split(self, order_id: str, *pieces: Sequence[int]) -> Sequence[str]:
        """Store the pieces that an earlier run would have stored: the shop cannot split orders."""
        ids = [line["id"] for line in self.fake.order(int(order_id))["line_items"]]
        parts = [
            {
                "id": f"{order_id}/{place}",
                "reference": f"earlier-{place}",
                "lines": {str(i): n for i, n in zip(ids, piece, strict=True) if n},
            }
            for place, piece in enumerate(pieces, 1)
        ]
        meta = [{"key": "_ordosync_northwind", "value": json.dumps({"parts": parts})}]
        self.fake.edit_order(int(order_id), meta_data=meta)
        return [str(part["id"]) for part in parts]

    def add_product(self, product: Product, *, other: bool = False) -> str:
        more: dict[str, Any] = {"type": "bundle"} if product.is_kit else {}
        price = "" if product.price is None else str(product.price)
        tags = [] if other else [TAG]
        self.fake.add_product(product.sku, product.name, price=price, tags=tags, stock=0, **more)
        return product.sku

    def archive(self, sku: str) -> None:
        self.fake.edit_product(sku, status="draft")

    def mark_unshipped(self, sku: str) -> None:
        if self.fake.shop.by_sku(sku) is None:
            self.fake.add_product(sku, tags=[TAG])
        self.fake.edit_product(sku, virtual=True)

    def count(self, sku: str, quantity: int) -> None:
        self.fake.set_stock(sku, quantity)

    def physical(self, sku: str) -> int | None:
        return self.fake.stock(sku)

    def orders_on(self, page: Any) -> Sequence[Any]:
        return list(page)

    def as_json(self, order: Any, field: Field, text: str) -> str:
        """Return the whole name in the first name, and the cost of the whole line as text."""
        if field == "ship_to_name":
            order["shipping"]["last_name"] = ""
        if field == "price":
            return f'"{Decimal(text) * order["line_items"][0]["quantity"]:f}"'
        return text

    def touch(self, order_id: str) -> None:
        self.fake.open(int(order_id))

    def set_clock(self, ahead_s: float) -> None:
        self.fake.shop.now = lambda: self.clock.now() + timedelta(seconds=ahead_s)

    def set_zone(self, zone: tzinfo) -> None:
        self.fake.switches.zone = zone

    def stamp(self, order_id: str, at: datetime) -> None:
        self.fake.shop.orders[int(order_id)].modified_at = at

    def take_away(self, sku: str) -> None:
        self.archive(sku)

    def status(self, order_id: str) -> str:
        number = order_id.partition("/")[0]
        of_order = super().status(number)
        if number == order_id or of_order == "cancelled":
            return of_order
        return "shipped" if self.tracking(order_id) else "dropshipment_requested"

    def tracking(self, order_id: str) -> Sequence[ShownTracking]:
        return [
            ShownTracking(
                number=parcel["number"],
                voided=parcel.get("voided", False),
                carrier=parcel["carrier"],
                method=parcel.get("method", ""),
                cost=Decimal(parcel["cost"]) if "cost" in parcel else None,
                warehouse=parcel.get("warehouse", ""),
                shipped_at=datetime.fromisoformat(parcel["shipped_at"]),
            )
            for parcel in self.kept(order_id).get("parcels", [])
            if parcel["of"] == order_id
        ]

    def sent_units(self, order_id: str) -> Mapping[str, int]:
        """Return the units in fulfillments with a number, otherwise those in the record."""
        order = self.fake.order(int(order_id.partition("/")[0]))
        units: Counter[int] = Counter()
        if self.fake.switches.fulfillments:
            for parcel in self.fake.parcels(order["id"]):
                fields = {field["key"]: field["value"] for field in parcel["meta_data"]}
                if parcel["is_fulfilled"] == "1" and fields.get("_tracking_number"):
                    units.update({item["item_id"]: item["qty"] for item in fields["_items"]})
        else:
            whole = {str(line["id"]): line["quantity"] for line in order["line_items"]}
            for parcel in self._valid_parcels(order_id):
                lines = parcel.get("lines", whole)
                units.update({int(line): count for line, count in lines.items()})
        return {line["sku"]: units[line["id"]] for line in order["line_items"] if units[line["id"]]}

    def all_numbers(self, order_id: str) -> Sequence[str]:
        """Return the valid numbers of an order and its pieces, all of which the buyer can see."""
        numbers = [parcel["number"] for parcel in self._valid_parcels(order_id)]
        seen = self.seen_numbers(int(order_id.partition("/")[0]))
        assert {*numbers} <= {*seen}, (numbers, seen)
        return numbers

    def seen_numbers(self, order_id: int) -> Sequence[str]:
        """Return the numbers that the shop shows its customer, by any plug-in or note."""
        fields = [field for parcel in self.fake.parcels(order_id) for field in parcel["meta_data"]]
        numbers = [str(field["value"]) for field in fields if field["key"] == "_tracking_number"]
        numbers += [str(made["tracking_number"]) for made in self.fake.trackings(order_id)]
        notes = self.fake.notes(order_id)
        return numbers + [
            note.rpartition(" ")[2] for note in notes if note.startswith("Shipped by")
        ]

    def _valid_parcels(self, order_id: str) -> Sequence[Any]:
        return [
            parcel
            for parcel in self.kept(order_id).get("parcels", [])
            if f"{parcel['of']}/".startswith(f"{order_id}/") and not parcel.get("voided")
        ]

    def cancel_units(self, order_id: str, *units: int) -> None:
        """Refund these units of the lines."""
        lines = self.fake.order(int(order_id))["line_items"]
        refunded = {line["sku"]: count for line, count in zip(lines, units, strict=True) if count}
        self.fake.refund(int(order_id), refunded)

    def add_line(self, order_id: str, sku: str, quantity: int) -> None:
        self.fake.edit_lines(int(order_id), {sku: quantity})

    def raise_units(self, order_id: str, *units: int) -> None:
        lines = self.fake.order(int(order_id))["line_items"]
        raised = {
            line["sku"]: line["quantity"] + more for line, more in zip(lines, units, strict=True)
        }
        self.fake.edit_lines(int(order_id), raised)

    def move(self, order_id: str, street: str) -> None:
        self.fake.change_address(int(order_id), address_1=street)

    def pieces(self, order_id: str) -> Mapping[str, Sequence[tuple[str, int]]]:
        number = order_id.partition("/")[0]
        skus = {line["id"]: line["sku"] for line in self.fake.order(int(number))["line_items"]}
        return {
            part["id"]: [(skus[int(line)], count) for line, count in part["lines"].items()]
            for part in self.kept(order_id).get("parts", [])
            if part["id"].rpartition("/")[0] == order_id
        }

    def kept(self, order_id: str) -> Any:
        """Return what ordosync stored on an order for the Supplier."""
        return json.loads(self.field(order_id.partition("/")[0], "_ordosync_northwind") or "{}")

    def _place(self, order: Order, lines: list[dict[str, Any]]) -> str:
        """Place an order whose number comes from a plug-in and is not its id."""
        optional: dict[str, Any] = {
            "customer_note": order.customer_notes,
            "shipping_lines": order.shipping_method
            and [{"method_id": "flat_rate", "method_title": order.shipping_method, "total": "5"}],
            "fee_lines": order.discount and [{"name": "Thanks", "total": str(-order.discount)}],
        }
        order_id = self.fake.place_order(
            lines,
            billing=_written(order.bill_to) if order.bill_to else {},
            shipping=_written(order.ship_to),
            **{name: value for name, value in optional.items() if value},
        )
        self.fake.shop.orders[order_id].number = order.number
        return str(order_id)


class ShopSupplierPeople(AtShop, SupplierOverHttp):
    """The shipper."""

    lacks: ClassVar[frozenset[Lack]] = frozenset(
        {
            "unsent-labels",
            "second-labels",
            "backorders",  # a status has no date, and is for the whole order
            "reasons",  # a status is for the whole order
            "split-order",
            "voided-labels",
            "several-numbers",
            "cancelled-shipped",
            "label-cost",
            "label-method",
            "label-warehouse",
            "line_total",
        }
    )
    open_status: ClassVar[str] = "awaiting_fulfillment"
    # A new number does not change its order, so orders without a number are read, too.
    idle: ClassVar[Mapping[str, int]] = {
        "split-order": 0,
        "update-tracking": 2,
        # The trash is a separate list.
        "report-shortages": 2,
    }

    def orders(self) -> Sequence[Order]:
        return [self._order(str(number)) for number in self.fake.order_ids("processing")]

    def order(self, order_id: str) -> Order:
        return self._order(order_id)

    def ship(self, order_id: str, parcel: Shipment) -> None:
        units = [line.quantity for line in self.fake.shop.orders[int(order_id)].lines]
        self.ship_part(order_id, parcel, *units)
        self.fake.set_status(int(order_id), "completed")

    def is_held(self, order_id: str) -> bool:
        return self.fake.shop.orders[int(order_id)].status == "on-hold"

    def hold(self, order_id: str) -> None:
        self.fake.set_status(int(order_id), "on-hold")

    def ship_part(self, order_id: str, parcel: Shipment, *units: int) -> None:
        order = self.fake.shop.orders[int(order_id)]
        switches = self.fake.switches
        if switches.shipment_tracking or switches.advanced_shipment_tracking:
            skus = [self.fake.shop.products[line.sold_id].sku for line in order.lines]
            self.fake.ship(
                int(order_id),
                parcel.tracking_number,
                carrier=parcel.carrier,
                way="tracking",
                quantities=dict(zip(skus, units, strict=True)),
                complete=False,
                shipped_on=parcel.shipped_at.date().isoformat(),
            )
            return
        items = zip(order.lines, units, strict=True)
        fields = {
            "_items": [{"item_id": line.id, "qty": count} for line, count in items if count],
            "_tracking_number": parcel.tracking_number,
            "_shipment_provider": parcel.carrier,
            "_date_fulfilled": f"{parcel.shipped_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        }
        meta = [{"key": key, "value": value} for key, value in fields.items()]
        with self.fake.shop.lock:
            body = {"status": "fulfilled", "is_fulfilled": True, "meta_data": meta}
            made = fulfillments.fulfill(self.fake.shop, order, body)
            # The shop dates a new parcel itself; it accepts the date of a corrected one.
            fulfillments.refulfill(self.fake.shop, order, made, body)

    def restore(self, order_id: str) -> None:
        self.fake.restore(int(order_id))

    def take_off(self, order_id: str, *units: int) -> None:
        lines = zip(self.order(order_id).lines, units, strict=True)
        self.fake.refund(int(order_id), {line.sku: count for line, count in lines if count})

    def open_units(self, order_id: str) -> Mapping[str, int]:
        order = self.fake.shop.orders[int(order_id)]
        if order.status == "cancelled":
            return {}
        units = {line.id: line.quantity for line in order.lines}
        taken = [(line.id, line.quantity) for refund in order.refunds for line in refund.lines]
        sent = [fulfillments.contents(it) for it in fulfillments.kept(order) if it.is_fulfilled]
        sent += [entry.get("products_list", []) for entry in trackings.kept(order)]
        taken += [(item["item_id"], item["qty"]) for items in sent for item in items]
        for line_id, count in taken:
            units[line_id] -= count
        products = self.fake.shop.products
        skus = {line.id: products[line.sold_id].sku for line in order.lines}
        return {skus[line_id]: count for line_id, count in units.items() if count > 0}

    def recall(self, order_id: str, number: str) -> None:
        self.fake.unship(int(order_id), number)

    def void(self, order_id: str) -> None:
        numbers = [tracking["tracking_number"] for tracking in self.fake.trackings(int(order_id))]
        fields = [
            field for parcel in self.fake.parcels(int(order_id)) for field in parcel["meta_data"]
        ]
        numbers += [field["value"] for field in fields if field["key"] == "_tracking_number"]
        for number in numbers:
            self.fake.unship(int(order_id), number)
        self.fake.set_status(int(order_id), "processing")

    def products(self) -> Sequence[Product]:
        return [
            Product(id=product.sku, sku=product.sku, name=product.name)
            for product in self.fake.shop.products.values()
        ]

    def count(self, sku: str, quantity: int) -> None:
        if self.fake.shop.by_sku(sku) is None:
            self.fake.add_product(sku, f"A {sku}", stock=quantity)
        else:
            self.fake.set_stock(sku, quantity)

    def sell(self, sku: str, quantity: int) -> None:
        self.fake.place_order({sku: quantity}, billing={}, shipping=_written(sold("1").ship_to))

    def _order(self, order_id: str) -> Order:
        kept = self.fake.shop.orders[int(order_id)]
        fields = {entry.key: entry.value for entry in kept.meta}
        fees = [fee.total for fee in kept.fee_lines]
        return Order(
            id=order_id,
            number=f"{kept.number}: {fields.get('Order number', '')}",
            status=self.status(order_id),
            lines=tuple(self._line(line) for line in kept.lines),
            ship_to=_address(kept.shipping, email=fields.get("Ship-to email", "")),
            bill_to=_address(kept.billing, email=kept.billing.get("email", "")),
            currency=kept.currency,
            shipping_method=kept.shipping_lines[0].name if kept.shipping_lines else "",
            placed_at=datetime.fromisoformat(fields["Order date"])
            if "Order date" in fields
            else None,
            customer_notes=kept.customer_note,
            internal_notes=fields.get("Internal notes", ""),
            discount=-fees[0] if fees else None,
            tags=tuple(fields["Tags"].split(", ")) if "Tags" in fields else (),
        )

    def _line(self, line: KeptLine) -> Line:
        details = [entry.value for entry in line.meta if entry.key == "Details"]
        return Line(
            id=str(line.id),
            sku=self.fake.shop.products[line.sold_id].sku,
            name=line.name,
            quantity=line.quantity,
            unit_price=line.subtotal / line.quantity,
            details=details[0] if details else "",
            discount=line.subtotal - line.total or None,
        )


def _bought(line: Line, sku: str) -> dict[str, Any]:
    price = (line.unit_price or Decimal()) * line.quantity
    written: dict[str, Any] = {
        "sku": sku,
        "name": line.name,
        "quantity": line.quantity,
        "subtotal": str(price),
        "total": str(price if line.total is None else line.total),
    }
    if line.details:
        written["meta_data"] = [{"key": "Details", "value": line.details}]
    return written


def _written(address: Address) -> dict[str, str]:
    first, _, last = address.name.partition(" ")
    fields = {field: getattr(address, name) for name, field in _FIELDS.items()}
    return {"first_name": first, "last_name": last, "email": address.email, **fields}


def _address(kept: Mapping[str, str], *, email: str) -> Address:
    names = (kept.get("first_name", ""), kept.get("last_name", ""))
    fields = {name: kept.get(field, "") for name, field in _FIELDS.items()}
    return Address(name=" ".join(filter(None, names)), email=email, **fields)
