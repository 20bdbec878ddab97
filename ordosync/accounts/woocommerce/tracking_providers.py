"""Ways in which a shop shows parcels to its customers: each shop has one of three.

Fulfillments are part of WooCommerce since 10.1, if they are enabled. They have the lines of each
parcel. The extension Shipment Tracking, or a competitor, has a list of numbers for an order. In a
shop with neither, a note shows the number. None of them checks if it already shows a parcel.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from types import NoneType
from typing import TYPE_CHECKING, Any, ClassVar

from ordosync.accounts.woocommerce.order_metadata import Parcel, Part
from ordosync.accounts.woocommerce.parcels import (
    CARRIERS,
    Lines,
    ShownParcel,
    carrier_of,
    text_of,
    trackings,
    units_of,
)
from ordosync.accounts.woocommerce.schema import (
    FulfillmentShape,
    FulfillmentsShape,
    MadeFulfillmentShape,
    OrderShape,
    TrackingShape,
)
from ordosync.accounts.woocommerce.timeline import add_note

if TYPE_CHECKING:
    from ordosync.http import HttpClient

_OF = "_ordosync_of"


class TrackingProvider(ABC):
    """A way to show parcels."""

    description: ClassVar[str]

    def __init__(self, http: "HttpClient", *, notify_customer: bool) -> None:
        self.http = http
        self.notify_customer = notify_customer

    @abstractmethod
    def parcels(self, order: OrderShape) -> Sequence[ShownParcel]:
        """Return the parcels of an order that the shop shows."""

    @abstractmethod
    def show(
        self, order: OrderShape, parcel: Parcel, lines: Lines, shown: Sequence[ShownParcel]
    ) -> ShownParcel:
        """Show a parcel that is not in `shown` yet."""

    @abstractmethod
    def hide(self, order: OrderShape, parcel: Parcel, lines: Lines) -> None:
        """Stop showing a number that is void."""

    @abstractmethod
    def plan(self, order: OrderShape, parts: Sequence[Part]) -> None:
        """Show pieces that are not sent yet, if the shop can."""


class Fulfillments(TrackingProvider):
    """Fulfillments of the shop, one for a parcel or a planned piece."""

    description = "fulfillments, with the lines of each parcel"

    def __init__(
        self, http: "HttpClient", *, notify_customer: bool, zone: Callable[[], tzinfo]
    ) -> None:
        super().__init__(http, notify_customer=notify_customer)
        self._zone = zone
        """Returns the time zone of the shop, which may take a call."""

    def parcels(self, order: OrderShape) -> Sequence[ShownParcel]:
        """Return the fulfillments of an order, planned ones included."""
        response: list[FulfillmentShape] | FulfillmentsShape = self.http.get(
            _fulfillments(order.id), _LISTED, action=f"read the parcels of order {order.id}"
        )
        fulfillments = (
            response.fulfillments if isinstance(response, FulfillmentsShape) else response
        )
        return [
            self._parcel(fulfillment)
            for fulfillment in fulfillments
            if fulfillment.date_deleted is None
        ]

    def show(
        self, order: OrderShape, parcel: Parcel, lines: Lines, shown: Sequence[ShownParcel]
    ) -> ShownParcel:
        """Add a fulfillment, or mark the planned one as sent.

        The shop refuses a fulfillment without lines, so a note shows the number then. An order has
        no line of the Supplier left if its products were refunded, or given to another supplier.
        """
        if not lines:
            notes = Notes(self.http, notify_customer=self.notify_customer)
            return notes.show(order, parcel, lines, shown)
        planned = next((item for item in shown if item.of == parcel.of and not item.number), None)
        notify = "?notify_customer=true" if self.notify_customer else ""
        response = self.http.send(
            "PUT" if planned else "POST",
            f"{_fulfillments(order.id)}{f'/{planned.id}' if planned else ''}{notify}",
            MadeFulfillmentShape,
            action=f"add tracking {parcel.number} to order {parcel.of}",
            json=_body(parcel.of, lines, _fields_of(parcel)),
        )
        shown_id = response.fulfillment.id if response.fulfillment else response.id
        return ShownParcel(id=str(shown_id or ""), number=parcel.number, of=parcel.of)

    def hide(self, order: OrderShape, parcel: Parcel, lines: Lines) -> None:
        """Remove only the number: the lines of the parcel stay sent."""
        self.http.send(
            "PUT",
            f"{_fulfillments(order.id)}/{parcel.shown}",
            NoneType,
            action=f"void tracking {parcel.number} of order {parcel.of}",
            json=_body(parcel.of, lines, {}),
            idempotent=True,
        )

    def plan(self, order: OrderShape, parts: Sequence[Part]) -> None:
        """Add each piece as a planned fulfillment, in place of the one that was split."""
        planned = {parcel.of: parcel for parcel in self.parcels(order) if parcel.of}
        for part in parts:
            if part.id not in planned:
                body = {**_body(part.id, part.lines, {}), **_PLANNED}
                action = f"show piece {part.id}"
                self.http.send("POST", _fulfillments(order.id), NoneType, action=action, json=body)
        original = planned.get(parts[0].id.rpartition("/")[0])
        if original:
            action = f"show the pieces of {original.of}"
            self.http.send(
                "DELETE", f"{_fulfillments(order.id)}/{original.id}", NoneType, action=action
            )

    def _parcel(self, fulfillment: FulfillmentShape) -> ShownParcel:
        carrier = fulfillment.meta("_shipment_provider") or fulfillment.meta("_shipping_provider")
        is_sent = str(fulfillment.is_fulfilled).casefold() in ("1", "true")
        return ShownParcel(
            id=str(fulfillment.id),
            number=text_of(fulfillment.meta("_tracking_number")) if is_sent else "",
            carrier=carrier_of(text_of(carrier)),
            shipped_at=self._moment(text_of(fulfillment.meta("_date_fulfilled"))),
            lines=units_of(fulfillment.meta("_items")),
            is_sent=is_sent,
            of=text_of(fulfillment.meta(_OF)),
        )

    def _moment(self, text: str) -> datetime | None:
        """Parse the time of a parcel: shops before 11.0 write their own time, without an offset."""
        try:
            at = datetime.fromisoformat(text)
        except ValueError:
            return None
        return at if at.tzinfo else at.replace(tzinfo=self._zone())


class Extension(TrackingProvider):
    """The extension Shipment Tracking, or a plug-in with the same API."""

    description = "the Shipment Tracking extension, with number, carrier and day"

    def __init__(self, http: "HttpClient", *, notify_customer: bool, namespace: str) -> None:
        super().__init__(http, notify_customer=notify_customer)
        self._namespace = namespace

    def parcels(self, order: OrderShape) -> Sequence[ShownParcel]:
        """Return the parcels in the meta field of the order."""
        return trackings(order)

    def show(
        self,
        order: OrderShape,
        parcel: Parcel,
        lines: Lines,  # noqa: ARG002 - the extension has no lines
        shown: Sequence[ShownParcel],  # noqa: ARG002 - nothing is planned
    ) -> ShownParcel:
        """Add a number."""
        is_standard = parcel.carrier.casefold() in CARRIERS
        response = self.http.send(
            "POST",
            self._path(order),
            TrackingShape,
            action=f"add tracking {parcel.number} to order {parcel.of}",
            json={
                "tracking_number": parcel.number,
                "tracking_provider" if is_standard else "custom_tracking_provider": parcel.carrier,
                "date_shipped": parcel.shipped_at.date().isoformat(),
            },
        )
        return ShownParcel(id=response.tracking_id, number=parcel.number)

    def hide(
        self,
        order: OrderShape,
        parcel: Parcel,
        lines: Lines,  # noqa: ARG002 - the extension has no lines
    ) -> None:
        """Delete the number."""
        if any(shown.id == parcel.shown for shown in self.parcels(order)):
            self.http.send(
                "DELETE",
                f"{self._path(order)}/{parcel.shown}",
                NoneType,
                action=f"void tracking {parcel.number} of order {parcel.of}",
            )

    def plan(self, order: OrderShape, parts: Sequence[Part]) -> None:
        """Do nothing: the extension shows parcels only."""

    def _path(self, order: OrderShape) -> str:
        return f"/{self._namespace}/orders/{order.id}/shipment-trackings"


class Notes(TrackingProvider):
    """Notes on the order, which the shop can mail to the customer."""

    description = (
        "a note on the order, since it has no fulfillments and no Shipment Tracking extension"
    )

    def parcels(self, order: OrderShape) -> Sequence[ShownParcel]:  # noqa: ARG002 - a note is no parcel
        """Return nothing: notes of users are not parsed."""
        return []

    def show(
        self,
        order: OrderShape,
        parcel: Parcel,
        lines: Lines,  # noqa: ARG002 - a note names no lines
        shown: Sequence[ShownParcel],  # noqa: ARG002 - nothing is planned
    ) -> ShownParcel:
        """Add a note, unless the order has it."""
        method = f" {parcel.method}" if parcel.method else ""
        text = f"Shipped by {parcel.carrier}{method}, tracking number {parcel.number}"
        add_note(self.http, order.id, text, to_buyer=self.notify_customer)
        return ShownParcel(id="", number=parcel.number)

    def hide(self, order: OrderShape, parcel: Parcel, lines: Lines) -> None:
        """Do nothing: a note stays."""

    def plan(self, order: OrderShape, parts: Sequence[Part]) -> None:
        """Do nothing: a note cannot show pieces."""


_LISTED: Any = list[FulfillmentShape] | FulfillmentsShape
_PLANNED: Mapping[str, object] = {"status": "unfulfilled", "is_fulfilled": False}
_SENT: Mapping[str, object] = {"status": "fulfilled", "is_fulfilled": True}


def _fulfillments(order_id: int) -> str:
    return f"/wc/v3/orders/{order_id}/fulfillments"


def _fields_of(parcel: Parcel) -> Mapping[str, str]:
    return {
        "_tracking_number": parcel.number,
        # The documentation has both names. The version of the shop decides which is read.
        "_shipment_provider": parcel.carrier,
        "_shipping_provider": parcel.carrier,
        # The shop reads a time without an offset in its own time zone.
        "_date_fulfilled": f"{parcel.shipped_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
    }


def _body(target: str, lines: Lines, fields: Mapping[str, str]) -> Mapping[str, object]:
    items = [{"item_id": line, "qty": quantity} for line, quantity in lines.items()]
    meta: list[Mapping[str, object]] = [{"key": "_items", "value": items}]
    meta += [{"key": key, "value": value} for key, value in {_OF: target, **fields}.items()]
    return {**_SENT, "meta_data": meta}
