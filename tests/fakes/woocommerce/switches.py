"""Properties of a shop: version, plug-ins, host, and behaviour that was not recorded.

Where a document and the recorded answers are silent, the defaults are the worst case for a client
that still follows the contract.
"""

import math
from dataclasses import dataclass
from datetime import tzinfo
from typing import Literal
from zoneinfo import ZoneInfo

Version = Literal["7.8.2", "11.0.1"]
_PACIFIC = ZoneInfo("America/Los_Angeles")


@dataclass(kw_only=True)
class Switches:
    """May be changed while the server runs: `fake.switches.fulfillments = True`."""

    version: Version = "11.0.1"
    zone: tzinfo = _PACIFIC
    """The shop's own time: of `date_created`, and of dates in a query without an offset."""
    currency: str = "USD"
    decimals: int = 2
    weight_unit: str = "lbs"
    orders_as_posts: bool = False
    """Whether its order tables are off: then an order to which a parcel or a number is added does
    not count as modified."""
    fulfillments: bool = False
    """The feature of 10.1 and later, off in a new shop."""
    fulfillments_wrapped: bool = False
    """Some versions put what they answer in an object: `{"fulfillments": […]}`."""
    shipment_tracking: bool = False
    """The extension of that name, under `wc-shipment-tracking/v3`."""
    advanced_shipment_tracking: bool = False
    """Its rival, which answers under that name too, and under `wc-ast/v3`."""
    tracking_providers: tuple[str, ...] = ("UPS", "USPS", "Fedex", "DHL US", "Royal Mail", "DPD")
    """Those that the extension knows. It keeps any other name, but neither shows nor links it."""
    statuses: tuple[str, ...] = ()
    """More statuses of orders, which a plug-in has added: `("shipped",)`."""
    number_prefix: str = ""
    """Of a plug-in for order numbers; without one the number is the id."""
    sku_unique: bool = True
    active: bool = True
    """False while the plug-in is switched off, as for an update. Its paths are unknown then."""

    # Properties of the host.
    path: str = ""
    """Where the shop is on its host, such as `/shop`."""
    pretty_permalinks: bool = True
    """Without them `/wp-json/` is a page that was not found."""
    trusts_forwarded_proto: bool = False
    """Whether `X-Forwarded-Proto: https` makes a plain request a secure one."""
    closed_to_visitors: bool = False
    """Some plug-ins let nobody in whom WordPress does not know; keys count for `wc/` alone."""
    drops_authorization: bool = False
    """Some servers keep the header from PHP; then only keys in the query are seen."""
    cache_s: float = 0
    """How long a GET is answered with what it was answered before, whoever asks."""
    rate_limit: float = math.inf
    rate_window_s: float = 60
    retry_after: str = "seconds"
    """With a 429: `none`, `seconds`, `date`, or any text to be sent as it is ("soon", "-1")."""

    # Not recorded.
    knows_modified: bool = True
    """Shops before 5.8 ignore `modified_after` and `modified_before`, and answer everything."""
    offset_shifts_gmt: bool = True
    """A value with an offset is turned into shop time before it is compared, also with times in
    UTC if `dates_are_gmt` is asked for: WordPress does so."""
    sale_updates_product: bool = False
    """Whether a product counts as modified when orders change its stock."""
    variation_updates_parent: bool = False
    """Whether a product counts as modified when one of its variations was."""
    arrival_lag_s: float = 0
    """How long what was written is missing from all lists, though not by its id."""

    @property
    def posts(self) -> bool:
        """True if its orders are posts."""
        return self.old or self.orders_as_posts

    @property
    def early(self) -> bool:
        """True if it has the fulfillments of 10.1 to 10.8, which were not recorded."""
        return self.fulfillments_wrapped

    @property
    def old(self) -> bool:
        """True if it behaves as 7.8.2 does."""
        return self.version == "7.8.2"
