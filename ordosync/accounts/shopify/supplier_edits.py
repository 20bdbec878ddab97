"""Edits of the Merchant, written to orders in the Supplier's shop, and holds until they are."""

from collections.abc import Callable, Mapping, Sequence

from ordosync.accounts.shopify.client import ShopifyClient
from ordosync.accounts.shopify.edit_writer import EditWriter, closed
from ordosync.accounts.shopify.editable_orders import (
    GROUPS,
    EditableOrders,
    EditedOrder,
    editable,
    order_number,
)
from ordosync.accounts.shopify.order_holds import OrderHolds
from ordosync.accounts.shopify.order_units import SentPiece
from ordosync.accounts.shopify.supplier_products import SupplierProducts
from ordosync.accounts.supplier import HoldReason
from ordosync.edits import EditableOrder, OrderEdit
from ordosync.models import Outcome, refused

_MISSING = refused("not-found", "does not exist")


class SupplierEdits:
    """Edits and holds of the Supplier's orders and pieces."""

    groups = GROUPS
    can_hold = True

    def __init__(self, client: ShopifyClient, products: SupplierProducts) -> None:
        self._client = client
        self._orders = EditableOrders(client)
        self._writer = EditWriter(client, self._orders, products)
        self._holds = OrderHolds(client)

    def current(self, ids: Sequence[str]) -> Mapping[str, EditableOrder]:
        """Return these orders and pieces as they are now."""
        orders = self._orders.read(ids)
        shown = (
            editable(id_, orders[order_number(id_)]) for id_ in ids if order_number(id_) in orders
        )
        return {order.order_id: order for order in shown if order}

    def write(self, edits: Sequence[OrderEdit]) -> list[Outcome]:
        """Set the edited fields of open orders. A piece shares the address of its order."""
        orders = self._orders.read([edit.order_id for edit in edits])

        def write(edit: OrderEdit) -> Outcome:
            order = orders.get(order_number(edit.order_id))
            piece = order.piece(edit.order_id) if order else None
            return self._writer.write(edit, order, piece) if order and piece else _MISSING

        return self._client.service.write_each(
            edits, write, key=lambda edit: order_number(edit.order_id)
        )

    def hold(self, ids: Sequence[str], *, reason: HoldReason) -> list[Outcome]:
        """Hold all open fulfillment orders of each of these orders."""

        def hold(id_: str, order: EditedOrder, piece: SentPiece) -> Outcome:
            parts = order.open_parts(piece)
            return closed(order, piece) or self._holds.hold(id_, parts, reason)

        return self._each(ids, hold)

    def release(self, ids: Sequence[str]) -> list[Outcome]:
        """End the holds of ordosync."""

        def release(id_: str, order: EditedOrder, piece: SentPiece) -> Outcome:
            return self._holds.release(id_, order.open_parts(piece))

        return self._each(ids, release)

    def _each(
        self, ids: Sequence[str], act: Callable[[str, EditedOrder, SentPiece], Outcome]
    ) -> list[Outcome]:
        orders = self._orders.read(ids)

        def act_on(id_: str) -> Outcome:
            order = orders.get(order_number(id_))
            piece = order.piece(id_) if order else None
            return act(id_, order, piece) if order and piece else _MISSING

        return self._client.service.write_each(ids, act_on, key=order_number)
