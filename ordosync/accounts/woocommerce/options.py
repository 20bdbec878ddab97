"""Options that a portal adds to a WooCommerce account."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from ordosync.accounts.woocommerce.order_statuses import NEW
from ordosync.shortages import ShortageAnswer, ShortageReason


@dataclass(frozen=True, kw_only=True)
class MerchantOptions:
    """Options of a portal for its Merchant."""

    supplier: str = ""
    """The name of this Supplier in the order's meta field; by default its account's name."""
    tag: str = ""
    """Only products with this tag, by name or slug."""
    category: str = ""
    """Only products of this category, by name or slug."""
    meta: Mapping[str, str] = field(default_factory=dict)
    """Only products whose fields have these values."""
    bundles: Literal["parent", "contents"] = "parent"
    """The lines of a bundle that are sent: its own line, or the lines of its contents."""
    # It selects nothing, so it is no part of the text by which the store identifies a portal.
    tags_meta: str = field(default="", repr=False)
    """The meta field of an order with its tags, for the conditions of `hold`."""


@dataclass(frozen=True, kw_only=True)
class Answers:
    """Statuses by which the shop reports a shortage of an order."""

    statuses: Mapping[str, ShortageAnswer] = field(default_factory=dict)
    """The meaning of a status for the units that were not sent."""

    def __post_init__(self) -> None:
        if NEW in self.statuses:
            raise ValueError(f"statuses: {NEW} is the status of each new order")


@dataclass(frozen=True, kw_only=True)
class Reasons:
    """Reasons of shortages."""

    statuses: Mapping[str, ShortageReason] = field(default_factory=dict)
    """The reason for each status of an order."""


@dataclass(frozen=True, kw_only=True)
class SupplierOptions:
    """Options of a portal for its Supplier."""

    prefix: str = ""
    """Prefix of the Merchant's order number, so that users see whose order it is."""
    tracking_meta: str = ""
    """The meta field of an order in which a plug-in keeps the tracking number."""
    carrier_meta: str = ""
    """The meta field in which the plug-in keeps the carrier."""
    answers: Answers = field(default_factory=Answers)
    """Statuses for units that come later or never; a cancelled order needs none."""
    reasons: Reasons = field(default_factory=Reasons)
    """Reasons of shortages; without one, the reason is `other`."""
