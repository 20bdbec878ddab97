"""Options that a portal adds to a shop at Shopify."""

from dataclasses import dataclass

LONGEST_TAG = 40


@dataclass(frozen=True, kw_only=True)
class MerchantOptions:
    """Options of a portal for its Merchant: either `location` or `service`."""

    location: int | None = None
    """The id of the location whose fulfillment orders are the Supplier's."""
    service: str | None = None
    """The handle or name of the fulfillment service that is the Supplier.

    Its requests are accepted, and its cancellation requests are answered.
    """
    vendor: str | None = None
    """Products of this vendor are the Supplier's; by default those stocked at its location."""
    product_tag: str | None = None
    """Products with this tag are the Supplier's."""
    notify_customer: bool = True
    """True if the shop sends the buyer an e-mail about each parcel."""

    def __post_init__(self) -> None:
        if (self.location is None) == (self.service is None):
            raise ValueError("say either `location` or `service`")


@dataclass(frozen=True, kw_only=True)
class SupplierOptions:
    """Options of a portal for its Supplier."""

    location: int
    """The id of the location whose stock is written back."""
    tag: str | None = None
    """The tag of the portal's orders; `ordosync-` and the Merchant's name by default.

    Shipments are searched by it.
    """
    prefix: str = ""
    """Put before the Merchant's number, so that users see whose order it is."""

    def __post_init__(self) -> None:
        if self.tag is not None and (not 0 < len(self.tag) <= LONGEST_TAG or "," in self.tag):
            raise ValueError(f"tag: must have 1 to {LONGEST_TAG} characters, and no comma")

    def tag_for(self, merchant: str) -> str:
        """Return the tag of the orders of this Merchant."""
        return self.tag or f"ordosync-{merchant}"[:LONGEST_TAG]
