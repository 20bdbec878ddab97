"""Stock at the Merchant: the quantity that can be sold, a single number for a product.

Uses products by SKU, their batches and those of variations, and the list of unshipped orders. The
quantity falls with every order, also with orders that the Supplier does not have yet.
"""

from collections.abc import Iterator, Mapping, Sequence
from math import ceil

import msgspec

from ordosync.accounts.account import outcome_of
from ordosync.accounts.pagination import LIMIT
from ordosync.accounts.woocommerce.catalogue import is_kit, is_on_sale
from ordosync.accounts.woocommerce.client import Quantities, WooCommerceClient
from ordosync.accounts.woocommerce.order_mapping import is_test
from ordosync.accounts.woocommerce.order_share import OrderShares
from ordosync.accounts.woocommerce.order_statuses import OrderStatuses
from ordosync.accounts.woocommerce.schema import (
    BatchShape,
    OrderShape,
    ProductShape,
    WrittenShape,
    whole,
)
from ordosync.models import Address, Line, Order, Outcome, Page, Stock, refused


class MerchantStock:
    """Quantities of this Supplier's products."""

    def __init__(
        self, client: WooCommerceClient, shares: OrderShares, statuses: OrderStatuses
    ) -> None:
        self._client = client
        self._shares = shares
        self._selection = shares.selection
        self._statuses = statuses
        self._products: dict[str, ProductShape] = {}
        """The products that were read or written in this run, by SKU."""
        client.service.at_close(self._products.clear)

    @property
    def falls_with_sales(self) -> bool:
        """True: the shop lowers the quantity of a product with each sale."""
        return True

    def current(self, ids: Sequence[str]) -> Mapping[str, Stock]:
        """Return the quantities of these products, with 100 per call."""
        products_by_sku = self._selection.by_sku(ids, "read stock to be written")
        self._products.update((sku, products[0]) for sku, products in products_by_sku.items())
        return {sku: self._stock(sku, products) for sku, products in products_by_sku.items()}

    def unimported_sales(self) -> Iterator[Page[Order]]:
        """Yield the orders that have lowered the stock and are not shipped, on hold or not.

        An order that cannot be imported has lowered it, too. It has the lines that are known. The
        order of a test is no sale.
        """
        query = {"status": ",".join(self._statuses.sold)}
        listed = self._client.lists.changed_orders(query, "read sold orders")
        for items in listed.since(None):
            orders = [
                item
                for item in items
                if isinstance(item, OrderShape)
                and not is_test(item)
                and self._shares.record(item).unshipped(str(item.id))
            ]
            self._shares.learn(orders)
            taken = self._client.service.map_concurrently(orders, self._shares.taken_from_stock)
            sold = (self._sold(*pair) for pair in zip(orders, taken, strict=True))
            yield Page(items=tuple(order for order in sold if order.lines))

    def write(self, stock: Sequence[Stock]) -> list[Outcome]:
        """Set quantities, with 100 per call. A call writes the variations of one product only."""
        self.current([item.product_id for item in stock if item.product_id not in self._products])
        outcomes: dict[str, Outcome] = {}
        groups: dict[int, list[Stock]] = {}
        for item in stock:
            product = self._products.get(item.product_id)
            outcome = _early_outcome(item, product)
            if outcome:
                outcomes[item.product_id] = outcome
            elif product:
                groups.setdefault(product.parent_id, []).append(item)
        batches = [
            (parent, group[at : at + LIMIT])
            for parent, group in groups.items()
            for at in range(0, len(group), LIMIT)
        ]
        for written in self._client.service.map_concurrently(batches, self._write_batch):
            outcomes |= written
        return [outcomes[item.product_id] for item in stock]

    def _sold(self, order: OrderShape, taken: Quantities) -> Order:
        """Return an order with the lines that are surely this Supplier's, fractions rounded up."""
        lines = tuple(
            Line(id=str(line.id), sku=line.sku or "", name="", quantity=ceil(taken[line.id]))
            for line in order.line_items
            if taken[line.id] > 0 and self._selection.has_line(line)
        )
        return Order(id=str(order.id), number=order.number, lines=lines, ship_to=Address())

    def _stock(self, sku: str, products: Sequence[ProductShape]) -> Stock:
        product = products[0]
        fixed = ""
        if len(products) > 1:
            fixed = "ambiguous"
        elif is_kit(product):
            fixed = "kit"
        elif not is_on_sale(product):
            fixed = "archived"
        elif not self._selection.has_product(product):
            fixed = "unassigned"
        elif product.manage_stock == "parent":
            fixed = "shared"
        elif product.manage_stock is not True:
            fixed = "unmanaged"
        quantity = whole(product.stock_quantity) if product.manage_stock is True else None
        return Stock(product_id=sku, sku=product.sku, quantity=quantity, fixed=fixed)

    def _write_batch(self, batch: tuple[int, Sequence[Stock]]) -> Mapping[str, Outcome]:
        parent, stock = batch
        outcomes: dict[str, Outcome] = {}

        def write(path: str) -> Outcome:
            for item, answer in self._send(path, stock):
                outcomes[item.product_id] = self._outcome(item, answer)
            return Outcome(state="done")

        parent_path = f"/{parent}/variations" if parent else ""
        failed = outcome_of(f"/wc/v3/products{parent_path}/batch", write)
        return {item.product_id: outcomes.get(item.product_id, failed) for item in stock}

    def _send(self, path: str, stock: Sequence[Stock]) -> list[tuple[Stock, WrittenShape | None]]:
        """Write quantities in one call; return each with its response, None if it has none."""
        numbers = [self._products[item.product_id].id for item in stock]
        updates = [
            {"id": number, "stock_quantity": item.quantity}
            for number, item in zip(numbers, stock, strict=True)
        ]
        response = self._client.http.send(
            "POST",
            path,
            BatchShape,
            action=f"set the stock of {len(stock)} products",
            json={"update": updates},
            idempotent=True,
        )
        products = dict(zip(numbers, response.update, strict=False))
        return [(item, products.get(number)) for number, item in zip(numbers, stock, strict=True)]

    def _outcome(self, item: Stock, answer: WrittenShape | None) -> Outcome:
        if answer is None:
            return Outcome(
                state="unknown", code="no-answer", reason="the shop's response does not contain it"
            )
        if answer.error:
            reason = f"{answer.error.get('message', '')} ({answer.error.get('code', '')})"
            return refused("refused", reason)
        if answer.stock_quantity != item.quantity:
            return refused(
                "fixed", f"stays {answer.stock_quantity}; the shop does not manage its stock"
            )
        product = self._products[item.product_id]
        self._products[item.product_id] = msgspec.structs.replace(
            product, stock_quantity=item.quantity
        )
        return Outcome(state="done", id=item.product_id)


def _early_outcome(item: Stock, product: ProductShape | None) -> Outcome | None:
    """Return the outcome of a quantity that needs no call; None if it has to be sent."""
    if product is None:
        return refused("not-found", "the product does not exist")
    if item.fixed:
        return refused("fixed", f"is {item.fixed} and cannot be written")
    if item.quantity is None or item.quantity < 0:
        return refused("invalid", f"{item.quantity} is not a valid quantity")
    if product.manage_stock is True and product.stock_quantity == item.quantity:
        return Outcome(state="unchanged", id=item.product_id)
    return None
