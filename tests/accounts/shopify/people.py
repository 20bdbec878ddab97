"""People of a Shopify shop, in front of a fake service."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, time, timedelta, tzinfo
from decimal import Decimal
from pathlib import Path
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from ordosync.accounts.shopify.ids import first_piece, fulfillment_order, gid, number
from ordosync.accounts.shopify.order_mapping import INTERNAL_NOTES
from ordosync.models import Order, Product, Shipment
from tests.accounts.contract.over_http import Field, MerchantOverHttp, SupplierOverHttp
from tests.accounts.contract.people import Lack, ShownTracking
from tests.accounts.shopify.shop import (
    AtShopify,
    as_bought,
    as_kept,
    as_read,
    as_sold,
    as_written,
    some,
)
from tests.fakes.shopify import fulfillment as kept_parts
from tests.fakes.shopify.fulfillment import Share
from tests.fakes.shopify.shapes_orders import open_units
from tests.fakes.shopify.state import ENDED, Fulfillment, LineItem
from tests.fakes.shopify.state import FulfillmentOrder as Part
from tests.fakes.shopify.state import Order as Kept
from tests.fakes.shopify.state import Product as KeptProduct
from tests.fakes.shopify.state import ProductVariant as Variant
from tests.support.clock import VirtualClock

_LINE = ("lineItems", "nodes", 0)


class ShopifyMerchantPeople(AtShopify, MerchantOverHttp):
    """The seller. The Supplier is a location of the shop."""

    lacks: ClassVar[frozenset[Lack]] = frozenset(
        {
            "relisting",  # a connection is sorted by id
            "requesting-again",
            "short-cancellations",
            "late-pieces",
            "cancelled-pieces",
            "label-cost",
            "label-method",
            "label-time",
            "label-warehouse",
            "bill_to_email",
            "order_discount",
            "supplier_sku",
            "supplier_unit_cost",
        }
    )
    page: ClassVar[int] = 15
    never: ClassVar[Mapping[tuple[Field, str | None], str]] = {
        ("quantity", "0"): "a line without open units is not read",
        ("sku", None): "a field that may be null is never missing: it says that there is no SKU",
    }
    places: ClassVar[Mapping[Field, Sequence[str | int]]] = {
        "number": ("orderName",),
        "status": ("status",),
        "updated": ("updatedAt",),
        "ship_to_name": ("destination", "firstName"),
        "lines": ("lineItems",),
        "sku": (*_LINE, "sku"),
        "quantity": (*_LINE, "remainingQuantity"),
        "price": (*_LINE, "lineItem", "originalUnitPriceSet", "shopMoney", "amount"),
    }

    def __init__(self, folder: Path, clock: VirtualClock) -> None:
        super().__init__(folder, clock)
        self.place = self.make_place()
        self._split: dict[str, Sequence[str]] = {}
        self._unshipped: set[str] = set()

    def make_place(self) -> str:
        """Create the Supplier's location; return its id."""
        place = self.fake.add_location("Northwind")
        self.pair = {"location": number(place)}
        return place

    def status(self, order_id: str) -> str:
        part = self._part(order_id)
        if self._parcels(part):
            is_open = part.status not in ENDED
            return "partially_shipped" if is_open else "shipped"
        is_cancelled = self._order(part).cancelled_at or part.status == "CANCELLED"
        return "cancelled" if is_cancelled else "dropshipment_requested"

    def timeline(self, order_id: str) -> Sequence[str]:
        return self.remarks(self._order(self._part(order_id)))

    def request(self, order: Order) -> str:
        return self.place_order(order, self.place)

    def take(self, order: Order) -> str:
        return self.place_order(order, self.fake.location_id)

    def tag(self, order_id: str, *tags: str) -> None:
        self._order(self._part(order_id)).tags = [*tags]

    def set_paid(self, order_id: str, *, is_paid: bool) -> None:
        self._order(self._part(order_id)).financial_status = "PAID" if is_paid else "PENDING"

    def rate(self, order_id: str, recommendation: str) -> None:
        self._order(self._part(order_id)).recommendation = recommendation.upper()

    def cancel(self, order_id: str) -> None:
        self.fake.cancel(self._part(order_id).order_id)

    def cancel_rest(self, order_id: str) -> None:
        """Refund the unsent units: the shop refuses to cancel an order that was sent in part."""
        order = self._order(self._part(order_id))
        unsent = {line.sku or "": open_units(self.fake.shop, line) for line in order.lines}
        self.fake.refund(order.id, {sku: units for sku, units in unsent.items() if units})

    def reassign(self, order_id: str) -> None:
        self.fake.move(fulfillment_order(order_id), self.fake.location_id)

    def split(self, order_id: str, *pieces: Sequence[int]) -> Sequence[str]:
        part = self._part(order_id)
        skus = [self._line(line.line_id).sku or "" for line in part.lines]
        moved = [
            number(self.fake.split(part.id, some(zip(skus, piece, strict=True))))
            for piece in pieces[1:]
        ]
        self._split[order_id] = [first_piece(order_id), *moved]
        return self._split[order_id]

    def add_product(self, product: Product, *, other: bool = False) -> str:
        self.fake.add_product(
            product.sku,
            product.name,
            price=product.price or 0,
            on_hand=0,
            location=self.fake.location_id if other else self.place,
        )
        self.fake.variant(product.sku).requires_components = product.is_kit
        return number(self.fake.item(product.sku).id)

    def archive(self, sku: str) -> None:
        self.fake.archive(sku)

    def mark_unshipped(self, sku: str) -> None:
        self._unshipped.add(sku)
        if sku in {variant.sku for variant in self.fake.shop.all(Variant)}:
            self.fake.item(sku).requires_shipping = False
            self.fake.shop.touch(self.fake.item(sku))
        for item in self.fake.shop.all(LineItem):
            item.requires_shipping = item.requires_shipping and item.sku != sku

    def count(self, sku: str, quantity: int) -> None:
        self.fake.set_stock(sku, quantity, location=self.place)

    def physical(self, sku: str) -> int | None:
        counted = self.fake.stock_of(sku, location=self.place)
        return counted["available"] if counted else None

    def orders_on(self, page: Any) -> Sequence[Any]:
        return list(page["data"]["fulfillmentOrders"]["nodes"])

    def as_json(self, order: Any, field: Field, text: str) -> str:
        """Return the whole name in the first name, and the unit cost as text, twice."""
        if field == "ship_to_name":
            order["destination"]["lastName"] = ""
        if field == "price":
            amount = f"{Decimal(text):f}"
            sold = order["lineItems"]["nodes"][0]["lineItem"]
            sold["discountedUnitPriceSet"]["shopMoney"]["amount"] = amount
            return f'"{amount}"'
        return text

    def touch(self, order_id: str) -> None:
        self.fake.shop.touch(self._part(order_id))

    def set_clock(self, ahead_s: float) -> None:
        self.fake.shop.now = lambda: self.clock.now() + timedelta(seconds=ahead_s)

    def set_zone(self, zone: tzinfo) -> None:
        """Put the shop in a time zone: its times remain in UTC, with an offset."""
        assert isinstance(zone, ZoneInfo)
        self.fake.shop.zone = zone

    def stamp(self, order_id: str, at: datetime) -> None:
        self._part(order_id).updated_at = at

    def take_away(self, sku: str) -> None:
        self.archive(sku)

    def tracking(self, order_id: str) -> Sequence[ShownTracking]:
        part = self._part(order_id)
        void = self.kept(self._order(part), f"void_{number(self.place)}") or []
        trackings = [
            ShownTracking(
                number=row["number"],
                voided=row["number"] in void,
                carrier=row["company"],
                shipped_at=datetime.combine(parcel.created_at, time(), UTC),
            )
            for parcel in self._parcels(part)
            for row in parcel.tracking
        ]
        unlisted = [
            label for label in void if label not in {tracking.number for tracking in trackings}
        ]
        return [*(ShownTracking(number=label, voided=True) for label in unlisted), *trackings]

    def sent_units(self, order_id: str) -> Mapping[str, int]:
        """Return the units in fulfillments; one that has only void numbers does not count."""
        order = self._order(self._part(order_id))
        void = {*(self.kept(order, f"void_{number(self.place)}") or [])}
        units: Counter[str] = Counter()
        for parcel in self.fake.fulfillments(order.id):
            numbers = {row["number"] for row in parcel.tracking}
            is_void = bool(numbers) and numbers <= void
            for line in parcel.lines if parcel.status == "SUCCESS" and not is_void else ():
                units[self._line(line.line_id).sku or ""] += line.quantity
        return units

    def all_numbers(self, order_id: str) -> Sequence[str]:
        """Return the numbers of all fulfillments, and those that are kept without units."""
        order = self._order(self._part(order_id))
        void = self.kept(order, f"void_{number(self.place)}") or []
        kept = self.kept(order, f"parcels_{number(self.place)}") or {}
        shown = [*self.fake.tracking(order.id), *kept.get("numbers", ())]
        return [label for label in dict.fromkeys(shown) if label not in void]

    def cancel_units(self, order_id: str, *units: int) -> None:
        order = self._order(self._part(order_id))
        current = [(line.sku or "", line.current_quantity) for line in order.lines]
        self.fake.edit_lines(
            order.id, {sku: now - less for (sku, now), less in zip(current, units, strict=True)}
        )

    def raise_units(self, order_id: str, *units: int) -> None:
        order = self._order(self._part(order_id))
        current = [(line.sku or "", line.current_quantity) for line in order.lines]
        self.fake.edit_lines(
            order.id, {sku: now + more for (sku, now), more in zip(current, units, strict=True)}
        )

    def move(self, order_id: str, street: str) -> None:
        self.fake.change_address(self._order(self._part(order_id)).id, address1=street)

    def pieces(self, order_id: str) -> Mapping[str, Sequence[tuple[str, int]]]:
        kept = self.kept(self._order(self._part(order_id)), f"split_{number(self.place)}") or {}
        ids = kept.get(order_id) or self._split.get(order_id, ())
        return {
            id_: [
                (self._line(line.line_id).sku or "", line.total_quantity)
                for line in self._part(id_).lines
                if line.total_quantity
            ]
            for id_ in ids
        }

    def _part(self, order_id: str) -> Part:
        return self.part(fulfillment_order(order_id))

    def _order(self, part: Part) -> Kept:
        return self.fake.order(part.order_id)

    def _line(self, id_: str) -> LineItem:
        return self.fake.shop.sure(LineItem, id_)

    def _parcels(self, part: Part) -> list[Fulfillment]:
        return [
            parcel
            for parcel in self.fake.fulfillments(part.order_id)
            if parcel.status == "SUCCESS" and any(part.id in line.sources for line in parcel.lines)
        ]

    def place_order(self, order: Order, location: str, *, request: bool = False) -> str:
        """Sell products that ship from a location."""
        optional: dict[str, Any] = {
            "name": order.number,
            "note": order.customer_notes,
            "tags": list(order.tags),
            "email": order.ship_to.email,
            "billing_address": as_kept(self.fake, order.bill_to),
            "custom_attributes": [{"key": INTERNAL_NOTES, "value": order.internal_notes}]
            if order.internal_notes
            else None,
            "shipping": order.shipping_method,
        }
        placed = self.fake.place_order(
            [
                {**as_sold(line), "requires_shipping": line.sku not in self._unshipped}
                for line in order.lines
            ],
            location=location,
            address=as_written(order.ship_to),
            request=request,
            **{name: value for name, value in optional.items() if value},
        )
        return number(self.fake.fulfillment_orders(placed)[0].id)


