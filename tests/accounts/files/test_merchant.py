"""A Merchant that works with files."""

from pathlib import Path

from tests.accounts.contract import MerchantContract
from tests.accounts.files.opening import open_merchant
from tests.accounts.files.people import FilesMerchantPeople
from tests.support.clock import VirtualClock


class TestFilesAsMerchant(MerchantContract):
    def make_people(self, folder: Path, clock: VirtualClock) -> FilesMerchantPeople:
        return FilesMerchantPeople(folder, clock)


def test_check_says_that_the_tracking_file_has_one_number_for_each_order(tmp_path: Path) -> None:
    texts = [result.text for result in open_merchant(tmp_path).check()]
    without = open_merchant(tmp_path, tracking=None).check()

    assert len(texts) == 1
    assert "only the newest number is written" in texts[0]
    assert without == []
