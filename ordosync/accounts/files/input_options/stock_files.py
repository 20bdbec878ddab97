"""Options of the stock files that a Supplier drops."""

from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import ClassVar, Literal

from ordosync.accounts.files.input_options.fields import ID_FIELDS
from ordosync.accounts.files.input_options.input_files import InputFiles
from ordosync.max_age import Weekday, WhenStale


@dataclass(frozen=True, kw_only=True)
class StockFiles(InputFiles):
    """A Supplier's stock files; the newest file with a SKU is used."""

    record_name: ClassVar[str] = "a product's stock"
    known_fields: ClassVar[tuple[str, ...]] = ("sku", "quantity", "as_of")
    required_fields: ClassVar[tuple[str, ...]] = ("sku", "quantity")
    own_fields: ClassVar[tuple[str, ...]] = (*ID_FIELDS, "sku")
    times: ClassVar[tuple[str, ...]] = ("as_of",)

    max_age: timedelta | None = None
    """Age at which a quantity is not written any more; None: it is always written."""
    but: tuple[Weekday, ...] = ()
    """Days that do not count for `max_age`."""
    rows: Literal["each", "sum"] = "each"
    """`sum`: rows of one SKU add up, such as those of several warehouses."""
    when_stale: WhenStale = "keep"
    """`zero` sets quantities that are too old to 0; `keep` leaves the Merchant's as they are."""
    absent: WhenStale = "keep"
    """The same of products that no recent file has."""
    min_rows: int | None = None
    """For `absent: zero`: products that the recent files must have."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if "as_of" in self.sources and self.max_age is None:
            raise ValueError("columns: as_of is only for `max_age`")
        if self.absent == "zero" and self.min_rows is None:
            raise ValueError(
                "absent: needs `min_rows`: with fewer products, the files count as incomplete"
            )
        if self.min_rows is not None and self.min_rows < 1:
            raise ValueError("min_rows: must be 1 or more")
        if self.min_rows is not None and self.absent == "keep":
            raise ValueError("min_rows: is only for `absent: zero`")

    @cached_property
    def unit_columns(self) -> frozenset[str]:
        """The columns in which rows of a SKU may differ, since they add up."""
        names = ("quantity", "as_of") if self.rows == "sum" else ()
        return frozenset(self.columns_of(*names))
