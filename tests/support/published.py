"""Checks each quantity that reaches a Merchant, in any test: it is what `published` returns.

The check sits between the task and the accounts. It notes what the Supplier has and what the
Merchant has sold, reads the rules again, and compares. So a second way to compute a quantity, or a
rule that was forgotten on one path, fails the test that takes this path. Processes that are forked
for a test check their quantities, too.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from typing import Any
from unittest.mock import patch

from msgspec.structs import replace as replaced

from ordosync.accounts.account import ReadRequest
from ordosync.accounts.merchant import MerchantStock
from ordosync.accounts.supplier import SupplierStock
from ordosync.models import InvalidRecord, Order, Outcome, Page, Stock
from ordosync.stock_rules import StockRule, published
from ordosync.tasks.base import Portal
from ordosync.tasks.stock.division import PoolProduct
from ordosync.tasks.stock.rules import StockRules
from ordosync.tasks.stock.sales import unimported_sales
from ordosync.tasks.stock.target import Target


class Quantities:
    """The quantities that tests have written, and those of them that are wrong."""

    def __init__(self) -> None:
        self.count = 0
        self._wrong: list[str] = []

    def take_wrong(self) -> list[str]:
        """Return the wrong quantities since the last call."""
        wrong, self._wrong = self._wrong, []
        return wrong

    def note(self, written: Stock, expected: int | None, why: str) -> None:
        """Note a quantity that is written, and what it should be."""
        self.count += 1
        if written.quantity != expected:
            self._wrong.append(f"{written.sku}: {written.quantity} instead of {expected}: {why}")


@contextmanager
def checked_quantities() -> Iterator[Quantities]:
    """Check the quantities of all portals that are opened meanwhile."""
    quantities = Quantities()

    def opened(**values: Any) -> Portal:
        return _watched(Portal(**values), quantities)

    with patch("ordosync.engine.portals.Portal", opened):
        yield quantities


def _watched(portal: Portal, quantities: Quantities) -> Portal:
    at_supplier, at_merchant = portal.supplier.stock, portal.merchant.stock
    if at_supplier is None or at_merchant is None:
        return portal
    # The check and the run must see the same state.
    portal = replace(portal, open_stock=cache(portal.open_stock))
    supplier = _Supplier(at_supplier)
    merchant = _Merchant(at_merchant, supplier, portal, quantities)
    return replace(
        portal,
        supplier=replace(portal.supplier, stock=supplier),
        merchant=replace(portal.merchant, stock=merchant),
        open_stock=lambda: portal.stock,
    )


def with_merchant_stock(
    portal: Portal, wrapped: Callable[[MerchantStock], MerchantStock]
) -> Portal:
    """Return a portal whose Merchant has a wrapped stock part, of which the check knows."""
    stock = portal.merchant.stock
    assert stock
    if isinstance(stock, _Merchant):
        stock.wrap(wrapped)
        return portal
    return replace(portal, merchant=replace(portal.merchant, stock=wrapped(stock)))


class _Supplier:
    """The Supplier's stock; it remembers what was read last."""

    def __init__(self, part: SupplierStock) -> None:
        self._part = part
        self.last: dict[str, Stock] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._part, name)

    def all(self, request: ReadRequest) -> Iterator[Page[Stock | InvalidRecord]]:
        for page in self._part.all(request):
            self.last |= {item.product_id: item for item in page.items if isinstance(item, Stock)}
            yield page

    def of(self, ids: Sequence[str]) -> Mapping[str, Stock]:
        stock = self._part.of(ids)
        self.last |= stock
        return stock


