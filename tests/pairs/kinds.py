"""The kinds of account that are tried with each other: a new one is one entry in each table.

The people say the rest: how the account is configured, and what it cannot hold.
"""

from collections.abc import Callable, Mapping
from pathlib import Path

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
from tests.virtual import VirtualClock

MERCHANTS: Mapping[str, Callable[[Path, VirtualClock], MerchantPeople]] = {
    "files": FilesMerchantPeople,
    "ordoro": OrdoroMerchantPeople,
    "shopify": ShopifyMerchantPeople,
    "sqlite": SqliteMerchantPeople,
    "woocommerce": ShopMerchantPeople,
}
SUPPLIERS: Mapping[str, Callable[[Path, VirtualClock], SupplierPeople]] = {
    "files": FilesSupplierPeople,
    "ordoro": OrdoroSupplierPeople,
    "shopify": ShopifySupplierPeople,
    "sqlite": SqliteSupplierPeople,
    "woocommerce": ShopSupplierPeople,
}
ALSO: Mapping[tuple[str, str], Callable[[Path, VirtualClock], MerchantPeople]] = {
    ("shopify-service", "sqlite"): ShopifyServicePeople,
}
"""Pairs with a Merchant of another sort than its kind has in the table."""
