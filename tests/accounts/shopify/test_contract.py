from pathlib import Path

from tests.accounts.contract import MerchantContract, SupplierContract
from tests.accounts.shopify.people import ShopifyMerchantPeople, ShopifySupplierPeople
from tests.virtual import VirtualClock


class TestShopifyAsMerchant(MerchantContract):
    def make_people(self, folder: Path, clock: VirtualClock) -> ShopifyMerchantPeople:
        return ShopifyMerchantPeople(folder, clock)


class TestShopifyAsSupplier(SupplierContract):
    def make_people(self, folder: Path, clock: VirtualClock) -> ShopifySupplierPeople:
        return ShopifySupplierPeople(folder, clock)
