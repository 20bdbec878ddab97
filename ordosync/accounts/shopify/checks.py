"""Checks of a shop for `config check --online`: scopes, version, location, limits of this kind."""

from collections.abc import Iterator, Mapping

from ordosync.accounts.account import CheckResult
from ordosync.accounts.shopify.client import ShopifyClient
from ordosync.accounts.shopify.edit_session import SCOPE
from ordosync.accounts.shopify.ids import number
from ordosync.accounts.shopify.location import SupplierLocation
from ordosync.accounts.shopify.options import SupplierOptions
from ordosync.accounts.shopify.order_holds import HOLD_SCOPE

_MERCHANT_SCOPES = (
    "read_orders",
    "write_orders",
    "read_products",
    "read_inventory",
    "write_inventory",
    "read_locations",
)
_SUPPLIER_SCOPES = (
    "read_orders",
    "write_orders",
    "read_products",
    "write_products",
    "read_inventory",
    "read_locations",
    "read_merchant_managed_fulfillment_orders",
)
_NO_TIMELINE = (
    "cannot write on a timeline: comments are metafields `ordosync` of the order, "
    "which gets the tag ordosync-attention"
)
_NO_EDITS = (
    "cannot remove units of an order that the Merchant cancels in part, or after a part was sent:"
    f" the token lacks the scope {SCOPE}"
)
_MERCHANT_LIMITS = (
    "holds the units of a shortage; a service gives a request back only if no unit of it comes",
    "cannot cancel the short units of an order: it needs a refund",
    "cannot store a parcel's cost, method, warehouse and time",
    "keeps a voided tracking number, with a comment that it is void",
    "shows a tracking number without units as a comment, until the rest of its order is sent",
    _NO_TIMELINE,
    "does not report the discount of an order: several suppliers may ship it",
    "does not report the supplier's SKU or cost",
)
_SUPPLIER_LIMITS = (
    "reports cancelled orders, removed units and some holds as a shortage",
    _NO_TIMELINE,
    "does not report a parcel's cost and method",
    "reports a split once; later splits of the same order are not reported",
    "cannot cancel a shipped order, or a piece of a split order as a whole",
    "cannot store the total and the discount of a line",
    "cannot change the shipping method or the Bill To address of an order",
)


class Checks:
    """Checks that need the service. They only read."""

    def __init__(self, client: ShopifyClient, *, version: str) -> None:
        self._client = client
        self._version = version

    def merchant(self, location: SupplierLocation) -> Iterator[CheckResult]:
        """Check that the location or the service exists, and that the token has the scopes."""
        family = "assigned" if location.is_service else "merchant_managed"
        yield from self._shop(
            *_MERCHANT_SCOPES,
            f"read_{family}_fulfillment_orders",
            f"write_{family}_fulfillment_orders",
        )
        yield from location.check()
        for limit in _MERCHANT_LIMITS:
            yield CheckResult(text=limit)

    def supplier(
        self, options: SupplierOptions, edit_policies: Mapping[str, str]
    ) -> Iterator[CheckResult]:
        """Check that the location exists, and that the token has the scopes."""
        yield from self._shop(*_SUPPLIER_SCOPES, *_scopes_of_edits(edit_policies))
        if SCOPE not in self._client.shop().scopes:
            yield CheckResult(text=_NO_EDITS)
        location_id = str(options.location)
        if location_id not in {number(location.id) for location in self._client.locations()}:
            yield CheckResult(text=f"there is no location {location_id}", is_problem=True)
        for limit in _SUPPLIER_LIMITS:
            yield CheckResult(text=limit)

    def _shop(self, *needed: str) -> Iterator[CheckResult]:
        """Sign in; check that the token has these scopes, and that the API has the set version."""
        scopes = self._client.shop().scopes
        missing = sorted({*needed} - scopes)
        if missing:
            text = f"the token lacks the scopes {', '.join(missing)}"
            yield CheckResult(text=text, is_problem=True)
        if "read_all_orders" not in scopes:
            text = "hides orders older than 60 days: the token lacks the scope read_all_orders"
            yield CheckResult(text=text)
        version = self._client.graphql.answered_version
        if version and version != self._version:
            text = f"responds with API version {version}, not {self._version}: set `version`"
            yield CheckResult(text=text, is_problem=True)


def _scopes_of_edits(policies: Mapping[str, str]) -> Iterator[str]:
    """Yield the scopes that the portal's policies for edits need."""
    if policies.get("lines") == "apply":
        yield SCOPE
    if "hold" in policies.values():
        yield HOLD_SCOPE
