"""The rows of a portal's SKU map that tasks use."""

from ordosync.config import load_config
from ordosync.store import Store
from tests.tasks.portal import Pair

PORTAL = "shop-northwind"
HEADER = "merchant_sku,supplier_sku,units,note\n"


def stored(pair: Pair) -> list[tuple[str, str, int]]:
    """Return the rows that tasks use."""
    with Store.open(load_config(pair.path).database) as store:
        rows = store.sku_map(PORTAL).all()
        return [(row.merchant_sku, row.supplier_sku, row.pack) for row in rows]
