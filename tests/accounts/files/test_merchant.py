"""A Merchant that works with files."""

from pathlib import Path

from tests.accounts.contract import MerchantContract
from tests.accounts.files.people import FilesMerchantPeople
from tests.support.clock import VirtualClock


class TestFilesAsMerchant(MerchantContract):
    def make_people(self, folder: Path, clock: VirtualClock) -> FilesMerchantPeople:
        return FilesMerchantPeople(folder, clock)
