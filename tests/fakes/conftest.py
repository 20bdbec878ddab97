"""Fixtures: a fake for each test, a client, and the contract check of their traffic."""

from collections.abc import Iterator

import pytest
import requests

from tests.fakes.client import Api
from tests.fakes.contract import DOCUMENT, Contract
from tests.fakes.ordoro import FakeOrdoro
from tests.fakes.woo_client import WooApi
from tests.fakes.woocommerce import FakeWooCommerce
from tests.fakes.woocommerce.contract import SUBSET, WooContract
from tests.support.clock import VirtualClock


@pytest.fixture(name="clock")
def _clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture(name="fake")
def _fake(clock: VirtualClock) -> Iterator[FakeOrdoro]:
    with FakeOrdoro(clock=clock) as fake:
        if not DOCUMENT.exists():
            yield fake
            return
        contract = Contract()
        fake.on_exchange = contract.watch
        yield fake
    assert contract.violations == []


@pytest.fixture(name="api")
def _api(fake: FakeOrdoro) -> Iterator[Api]:
    with requests.Session() as session:
        yield Api(fake, session)


@pytest.fixture(name="shop")
def _shop(clock: VirtualClock) -> Iterator[FakeWooCommerce]:
    with FakeWooCommerce(clock=clock) as shop:
        contract = WooContract() if SUBSET.exists() else None
        if contract:
            shop.on_exchange = contract.watch
        yield shop
    assert contract is None or contract.violations == []


@pytest.fixture(name="woo")
def _woo(shop: FakeWooCommerce) -> Iterator[WooApi]:
    with requests.Session() as session:
        yield WooApi(shop, session)
