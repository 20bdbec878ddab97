"""What people do in the shop's own pages, and at its services: the other hand, past the API.

Nothing here is in the ledger, which is for what came over the API. Orders, products and places go
by their ids (`gid://shopify/Order/1`), lines and stock by SKU.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from tests.fakes.shopify import fulfillment, orders, products, stock
from tests.fakes.shopify.fulfillment import Share
from tests.fakes.shopify.shapes_orders import fulfillment_orders_of, fulfillments_of
from tests.fakes.shopify.state import (
    ENDED,
    Fulfillment,
    FulfillmentHold,
    FulfillmentOrder,
    FulfillmentService,
    InventoryItem,
    Json,
    LineItem,
    Location,
    Order,
    Product,
    ProductVariant,
    Shop,
)
from tests.fakes.shopify.words import snake

ANN: Json = {
    "firstName": "Ann",
    "lastName": "Smith",
    "address1": "1 High Street",
    "city": "Leeds",
    "zip": "LS1 1AA",
    "countryCode": "GB",
}


class People:
    """Those who work in the shop, and those who ship for it."""

    shop: Shop
    location_id: str

    def add_location(self, name: str) -> str:
        """Return the id of a new place of the shop's own; the first is there from the start."""
        with self.shop.lock:
            return self.shop.add(Location(**self.shop.stamp("Location"), name=name)).id

    def add_service(self, name: str, *, ours: bool = True) -> str:
        """Return the id of the location of a new service, of this app or another one."""
        with self.shop.lock:
            place = self.shop.add(Location(**self.shop.stamp("Location"), name=name))
            service = FulfillmentService(
                **self.shop.stamp("FulfillmentService", "?id=true"),
                handle=name.casefold().replace(" ", "-"),
                service_name=name,
                location_id=place.id,
                ours=ours,
            )
            place.service_id = self.shop.add(service).id
            return place.id

    def add_product(
        self,
        sku: str,
        title: str = "",
        *,
        price: Decimal | float | str = 0,
        on_hand: int | None = None,
        location: str | None = None,
        cost: Decimal | float | str | None = None,
        barcode: str | None = None,
        weight_g: float | None = None,
        **fields: object,
    ) -> str:
        """Return the id of a new product with one variant; `fields` are as in `state.Product`.

        Without `on_hand` its stock is not tracked.
        """
        with self.shop.lock:
            made = products.create(self.shop, title or sku, **fields)
            variant = products.add_variant(self.shop, made, sku=sku, price=Decimal(str(price)))
            variant.barcode = barcode
            item = self.shop.sure(InventoryItem, variant.inventory_item_id)
            item.cost = None if cost is None else Decimal(str(cost))
            item.weight = weight_g and {"unit": "GRAMS", "value": weight_g}  # type: ignore[assignment]
            if on_hand is not None:
                self.set_stock(sku, on_hand, location=location)
            elif location is not None:
                stock.activate(self.shop, item.id, location)
            return made.id

    def add_variant(
        self, product: str, sku: str, *, price: Decimal | float | str = 0, **options: str
    ) -> str:
        """Return the id of another variant: `add_variant(product, "MUG-RED", Color="Red")`."""
        with self.shop.lock:
            known = self.shop.sure(Product, product)
            if known.option_names == ["Title"]:
                known.option_names = list(options)
                for gid in known.variant_ids:
                    self.shop.sure(ProductVariant, gid).options = ["Default"] * len(options)
            values = [options[name] for name in known.option_names]
            return products.add_variant(
                self.shop, known, sku=sku, price=Decimal(str(price)), options=values
            ).id

    def archive(self, sku: str) -> None:
        """Sell a product no more, but keep it."""
        with self.shop.lock:
            product = self.shop.sure(Product, self._variant(sku).product_id)
            product.status = "ARCHIVED"
            self.shop.touch(product)

    def set_stock(self, sku: str, on_hand: int, *, location: str | None = None) -> None:
        """Count a product at a location, the first one if none is named; it is then tracked."""
        with self.shop.lock:
            item = self.item(sku)
            item.tracked = True
            level = stock.activate(self.shop, item.id, location or self.location_id)
            stock.set_quantity(self.shop, level, "on_hand", on_hand)

    def stock_of(self, sku: str, *, location: str | None = None) -> dict[str, int] | None:
        """Read how many there are, by name; None if it is not stocked there."""
        with self.shop.lock:
            level = stock.level(self.shop, self.item(sku).id, location or self.location_id)
            return stock.quantities(level) if level else None

    def item(self, sku: str) -> InventoryItem:
        """Find the inventory item of a SKU."""
        return self.shop.sure(InventoryItem, self._variant(sku).inventory_item_id)

    def place_order(
        self,
        lines: Mapping[str, int] | Sequence[Json],
        *,
        location: str | Mapping[str, str] | None = None,
        address: Json | None = None,
        shipping: str | None = None,
        request: bool = False,
        **fields: Any,
    ) -> str:
        """Return the id of a new order, to be sent from a location, or one for each SKU.

        `lines` are quantities by SKU, or what `state.LineItem` has; `fields` are of `state.Order`.
        With `request`, its services are asked to send it.
        """
        if isinstance(lines, Mapping):
            lines = [{"sku": sku, "quantity": count} for sku, count in lines.items()]
        with self.shop.lock:
            ship_to = orders.address(self.shop, address or ANN)
            known = {"shipping_address": ship_to, "billing_address": ship_to, **fields}
            if shipping is not None:
                known["shipping_line"] = {"title": shipping, "code": shipping, "price": "0"}
            order = orders.start(self.shop, **known)
            order.lines = [self._line(order, dict(line)) for line in lines]
            places = {line.id: self._place(line, location) for line in order.lines}
            for line in order.lines:
                stock.commit(self.shop, line, places[line.id], line.quantity)
            orders.route(self.shop, order, places)
            if request:
                self.request_fulfillment(order.id)
            return order.id

    def sell(self, sku: str, quantity: int, *, location: str | None = None) -> str:
        """Sell so many, not sent yet: what is available falls."""
        return self.place_order({sku: quantity}, location=location)

    def request_fulfillment(
        self, order: str, message: str | None = None, lines: Mapping[str, int] | None = None
    ) -> None:
        """Ask the services to send an order, or so many of some SKUs."""
        with self.shop.lock:
            for it in self.fulfillment_orders(order):
                place = self.shop.sure(Location, it.location_id)
                if place.service_id is None or it.status != "OPEN":
                    continue
                shares = (
                    fulfillment.everything(it) if lines is None else self._deal([it], lines)[0][1]
                )
                fulfillment.submit(self.shop, it, shares, message, notify=False)

    def request_cancellation(self, order: str, message: str | None = None) -> None:
        """Ask the services not to send an order after all."""
        with self.shop.lock:
            for it in self.fulfillment_orders(order):
                if it.request_status in ("SUBMITTED", "ACCEPTED", "CANCELLATION_REJECTED"):
                    fulfillment.ask_back(self.shop, it, message)

    def cancel(self, order: str, *, refund: bool = True, restock: bool = True) -> None:
        """Cancel an order at once."""
        with self.shop.lock:
            known = self.order(order)
            orders.check_cancellable(self.shop, known)
            orders.cancel(self.shop, known, reason="CUSTOMER", restock=restock, refund=refund)

    def edit_lines(self, order: str, quantities: Mapping[str, int]) -> None:
        """Change how many are wanted, by SKU: 0 takes a line off, a new SKU adds one."""
        with self.shop.lock:
            known = self.order(order)
            for sku, quantity in quantities.items():
                line = next((it for it in known.lines if it.sku == sku), None)
                if line is not None:
                    orders.edit(self.shop, known, line, quantity)
                    continue
                made = self._line(known, {"sku": sku, "quantity": quantity})
                known.lines.append(made)
                place = self.fulfillment_orders(order)[0].location_id
                orders.open_fulfillment(self.shop, known, [made], place)
                stock.commit(self.shop, made, place, quantity)
                self.shop.touch(known)

    def change(self, order: str, **fields: object) -> None:
        """Change what an order says: `note=`, `tags=`, `email=` and so on."""
        with self.shop.lock:
            known = self.order(order)
            for name, value in fields.items():
                setattr(known, name, value)
            self.shop.touch(known)

    def ship(
        self,
        order: str,
        tracking: str | Sequence[str] = (),
        *,
        company: str = "UPS",
        url: str | None = None,
        lines: Mapping[str, int] | None = None,
    ) -> str:
        """Send what is open of an order, or so many of some SKUs; return the fulfillment's id."""
        numbers = [tracking] if isinstance(tracking, str) else list(tracking)
        with self.shop.lock:
            live = [it for it in self.fulfillment_orders(order) if it.status not in ENDED]
            place = live[0].location_id
            parts = [it for it in live if it.location_id == place]
            shares = (
                [(it, fulfillment.everything(it)) for it in parts]
                if lines is None
                else self._deal(parts, lines)
            )
            rows = [{"company": company, "number": number, "url": url} for number in numbers]
            return fulfillment.send(self.shop, shares, rows).id

    def ship_piece(self, fulfillment_order: str, tracking: str, *, company: str = "UPS") -> str:
        """Send one fulfillment order; return the fulfillment's id."""
        with self.shop.lock:
            piece = self.shop.sure(FulfillmentOrder, fulfillment_order)
            rows: list[Json] = [{"company": company, "number": tracking, "url": None}]
            return fulfillment.send(self.shop, [(piece, fulfillment.everything(piece))], rows).id

    def edit_tracking(self, sent: str, tracking: str, *, company: str = "UPS") -> None:
        """Change the number that a fulfillment was given."""
        with self.shop.lock:
            known = self.shop.sure(Fulfillment, sent)
            known.tracking = [{"company": company, "number": tracking, "url": None}]
            self.shop.touch(known, self.order(known.order_id))

    def recall(self, sent: str) -> None:
        """Cancel a fulfillment: its lines are to be sent again."""
        with self.shop.lock:
            fulfillment.recall(self.shop, self.shop.sure(Fulfillment, sent))

    def split(self, fulfillment_order: str, lines: Mapping[str, int]) -> str:
        """Move so many of some SKUs into a new fulfillment order; return its id."""
        with self.shop.lock:
            piece = self.shop.sure(FulfillmentOrder, fulfillment_order)
            moved = self._deal([piece], lines)[0][1]
            return fulfillment.split(self.shop, piece, moved).id

    def move(self, fulfillment_order: str, location: str) -> None:
        """Let a fulfillment order be sent from another location."""
        with self.shop.lock:
            piece = self.shop.sure(FulfillmentOrder, fulfillment_order)
            for line in piece.lines:
                bought = self.shop.sure(LineItem, line.line_id)
                stock.commit(self.shop, bought, piece.location_id, -line.remaining_quantity)
                stock.commit(self.shop, bought, location, line.remaining_quantity)
            piece.location_id = self.shop.sure(Location, location).id
            piece.status, piece.request_status = "OPEN", "UNSUBMITTED"
            fulfillment.touch(self.shop, piece)

    def hold(self, fulfillment_order: str, reason: str = "OTHER", notes: str | None = None) -> None:
        """Let a fulfillment order wait."""
        with self.shop.lock:
            piece = self.shop.sure(FulfillmentOrder, fulfillment_order)
            stamp = self.shop.stamp("FulfillmentHold")
            piece.holds.append(FulfillmentHold(**stamp, reason=reason, reason_notes=notes))
            piece.status = "ON_HOLD"
            fulfillment.touch(self.shop, piece)

    def release(self, fulfillment_order: str) -> None:
        """Let it wait no more."""
        with self.shop.lock:
            piece = self.shop.sure(FulfillmentOrder, fulfillment_order)
            piece.holds.clear()
            piece.status = "OPEN"
            fulfillment.touch(self.shop, piece)

    def answer(self, fulfillment_order: str, *, accept: bool = True) -> None:
        """Let the service answer what it was asked last: to send it, or not to."""
        with self.shop.lock:
            piece = self.shop.sure(FulfillmentOrder, fulfillment_order)
            if piece.request_status == "SUBMITTED":
                (fulfillment.accept if accept else fulfillment.reject)(self.shop, piece)
            else:
                (fulfillment.give_back if accept else fulfillment.keep)(self.shop, piece)

    def order(self, order: str) -> Order:
        """Find an order."""
        self.shop.catch_up()
        return self.shop.sure(Order, order)

    def orders(self, **having: object) -> list[Order]:
        """Return all orders with such values: `orders(source_identifier="1001")`."""
        with self.shop.lock:
            self.shop.catch_up()
            return [
                order
                for order in self.shop.all(Order)
                if all(getattr(order, snake(name)) == value for name, value in having.items())
            ]

    def fulfillment_orders(self, order: str) -> list[FulfillmentOrder]:
        """Return the fulfillment orders of an order, also those that have ended."""
        with self.shop.lock:
            self.shop.catch_up()
            return fulfillment_orders_of(self.shop, order)

    def contents(self, fulfillment_order: str) -> dict[str | None, int]:
        """Return what is still to be sent by a fulfillment order, by SKU."""
        with self.shop.lock:
            piece = self.shop.sure(FulfillmentOrder, fulfillment_order)
            return {
                self.shop.sure(LineItem, line.line_id).sku: line.remaining_quantity
                for line in piece.lines
            }

    def fulfillments(self, order: str) -> list[Fulfillment]:
        """Return what was sent of an order, also what was recalled."""
        with self.shop.lock:
            return fulfillments_of(self.shop, order)

    def tracking(self, order: str) -> list[str]:
        """Return the tracking numbers of an order that hold."""
        return [
            row["number"]
            for sent in self.fulfillments(order)
            if sent.status == "SUCCESS"
            for row in sent.tracking
        ]

    def product(self, gid: str) -> Product:
        """Find a product."""
        return self.shop.sure(Product, gid)

    def variant(self, sku: str) -> ProductVariant:
        """Find a variant by its SKU, the first where it is not the only one."""
        return self._variant(sku)

    def _variant(self, sku: str) -> ProductVariant:
        found = next((it for it in self.shop.all(ProductVariant) if it.sku == sku), None)
        assert found is not None, f"there is no {sku}"
        return found

    def _line(self, order: Order, given: Json) -> LineItem:
        variant = next((it for it in self.shop.all(ProductVariant) if it.sku == given["sku"]), None)
        price = given.pop("price", None)
        quantity = given.pop("quantity", 1)
        given.setdefault("title", None if variant else given["sku"])
        return orders.line(
            self.shop,
            order.id,
            quantity=quantity,
            price=None if price is None else Decimal(str(price)),
            variant=variant,
            **given,
        )

    def _place(self, line: LineItem, location: str | Mapping[str, str] | None) -> str:
        if isinstance(location, Mapping):
            return location[line.sku or ""]
        return location or self.location_id

    def _deal(
        self, parts: Sequence[FulfillmentOrder], lines: Mapping[str, int]
    ) -> list[tuple[FulfillmentOrder, list[Share]]]:
        """Take so many of each SKU out of fulfillment orders, the first ones first."""
        left = dict(lines)
        dealt = []
        for it in parts:
            group = []
            for line in it.lines:
                sku = self.shop.sure(LineItem, line.line_id).sku or ""
                taken = min(left.get(sku, 0), line.remaining_quantity)
                if taken:
                    left[sku] -= taken
                    group.append(Share(line, taken))
            if group:
                dealt.append((it, group))
        assert not any(left.values()), f"there are not as many: {left}"
        return dealt
