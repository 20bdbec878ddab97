"""SKUs that a Merchant sells, with their rows in the map and what the Supplier has of them."""

from collections.abc import Iterator, Sequence

from msgspec import Struct

from ordosync.accounts.account import ReadRequest
from ordosync.accounts.connections import Connections
from ordosync.config.settings import Config, PortalConfig
from ordosync.config.sku_map_file import SkuMapFile
from ordosync.engine.portals import merchant_of, supplier_of
from ordosync.errors import UsageError
from ordosync.models import Product
from ordosync.skus import Similar
from ordosync.store.sku_map import MappedSku


class SoldSku(Struct, frozen=True, kw_only=True):
    """A SKU of the Merchant that this portal sends to the Supplier."""

    merchant_sku: str
    name: str
    row: MappedSku | None
    """Its row in the map."""
    supplier_sku: str
    """The SKU that the Supplier gets."""
    is_known: bool | None
    """True if the Supplier has this SKU; None if its account cannot tell."""
    similar: tuple[str, ...]
    """The Supplier's SKUs that differ only in case, spaces or width, if it does not have it."""


def sold_skus(
    config: Config, portal: PortalConfig, rows: SkuMapFile, connections: Connections
) -> Iterator[SoldSku]:
    """Yield what the Merchant sells now. Raise `UsageError` if its account has no products."""
    spool = config.database.folder
    merchant = merchant_of(config, portal, spool=spool, at=connections)
    supplier = supplier_of(config, portal, spool=spool, at=connections)
    if merchant.products is None:
        raise UsageError(
            f"portal {portal.name}: account {merchant.name} does not list its products;"
            " `ordosync attention` names the SKUs of orders that failed or are held"
        )
    of = supplier.products
    request = ReadRequest(cursor=None, now=connections.clock.now())
    for page in merchant.products.changed(request):
        products = [
            item
            for item in page.items
            if isinstance(item, Product) and item.sku and portal.requests(item.sku)
        ]
        mapped = [(product, rows.of(product.sku)) for product in products]
        sent = [_sent(portal, product, row) for product, row in mapped]
        can_tell = of is not None and not of.is_any_sku
        found = of.similar(sent) if of and can_tell and sent else {}
        yield from _sold(mapped, sent, found if can_tell else None)


def _sold(
    mapped: Sequence[tuple[Product, MappedSku | None]], sent: Sequence[str], found: Similar | None
) -> Iterator[SoldSku]:
    for (product, row), sku in zip(mapped, sent, strict=True):
        similar = () if found is None else found.get(sku, ())
        is_known = None if found is None else sku in similar
        yield SoldSku(
            merchant_sku=product.sku,
            name=product.name,
            row=row,
            supplier_sku=sku,
            is_known=is_known,
            similar=() if is_known else tuple(similar),
        )


def _sent(portal: PortalConfig, product: Product, row: MappedSku | None) -> str:
    if row:
        return row.supplier_sku
    by_supplier_sku = "supplier_sku" in portal.send
    return (product.supplier_sku or product.sku) if by_supplier_sku else product.sku
