"""Options that a portal adds to a shop at Shopify."""

from dataclasses import dataclass, field
from typing import Literal

LONGEST_TAG = 40


@dataclass(frozen=True, kw_only=True)
class MerchantOptions:
    """Options of a portal for its Merchant: either `location` or `service`."""

    location: int | None = None
    """The id of the location whose fulfillment orders the Supplier ships."""
    service: str | None = None
    """The handle or name of the fulfillment service that is the Supplier.

    Its requests are accepted, and its cancellation requests are answered.
    """
    vendor: str | None = None
    """The vendor of the Supplier's products; by default, products stocked at its location."""
    product_tag: str | None = None
    """The tag of the Supplier's products."""
    notify_customer: bool = True
    """True if the shop sends the buyer an e-mail about each parcel."""
    # Not in the text by which the store identifies a portal: older versions had no such option.
    bundles: Literal["parent", "contents"] = field(default="parent", repr=False)
    """The lines of a bundle that are sent: its own line, or the lines of its contents."""

    def __post_init__(self) -> None:
        if (self.location is None) == (self.service is None):
            raise ValueError("set either `location` or `service`")


@dataclass(frozen=True, kw_only=True)
class SupplierOptions:
    """Options of a portal for its Supplier."""

    location: int
    """The id of the location whose stock is written back."""
    tag: str | None = None
    """The tag of the portal's orders; by default `ordosync-` and the Merchant's name.

    Shipments are found by it.
    """
    prefix: str = ""
    """The text before the Merchant's number, so that users see whose order it is."""

    def __post_init__(self) -> None:
        if self.tag is not None and (not 0 < len(self.tag) <= LONGEST_TAG or "," in self.tag):
            raise ValueError(f"tag: must have 1 to {LONGEST_TAG} characters, and no comma")

    def tag_for(self, merchant: str) -> str:
        """Return the tag of the orders of this Merchant."""
        return self.tag or f"ordosync-{merchant}"[:LONGEST_TAG]
