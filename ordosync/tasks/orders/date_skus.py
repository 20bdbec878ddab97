"""SKUs that a spreadsheet may have turned into a date, such as `2-Mar`.

They may also be right. So an order with one is sent, and the log has a remark if neither account is
known to have such a product.
"""

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet

from msgspec.structs import replace

from ordosync.models import InvalidRecord, Order
from ordosync.skus import exact
from ordosync.tasks.base import Portal


def with_remarks(
    portal: Portal, items: Sequence[Order | InvalidRecord]
) -> tuple[Order | InvalidRecord, ...]:
    """Return these orders; those with such a SKU have a remark."""
    skus = {sku for item in items for sku in _skus_of(item)}
    if not skus:
        return tuple(items)
    unknown = skus - _known(portal, sorted(skus))
    return tuple(_with_remark(item, unknown) for item in items)


def _skus_of(item: Order | InvalidRecord) -> tuple[str, ...]:
    return item.hold_facts.date_skus if isinstance(item, Order) else ()


def _known(portal: Portal, skus: Sequence[str]) -> AbstractSet[str]:
    """Return the SKUs of linked products, and of products that the Supplier has."""
    linked = {id_ for id_, link in portal.links.of_merchant("product", skus).items() if link}
    products = portal.supplier.products
    return linked | (exact(products.similar(skus)) if products else frozenset())


def _with_remark(item: Order | InvalidRecord, unknown: AbstractSet[str]) -> Order | InvalidRecord:
    if not isinstance(item, Order) or not (found := _named(item, unknown)):
        return item
    remark = f"{found}: a date that a spreadsheet may have made of a SKU; no account has it"
    return replace(item, remark="; ".join(filter(None, (item.remark, remark))))


def _named(order: Order, unknown: AbstractSet[str]) -> str:
    # The map has the other ones.
    own: Iterable[str] = (
        line.sku for line in order.lines if line.quantity and not line.merchant_sku
    )
    found = [sku for sku in dict.fromkeys(own) if sku in unknown and sku in _skus_of(order)]
    return ", ".join(f"SKU {sku[:40]!a}" for sku in found)
