"""API calls of both roles: orders by id, lists of orders, refunds and parcels.

Uses `/orders`, `/orders/<id>/refunds`, and the features that a shop may have.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from msgspec import Raw

from ordosync.accounts.pagination import LIMIT, changed_since
from ordosync.accounts.service_client import ServiceClient
from ordosync.accounts.woocommerce.order_mapping import refunded
from ordosync.accounts.woocommerce.order_metadata import order_id_of
from ordosync.accounts.woocommerce.pagination import ORDER_FIELDS, Params, ShopLists, at_of
from ordosync.accounts.woocommerce.parcels import ShownParcel, trackings
from ordosync.accounts.woocommerce.schema import OrderShape, RefundShape, read
from ordosync.accounts.woocommerce.shop_features import NO_ROUTE, ShopFeatures
from ordosync.accounts.woocommerce.tracking_providers import Fulfillments, TrackingProvider
from ordosync.errors import NotFoundError, RefusedError, UnavailableError
from ordosync.models import InvalidRecord

if TYPE_CHECKING:
    from ordosync.http import HttpClient

T = TypeVar("T")
Quantities = Mapping[int, float]
"""Quantities of lines, by the number of the line; some shops sell fractions."""
_ALL: Params = {"per_page": str(LIMIT)}


class WooCommerceClient:
    """A WooCommerce shop, as one portal uses it."""

    def __init__(self, service: ServiceClient, features: ShopFeatures) -> None:
        self.service = service
        self.features = features

    @property
    def http(self) -> "HttpClient":
        """The session."""
        return self.service.http

    @property
    def lists(self) -> ShopLists:
        """The shop's lists."""
        return ShopLists(self.http, self.service.account, self.features.repeats_hour)

    @property
    def tracking(self) -> TrackingProvider:
        """The way in which this shop shows parcels."""
        return self.features.tracking

    def shown_parcels(self, order: OrderShape) -> Sequence[ShownParcel]:
        """Return the parcels of an order that the shop shows, in all of its ways."""
        return [*trackings(order), *self.fulfillments(order)]

    def fulfillments(self, order: OrderShape) -> Sequence[ShownParcel]:
        """Return the fulfillments of an order: one call, and only if the order has some."""
        status = order.meta("_fulfillment_status")
        if status in (None, "", "no_fulfillments", "unfulfilled"):
            return ()
        return self.tracking.parcels(order) if isinstance(self.tracking, Fulfillments) else ()

    def remaining(self, order: OrderShape, *, until: datetime | None = None) -> Quantities:
        """Return the sold quantity of each line minus its refunds, which need one more call.

        Refunds made after `until` do not count.
        """
        refunds: Sequence[RefundShape] = ()
        if order.refunds:
            path = f"/wc/v3/orders/{order.id}/refunds"
            action = f"read the refunds of order {order.id}"
            refunds = self.http.get(path, list[RefundShape], action=action, params=_ALL)
        refunded_units = refunded(
            [refund for refund in refunds if until is None or refund.was_made_by(until)]
        )
        return {
            line.id: line.quantity - refunded_units.get(line.id, 0) for line in order.line_items
        }

    def changed(
        self, params: Params, cursor: str | None, *, now: datetime, action: str, ahead: int = 0
    ) -> Iterator[tuple[Sequence[OrderShape | InvalidRecord], str | None]]:
        """Yield pages of the orders that match and changed since the cursor, and the next one."""
        listed = self.lists.changed_orders(params, action)
        since = self.service.reading_ahead(listed.since, ahead)
        return changed_since(cursor, since, at_of, now=now)

    def order(self, target: str, action: str) -> OrderShape | None:
        """Return an order, or the order of a piece, as it is now; None if it was deleted.

        Raises `RefusedError` for an order that cannot be read.
        """
        order = self.order_or_invalid(target, action)
        if isinstance(order, InvalidRecord):
            raise RefusedError(self.service.account, action, order.reason)
        return order

    def order_or_invalid(self, target: str, action: str) -> OrderShape | InvalidRecord | None:
        """Return the same, or an `InvalidRecord` for an order that cannot be read."""
        order_id = order_id_of(target)
        if not order_id.isdecimal():
            return None
        raw = self.find(f"/wc/v3/orders/{order_id}", Raw, action=action)
        order = None if raw is None else read(raw, OrderShape, kind="orders")
        is_gone = isinstance(order, OrderShape) and order.status == "trash"
        return None if is_gone else order

    def find(self, path: str, shape: type[T], *, action: str) -> T | None:
        """Return the object at a path; None if it was deleted.

        A shop without the path has its plug-in switched off. That does not mean that the object
        was deleted.
        """
        try:
            return self.http.get(path, shape, action=action)
        except NotFoundError as error:
            if NO_ROUTE in error.answer:
                reason = "the path was not found; check that the plug-in WooCommerce is active"
                raise UnavailableError(self.service.account, action, reason) from error
            return None

    def orders_now(
        self, targets: Sequence[str], action: str, *, status: str = "any"
    ) -> list[OrderShape | InvalidRecord]:
        """Return these orders as they are now, 100 a call; without those in the trash."""
        ids = [
            order_id
            for order_id in dict.fromkeys(map(order_id_of, targets))
            if order_id.isdecimal()
        ]

        def ask(chunk: Sequence[str]) -> list[Raw]:
            query = {"include": ",".join(chunk), "status": status, "_fields": ORDER_FIELDS}
            return self.lists.page("/wc/v3/orders", query, 0, action)[0]

        chunks = [ids[at : at + LIMIT] for at in range(0, len(ids), LIMIT)]
        pages = self.service.map_concurrently(chunks, ask)
        return [read(raw, OrderShape, kind="orders") for page in pages for raw in page]

    def save(
        self,
        order: OrderShape,
        fields: Mapping[str, object],
        action: str,
        *,
        idempotent: bool = True,
    ) -> OrderShape:
        """Write fields of an order. Removing or adding a line is not idempotent."""
        return self.http.send(
            "PUT",
            f"/wc/v3/orders/{order.id}",
            OrderShape,
            action=action,
            json=fields,
            idempotent=idempotent,
        )
