"""The quantities to write of the products of one page, read from both accounts."""

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import chain

from ordosync.accounts.account import required
from ordosync.models import InvalidRecord, Stock
from ordosync.tasks.base import Portal
from ordosync.tasks.stock.division import NOT_WRITTEN, PoolProduct, missing_product
from ordosync.tasks.stock.mapped_rows import LinkedProduct
from ordosync.tasks.stock.pool import Pool
from ordosync.tasks.stock.sku_links import linked_products, product_links
from ordosync.tasks.stock.target import Target

UnimportedSales = Callable[[], Mapping[str, int]]
"""Returns the sold units of each SKU in orders that the Supplier does not have; reads once."""


@dataclass(frozen=True, kw_only=True)
class Targets:
    """The products of a page, and the quantities that the Merchant should show."""

    linked: Mapping[str, Sequence[LinkedProduct]]
    """The linked products of each product of the Supplier that has some."""
    at_merchant: Mapping[str, Stock]
    found: Mapping[str, Target]
    """By the Merchant's product; those that an account does not have or count are missing."""

    @classmethod
    def read(
        cls,
        portal: Portal,
        items: Sequence[Stock | InvalidRecord],
        sales: UnimportedSales,
        *,
        take: bool,
        among: AbstractSet[str] | None = None,
    ) -> "Targets":
        """Read the products at the Merchant; `take` as in `Pool.offers`.

        With `among`, only those mapped products of the Merchant.
        """
        products = [item for item in items if isinstance(item, Stock)]
        links = product_links(portal, [item.product_id for item in products], among)
        at_merchant = required(portal.merchant.stock).current(
            [link.merchant_id for same in links.values() for link in same]
        )
        portal.stock.rules.read([stock.sku for stock in at_merchant.values()])
        sold = sales() if at_merchant else {}
        linked = linked_products(portal, products, links, at_merchant)
        targets = {
            product.link.merchant_id: (item, target)
            for item in products
            for product in linked.get(item.product_id, ())
            if (current := at_merchant.get(product.link.merchant_id)) and not product.misfit
            if (target := _target(portal, item, current, sold, product.pack))
        }
        if portal.sku_map is not None:
            portal.stock.mapped_rows.note(chain.from_iterable(linked.values()))
        pool = portal.stock.pool
        if pool is None:
            found = {id_: target for id_, (_, target) in targets.items()}
            return cls(linked=linked, at_merchant=at_merchant, found=found)
        missing = [
            missing_product(item, product.link, pack=product.pack)
            for item in products
            for product in linked.get(item.product_id, ())
            if product.link.merchant_id not in at_merchant
        ]
        with_offers = _with_offers(pool, targets, missing, take=take)
        return cls(linked=linked, at_merchant=at_merchant, found=with_offers)


def _target(
    portal: Portal, item: Stock, current: Stock, sold: Mapping[str, int], pack: int
) -> Target | None:
    """Return the target of a product; None if the Supplier does not count it."""
    stock = portal.stock
    stop = stock.stops.of(item, current)
    target = Target.of(item, current, sold, stock.rules, stop, pack=pack)
    if target.rule.stop:
        # It is shown as 0, however old the Supplier's quantity is.
        return target
    age = None if current.fixed else stock.age.of(item)
    if item.quantity is None and not (age and age.is_zero):
        return None
    return target.aged(age, stock.age.reason(item)) if age else target


def _with_offers(
    pool: Pool,
    targets: Mapping[str, tuple[Stock, Target]],
    missing: Sequence[PoolProduct],
    *,
    take: bool,
) -> Mapping[str, Target]:
    """Return the targets with the units that the pool has for this portal."""
    divided = [target.in_pool(item) for item, target in targets.values() if _is_divided(target)]
    products = [*divided, *missing]
    offers = pool.offers(products, take=take)
    for product in products:
        if product.rule is NOT_WRITTEN:
            pool.cannot_write(offers[product.merchant_id])
    return {id_: target.offered(offers.get(id_)) for id_, (_, target) in targets.items()}


def _is_divided(target: Target) -> bool:
    return target.is_counted and not target.keeps_quantity
