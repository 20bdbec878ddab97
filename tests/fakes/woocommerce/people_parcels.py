"""Actions of people on parcels, in each of the ways that a shop may have."""

from collections.abc import Mapping
from typing import Literal

from tests.fakes.woocommerce import fulfillments, orders, shapes_orders, trackings
from tests.fakes.woocommerce.problems import Json
from tests.fakes.woocommerce.state import Line, Order, Shop

Way = Literal["fulfillment", "tracking", "note"]


class Packers:
    """The packers. Orders are named by id."""

    shop: Shop

    def ship(
        self,
        order_id: int,
        tracking: str,
        *,
        carrier: str = "UPS",
        way: Way = "note",
        quantities: Mapping[str, int] | None = None,
        complete: bool = True,
        shipped_on: str = "",
    ) -> None:
        """Ship a parcel in one of the ways that a shop may have; complete the order.

        `quantities` by SKU apply to a fulfillment and to the extension's rival only; by default
        the parcel contains everything.
        """
        with self.shop.lock:
            order = self.shop.order(order_id)
            if way == "fulfillment":
                self._fulfill(order, tracking, carrier, quantities)
            elif way == "tracking":
                body = {"tracking_number": tracking, "tracking_provider": carrier}
                items = self._items(order, quantities) if quantities else []
                more = {"date_shipped": shipped_on, "products_list": items}
                trackings.track(self.shop, order, {**body, **more})
            else:
                orders.note(self.shop, order, f"Shipped: {carrier} {tracking}", to_customer=True)
            if complete:
                orders.set_status(self.shop, order, "completed")

    def _fulfill(
        self, order: Order, tracking: str, carrier: str, quantities: Mapping[str, int] | None
    ) -> None:
        fields: Json = {"_items": self._items(order, quantities)}
        if tracking:
            fields |= {"_tracking_number": tracking, "_shipment_provider": carrier.lower()}
        meta = [{"key": key, "value": value} for key, value in fields.items()]
        fulfillments.fulfill(
            self.shop, order, {"status": "fulfilled", "is_fulfilled": True, "meta_data": meta}
        )

    def plan(self, order_id: int, quantities: Mapping[str, int]) -> None:
        """Plan a fulfillment that is not shipped yet."""
        with self.shop.lock:
            order = self.shop.order(order_id)
            meta = [{"key": "_items", "value": self._items(order, quantities)}]
            fulfillments.fulfill(self.shop, order, {"status": "unfulfilled", "meta_data": meta})

    def _items(self, order: Order, quantities: Mapping[str, int] | None) -> list[Json]:
        return [
            {"item_id": line.id, "qty": units}
            for line in order.lines
            if (units := line.quantity if quantities is None else quantities.get(self._sku(line)))
        ]

    def unship(self, order_id: int, tracking: str) -> None:
        """Remove a parcel, in the way in which it was added."""
        with self.shop.lock:
            order = self.shop.order(order_id)
            for made in fulfillments.kept(order):
                if any(it.value == tracking for it in made.meta):
                    fulfillments.unfulfill(self.shop, order, made)
            for parcel in trackings.kept(order):
                if parcel["tracking_number"] == tracking:
                    trackings.untrack(self.shop, order, parcel["tracking_id"])

    def correct(self, order_id: int, tracking: str, corrected: str) -> None:
        """Change the number of a parcel: a typing error, or another label for the same goods."""
        with self.shop.lock:
            order = self.shop.order(order_id)
            for made in fulfillments.kept(order):
                for field in made.meta:
                    if field.value == tracking:
                        field.value = corrected
            orders.touch(self.shop, order)

    def parcels(self, order_id: int) -> list[Json]:
        """Return the fulfillments of an order as the API shows them."""
        with self.shop.lock:
            parcels = fulfillments.kept(self.shop.order(order_id))
            return [shapes_orders.fulfillment(order_id, it, fresh=False) for it in parcels]

    def trackings(self, order_id: int) -> list[Json]:
        """Return the parcels of the tracking extension as its API shows them."""
        with self.shop.lock:
            parcels = trackings.kept(self.shop.order(order_id))
            return [shapes_orders.tracking(self.shop, it) for it in parcels]

    def _sku(self, line: Line) -> str:
        product = self.shop.products.get(line.sold_id)
        return "" if product is None else product.sku
