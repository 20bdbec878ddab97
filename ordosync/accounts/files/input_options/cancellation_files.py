"""Options of the files with cancellations that a Merchant drops."""

from dataclasses import dataclass
from typing import ClassVar

from ordosync.accounts.files.input_options.fields import UNIT_FIELDS
from ordosync.accounts.files.input_options.input_files import InputFiles


@dataclass(frozen=True, kw_only=True)
class CancellationFiles(InputFiles):
    """The numbers of orders that a Merchant has cancelled, or of which it cancelled units."""

    record_name: ClassVar[str] = "a cancellation"
    known_fields: ClassVar[tuple[str, ...]] = ("order_number", *UNIT_FIELDS)
    required_fields: ClassVar[tuple[str, ...]] = ("order_number",)
    unit_fields: ClassVar[tuple[str, ...]] = UNIT_FIELDS