class ShopifyServicePeople(ShopifyMerchantPeople):
    """The seller. The Supplier is a fulfillment service, which receives requests."""

    lacks: ClassVar[frozenset[Lack]] = ShopifyMerchantPeople.lacks - {"cancelled-pieces"} | {
        "held-units",  # a request is given back as a whole
    }

    def make_place(self) -> str:
        self.pair = {"service": "northwind"}
        return self.fake.add_service("Northwind")

    def request(self, order: Order) -> str:
        return self.place_order(order, self.place, request=True)

    def take(self, order: Order) -> str:
        return self.place_order(order, self.place)

    def ask_back(self, order_id: str) -> None:
        """Request the cancellation of an order from the service."""
        self.fake.request_cancellation(self.part(fulfillment_order(order_id)).order_id)

    def cancel(self, order_id: str) -> None:
        """Cancel an order in the shop; if it was split, request the cancellation of one piece."""
        part = self._part(order_id)
        if len(self.fake.fulfillment_orders(part.order_id)) == 1:
            super().cancel(order_id)
        else:
            self.ask_back_piece(order_id)

    def ask_back_piece(self, order_id: str) -> None:
        """Request the cancellation of one fulfillment order from the service."""
        self.fake.ask_back(fulfillment_order(order_id))

    def request_status(self, order_id: str) -> str:
        """Return the request status of a fulfillment order."""
        return self.part(fulfillment_order(order_id)).request_status


