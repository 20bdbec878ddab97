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
    required_fields: ClassVar[tuple[str, ...]] = ("order_number", "tracking_number", "carrier")
    money: ClassVar[tuple[str, ...]] = ("cost",)
    times: ClassVar[tuple[str, ...]] = ("shipped_at",)
    unit_fields: ClassVar[tuple[str, ...]] = UNIT_FIELDS

    numbers_at: tuple[str, ...] = ()
    """The texts between several tracking numbers in one cell; empty: it has one number."""
    max_age: timedelta | None = None
    """Age of the newest file at which it is reported as too old; None: at no age."""
    but: tuple[Weekday, ...] = ()
    """Days that do not count for `max_age`."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if not all(self.numbers_at):
            raise ValueError("numbers_at: must not be empty")
        if self.numbers_at and "tracking_number" not in self.columns:
            raise ValueError("numbers_at: tracking_number needs its own column")
        if self.numbers_at and self.unit_columns:
            raise ValueError(
                "numbers_at: is not possible with columns for units, since a row does not say"
                " which units are in which parcel"
            )
