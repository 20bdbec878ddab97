"""Features of a shop: paths of its version, plug-ins and time zone, each read once.

Uses the index of the site, and calls paths to find out if the shop has them.
"""

from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

from msgspec import Raw

from ordosync.accounts.service_client import ServiceClient
from ordosync.accounts.woocommerce.schema import SiteShape
from ordosync.accounts.woocommerce.timezone import zone_of
from ordosync.accounts.woocommerce.tracking_extensions import AdvancedExtension, Extension
from ordosync.accounts.woocommerce.tracking_providers import Fulfillments, Notes, TrackingProvider
from ordosync.errors import NotFoundError, SignInError

NO_ROUTE = "rest_no_route"
_EXTENSIONS = {"wc-ast/v3": AdvancedExtension, "wc-shipment-tracking/v3": Extension}
"""Extensions by their namespace; the first one has both."""


class ShopFeatures:
    """Features of one shop, read when they are first needed."""

    def __init__(self, service: ServiceClient, *, url: str, notify_customer: bool) -> None:
        self._service = service
        self.notify_customer = notify_customer
        """True if the buyer gets a mail for each parcel."""
        self.is_secure = url.startswith("https://")
        """True if the shop is reached over TLS."""
        self._site: SiteShape | None = None
        self._tracking: TrackingProvider | None = None

    @property
    def site(self) -> SiteShape:
        """The public index of the site, read once."""
        if self._site is None:
            self._site = self._read_site()
        return self._site

    def _read_site(self) -> SiteShape:
        """Read the index of the site, which some plug-ins close.

        WordPress then accepts a key of WooCommerce for the paths of WooCommerce only.
        """
        fields = {"_fields": "url,home,gmt_offset,timezone_string,namespaces"}
        try:
            return self._service.http.get(
                "/", SiteShape, action="read the index of the site", params=fields
            )
        except SignInError:
            return SiteShape(is_closed=True)

    def learn_timezone(self) -> None:
        """Read the time zone of this shop, unless the options set it."""
        if self._service.timezone is None:
            self._service.timezone = zone_of(self.site)

    def repeats_hour(self, at: datetime) -> bool:
        """True if the shop's clock showed the same time an hour before."""
        zone = zone_of(self.site)
        return zone is not None and at.astimezone(ZoneInfo(zone)).fold == 1

    @property
    def tracking(self) -> TrackingProvider:
        """The way in which this shop shows parcels; looked up once, by the first thread."""
        if self._tracking is None:
            with self._service.lock:
                self._tracking = self._tracking or self._find_tracking()
        return self._tracking

    def _find_tracking(self) -> TrackingProvider:
        http, notify = self._service.http, self.notify_customer
        # No order has the id 0, so the response only shows if the shop has the path.
        if self.has_route("/wc/v3/orders/0/fulfillments"):
            return Fulfillments(http, notify_customer=notify, zone=self._zone)
        for namespace, extension in _EXTENSIONS.items():
            if self._has_namespace(namespace):
                return extension(http, notify_customer=notify, namespace=namespace)
        return Notes(http, notify_customer=notify)

    def _has_namespace(self, namespace: str) -> bool:
        if not self.site.is_closed:
            return namespace in self.site.namespaces
        try:
            return self.has_route(f"/{namespace}/orders/0/shipment-trackings")
        except SignInError:
            return False

    def _zone(self) -> tzinfo:
        """Return the time zone of the shop; UTC if it has none with a name."""
        name = self._service.timezone or zone_of(self.site)
        return ZoneInfo(name) if name else UTC

    def has_route(self, path: str) -> bool:
        """True if the shop has a path, even if no object is at it."""
        try:
            self._service.http.get(path, Raw, action="read the features of the shop")
        except NotFoundError as error:
            return NO_ROUTE not in error.answer
        return True