class ShopifySupplierPeople(AtShopify, SupplierOverHttp):
    """The shipper."""

    # Queries for the shop's currency, the variants and the existing names.
    preparing: ClassVar[int] = 3
    lacks: ClassVar[frozenset[Lack]] = frozenset(
        {
            "method-edits",
            "bill_to-edits",
            "unsent-labels",
            "second-labels",
            "backorders",  # a hold has no date, and a hold of units splits the order
            "reasons",  # units are removed without a reason
            "restored-orders",
            "label-cost",
            "label-method",
            "cancelled-shipped",
            "cancelled-pieces",
            "nested-splits",
            "bill_to_email",
            "line_total",
            "line_discount",
        }
    )

    def __init__(self, folder: Path, clock: VirtualClock) -> None:
        super().__init__(folder, clock)
        self.pair = {"location": number(self.fake.location_id)}

    def status(self, order_id: str) -> str:
        order = self._order(order_id)
        if order.cancelled_at:
            return "cancelled"
        if any(fulfillment.status == "SUCCESS" for fulfillment in self.fake.fulfillments(order.id)):
            return "partially_shipped" if self.open_units(order_id) else "shipped"
        return "awaiting_fulfillment"

    def is_held(self, order_id: str) -> bool:
        return any(part.status == "ON_HOLD" for part in self._live(self._order(order_id)))

    def hold(self, order_id: str) -> None:
        for part in self._live(self._order(order_id)):
            self.fake.hold(part.id)

    def open_units(self, order_id: str) -> Mapping[str, int]:
        piece = order_id.partition("/")[2]
        parts = (
            self.fake.open_parts(gid("FulfillmentOrder", piece))
            if piece
            else self._live(self._order(order_id))
        )
        units: Counter[str] = Counter()
        for line in (line for part in parts for line in part.lines):
            units[self.fake.shop.sure(LineItem, line.line_id).sku or ""] += line.remaining_quantity
        return +units

    def timeline(self, order_id: str) -> Sequence[str]:
        return self.remarks(self._order(order_id))

    def orders(self) -> Sequence[Order]:
        return [
            waiting
            for order in self.fake.orders()
            if not order.cancelled_at
            for waiting in self._waiting(order)
        ]

    def ship(self, order_id: str, parcel: Shipment) -> None:
        order, _, piece = order_id.partition("/")
        if piece:
            fulfillment_id = self.fake.ship_piece(
                gid("FulfillmentOrder", piece), parcel.tracking_number, company=parcel.carrier
            )
        else:
            fulfillment_id = self.fake.ship(
                gid("Order", order), parcel.tracking_number, company=parcel.carrier
            )
        self.fake.shop.sure(Fulfillment, fulfillment_id).created_at = parcel.shipped_at

    def ship_part(self, order_id: str, parcel: Shipment, *units: int) -> None:
        """Ship units of an order, or of a piece; both are given by the lines of the order."""
        order, piece = self._order(order_id), order_id.partition("/")[2]
        lines = some(zip([line.sku or "" for line in order.lines], units, strict=True))
        number_, carrier = parcel.tracking_number, parcel.carrier
        if piece:
            part = gid("FulfillmentOrder", piece)
            fulfillment_id = self.fake.ship_piece(part, number_, company=carrier, lines=lines)
        else:
            fulfillment_id = self.fake.ship(order.id, number_, company=carrier, lines=lines)
        self.fake.shop.sure(Fulfillment, fulfillment_id).created_at = parcel.shipped_at

    def ship_with(self, order_id: str, *numbers: str) -> None:
        self.fake.ship(gid("Order", order_id), numbers)

    def take_off(self, order_id: str, *units: int) -> None:
        order = self._order(order_id)
        quantities = {
            line.sku or "": line.current_quantity - less
            for line, less in zip(order.lines, units, strict=True)
            if less
        }
        self.fake.edit_lines(order.id, quantities)

    def recall(self, order_id: str, number: str) -> None:
        for fulfillment in self.fake.fulfillments(self._order(order_id).id):
            if number in [row["number"] for row in fulfillment.tracking]:
                self.fake.recall(fulfillment.id)

    def void(self, order_id: str) -> None:
        [fulfillment] = [
            fulfillment
            for fulfillment in self.fake.fulfillments(self._order(order_id).id)
            if fulfillment.status == "SUCCESS"
        ]
        self.fake.recall(fulfillment.id)

    def split(self, order_id: str, *pieces: Sequence[int]) -> Sequence[str]:
        order = self._order(order_id)
        [part] = self._live(order)
        lines = list(part.lines)
        made = [part.id]
        for piece in pieces[1:]:
            shares = [Share(line, count) for line, count in zip(lines, piece, strict=True) if count]
            made.append(kept_parts.split(self.fake.shop, part, shares).id)
        return [f"{order_id}/{number(part_id)}" for part_id in made]

    def cancel(self, order_id: str) -> None:
        self.fake.cancel(gid("Order", order_id))

    def products(self) -> Sequence[Product]:
        return [
            Product(
                id=number(variant.inventory_item_id),
                sku=variant.sku or "",
                name=self.fake.shop.sure(KeptProduct, variant.product_id).title,
                price=variant.price,
            )
            for variant in self.fake.shop.all(Variant)
        ]

    def count(self, sku: str, quantity: int) -> None:
        if sku not in {variant.sku for variant in self.fake.shop.all(Variant)}:
            self.fake.add_product(sku, f"A {sku}")
        self.fake.set_stock(sku, quantity)

    def sell(self, sku: str, quantity: int) -> None:
        self.fake.sell(sku, quantity)

    def _order(self, order_id: str) -> Kept:
        return self.fake.order(gid("Order", order_id.partition("/")[0]))

    def _live(self, order: Kept) -> list[Part]:
        return [
            fulfillment_order
            for fulfillment_order in self.fake.fulfillment_orders(order.id)
            if fulfillment_order.status not in ENDED
        ]

    def _waiting(self, order: Kept) -> Iterator[Order]:
        """Yield an open order, or its pieces. Lines that ordosync added make no pieces."""
        live = self._live(order)
        id_ = number(order.id)
        if len(live) == 1 or (live and self.kept(order, "added")):
            yield self._as_order(order, live, id_)
            return
        for part in live:
            yield self._as_order(order, [part], f"{id_}/{number(part.id)}")

    def _as_order(self, order: Kept, parts: Sequence[Part], id_: str) -> Order:
        quantities: Counter[str] = Counter()
        for part in parts:
            for line in part.lines:
                quantities[line.line_id] += line.remaining_quantity
        return Order(
            id=id_,
            number=order.name,
            status="awaiting_fulfillment",
            lines=tuple(
                as_bought(line, quantities[line.id]) for line in order.lines if quantities[line.id]
            ),
            ship_to=as_read(order.shipping_address, email=order.email or ""),
            bill_to=as_read(order.billing_address) if order.billing_address else None,
            currency=order.currency_code,
            shipping_method=(order.shipping_line or {}).get("title", ""),
            placed_at=order.processed_at,
            customer_notes=order.note or "",
            internal_notes=next(
                (
                    attribute["value"]
                    for attribute in order.custom_attributes
                    if attribute["key"] == INTERNAL_NOTES
                ),
                "",
            ),
            discount=order.discount or None,
            tags=tuple(tag for tag in order.tags if not tag.startswith("ordosync")),
        )
