"""Opens WooCommerce shops for the tests of this kind alone."""

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from types import MappingProxyType

from tests.accounts.contract.opening import OpenMerchant, OpenSupplier, opened
from tests.accounts.woocommerce.people import ShopMerchantPeople, ShopSupplierPeople
from tests.fakes.woocommerce import FakeWooCommerce, Switches
from tests.support.clock import VirtualClock


def requests(fake: FakeWooCommerce, *, since: Mapping[str, int] | None = None) -> dict[str, int]:
    """Return the number of calls by operation, since an earlier count."""
    before = since or {}
    return {
        name: count - before.get(name, 0)
        for name, count in fake.requests.items()
        if count > before.get(name, 0)
    }


@contextmanager
def merchant(
    folder: Path,
    clock: VirtualClock,
    shop: Switches | None = None,
    *,
    options: Mapping[str, object] = MappingProxyType({}),
    **pair: object,
) -> Iterator[tuple[OpenMerchant, FakeWooCommerce]]:
    """Open a shop as the Merchant; `pair` selects the Supplier's products, by default all."""

    class People(ShopMerchantPeople):
        def switches(self) -> Switches:
            return shop or Switches()

    with closing(People(folder, clock)) as people:
        people.pair = pair
        yield opened(people, options=options), people.fake


@contextmanager
def supplier(
    folder: Path,
    clock: VirtualClock,
    shop: Switches | None = None,
    *,
    options: Mapping[str, object] = MappingProxyType({}),
    **pair: object,
) -> Iterator[tuple[OpenSupplier, FakeWooCommerce]]:
    """Open a shop as the Supplier."""

    class People(ShopSupplierPeople):
        def switches(self) -> Switches:
            return shop or Switches()

    with closing(People(folder, clock)) as people:
        people.pair = pair
        yield opened(people, options=options), people.fake
