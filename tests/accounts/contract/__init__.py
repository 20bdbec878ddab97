"""Promises of every kind of account, tested once: the tests of each kind inherit them.

A kind provides its users: they act and look through the account itself, and list what it cannot
hold. `MerchantContract` and `SupplierContract` provide the tests. The promises themselves are
documented in `ordosync.accounts.account`.
"""

from tests.accounts.contract.examples import HOSTILE, line, order, parcel, sold
from tests.accounts.contract.merchant import MerchantContract
from tests.accounts.contract.people import Lack, MerchantPeople, ShownTracking, SupplierPeople
from tests.accounts.contract.supplier import SupplierContract

__all__ = [
    "HOSTILE",
    "Lack",
    "MerchantContract",
    "MerchantPeople",
    "ShownTracking",
    "SupplierContract",
    "SupplierPeople",
    "line",
    "order",
    "parcel",
    "sold",
]
