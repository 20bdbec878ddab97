"""Orders that are requested at a service, and read through its faults."""

from typing import Any

from tests.accounts.contract.examples import sold
from tests.accounts.contract.over_http import MerchantOverHttp
from tests.scenarios.faults.portal import Troubled


def requested(troubled: Troubled, *numbers: int | str) -> list[str]:
    """Let the Merchant take orders, each a second after the other; return their ids."""
    ids = []
    for number in numbers:
        ids.append(troubled.merchant.request(sold(str(number))))
        troubled.later(1)
    return ids


def people(troubled: Troubled) -> MerchantOverHttp:
    """Return who sells in the foreign account."""
    assert isinstance(troubled.foreign, MerchantOverHttp)
    return troubled.foreign


def imported(troubled: Troubled) -> list[str]:
    """Return the numbers that the Supplier has, by how the Merchant's people call them."""
    return sorted(order.number.rpartition("-")[2] for order in troubled.supplier.orders())


class Repeats:
    """Answers every question with the first answer."""

    def __init__(self) -> None:
        self.first: Any = None

    def __call__(self, page: Any) -> Any:
        self.first = self.first or page
        return self.first
