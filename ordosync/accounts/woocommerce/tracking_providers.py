"""How a shop shows its customers what was sent: three ways, of which a shop has one.

Fulfillments are the shop's own since 10.1, if they are switched on; they say which lines are in a
parcel. The extension Shipment Tracking, or its rival, has a list of numbers for an order. Where
there is neither, a note has to do. None of them asks whether a parcel is there already.
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
    NoteShape,
    OrderShape,
    TrackingShape,
)
from ordosync.errors import NotFoundError

if TYPE_CHECKING:
    from ordosync.http import HttpClient

_OF = "_ordosync_of"


class Tracking(ABC):
    """A way to show parcels."""

    words: ClassVar[str]

    def __init__(self, http: "HttpClient", *, tells_buyer: bool) -> None:
        self.http = http
        self.tells_buyer = tells_buyer

    @abstractmethod
    def seen(self, order: OrderShape) -> Sequence[Seen]:
        """Read what is shown."""

    @abstractmethod
    def show(self, order: OrderShape, parcel: Parcel, lines: Lines, known: Sequence[Seen]) -> Seen:
        """Show a parcel that is not in `known` yet."""

    def hide(  # noqa: B027 - a note stays
        self, order: OrderShape, parcel: Parcel, lines: Lines
    ) -> None:
        """Show a number that is void no more."""

    def plan(  # noqa: B027 - the others have no place for it
        self, order: OrderShape, parts: Sequence[Part]
    ) -> None:
        """Show pieces that are not sent yet, as far as that can be shown."""


class Fulfillments(Tracking):
    """The shop's own way."""

    words = "fulfillments, with the lines of each parcel"

    def __init__(
        self, http: "HttpClient", *, tells_buyer: bool, zone: Callable[[], tzinfo]
    ) -> None:
        super().__init__(http, tells_buyer=tells_buyer)
        self._zone = zone
        """Returns the time zone of the shop, which may have to be asked for."""

    def seen(self, order: OrderShape) -> Sequence[Seen]:
        """Read what is shown, what is only planned as well."""
        found: list[FulfillmentShape] | FulfillmentsShape = self.http.get(
            _fulfillments(order.id), _LISTED, action=f"read the parcels of order {order.id}"
        )
        listed = found.fulfillments if isinstance(found, FulfillmentsShape) else found
        return [self._seen(one) for one in listed if one.date_deleted is None]

    def show(self, order: OrderShape, parcel: Parcel, lines: Lines, known: Sequence[Seen]) -> Seen:
        """Add a parcel, or send the one that was planned.

        One of nothing is refused: where the order has no line of the Supplier's any more, since
        its products were given to others or paid back, a note has to do.
        """
        if not lines:
            way = Notes(self.http, tells_buyer=self.tells_buyer)
            return way.show(order, parcel, lines, known)
        fields = {
            "_tracking_number": parcel.number,
            # The documents have both names, and which is read depends on the version.
            "_shipment_provider": parcel.carrier,
            "_shipping_provider": parcel.carrier,
            # Without a zone it is taken for the time of the shop.
            "_date_fulfilled": f"{parcel.shipped_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        }
        body = _body(parcel.of, lines, fields)
        planned = next((one for one in known if one.of == parcel.of and not one.number), None)
        notify = "?notify_customer=true" if self.tells_buyer else ""
        made = self.http.send(
            "PUT" if planned else "POST",
            f"{_fulfillments(order.id)}{f'/{planned.id}' if planned else ''}{notify}",
            MadeFulfillmentShape,
            action=f"add tracking {parcel.number} to order {parcel.of}",
            json=body,
        )
        made_id = made.fulfillment.id if made.fulfillment else made.id
        return Seen(id=str(made_id or ""), number=parcel.number, of=parcel.of)

    def hide(self, order: OrderShape, parcel: Parcel, lines: Lines) -> None:
        """Leave the parcel without a number: what it was of is sent all the same."""
        self.http.send(
            "PUT",
            f"{_fulfillments(order.id)}/{parcel.shown}",
            NoneType,
            action=f"void tracking {parcel.number} of order {parcel.of}",
            json=_body(parcel.of, lines, {}),
            idempotent=True,
        )

    def plan(self, order: OrderShape, parts: Sequence[Part]) -> None:
        """Add each piece as a parcel that waits, in place of the one that was split."""
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
        """Read when a parcel was sent: shops before 11.0 write their own time, without a zone."""
        try:
            at = datetime.fromisoformat(text)
        except ValueError:
            return None
        return at if at.tzinfo else at.replace(tzinfo=self._zone())


class Extension(Tracking):
    """The extension Shipment Tracking, or one that answers as it does."""

    words = "the Shipment Tracking extension: number, carrier and day"

    def __init__(self, http: "HttpClient", *, tells_buyer: bool, namespace: str) -> None:
        super().__init__(http, tells_buyer=tells_buyer)
        self._namespace = namespace

    def seen(self, order: OrderShape) -> Sequence[Seen]:
        """Read what is shown, out of the order itself."""
        return trackings(order)

    def show(
        self,
        order: OrderShape,
        parcel: Parcel,
        lines: Lines,  # noqa: ARG002 - it does not say what is in a parcel
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
        lines: Lines,  # noqa: ARG002 - it does not say what is in a parcel
    ) -> None:
        """Take the number away."""
        if any(one.id == parcel.shown for one in self.seen(order)):
            self.http.send(
                "DELETE",
                f"{self._path(order)}/{parcel.shown}",
                NoneType,
                action=f"void tracking {parcel.number} of order {parcel.of}",
            )

    def _path(self, order: OrderShape) -> str:
        return f"/{self._namespace}/orders/{order.id}/shipment-trackings"


class Notes(Tracking):
    """A remark on the order, by which the customer is mailed."""

    words = "a note on the order, for want of fulfillments and of the Shipment Tracking extension"

    def seen(self, order: OrderShape) -> Sequence[Seen]:  # noqa: ARG002 - a note is no parcel
        """Return nothing: people's notes are not read."""
        return []

    def show(
        self,
        order: OrderShape,
        parcel: Parcel,
        lines: Lines,  # noqa: ARG002 - a note names no lines
        known: Sequence[Seen],  # noqa: ARG002 - nothing is planned
    ) -> Seen:
        """Write a note, if it is not there."""
        method = f" {parcel.method}" if parcel.method else ""
        text = f"Shipped by {parcel.carrier}{method}, tracking number {parcel.number}"
        say_once(self.http, order.id, text, to_buyer=self.tells_buyer)
        return Seen(id="", number=parcel.number)


def say_once(http: "HttpClient", order_id: int | str, text: str, *, to_buyer: bool = False) -> None:
    """Put a remark on an order, if it is not there; one to the buyer is mailed."""
    path = f"/wc/v3/orders/{order_id}/notes"
    try:
        known = http.get(path, list[NoteShape], action=f"read the notes of order {order_id}")
    except NotFoundError:
        return
    if not any(one.note.split() == text.split() for one in known):
        body = {"note": text, "customer_note": to_buyer}
        http.send("POST", path, NoteShape, action=f"put a note on order {order_id}", json=body)


_LISTED: Any = list[FulfillmentShape] | FulfillmentsShape
_WAITS: Mapping[str, object] = {"status": "unfulfilled", "is_fulfilled": False}
_SENT: Mapping[str, object] = {"status": "fulfilled", "is_fulfilled": True}


def _fulfillments(order_id: int) -> str:
    return f"/wc/v3/orders/{order_id}/fulfillments"


def _body(of: str, lines: Lines, fields: Mapping[str, str]) -> Mapping[str, object]:
    items = [{"item_id": line, "qty": quantity} for line, quantity in lines.items()]
    meta: list[Mapping[str, object]] = [{"key": "_items", "value": items}]
    meta += [{"key": key, "value": value} for key, value in {_OF: of, **fields}.items()]
    return {**_SENT, "meta_data": meta}
