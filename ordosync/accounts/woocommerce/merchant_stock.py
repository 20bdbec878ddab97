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

    def current(self, ids: Sequence[str]) -> Mapping[str, Stock]:
        """Return the quantities of these products, 100 a call."""
        found = self._selection.by_sku(ids, "read stock to be written")
        self._products.update((sku, products[0]) for sku, products in found.items())
        return {sku: self._stock(sku, products) for sku, products in found.items()}

    def unimported_sales(self) -> Iterator[Page[Order]]:
        """Yield the orders that have lowered the stock and are not shipped, on hold or not.

        An order that cannot be imported has lowered it, too, and has its lines as far as known.
        """
        wanted = {"status": ",".join(self._statuses.sold)}
        listed = self._client.lists.changed_orders(wanted, "read what is sold")
        for items in listed.since(None):
            orders = [
                item
                for item in items
                if isinstance(item, OrderShape)
                and self._shares.record(item).unshipped(str(item.id))
            ]
            self._shares.learn(orders)
            taken = self._client.service.map_concurrently(orders, self._shares.taken_from_stock)
            sold = (self._sold(*pair) for pair in zip(orders, taken, strict=True))
            yield Page(items=tuple(order for order in sold if order.lines))

    def write(self, stock: Sequence[Stock]) -> list[Outcome]:
        """Set quantities, 100 a call. A call writes the variations of one product only."""
        self.current([one.product_id for one in stock if one.product_id not in self._products])
        outcomes: dict[str, Outcome] = {}
        groups: dict[int, list[Stock]] = {}
        for wanted in stock:
            product = self._products.get(wanted.product_id)
            settled = _settled(wanted, product)
            if settled:
                outcomes[wanted.product_id] = settled
            elif product:
                groups.setdefault(product.parent_id, []).append(wanted)
        batches = [
            (parent, group[at : at + LIMIT])
            for parent, group in groups.items()
            for at in range(0, len(group), LIMIT)
        ]
        for written in self._client.service.map_concurrently(batches, self._write_batch):
            outcomes |= written
        return [outcomes[one.product_id] for one in stock]

    def _sold(self, order: OrderShape, taken: Quantities) -> Order:
        """Return an order with the lines that are surely this Supplier's, parts rounded up."""
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
            for wanted, answer in self._send(path, stock):
                outcomes[wanted.product_id] = self._outcome(wanted, answer)
            return Outcome(state="done")

        of = f"/{parent}/variations" if parent else ""
        failed = outcome_of(f"/wc/v3/products{of}/batch", write)
        return {one.product_id: outcomes.get(one.product_id, failed) for one in stock}

    def _send(self, path: str, stock: Sequence[Stock]) -> list[tuple[Stock, WrittenShape | None]]:
        """Write quantities in one call; return each with its response."""
        numbers = [self._products[one.product_id].id for one in stock]
        updates = [
            {"id": number, "stock_quantity": one.quantity}
            for number, one in zip(numbers, stock, strict=True)
        ]
        answered = self._client.http.send(
            "POST",
            path,
            BatchShape,
            action=f"set the stock of {len(stock)} products",
            json={"update": updates},
            idempotent=True,
        )
        answers = dict(zip(numbers, answered.update, strict=False))
        return [(one, answers.get(number)) for number, one in zip(numbers, stock, strict=True)]

    def _outcome(self, wanted: Stock, answer: WrittenShape | None) -> Outcome:
        if answer is None:
            return Outcome(state="unknown", code="no-answer", reason="nothing was answered to it")
        if answer.error:
            reason = f"{answer.error.get('message', '')} ({answer.error.get('code', '')})"
            return refused("refused", reason)
        if answer.stock_quantity != wanted.quantity:
            return refused("fixed", f"stays {answer.stock_quantity}: its stock is not managed")
        product = self._products[wanted.product_id]
        self._products[wanted.product_id] = msgspec.structs.replace(
            product, stock_quantity=wanted.quantity
        )
        return Outcome(state="done", id=wanted.product_id)


def _settled(wanted: Stock, product: ProductShape | None) -> Outcome | None:
    """Return the outcome of a quantity that is not to be sent; None for others."""
    if product is None:
        return refused("not-found", "the product is gone")
    if wanted.fixed:
        return refused("fixed", f"is {wanted.fixed} and cannot be written")
    if wanted.quantity is None or wanted.quantity < 0:
        return refused("invalid", f"{wanted.quantity} is no quantity to write")
    if product.manage_stock is True and product.stock_quantity == wanted.quantity:
        return Outcome(state="unchanged", id=wanted.product_id)
    return None
