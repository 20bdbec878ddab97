"""Options of the product files that a Merchant drops."""

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from ordosync.accounts.files.input_options.fields import ID_FIELDS, PRODUCT_FIELDS
from ordosync.accounts.files.input_options.input_files import InputFiles
from ordosync.max_age import Weekday


@dataclass(frozen=True, kw_only=True)
class ProductFiles(InputFiles):
    """A Merchant's product files; the newest file with a SKU is used."""

    record_name: ClassVar[str] = "a product"
    known_fields: ClassVar[tuple[str, ...]] = PRODUCT_FIELDS
    required_fields: ClassVar[tuple[str, ...]] = ("sku",)
    own_fields: ClassVar[tuple[str, ...]] = (*ID_FIELDS, "sku")

    max_age: timedelta | None = None
    """Age of the newest file at which it is reported as too old; None: at no age."""
    but: tuple[Weekday, ...] = ()
    """Days that do not count for `max_age`."""
