"""Shopify's reasons for holds, rejected requests and cancelled orders, and those of ordosync."""

from collections.abc import Mapping

from msgspec import Struct

from ordosync.shortages import ShortageReason

HANDLE_PREFIX = "ordosync-"
"""The beginning of the handle of each hold of ordosync."""

HOLD_REASONS: Mapping[ShortageReason, str] = {
    "out-of-stock": "INVENTORY_OUT_OF_STOCK",
    "not-enough": "INVENTORY_OUT_OF_STOCK",
    "discontinued": "INVENTORY_OUT_OF_STOCK",
    "bad-address": "INCORRECT_ADDRESS",
    "not-served": "INCORRECT_ADDRESS",
    "bad-method": "OTHER",
    "bad-sku": "OTHER",
    "too-late": "UNKNOWN_DELIVERY_DATE",
    "other": "OTHER",
}
"""The reason of a hold; units that the Merchant asked to cancel are not held."""
REJECTION_REASONS: Mapping[ShortageReason, str] = {
    "out-of-stock": "INVENTORY_OUT_OF_STOCK",
    "not-enough": "INVENTORY_OUT_OF_STOCK",
    "discontinued": "INELIGIBLE_PRODUCT",
    "bad-address": "INCORRECT_ADDRESS",
    "not-served": "UNDELIVERABLE_DESTINATION",
    "bad-method": "OTHER",
    "bad-sku": "INVALID_SKU",
    "too-late": "OTHER",
    "other": "OTHER",
}
"""The reason with which a service rejects a request."""
HELD_REASONS: Mapping[str, ShortageReason] = {
    "INVENTORY_OUT_OF_STOCK": "out-of-stock",
    "INCORRECT_ADDRESS": "bad-address",
    "UNKNOWN_DELIVERY_DATE": "too-late",
}
"""The reasons of holds that delay units; other holds are no shortage."""
CANCEL_REASONS: Mapping[str, ShortageReason] = {
    "INVENTORY": "out-of-stock",
    "CUSTOMER": "asked-to",
}


class Hold(Struct, frozen=True, rename="camel", kw_only=True):
    """A hold of a fulfillment order."""

    id: str = ""
    reason: str = ""
    handle: str | None = None
    held_by_requesting_app: bool = False

    @property
    def is_ours(self) -> bool:
        """True if ordosync set it."""
        return self.held_by_requesting_app and (self.handle or "").startswith(HANDLE_PREFIX)


class HeldPart(Struct, frozen=True, rename="camel", kw_only=True):
    """The holds of a fulfillment order."""

    id: str
    fulfillment_holds: list[Hold]
