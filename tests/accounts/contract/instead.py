"""Limits of each kind of account, and its behaviour instead of a rule of lifecycle.md 3.3."""

from collections.abc import Mapping

from ordosync.accounts.account import Role
from tests.accounts.contract.people import Lack

INSTEAD: Mapping[tuple[Role, str], Mapping[Lack, str]] = {
    ("merchant", "files"): {
        "listing": "cannot list all its orders",
        "split-order": "cannot split orders: a user adds the tracking numbers of pieces",
    },
    ("merchant", "ordoro"): {
        "bare-numbers": "its number waits until the order is complete",
        "more-numbers": "a further number of a shipped order becomes a comment",
        "cancelled-units": "a lowered quantity is reported as an edit",
    },
    ("merchant", "shopify"): {"label-cost": "cannot store a parcel's cost"},
    ("supplier", "files"): {
        "listing": "cannot list its orders",
        "cancel-orders": "cannot cancel by itself: a file asks the Supplier",
        "reductions": "cannot cancel by itself: a file asks the Supplier",
        "split-order": "cannot report splits",
    },
    ("supplier", "ordoro"): {
        "several-parcels": "to send several parcels, split the order at Ordoro",
        "several-numbers": "an order has one tracking number",
        "second-labels": "an order has one tracking number",
        "method-edits": "cannot change the shipping method",
    },
    ("supplier", "shopify"): {
        "label-cost": "does not report a parcel's cost",
        "method-edits": "cannot change the shipping method or the Bill To address of an order",
        "bill_to-edits": "cannot change the shipping method or the Bill To address of an order",
    },
    ("supplier", "woocommerce"): {
        "label-cost": "does not report the cost of a label",
        "several-parcels": "reported, without units unless a plug-in lists the products",
        "parcel-lines": "reported, without units unless a plug-in lists the products",
        "several-numbers": "a parcel has one tracking number",
        "split-order": "cannot split orders",
    },
}
"""The text of `config check --online` for each capability that a kind lacks and a rule needs."""
