"""The quantities to write of the products of one page, read from both accounts."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ordosync.accounts.account import required
from ordosync.models import InvalidRecord, Stock
from ordosync.store.links import Link
from ordosync.tasks.base import Portal
from ordosync.tasks.stock.division import NOT_WRITTEN, PoolProduct, missing_product
from ordosync.tasks.stock.pool import Pool
from ordosync.tasks.stock.target import Target

UnimportedSales = Callable[[], Mapping[str, int]]
"""Returns the sold units of each SKU in orders that the Supplier does not have; reads once."""


@dataclass(frozen=True, kw_only=True)
class Targets:
    """The products of a page, and the quantities that the Merchant should show."""

    links: Mapping[str, Link]
    """The link of each product of the Supplier that has one."""
    at_merchant: Mapping[str, Stock]
    found: Mapping[str, Target]
    """By the Supplier's product; those that an account does not have or count are missing."""

    @classmethod
    def read(
        cls,
        portal: Portal,
        items: Sequence[Stock | InvalidRecord],
        sales: UnimportedSales,
        *,
        take: bool,
    ) -> "Targets":
        """Read the products at the Merchant; `take` as in `Pool.offers`."""
        products = [item for item in items if isinstance(item, Stock)]
        links = portal.links.of_supplier("product", [item.product_id for item in products])
        at_merchant = required(portal.merchant.stock).current(
            [link.merchant_id for link in links.values()]
        )
        portal.stock.rules.read([stock.sku for stock in at_merchant.values()])
        sold = sales() if at_merchant else {}
        targets = {
            item.product_id: target
            for item in products
            if (target := _target(portal, item, _at(at_merchant, links.get(item.product_id)), sold))
        }
        pool = portal.stock.pool
        if pool is None:
            return cls(links=links, at_merchant=at_merchant, found=targets)
        missing = [
            missing_product(item, links[item.product_id])
            for item in products
            if item.product_id in links and _at(at_merchant, links[item.product_id]) is None
        ]
        offered = _with_offers(pool, products, targets, missing, take=take)
        return cls(links=links, at_merchant=at_merchant, found=offered)

    def current(self, item: Stock) -> Stock | None:
        """Return the Supplier's product as the Merchant has it; None if it does not."""
        return _at(self.at_merchant, self.links.get(item.product_id))


def _at(at_merchant: Mapping[str, Stock], link: Link | None) -> Stock | None:
    return at_merchant.get(link.merchant_id) if link else None


def _target(
    portal: Portal, item: Stock, current: Stock | None, sold: Mapping[str, int]
) -> Target | None:
    """Return the target of a product; None if an account does not have or count it."""
    if current is None:
        return None
    stock = portal.stock
    target = Target.of(item, current, sold, stock.rules, stock.stops.of(item, current))
    if target.rule.stop:
        # It is shown as 0, however old the Supplier's quantity is.
        return target
    age = None if current.fixed else stock.age.of(item)
    if item.quantity is None and not (age and age.is_zero):
        return None
    return target.aged(age, stock.age.reason(item)) if age else target


def _with_offers(
    pool: Pool,
    items: Sequence[Stock],
    targets: Mapping[str, Target],
    missing: Sequence[PoolProduct],
    *,
    take: bool,
) -> Mapping[str, Target]:
    """Return the targets with the units that the pool has for this portal."""
    divided = [
        targets[item.product_id].in_pool(item)
        for item in items
        if item.product_id in targets and _is_divided(targets[item.product_id])
    ]
    offers = pool.offers([*divided, *missing], take=take)
    for product in (*divided, *missing):
        if product.rule is NOT_WRITTEN:
            pool.cannot_write(offers[product.merchant_id])
    return {
        id_: target.offered(offers.get(target.current.product_id))
        for id_, target in targets.items()
    }


def _is_divided(target: Target) -> bool:
    return target.is_counted and not target.keeps_quantity
