"""Orders that are requested at a service, and read despite its faults."""

from typing import Any

from tests.accounts.contract.examples import sold
from tests.accounts.contract.over_http import MerchantOverHttp
from tests.scenarios.faults.portal import Troubled


def requested(troubled: Troubled, *numbers: int | str) -> list[str]:
    """Request orders at the Merchant, one second apart; return their ids."""
    ids = []
    for number in numbers:
        ids.append(troubled.merchant.request(sold(str(number))))
        troubled.later(1)
    return ids


def people(troubled: Troubled) -> MerchantOverHttp:
    """Return the people of the Merchant's remote account."""
    assert isinstance(troubled.foreign, MerchantOverHttp)
    return troubled.foreign


def imported(troubled: Troubled) -> list[str]:
    """Return the order numbers at the Supplier, as the Merchant's people write them."""
    return sorted(order.number.rpartition("-")[2] for order in troubled.supplier.orders())


class Repeats:
    """Repeats the first response for every request."""

    def __init__(self) -> None:
        self.first: Any = None

    def __call__(self, page: Any) -> Any:
        self.first = self.first or page
        return self.first
