"""The kinds of account that are paired with each other: add a new one to each table.

The class of the people has the configuration of the account, and what it cannot hold.
"""

from collections.abc import Iterable, Mapping

from tests.accounts.contract.people import MerchantPeople, SupplierPeople
from tests.accounts.files.people import FilesMerchantPeople, FilesSupplierPeople
from tests.accounts.ordoro.people import OrdoroMerchantPeople, OrdoroSupplierPeople
from tests.accounts.shopify.people import (
    ShopifyMerchantPeople,
    ShopifyServicePeople,
    ShopifySupplierPeople,
)
from tests.accounts.sqlite.people import SqliteMerchantPeople, SqliteSupplierPeople
from tests.accounts.woocommerce.people import ShopMerchantPeople, ShopSupplierPeople

Kinds = tuple[type[MerchantPeople], type[SupplierPeople]]

MERCHANTS: Mapping[str, type[MerchantPeople]] = {
    "files": FilesMerchantPeople,
    "ordoro": OrdoroMerchantPeople,
    "shopify": ShopifyMerchantPeople,
    "sqlite": SqliteMerchantPeople,
    "woocommerce": ShopMerchantPeople,
}
SUPPLIERS: Mapping[str, type[SupplierPeople]] = {
    "files": FilesSupplierPeople,
    "ordoro": OrdoroSupplierPeople,
    "shopify": ShopifySupplierPeople,
    "sqlite": SqliteSupplierPeople,
    "woocommerce": ShopSupplierPeople,
}
ALSO: Mapping[tuple[str, str], type[MerchantPeople]] = {
    ("shopify-service", "sqlite"): ShopifyServicePeople,
}
"""Pairs with a variant of a Merchant that is not in the table."""


def few(pairs: Iterable[Kinds]) -> list[Kinds]:
    """Return the fewest pairs that cover each Merchant and each Supplier."""
    left, chosen = [*pairs], list[Kinds]()
    for least in (2, 1):
        for pair in left:
            merchants, suppliers = zip(*chosen, strict=True) if chosen else ((), ())
            if (pair[0] not in merchants) + (pair[1] not in suppliers) >= least:
                chosen.append(pair)
    return chosen
