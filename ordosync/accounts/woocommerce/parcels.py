"""Parcels as a shop shows them, and their parsing from the fields of an order."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from math import ceil

import msgspec

from ordosync.accounts.woocommerce.schema import OrderShape, TrackingShape, parse_time

Lines = Mapping[int, int]
"""Units of lines, by the number of the line."""

CARRIERS = {"ups": "UPS", "usps": "USPS", "fedex": "FedEx"}
"""Carriers whose tracking page every shop links to."""

_SLUG = re.compile(r"[a-z]+(-[a-z]+)*")
_LONGEST_ABBREVIATION = 3


@dataclass(frozen=True, kw_only=True)
class ShownParcel:
    """A parcel, sent or planned, as the shop shows it."""

    id: str
    number: str
    carrier: str = ""
    shipped_at: datetime | None = None
    lines: Lines | None = None
    """Units of the lines in it; None if they are unknown."""
    is_sent: bool = True
    """False while it is only planned."""
    of: str = ""
    """The order or piece for which ordosync created it; empty if others created it."""
    link: str = ""
    """The page of the parcel at its carrier."""


def trackings(order: OrderShape) -> list[ShownParcel]:
    """Return the parcels that the extension has written into an order, newest last.

    After a deletion PHP's array has a gap, and is an object in JSON in place of a list.
    """
    value = order.meta("_wc_shipment_tracking_items")
    entries = [*value.values()] if isinstance(value, dict) else value
    parcels = []
    for entry in entries if isinstance(entries, list) else []:
        try:
            item = msgspec.convert(entry, TrackingShape)
        except msgspec.ValidationError:
            continue
        parcels.append(
            ShownParcel(
                id=item.tracking_id,
                number=item.tracking_number,
                carrier=carrier_of(item.tracking_provider) or item.custom_tracking_provider,
                shipped_at=_day(item.date_shipped),
                lines=units_of(item.products_list) or None,
            )
        )
    return parcels


def units_of(value: object) -> Lines:
    """Return the units of lines in a list of items; fractions are rounded up."""
    units: dict[int, int] = {}
    for item in value if isinstance(value, list) else []:
        if isinstance(item, dict) and str(item.get("item_id")).isdecimal():
            line = int(item["item_id"])
            units[line] = units.get(line, 0) + _count(item.get("qty"))
    return units


def _count(value: object) -> int:
    try:
        return max(ceil(float(str(value))), 0)
    except (ValueError, OverflowError):
        return 0


def carrier_of(text: str) -> str:
    """Return the name of a carrier; shops keep a slug such as `dhl-de` or `royal-mail`."""
    if not _SLUG.fullmatch(text):
        return text
    words = text.split("-")
    return CARRIERS.get(text) or " ".join(
        word.upper() if len(word) <= _LONGEST_ABBREVIATION else word.capitalize() for word in words
    )


def text_of(value: object) -> str:
    """Return a field as text, blank if it is null."""
    return "" if value is None else str(value)


def _day(value: str | int) -> datetime | None:
    text = str(value)
    if text.isdecimal():
        return datetime.fromtimestamp(int(text), UTC)
    return parse_time(text)
