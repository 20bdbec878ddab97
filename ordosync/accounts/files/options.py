"""Options of a portal's sides."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class SupplierOptions:
    """Options that a portal adds for its Supplier."""

    prefix: str = ""
    """Prefix of the Merchant's order number, so that the Supplier sees whose order it is."""
