"""What every kind of account promises, tested once: a kind's own tests inherit it.

A kind says who its people are: what they do in the account by its own means, what they see there,
and what it cannot hold. `MerchantContract` and `SupplierContract` say the rest. The promises
themselves are in `ordosync.accounts.account`.
"""

from tests.accounts.contract.examples import HOSTILE, line, order, parcel, sold
from tests.accounts.contract.merchant import MerchantContract
from tests.accounts.contract.people import Lack, MerchantPeople, SupplierPeople, Told
from tests.accounts.contract.supplier import SupplierContract

__all__ = [
    "HOSTILE",
    "Lack",
    "MerchantContract",
    "MerchantPeople",
    "SupplierContract",
    "SupplierPeople",
    "Told",
    "line",
    "order",
    "parcel",
    "sold",
]
