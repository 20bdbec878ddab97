"""Parts of both accounts that each task needs; a portal that lacks a part does not run it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from ordosync.accounts.merchant import Merchant
from ordosync.accounts.portal_account import PortalAccount
from ordosync.accounts.supplier import Supplier

MerchantPart = Literal["orders", "cancellations", "products", "stock", "tracking", "splits"]
SupplierPart = Literal[
    "orders",
    "cancellations",
    "products",
    "stock",
    "shipments",
    "splits",
    "shortages",
]


@dataclass(frozen=True, kw_only=True)
class Needs:
    """One part of either account."""

    merchant: MerchantPart
    supplier: SupplierPart


NEEDS: Mapping[str, Needs] = {
    "import-orders": Needs(merchant="orders", supplier="orders"),
    "import-products": Needs(merchant="products", supplier="products"),
    "write-inventory-back": Needs(merchant="stock", supplier="stock"),
    "update-tracking": Needs(merchant="tracking", supplier="shipments"),
    "split-order": Needs(merchant="splits", supplier="splits"),
    "cancel-orders": Needs(merchant="cancellations", supplier="cancellations"),
    # A Merchant without shortages gets comments, or the log has them.
    "report-shortages": Needs(merchant="orders", supplier="shortages"),
}
"""The parts that each task needs, by the name of the task."""


def unavailable_tasks(merchant: Merchant, supplier: Supplier) -> Mapping[str, str]:
    """Return the tasks that these accounts cannot run, each with the reason as text."""
    reasons = {task: _missing(needs, merchant, supplier) for task, needs in NEEDS.items()}
    return {task: reason for task, reason in reasons.items() if reason}


_MERCHANT_ACTIONS: Mapping[MerchantPart, str] = {
    "orders": "be a Merchant",
    "cancellations": "report cancelled orders",
    "products": "list products",
    "stock": "receive stock",
    "tracking": "receive tracking numbers",
    "splits": "split orders",
}
_SUPPLIER_ACTIONS: Mapping[SupplierPart, str] = {
    "orders": "be a Supplier",
    "cancellations": "cancel orders",
    "products": "create products",
    "stock": "report stock",
    "shipments": "report parcels",
    "splits": "report split orders",
    "shortages": "report cancelled or late units",
}


def _missing(needs: Needs, merchant: Merchant, supplier: Supplier) -> str:
    if getattr(merchant, needs.merchant) is None:
        return _needs_option(merchant, needs.merchant, _MERCHANT_ACTIONS[needs.merchant])
    if getattr(supplier, needs.supplier) is None:
        return _needs_option(supplier, needs.supplier, _SUPPLIER_ACTIONS[needs.supplier])
    return ""


def _needs_option(account: PortalAccount, part: str, action: str) -> str:
    option = account.part_options.get(part)
    if option is None:
        return f"account {account.name} ({account.kind}) cannot {action}"
    return f"account {account.name} needs `{option}:` to {action}"
