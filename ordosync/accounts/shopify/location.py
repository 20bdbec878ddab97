"""The Supplier's location in a Merchant's shop. It selects the fulfillment orders and products."""

from collections.abc import Iterator, Mapping

import msgspec

from ordosync.accounts.account import CheckResult
from ordosync.accounts.shopify.client import ShopifyClient, metafield
from ordosync.accounts.shopify.ids import gid, number
from ordosync.accounts.shopify.options import MerchantOptions
from ordosync.accounts.shopify.schema import Location, ShopProduct
from ordosync.errors import RefusedError


class SupplierLocation:
    """The location from which a Supplier ships a Merchant's orders."""

    def __init__(self, client: ShopifyClient, options: MerchantOptions) -> None:
        self._client = client
        self._options = options
        self._id = ""

    @property
    def is_service(self) -> bool:
        """True if the Supplier is a fulfillment service, which receives and answers requests."""
        return self._options.service is not None

    @property
    def id(self) -> str:
        """The number of the location. Raises `RefusedError` if the service does not exist."""
        if not self._id:
            id_ = self._find()
            if id_ is None:
                action = f"find the fulfillment service {self._options.service}"
                raise RefusedError(self._client.service.account, action, "it does not exist")
            self._id = id_
        return self._id

    @property
    def gid(self) -> str:
        """The location's id at Shopify."""
        return gid("Location", self.id)

    @property
    def search_term(self) -> str:
        """The term of a search for fulfillment orders that are assigned to this location."""
        return f"assigned_location_id:{self.id}"

    def _find(self) -> str | None:
        if self._options.location is not None:
            return str(self._options.location)
        for location in self._client.locations():
            service = location.fulfillment_service
            if service and self._options.service in (service.handle, service.service_name):
                return number(location.id)
        return None

    def check(self) -> Iterator[CheckResult]:
        """Check that the location exists and is active."""
        id_ = self._find()
        if id_ is None:
            text = f"there is no fulfillment service {self._options.service}"
            yield CheckResult(text=text, is_problem=True)
            return
        locations = self._client.locations()
        location = next((location for location in locations if number(location.id) == id_), None)
        if location is None:
            yield CheckResult(text=f"there is no location {id_}", is_problem=True)
        elif not location.is_active:
            yield CheckResult(text=f"location {location.name} is not active", is_problem=True)
        elif not self.is_service and _is_app(location):
            text = f"location {location.name} is a fulfillment service: set `service`"
            yield CheckResult(text=text, is_problem=True)

    def is_at(self, location: str) -> bool:
        """True if this is the id of the Supplier's location."""
        return number(location) == self.id

    def has_product(self, product: ShopProduct, *, is_stocked: bool) -> bool:
        """True if a product is this Supplier's."""
        vendor, tag = self._options.vendor, self._options.product_tag
        if vendor is not None and product.vendor.casefold() != vendor.casefold():
            return False
        if tag is not None and tag.casefold() not in {
            product_tag.casefold() for product_tag in product.tags
        }:
            return False
        return is_stocked or vendor is not None or tag is not None

    @property
    def metafield_keys(self) -> Mapping[str, str]:
        """The keys of the metafields in which ordosync keeps the history of an order."""
        return {key: f"{key}_{self.id}" for key in ("sent", "split", "void", "parcels", "held")}

    def metafield(self, order: str, key: str, value: object) -> Mapping[str, str]:
        """Return one of these metafields as the input of a mutation."""
        return metafield(order, self.metafield_keys[key], msgspec.json.encode(value).decode())


def _is_app(location: Location) -> bool:
    service = location.fulfillment_service
    return service is not None and service.handle != "manual"
