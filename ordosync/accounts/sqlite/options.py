"""The options that a portal adds to a local account."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class MerchantOptions:
    """The options of a portal's Merchant."""

    supplier: str = ""
    """The supplier that orders and products are assigned to; by default the Supplier's name."""
    warehouse: str = "main"
    """The linked warehouse: its physical on hand is the Supplier's stock."""


@dataclass(frozen=True, kw_only=True)
class SupplierOptions:
    """The options of a portal's Supplier."""

    prefix: str = ""
    """The text before the Merchant's order number, so that users see whose order it is."""
    warehouses: tuple[str, ...] = ()
    """The warehouses whose stock is written back; empty: all."""
