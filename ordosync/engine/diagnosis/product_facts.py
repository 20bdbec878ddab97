"""Facts about a product in one portal: what both accounts and the store have of it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from ordosync.accounts.portal_account import PortalAccount
from ordosync.accounts.supplier import Supplier
from ordosync.engine.diagnosis.account_lookup import AccountLookup
from ordosync.errors import AccountError
from ordosync.models import Stock, normalized_sku
from ordosync.store import Store
from ordosync.store.link_table import Links
from ordosync.store.links import Link
from ordosync.store.step_rows import StepRow
from ordosync.store.stock_stops import Stop
from ordosync.store.written import Written
from ordosync.tasks.base import Portal
from ordosync.tasks.sku_maps.merchant import is_mapped
from ordosync.tasks.stock.mapped_rows import step_key
from ordosync.tasks.stock.rules import Word
from ordosync.tasks.stock.sales import unimported_sales
from ordosync.tasks.stock.sku_links import linked_product
from ordosync.tasks.stock.target import Target

_MOST_PAST = 10


@dataclass(frozen=True, kw_only=True)
class ProductFacts:
    """Facts about a product; most accounts are only read with `--online`."""

    portal: Portal
    merchant_id: str | None
    supplier_id: str | None
    link: Link | None
    linked_at: datetime | None
    imported: StepRow | None
    written: StepRow | None
    past: Sequence[tuple[datetime, Written]]
    """The last quantities that were written before it, and when."""
    at_merchant: Stock | None
    """The stock at the Merchant; None if the product is missing or was not read."""
    at_supplier: Stock | None
    calculation: str = ""
    """The calculation of the available quantity, as text."""
    target: Target | None = None
    """The quantity to write; None if an account has no quantity or was not read."""
    stops: Sequence[Stop] = ()
    """The stops by which the Merchant shows 0."""
    words: Sequence[Word] = ()
    """The words of its stock rule, each with its level."""
    problems: tuple[str, ...] = ()


def links_of_sku(portal: Portal, links: Links, sku: str) -> Sequence[Link]:
    """Return the links of the products with this SKU, or this id, in one of the accounts."""
    if link := links.of_merchant("product", [sku]).get(sku):
        return [link]
    if not is_mapped(portal.merchant):
        return [*links.of_supplier("product", [sku]).values()]
    of_product = links.all_of_supplier("product", [sku]).get(sku, ())
    found = of_product or links.mapped_products(sku)
    return [link for link in found if link.state == "live"]


def gather(lookup: AccountLookup, store: Store, sku: str, link: Link | None) -> ProductFacts:
    """Return the facts about the product with this SKU, whose link this is."""
    portal = lookup.portal
    links = store.links(portal.name)
    merchant_id = link.merchant_id if link else sku
    supplier_id = link.supplier_id if link else sku
    history = links.history("product", merchant_id)
    steps = store.steps
    problems: list[str] = []
    merchant_stock, supplier_stock = portal.merchant.stock, portal.supplier.stock
    at_merchant = _ask(
        lookup,
        portal.merchant,
        merchant_stock.current if merchant_stock else None,
        merchant_id,
        problems,
    )
    at_supplier = _ask(
        lookup,
        portal.supplier,
        supplier_stock.of if supplier_stock else None,
        supplier_id,
        problems,
    )
    imported = steps.by_key(portal.name, "import-products", [merchant_id]).get(merchant_id)
    target, words = _target(portal, link, at_merchant, at_supplier, problems)
    key = step_key(link, is_mapped=link.merchant_sku is not None) if link else supplier_id
    skus = {sku, merchant_id, supplier_id}
    skus |= {stock.sku for stock in (at_merchant, at_supplier) if stock}
    return ProductFacts(
        portal=portal,
        merchant_id=merchant_id if link or at_merchant or imported else None,
        supplier_id=supplier_id if link or at_supplier else None,
        link=link,
        linked_at=history[-1][1] if history else None,
        imported=imported,
        written=steps.by_key(portal.name, "write-inventory-back", [key]).get(key),
        past=steps.history(portal.name, "write-inventory-back", key, limit=_MOST_PAST),
        at_merchant=at_merchant,
        at_supplier=at_supplier,
        calculation=_calculation(portal.supplier, at_supplier) if at_supplier else "",
        target=target,
        stops=_stops(store, portal.name, skus),
        words=words,
        problems=tuple(problems),
    )


def _ask(
    lookup: AccountLookup,
    account: PortalAccount,
    read: Callable[[Sequence[str]], Mapping[str, Stock]] | None,
    sku: str,
    problems: list[str],
) -> Stock | None:
    """Return the stock in a local account, or in a remote account if `lookup` is online."""
    is_sold = lookup.online and lookup.portal.config.manage_inventory
    if read is None or not (account.desk or is_sold):
        return None
    try:
        stock = read([sku])
    except AccountError as error:
        problems.append(str(error))
        return None
    return stock.get(sku)


def _target(
    portal: Portal,
    link: Link | None,
    at_merchant: Stock | None,
    at_supplier: Stock | None,
    problems: list[str],
) -> tuple[Target | None, Sequence[Word]]:
    """Return the quantity to write of a product that both accounts have, and its rule."""
    is_written = portal.config.manage_inventory and at_merchant and not at_merchant.fixed
    if not (is_written and at_merchant and at_supplier):
        return None, ()
    try:
        portal.stock.rules.read([at_merchant.sku])
        sold = unimported_sales(portal, now=portal.clock.now())
    except AccountError as error:
        problems.append(str(error))
        return None, ()
    stop = portal.stock.stops.of(at_supplier, at_merchant)
    pack = 1
    if link:
        linked = linked_product(portal, at_supplier, link, at_merchant)
        if linked.misfit:
            return None, ()
        pack = linked.pack
    target = Target.of(at_supplier, at_merchant, sold, portal.stock.rules, stop, pack=pack)
    if not (target.is_counted or target.rule.stop):
        return None, ()
    if (pool := portal.stock.pool) and target.is_counted:
        pool.begin_reading()
        product = target.in_pool(at_supplier)
        target = target.offered(pool.offers([product], take=False).get(product.merchant_id))
    return target, list(portal.stock.rules.words(at_merchant.sku))


def _stops(store: Store, portal: str, skus: Iterable[str]) -> Sequence[Stop]:
    """Return the stops of a product with these SKUs."""
    keys = {normalized_sku(sku) for sku in skus}
    return [stop for key, stop in store.stock_stops(portal).all().items() if key in keys]


def _calculation(supplier: Supplier, at_supplier: Stock) -> str:
    if not supplier.desk or at_supplier.quantity is None:
        return ""
    levels = supplier.desk.levels_of(at_supplier.sku)
    committed = sum(level.committed for level in levels)
    if not committed:
        return ""
    physical = sum((level.physical or Decimal() for level in levels), Decimal())
    return f": {physical.normalize():f} on hand minus {committed:f} for open orders"
