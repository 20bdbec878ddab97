"""The kinds of account over HTTP that are held to the faults: a new one is an entry in each table.

On the other side of a portal is a local account, which never fails.
"""

from collections.abc import Callable, Mapping
from pathlib import Path

from tests.accounts.contract.over_http import MerchantOverHttp, SupplierOverHttp
from tests.accounts.ordoro.people import OrdoroMerchantPeople, OrdoroSupplierPeople
from tests.accounts.shopify.people import ShopifyMerchantPeople, ShopifySupplierPeople
from tests.accounts.woocommerce.people import ShopMerchantPeople, ShopSupplierPeople
from tests.support.clock import VirtualClock

MERCHANTS: Mapping[str, Callable[[Path, VirtualClock], MerchantOverHttp]] = {
    "ordoro": OrdoroMerchantPeople,
    "woocommerce": ShopMerchantPeople,
    "shopify": ShopifyMerchantPeople,
}
SUPPLIERS: Mapping[str, Callable[[Path, VirtualClock], SupplierOverHttp]] = {
    "ordoro": OrdoroSupplierPeople,
    "woocommerce": ShopSupplierPeople,
    "shopify": ShopifySupplierPeople,
}
