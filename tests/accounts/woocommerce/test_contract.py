from pathlib import Path
from typing import ClassVar

import pytest

from tests.accounts.contract import MerchantContract, SupplierContract
from tests.accounts.contract.people import Lack
from tests.accounts.woocommerce.people import ShopMerchantPeople, ShopSupplierPeople
from tests.fakes.woocommerce import Switches
from tests.support.clock import VirtualClock


class TestWooCommerceAsMerchant(MerchantContract):
    def make_people(self, folder: Path, clock: VirtualClock) -> ShopMerchantPeople:
        return ShopMerchantPeople(folder, clock)


class TestWooCommerceAsSupplier(SupplierContract):
    def make_people(self, folder: Path, clock: VirtualClock) -> ShopSupplierPeople:
        return ShopSupplierPeople(folder, clock)


class OldMerchant(ShopMerchantPeople):
    """The seller, in a shop without fulfillments, extensions and a list of all variations."""

    def switches(self) -> Switches:
        return Switches(currency="GBP", version="7.8.2")


@pytest.mark.slow
class TestOldShopAsMerchant(MerchantContract):
    def make_people(self, folder: Path, clock: VirtualClock) -> OldMerchant:
        return OldMerchant(folder, clock)


class ExtendedMerchant(ShopMerchantPeople):
    """The seller, in a shop with the extension Shipment Tracking."""

    def switches(self) -> Switches:
        return Switches(currency="GBP", shipment_tracking=True)


@pytest.mark.slow
class TestExtendedShopAsMerchant(MerchantContract):
    def make_people(self, folder: Path, clock: VirtualClock) -> ExtendedMerchant:
        return ExtendedMerchant(folder, clock)


class OldSupplier(ShopSupplierPeople):
    """The shipper, in an old shop: parcels are in the extension, which has days without times."""

    lacks: ClassVar[frozenset[Lack]] = ShopSupplierPeople.lacks | {
        "label-time",
        "several-parcels",
        "parcel-lines",
    }

    def switches(self) -> Switches:
        return Switches(currency="GBP", version="7.8.2", shipment_tracking=True)


@pytest.mark.slow
class TestOldShopAsSupplier(SupplierContract):
    def make_people(self, folder: Path, clock: VirtualClock) -> OldSupplier:
        return OldSupplier(folder, clock)


class RivalSupplier(ShopSupplierPeople):
    """The shipper, in a shop with the rival of the extension, which lists products of parcels."""

    lacks: ClassVar[frozenset[Lack]] = ShopSupplierPeople.lacks | {"label-time"}

    def switches(self) -> Switches:
        return Switches(currency="GBP", advanced_shipment_tracking=True)


@pytest.mark.slow
class TestShopWithTheRivalAsSupplier(SupplierContract):
    def make_people(self, folder: Path, clock: VirtualClock) -> RivalSupplier:
        return RivalSupplier(folder, clock)
