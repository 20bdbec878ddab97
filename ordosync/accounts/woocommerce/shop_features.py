"""What a shop is and can do: asked once, of its site and by trying."""

from datetime import UTC, datetime, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

from msgspec import Raw

from ordosync.accounts.http_account import HttpAccount
from ordosync.accounts.woocommerce.pagination import Lists
from ordosync.accounts.woocommerce.schema import SiteShape
from ordosync.accounts.woocommerce.timezone import zone_of
from ordosync.accounts.woocommerce.tracking_providers import (
    Extension,
    Fulfillments,
    Notes,
    Tracking,
)
from ordosync.errors import AccountError, NotFoundError, SignInError, UnavailableError

NO_ROUTE = "rest_no_route"
_ASK_SITE = "ask what the shop is"
_NO_API = ("HTTP 404: a web page", "HTTP 30", "answered a web page")
"""How an answer begins where something else than the API is."""
_PERMALINKS = (
    "are pretty permalinks on there (Settings > Permalinks), and is `url:` the shop's own address?"
)
_EXTENSIONS = ("wc-shipment-tracking/v3", "wc-ast/v3")


class Place(HttpAccount):
    """A WooCommerce shop, as a site with plug-ins."""

    notify_customer: bool

    def __init__(self, *, name: str, spool: Path, concurrency: int) -> None:
        super().__init__(name=name, spool=spool, concurrency=concurrency)
        self._site: SiteShape | None = None
        self._tracking: Tracking | None = None

    @property
    def lists(self) -> Lists:
        """The shop's lists."""
        return Lists(self.http, f"account {self.name}", self._comes_again)

    def _comes_again(self, at: datetime) -> bool:
        """Whether the shop's clock said the same an hour before."""
        zone = zone_of(self.site)
        return zone is not None and at.astimezone(ZoneInfo(zone)).fold == 1

    @property
    def site(self) -> SiteShape:
        """What the site says of itself; asked once."""
        if self._site is None:
            self._site = self._found_site()
        return self._site

    def _found_site(self) -> SiteShape:
        """Ask for the index of the site, which some plug-ins close.

        Then a key of WooCommerce counts for the paths of WooCommerce alone.
        """
        fields = {"_fields": "url,home,gmt_offset,timezone_string,namespaces"}
        try:
            return self.http.get("/", SiteShape, action=_ASK_SITE, params=fields)
        except SignInError:
            return SiteShape(is_closed=True)
        except AccountError as error:
            if not error.answer.startswith(_NO_API):
                raise
            answer = f"{error.answer}; {_PERMALINKS}"
            raise UnavailableError(f"account {self.name}", _ASK_SITE, answer) from error

    def learn_timezone(self) -> None:
        """Find out where this shop's midnight is, if the options do not say it."""
        if self.timezone is None:
            self.timezone = zone_of(self.site)

    @property
    def tracking(self) -> Tracking:
        """How this shop shows parcels; found out once, whichever thread wants it first."""
        if self._tracking is None:
            with self.asking:
                self._tracking = self._tracking or self._found_tracking()
        return self._tracking

    def _found_tracking(self) -> Tracking:
        tells_buyer = self.notify_customer
        # No order has the id 0: what is asked is whether the shop knows the question.
        if self.has_route("/wc/v3/orders/0/fulfillments"):
            return Fulfillments(self.http, tells_buyer=tells_buyer, zone=self._zone)
        for namespace in _EXTENSIONS:
            if self._has_namespace(namespace):
                return Extension(self.http, tells_buyer=tells_buyer, namespace=namespace)
        return Notes(self.http, tells_buyer=tells_buyer)

    def _has_namespace(self, namespace: str) -> bool:
        if not self.site.is_closed:
            return namespace in self.site.namespaces
        try:
            return self.has_route(f"/{namespace}/orders/0/shipment-trackings")
        except SignInError:
            return False

    def _zone(self) -> tzinfo:
        """Return the time zone of the shop; UTC where it has none with a name."""
        name = self.timezone or zone_of(self.site)
        return ZoneInfo(name) if name else UTC

    def has_route(self, path: str) -> bool:
        """Ask whether the shop has a path, whatever is there."""
        try:
            self.http.get(path, Raw, action="ask what the shop can do")
        except NotFoundError as error:
            return NO_ROUTE not in error.answer
        return True
