"""Supplier orders: created with `orderCreate`, and found by ordosync's reference.

Shopify would accept a second order with the same reference. So each order has the reference as its
`sourceIdentifier` and is searched by it. A line has the variant with its SKU. For an unknown SKU,
a product is created first, with uncounted stock.
"""

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from ordosync.accounts.service_client import unless_it_exists
from ordosync.accounts.shopify.client import ShopifyClient
from ordosync.accounts.shopify.ids import number
from ordosync.accounts.shopify.options import SupplierOptions
from ordosync.accounts.shopify.order_input import input_of, problem
from ordosync.accounts.shopify.order_states import statuses_of
from ordosync.accounts.shopify.pagination import Pages, quoted, read_all
from ordosync.accounts.shopify.queries.orders import (
    CREATE_ORDER,
    FIND_NAMES,
    FIND_ORDERS,
    MORE_ORDER_LINES,
)
from ordosync.accounts.shopify.schema import CreatedOrder, Id, UserError
from ordosync.accounts.shopify.supplier_products import SupplierProducts
from ordosync.models import Order, Outcome, OutcomeState, Product, refused
from ordosync.order_checks import refusal

_SEARCH_SIZE = 20
_MAX_NAMESAKES = 9
_NOT_COUNTED = {"inventoryBehaviour": "DECREMENT_IGNORING_POLICY"}


class _CreateAnswer(Struct, frozen=True, rename="camel"):
    user_errors: list[UserError]
    order: CreatedOrder | None = None


class SupplierOrders:
    """Orders in the Supplier's shop."""

    def __init__(
        self,
        client: ShopifyClient,
        products: SupplierProducts,
        options: SupplierOptions,
        *,
        tag: str,
    ) -> None:
        self._client = client
        self._products = products
        self.number_prefix = options.prefix
        self._tag = tag

    def create(self, orders: Sequence[Order], *, look_first: bool = False) -> list[Outcome]:
        """Create orders concurrently, each reference once."""
        outcomes = dict(self.find([order.reference for order in orders])) if look_first else {}
        new = [order for order in orders if order.reference not in outcomes and not refusal(order)]
        products = self._create_products(new)
        names = self._free_names(new)

        def create(order: Order) -> Outcome:
            existing = outcomes.get(order.reference)
            if existing is None:
                outcomes[order.reference] = self._create(order, products, names)
                return outcomes[order.reference]
            return existing.as_unchanged()

        return self._client.service.write_each(
            orders, unless_it_exists(create), key=lambda order: order.reference
        )

    def _create_products(self, orders: Sequence[Order]) -> Mapping[str, Outcome]:
        """Create the products of unknown SKUs, and return their outcomes."""
        lines = {line.sku: line for order in orders for line in order.lines}
        self._products.find([line.sku for order in orders for line in order.lines])
        return self._products.create_missing(
            [Product(id="", sku=line.sku, name=line.name) for line in lines.values()]
        )

    def find(self, references: Sequence[str]) -> Mapping[str, Outcome]:
        """Return the orders with these references; if several have one, the oldest."""
        outcomes: dict[str, Outcome] = {}
        for batch in _parts(references):
            pages = Pages(
                self._client.graphql,
                FIND_ORDERS,
                CreatedOrder,
                action="find orders by their references",
                first=_SEARCH_SIZE,
            )
            for page in pages.all(
                " OR ".join(f"source_identifier:{quoted(text)}" for text in batch)
            ):
                for order in page:
                    reference = order.source_identifier or ""
                    if reference in batch and reference not in outcomes:
                        outcomes[reference] = self._outcome("unchanged", order)
        return outcomes

    def statuses(self, ids: Sequence[str]) -> Mapping[str, str]:
        """Return the status of each of these orders and pieces that exists."""
        return statuses_of(self._client, ids)

    def _free_names(self, orders: Sequence[Order]) -> Mapping[str, str]:
        """Return a free name for each reference, by a search; empty if there is none."""
        preferred = {order.reference: f"{self.number_prefix}{order.number}" for order in orders}
        taken: set[str] = set()
        for batch in _parts(list(preferred.values())):
            pages = Pages(
                self._client.graphql,
                FIND_NAMES,
                CreatedOrder,
                action="find order names",
                first=_SEARCH_SIZE,
            )
            for page in pages.all(" OR ".join(f"name:{quoted(name)}" for name in batch)):
                taken.update(order.name.removeprefix("#") for order in page)
        names: dict[str, str] = {}
        for reference, name in preferred.items():
            suffixes = ("", *(f"~{count}" for count in range(2, _MAX_NAMESAKES + 1)))
            free = next((name + suffix for suffix in suffixes if name + suffix not in taken), "")
            taken.add(free)
            names[reference] = free
        return names

    def _create(
        self, order: Order, products: Mapping[str, Outcome], names: Mapping[str, str]
    ) -> Outcome:
        reason = refusal(order) or problem(order, self._client.currency)
        if reason:
            return refused("invalid-order", reason)
        for line in order.lines:
            product = products.get(line.sku)
            if product and product.state not in ("done", "unchanged"):
                return product
        name = names[order.reference]
        if not name:
            return refused("taken", f"{_MAX_NAMESAKES} orders have its number already")
        input_ = input_of(
            order,
            name=name,
            tag=self._tag,
            currency=self._client.currency,
            variant=self._products.variant_id,
        )
        return self._send(order, input_)

    def _send(self, order: Order, input_: Mapping[str, object]) -> Outcome:
        action = f"create order {order.number}"
        answer = self._client.graphql.write(
            CREATE_ORDER,
            dict[str, _CreateAnswer],
            action=action,
            order=input_,
            options=_NOT_COUNTED,
        )["orderCreate"]
        if answer.user_errors or answer.order is None:
            return self._client.denied(answer.user_errors, input_)
        with self._client.after_write(action):
            keeps_reference = answer.order.source_identifier == order.reference
            return replace(self._outcome("done", answer.order), keeps_reference=keeps_reference)

    def _outcome(self, state: OutcomeState, order: CreatedOrder) -> Outcome:
        lines = read_all(
            self._client.graphql,
            order.line_items,
            MORE_ORDER_LINES,
            Id,
            of=order.id,
            action="read the lines of an order",
        )
        return Outcome(
            state=state,
            id=number(order.id),
            line_ids=tuple(number(line.id) for line in lines),
        )


def _parts(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(texts), _SEARCH_SIZE):
        yield texts[start : start + _SEARCH_SIZE]
