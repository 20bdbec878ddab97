"""Options of the tracking files that a Supplier drops."""

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from ordosync.accounts.files.input_options.fields import SHIPMENT_FIELDS, UNIT_FIELDS
from ordosync.accounts.files.input_options.input_files import InputFiles
from ordosync.max_age import Weekday


@dataclass(frozen=True, kw_only=True)
class ShipmentFiles(InputFiles):
    """A Supplier's tracking files; the newest file with a parcel is used."""

    record_name: ClassVar[str] = "a shipment"
    known_fields: ClassVar[tuple[str, ...]] = (
        *SHIPMENT_FIELDS,
        *UNIT_FIELDS,
        "complete",
        "currency",
    )
    required_fields: ClassVar[tuple[str, ...]] = (
        "order_number",
        "tracking_number",
        "carrier",
        "shipped_at",
    )
    money: ClassVar[tuple[str, ...]] = ("cost",)
    times: ClassVar[tuple[str, ...]] = ("shipped_at",)
    unit_fields: ClassVar[tuple[str, ...]] = UNIT_FIELDS

    max_age: timedelta | None = None
    """Age of the newest file at which it is reported as too old; None: at no age."""
    but: tuple[Weekday, ...] = ()
    """Days that do not count for `max_age`."""
