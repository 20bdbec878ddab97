"""A shop as the Merchant, whole."""

from collections.abc import Iterator

from ordosync.accounts.account import CheckResult
from ordosync.accounts.shopify.client import NO_TIMELINE
from ordosync.accounts.shopify.merchant_splits import WrittenSplits

_NEEDED = (
    "read_orders",
    "write_orders",
    "read_products",
    "read_inventory",
    "write_inventory",
    "read_locations",
)


class MerchantSide(WrittenSplits):
    """Who sells."""

    def check_merchant(self) -> Iterator[CheckResult]:
        """Look whether the location or the service is there, and what may be done."""
        family = "assigned" if self.is_service else "merchant_managed"
        yield from self.check_shop(
            *_NEEDED, f"read_{family}_fulfillment_orders", f"write_{family}_fulfillment_orders"
        )
        yield from self.check_place()
        yield CheckResult(text="cannot hold a parcel's cost, method, warehouse and time")
        yield CheckResult(text="keeps a voided tracking number, with a remark that it is void")
        yield CheckResult(text=NO_TIMELINE)
        yield CheckResult(text="tells no discount of a whole order: it may be sent by several")
        yield CheckResult(text="tells no supplier's SKU or cost")
