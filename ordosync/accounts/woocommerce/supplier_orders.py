"""Orders at the Supplier: the Merchant's orders, created as orders of the shop.

Uses `/orders`. The shop does not reject an order that it already has. So each order has the
reference as a meta field, which is compared, and as its transaction, which newer shops can search.
"""

from collections.abc import Mapping, Sequence
from types import NoneType

from msgspec.structs import replace

from ordosync.accounts.service_client import unless_it_exists
from ordosync.accounts.woocommerce.catalogue import Catalogue
from ordosync.accounts.woocommerce.client import WooCommerceClient
from ordosync.accounts.woocommerce.order_input import REFERENCE, lines_as_sent, misfit, order_body
from ordosync.accounts.woocommerce.order_parcels import OrderParcels
from ordosync.accounts.woocommerce.reference_search import ReferenceSearch
from ordosync.accounts.woocommerce.schema import OrderShape, ProductShape
from ordosync.errors import UnavailableError
from ordosync.models import Line, Order, Outcome, OutcomeState, normalized_sku, refused


class SupplierOrders:
    """Orders that ordosync has created."""

    def __init__(
        self,
        client: WooCommerceClient,
        catalogue: Catalogue,
        parcels: OrderParcels,
        *,
        number_prefix: str,
    ) -> None:
        self.number_prefix = number_prefix
        self._client = client
        self._catalogue = catalogue
        self._parcels = parcels
        self._search = ReferenceSearch(client)
        self._products: dict[str, ProductShape] = {}
        """The products of orders of this run, by normalized SKU."""
        client.service.at_close(self._products.clear)

    def create(self, orders: Sequence[Order], *, look_first: bool = False) -> list[Outcome]:
        """Create orders concurrently, each reference once; SKUs are looked up together."""
        by_reference = {order.reference: order for order in orders}
        refusals = {ref: reason for ref, order in by_reference.items() if (reason := misfit(order))}
        existing = (
            self.find([ref for ref in by_reference if ref not in refusals]) if look_first else {}
        )
        new_orders = [
            order
            for ref, order in by_reference.items()
            if ref not in existing and ref not in refusals
        ]
        failed_products = self._learn_products(
            [line for order in new_orders for line in order.lines]
        )
        # The cache is cleared if a product turns out to be deleted; the other orders need theirs.
        products = {**self._products}
        outcomes: dict[str, Outcome] = {**existing}

        def create(order: Order) -> Outcome:
            if order.reference in refusals:
                return refused("invalid-order", refusals[order.reference])
            if order.reference in outcomes:
                return outcomes[order.reference].as_unchanged()
            for line in order.lines:
                if failed := failed_products.get(normalized_sku(line.sku)):
                    return failed
            outcomes[order.reference] = self._create(order, products)
            return outcomes[order.reference]

        return self._client.service.write_each(
            orders, unless_it_exists(create), key=lambda order: order.reference
        )

    def find(self, references: Sequence[str]) -> Mapping[str, Outcome]:
        """Return the orders with these references."""
        orders = self._search.find(references)
        return {reference: _outcome("unchanged", order) for reference, order in orders.items()}

    def statuses(self, ids: Sequence[str]) -> Mapping[str, str]:
        """Return the statuses of those of these orders that exist."""
        items = self._client.orders_now(ids, "read the statuses of orders")
        orders = [item for item in items if isinstance(item, OrderShape)]
        statuses = self._client.service.map_concurrently(orders, self._parcels.status)
        return {str(order.id): status for order, status in zip(orders, statuses, strict=True)}

    def _learn_products(self, lines: Sequence[Line]) -> Mapping[str, Outcome]:
        """Look up the products of lines, and create the missing ones.

        Returns the outcomes of those that could not be created, by normalized SKU.
        """
        lines_by_sku = {
            line.sku: line for line in lines if normalized_sku(line.sku) not in self._products
        }
        existing = self._catalogue.by_sku(list(lines_by_sku), "search the products of orders")
        self._products.update(
            (normalized_sku(sku), products[0]) for sku, products in existing.items()
        )
        missing = {
            normalized_sku(sku): line for sku, line in lines_by_sku.items() if sku not in existing
        }

        def create(line: Line) -> Outcome:
            product = self._catalogue.create(line.sku, line.name, None)
            self._products[normalized_sku(line.sku)] = product
            return Outcome(state="done")

        outcomes = self._client.service.write_each(
            list(missing.values()),
            unless_it_exists(create),
            key=lambda line: normalized_sku(line.sku),
        )
        pairs = zip(missing, outcomes, strict=True)
        return {sku: outcome for sku, outcome in pairs if outcome.state != "done"}

    def _create(self, order: Order, products: Mapping[str, ProductShape]) -> Outcome:
        """Create a new order with these products."""
        action = f"create order {order.number}"
        body = order_body(order, products, prefix=self.number_prefix)
        created = self._client.http.send(
            "POST", "/wc/v3/orders", OrderShape, action=action, json=body
        )
        lines = [(bool(line.product_id), line.quantity) for line in lines_as_sent(created)]
        if lines != [(True, line.quantity) for line in order.lines]:
            self._delete(created)
            self._products.clear()
            reason = "one of its products has just been deleted"
            raise UnavailableError(self._client.service.account, action, reason)
        keeps_reference = created.meta(REFERENCE) == order.reference
        return replace(_outcome("done", created), keeps_reference=keeps_reference)

    def _delete(self, created: OrderShape) -> None:
        """Delete an order with an empty line: the shop does not reject a deleted product."""
        action = f"delete order {created.id}"
        # A deletion alone would keep its stock.
        self._client.save(created, {"status": "cancelled"}, action)
        path = f"/wc/v3/orders/{created.id}?force=true"
        self._client.http.send("DELETE", path, NoneType, action=action)


def _outcome(state: OutcomeState, order: OrderShape) -> Outcome:
    lines = tuple(str(line.id) for line in lines_as_sent(order))
    return Outcome(state=state, id=str(order.id), line_ids=lines)
