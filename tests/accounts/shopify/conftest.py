"""Fixtures: the Merchant's and the Supplier's side of a shop."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.accounts.shopify.people import (
    ShopifyMerchantPeople,
    ShopifyServicePeople,
    ShopifySupplierPeople,
)
from tests.support.clock import VirtualClock


@pytest.fixture(name="clock")
def _clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture(name="seller")
def _seller(tmp_path: Path, clock: VirtualClock) -> Iterator[ShopifyMerchantPeople]:
    with closing(ShopifyMerchantPeople(tmp_path, clock)) as people:
        yield people


@pytest.fixture(name="asking")
def _asking(tmp_path: Path, clock: VirtualClock) -> Iterator[ShopifyServicePeople]:
    with closing(ShopifyServicePeople(tmp_path, clock)) as people:
        yield people


@pytest.fixture(name="shipper")
def _shipper(tmp_path: Path, clock: VirtualClock) -> Iterator[ShopifySupplierPeople]:
    with closing(ShopifySupplierPeople(tmp_path, clock)) as people:
        yield people
