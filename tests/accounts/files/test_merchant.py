"""A Merchant that works with files."""

from pathlib import Path

from tests.accounts.contract import MerchantContract
from tests.accounts.files.opening import open_merchant
from tests.accounts.files.people import FilesMerchantPeople
from tests.support.clock import VirtualClock


class TestFilesAsMerchant(MerchantContract):
    def make_people(self, folder: Path, clock: VirtualClock) -> FilesMerchantPeople:
        return FilesMerchantPeople(folder, clock)


def test_check_says_that_a_file_without_units_does_not_show_if_an_order_is_complete(
    tmp_path: Path,
) -> None:
    texts = [result.text for result in open_merchant(tmp_path).check()]
    without = [result.text for result in open_merchant(tmp_path, tracking=None).check()]

    assert [text for text in texts if "does not show if an order is complete" in text]
    assert not [text for text in without if "tracking" in text]
