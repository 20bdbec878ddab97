"""Which of a Merchant's fulfillment orders and products are this portal's Supplier's."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from ordosync.accounts.account import Finding
from ordosync.accounts.shopify.client import LocationShape, Side, metafield
from ordosync.accounts.shopify.ids import gid, number
from ordosync.accounts.shopify.schema import ProductShape
from ordosync.errors import RefusedError


@dataclass(frozen=True, kw_only=True)
class MerchantOptions:
    """What a portal says about its Merchant: one of `location` and `service`."""

    location: int | None = None
    """The id of the location whose fulfillment orders are the Supplier's."""
    service: str | None = None
    """The handle or name of the fulfillment service that is the Supplier: its requests are
    accepted and answered."""
    vendor: str | None = None
    """Products are the Supplier's if this is their vendor; by default if they are stocked at its
    location."""
    product_tag: str | None = None
    """The same by a tag of theirs."""
    notify_customer: bool = True
    """Whether the shop writes to the buyer when a parcel was sent."""

    def __post_init__(self) -> None:
        if (self.location is None) == (self.service is None):
            raise ValueError("say either `location` or `service`")


class Placed(Side):
    """A shop in which a Supplier has a place."""

    def __init__(self, *, name: str, spool: Path, concurrency: int) -> None:
        super().__init__(name=name, spool=spool, concurrency=concurrency)
        self._place = ""

    @property
    def options(self) -> MerchantOptions:
        """What the portal says."""
        return self.pair if isinstance(self.pair, MerchantOptions) else MerchantOptions(location=0)

    @property
    def is_service(self) -> bool:
        """Whether the Supplier is asked, and answers."""
        return self.options.service is not None

    @property
    def place(self) -> str:
        """The id of the location. Raises `RefusedError` where the service is not there."""
        if not self._place:
            found = self._found_place()
            if found is None:
                action = f"look for the fulfillment service {self.options.service}"
                raise RefusedError(f"account {self.name}", action, "it is not there")
            self._place = found
        return self._place

    @property
    def location(self) -> str:
        """What Shopify calls the location."""
        return gid("Location", self.place)

    def _found_place(self) -> str | None:
        if self.options.location is not None:
            return str(self.options.location)
        wanted = self.options.service
        for one in self.locations():
            service = one.fulfillment_service
            if service and wanted in (service.handle, service.service_name):
                return number(one.id)
        return None

    def check_place(self) -> Iterator[Finding]:
        """Look whether the location is there."""
        place = self._found_place()
        if place is None:
            text = f"there is no fulfillment service {self.options.service}"
            yield Finding(text=text, is_problem=True)
            return
        found = next((one for one in self.locations() if number(one.id) == place), None)
        if found is None:
            yield Finding(text=f"there is no location {place}", is_problem=True)
        elif not found.is_active:
            yield Finding(text=f"location {found.name} is not active", is_problem=True)
        elif found.fulfillment_service and not self.is_service and _is_app(found):
            text = f"location {found.name} is a fulfillment service: say `service`"
            yield Finding(text=text, is_problem=True)

    def is_here(self, location: str) -> bool:
        """Whether this is the Supplier's location."""
        return number(location) == self.place

    def is_ours(self, product: ProductShape, *, stocked: bool) -> bool:
        """Whether a product is this Supplier's."""
        vendor, tag = self.options.vendor, self.options.product_tag
        if vendor is not None and product.vendor.casefold() != vendor.casefold():
            return False
        if tag is not None and tag.casefold() not in {one.casefold() for one in product.tags}:
            return False
        return stocked or vendor is not None or tag is not None

    @property
    def kept_as(self) -> Mapping[str, str]:
        """Under which keys there is what ordosync keeps with an order, by what it is."""
        return {what: f"{what}_{self.place}" for what in ("sent", "split", "void")}

    def kept(self, order: str, what: str, value: object) -> Mapping[str, str]:
        """Return what is to be kept with an order, as it is written."""
        return metafield(order, self.kept_as[what], msgspec.json.encode(value).decode())


def _is_app(location: LocationShape) -> bool:
    service = location.fulfillment_service
    return service is not None and service.handle != "manual"
