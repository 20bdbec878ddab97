"""Options that a portal adds to an Ordoro account."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ordosync.shortages import ShortageReason


@dataclass(frozen=True, kw_only=True)
class MerchantOptions:
    """Options of a portal for its Merchant."""

    supplier: int
    """The id of the supplier from whom orders are requested."""
    warehouse: int | None = None
    """The warehouse with its stock; by default the supplier's linked warehouse."""
    supplier_skus: bool = False
    """True to look up the supplier's SKU of each product: one more call for each new SKU."""


@dataclass(frozen=True, kw_only=True)
class Reasons:
    """Reasons of shortages."""

    tags: Mapping[str, ShortageReason] = field(default_factory=dict)
    """The reason for each tag of an order; the first one counts."""


@dataclass(frozen=True, kw_only=True)
class SupplierOptions:
    """Options of a portal for its Supplier."""

    sales_channel: int
    """The id of the sales channel that receives this portal's orders."""
    warehouse: int | None = None
    """The warehouse that ships its orders, and whose stock is written back.

    By default Ordoro chooses the warehouse, and the stock of all warehouses counts.
    """
    prefix: str = ""
    """The text before the Merchant's number, so that users see whose order it is."""
    reasons: Reasons = field(default_factory=Reasons)
    """Reasons of shortages; without one, the reason is `other`."""
