"""Actions of people on Ordoro's own pages, which bypass the API.

These actions are not in the ledger, which has the changes over the API.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from tests.fakes.ordoro import (
    edits,
    orders,
    products,
    shapes_catalogue,
    shapes_orders,
    splits,
    stock,
)
from tests.fakes.ordoro.state import Cart, Json, Number, Order, Shop, Supplier, Terms, Warehouse
from tests.fakes.ordoro.times import text

ANN: Json = {
    "name": "Ann Smith",
    "street1": "1 High Street",
    "city": "Leeds",
    "zip": "LS1 1AA",
    "country": "GB",
}


class People:
    """Users of the account. Orders are named by number, products by SKU."""

    shop: Shop
    user = "ann@example.com"

    def add_supplier(self, company: str, *, warehouse_id: int | None = None) -> int:
        """Return the id of a new supplier, with or without a linked warehouse."""
        with self.shop.lock:
            supplier = Supplier(
                id=self.shop.next_id(),
                company=company,
                created_at=self.shop.now(),
                warehouse_id=warehouse_id,
            )
            self.shop.suppliers[supplier.id] = supplier
            return supplier.id

    def add_warehouse(self, name: str) -> int:
        """Return the id of a new warehouse; the first one is the default and always exists."""
        with self.shop.lock:
            warehouse = Warehouse(id=self.shop.next_id(), name=name)
            self.shop.warehouses[warehouse.id] = warehouse
            return warehouse.id

    def add_cart(self, name: str) -> int:
        """Return the id of a new sales channel; its index is the next number."""
        with self.shop.lock:
            cart = Cart(id=self.shop.next_id(), index=len(self.shop.carts) + 1, name=name)
            self.shop.carts[cart.id] = cart
            return cart.id

    def add_product(
        self,
        sku: str,
        name: str = "",
        *,
        on_hand: Number | None = None,
        supplier: int | None = None,
        supplier_sku: str | None = None,
        supplier_price: Number = 0,
        components: Mapping[str, Number] | None = None,
        archived: bool = False,
        **fields: object,
    ) -> None:
        """Add a product; `fields` are those of the API, such as `price=` and `weight=` in pounds.

        Without `on_hand` it was never counted; with `components` it is a kit.
        """
        with self.shop.lock:
            product = products.create(self.shop, {"sku": sku, "name": name or sku, **fields})
            product.components = dict(components or {})
            product.archived_at = self.shop.now() if archived else None
            if on_hand is not None:
                stock.set_on_hand(self.shop, product, self.shop.default_warehouse_id(), on_hand)
            if supplier is not None:
                product.suppliers[self.shop.supplier(supplier).id] = Terms(
                    supplier_price=supplier_price, supplier_sku=supplier_sku, is_default=True
                )

    def archive(self, sku: str) -> None:
        """Archive a product."""
        with self.shop.lock:
            product = self.shop.product(sku)
            product.archived_at = product.updated_at = self.shop.now()

    def set_stock(self, sku: str, on_hand: Number, *, warehouse: int | None = None) -> None:
        """Set the quantity on hand, by default in the default warehouse."""
        with self.shop.lock:
            warehouse_id = warehouse or self.shop.default_warehouse_id()
            stock.set_on_hand(
                self.shop, self.shop.product(sku), self.shop.warehouse(warehouse_id).id, on_hand
            )

    def place_order(
        self,
        order_id: str,
        lines: Mapping[str, int] | Sequence[Json],
        *,
        cart: int | None = None,
        supplier: int | None = None,
        status: str = "",
        address: Json | None = None,
        **fields: Any,
    ) -> str:
        """Return the number of a new order, optionally requested from a supplier.

        `lines` are quantities by SKU, or lines as the API takes them; so are `fields`. With a
        `status` it is created as shipped, cancelled or not requested.
        """
        if isinstance(lines, Mapping):
            lines = [
                {"quantity": quantity, "product": self._as_known(sku)}
                for sku, quantity in lines.items()
            ]
        ship_to = {"shipping_address": address or ANN, "billing_address": address or ANN}
        body = {"order_id": order_id, "cart": cart, "lines": lines, **ship_to, **fields}
        with self.shop.lock:
            order = orders.create(self.shop, body)
            if supplier is not None and status != "awaiting_fulfillment":
                orders.dropship(self.shop, order, {"supplier_id": supplier})
            if status == "shipped":
                orders.mark_as_shipped(self.shop, order)
            if status == "cancelled":
                orders.cancel(self.shop, order)
            return order.number

    def dropship(self, number: str, supplier: int, **fields: object) -> None:
        """Request an order from a supplier."""
        with self.shop.lock:
            orders.dropship(self.shop, self._order(number), {"supplier_id": supplier, **fields})

    def relist(self, number: str) -> None:
        """Reverse the lines of an order."""
        with self.shop.lock:
            order = self._order(number)
            order.lines.reverse()
            orders.touch(self.shop, order)

    def reassign(self, number: str, supplier: int) -> None:
        """Request an order from another supplier."""
        self.dropship(number, supplier)

    def unassign(self, number: str) -> None:
        """Withdraw an order from its supplier, to fulfill it in-house."""
        with self.shop.lock:
            order = self._order(number)
            order.status, order.supplier_id, order.dropshipping = "awaiting_fulfillment", None, {}
            orders.touch(self.shop, order)

    def cancel(self, number: str) -> None:
        """Cancel an order."""
        with self.shop.lock:
            orders.cancel(self.shop, self._order(number))

    def restore(self, number: str) -> None:
        """Restore a cancelled order; it awaits fulfillment."""
        with self.shop.lock:
            orders.uncancel(self.shop, self._order(number))

    def ship(
        self,
        number: str,
        tracking: str,
        *,
        carrier: str = "UPS",
        shipped_at: datetime | None = None,
        **more: object,
    ) -> None:
        """Enter a number; `more` is as in the API: `shipping_method=`, `cost=`."""
        with self.shop.lock:
            date = text(shipped_at or self.shop.now(), self.shop.switches.zone)
            body = {"tracking_number": tracking, "carrier_name": carrier, "ship_date": date}
            orders.ship(self.shop, self._order(number), {**body, **more})

    def print_label(self, number: str, tracking: str) -> None:
        """Ship an order with a label that Ordoro prints."""
        self.ship(number, tracking)
        with self.shop.lock:
            shipping = self._order(number).shipping
            assert shipping
            shipping.has_label = True

    def mark_as_shipped(self, number: str) -> None:
        """Mark an order as shipped, without any tracking."""
        with self.shop.lock:
            orders.mark_as_shipped(self.shop, self._order(number))

    def void(self, number: str) -> None:
        """Delete the label of an order."""
        with self.shop.lock:
            orders.void(self.shop, self._order(number))

    def split(self, number: str, pieces: Sequence[Mapping[str, int]]) -> list[str]:
        """Split an order; return the numbers of the pieces. Each is given as quantities by SKU.

        Where a SKU is on several lines, the first ones are used up first.
        """
        with self.shop.lock:
            order = self._order(number)
            remaining = {line.id: line.quantity for line in order.lines}
            groups = [_deal(order, piece, remaining) for piece in pieces]
            return [piece.number for piece in splits.split(self.shop, order, groups)]

    def split_lines(self, number: str, groups: Sequence[dict[int, int]]) -> list[str]:
        """Split an order; return the numbers of the pieces, given as quantities by line id."""
        with self.shop.lock:
            return [
                piece.number for piece in splits.split(self.shop, self._order(number), list(groups))
            ]

    def edit_lines(self, number: str, quantities: Mapping[str, int]) -> None:
        """Change quantities by SKU: 0 removes the lines, a new SKU adds one."""
        with self.shop.lock:
            orders.set_lines(self.shop, self._order(number), dict(quantities))

    def change_address(self, number: str, **fields: str) -> None:
        """Change fields of the shipping address."""
        with self.shop.lock:
            edits.change_address(self.shop, self._order(number), dict(fields))

    def tag(self, number: str, *texts: str) -> None:
        """Add tags to an order."""
        with self.shop.lock:
            order = self._order(number)
            order.tag_ids += [orders.tag_id(self.shop, {"text": it}) for it in texts]
            orders.touch(self.shop, order)

    def untag(self, number: str, text: str) -> None:
        """Remove a tag from an order."""
        with self.shop.lock:
            order = self._order(number)
            order.tag_ids.remove(orders.tag_id(self.shop, {"text": text}))
            orders.touch(self.shop, order)

    def comment(self, number: str, words: str) -> None:
        """Add a comment to the timeline."""
        with self.shop.lock:
            orders.comment(self.shop, self._order(number), self.user, words)

    def comments(self, number: str) -> list[str]:
        """Return the timeline, also of a split order."""
        with self.shop.lock:
            return [made["text"] for made in self.shop.orders[number].comments]

    def order(self, number: str) -> Json:
        """Return an order as the API shows it, a split one as a parent."""
        with self.shop.lock:
            order = self.shop.orders[number]
            show = shapes_orders.parent if order.children else shapes_orders.order
            return show(self.shop, order)

    def numbers(self, **having: object) -> list[str]:
        """Return the numbers of all orders except split ones, as in `numbers(status="shipped")`."""
        with self.shop.lock:
            return [
                order.number
                for order in self.shop.orders.values()
                if not order.children
                and all(getattr(order, name) == value for name, value in having.items())
            ]

    def product(self, sku: str) -> Json:
        """Return a product as the API shows it."""
        with self.shop.lock:
            return shapes_catalogue.product(
                self.shop, self.shop.product(sku), stock.committed(self.shop)
            )

    def _as_known(self, sku: str) -> Json:
        product = self.shop.products.get(sku)
        return {"sku": sku, "name": product.fields["name"] if product else sku}

    def _order(self, number: str) -> Order:
        return self.shop.order_to_write(number)


def _deal(order: Order, piece: Mapping[str, int], remaining: dict[int, int]) -> dict[int, int]:
    group: dict[int, int] = {}
    for sku, quantity in piece.items():
        missing = quantity
        for line in order.lines:
            if line.sku == sku:
                group[line.id] = min(missing, remaining[line.id])
                remaining[line.id] -= group[line.id]
                missing -= group[line.id]
        assert missing == 0, f"order {order.number} has not as many of {sku}"
    return group
