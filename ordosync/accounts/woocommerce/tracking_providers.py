"""Ways in which a shop shows parcels to its customers: each shop has one of four.

Fulfillments are part of WooCommerce since 10.1, if they are enabled. They have the lines of each
parcel. An extension (`tracking_extensions`) has a list of numbers for an order. In a shop with
neither, a note shows the number. No way prevents that a parcel is shown twice.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from types import NoneType
from typing import TYPE_CHECKING, Any, ClassVar

from ordosync.accounts.woocommerce.order_metadata import Parcel, Part
from ordosync.accounts.woocommerce.parcels import (
    Lines,
    ShownParcel,
    carrier_of,
    text_of,
    units_of,
)
from ordosync.accounts.woocommerce.schema import (
    FulfillmentShape,
    FulfillmentsShape,
    MadeFulfillmentShape,
    OrderShape,
)
from ordosync.accounts.woocommerce.timeline import add_note
from ordosync.accounts.woocommerce.tracking_links import TrackingLinks

if TYPE_CHECKING:
    from ordosync.http import HttpClient

_OF = "_ordosync_of"


class TrackingProvider(ABC):
    """A way to show parcels."""

    description: ClassVar[str]
    has_lines: ClassVar[bool] = False
    """True if it shows the units of a parcel by line."""

    def __init__(self, http: "HttpClient", *, notify_customer: bool) -> None:
        self.http = http
        self.notify_customer = notify_customer

    @abstractmethod
    def parcels(self, order: OrderShape) -> Sequence[ShownParcel]:
        """Return the parcels of an order that the shop shows."""

    @abstractmethod
    def show(
        self, order: OrderShape, parcel: Parcel, lines: Lines, place: ShownParcel | None
    ) -> ShownParcel:
        """Show a parcel that is not shown yet, in the place of a planned or void one."""

    def change(self, order: OrderShape, parcel: Parcel, lines: Lines) -> ShownParcel:  # noqa: ARG002
        """Change the units of a shown parcel, without a mail to the buyer."""
        return ShownParcel(id=parcel.shown, number=parcel.number)

    def remove(self, order: OrderShape, shown_id: str) -> None:  # noqa: B027 - others show no units
        """Stop showing a void parcel whose units are in another one, if the shop shows units."""

    @abstractmethod
    def hide(self, order: OrderShape, parcel: Parcel, lines: Lines) -> None:
        """Stop showing a number that is void."""

    @abstractmethod
    def plan(self, order: OrderShape, parts: Sequence[Part]) -> None:
        """Show pieces that are not sent yet, if the shop can."""


class Fulfillments(TrackingProvider):
    """Fulfillments of the shop, one for a parcel or a planned piece."""

    description = "fulfillments, with the lines of each parcel"
    has_lines = True

    def __init__(
        self, http: "HttpClient", *, notify_customer: bool, zone: Callable[[], tzinfo]
    ) -> None:
        super().__init__(http, notify_customer=notify_customer)
        self._zone = zone
        """Returns the time zone of the shop, which may take a call."""
        self._links = TrackingLinks(http)

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
        self, order: OrderShape, parcel: Parcel, lines: Lines, place: ShownParcel | None
    ) -> ShownParcel:
        """Add a fulfillment, or mark the planned one as sent.

        The shop refuses a fulfillment without lines. So a note shows the number of a parcel with
        unknown units, and of an order without a line of the Supplier, whose products were refunded
        or given to another supplier.
        """
        if not lines:
            notes = Notes(self.http, notify_customer=self.notify_customer)
            return notes.show(order, parcel, lines, place)
        place = self._find(order, place.id if place else "")
        link = self._links.find(order.id, parcel.carrier, parcel.number)
        return self._write(order, parcel, lines, place, link=link, notify=self.notify_customer)

    def change(self, order: OrderShape, parcel: Parcel, lines: Lines) -> ShownParcel:
        """Write the units of a fulfillment, or add it for a number that only a note shows."""
        if not lines:
            return super().change(order, parcel, lines)
        shown = self._find(order, parcel.shown)
        link = shown.link if shown else ""
        return self._write(order, parcel, lines, shown, link=link, notify=False)

    def _write(
        self,
        order: OrderShape,
        parcel: Parcel,
        lines: Lines,
        place: ShownParcel | None,
        *,
        link: str,
        notify: bool,
    ) -> ShownParcel:
        fields = {**_fields_of(parcel), **({"_tracking_url": link} if link else {})}
        response = self.http.send(
            "PUT" if place else "POST",
            f"{_fulfillments(order.id)}{f'/{place.id}' if place else ''}"
            f"{'?notify_customer=true' if notify else ''}",
            MadeFulfillmentShape,
            action=f"add tracking {parcel.number} to order {parcel.of}",
            json=_body(parcel.of, lines, fields),
        )
        made_id = response.fulfillment.id if response.fulfillment else response.id
        return ShownParcel(id=str(made_id or ""), number=parcel.number, of=parcel.of, link=link)

    def remove(self, order: OrderShape, shown_id: str) -> None:
        """Delete the fulfillment of a void parcel."""
        action = f"remove a void parcel of order {order.id}"
        self.http.send(
            "DELETE",
            f"{_fulfillments(order.id)}/{shown_id}",
            NoneType,
            action=action,
            idempotent=True,
        )

    def hide(self, order: OrderShape, parcel: Parcel, lines: Lines) -> None:
        """Remove only the number: the lines of the parcel stay sent."""
        if self._find(order, parcel.shown) is None:
            return
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
        if original and not original.is_sent:
            action = f"show the pieces of {original.of}"
            self.http.send(
                "DELETE", f"{_fulfillments(order.id)}/{original.id}", NoneType, action=action
            )

    def _find(self, order: OrderShape, shown_id: str) -> ShownParcel | None:
        """Return a fulfillment that the shop did not delete; None if there is none.

        A change of a deleted fulfillment is refused, or confirmed and not saved.
        """
        parcels = self.parcels(order) if shown_id else ()
        return next((parcel for parcel in parcels if parcel.id == shown_id), None)

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
            link=text_of(fulfillment.meta("_tracking_url")),
        )

    def _moment(self, text: str) -> datetime | None:
        """Parse the time of a parcel: shops before 11.0 write their own time, without an offset."""
        try:
            at = datetime.fromisoformat(text)
        except ValueError:
            return None
        return at if at.tzinfo else at.replace(tzinfo=self._zone())


class Notes(TrackingProvider):
    """Notes on the order, which the shop can mail to the customer."""

    description = (
        "a note on the order, since it has no fulfillments and no Shipment Tracking extension"
    )

    def parcels(self, order: OrderShape) -> Sequence[ShownParcel]:  # noqa: ARG002 - notes are not parcels
        """Return nothing: notes of users are not parsed."""
        return []

    def show(
        self,
        order: OrderShape,
        parcel: Parcel,
        lines: Lines,
        place: ShownParcel | None,  # noqa: ARG002 - nothing is planned
    ) -> ShownParcel:
        """Add a note, unless the order has it. It lists the units of a part of an order."""
        method = f" {parcel.method}" if parcel.method else ""
        units = f": {_named(order, lines)};" if parcel.lines else ","
        text = f"Shipped by {parcel.carrier}{method}{units} tracking number {parcel.number}"
        add_note(self.http, order.id, text, to_buyer=self.notify_customer)
        return ShownParcel(id="", number=parcel.number)

    def hide(self, order: OrderShape, parcel: Parcel, lines: Lines) -> None:
        """Do nothing: a note stays."""

    def plan(self, order: OrderShape, parts: Sequence[Part]) -> None:
        """Do nothing: a note cannot show pieces."""


def shows_number(note: str, number: str) -> bool:
    """True if a note of ordosync shows a parcel with this number."""
    return note.startswith("Shipped by ") and note.endswith(f" tracking number {number}")


def _named(order: OrderShape, lines: Lines) -> str:
    """Return units with the SKUs of their lines, as text."""
    names = {line.id: line.sku or line.name or "" for line in order.line_items}
    return ", ".join(f"{count} {names.get(line, '')}" for line, count in lines.items())


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
    values = {"_items": items, _OF: target, **fields}
    # WooCommerce 10.5 ignores a new field without an id.
    meta = [{"id": 0, "key": key, "value": value} for key, value in values.items()]
    return {**_SENT, "meta_data": meta}
