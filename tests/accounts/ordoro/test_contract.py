from pathlib import Path

from tests.accounts.contract import MerchantContract, SupplierContract
from tests.accounts.ordoro.people import OrdoroMerchantPeople, OrdoroSupplierPeople
from tests.support.clock import VirtualClock


class TestOrdoroAsMerchant(MerchantContract):
    def make_people(self, folder: Path, clock: VirtualClock) -> OrdoroMerchantPeople:
        return OrdoroMerchantPeople(folder, clock)


class TestOrdoroAsSupplier(SupplierContract):
    def make_people(self, folder: Path, clock: VirtualClock) -> OrdoroSupplierPeople:
        return OrdoroSupplierPeople(folder, clock)
