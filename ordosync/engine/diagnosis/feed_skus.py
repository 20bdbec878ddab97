"""SKUs that the other sides of an account have, for the check of a file of the account."""

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from contextlib import closing, contextmanager

from ordosync.accounts.account import ReadRequest
from ordosync.accounts.connections import Connections
from ordosync.accounts.feeds import KnownSkus
from ordosync.clock import Clock
from ordosync.config.settings import Config, PortalConfig
from ordosync.engine.portals import connect, merchant_of, supplier_of
from ordosync.models import Product
from ordosync.skus import exact


@contextmanager
def known_skus(config: Config, account: str, clock: Clock) -> Iterator[KnownSkus | None]:
    """Open the other side of each portal of an account; None if none of them lists its SKUs."""
    with closing(connect(config, clock)) as connections:
        lookups = [
            lookup
            for portal in config.portals.values()
            for lookup in [_lookup(config, portal, account, connections)]
            if lookup
        ]
        yield (lambda skus: _in_any(lookups, skus)) if lookups else None


def _lookup(
    config: Config, portal: PortalConfig, account: str, connections: Connections
) -> KnownSkus | None:
    spool = config.database.folder
    if portal.merchant.account == account:
        products = supplier_of(config, portal, spool=spool, at=connections).products
        if products is None or products.is_any_sku:
            return None
        return lambda asked: exact(products.similar(asked))
    if portal.supplier.account != account:
        return None
    merchant = merchant_of(config, portal, spool=spool, at=connections)
    if merchant.products is None:
        return None
    request = ReadRequest(cursor=None, now=connections.clock.now())
    skus = {
        product.sku
        for page in merchant.products.changed(request)
        for product in page.items
        if isinstance(product, Product)
    }
    return lambda asked: skus & set(asked)


def _in_any(lookups: Sequence[KnownSkus], skus: Sequence[str]) -> AbstractSet[str]:
    return frozenset().union(*(lookup(skus) for lookup in lookups))
