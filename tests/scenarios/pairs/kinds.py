"""The kinds of account that are tried with each other: a new one is one entry in each table.

The people say the rest: how the account is configured, and what it cannot hold.
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
"""Pairs with a Merchant of another sort than its kind has in the table."""


def few(pairs: Iterable[Kinds]) -> list[Kinds]:
    """Return as few of them as have each of their Merchants and each of their Suppliers."""
    left, chosen = [*pairs], list[Kinds]()
    for least in (2, 1):
        for pair in left:
            merchants, suppliers = zip(*chosen, strict=True) if chosen else ((), ())
            if (pair[0] not in merchants) + (pair[1] not in suppliers) >= least:
                chosen.append(pair)
    return chosen
