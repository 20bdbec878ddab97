"""Properties of a shop: version, plug-ins, host, and behaviour that was not recorded.

Where a document and the recorded answers are silent, the defaults are the worst case for a client
that still follows the contract.
"""

import math
from dataclasses import dataclass
from datetime import tzinfo
from typing import Literal
from zoneinfo import ZoneInfo

Version = Literal["7.8.2", "10.5.0", "11.0.1"]
_PACIFIC = ZoneInfo("America/Los_Angeles")


@dataclass(kw_only=True)
class Switches:
    """May be changed while the server runs: `fake.switches.fulfillments = True`."""

    version: Version = "11.0.1"
    zone: tzinfo = _PACIFIC
    """Local time of the shop: of `date_created`, and of dates in a query without an offset."""
    currency: str = "USD"
    decimals: int = 2
    weight_unit: str = "lbs"
    orders_as_posts: bool = False
    """True if its order tables are off: then a new parcel or number does not change the
    modification time of its order.
    """
    fulfillments: bool = False
    """The core feature of 10.1 and later, off in a new shop."""
    fulfillments_wrapped: bool = False
    """Some versions wrap responses in an object: `{"fulfillments": […]}`."""
    shipment_tracking: bool = False
    """The extension with this name, under `wc-shipment-tracking/v3`."""
    advanced_shipment_tracking: bool = False
    """Its rival, which also responds under that name, and under `wc-ast/v3`."""
    ast_dates: Literal["%d-%m-%Y", "%m-%d-%Y"] = "%d-%m-%Y"
    """The form of dates that its settings name."""
    ast_refuses_repeats: bool = False
    """True if its settings forbid the same number again."""
    tracking_providers: tuple[str, ...] = ("UPS", "USPS", "Fedex", "DHL US", "Royal Mail", "DPD")
    """Providers that the extension knows. It stores any other name, but does not show it."""
    statuses: tuple[str, ...] = ()
    """Further statuses of orders, from a plug-in: `("shipped",)`."""
    number_prefix: str = ""
    """Prefix by a plug-in for order numbers; without one the number is the id."""
    sku_unique: bool = True
    active: bool = True
    """False while the plug-in is switched off, as for an update. Its paths are unknown then."""

    # Properties of the host.
    path: str = ""
    """Path of the shop on its host, such as `/shop`."""
    pretty_permalinks: bool = True
    """Without them `/wp-json/` is not found."""
    trusts_forwarded_proto: bool = False
    """True if `X-Forwarded-Proto: https` makes a plain request a secure one."""
    closed_to_visitors: bool = False
    """True if a plug-in demands a login; API keys count for `wc/` only."""
    drops_authorization: bool = False
    """True if the server does not pass the header to PHP; then only keys in the query work."""
    cache_s: float = 0
    """Time for which a GET is answered from a cache, with any key."""
    rate_limit: float = math.inf
    rate_window_s: float = 60
    retry_after: str = "seconds"
    """With a 429: `none`, `seconds`, `date`, or any other text ("soon", "-1")."""

    # Not recorded.
    knows_modified: bool = True
    """Shops before 5.8 ignore `modified_after` and `modified_before`, and return everything."""
    offset_shifts_gmt: bool = True
    """True if a time with an offset is converted to local time before the comparison, even with
    UTC times by `dates_are_gmt`, as WordPress does.
    """
    sale_updates_product: bool = False
    """True if a product counts as modified when orders change its stock."""
    variation_updates_parent: bool = False
    """True if a product counts as modified when one of its variations does."""
    arrival_lag_s: float = 0
    """Time after a write until an object is in lists; it is found by its id at once."""

    @property
    def posts(self) -> bool:
        """True if its orders are posts."""
        return self.old or self.orders_as_posts

    @property
    def early(self) -> bool:
        """True if it has the fulfillments of 10.1 to 10.8, as 10.5.0 has them."""
        return self.version == "10.5.0" or self.fulfillments_wrapped

    @property
    def old(self) -> bool:
        """True if it behaves as 7.8.2 does."""
        return self.version == "7.8.2"
