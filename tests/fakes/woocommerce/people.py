"""Actions of people in the shop and on its admin pages, which bypass the API.

These actions are not in the ledger, which has the changes over the API.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from tests.fakes.woocommerce import orders, refunds, shapes_orders
from tests.fakes.woocommerce.people_catalogue import Keepers
from tests.fakes.woocommerce.people_parcels import Packers
from tests.fakes.woocommerce.problems import Json
from tests.fakes.woocommerce.switches import Switches

ANN: Json = {
    "first_name": "Ann",
    "last_name": "Smith",
    "address_1": "1 High Street",
    "city": "Leeds",
    "postcode": "LS1 1AA",
    "country": "GB",
}


class People(Keepers, Packers):
    """Buyers and sellers. Orders are named by id."""

    switches: Switches

    def place_order(
        self,
        lines: Mapping[str, int] | Sequence[Json],
        *,
        status: str = "processing",
        address: Json | None = None,
        email: str = "ann@example.org",
        taxes: str = "0",
        placed_at: datetime | None = None,
        **fields: Any,
    ) -> int:
        """Return the id of a new order, bought in the shop.

        `lines` are quantities by SKU, or lines as the API takes them; so are `fields`. `taxes` are
        put on the first line. `placed_at` may be earlier than now.
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
            order.created_at = placed_at or order.created_at
            return order.id

    def sell(self, sku: str, units: int = 1) -> int:
        """Return the id of a paid order for one product."""
        return self.place_order({sku: units})

    def edit_order(self, order_id: int, **fields: Any) -> None:
        """Change an order, with the fields of the API."""
        with self.shop.lock:
            orders.edit(self.shop, self.shop.order(order_id), fields)

    def relist(self, order_id: int) -> None:
        """Reverse the lines of an order, as a sorting plug-in may."""
        with self.shop.lock:
            order = self.shop.order(order_id)
            order.lines.reverse()
            orders.edit(self.shop, order, {})

    def change_address(self, order_id: int, **fields: str) -> None:
        """Change fields of the shipping address."""
        with self.shop.lock:
            orders.edit(self.shop, self.shop.order(order_id), {"shipping": fields})

    def edit_lines(self, order_id: int, quantities: Mapping[str, int]) -> None:
        """Change quantities by SKU: 0 removes the lines, a new SKU adds one."""
        with self.shop.lock:
            order = self.shop.order(order_id)
            lines = {self._sku(line): line for line in order.lines}
            changed: list[Json] = []
            for sku, units in quantities.items():
                named = {"id": lines[sku].id} if sku in lines else {"sku": sku}
                changed.append({**named, "quantity": units})
            orders.edit(self.shop, order, {"line_items": changed})

    def set_status(self, order_id: int, status: str) -> None:
        """Set the status of an order, also to one of a plug-in."""
        with self.shop.lock:
            orders.set_status(self.shop, self.shop.order(order_id), status)

    def cancel(self, order_id: int) -> None:
        """Cancel an order, which restores its stock."""
        self.set_status(order_id, "cancelled")

    def refund(
        self, order_id: int, quantities: Mapping[str, int] | None = None, *, restock: bool = True
    ) -> None:
        """Refund units by SKU, or the whole remaining amount."""
        with self.shop.lock:
            order = self.shop.order(order_id)
            if quantities is None:
                body: Json = {"amount": str(refunds.refundable(order))}
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
        """Move an order to the trash."""
        with self.shop.lock:
            orders.trash(self.shop, self.shop.order(order_id))

    def restore(self, order_id: int) -> None:
        """Restore an order from the trash, or a cancelled one for shipping."""
        with self.shop.lock:
            order = self.shop.order(order_id)
            if order.status == "trash":
                orders.restore(self.shop, order)
            else:
                orders.set_status(self.shop, order, "processing")

    def delete(self, order_id: int) -> None:
        """Delete an order permanently."""
        with self.shop.lock:
            orders.delete(self.shop, self.shop.order(order_id))

    def open(self, order_id: int) -> None:
        """Open an order in the admin, which counts as a modification in some versions."""
        with self.shop.lock:
            orders.touch(self.shop, self.shop.order(order_id))

    def comment(self, order_id: int, words: str, *, to_customer: bool = False) -> None:
        """Add a note to an order."""
        with self.shop.lock:
            orders.note(self.shop, self.shop.order(order_id), words, to_customer=to_customer)

    def order(self, order_id: int) -> Json:
        """Return an order as the API shows it."""
        with self.shop.lock:
            return shapes_orders.order(self.shop, self.shop.order(order_id))

    def order_ids(self, status: str = "") -> list[int]:
        """Return the ids of all orders, or of those in a status."""
        with self.shop.lock:
            return [it.id for it in self.shop.orders.values() if status in ("", it.status)]

    def notes(self, order_id: int) -> list[str]:
        """Return the notes on an order, the oldest first."""
        with self.shop.lock:
            return [it.text for it in self.shop.order(order_id).notes]
