"""What people do in the shop and in its admin pages: the other hand, past the API.

Nothing here is in the ledger, which is for what came over the API.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Literal

from tests.fakes.woocommerce import (
    fulfillments,
    orders,
    products,
    refunds,
    shapes_orders,
    shapes_products,
    stock,
)
from tests.fakes.woocommerce.problems import Json
from tests.fakes.woocommerce.state import Line, Order, Product, Shop, Taxonomy
from tests.fakes.woocommerce.switches import Switches

ANN: Json = {
    "first_name": "Ann",
    "last_name": "Smith",
    "address_1": "1 High Street",
    "city": "Leeds",
    "postcode": "LS1 1AA",
    "country": "GB",
}
Way = Literal["fulfillment", "tracking", "note"]


class People:
    """Those who buy and those who sell. Orders are named by id, products by SKU."""

    shop: Shop
    switches: Switches

    # The catalogue

    def add_product(
        self,
        sku: str,
        name: str = "",
        *,
        price: str = "10.00",
        stock: int | None = None,
        tags: Sequence[str] = (),
        categories: Sequence[str] = (),
        brands: Sequence[str] = (),
        **fields: Any,
    ) -> int:
        """Return the id of a new product; without `stock` nobody counts it.

        `fields` are those of the API: `type="variable"`, `weight="0.5"`, `backorders="yes"`.
        """
        with self.shop.lock:
            return products.create(
                self.shop,
                {
                    "sku": sku,
                    "name": name or sku,
                    "regular_price": price,
                    **_counted(stock),
                    **self._terms(tags=tags, categories=categories, brands=brands),
                    **fields,
                },
            ).id

    def add_variation(
        self,
        parent: str,
        sku: str,
        *,
        price: str = "10.00",
        stock: int | None = None,
        **fields: Any,
    ) -> int:
        """Return the id of a new variation of a product, which is made variable by it.

        Without `stock` the number of the parent counts, if that has one.
        """
        with self.shop.lock:
            known = self._product(parent)
            known.type = "variable"
            option = {"id": 0, "name": "Kind", "option": sku}
            body = {
                "sku": sku,
                "regular_price": price,
                "attributes": [option],
                **_counted(stock),
                **fields,
            }
            return products.create(self.shop, body, parent=known).id

    def add_term(self, taxonomy: Taxonomy, name: str) -> int:
        """Return the id of a tag, a category or a brand."""
        with self.shop.lock:
            return products.term(self.shop, taxonomy, name)

    def edit_product(self, sku: str, /, **fields: Any) -> None:
        """Change a product or a variation, in the words of the API; `sku=` gives it another."""
        with self.shop.lock:
            products.edit(self.shop, self._product(sku), fields)

    def set_stock(self, sku: str, units: int) -> None:
        """Count a product, which is managed from then on."""
        self.edit_product(sku, manage_stock=True, stock_quantity=units)

    def stop_counting(self, sku: str) -> None:
        """Let a product be sold without a count."""
        self.edit_product(sku, manage_stock=False)

    def stock(self, sku: str) -> int | None:
        """Read how many there are, None where nobody counts."""
        with self.shop.lock:
            return stock.quantity(self.shop, self._product(sku))

    def delete_product(self, sku: str, *, force: bool = False) -> None:
        """Put a product into the trash, or delete it for good."""
        with self.shop.lock:
            products.delete(self.shop, self._product(sku), force=force)

    def product(self, sku: str) -> Json:
        """Read a product as the API shows it."""
        with self.shop.lock:
            return shapes_products.product(self.shop, self._product(sku))

    # Orders

    def place_order(
        self,
        lines: Mapping[str, int] | Sequence[Json],
        *,
        status: str = "processing",
        address: Json | None = None,
        email: str = "ann@example.org",
        taxes: str = "0",
        **fields: Any,
    ) -> int:
        """Return the id of a new order, bought in the shop.

        `lines` are quantities by SKU, or lines as the API takes them; so are `fields`. `taxes` are
        put on the first line.
        """
        with self.shop.lock:
            if isinstance(lines, Mapping):
                lines = [{"sku": sku, "quantity": units} for sku, units in lines.items()]
            ship_to = address or ANN
            body = {
                "billing": {**ship_to, "email": email},
                "shipping": ship_to,
                "line_items": lines,
                "status": status,
                **fields,
            }
            order = orders.create(self.shop, body, via="checkout")
            if order.lines:
                order.lines[0].total_tax = Decimal(taxes)
            return order.id

    def sell(self, sku: str, units: int = 1) -> int:
        """Return the id of an order for one product, paid for."""
        return self.place_order({sku: units})

    def edit_order(self, order_id: int, **fields: Any) -> None:
        """Change an order, in the words of the API."""
        with self.shop.lock:
            orders.edit(self.shop, self.shop.order(order_id), fields)

    def edit_lines(self, order_id: int, quantities: Mapping[str, int]) -> None:
        """Change quantities by SKU: 0 takes the lines off, a new SKU adds one."""
        with self.shop.lock:
            order = self.shop.order(order_id)
            known = {self._sku(line): line for line in order.lines}
            changed: list[Json] = []
            for sku, units in quantities.items():
                named = {"id": known[sku].id} if sku in known else {"sku": sku}
                changed.append({**named, "quantity": units})
            orders.edit(self.shop, order, {"line_items": changed})

    def set_status(self, order_id: int, status: str) -> None:
        """Put an order into a status, one of a plug-in too."""
        with self.shop.lock:
            orders.set_status(self.shop, self.shop.order(order_id), status)

    def cancel(self, order_id: int) -> None:
        """Cancel an order; what it took off the stock is put back."""
        self.set_status(order_id, "cancelled")

    def refund(
        self, order_id: int, quantities: Mapping[str, int] | None = None, *, restock: bool = True
    ) -> None:
        """Give money back: for units by SKU, or all that is left."""
        with self.shop.lock:
            order = self.shop.order(order_id)
            if quantities is None:
                body: Json = {"amount": str(refunds.left(order))}
            else:
                body = {
                    "line_items": [
                        {
                            "id": line.id,
                            "quantity": quantities[self._sku(line)],
                            "refund_total": line.total
                            / line.quantity
                            * quantities[self._sku(line)],
                        }
                        for line in order.lines
                        if self._sku(line) in quantities
                    ]
                }
            refunds.refund(self.shop, order, {**body, "api_refund": False, "api_restock": restock})

    def trash(self, order_id: int) -> None:
        """Put an order into the trash."""
        with self.shop.lock:
            orders.trash(self.shop, self.shop.order(order_id))

    def restore(self, order_id: int) -> None:
        """Take an order out of the trash, or a cancelled one back to be sent."""
        with self.shop.lock:
            order = self.shop.order(order_id)
            if order.status == "trash":
                orders.restore(self.shop, order)
            else:
                orders.set_status(self.shop, order, "processing")

    def delete(self, order_id: int) -> None:
        """Delete an order for good: it is nowhere any more."""
        with self.shop.lock:
            orders.delete(self.shop, self.shop.order(order_id))

    def open(self, order_id: int) -> None:
        """Look at an order in the admin, by which some versions let it count as modified."""
        with self.shop.lock:
            orders.touch(self.shop, self.shop.order(order_id))

    def comment(self, order_id: int, words: str, *, to_customer: bool = False) -> None:
        """Put a remark on an order."""
        with self.shop.lock:
            orders.note(self.shop, self.shop.order(order_id), words, to_customer=to_customer)

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
        """Send a parcel in one of the ways that a shop may have, and say that all is sent.

        `quantities` by SKU are only known to a fulfillment; without them it is all.
        """
        with self.shop.lock:
            order = self.shop.order(order_id)
            if way == "fulfillment":
                self._fulfill(order, tracking, carrier, quantities)
            elif way == "tracking":
                body = {"tracking_number": tracking, "tracking_provider": carrier}
                fulfillments.track(self.shop, order, {**body, "date_shipped": shipped_on})
            else:
                orders.note(self.shop, order, f"Shipped: {carrier} {tracking}", to_customer=True)
            if complete:
                orders.set_status(self.shop, order, "completed")

    def _fulfill(
        self, order: Order, tracking: str, carrier: str, quantities: Mapping[str, int] | None
    ) -> None:
        sent = [
            {"item_id": line.id, "qty": units}
            for line in order.lines
            if (units := line.quantity if quantities is None else quantities.get(self._sku(line)))
        ]
        fields = {
            "_items": sent,
            "_tracking_number": tracking,
            "_shipment_provider": carrier.lower(),
        }
        meta = [{"key": key, "value": value} for key, value in fields.items()]
        fulfillments.fulfill(
            self.shop, order, {"status": "fulfilled", "is_fulfilled": True, "meta_data": meta}
        )

    def unship(self, order_id: int, tracking: str) -> None:
        """Take a parcel off again, whichever way it was put on."""
        with self.shop.lock:
            order = self.shop.order(order_id)
            for made in fulfillments.kept(order):
                if any(it.value == tracking for it in made.meta):
                    fulfillments.unfulfill(self.shop, order, made)
            for known in fulfillments.trackings(order):
                if known["tracking_number"] == tracking:
                    fulfillments.untrack(self.shop, order, known["tracking_id"])

    # What is there

    def order(self, order_id: int) -> Json:
        """Read an order as the API shows it."""
        with self.shop.lock:
            return shapes_orders.order(self.shop, self.shop.order(order_id))

    def order_ids(self, status: str = "") -> list[int]:
        """Return the ids of all orders, or of those in a status."""
        with self.shop.lock:
            return [it.id for it in self.shop.orders.values() if status in ("", it.status)]

    def notes(self, order_id: int) -> list[str]:
        """Read the remarks on an order, the oldest first."""
        with self.shop.lock:
            return [it.text for it in self.shop.order(order_id).notes]

    def parcels(self, order_id: int) -> list[Json]:
        """Read the fulfillments of an order as the API shows them."""
        with self.shop.lock:
            found = fulfillments.kept(self.shop.order(order_id))
            return [shapes_orders.fulfillment(order_id, it, fresh=False) for it in found]

    def trackings(self, order_id: int) -> list[Json]:
        """Read the parcels of the tracking extension as its API shows them."""
        with self.shop.lock:
            found = fulfillments.trackings(self.shop.order(order_id))
            return [shapes_orders.tracking(it) for it in found]

    def _product(self, sku: str) -> Product:
        found = self.shop.by_sku(sku)
        assert found is not None, f"there is no product {sku}"
        return found

    def _sku(self, line: Line) -> str:
        product = self.shop.products.get(line.sold_id)
        return "" if product is None else product.sku

    def _terms(self, **names: Sequence[str]) -> Json:
        return {
            taxonomy: [{"id": self.add_term(taxonomy, name)} for name in names[taxonomy]]
            for taxonomy in products.TAXONOMIES
            if names[taxonomy]
        }


def _counted(units: int | None) -> Json:
    return {} if units is None else {"manage_stock": True, "stock_quantity": units}
