"""Ways in which a shop shows parcels to its customers: a shop has one of three.

Fulfillments are the shop's own since 10.1, if they are switched on. They say which lines are in a
parcel. The extension Shipment Tracking, or its rival, has a list of numbers for an order. In a
shop with neither, a note shows the number. No way checks if a parcel is there already.
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
    Seen,
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

    words: ClassVar[str]

    def __init__(self, http: "HttpClient", *, notify_customer: bool) -> None:
        self.http = http
        self.notify_customer = notify_customer

    @abstractmethod
    def seen(self, order: OrderShape) -> Sequence[Seen]:
        """Return the parcels of an order that the shop shows."""

    @abstractmethod
    def show(self, order: OrderShape, parcel: Parcel, lines: Lines, known: Sequence[Seen]) -> Seen:
        """Show a parcel that is not in `known` yet."""

    @abstractmethod
    def hide(self, order: OrderShape, parcel: Parcel, lines: Lines) -> None:
        """Stop showing a number that is void."""

    @abstractmethod
    def plan(self, order: OrderShape, parts: Sequence[Part]) -> None:
        """Show pieces that are not sent yet, if the shop can."""


class Fulfillments(TrackingProvider):
    """Fulfillments of the shop, one for a parcel or a planned piece."""

    words = "fulfillments, with the lines of each parcel"

    def __init__(
        self, http: "HttpClient", *, notify_customer: bool, zone: Callable[[], tzinfo]
    ) -> None:
        super().__init__(http, notify_customer=notify_customer)
        self._zone = zone
        """Returns the time zone of the shop, which may take a call."""

    def seen(self, order: OrderShape) -> Sequence[Seen]:
        """Return the fulfillments of an order, planned ones included."""
        found: list[FulfillmentShape] | FulfillmentsShape = self.http.get(
            _fulfillments(order.id), _LISTED, action=f"read the parcels of order {order.id}"
        )
        listed = found.fulfillments if isinstance(found, FulfillmentsShape) else found
        return [self._seen(one) for one in listed if one.date_deleted is None]

    def show(self, order: OrderShape, parcel: Parcel, lines: Lines, known: Sequence[Seen]) -> Seen:
        """Add a fulfillment, or mark the planned one as sent.

        The shop refuses a fulfillment without lines, so a note shows the number then. The order
        may have no line of the Supplier any more, if its products were given to others or
        refunded.
        """
        if not lines:
            notes = Notes(self.http, notify_customer=self.notify_customer)
            return notes.show(order, parcel, lines, known)
        planned = next((one for one in known if one.of == parcel.of and not one.number), None)
        notify = "?notify_customer=true" if self.notify_customer else ""
        made = self.http.send(
            "PUT" if planned else "POST",
            f"{_fulfillments(order.id)}{f'/{planned.id}' if planned else ''}{notify}",
            MadeFulfillmentShape,
            action=f"add tracking {parcel.number} to order {parcel.of}",
            json=_body(parcel.of, lines, _fields_of(parcel)),
        )
        made_id = made.fulfillment.id if made.fulfillment else made.id
        return Seen(id=str(made_id or ""), number=parcel.number, of=parcel.of)

    def hide(self, order: OrderShape, parcel: Parcel, lines: Lines) -> None:
        """Remove the number only: the lines of the parcel are sent all the same."""
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
        known = {one.of: one for one in self.seen(order) if one.of}
        for part in parts:
            if part.id not in known:
                body = {**_body(part.id, part.lines, {}), **_WAITS}
                action = f"show piece {part.id}"
                self.http.send("POST", _fulfillments(order.id), NoneType, action=action, json=body)
        above = known.get(parts[0].id.rpartition("/")[0])
        if above:
            action = f"show the pieces of {above.of}"
            self.http.send(
                "DELETE", f"{_fulfillments(order.id)}/{above.id}", NoneType, action=action
            )

    def _seen(self, one: FulfillmentShape) -> Seen:
        carrier = one.meta("_shipment_provider") or one.meta("_shipping_provider")
        is_sent = str(one.is_fulfilled).casefold() in ("1", "true")
        return Seen(
            id=str(one.id),
            number=text_of(one.meta("_tracking_number")) if is_sent else "",
            carrier=carrier_of(text_of(carrier)),
            shipped_at=self._moment(text_of(one.meta("_date_fulfilled"))),
            lines=units_of(one.meta("_items")),
            is_sent=is_sent,
            of=text_of(one.meta(_OF)),
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

    words = "the Shipment Tracking extension: number, carrier and day"

    def __init__(self, http: "HttpClient", *, notify_customer: bool, namespace: str) -> None:
        super().__init__(http, notify_customer=notify_customer)
        self._namespace = namespace

    def seen(self, order: OrderShape) -> Sequence[Seen]:
        """Return the numbers that the order itself has."""
        return trackings(order)

    def show(
        self,
        order: OrderShape,
        parcel: Parcel,
        lines: Lines,  # noqa: ARG002 - it has no lines of a parcel
        known: Sequence[Seen],  # noqa: ARG002 - nothing is planned
    ) -> Seen:
        """Add a number."""
        is_known = parcel.carrier.casefold() in CARRIERS
        made = self.http.send(
            "POST",
            self._path(order),
            TrackingShape,
            action=f"add tracking {parcel.number} to order {parcel.of}",
            json={
                "tracking_number": parcel.number,
                "tracking_provider" if is_known else "custom_tracking_provider": parcel.carrier,
                "date_shipped": parcel.shipped_at.date().isoformat(),
            },
        )
        return Seen(id=made.tracking_id, number=parcel.number)

    def hide(
        self,
        order: OrderShape,
        parcel: Parcel,
        lines: Lines,  # noqa: ARG002 - it has no lines of a parcel
    ) -> None:
        """Delete the number."""
        if any(one.id == parcel.shown for one in self.seen(order)):
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
    """Notes on the order, which the shop mails to the customer."""

    words = "a note on the order, for want of fulfillments and of the Shipment Tracking extension"

    def seen(self, order: OrderShape) -> Sequence[Seen]:  # noqa: ARG002 - a note is no parcel
        """Return nothing: notes of users are not parsed."""
        return []

    def show(
        self,
        order: OrderShape,
        parcel: Parcel,
        lines: Lines,  # noqa: ARG002 - a note names no lines
        known: Sequence[Seen],  # noqa: ARG002 - nothing is planned
    ) -> Seen:
        """Add a note, unless the order has it."""
        method = f" {parcel.method}" if parcel.method else ""
        text = f"Shipped by {parcel.carrier}{method}, tracking number {parcel.number}"
        add_note(self.http, order.id, text, to_buyer=self.notify_customer)
        return Seen(id="", number=parcel.number)

    def hide(self, order: OrderShape, parcel: Parcel, lines: Lines) -> None:
        """Do nothing: a note stays."""

    def plan(self, order: OrderShape, parts: Sequence[Part]) -> None:
        """Do nothing: there is no place for it."""


_LISTED: Any = list[FulfillmentShape] | FulfillmentsShape
_WAITS: Mapping[str, object] = {"status": "unfulfilled", "is_fulfilled": False}
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


def _body(of: str, lines: Lines, fields: Mapping[str, str]) -> Mapping[str, object]:
    items = [{"item_id": line, "qty": quantity} for line, quantity in lines.items()]
    meta: list[Mapping[str, object]] = [{"key": "_items", "value": items}]
    meta += [{"key": key, "value": value} for key, value in {_OF: of, **fields}.items()]
    return {**_SENT, "meta_data": meta}
