"""Actions of people on the shop's own pages and at its services, which bypass the API.

These actions are not in the ledger, which has the changes over the API. Orders, products and
locations are named by id (`gid://shopify/Order/1`), lines and stock by SKU.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from tests.fakes.shopify import fulfillment, orders, refunds, stock
from tests.fakes.shopify.people_pieces import Shippers
from tests.fakes.shopify.people_stock import Stockkeepers
from tests.fakes.shopify.refunds import Restock
from tests.fakes.shopify.shapes_orders import fulfillment_orders_of, fulfillments_of
from tests.fakes.shopify.state import (
    ENDED,
    Fulfillment,
    FulfillmentOrder,
    Json,
    LineItem,
    LineItemGroup,
    Location,
    Order,
    ProductVariant,
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


class People(Stockkeepers, Shippers):
    """Users of the shop, and the services that ship for it."""

    def place_order(
        self,
        lines: Mapping[str, int] | Sequence[Json],
        *,
        location: str | Mapping[str, str] | None = None,
        address: Json | None = None,
        billing: Json | None = None,
        shipping: str | None = None,
        request: bool = False,
        **fields: Any,
    ) -> str:
        """Return the id of a new order; `location` is one for all lines, or one for each SKU.

        `lines` are quantities by SKU, or what `state.LineItem` has; `fields` are of `state.Order`.
        With `request`, it is requested from its services.
        """
        if isinstance(lines, Mapping):
            lines = [{"sku": sku, "quantity": count} for sku, count in lines.items()]
        with self.shop.lock:
            ship_to = address or ANN
            addresses = {"shipping_address": ship_to, "billing_address": billing or ship_to}
            written = {key: orders.address(self.shop, it) for key, it in addresses.items()}
            values = {**written, **fields}
            if shipping is not None:
                values["shipping_line"] = {"title": shipping, "code": shipping, "price": "0"}
            order = orders.start(self.shop, **values)
            order.lines = [self._line(order, dict(line)) for line in lines]
            places = {line.id: self._place(line, location) for line in order.lines}
            for line in order.lines:
                stock.commit(self.shop, line, places[line.id], line.quantity)
            orders.route(self.shop, order, places)
            if request:
                self.request_fulfillment(order.id)
            return order.id

    def bundle(
        self,
        title: str,
        quantity: int,
        contents: Mapping[str, int],
        *,
        sku: str | None = None,
        price: Decimal | int = 1,
        custom_attributes: Sequence[Json] = (),
    ) -> list[Json]:
        """Return lines for `place_order`: those of the contents of so many bundles."""
        if quantity < 1 or not contents or min(contents.values()) < 1:
            raise ValueError("a bundle has contents, and is sold in whole units")
        with self.shop.lock:
            group = LineItemGroup(
                **self.shop.stamp("LineItemGroup"),
                title=title,
                quantity=quantity,
                variant_sku=sku,
                custom_attributes=[*custom_attributes],
            )
            self.shop.add(group)
        return [
            {"sku": of, "quantity": count * quantity, "price": price, "line_item_group": group}
            for of, count in contents.items()
        ]

    def sell(self, sku: str, quantity: int, *, location: str | None = None) -> str:
        """Sell units that are not shipped yet, so the available quantity falls."""
        return self.place_order({sku: quantity}, location=location)

    def request_fulfillment(
        self, order: str, message: str | None = None, lines: Mapping[str, int] | None = None
    ) -> None:
        """Request an order, or quantities of some SKUs, from the services."""
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
        """Request the cancellation of an order from the services."""
        with self.shop.lock:
            for it in self.fulfillment_orders(order):
                if it.request_status in ("SUBMITTED", "ACCEPTED", "CANCELLATION_REJECTED"):
                    fulfillment.ask_back(self.shop, it, message)

    def cancel(
        self, order: str, *, refund: bool = True, restock: bool = True, reason: str = "CUSTOMER"
    ) -> None:
        """Cancel an order at once."""
        with self.shop.lock:
            placed = self.order(order)
            orders.check_cancellable(self.shop, placed)
            orders.cancel(self.shop, placed, reason=reason, restock=restock, refund=refund)

    def change_address(self, order: str, **fields: str) -> None:
        """Change fields of the shipping address."""
        with self.shop.lock:
            placed = self.order(order)
            placed.shipping_address = {**(placed.shipping_address or {}), **fields}
            self.shop.touch(placed)

    def edit_lines(self, order: str, quantities: Mapping[str, int]) -> None:
        """Change ordered quantities by SKU: 0 removes a line, a new SKU adds one."""
        with self.shop.lock:
            placed = self.order(order)
            for sku, quantity in quantities.items():
                line = next((it for it in placed.lines if it.sku == sku), None)
                if line is not None:
                    orders.edit(self.shop, placed, line, quantity)
                    continue
                made = self._line(placed, {"sku": sku, "quantity": quantity})
                placed.lines.append(made)
                place = self.fulfillment_orders(order)[0].location_id
                orders.open_fulfillment(self.shop, placed, [made], place)
                stock.commit(self.shop, made, place, quantity)
                self.shop.touch(placed)

    def refund(
        self, order: str, quantities: Mapping[str, int], restock: Restock = "CANCEL"
    ) -> None:
        """Refund quantities by SKU."""
        with self.shop.lock:
            placed = self.order(order)
            for sku, quantity in quantities.items():
                line = next(it for it in placed.lines if it.sku == sku)
                refunds.refund(self.shop, placed, line, quantity, restock)

    def change(self, order: str, **fields: object) -> None:
        """Change fields of an order: `note=`, `tags=`, `email=` and so on."""
        with self.shop.lock:
            placed = self.order(order)
            for name, value in fields.items():
                setattr(placed, name, value)
            self.shop.touch(placed)

    def ship(
        self,
        order: str,
        tracking: str | Sequence[str] = (),
        *,
        company: str = "UPS",
        url: str | None = None,
        lines: Mapping[str, int] | None = None,
    ) -> str:
        """Ship the open units of an order, or some SKUs of it; return the fulfillment's id."""
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

    def order(self, order: str) -> Order:
        """Return an order."""
        self.shop.catch_up()
        return self.shop.sure(Order, order)

    def orders(self, **having: object) -> list[Order]:
        """Return all orders with these values: `orders(source_identifier="1001")`."""
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

    def fulfillments(self, order: str) -> list[Fulfillment]:
        """Return the fulfillments of an order, also those that were recalled."""
        with self.shop.lock:
            return fulfillments_of(self.shop, order)

    def tracking(self, order: str) -> list[str]:
        """Return the valid tracking numbers of an order."""
        return [
            row["number"]
            for fulfillment in self.fulfillments(order)
            if fulfillment.status == "SUCCESS"
            for row in fulfillment.tracking
        ]

    def _line(self, order: Order, line_fields: Json) -> LineItem:
        variant = next(
            (it for it in self.shop.all(ProductVariant) if it.sku == line_fields["sku"]), None
        )
        price = line_fields.pop("price", None)
        quantity = line_fields.pop("quantity", 1)
        line_fields.setdefault("title", None if variant else line_fields["sku"])
        return orders.line(
            self.shop,
            order.id,
            quantity=quantity,
            price=None if price is None else Decimal(str(price)),
            variant=variant,
            **line_fields,
        )

    def _place(self, line: LineItem, location: str | Mapping[str, str] | None) -> str:
        if isinstance(location, Mapping):
            return location[line.sku or ""]
        return location or self.location_id
