"""All promises of a Supplier and of a Merchant whose files are handed over to a place."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from ordosync.accounts.files.places import opening
from ordosync.accounts.files.places.options import PlaceOptions
from ordosync.accounts.files.reading import row_index
from ordosync.models import Stock
from tests.accounts.contract import MerchantContract, SupplierContract
from tests.accounts.contract.examples import product
from tests.accounts.contract.opening import OpenAccount, OpenMerchant, OpenSupplier
from tests.accounts.contract.people import MerchantPeople, SupplierPeople
from tests.accounts.files.people import FilesMerchantPeople, FilesSupplierPeople
from tests.support.clock import VirtualClock
from tests.support.places import FolderPlace

pytestmark = pytest.mark.slow


def at_place(folder: Path, options: Mapping[str, object], *names: str) -> Mapping[str, object]:
    """Return options with these files at a place that shows a folder."""
    place = {"url": f"sftp://partner.example/{folder}", "host_key": "ssh-ed25519 AAAA"}
    placed: dict[str, Any] = {**options}
    for name in names:
        placed[name] = {**placed[name], "place": place}
    return placed


def open_folder(options: PlaceOptions, **_: object) -> FolderPlace:
    return FolderPlace(Path(os.fsdecode(options.folder)))


class PlacedSupplierPeople(FilesSupplierPeople):
    @property
    def options(self) -> Mapping[str, object]:
        named = {"name": "order-{digest}-v{version}.csv"}
        options = at_place(self.folder, super().options, "order_files")
        order_files: Any = options["order_files"]
        return {**options, "order_files": {**order_files, **named}}


class PlacedMerchantPeople(FilesMerchantPeople):
    @property
    def options(self) -> Mapping[str, object]:
        return at_place(self.folder, super().options, "tracking", "inventory", "events")


@pytest.fixture(autouse=True)
def _place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "open_place", open_folder)


class TestSupplierAtAPlace(SupplierContract):
    many = 50

    @pytest.fixture(autouse=True)
    def _short_pages(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(row_index, "_PAGE", self.many * 2 // 5)

    def make_people(self, folder: Path, clock: VirtualClock) -> FilesSupplierPeople:
        return PlacedSupplierPeople(folder, clock)

    def test_account_has_each_part_that_its_people_do_not_list_as_lacking(
        self, account: OpenAccount, people: SupplierPeople
    ) -> None:
        """As in `test_supplier`."""

    def test_order_that_does_not_exist_is_deleted(
        self, account: OpenSupplier, people: SupplierPeople
    ) -> None:
        """As in `test_supplier`."""


class TestMerchantAtAPlace(MerchantContract):
    many = 50

    @pytest.fixture(autouse=True)
    def _short_pages(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(row_index, "_PAGE", self.many * 2 // 5)

    def make_people(self, folder: Path, clock: VirtualClock) -> FilesMerchantPeople:
        return PlacedMerchantPeople(folder, clock)

    def test_current_quantity_is_the_one_that_people_see(
        self, account: OpenMerchant, people: MerchantPeople
    ) -> None:
        """A file at a place is not read: the quantities are those that were written."""
        people.add_product(product("MUG"))
        account.stock.write([Stock(product_id="MUG", sku="MUG", quantity=7)])
        people.count("MUG", 3)

        assert account.stock.current(["MUG"])["MUG"].quantity == 7

    def test_outcomes_are_in_the_sequence_of_the_quantities(
        self, account: OpenMerchant, people: MerchantPeople
    ) -> None:
        """People do not write the file, so each quantity is new."""
