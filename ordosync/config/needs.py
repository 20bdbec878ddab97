"""Parts of both accounts that each task needs; a portal that lacks a part does not run it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from ordosync.accounts.merchant import Merchant
from ordosync.accounts.portal_account import PortalAccount
from ordosync.accounts.supplier import Supplier
from ordosync.config.policy_settings import EditPolicy

MerchantPart = Literal[
    "orders",
    "cancellations",
    "products",
    "stock",
    "tracking",
    "splits",
    "shortages",
]
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
    instead: Literal["timeline"] | None = None
    """The part of the Merchant that is used if it lacks the first one."""


NEEDS: Mapping[str, Needs] = {
    "import-orders": Needs(merchant="orders", supplier="orders"),
    "import-products": Needs(merchant="products", supplier="products"),
    "write-inventory-back": Needs(merchant="stock", supplier="stock"),
    "update-tracking": Needs(merchant="tracking", supplier="shipments"),
    "split-order": Needs(merchant="splits", supplier="splits"),
    "cancel-orders": Needs(merchant="cancellations", supplier="cancellations"),
    "report-shortages": Needs(merchant="shortages", supplier="shortages", instead="timeline"),
}
"""The parts that each task needs, by the name of the task."""


def unavailable_tasks(merchant: Merchant, supplier: Supplier) -> Mapping[str, str]:
    """Return the tasks that these accounts cannot run, each with the reason as text."""
    reasons = {task: _missing(needs, merchant, supplier) for task, needs in NEEDS.items()}
    return {task: reason for task, reason in reasons.items() if reason}


def cannot_edit(supplier: Supplier, group: str, policy: EditPolicy) -> str:
    """Return why this account cannot carry out a policy for edits; empty if it can."""
    edits = supplier.edits
    if policy == "hold" and (edits is None or not edits.can_hold):
        return f"{_lacks(supplier, 'edits', 'hold an order')}; choose notify"
    if policy == "apply" and (edits is None or group not in edits.groups):
        action = f"change the {group} of an order"
        return f"{_lacks(supplier, 'edits', action)}; choose notify"
    return ""


def cannot_hold(merchant: Merchant) -> str:
    """Return why this account cannot hold short units; empty if it can."""
    if merchant.shortages and merchant.shortages.can_hold:
        return ""
    return f"{_lacks(merchant, 'shortages', 'hold short units')}; choose false"


def cannot_cancel_lines(merchant: Merchant) -> str:
    """Return why this account cannot cancel only short units; empty if it can."""
    if merchant.shortages and merchant.shortages.can_cancel:
        return ""
    return f"account {merchant.name} ({merchant.kind}) cannot cancel only short units; choose never"


def cannot_zero_discontinued(supplier: Supplier) -> str:
    """Return why this account cannot report discontinued products; empty if it can."""
    if supplier.stock is None or supplier.stock.reports_archived:
        return ""
    name = f"account {supplier.name} ({supplier.kind})"
    return f"{name} does not report archived products; choose keep, or stop them with `skus:`"


def cannot_have_quota(merchant: Merchant) -> str:
    """Return why this account cannot sell from a quota; empty if it can."""
    if merchant.lists_requested or (merchant.stock and merchant.stock.falls_with_sales):
        return ""
    return (
        f"account {merchant.name} ({merchant.kind}) does not report its open sales, which a quota"
        " must cover; write `pool: shared` in the Supplier's account"
    )


def cannot_hold_before_import(merchant: Merchant, condition: str) -> str:
    """Return why this account cannot judge a condition of `hold`; empty if it can."""
    option = merchant.hold_conditions.get(condition)
    if option == "":
        return ""
    action = _CONDITIONS[condition]
    if option is None:
        return f"account {merchant.name} ({merchant.kind}) does not know {action}"
    return f"account {merchant.name} needs {option} to know {action}"


def cannot_know_skus(supplier: Supplier) -> str:
    """Return why this account cannot tell which SKUs it has; empty if it can."""
    products = supplier.products
    if products is not None and not products.is_any_sku:
        return ""
    return f"account {supplier.name} ({supplier.kind}) accepts every SKU"


_CONDITIONS = {
    "paid": "if an order is paid",
    "age": "when an order was placed",
    "tags": "the tags of an order",
    "risk": "the risk of an order",
    "over": "the price of a line",
    "countries": "the country of an address",
    "po_box": "the street and the shipping method of an order",
}
_MERCHANT_ACTIONS: Mapping[MerchantPart, str] = {
    "orders": "be a Merchant",
    "cancellations": "report cancelled orders",
    "products": "list products",
    "stock": "receive stock",
    "tracking": "receive tracking numbers",
    "splits": "split orders",
    "shortages": "receive shortages",
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
    is_replaced = needs.instead is not None and getattr(merchant, needs.instead) is not None
    if getattr(merchant, needs.merchant) is None and not is_replaced:
        return _needs_option(merchant, needs.merchant, _MERCHANT_ACTIONS[needs.merchant])
    if getattr(supplier, needs.supplier) is None:
        return _needs_option(supplier, needs.supplier, _SUPPLIER_ACTIONS[needs.supplier])
    return ""


def _needs_option(account: PortalAccount, part: str, action: str) -> str:
    option = account.part_options.get(part)
    if option is None:
        return f"account {account.name} ({account.kind}) cannot {action}"
    return f"account {account.name} needs `{option}:` to {action}"


def _lacks(account: PortalAccount, part: str, action: str) -> str:
    """Return why an account cannot act: it has no such part, or its part cannot."""
    if getattr(account, part) is None:
        return _needs_option(account, part, action)
    return f"account {account.name} ({account.kind}) cannot {action}"