class _Merchant:
    """The Merchant's stock; it remembers its sales, and checks each write."""

    def __init__(
        self, part: MerchantStock, supplier: _Supplier, portal: Portal, quantities: Quantities
    ) -> None:
        self._part = part
        self._supplier = supplier
        self._portal = portal
        self._quantities = quantities
        self._sold: Counter[str] = Counter()
        self._current: dict[str, Stock] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._part, name)

    def wrap(self, wrapped: Callable[[MerchantStock], MerchantStock]) -> None:
        """Wrap the account's part."""
        self._part = wrapped(self._part)

    def current(self, ids: Sequence[str]) -> Mapping[str, Stock]:
        stock = self._part.current(ids)
        self._current |= stock
        return stock

    def unimported_sales(self) -> Iterator[Page[Order]]:
        self._sold.clear()
        for page in self._part.unimported_sales():
            links = self._portal.links.of_merchant("order", [order.id for order in page.items])
            for order in page.items:
                link = links.get(order.id)
                if link is None or link.state == "cancelled_by_task":
                    for line in order.lines:
                        if not self._portal.config.ignores(line.sku):
                            self._sold[line.sku] += line.quantity
            yield page

    def write(self, stock: Sequence[Stock]) -> list[Outcome]:
        links = self._portal.links.of_merchant("product", [item.product_id for item in stock])
        if self._portal.stock.pool and not self._part.falls_with_sales:
            sales = unimported_sales(self._portal, now=self._portal.clock.now())
            self._sold = Counter(sales)
        for item in stock:
            link = links.get(item.product_id)
            if link is None:
                self._quantities.note(item, None, "is not linked")
            else:
                known = self._supplier.last.get(link.supplier_id)
                self._check(item, known or _unreported(link.supplier_id))
        return self._part.write(stock)

    def _check(self, written: Stock, available: Stock) -> None:
        rule = self._rule(written, available)
        current = self._current.get(written.product_id, written)
        unsent = self._sold[written.sku] + current.unsent
        pack = self._pack(written, available)
        target = Target(
            current=current, available=available.quantity or 0, unsent=unsent, rule=rule, pack=pack
        )
        quota = self._quota(target.in_pool(available)) if available.quantity is not None else None
        expected = None
        is_written = available.quantity is not None and not rule.stop
        if rule.stop or (is_written and not self._portal.stock.age.of(available)):
            expected = published(
                available.quantity or 0, rule, unsent=unsent, pack=pack, quota=quota
            )
        why = f"{available.quantity} in {pack}, {unsent} unsent, {rule}, quota {quota}"
        self._quantities.note(written, expected, why)

    def _pack(self, written: Stock, available: Stock) -> int:
        """Return the units in one of the Merchant, by the map of now; it must name the product."""
        sku_map = self._portal.sku_map
        row = sku_map.of_merchant([written.sku]).get(written.sku) if sku_map else None
        if row and available.sku:
            assert row.supplier_sku == available.sku
        return row.pack if row else 1

    def _quota(self, product: PoolProduct) -> int | None:
        """Return the units of the pool that the portal has now; None if all units are shared."""
        pool = self._portal.stock.pool
        return pool.offers([product], take=False)[product.merchant_id].units if pool else None

    def _rule(self, written: Stock, available: Stock) -> StockRule:
        """Return the rule of a product, read again, perhaps stopped, or with an old quantity."""
        rules = self._portal.stock.rules
        with closing(StockRules(self._portal.config, rules.selling)) as fresh:
            fresh.read([written.sku])
            rule = fresh.of(written.sku)
        if stop := self._portal.stock.stops.of(available, written):
            return replaced(rule, stop=stop.reason)
        is_zero = self._portal.config.stock.discontinued == "zero"
        if is_zero and available.fixed == "archived":
            return replaced(rule, stop="discontinued")
        age = None if rule.stop else self._portal.stock.age.of(available)
        return replaced(rule, stop="old") if age and age.is_zero else rule


def _unreported(id_: str) -> Stock:
    """Return the stock of a product that the Supplier did not report."""
    return Stock(product_id=id_, sku="", quantity=None, counted_at=datetime.min.replace(tzinfo=UTC))
