from pathlib import Path

import pytest

from tests.accounts.contract import MerchantContract, SupplierContract
from tests.accounts.shopify.people import (
    ShopifyMerchantPeople,
    ShopifyServicePeople,
    ShopifySupplierPeople,
)
from tests.support.clock import VirtualClock


class TestShopifyAsMerchant(MerchantContract):
    def make_people(self, folder: Path, clock: VirtualClock) -> ShopifyMerchantPeople:
        return ShopifyMerchantPeople(folder, clock)


@pytest.mark.slow
class TestServiceAtShopifyAsMerchant(MerchantContract):
    def make_people(self, folder: Path, clock: VirtualClock) -> ShopifyServicePeople:
        return ShopifyServicePeople(folder, clock)


class TestShopifyAsSupplier(SupplierContract):
    def make_people(self, folder: Path, clock: VirtualClock) -> ShopifySupplierPeople:
        return ShopifySupplierPeople(folder, clock)
