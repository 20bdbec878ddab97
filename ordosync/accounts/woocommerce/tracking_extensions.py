"""Extensions that show parcels in a shop: Shipment Tracking, and Advanced Shipment Tracking.

Both have a list of numbers for an order, each with a carrier and a day. Advanced Shipment Tracking
also has the SKUs and units of a parcel. Its API also has the path of the other one.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from types import NoneType
from typing import TYPE_CHECKING

from ordosync.accounts.woocommerce.order_metadata import Parcel, Part
from ordosync.accounts.woocommerce.parcels import CARRIERS, Lines, ShownParcel, trackings
from ordosync.accounts.woocommerce.schema import OrderShape, TrackingShape, parse_time
from ordosync.accounts.woocommerce.tracking_providers import Notes, TrackingProvider

if TYPE_CHECKING:
    from ordosync.http import HttpClient

_ACCEPTED = re.compile(r"[A-Za-z0-9 -]+")
"""The numbers that Advanced Shipment Tracking accepts; others are `not found`."""
_LAST_MONTH = 12
_DAY_FIRST, _MONTH_FIRST = "%d-%m-%Y", "%m-%d-%Y"


class Extension(TrackingProvider):
    """The extension Shipment Tracking."""

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
        place: ShownParcel | None,  # noqa: ARG002 - nothing is planned
    ) -> ShownParcel:
        """Add a number."""
        made = self.post(order, parcel, {"date_shipped": parcel.shipped_at.date().isoformat()})
        return ShownParcel(id=made.tracking_id, number=parcel.number)

    def post(self, order: OrderShape, parcel: Parcel, fields: Mapping[str, str]) -> TrackingShape:
        """Add a number with these fields; return it as the shop shows it."""
        is_standard = parcel.carrier.casefold() in CARRIERS
        return self.http.send(
            "POST",
            self._path(order),
            TrackingShape,
            action=f"add tracking {parcel.number} to order {parcel.of}",
            json={
                "tracking_number": parcel.number,
                "tracking_provider" if is_standard else "custom_tracking_provider": parcel.carrier,
                **fields,
            },
        )

    def hide(
        self,
        order: OrderShape,
        parcel: Parcel,
        lines: Lines,  # noqa: ARG002 - the extension has no lines
    ) -> None:
        """Delete the number."""
        if any(shown.id == parcel.shown for shown in self.parcels(order)):
            self.delete(order, parcel, parcel.shown)

    def delete(self, order: OrderShape, parcel: Parcel, shown_id: str) -> None:
        """Delete a number by its id."""
        action = f"void tracking {parcel.number} of order {parcel.of}"
        self.http.send("DELETE", f"{self._path(order)}/{shown_id}", NoneType, action=action)

    def plan(self, order: OrderShape, parts: Sequence[Part]) -> None:
        """Do nothing: the extension shows parcels only."""

    def _path(self, order: OrderShape) -> str:
        return f"/{self._namespace}/orders/{order.id}/shipment-trackings"


class AdvancedExtension(TrackingProvider):
    """The extension Advanced Shipment Tracking.

    `replace_tracking` would delete the numbers of other parcels, and a status would be set before
    all units are sent, so neither is sent.
    """

    description = "Advanced Shipment Tracking, with number, carrier, day, and the SKUs of a part"

    def __init__(self, http: "HttpClient", *, notify_customer: bool, namespace: str) -> None:
        super().__init__(http, notify_customer=notify_customer)
        self._numbers = Extension(http, notify_customer=notify_customer, namespace=namespace)

    def parcels(self, order: OrderShape) -> Sequence[ShownParcel]:
        """Return the parcels in the meta field of the order."""
        return self._numbers.parcels(order)

    def show(
        self, order: OrderShape, parcel: Parcel, lines: Lines, place: ShownParcel | None
    ) -> ShownParcel:
        """Add a number, with the units of a part of an order; a note shows a refused number."""
        if not _ACCEPTED.fullmatch(parcel.number):
            notes = Notes(self.http, notify_customer=self.notify_customer)
            return notes.show(order, parcel, lines, place)
        units = _units(order, lines) if parcel.lines else {}
        made = self._numbers.post(
            order, parcel, {**units, "date_shipped": _day(parcel, _DAY_FIRST)}
        )
        # Only the response says whether the shop is set to dates with the month first.
        if _is_other_day(made, parcel):
            self._numbers.delete(order, parcel, made.tracking_id)
            made = self._numbers.post(
                order, parcel, {**units, "date_shipped": _day(parcel, _MONTH_FIRST)}
            )
        return ShownParcel(id=made.tracking_id, number=parcel.number)

    def hide(self, order: OrderShape, parcel: Parcel, lines: Lines) -> None:
        """Delete the number."""
        self._numbers.hide(order, parcel, lines)

    def plan(self, order: OrderShape, parts: Sequence[Part]) -> None:
        """Do nothing: the extension shows parcels only."""


def _is_other_day(made: TrackingShape, parcel: Parcel) -> bool:
    """True if a number has another day; a difference of one day is that of time zones.

    A shop whose dates have the month first cannot store a day after the twelfth by its API.
    """
    day = parse_time(str(made.date_shipped)[:10])
    if parcel.shipped_at.day > _LAST_MONTH:
        return False
    return day is not None and abs((day.date() - parcel.shipped_at.date()).days) > 1


def _day(parcel: Parcel, form: str) -> str:
    return f"{parcel.shipped_at:{form}}"


def _units(order: OrderShape, lines: Lines) -> Mapping[str, str]:
    """Return SKUs and units as the extension takes them; nothing if a SKU would be ambiguous."""
    skus = {line.id: line.sku or "" for line in order.line_items}
    units: Counter[str] = Counter()
    for line, count in lines.items():
        units[skus.get(line, "")] += count
    if any(not sku or "," in sku for sku in units):
        return {}
    return {"sku": ",".join(units), "qty": ",".join(map(str, units.values()))}
